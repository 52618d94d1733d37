"""What a layer may be asked, and what single kinds promise: landings, turns, jumps, paths, times."""

import numpy as np
import pytest
from layer_dances import BEATS, DOWNBEATS, make_standing

from demos.corpus.layers import workspace
from demos.corpus.layers.arm_styles import STYLES
from demos.corpus.layers.kind import Layer
from demos.corpus.layers.registry import KINDS, apply
from demos.corpus.layers.root import GRAVITY, jump_curve
from demos.motion import rotations
from demos.motion.skeleton import INDEX, MIRROR, TOE_HEIGHT
from demos.motion.solo_metrics import heading
from demos.runtime.errors import InputError


def lay(motion, kind, start=2.0, end=6.0, parts=(), strength=1.0, **params):
    return apply(motion, Layer(kind, start, end, parts, strength, params), beats=BEATS, downbeats=DOWNBEATS)


@pytest.mark.parametrize(
    ("layer", "word"),
    [
        (Layer("levitate", 0, 1), "levitate"),
        (Layer("bounce", 2, 1), "end"),
        (Layer("bounce", 0, float("nan")), "last"),
        (Layer("bounce", 0, 1, strength=1.5), "strength"),
        (Layer("bounce", 0, 1, strength=float("nan")), "strength"),
        (Layer("bounce", 0, 1, parts=("arms",)), "name at least one"),
        (Layer("bounce", 0, 1, parts=("legs",)), "root"),
        (Layer("mirror", 0, 1, parts=("root",)), "legs"),
        (Layer("bounce", 0, 1, parts=("tail",)), "tail"),
        (Layer("bounce", 0, 1, params={"speed": 2}), "speed"),
        (Layer("bounce", 0, 1, params={"depth": 3.0}), "depth"),
        (Layer("bounce", 0, 1, params={"depth": "deep"}), "depth"),
        (Layer("turn", 0, 1, params={"way": "up"}), "way"),
        (Layer("arm_path", 0, 1, params={"points": [[0, 1, 1]]}), "points"),
        (Layer("arm_path", 0, 1, params={"points": [[1, 0, 0, 1], [0, 0, 0, 1]]}), "points"),
    ],
)
def test_bad_layers_are_explained(standing, layer, word):
    with pytest.raises(InputError, match=word):
        apply(standing, layer)


@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_and_both_ends_of_every_range(kind):
    motion = make_standing(2.0)
    for name, param in KINDS[kind].params.items():
        values = param.choices if param.choices else () if param.points else (param.low, param.high)
        for value in values:
            after = apply(motion, Layer(kind, 0.4, 1.6, params={name: value}), beats=BEATS, downbeats=DOWNBEATS)
            assert np.isfinite(after.poses).all()


@pytest.mark.parametrize(
    ("kind", "landings"),
    [
        ("march", [(4, "left"), (5, "right")]),
        ("step_touch", [(4, "right"), (5, "left"), (6, "left"), (7, "right")]),
        ("box", [(4, "left"), (5, "right"), (6, "left"), (8, "right")]),
        ("salsa", [(4, "left"), (5, "right"), (6, "left"), (8, "right")]),
        ("grapevine", [(4, "right"), (5, "left"), (6, "right"), (8, "left")]),
        ("cha_cha", [(5, "left"), (6, "right"), (7, "left"), (7.5, "right"), (8, "left")]),
    ],
)
def test_feet_land_on_their_beats(standing, kind, landings):
    after = lay(standing, kind)
    for beat, side in landings:
        toe = after.joints[:, INDEX[f"{side}_foot"], 1]
        frame = round(beat * 0.5 * 30)
        assert toe[frame + 1] < TOE_HEIGHT + 0.006
        assert toe[frame - 6 : frame - 1].max() > TOE_HEIGHT + 0.01


def test_standing_feet_of_steps_do_not_move(standing):
    after = lay(standing, "step_touch")
    toe = after.joints[60:180, INDEX["left_foot"]].astype(float)
    step = np.linalg.norm(np.diff(toe[:, [0, 2]], axis=0), axis=-1)
    down = (toe[1:, 1] < TOE_HEIGHT + 0.002) & (toe[:-1, 1] < TOE_HEIGHT + 0.002)
    assert down.mean() > 0.4
    assert np.percentile(step[down], 90) < 0.004


@pytest.mark.parametrize(("count", "way", "sign"), [(1, "left", 1), (2, "right", -1), (3, "left", 1)])
def test_turns_are_whole_and_to_their_side(standing, count, way, sign):
    after = lay(standing, "turn", 1.0, 7.0, count=count, way=way, beats=3.0)
    winding = np.unwrap(heading(after))
    gained = winding[-1] - winding[0] - (np.unwrap(heading(standing))[-1] - heading(standing)[0])
    np.testing.assert_allclose(gained, sign * count * 2 * np.pi, atol=0.02)


def test_turns_spread_over_time(standing):
    after = lay(standing, "turn", 0.5, 7.5, count=2, beats=3.0, every=6.0)
    rate = np.abs(np.gradient(np.unwrap(heading(after)))) * 30
    # Still between the first turn (beats 0 to 3 from 2 s) and the second.
    assert rate[round(3.7 * 30) : round(4.8 * 30)].max() < 0.6 * rate.max()


def test_a_jump_flies_as_thrown():
    time = np.arange(300) / 100
    up, lift = jump_curve(time, 2.0, 0.3)
    flight = 2 * np.sqrt(2 * 0.3 / GRAVITY)
    flying = (time > 2.0 - flight + 0.02) & (time < 1.98)
    np.testing.assert_allclose(np.diff(up, n=2)[flying[1:-1]] * 100**2, -GRAVITY, rtol=1e-6)
    assert abs(up.max() - 0.3) < 0.002
    assert (lift[~flying][[0, -1]] == 0).all()
    assert up.min() < -0.1


def test_jumps_land_on_downbeats(standing):
    after = lay(standing, "jump", 1.0, 7.0)
    ankle = after.joints[:, INDEX["left_ankle"], 1] - standing.joints[:, INDEX["left_ankle"], 1]
    for land in (2.0, 4.0, 6.0):
        frame = round(land * 30)
        assert ankle[frame - 6] > 0.15
        assert ankle[frame + 2] < 0.01


def test_a_path_meets_its_points_on_their_beats(standing):
    points = [[0, 0.6, 0.5, 0.3], [1, 0.2, -0.4, 0.6], [2, 0.7, 0.1, 0.3], [4, 0.6, 0.5, 0.3]]
    after = lay(standing, "arm_path", points=points)
    from layer_effects import wrist

    from demos.corpus.layers.limbs import ARM_LENGTH

    collar_moves = 0.05
    for beat, *point in points:
        found = wrist(after, "left")[round((2.0 + beat * 0.5) * 30)]
        assert np.linalg.norm(found - np.array(point) * ARM_LENGTH) < collar_moves


@pytest.mark.parametrize("style", STYLES)
def test_styles_of_arms_differ(standing, style):
    after = lay(standing, "arm_style", style=style)
    other = lay(standing, "arm_style", style="robot" if style != "robot" else "ballet")
    away = np.linalg.norm(after.joints[60:180, 20:22] - other.joints[60:180, 20:22], axis=-1)
    assert away.mean() > 0.1


def test_one_arm_can_be_chosen(standing):
    after = lay(standing, "arm_raise", side="right")
    np.testing.assert_array_equal(after.poses[:, [13, 16, 18, 20]], standing.poses[:, [13, 16, 18, 20]])
    assert not np.array_equal(after.poses[:, 17], standing.poses[:, 17])


def test_mirroring_a_whole_dance_is_its_mirror_image(stepping):
    after = lay(stepping, "mirror", 0.0, 8.0)
    # Up to where the mirror stands: joints relative to the pelvis, as the body has them.
    mirrored = stepping.mirror()
    local = rotations.rotvec_to_matrix(after.poses[:, 1:])
    wanted = rotations.rotvec_to_matrix(mirrored.poses[:, 1:])
    np.testing.assert_allclose(local, wanted, atol=0.02)
    assert MIRROR[1] == 2


def test_mirroring_arms_twice_gives_them_back(standing):
    once = lay(standing, "mirror_arms", 0.0, 8.0)
    twice = lay(once, "mirror_arms", 0.0, 8.0)
    np.testing.assert_allclose(twice.joints, standing.joints, atol=1e-4)


def test_reverse_runs_backwards(standing):
    after = lay(standing, "reverse", 0.0, 8.0)
    np.testing.assert_allclose(after.joints[5:-5], standing.joints[::-1][5:-5], atol=1e-3)


def test_half_time_to_the_end_is_half_as_far(standing):
    after = lay(standing, "half_time", 0.0, 8.0, parts=("arms",))
    np.testing.assert_allclose(after.poses[200, 16], standing.poses[100, 16], atol=1e-4)


def test_travel_to_the_end_stays_there(standing):
    after = lay(standing, "travel", 2.0, 8.0, to="left", distance=2.0)
    gone = after.translation[-1] - standing.translation[-1]
    assert 1.7 < gone[0] < 2.2
    back = lay(standing, "travel", 1.0, 6.0, to="forward", distance=1.0)
    np.testing.assert_array_equal(back.translation[-1], standing.translation[-1])


def test_staying_takes_the_way_out(stepping):
    after = lay(stepping, "stay", 0.0, 8.0)
    before, now = (np.ptp(motion.translation[:, [0, 2]], axis=0).max() for motion in (stepping, after))
    assert now < 0.35 * before


def test_steps_carry_the_trunk_unchanged(standing):
    after = lay(standing, "salsa")
    upper = [joint for joint in range(24) if joint in (3, 6, 9, 12, 15, *range(16, 24))]
    np.testing.assert_array_equal(after.poses[:, upper], standing.poses[:, upper])


def test_a_turn_past_half_way_round_does_not_flip():
    start = np.broadcast_to(np.eye(3), (60, 1, 3, 3))
    angle = np.linspace(2.8, 3.6, 60)
    target = rotations.rotvec_to_matrix(np.stack([0 * angle, angle, 0 * angle], -1))[:, None]
    half = workspace.toward(start, target, np.full((60, 1), 0.5))
    turned = np.unwrap(np.arctan2(half[:, 0, 0, 2], half[:, 0, 2, 2]))
    np.testing.assert_allclose(turned, angle / 2, atol=1e-9)
