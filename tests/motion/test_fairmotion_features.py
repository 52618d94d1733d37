"""Kinetic and geometric features against a plain rewrite of the published loops; Fréchet distance by hand."""

from itertools import pairwise

import numpy as np
import pytest

from demos.motion import fairmotion_features as ff
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT


def random_motion(frames: int = 40, fps: float = 60.0, seed: int = 0) -> Motion:
    rng = np.random.default_rng(seed)
    poses = np.cumsum(rng.normal(scale=0.08, size=(frames, 24, 3)), axis=0) + rng.normal(scale=0.3, size=(24, 3))
    place = np.cumsum(rng.normal(scale=0.02, size=(frames, 3)), axis=0)
    return Motion(poses, place + np.array([0, REST_HEIGHT, 0]), fps)


def kinetic_by_loops(joints: np.ndarray) -> np.ndarray:
    """Sums over the frames i = 1 .. T - 1 and the window -2 .. 2, cut at the ends."""
    last, features = len(joints) - 1, []
    for joint in range(24):
        p = joints[:, joint]
        flat = up = push = 0.0
        for i in range(1, last + 1):
            steps = [(p[k] - p[k - 1]) * 60 for k in range(i - 2, i + 3) if k >= 1 and k <= last]
            flat += np.mean(steps, axis=0)[0] ** 2 + np.mean(steps, axis=0)[2] ** 2
            up += np.mean(steps, axis=0)[1] ** 2
            changes = [(p[k + 1] - 2 * p[k] + p[k - 1]) * 3600 for k in range(i - 2, i + 3) if k >= 1 and k + 1 <= last]
            push += float(np.linalg.norm(np.mean(changes, axis=0)))
        features += [flat / last, up / last, push / last]
    return np.array(features)


def test_kinetic_features_are_the_published_loops():
    motion = random_motion(12)
    joints = motion.joints.astype(np.float64)
    np.testing.assert_allclose(ff.kinetic_features(motion), kinetic_by_loops(joints), rtol=1e-4)


def test_kinetic_features_by_hand():
    frames = np.arange(120)
    translation = np.stack([frames * 0.01, REST_HEIGHT + frames * 0.005, 0 * frames], axis=-1)
    features = ff.kinetic_features(Motion(np.zeros((120, 24, 3)), translation, 60)).reshape(24, 3)
    np.testing.assert_allclose(features[:, 0], 0.6**2, rtol=1e-3)  # 1 cm a frame at 60 fps
    np.testing.assert_allclose(features[:, 1], 0.3**2, rtol=1e-3)
    np.testing.assert_allclose(features[:, 2], 0, atol=0.02)  # float32 positions


@pytest.mark.parametrize("features", [ff.kinetic_features, ff.geometric_features])
def test_features_ignore_place_and_heading(features):
    motion = random_motion(30)
    moved = motion.turn(1.0).move(np.array([3.0, 0.5, -2.0]))
    np.testing.assert_allclose(features(moved), features(motion), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_short_motions_are_finite(frames):
    for features in (ff.kinetic_features, ff.geometric_features):
        assert np.isfinite(features(random_motion(frames))).all()


def geometric_by_loops(p: np.ndarray) -> np.ndarray:
    """The 32 relations by SMPL joint index and scalar arithmetic, as listed in AIST++'s manual features."""
    hl, sw, hw = 0.2568381, 0.3908484, 0.1192471
    unit = np.linalg.norm

    def nmove(a, b, c, d, limit):  # d against a along the normal of a, b, c
        normal = np.cross(n[c] - n[a], n[b] - n[a])
        return ((n[d] - n[a]) - (o[d] - o[a])) @ normal / unit(normal) * 120 > limit

    def move(a, b, c, limit):  # c against a along a -> b
        return ((n[c] - n[a]) - (o[c] - o[a])) @ (n[b] - n[a]) / unit(n[b] - n[a]) * 120 > limit

    def plane(a, b, c, d, limit):
        normal = np.cross(n[c] - n[a], n[b] - n[a])
        return (n[d] - n[a]) @ normal / unit(normal) > limit

    def beyond(a, b, c, d, limit):
        return (n[d] - n[c]) @ (n[b] - n[a]) / unit(n[b] - n[a]) > limit

    def angle(one, other, low, high):
        return low < np.degrees(np.arccos(one @ other / unit(one) / unit(other))) < high

    def fast(a, limit):
        return unit(n[a] - o[a]) * 120 > limit

    held = []
    for o, n in pairwise(p):  # noqa: B007 - the functions above read both
        height = n[:, 1] - n[:, 1].min()
        spine = n[0] - n[12]
        held.append(
            [
                nmove(12, 2, 1, 21, 1.8 * hl), nmove(12, 1, 2, 20, 1.8 * hl),
                beyond(9, 12, 12, 21, 0.2 * hl), beyond(9, 12, 12, 20, 0.2 * hl),
                move(3, 9, 9, 1.8 * hl), move(3, 9, 9, 1.8 * hl),
                angle(n[17] - n[19], n[21] - n[19], 0, 110), angle(n[16] - n[18], n[20] - n[18], 0, 110),
                beyond(16, 17, 20, 21, 2.5 * sw),
                move(20, 21, 21, 1.4 * hl), move(21, 0, 20, 1.4 * hl), move(20, 0, 21, 1.4 * hl),
                fast(21, 2.5 * hl), fast(20, 2.5 * hl),
                plane(0, 1, 10, 8, 0.38 * hl), plane(0, 2, 11, 7, 0.38 * hl),
                height[8] > 1.2 * hl, height[7] > 1.2 * hl,
                beyond(1, 2, 7, 8, 2.1 * hw),
                angle(n[2] - n[5], n[8] - n[5], 0, 110), angle(n[1] - n[4], n[7] - n[4], 0, 110),
                fast(8, 2.5 * hl), fast(7, 2.5 * hl),
                angle(spine, n[19] - n[17], 25, 180), angle(spine, n[18] - n[16], 25, 180),
                angle(spine, n[5] - n[2], 50, 180), angle(spine, n[4] - n[1], 50, 180),
                plane(8, 12, 7, 0, 0.5 * hl),
                angle(spine, np.array([0.0, 1.0, 0.0]), 70, 110),
                height[21] < 1.2 * hl, height[20] < 1.2 * hl,
                fast(0, 2.3 * hl),
            ]
        )  # fmt: skip
    return np.mean(held, axis=0)


def test_geometric_features_are_the_published_loops():
    everything = []
    for seed in range(12):
        # Slow enough that some speeds stay under their thresholds; a base pose that crouches, lies, reaches.
        rng = np.random.default_rng(seed)
        poses = np.cumsum(rng.normal(scale=0.008, size=(60, 24, 3)), axis=0) + rng.normal(scale=0.6, size=(24, 3))
        place = np.cumsum(rng.normal(scale=0.002, size=(60, 3)), axis=0) + np.array([0, REST_HEIGHT, 0])
        motion = Motion(poses, place, 60)
        by_loops = geometric_by_loops(motion.joints.astype(np.float64))
        np.testing.assert_allclose(ff.geometric_features(motion), by_loops, atol=1e-6)
        everything.append(by_loops)
    assert (np.ptp(everything, axis=0) > 0).sum() >= 26  # the cases tell nearly all relations apart


def geometric_of(poses: dict[str, tuple[float, float, float]], velocity=(0.0, 0.0, 0.0)) -> np.ndarray:
    """Features of a held pose moving at a steady velocity (m a frame at 60 fps)."""
    held = np.zeros((10, 24, 3))
    for name, rotation in poses.items():
        held[:, INDEX[name]] = rotation
    place = np.arange(10)[:, None] * np.array(velocity) + np.array([0, REST_HEIGHT, 0])
    return ff.geometric_features(Motion(held, place, 60))


def test_geometric_features_of_poses_by_hand():
    rest = geometric_of({})
    # T-pose: hands spread further than 2.5 shoulder widths (8); arms more than 25 degrees off the spine (23, 24).
    on = {i for i in range(32) if rest[i] == 1}
    assert set(np.unique(rest)) <= {0.0, 1.0}
    assert {8, 23, 24} <= on
    assert not {6, 7, 12, 13, 19, 20, 21, 22, 25, 26, 28, 29, 30, 31} & on
    # Right elbow bent by 90 degrees: feature 6, not 7. Angles are at the joint: straight is 180.
    bent = geometric_of({"right_elbow": (0.0, np.pi / 2, 0.0)})
    assert bent[6] == 1
    assert bent[7] == 0
    # Left knee up: ankle high (17), knee bent (20), thigh off the spine (26).
    lifted = geometric_of({"left_hip": (-np.pi / 2, 0, 0), "left_knee": (np.pi / 2, 0, 0)})
    assert lifted[[17, 20, 26]].tolist() == [1, 1, 1]
    assert lifted[[16, 19, 25]].tolist() == [0, 0, 0]
    # Lying on the back: the spine is level (28); the hands are low (29, 30).
    lying = geometric_of({"pelvis": (-np.pi / 2, 0, 0)})
    assert lying[[28, 29, 30]].tolist() == [1, 1, 1]
    # Hands above the neck (2 right, 3 left).
    assert geometric_of({"right_shoulder": (0, 0, -1.3)})[[2, 3]].tolist() == [1, 0]


def test_the_speed_threshold_counts_a_frame_as_a_120th_of_a_second():
    # fast(root): 2.3 humeri a second = 0.5907 m/s, so 4.923 mm a frame by the published 1/120 s.
    assert geometric_of({}, (0.0048, 0, 0))[31] == 0
    assert geometric_of({}, (0.0051, 0, 0))[31] == 1


def test_frechet_distance_by_hand():
    rng = np.random.default_rng(0)
    base = rng.normal(size=4000)
    base = (base - base.mean()) / base.std(ddof=1)
    assert ff.frechet_distance(base[:, None], (3 + 2 * base)[:, None]) == pytest.approx(10.0, abs=1e-6)
    # Independent dimensions add up; an offset alone is its squared length.
    wide = rng.normal(size=(500, 5))
    assert ff.frechet_distance(wide, wide) == pytest.approx(0, abs=1e-6)
    assert ff.frechet_distance(wide, wide + np.array([1, 2, 0, 0, 2])) == pytest.approx(9, abs=1e-6)


def test_fid_is_normalised_by_the_real_set_only():
    rng = np.random.default_rng(1)
    real = rng.normal(size=(800, 3)) * [1, 10, 100] + [5, 50, 500]
    assert ff.fid(real * 1.0, real) == pytest.approx(0, abs=1e-6)
    shifted = real + [1, 10, 100] * real.std(axis=0) / [1, 10, 100]  # one real standard deviation each
    assert ff.fid(shifted, real) == pytest.approx(3, abs=1e-6)
    assert ff.fid(real, shifted) == pytest.approx(3, abs=1e-6)
    doubled = real.mean(axis=0) + 2 * (real - real.mean(axis=0))
    assert ff.fid(doubled, real) == pytest.approx(3, abs=0.02)  # 1 + 4 - 2 * 2 a dimension
    assert ff.fid(real, doubled) == pytest.approx(0.75, abs=0.02)  # 1 + 1/4 - 2 * 1/2: not symmetric


def test_constant_and_too_few_features_do_not_break_fid():
    rng = np.random.default_rng(2)
    real = np.concatenate([rng.normal(size=(50, 3)), np.zeros((50, 1))], axis=1)
    other = real + np.array([0, 0, 0, 0.5])
    assert ff.fid(other, real) == pytest.approx(0, abs=1e-6)
    few = ff.fid(rng.normal(size=(5, 40)), rng.normal(size=(6, 40)))  # singular covariances
    assert few is not None
    assert np.isfinite(few)
    assert ff.fid(real[:1], real) is None


def test_diversity_by_hand():
    real = np.array([[0.0, 0.0], [2.0, 2.0]])  # mean 1, standard deviation 1 in both
    corners = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    assert ff.diversity(corners, real) == pytest.approx((3 + 4 + 5) / 3)
    assert ff.diversity(corners[:1], real) is None
