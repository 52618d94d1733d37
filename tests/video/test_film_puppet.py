"""The puppet: the picture at rest, whole in every frame, turns without a sliver, standing feet, clean edges."""

import numpy as np
import pytest
from film_made import groove, mannequin, standing, turning, walk

from demos.corpus.keypoints import PLACE
from demos.motion.files import open_dance
from demos.motion.motion import Motion
from demos.motion.skeleton import REST_HEIGHT
from demos.video import backdrop, layers, likeness, pipeline, puppet, puppet_rig
from demos.video.cast import shipped_dances, shipped_pictures
from demos.video.puppet_depth import settled
from demos.video.puppet_pose import pose
from demos.video.track import PoseTrack, from_motion


@pytest.fixture(scope="module")
def figure():
    return mannequin()


@pytest.fixture(scope="module")
def rig(figure):
    return puppet_rig.build(figure)


@pytest.fixture(scope="module")
def behind(figure):
    return backdrop.behind(figure)


def film(rig, track, background, **options):
    actors = puppet.rehearse([rig], [track], rig.size, **options)
    return actors, list(puppet.frames(actors, background, shadows=False, cut_out=True, workers=1))


def test_limbs_are_layers_of_their_own(figure):
    pieces = layers.take_apart(figure)
    assert [layer.name for layer in pieces.layers] == list(layers.LAYERS)
    together = np.max([layer.mask for layer in pieces.layers], axis=0)
    x, y = pieces.corner
    own = figure.alpha[y : y + together.shape[0], x : x + together.shape[1]]
    assert (together[own > 0.9] > 0.5).mean() > 0.99  # nothing is left out
    assert together[own < 0.1].max() < 0.3  # nothing is invented


def test_bodies_are_closed_and_have_weights(rig):
    assert np.allclose(rig.weights.sum(axis=1), 1, atol=1e-4)
    assert np.isfinite(rig.vertices).all()
    _, welded = np.unique(np.round(rig.vertices, 6), axis=0, return_inverse=True)
    faces = welded.reshape(-1)[rig.faces]
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    _, times = np.unique(edges[edges[:, 0] < edges[:, 1]], axis=0, return_counts=True)
    assert (times % 2 == 0).all()  # no edge of a hole


def test_standing_as_in_the_picture_it_is_the_picture(rig, figure, behind):
    """The figure has the skeleton's own pose and lengths, so its rest track must paint the very picture again."""
    _, frames = film(rig, standing(), behind, lag=False, stay=False)
    truth = figure.picture[..., :3]
    assert likeness.psnr(frames[0][..., :3], truth) > 24
    covered, meant = frames[0][..., 3] > 128, figure.alpha > 0.5
    assert (covered & meant).sum() / (covered | meant).sum() > 0.93


def test_a_film_that_begins_with_the_picture_s_pose_begins_with_the_picture(rig, figure, behind):
    """A hand that points at the viewer in both has its depth, and nothing has moved."""
    values = standing().values.copy()
    forearm = [index for name, index in PLACE.items() if name == "left_wrist" or index in range(28, 44)]
    values[:, forearm, 2] -= 0.1
    track = PoseTrack(values, floor=standing().floor)
    own = settled(rig, track)
    assert own.begins
    assert own.joints["left_wrist"][2] - own.joints["left_elbow"][2] == pytest.approx(0.1, abs=0.03)
    np.testing.assert_allclose(pose(own, track).transforms[0], pose(own, track).transforms[1], atol=1e-6)
    _, frames = film(rig, track, behind, lag=False, stay=False)
    covered, meant = frames[0][..., 3] > 128, figure.alpha > 0.5
    assert (covered & meant).sum() / (covered | meant).sum() > 0.95
    assert likeness.psnr(frames[0][..., :3], figure.picture[..., :3]) > 26


def test_a_film_that_begins_with_another_pose_takes_no_depth_from_it(rig):
    poses = np.zeros((2, 24, 3))
    poses[:, 16, 2], poses[:, 17, 2] = -1.3, 1.3
    down = from_motion(Motion(poses, np.tile([0.0, REST_HEIGHT, 0.0], (2, 1)), 30))
    assert settled(rig, down) is rig


def test_places_in_the_picture_and_in_the_world_are_each_other_s_inverse():
    world = np.random.default_rng(0).normal(0, 0.4, (20, 3))
    flat = puppet_rig.flat_of(world, 0.3)
    np.testing.assert_allclose(puppet_rig.world_of(flat, 0.3), world, atol=1e-12)
    # Worked case: at eye level, before the camera, half as far away as the figure's plane: twice as far from the axis.
    near = np.array([0.4, puppet_rig.CAMERA_HIGH, puppet_rig.CAMERA_FAR / 2])
    np.testing.assert_allclose(puppet_rig.flat_of(near, 0.3)[:2], [0.5, puppet_rig.CAMERA_HIGH], atol=1e-12)


def test_a_full_turn_never_becomes_a_sliver(rig, behind):
    _, frames = film(rig, turning(np.linspace(0, 2 * np.pi, 25)), behind, lag=False)
    trunk = [(frame[..., 3] > 128)[180:250].sum(axis=1) for frame in frames]
    widths = np.array([rows.mean() for rows in trunk])
    assert widths.min() > 0.33 * widths[0]
    area = np.array([(frame[..., 3] > 128).sum() for frame in frames])
    assert area.min() > 0.35 * area[0]


def test_from_behind_the_left_hand_is_on_the_other_side(rig):
    bones = pose(rig, turning(np.array([0.0, np.pi])))
    assert bones.points["left_wrist"][0, 0] > 0.2
    assert bones.points["left_wrist"][1, 0] < -0.2


def test_bones_keep_the_lengths_of_the_picture(rig):
    bones = pose(rig, from_motion(groove().motions[0]))
    for start, end in (("left_shoulder", "left_elbow"), ("right_hip", "right_knee"), ("left_knee", "left_ankle"),
                       ("pelvis", "neck")):  # fmt: skip
        lengths = np.linalg.norm(bones.points[start] - bones.points[end], axis=1)
        assert np.ptp(lengths) < 1e-4 * lengths.mean() + 1e-6, (start, end)


@pytest.mark.parametrize("travel", [1.0, 0.4, 0.0])
def test_standing_feet_do_not_slide(rig, travel):
    track = from_motion(open_dance(next(iter(shipped_dances().values()))).motions[0]).resample(30)
    bones = pose(rig, track, travel=travel)
    assert 0.2 < bones.planted.mean() < 0.95
    for index, side in enumerate(("left", "right")):
        stands = bones.planted[:, index]
        both = stands[1:] & stands[:-1]
        steps = np.linalg.norm(np.diff(bones.points[f"{side}_ankle"][:, [0, 2]], axis=0), axis=1)
        # Hundredths of the height a second; a sliding foot goes ten times as fast.
        assert np.quantile(steps[both], 0.9) < 0.006


def test_less_travel_goes_less_far(rig):
    track = from_motion(walk())
    gone = [np.ptp(pose(rig, track, travel=share).points["pelvis"][:, 0]) for share in (1.0, 0.5, 0.0)]
    assert gone[0] > gone[1] > gone[2]
    assert gone[2] < 0.35 * gone[0]


def test_the_figure_is_whole_in_every_frame(rig, behind):
    far = walk(far=3.5)
    actors, frames = film(rig, from_motion(far), behind)
    for frame in frames[::5]:
        cover = frame[..., 3] > 128
        edge = np.concatenate([cover[0], cover[:, 0], cover[:, -1]])
        assert not edge.any()
    assert actors[0].extent().shape == (len(frames), 4)


def test_hair_and_cloth_come_late(rig):
    track = from_motion(groove().motions[0])
    late = puppet.rehearse([rig], [track], rig.size)[0]
    assert np.abs(late.late - late.bones.transforms).max() > 0.005
    still = puppet.rehearse([rig], [track], rig.size, lag=False)[0]
    assert still.late is still.bones.transforms


def test_the_same_film_twice(rig, behind):
    track = from_motion(groove(0.5).motions[0])
    actors = puppet.rehearse([rig], [track], rig.size)
    one, two = (list(puppet.frames(actors, behind, workers=workers)) for workers in (1, 3))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


def test_outside_the_figure_and_its_shadow_nothing_changes(rig, behind):
    actors = puppet.rehearse([rig], [standing()], rig.size, stay=False)
    plain = next(puppet.frames(actors, behind, shadows=False))
    shaded = next(puppet.frames(actors, behind))
    changed = (shaded != plain).any(axis=2)
    assert changed.any()
    assert not changed[: int(0.6 * len(changed))].any()
    assert (shaded.astype(int) <= plain.astype(int) + 1).all()


def test_a_hidden_limb_is_no_layer(figure):
    from dataclasses import replace

    confidence = figure.confidence.copy()
    confidence[:] = 0
    shape = replace(figure, kind="shape", confidence=confidence)
    rig = puppet_rig.build(shape)
    assert rig.anatomy.limbs == ()
    assert np.isfinite(pose(rig, standing()).transforms).all()


def test_the_background_has_none_of_the_figure(figure, behind):
    hole = backdrop.hole_of(figure)
    assert np.array_equal(behind[~hole], figure.picture[..., :3][~hole])
    assert np.abs(behind[hole].astype(int) - [120, 170, 200]).max() < 12


def test_textures_go_on_in_the_hole():
    grainy = np.clip(np.random.default_rng(0).normal(140, 22, (200, 260, 3)), 0, 255).astype(np.uint8)
    hole = np.zeros((200, 260), bool)
    hole[60:140, 100:150] = True
    filled = backdrop.fill(grainy, hole)
    assert np.array_equal(filled[~hole], grainy[~hole])
    inner = filled[64:136, 104:146].astype(float)
    assert abs(inner.mean() - 140) < 6
    assert inner.std() > 11  # still grainy, not a blur
    assert np.array_equal(filled, backdrop.fill(grainy, hole))


def test_a_floor_runs_on_behind_the_figure():
    picture = np.full((200, 260, 3), 220, np.uint8)
    picture[130:] = (90, 60, 40)
    hole = np.zeros((200, 260), bool)
    hole[40:180, 110:150] = True
    filled = backdrop.fill(picture, hole)
    assert np.abs(filled[60:120, 130].astype(int) - 220).max() < 14
    assert np.abs(filled[140:, 130].astype(int) - [90, 60, 40]).max() < 14


def test_an_edge_behind_the_figure_goes_on_and_a_dark_neighbour_does_not_spread():
    picture = np.full((220, 240, 3), 225, np.uint8)
    picture[:, 170:] = (120, 60, 30)  # a door beside a wall
    picture[180:] = 128
    hole = np.zeros((220, 240), bool)
    hole[30:200, 90:172] = True  # up to the door
    filled = backdrop.fill(picture, hole).astype(int)
    assert np.abs(filled[50:170, 95:160] - 225).max() < 12
    assert np.abs(filled[50:170, 176] - [120, 60, 30]).max() < 12
    assert np.abs(filled[190, 95:160] - 128).max() < 24


def test_nothing_to_fill_and_nothing_known():
    picture = np.full((60, 60, 3), 77, np.uint8)
    assert np.array_equal(backdrop.fill(picture, np.zeros((60, 60), bool)), picture)
    assert backdrop.fill(picture, np.ones((60, 60), bool)).shape == picture.shape


def test_the_example_person_keeps_looking_the_same():
    figure = pipeline.find(shipped_pictures()["A person"]).figures[0]
    scene = pipeline.prepare([figure], 192)
    track = from_motion(groove(2.0).motions[0])
    actors = puppet.rehearse(scene.rigs, [track], scene.size)
    frames = list(puppet.frames(actors, scene.background, cut_out=True))
    looks = [likeness.colours(frame[..., :3], frame[..., 3]) for frame in (frames[0], frames[-1])]
    assert likeness.colour_drift(*looks) < 0.15
