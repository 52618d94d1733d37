"""The whole report: keys, units, couples, any rate and any length, JSON."""

import json

import numpy as np
import pytest

from demos.motion.dance import Dance, Provenance
from demos.motion.metrics import MEASURES, Measure, display, measure
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT


def dancer(frames: int, fps: float = 30.0, seed: int = 0) -> Motion:
    """A body that sways smoothly, differently for each seed."""
    rng = np.random.default_rng(seed)
    times = np.arange(frames)[:, None, None] / fps
    poses = 0.3 * np.sin(2 * np.pi * rng.uniform(0.3, 1.2, (1, 24, 3)) * times + rng.uniform(0, 6, (1, 24, 3)))
    poses[:, 0] *= 0.2
    translation = np.tile([0.0, REST_HEIGHT, 0.0], (frames, 1))
    translation[:, 0] = 0.3 * np.sin(times[:, 0, 0])
    return Motion(poses, translation, fps)


def couple(frames: int, fps: float = 30.0) -> Dance:
    other = dancer(frames, fps, seed=1).turn(np.pi).move(np.array([0, 0, 1.0]))
    return Dance((dancer(frames, fps), other), Provenance("test"), beats=np.arange(0, frames / fps, 0.5))


def test_a_couple_has_every_measure_of_the_table():
    report = measure(couple(300))
    assert {row.key for row in MEASURES} <= set(report)
    assert all(report[row.key] is not None for row in MEASURES)
    assert len(report["dancers"]) == 2
    for row in MEASURES:
        if not row.duet:
            assert report[row.key] == pytest.approx(np.mean([each[row.key] for each in report["dancers"]]))


def test_a_solo_has_the_solo_measures_only():
    report = measure(Dance((dancer(300),), Provenance("test")), np.arange(0, 10, 0.5))
    assert {row.key for row in MEASURES if not row.duet} <= set(report)
    assert not {row.key for row in MEASURES if row.duet} & set(report)
    assert report["seconds"] == 10.0


def test_without_beats_the_beat_measures_are_none_and_the_dances_own_beats_are_the_default():
    solo = Dance((dancer(300),), Provenance("test"), beats=np.arange(0, 10, 0.5))
    assert measure(solo, np.zeros(0))["bas"] is None
    assert measure(solo)["bas"] == measure(solo, solo.beats)["bas"] is not None


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 31])
@pytest.mark.parametrize("fps", [24.0, 30.0, 120.0])
def test_any_length_and_rate_gives_json_without_nan(frames, fps):
    json.dumps(measure(couple(frames, fps)), allow_nan=False)


def test_a_frozen_pose_gives_json_without_nan():
    still = Motion(np.zeros((90, 24, 3)), np.tile([0, REST_HEIGHT, 0], (90, 1)), 30)
    report = measure(Dance((still, still), Provenance("test"), beats=np.arange(0, 3, 0.5)))
    json.dumps(report, allow_nan=False)
    assert report["bas"] == 0.0
    assert report["speed"] == 0.0
    assert report["skate"] == 0.0
    assert report["overlap"] > 0.1  # one inside the other


@pytest.mark.parametrize("key", ["skate", "jerk_median", "speed", "range", "space", "travel", "pfc"])
def test_measures_do_not_depend_on_the_frame_rate(key):
    values = [measure(Dance((dancer(round(10 * fps), fps),), Provenance("t")))[key] for fps in (30.0, 60.0, 120.0)]
    assert max(values) - min(values) <= 0.06 * max(values) + 0.02


def test_the_table_is_well_formed():
    assert len({row.key for row in MEASURES}) == len(MEASURES)
    for row in MEASURES:
        assert row.meaning.endswith(".")
        assert row.label
        assert row.better in ("higher", "lower", "neither")


def test_display_converts_to_the_rows_unit():
    assert display(Measure("skate", "", "%", "lower", ""), 0.07) == pytest.approx(7)
    assert display(Measure("floor_depth", "", "cm", "lower", ""), 0.02) == pytest.approx(2)
    assert display(Measure("speed", "", "m/s", "neither", ""), 0.5) == 0.5
    assert display(Measure("bas", "", "", "higher", ""), None) is None
