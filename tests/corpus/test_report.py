"""The report's own measures on motions whose answers are known, and its tables on a tiny corpus."""

import json

import numpy as np
import pytest
from corpus.built import tiny
from made_motion import make_groove

from demos.corpus import report
from demos.motion.motion import Motion, concatenate
from demos.motion.skeleton import INDEX, REST_HEIGHT


@pytest.fixture
def tiny_corpus(tmp_path_factory):
    return tiny(tmp_path_factory.getbasetemp())


def still(seconds: float) -> Motion:
    frames = round(seconds * 30)
    return Motion(np.zeros((frames, 24, 3)), np.tile([0, REST_HEIGHT, 0], (frames, 1)), 30)


def test_power_is_where_the_movement_is():
    time = np.arange(360) / 30
    poses = np.zeros((360, 24, 3))
    poses[:, INDEX["left_shoulder"], 2] = 0.1 * np.sin(2 * np.pi * 3 * time)
    row = report.spectra(Motion(poses, np.zeros((360, 3)), 30))
    for order in ("speed", "acceleration", "jerk"):
        assert row[f"{order} 2-4 Hz, %"] > 95
        assert sum(row[f"{order} {low}-{high} Hz, %"] for low, high in report.BANDS_HZ) == pytest.approx(100)


def test_angles_name_the_joint_that_turns():
    poses = np.zeros((60, 24, 3))
    poses[:, INDEX["right_knee"], 0] = np.radians(80)
    row = report.angles(Motion(poses, np.zeros((60, 3)), 30))
    assert row["knee reaches, deg"] == pytest.approx(80, abs=0.1)
    assert row["elbow reaches, deg"] == 0


def test_a_hand_in_the_belly_is_a_collision_and_standing_is_none():
    assert report.self_collisions(still(1))["self-collision, %"] == 0
    poses = np.zeros((30, 24, 3))
    poses[:, INDEX["left_shoulder"], 2] = -1.2
    poses[:, INDEX["left_elbow"]] = [0, 0, -2.2]  # the forearm folds into the trunk
    inside = report.self_collisions(Motion(poses, np.tile([0, REST_HEIGHT, 0], (30, 1)), 30))
    assert inside["self-collision, %"] == 100
    assert inside["self-collision, cm"] > 3


def test_idle_is_the_longest_stillness():
    dance = concatenate([make_groove(3.0), still(2.0), make_groove(3.0), still(1.0), make_groove(2.0)])
    assert report.longest_idle_s(dance) == pytest.approx(2.0, abs=0.6)
    assert report.longest_idle_s(make_groove(4.0)) < 0.5


def test_the_report_covers_real_and_built(tiny_corpus):
    data, folder, _ = tiny_corpus
    found = report.report(data, folder, captured=False, music=("house",))
    assert "real, feet locked" in found["solo"]
    assert set(found["solo"]) & {"built", "built with layers"}
    for row in found["solo"].values():
        for key in ("speed, m/s", "foot skate, %", "PFC", "self-collision, cm", "jerk 4-8 Hz, %", "knee reaches, deg"):
            assert np.isfinite(row[key])
    built = next(row for name, row in found["solo"].items() if name.startswith("built"))
    assert 0 < built["BAS"] <= 1
    assert built["passages a minute"] > 4
    assert sum(count for name, count in found["counts"].items() if name.startswith("built")) == 6  # 14 s: one each
    assert found["fid"]["FID_k"]["real halves"] is not None
    assert found["couples"]
    minute = found["minutes"]["house"]
    assert 4 <= minute["trials"] <= minute["clips"] <= minute["phrases"] <= minute["steps"]
    assert minute["own family, %"] + minute["most of one trial, %"] > 0
    table = report.text(found)
    assert "FID_g" in table
    assert "| house" in table
    json.dumps(found)
