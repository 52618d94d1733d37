"""The camera keeps every dancer in the picture, never jerks, and stands still when it can."""

import numpy as np
import pytest
from made_dances import make_dance

from demos.render import camera
from demos.runtime.errors import InputError

FPS = 30.0


def seen(joints: np.ndarray, shot: camera.Shot, height: int, width: int) -> np.ndarray:
    """(frames, points, 2) pixels of all joints."""
    centre, focal = camera.centre(height, width), camera.focal(height, width)
    frames = []
    for frame in range(len(shot)):
        local = (joints[:, frame].reshape(-1, 3) - shot.eye(frame)) @ shot.axes(frame).T
        assert (local[:, 2] > 1).all()
        frames.append(centre + focal * local[:, :2] / local[:, 2:] * [1, -1])
    return np.stack(frames)


@pytest.mark.parametrize("name", camera.CAMERAS)
@pytest.mark.parametrize("aspect", [0.5, 1.0, 1.78])
def test_everybody_is_in_the_picture(name, aspect):
    joints = make_dance(6.0, dancers=2, travel=5.0).joints
    shot = camera.plan(joints, FPS, camera=name, aspect=aspect)
    pixels = seen(joints, shot, 400, round(400 * aspect))
    assert (pixels >= 0).all()
    assert (pixels <= [round(400 * aspect), 400]).all()
    # ... and not lost in it: somewhere the dancers fill a good part of one side.
    span = (pixels.max(axis=(0, 1)) - pixels.min(axis=(0, 1))) / [400 * aspect, 400]
    assert span.max() > 0.5


def test_the_camera_stands_still_for_a_dance_on_the_spot():
    assert camera.plan(make_dance(4.0).joints, FPS).still
    for name in ("front", "side", "top"):
        assert camera.plan(make_dance(4.0, travel=6.0).joints, FPS, camera=name).still


def test_following_is_calm():
    joints = make_dance(12.0, travel=9.0).joints
    shaken = joints + np.random.default_rng(0).normal(0, 0.03, joints.shape)  # a nervous dancer
    shot = camera.plan(shaken, FPS, camera="follow")
    assert not shot.still
    eyes = np.stack([shot.eye(frame) for frame in range(len(shot))])
    speed = np.linalg.norm(np.diff(eyes, axis=0), axis=1) * FPS
    acceleration = np.linalg.norm(np.diff(eyes, n=2, axis=0), axis=1) * FPS**2
    assert speed.max() < 2.0
    assert acceleration.max() < 2.5
    assert abs(eyes[-1, 0] - eyes[0, 0]) > 4.0
    np.testing.assert_array_equal(shot.target[:, 1], shot.target[0, 1])  # never bobs with the steps


def test_following_shows_the_dancer_larger_than_standing_still():
    joints = make_dance(12.0, travel=9.0).joints
    follow, front = (camera.plan(joints, FPS, camera=name) for name in ("follow", "front"))
    assert follow.distance.max() < 0.6 * front.distance[0]


def test_the_orbit_turns_evenly_around_lights_that_stand_still():
    shot = camera.plan(make_dance(6.0).joints, FPS, camera="orbit")
    turned = np.diff(shot.azimuth)
    np.testing.assert_allclose(turned, 2 * np.pi / (camera.ORBIT_S * FPS))
    assert shot.light_azimuth == shot.azimuth[0]


@pytest.mark.parametrize("angle", [0.0, 1.2, -2.6, 3.1])
def test_a_dancer_is_seen_from_the_front_whichever_way_she_faces(angle):
    motion = make_dance(3.0).motions[0].turn(angle)
    off = (camera.facing(motion.joints[None]) - angle + np.pi) % (2 * np.pi) - np.pi
    assert abs(off) < np.radians(25)


def test_a_couple_is_seen_side_by_side():
    dance = make_dance(3.0, dancers=2)
    joints = np.stack([motion.turn(1.0).joints for motion in dance.motions])  # one stands 0.9 m beside the other
    azimuth = camera.facing(joints)
    between = (joints[1] - joints[0])[:, 0].mean(axis=0)[[0, 2]]
    depth = abs(between @ [np.sin(azimuth), np.cos(azimuth)]) / np.linalg.norm(between)
    assert depth < 0.5


def test_axes_are_level_and_orthonormal():
    for azimuth, elevation in ((0.0, 0.0), (1.0, 0.3), (-2.0, 1.5)):
        axes = camera.axes(azimuth, elevation)
        np.testing.assert_allclose(axes @ axes.T, np.eye(3), atol=1e-12)
        assert axes[0, 1] == 0
        np.testing.assert_allclose(np.cross(axes[0], axes[1]), -axes[2], atol=1e-12)
    np.testing.assert_allclose(camera.axes(0.0, 0.0), [[1, 0, 0], [0, 1, 0], [0, 0, -1]], atol=1e-12)


def test_an_unknown_camera_is_refused():
    with pytest.raises(InputError, match="follow, front, side, top, orbit"):
        camera.plan(make_dance().joints, FPS, camera="drone")
