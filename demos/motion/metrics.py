"""Everything measured of a dance, in one dictionary, and what each number means in a dancer's words."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from demos.motion import duet_metrics, rhythm, solo_metrics
from demos.motion.dance import Dance
from demos.motion.motion import Motion


@dataclass(frozen=True)
class Measure:
    """One row of a table of measures.

    key : as in `measure`. label, unit ("" for a bare number) and meaning: for people.
    better : which way is better, "neither" where it is a matter of style.
    duet : True when it needs two dancers. headline : belongs in a short table.
    """

    key: str
    label: str
    unit: str
    better: Literal["higher", "lower", "neither"]
    meaning: str
    duet: bool = False
    headline: bool = True


MEASURES = (
    Measure(
        "bas", "On the beat (BAS)", "", "higher",
        "How close to each music beat the body pauses or turns back.",
    ),
    Measure(
        "bas_shuffled", "BAS by chance", "", "neither",
        "The same dance against the same beats in random order and phase; BAS means something only above it.",
    ),
    Measure(
        "bas_shuffled_sd", "Spread of chance", "", "neither",
        "How much the chance value varies; a BAS within one or two of these is luck.", headline=False,
    ),
    Measure(
        "bas_dance", "Accents on a beat", "", "higher",
        "The other way round: how many of the dancer's own accents meet a beat.", headline=False,
    ),
    Measure(
        "pfc", "Foot physics (PFC)", "", "lower",
        "Feet that slide while the body speeds up; real dancers: 0.05-2.",
    ),
    Measure(
        "skate", "Foot skate", "%", "lower",
        "Share of the time on the floor in which a foot slides over it.",
    ),
    Measure(
        "skate_lodge", "Foot skate (LODGE's code)", "%", "lower",
        "The same with the habits of LODGE's program, to compare with its paper.", headline=False,
    ),
    Measure(
        "planted", "On its feet", "%", "neither",
        "Share of the time in which some foot stands.", headline=False,
    ),
    Measure(
        "floor_depth", "Through the floor", "cm", "lower",
        "How far the lower foot sinks in, on average.",
    ),
    Measure(
        "floor_share", "Time through the floor", "%", "lower",
        "Share of the time in which a foot is more than 2 cm under the floor.", headline=False,
    ),
    Measure(
        "jerk", "Jerk", "m/s³", "neither",
        "Sudden changes of force: high is sharp or shaky, low is smooth or dull.",
    ),
    Measure(
        "jerk_median", "Typical jerk", "m/s³", "neither",
        "Jerk of the middle frame: not swayed by single hits or glitches.", headline=False,
    ),
    Measure("speed", "Speed", "m/s", "neither", "How fast the joints move on average."),
    Measure(
        "speed_peak", "Peak speed", "m/s", "neither",
        "Speed of the fastest joint in the busiest moments; above 10 it is a kick or a glitch.",
        headline=False,
    ),
    Measure(
        "range", "Range of the limbs", "°", "neither",
        "How far hips, knees, ankles, shoulders and elbows turn.",
    ),
    Measure("space", "Space about the body", "m³", "neither", "The room that arms and legs sweep."),
    Measure("travel", "Travel", "m/min", "neither", "Way over the floor in a minute."),
    Measure(
        "area", "Floor used", "m²", "neither",
        "The patch of floor that the dance needs.", headline=False,
    ),
    Measure("distance", "Distance", "m", "neither", "Between the two dancers, typically.", duet=True),
    Measure(
        "lead_faces", "Lead faces partner", "%", "neither",
        "Time within 45° of facing the partner.", duet=True,
    ),
    Measure(
        "follow_faces", "Follow faces partner", "%", "neither",
        "The same for the second dancer.", duet=True,
    ),
    Measure(
        "same_way", "Facing the same way", "%", "neither",
        "Time in which both face one direction, within 45°.", duet=True, headline=False,
    ),
    Measure(
        "hand_distance", "Nearest hands", "m", "neither",
        "Between the nearest two hands, typically.", duet=True,
    ),
    Measure(
        "hand_hold", "Hands held", "%", "neither",
        "Time with hands within 20 cm: close enough to hold.", duet=True,
    ),
    Measure(
        "contact", "Touching (CF)", "%", "neither",
        "Time in which the bodies touch anywhere.", duet=True,
    ),
    Measure(
        "overlap", "Overlap", "cm", "lower",
        "How deep one body is inside the other, held hands left out.", duet=True,
    ),
    Measure(
        "overlap_share", "Time overlapping", "%", "lower",
        "Time with more than 3 cm of overlap, held hands left out.", duet=True, headline=False,
    ),
    Measure(
        "bed", "Echo (BED)", "", "higher",
        "How closely the follow's accents answer the lead's.", duet=True,
    ),
    Measure(
        "bed_shifted", "Echo by chance", "", "neither",
        "The same with one dancer shifted in time.", duet=True,
    ),
    Measure(
        "together", "Moving together", "", "higher",
        "Correlation of the two dancers' speeds, -1 to 1.", duet=True,
    ),
    Measure(
        "together_lag", "Follow's delay", "s", "neither",
        "How much later the follow speeds up; negative: earlier.", duet=True, headline=False,
    ),
)  # fmt: skip
"""The rows of a table, in order. Units are those for people; `measure` returns shares as 0-1 and lengths in
metres: `display` converts."""

_DISPLAY_FACTOR = {"%": 100.0, "cm": 100.0}


def display(measure: Measure, value: float | None) -> float | None:
    """A value of `measure` in the unit that its row names: shares as per cent, depths as centimetres."""
    return None if value is None else value * _DISPLAY_FACTOR.get(measure.unit, 1.0)


def measure(dance: Dance, beats: np.ndarray | None = None) -> dict:
    """All measures of a dance, ready for JSON.

    beats : (n,) seconds on the dance's clock; the dance's own when None. Without beats the BAS keys are None.

    Returns
    -------
    `seconds`, `fps`, `frames`; `dancers`: one dictionary of the solo keys of MEASURES each; for a couple the
    duet keys of MEASURES at the top; and each solo key at the top as the mean over the dancers (over those
    that have it). Shares are 0-1, lengths metres, speeds m/s, `range` degrees, `travel` metres a minute. None
    where undefined: clips of a few frames, no beats, no foot on the floor. Never NaN, never an exception for
    a valid Dance.
    """
    beats = dance.beats if beats is None else np.asarray(beats, np.float64)
    slow = dance.resample(solo_metrics.FPS).motions  # once, not in every measure
    dancers = [_measure_solo(motion, at_30, beats) for motion, at_30 in zip(dance.motions, slow, strict=True)]
    report: dict = {"seconds": dance.duration_s, "fps": dance.fps, "frames": len(dance), "dancers": dancers}
    for key in dancers[0]:
        values = [value for dancer in dancers if (value := dancer[key]) is not None]
        report[key] = float(np.mean(values)) if values else None
    if len(dance.motions) == 2:
        report |= duet_metrics.measure_duet(*slow)
    return report


def _measure_solo(motion: Motion, at_30: Motion, beats: np.ndarray) -> dict[str, float | None]:
    aligned = rhythm.beat_alignment(motion, beats)
    jerk_mean, jerk_median = solo_metrics.jerk(at_30)
    speed_mean, speed_peak = solo_metrics.speed(at_30)
    depth, depth_share = solo_metrics.floor_depth(at_30)
    return {
        "bas": aligned.bas,
        "bas_dance": aligned.bas_dance,
        "bas_shuffled": aligned.bas_shuffled,
        "bas_shuffled_sd": aligned.bas_shuffled_sd,
        "pfc": solo_metrics.physical_foot_contact(at_30),
        "skate": solo_metrics.foot_skate(at_30),
        "skate_lodge": solo_metrics.foot_skate_lodge(at_30),
        "planted": solo_metrics.planted(at_30),
        "floor_depth": depth,
        "floor_share": depth_share,
        "jerk": jerk_mean,
        "jerk_median": jerk_median,
        "speed": speed_mean,
        "speed_peak": speed_peak,
        "range": solo_metrics.limb_range(at_30),
        "space": solo_metrics.reach_space(at_30),
        "travel": solo_metrics.travel(at_30) / motion.duration_s * 60,
        "area": solo_metrics.floor_area(at_30),
    }
