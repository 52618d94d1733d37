"""Who may be seen when: real trials and composed songs parted into training, validation and test, once and for all.

The parting does not depend on a build's seed, so that what was trained on one build may be tested on any other.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from demos.corpus.phrases import FPS, Clip, Phrase, phrases_of
from demos.corpus.styles import STYLES

SPLITS = ("train", "validation", "test")
HELD_OUT_SHARE = 0.16
"""Of the usable seconds of a family (couples are a family of their own) that validation, and test, get at least."""
_FEWEST = 3
"""Families with fewer usable trials are all for training."""
_LEAST_S = 20.0
"""Usable seconds of its first family that a style needs in a split."""


def split_trials(clips: Iterable[Clip]) -> dict[str, str]:
    """Each trial's split, by name. Partners, and all phrases of a trial, go together.

    Within each family, trials in an order that only their names decide go to test until it has its share, then to
    validation; the rest trains. Nothing that cannot be used counts.
    """
    clips = list(clips)
    usable: dict[str, float] = defaultdict(float)
    family: dict[str, tuple[str, bool]] = {}
    for clip in clips:
        usable[clip.trial] += clip.usable.sum() / FPS
        family[clip.trial] = (clip.genre, clip.partner is not None)
    groups: dict[tuple[str, bool], list[str]] = defaultdict(list)
    splits = dict.fromkeys(sorted(usable), "train")
    for trial in splits:
        if usable[trial] > 0:
            groups[family[trial]].append(trial)
    for trials in groups.values():
        if len(trials) < _FEWEST:
            continue
        wanted = HELD_OUT_SHARE * sum(usable[trial] for trial in trials)
        order = sorted(trials, key=lambda name: hashlib.sha256(name.encode()).digest())
        for split in ("test", "validation"):
            got = 0.0
            while got < wanted and len(order) > 1:
                # the longest trial of a family would leave too little to learn from
                trial = next(name for name in order if name != max(order, key=lambda n: usable[n]))
                order.remove(trial)
                splits[trial] = split
                got += usable[trial]
    return splits


def phrases_by_split(clips: Iterable[Clip]) -> dict[str, list[Phrase]]:
    """The phrases that dances of each split may use."""
    clips = list(clips)
    splits = split_trials(clips)
    return {split: [p for clip in clips if splits[clip.trial] == split for p in phrases_of(clip)] for split in SPLITS}


def styles_of(phrases: Iterable[Phrase]) -> tuple[str, ...]:
    """The styles whose first family these phrases hold enough of, "mixed" always."""
    clips = {id(phrase.clip): phrase.clip for phrase in phrases}.values()
    usable: dict[str, float] = defaultdict(float)
    for clip in clips:
        usable[clip.genre] += clip.usable.sum() / FPS
    firsts = {name: max(style.weights, key=lambda g, w=style.weights: w[g]) for name, style in STYLES.items()}
    enough = [name for name, first in firsts.items() if usable[first] >= _LEAST_S]
    return tuple(dict.fromkeys([*enough, "mixed"]))


def song_seed(seed: int, set_name: str, split: str, number: int) -> int:
    """The composer's seed of a song: different for every song of every set, split and build seed below 1000."""
    salt = int.from_bytes(hashlib.sha256(f"{set_name}/{split}/{number}".encode()).digest()[:4], "big")
    # The split has digits of its own: whatever is hashed, songs of two splits never share a seed.
    return (seed % 1000) * 10**12 + SPLITS.index(split) * 10**11 + salt
