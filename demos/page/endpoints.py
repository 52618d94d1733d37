"""What the rooms' public endpoints share: files that were really uploaded, and bad input as one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gradio as gr
from gradio import FileData
from gradio.utils import get_upload_folder

from demos.runtime.errors import InputError

LANE = {"concurrency_limit": 1, "concurrency_id": "gpu"}
"""Heavy work waits for its turn."""


@contextmanager
def sentences() -> Iterator[None]:
    """Bad input becomes the endpoint's error message, in one sentence."""
    try:
        yield
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from error


def sent(path: Path) -> FileData:
    """A file to send back."""
    return FileData(path=str(path), orig_name=path.name)


def uploaded(file: FileData | dict) -> Path:
    """The path of a file sent through the API; a caller may claim any path, so only uploads count."""
    path = Path(file["path"] if isinstance(file, dict) else file.path).resolve()
    if not path.is_relative_to(Path(get_upload_folder()).resolve()):
        raise InputError(f"{path.name} was not uploaded; send files with gradio_client's handle_file.")
    return path
