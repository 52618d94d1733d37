"""The Duet room's public endpoint: a song and perhaps a lead in, a couple's dance.npz and a summary back."""

from __future__ import annotations

from gradio import FileData
from gradio.events import api

from demos.audio import cache
from demos.duet import pipeline
from demos.motion import history
from demos.motion.files import open_dance
from demos.page.endpoints import LANE, sent, sentences, uploaded
from demos.runtime import workspace


def publish() -> None:
    """Add the endpoint to the page under construction."""
    api(duet_dance, api_name="duet", **LANE)


def duet_dance(
    song: FileData,
    lead: FileData | None = None,
    seconds: float = 20,
    style: str = "",
    closeness: str = "",
    seed: int = 0,
) -> tuple[FileData, dict]:
    """Two dancers to a song, as dance.npz.

    Args:
        song: any sound file
        lead: a dancer (NPZ, BVH, AIST++ pkl) to find a partner for; without one both are made
        seconds: how much of the song to dance to, where there is no lead
        style: a style's name, or "" to choose from the music
        closeness: hold, open, apart, or "" as it comes
        seed: another dance for another number

    Returns:
        The file; and the message, length, frame rate and which hands hold one another when.
    """
    with sentences():
        heard = cache.load(uploaded(song))
        manner = {"style": style or None, "closeness": closeness or None, "seed": seed}
        if lead:
            made = pipeline.follow(open_dance(uploaded(lead)), heard, **manner)
        else:
            made = pipeline.generate(heard, seconds=seconds or None, **manner)
        dance = made.dance
        tree = history.History().add(dance, name="Duet", raw=made.raw, message=made.message)
        about = {
            "message": made.message, "seconds": dance.duration_s, "fps": dance.fps, "seed": seed,
            "system": dance.provenance.system, "holds": dance.provenance.settings.get("holds", []),
        }  # fmt: skip
        return sent(history.export_npz(tree, workspace.create() / "dance.npz")), about
