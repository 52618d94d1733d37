"""Every kind of layer: what it leaves alone, how it comes and goes, limits, feet, balance, beats, strength."""

import numpy as np
import pytest
from layer_dances import BEAT_S, BEATS, DOWNBEATS, make_standing
from layer_effects import EFFECTS, PEAKS, balance

from demos.corpus import parts
from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import KINDS, apply
from demos.motion import rotations
from demos.motion.solo_metrics import floor_depth, foot_skate

START_S, END_S = 2.0, 6.0
WINDOW = slice(60, 180)
OF_STEPS = {"stay", "sharp", "hit", "freeze", "double_time", "half_time", "reverse", "mirror"}
"""Kinds that change how a dance goes on; on one that stands still they have little to change."""
WHOLE = {"turn", "reverse", "mirror"}
"""Kinds that a strength cannot halve: whole turns, one way or the other."""
_DONE: dict = {}


def laid(motion, kind, strength=1.0, **params):
    """The layer over the middle of a motion; computed once for all tests (motions are session fixtures)."""
    key = (id(motion), kind, strength, tuple(sorted(params.items())))
    if key not in _DONE:
        layer = Layer(kind, START_S, END_S, KINDS[kind].parts, strength, params)
        _DONE[key] = apply(motion, layer, beats=BEATS, downbeats=DOWNBEATS)
    return _DONE[key]


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def under(kind, standing, stepping):
    """The dance that shows a kind best."""
    return stepping if kind in OF_STEPS else standing


def outside(motion, kind):
    blend = KINDS[kind].blend_s
    time = np.arange(len(motion)) / motion.fps
    return (time < START_S - blend - 1e-6) | (time > END_S + blend + 1e-6)


def test_every_kind_is_described_and_measured(kind):
    this = KINDS[kind]
    assert this.name == kind
    assert len(this.description) > 10
    assert kind in EFFECTS
    assert this.opposite is None or this.opposite in KINDS
    assert this.values({}).keys() == this.params.keys()
    assert (this.build is None) == bool(this.chain)


def test_it_leaves_other_times_alone(kind, stepping):
    after, out = laid(stepping, kind), outside(stepping, kind)
    assert out.sum() > 30
    np.testing.assert_array_equal(after.poses[out], stepping.poses[out])
    np.testing.assert_array_equal(after.translation[out], stepping.translation[out])


def test_it_leaves_other_parts_alone(kind, stepping):
    this = KINDS[kind]
    layer = Layer(kind, START_S, END_S, ())
    after = apply(stepping, layer, beats=BEATS, downbeats=DOWNBEATS)
    other = [joint for joint in range(24) if joint not in parts.joint_set(this.defaults or this.parts)]
    np.testing.assert_array_equal(after.poses[:, other], stepping.poses[:, other])
    if 0 in other:
        np.testing.assert_array_equal(after.translation, stepping.translation)


def test_one_part_alone(kind, stepping):
    this = KINDS[kind]
    alone = [part for part in sorted(parts.expand(this.parts)) if part not in ("legs", "root")]
    for part in alone[:2]:
        if this.needed and part not in this.needed:
            continue
        if any(part in parts.expand(group) for group in this.together):
            continue
        after = apply(stepping, Layer(kind, START_S, END_S, (part,)), beats=BEATS, downbeats=DOWNBEATS)
        other = [joint for joint in range(24) if joint not in parts.PARTS[part]]
        np.testing.assert_array_equal(after.poses[:, other], stepping.poses[:, other])


def test_its_effect_is_plain_and_grows_with_strength(kind, under):
    effect, least = EFFECTS[kind]
    sizes = [effect(under, laid(under, kind, strength), WINDOW) for strength in (0.4, 0.7, 1.0)]
    assert sizes[2] >= least
    assert sizes[0] <= sizes[1] + 0.05 * least
    assert sizes[1] <= sizes[2] + 0.05 * least
    assert sizes[0] <= 0.85 * sizes[2] or kind in WHOLE


def test_no_strength_is_no_change(kind, standing):
    after = laid(standing, kind, 0.0)
    np.testing.assert_array_equal(after.poses, standing.poses)
    np.testing.assert_array_equal(after.translation, standing.translation)


def test_it_does_not_pop(kind, standing, stepping):
    for motion in (standing, stepping):
        after = laid(motion, kind)
        before_jerk, jerk = (
            np.linalg.norm(np.diff(m.joints.astype(float), n=3, axis=0), axis=-1) * m.fps**3 for m in (motion, after)
        )
        # A single frame out of place by 3 cm has a jerk of 2,400 m/s^3; the real dances reach 2,000 in their arms.
        quick = 2.0 if kind in ("double_time", "hit", "sharp", "energy", "freeze") else 1.0
        assert jerk.max() < max(4500.0, quick * 1.5 * before_jerk.max())
        turned = np.swapaxes(rotations.rotvec_to_matrix(after.poses[:-1]), -1, -2) @ rotations.rotvec_to_matrix(
            after.poses[1:]
        )
        assert np.degrees(np.linalg.norm(rotations.matrix_to_rotvec(turned), axis=-1)).max() < 60


def test_joints_stay_in_their_ranges(kind, stepping):
    after = laid(stepping, kind)
    present, before = (parts.excursion(rotations.rotvec_to_matrix(m.poses)) for m in (after, stepping))
    mirrored = parts.excursion(rotations.rotvec_to_matrix(stepping.mirror().poses))
    shown = np.maximum(before.max(axis=0), mirrored.max(axis=0))
    assert (present <= np.maximum(parts.WIDTH, shown) + 1e-3).all()


def test_knees_and_elbows_bend_their_own_way(kind, stepping):
    after = laid(stepping, kind)
    for joint, axis, sign in ((4, 0, 1), (5, 0, 1), (18, 1, -1), (19, 1, 1)):
        assert (sign * after.poses[:, joint, axis]).min() > -0.25


def test_feet_stand_and_step(kind, standing, stepping):
    for motion in (standing, stepping):
        after = laid(motion, kind)
        assert (foot_skate(after) or 0.0) <= (foot_skate(motion) or 0.0) + 0.075
        depth, share = floor_depth(after)
        assert depth <= floor_depth(motion)[0] + 0.002
        assert share == 0.0


def test_it_keeps_its_balance(kind, standing):
    after = laid(standing, kind)
    speed = np.linalg.norm(np.gradient(after.translation.astype(float), axis=0), axis=-1) * after.fps
    quiet = speed < 0.25
    assert np.percentile(balance(after)[quiet], 98) < 0.10


@pytest.mark.parametrize("kind", PEAKS)
def test_extremes_fall_on_beats(kind, standing):
    curve, period = PEAKS[kind]
    values = curve(laid(standing, kind))
    reach = round(0.45 * period * BEAT_S * 30)
    for beat in np.arange(START_S, END_S + 1e-6, period * BEAT_S):
        frame = round(beat * 30)
        near = values[max(frame - reach, 60 - 8) : min(frame + reach, 180 + 8) + 1]
        slack = 0.06 * (near.max() - near.min()) + 0.002
        assert values[frame - 1 : frame + 2].max() >= near.max() - slack, (beat, np.argmax(near) - reach)


@pytest.mark.parametrize(("seconds", "start", "end"), [(1.0, 0.2, 0.8), (1.0, 0.0, 1.0), (1.5, 1.0, 9.0)])
def test_short_clips_without_beats(kind, seconds, start, end):
    motion = make_standing(seconds)
    layer = Layer(kind, start, end)
    after = apply(motion, layer)
    again = apply(motion, layer)
    assert len(after) == len(motion)
    np.testing.assert_array_equal(after.poses, again.poses)
    np.testing.assert_array_equal(after.translation, again.translation)


def test_a_layer_beyond_the_clip_changes_nothing(kind, standing):
    after = apply(standing, Layer(kind, 30.0, 40.0), beats=BEATS)
    np.testing.assert_array_equal(after.poses, standing.poses)


@pytest.mark.parametrize("kind", ["arm_circle", "groove", "salsa", "turn", "jump", "travel", "stay", "mirror", "energy",
                                  "half_time"])  # fmt: skip
def test_a_minute(kind):
    motion = make_standing(60.0)
    after = apply(motion, Layer(kind, 0.0, 60.0), beats=BEATS, downbeats=DOWNBEATS)
    assert len(after) == len(motion)
    assert (foot_skate(after) or 0.0) < 0.12


@pytest.mark.parametrize("fps", [15.0, 60.0])
def test_other_frame_rates(kind, fps):
    motion = make_standing(2.4, fps=fps)
    after = apply(motion, Layer(kind, 1.0, 1.8), beats=BEATS, downbeats=DOWNBEATS)
    assert after.fps == fps
    assert floor_depth(after)[0] < 0.003
