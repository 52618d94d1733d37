"""How varied a minute of dance is: trials, clips and phrases it draws on for every style of music, and how on beat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from demos.corpus.choreographer import Choreography, choreograph
from demos.corpus.cleaning import STILL_SPEED, joint_speed
from demos.corpus.music import CATALOGUE, compose
from demos.corpus.sets import DANCED, Sources
from demos.corpus.styles import STYLES
from demos.motion import rhythm, solo_metrics
from demos.motion.contacts import runs
from demos.motion.motion import Motion

MINUTE_S = 60.0
SHIFTS = (0.25, 1 / 3, 0.5, 2 / 3, 0.75)
IDLE_WINDOW_S = 0.5
Row = dict[str, float]


def minutes(sources: Sources, music: Sequence[str] = (), *, seed: int = 0, split: str = "train") -> dict[str, Row]:
    """A minute's dance to a composed song of each style of music -> music -> measure -> value.

    music : names of the composer's catalogue, all of them when empty. seed : of the songs and the dances.

    A trial is one recording (partners share it), a clip one dancer of it, a phrase a stretch of a clip that is danced;
    what is repeated on purpose counts once. "own family": share of the time in phrases of the style's first family.
    """
    table = {}
    known = sorted(CATALOGUE)
    for name in music or known:
        number = known.index(name)  # a row does not depend on which others are asked for
        song = compose(name, seconds=MINUTE_S, seed=1000 * seed + number)
        style = next((s for s in DANCED.get(name, ()) if s in sources.styles[split]), "mixed")
        made = choreograph(
            song.beats, song.downbeats, seconds=MINUTE_S, phrases=sources.phrases[split], style=style,
            seed=seed + number, sections=song.sections,
        )  # fmt: skip
        table[name] = composition(made)
    return table


def composition(made: Choreography) -> Row:
    """What one dance is made of and how it keeps to its beats."""
    motion, total = made.dance.motions[0], made.plan[-1].end_s - made.plan[0].start_s
    weights = STYLES[made.style].weights
    first = max(weights, key=lambda genre: weights[genre])
    by_trial: dict[str, float] = defaultdict(float)
    by_genre: dict[str, float] = defaultdict(float)
    for step in made.plan:
        by_trial[step.trial] += step.end_s - step.start_s
        by_genre[step.genre] += step.end_s - step.start_s
    aligned = rhythm.beat_alignment(motion, made.dance.beats)
    row: dict[str, float | None] = {
        "trials": len(by_trial),
        "clips": len(made.sources),
        "phrases": len({(step.source, step.from_s) for step in made.plan}),
        "steps": len(made.plan),
        "most of one trial, %": 100 * max(by_trial.values()) / total,
        "own family, %": 100 * by_genre[first] / total,
        "BAS": aligned.bas,
        "BAS, shuffled": aligned.bas_shuffled,
        "BAS, off the beat": off_beat(motion, made.dance.beats),
        "longest idle, s": longest_idle_s(motion),
        "foot skate, %": 100 * (solo_metrics.foot_skate(motion) or 0.0),
    }
    return {key: float(value) for key, value in row.items() if value is not None}


def summary(table: Mapping[str, Row]) -> dict[str, Row]:
    """The mean, the least and the most over a table's rows."""
    keys = dict.fromkeys(key for row in table.values() for key in row)
    columns = {key: [row[key] for row in table.values() if key in row] for key in keys}
    return {
        name: {key: float(function(values)) for key, values in columns.items()}
        for name, function in (("mean", np.mean), ("least", np.min), ("most", np.max))
    }


def off_beat(motion: Motion, beats: np.ndarray) -> float | None:
    """BAS against the beats moved by a quarter, a third and so on of one; the mean."""
    joints = motion.resample(rhythm.FPS).joints
    danced = rhythm.kinematic_beats(joints)
    step = float(np.median(np.diff(beats))) if len(beats) > 1 else 0.5
    scores = [rhythm.hit_rate(rhythm.music_frames(beats + share * step, len(joints) - 1), danced) for share in SHIFTS]
    known = [score for score in scores if score is not None]
    return float(np.mean(known)) if known else None


def longest_idle_s(motion: Motion) -> float:
    """The longest stretch in which the joints, averaged over half a second, move less than anyone who dances."""
    speed = joint_speed(motion.joints, motion.fps)
    width = max(1, round(IDLE_WINDOW_S * motion.fps))
    slow = np.convolve(speed, np.ones(width) / width, "same") < STILL_SPEED
    return max((stop - start for start, stop in runs(slow)), default=0) / motion.fps
