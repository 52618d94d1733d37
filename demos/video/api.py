"""The Film room's public endpoint: a picture and a song in, a film out."""

from __future__ import annotations

from gradio import FileData
from gradio.events import api

from demos.motion.files import open_dance
from demos.page.endpoints import LANE, sent, sentences, uploaded
from demos.runtime import workspace
from demos.video import pipeline


def publish() -> None:
    """Add the endpoint to the page under construction."""
    api(animate_picture, api_name="animate", **LANE)


def animate_picture(
    image: FileData,
    song: FileData | None = None,
    dance: FileData | None = None,
    system: str = "xdancer",
    text: str = "",
    seconds: float = 8,
    size: int = 384,
    camera: str = "still",
    kind: str = "mp4",
    seed: int = 0,
) -> tuple[FileData, dict]:
    """A film of the figure in a picture, dancing to a song.

    Args:
        image: JPEG, PNG, WebP, BMP, TIFF or GIF
        song: any sound file
        dance: a dance.npz, .bvh or .pkl to perform instead of new steps
        system: who makes the steps: xdancer (people) or musedance (anything, as the text asks)
        text: what it should do, for musedance
        seconds: length of the film
        size: pixels of the shorter side, 96 to 1080
        camera: still or follow
        kind: mp4, or webm or gif of the figure alone, see-through
        seed: other steps for another number

    Returns:
        The film; and what was found in the picture and made.
    """
    with sentences():
        found = pipeline.find(uploaded(image))
        heard = uploaded(song) if song else None
        performed = open_dance(uploaded(dance)) if dance else None
        film = pipeline.animate(
            found.figures[0], heard, workspace.create() / f"film.{kind.lower().lstrip('.')}", system=system,
            text=text or None, dance=performed, seconds=seconds, size=int(size), camera=camera, seed=seed,
        )  # fmt: skip
        about = {
            "found": found.said, "kind": found.figures[0].kind, "size": list(film.size), "seconds": film.seconds,
            "system": film.provenance.system, "message": film.message,
        }  # fmt: skip
        return sent(film.path), about
