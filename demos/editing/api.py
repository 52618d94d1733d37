"""The Edit room's public endpoints: plain inputs, a dance.npz and a summary back."""

from __future__ import annotations

from gradio import FileData
from gradio.events import api

from demos.audio import cache
from demos.editing import pipeline
from demos.motion import history
from demos.page.endpoints import LANE, sent, sentences, uploaded
from demos.runtime import workspace


def publish() -> None:
    """Add the endpoints to the page under construction."""
    api(generate_dance, api_name="generate", **LANE)
    api(edit_dance, api_name="edit", **LANE)


def generate_dance(song: FileData, seconds: float = 20, style: str = "", seed: int = 0) -> tuple[FileData, dict]:
    """A dance to a song, as dance.npz.

    Args:
        song: any sound file
        seconds: how much of it to dance to; 0 for all
        style: a style's name, or "" to choose from the music
        seed: another dance for another number

    Returns:
        The file; and the length, the frame rate and what the dance was made with.
    """
    with sentences():
        made = pipeline.generate(uploaded(song), seconds=seconds or None, style=style or None, seed=seed)
        tree = history.History().add(made.dance, name="Dance", raw=made.raw)
        dance = made.dance
        about = {"seconds": dance.duration_s, "fps": dance.fps, "system": dance.provenance.system, "seed": seed}
        return sent(history.export_npz(tree, workspace.create() / "dance.npz")), about


def edit_dance(
    dance: FileData,
    text: str,
    song: FileData | None = None,
    start: float | None = None,
    end: float | None = None,
    parts: list[str] | None = None,
    strength: float = 1.0,
    seed: int = 0,
) -> tuple[FileData, dict]:
    """Change a dance.npz by words, as a dance.npz with its history inside.

    Args:
        dance: a dance.npz of this suite
        text: what should change, such as "raise both arms in the second half"
        song: what it is danced to, for the music
        start: seconds; before, the dance stays exactly
        end: seconds; after, the dance stays exactly
        parts: that alone may change: left_arm, right_arm, legs, torso, head, root, or arms, upper, lower
        strength: 0 to 1, of what the words ask for
        seed: another way of doing it for another number

    Returns:
        The file; and what was understood, achieved and preserved.
    """
    with sentences():
        tree = history.restore(uploaded(dance))
        before = tree.current
        span = None if start is None and end is None else (start or 0.0, end or before.dance.duration_s)
        heard = cache.load(uploaded(song)) if song else None
        edited = pipeline.edit(
            before.dance,
            text,
            song=heard,
            span=span,
            parts=tuple(parts) if parts else None,
            strength=strength,
            seed=seed,
        )
        if edited.changed:
            tree = tree.add(edited.dance, text=text, raw=edited.raw, achieved=edited.achieved, message=edited.message)
        about = {
            "message": edited.message,
            "understood": [reading.said for reading in edited.readings],
            "achieved": [bool(verdict.achieved) for verdict in edited.verdicts],
            "preserved": [bool(verdict.preserved) for verdict in edited.verdicts],
        }
        return sent(history.export_npz(tree, workspace.create() / "dance.npz")), about
