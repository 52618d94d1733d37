"""Layers over real dances: a robot's sassy dance and a salsa lead."""

import numpy as np
import pytest
from layer_effects import EFFECTS

from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import KINDS, apply
from demos.motion.files import open_dance
from demos.motion.solo_metrics import floor_depth, foot_skate

FILES = {"sassy": "g1moves/J_Dance6_Sassy.npz", "salsa": "cmu/60_01.bvh"}
SOME = ("arm_raise", "arm_clap", "torso_twist", "head_nod", "bounce", "hip_sway", "sink", "step_touch", "kick", "turn",
        "jump", "travel", "fluid", "double_time", "mirror", "bigger")  # fmt: skip
LEAST_SHARE = 0.3
"""Of what a kind does to the dance made here: real ones move on the beat, and low, already."""


@pytest.fixture(scope="module", params=FILES)
def real(request, shared_data):
    path = shared_data / "mocap" / FILES[request.param]
    if not path.is_file():
        pytest.skip(f"{FILES[request.param]} is not among the reference data")
    return open_dance(path, fps=30).motions[0].slice(300, 540)


@pytest.mark.parametrize("kind", SOME)
def test_a_real_dance_shows_it_and_keeps_its_feet(real, kind):
    beats = np.arange(0, 8, 0.5)
    after = apply(real, Layer(kind, 2.0, 6.0, KINDS[kind].parts), beats=beats, downbeats=beats[::4])
    effect, least = EFFECTS[kind]
    assert effect(real, after, slice(60, 180)) > LEAST_SHARE * least
    assert (foot_skate(after) or 0.0) <= (foot_skate(real) or 0.0) + 0.08
    assert floor_depth(after)[0] <= floor_depth(real)[0] + 0.001
    joints = after.joints.astype(float)
    jerk = np.linalg.norm(np.diff(joints, n=3, axis=0), axis=-1) * 30**3
    assert np.percentile(jerk, 99.9) < 3500
    blend = KINDS[kind].blend_s
    out = np.abs(np.arange(len(real)) / 30 - 4.0) > 2.0 + blend + 1e-6
    np.testing.assert_array_equal(after.poses[out], real.poses[out])
