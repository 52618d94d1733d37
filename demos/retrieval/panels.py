"""Parts of the Find page that scripts of assets/retrieval draw: examples, wishes, facets, grid, pins; their values."""

from __future__ import annotations

import os
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from demos.page import Panel
from demos.retrieval import facets
from demos.retrieval.clips import Clip
from demos.retrieval.library import Library
from demos.retrieval.quest import SORTS, TEXT, Found, Quest, Result, title_of, words_of
from demos.retrieval.stage import MOST_PINS, Stage, Staged
from demos.runtime.settings import ASSETS

SCRIPTS = ASSETS / "retrieval"
_CAPTION = 220
_ICONS = {"text": "text", "song": "song", "dance": "dance", "like": "dance", "less": "less"}


class Examples(Panel):
    """A row of things to try. Value: {"label", "items": [{"key", "text", "icon"?}]}; event `pick` carries `key`."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        super().__init__(SCRIPTS / "examples.js", ["pick"], '<div class="fd-examples"></div>', value, **arguments)


class Wishes(Panel):
    """The parts of a search with their weights (`wishes_value`). Events: `weigh` (id, weight), `leave` (id)."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        template = '<ul class="fd-wishes" aria-label="What is searched for" hidden></ul>'
        super().__init__(SCRIPTS / "wishes.js", ["weigh", "leave"], template, value, **arguments)


class Facets(Panel):
    """What to narrow down to (`facets_value`). Events: `toggle` (facet, key), `range` (facet, low, high), `reset`."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        template = '<section class="fd-facets" aria-label="Filters"></section>'
        super().__init__(SCRIPTS / "facets.js", ["toggle", "range", "reset"], template, value, **arguments)


class Grid(Panel):
    """Results as looping previews (`grid_value`). Events: `arrive`, once; `perform`, `pin`, `closer`, `away` (id);
    `arrange` (key); `further`; `open` (facet)."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        events = ["arrive", "perform", "pin", "closer", "away", "arrange", "further", "open"]
        template = '<section class="fd-results" aria-label="Dances"></section>'
        super().__init__(SCRIPTS / "grid.js", events, template, value, **arguments)


class Pins(Panel):
    """The pinned dances (`pins_value`). Events: `follow`, `unpin` (id), `together` (on), `beside`."""

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        events = ["follow", "unpin", "together", "beside"]
        super().__init__(SCRIPTS / "pins.js", events, '<div class="fd-pins" hidden></div>', value, **arguments)


def wishes_value(quest: Quest) -> dict[str, Any]:
    """Shown as soon as there is more than the text of the box."""
    wishes = list(quest.wishes.values())
    alone = len(wishes) == 1 and wishes[0].id == TEXT
    items = [
        {"id": wish.id, "icon": _ICONS[wish.kind], "kind": wish.kind, "text": wish.label[:80],
         "weight": abs(wish.weight)}
        for wish in wishes
    ]  # fmt: skip
    return {"turn": quest.turn, "items": [] if alone else items}


def facets_value(quest: Quest, found: dict[str, Any]) -> dict[str, Any]:
    """facets.page_facets, with the turn it belongs to."""
    return {"turn": quest.turn, **found}


def grid_value(quest: Quest, found: Found, library: Library, stage: Stage) -> dict[str, Any]:
    """The results, and everything above and below them."""
    asked = bool(quest.wishes)
    scored = "sure" if any(result.sure is not None for result in found.results) else "alike" if asked else ""
    return {
        "turn": quest.turn,
        "head": _head(found, asked, quest),
        "note": found.note,
        "scored": scored if found.results else "",
        "sorts": [
            {"key": key, "text": text if asked or key != "match" else "A bit of everything"}
            for key, (text, _, _) in SORTS.items()
            if asked or key != "network"
        ],
        "sort": quest.sort,
        "cards": [_card(result, library) for result in found.results],
        "more": found.more,
        "loosen": list(found.loosen),
        **marks(stage),
    }


def marks(stage: Stage) -> dict[str, Any]:
    """Which dances are pinned and which are on the stage."""
    return {"pinned": list(stage.pins), "playing": [staged.id for staged in stage.shown]}


def _head(found: Found, asked: bool, quest: Quest) -> str:
    if not found.results:
        return "No dance passes these filters"
    if not asked:
        every = "dances" if found.total == found.of else f"of {found.of:,} dances"
        return f"{found.total:,} {every}"
    if SORTS[quest.sort][1]:
        return f"The {found.total:,} best matches, in another order"
    return f"Best of {found.total:,} dances"


def _card(result: Result, library: Library) -> dict[str, Any]:
    clip = result.clip
    genre = facets.word("genres", clip.genre) if clip.genre else facets.word("styles", clip.style)
    return {
        "id": clip.id,
        "name": title_of(clip),
        "genre": genre or "Unknown music",
        "facts": facts_of(clip),
        "caption": clip.captions[0][:_CAPTION] if clip.captions else "",
        "source": clip.source,
        "preview": address(library.preview_path(clip)),
        "sure": result.sure,
        "alike": result.alike,
        "music": result.music,
        "checks": [[phrase, met] for phrase, met in result.checks],
    }


def facts_of(clip: Clip) -> str:
    """Tempo and length in a few words."""
    tempo = f"{clip.tempo_bpm:.0f} BPM" if clip.tempo_bpm else ""
    couple = "couple" if clip.dancers == 2 else ""
    return " · ".join(each for each in (tempo, f"{clip.length_s:.0f} s", couple) if each)


def address(path: Path | None) -> str:
    """Where a script finds a file: relative to assets/, with a leading slash elsewhere; "" for none."""
    if path is None:
        return ""
    if path.is_relative_to(ASSETS):
        return path.relative_to(ASSETS).as_posix()
    return os.path.abspath(path)


def pins_value(stage: Stage, library: Library, *, start: str = "") -> dict[str, Any]:
    """The pinned dances. start : id of the player's value that is to be played as soon as it is there, once."""
    items = [
        {"id": name, "name": staged.name, "preview": address(library.preview_path(staged.clip))}
        for name, staged in stage.pins.items()
    ]
    return {
        "items": items, "most": MOST_PINS, "lead": stage.lead, "beside": stage.beside, "together": stage.together,
        "start": start, **marks(stage),
    }  # fmt: skip


def about(staged: Staged) -> str:
    """What is known of the dance on the stage: caption, facts, where it is from and how it was made."""
    clip = staged.clip
    tags = [facets.word("genres", clip.genre) if clip.genre else "", facts_of(clip)]
    if clip.style:
        tags.append(f"danced as {facets.word('styles', clip.style).lower()}")
    chips = "".join(f"<span>{escape(tag)}</span>" for tag in tags if tag)
    said = escape(clip.captions[0]) if clip.captions else ""
    others = "".join(f"<li>{escape(caption)}</li>" for caption in clip.captions[1:4])
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in provenance(clip) if value
    )
    fitted = f'<p class="fd-fit">{escape(staged.fitted.said)}</p>' if staged.fitted else ""
    return (
        f'<div class="fd-about"><h3>{escape(staged.name)}</h3><p class="fd-said">{said}</p>'
        f'<div class="df-facts">{chips}</div>{fitted}'
        f"<details><summary>Where it comes from, and how else it may be described</summary>"
        f"<dl>{rows}</dl><ul>{others}</ul></details></div>"
    )


def provenance(clip: Clip) -> list[tuple[str, str]]:
    """How a dance was made: (what, value) for people."""
    facts = dict(clip.provenance)
    settings = dict(facts.get("settings") or {})
    song = f"{clip.song_name}, from {clip.start_s:.1f} s" if clip.song_name else "none"
    seed = facts.get("seed")
    return [
        ("Source", clip.source),
        ("Made by", str(facts.get("system") or "unknown")),
        ("Song", song),
        ("Phrases of", str(facts.get("source") or "")),
        ("Seed", "" if seed is None else str(seed)),
        ("Thanks to", "; ".join(map(str, settings.get("attribution") or ()))),
    ]


def beside_about(shown: Sequence[Staged], note: str) -> str:
    """What stands below several dances side by side."""
    rows = "".join(
        f"<li><b>{escape(staged.name)}</b> {escape(staged.clip.captions[0] if staged.clip.captions else '')}</li>"
        for staged in shown
    )
    said = f'<p class="fd-fit">{escape(note)}</p>' if note else ""
    head = f"Side by side, to the music of {escape(shown[0].name)}"
    return f'<div class="fd-about"><h3>{head}</h3>{said}<ul>{rows}</ul></div>'


def reading(quest: Quest) -> str:
    """How the words were understood, rare and unknown ones marked; "" where nothing needs saying."""
    meant = quest.meant
    if meant is None:
        return ""
    tips = {
        "known": "In the vocabulary",
        "denied": "Not wanted",
        "rare": "Rare: the network met little of it, expect near misses",
        "unknown": "Not in the vocabulary: matched by likeness",
    }
    words = "".join(
        f'<span class="fd-word fd-{kind}" title="{tips[kind]}">{escape(phrase)}</span>'
        for phrase, kind in words_of(quest.text, meant)[:24]
    )
    note = f'<p class="fd-doubt">{escape(meant.note)}</p>' if meant.note else ""
    read = f'<p class="fd-read"><b>Understood</b> {words}</p>' if words else ""
    return f'<div class="fd-reading" role="status">{note}{read}</div>' if note or read else ""


def trouble(sentence: str) -> str:
    """One sentence about what went wrong, announced at once."""
    return f'<div class="df-notice" role="alert"><p>{escape(sentence)}</p></div>'


def library_facts(clips: Sequence[Clip]) -> str:
    """What ships, and how to add one's own."""
    songs = len({clip.song for clip in clips if clip.song})
    return (
        f"{len(clips):,} dances of 12 seconds to {songs} songs ship with the app. They were made by this project: "
        "phrases of real dances, re-timed to composed music, layered with named movements; each says where it comes "
        "from.\n\nA folder of your own dances (BVH, NPZ, pkl, with their songs beside them) is added from a shell: "
        "`python -m demos library add DIR`."
    )
