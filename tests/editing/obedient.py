"""A studio that does as it is told without trained weights: the corpus's reader and layers in the real pipeline."""

from dataclasses import replace
from pathlib import Path

import pytest
from rigged import puzzled, reading, tiny_weights

from demos.corpus.edits import Edit, carry_out
from demos.corpus.understanding import parse
from demos.editing import reader, sampling
from demos.editing.reader import Reading
from demos.editing.reader_clauses import unreadable
from demos.motion import vector
from demos.motion.dance import Dance
from demos.nn import weight_files


def rig(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Tiny networks make the dances; what the corpus's baseline reads is carried out as the corpus would."""
    told: dict[bytes, tuple[Edit, Dance]] = {}

    def read_all(text: str, dance: Dance, **_) -> list[Reading]:
        edit = parse(text, dance)
        if edit is None or unreadable(text):
            return [puzzled(text, f"“{text}” was not understood.")]
        found = reading(edit, text)
        told[found.embedding.tobytes()] = edit, dance
        return [found]

    def perfect(network, before, music, embedding, *, start, stop, seed, on_step=None, **_):
        edit, dance = told[embedding.tobytes()]
        if on_step:
            on_step(1, 1)
        timed = Dance((vector.decode(before),), dance.provenance, "", dance.beats, dance.downbeats)
        asked = replace(edit, start_s=start / vector.FPS, end_s=stop / vector.FPS, strength=1 - 0.1 * (seed % 3))
        return vector.encode(carry_out(timed, asked).motions[0])

    patch.setattr(weight_files, "WEIGHTS", tiny_weights(folder))
    patch.setattr(reader, "read_all", read_all)
    patch.setattr(sampling, "edit", perfect)
