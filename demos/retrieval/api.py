"""The Find room's public endpoint: a description in, dances of the library out."""

from __future__ import annotations

import gradio as gr
from gradio.events import api

from demos.retrieval.facets import Picks
from demos.retrieval.quest import Quest, find, shelf, title_of
from demos.runtime.errors import InputError

MOST = 200


def publish() -> None:
    """Add the endpoint to the page under construction."""
    api(search_dances, api_name="search")


def search_dances(
    text: str,
    top: int = 12,
    genres: list[str] | None = None,
    tempo_low: float | None = None,
    tempo_high: float | None = None,
) -> dict:
    """Dances of the library that a description fits, best first.

    Args:
        text: what the dance is like, in English
        top: how many, at most 200
        genres: of the music, any of these; all when left out
        tempo_low: beats a minute at least
        tempo_high: beats a minute at most

    Returns:
        "note": doubts about the text, or ""; "unsure"; and "found", a list with id, name, confidence (0 to 1,
        calibrated), music_share, caption, genre, tempo_bpm, seconds and source.
    """
    try:
        quest = Quest(shown=_count(top))
        quest.say(text)
        if not quest.wishes:
            raise InputError("The search is empty: describe a dance, for example “fast salsa with lots of turns”.")
        quest.shown = _count(top)
        quest.picks = Picks(genres=tuple(genres or ())).ranged("tempo_bpm", tempo_low, tempo_high)
        found = find(quest, shelf())
    except InputError as error:
        raise gr.Error(str(error), print_exception=False) from error
    rows = [
        {
            "id": result.clip.id,
            "name": title_of(result.clip),
            "confidence": round(result.sure or 0.0, 4),
            "music_share": round(result.music or 0.0, 4),
            "caption": result.clip.captions[0] if result.clip.captions else "",
            "genre": result.clip.genre,
            "tempo_bpm": result.clip.tempo_bpm,
            "seconds": result.clip.length_s,
            "source": result.clip.source,
        }
        for result in found.results
    ]
    meant = quest.meant
    return {"note": found.note, "unsure": bool(meant and meant.unsure), "found": rows}


def _count(top: int) -> int:
    if not 1 <= int(top) <= MOST:
        raise InputError(f"{top} results cannot be given: ask for 1 to {MOST}.")
    return int(top)
