"""The parts of the editing networks whose answers are known beforehand."""

import numpy as np
import pytest
import torch

from demos.audio.conditions import MUSIC
from demos.editing.conditions import PART_NAMES, WHERE
from demos.editing.model import DOOR_SPEED, TINY, WIDTH, Course, Editor, Posterior, Taken, Taking
from demos.motion import rotations, vector
from demos.motion.motion import Motion
from demos.motion.skeleton import FEET, MIRROR
from demos.nn.diffusion import scheduler
from demos.nn.kinematics import ground_below, heading, moved


@pytest.fixture
def dance():
    """Slow waves in every column, (2, 60, 151), normalised."""
    time = torch.arange(60)[:, None] / 30
    phase = torch.linspace(0, 6, WIDTH)
    return torch.sin(2 * time + phase)[None] * torch.tensor([1.0, 0.5])[:, None, None]


def noised(dance, noise, steps):
    return scheduler().add_noise(dance, noise, steps)  # pyright: ignore[reportArgumentType]


def test_a_posterior_believes_the_sample_at_the_last_steps_and_the_network_at_the_first(dance):
    posterior = Posterior()
    noise = torch.randn(dance.shape, generator=torch.Generator().manual_seed(0))
    wrong = dance + 0.3

    def answer(step):
        steps = torch.full((2,), step)
        with torch.no_grad():
            return posterior(wrong, noised(dance, noise, steps), steps)

    assert (answer(0) - dance).abs().mean() < 0.02
    assert torch.allclose(answer(999), wrong, atol=1e-3)
    errors = [float((answer(step) - dance).square().mean()) for step in (0, 200, 600, 999)]
    assert errors == sorted(errors)


def test_a_posterior_beats_network_and_sample_alone(dance):
    posterior = Posterior()
    posterior.set_spectrum(dance, 0.1)
    generator = torch.Generator().manual_seed(1)
    steps = torch.full((2,), 300)
    signal = posterior.signal[300]
    noisy = noised(dance, torch.randn(dance.shape, generator=generator), steps)
    expected = 0.7 * dance  # a network that makes everything smaller
    with torch.no_grad():
        error = (posterior(expected, noisy, steps) - dance).square().mean()
    assert error < (expected - dance).square().mean() / 2
    assert error < (noisy / signal.sqrt() - dance).square().mean() / 2


def test_mirrored_columns_are_a_mirrored_motion():
    rng = np.random.default_rng(0)
    motion = Motion(rng.normal(size=(5, 24, 3)).astype(np.float32), rng.normal(size=(5, 3)).astype(np.float32), 30)
    contacts = rng.random((5, 4)) > 0.5
    columns, signs = vector.mirrored_columns()
    swapped = contacts[:, [FEET.index(MIRROR[joint]) for joint in FEET]]
    wanted = vector.encode(motion.mirror(), swapped)
    assert np.allclose(vector.encode(motion, contacts)[:, columns] * signs, wanted, atol=1e-6)


def test_what_is_taken_over_is_later_mirrored_and_smoothed(dance):
    taken = Taken()
    none, all_ = torch.zeros(2, 60, WIDTH), torch.ones(2, 60, WIDTH)
    now = torch.zeros(2, 60, 1)
    nothing = Taking(now, none, none, none, now)

    def take(motion=dance, **changes):
        return taken(motion, nothing._replace(**changes))

    assert torch.equal(take(), dance)
    later = take(later=now + 0.1)
    assert torch.allclose(later[:, :57], dance[:, 3:], atol=1e-5)
    assert torch.allclose(later[:, 57:], dance[:, -1:].expand(-1, 3, -1), atol=1e-5)
    mirrored = take(mirror=all_)
    assert not torch.allclose(mirrored, dance)
    assert torch.allclose(take(mirrored, mirror=all_), dance, atol=1e-5)
    speed = dance.diff(dim=1).square().mean()
    assert take(even=all_).diff(dim=1).square().mean() < 0.8 * speed
    assert take(even=-0.5 * all_).diff(dim=1).square().mean() > speed


def test_a_pelvis_is_turned_to_the_left_on_the_spot():
    rng = np.random.default_rng(0)
    motion = Motion(rng.normal(size=(4, 24, 3)).astype(np.float32), rng.normal(size=(4, 3)).astype(np.float32), 30)
    angle = np.linspace(-3, 3, 4)
    matrices = rotations.rotvec_to_matrix(motion.poses)
    matrices[:, 0] = rotations.yaw(angle) @ matrices[:, 0]
    wanted = vector.encode(Motion(rotations.matrix_to_rotvec(matrices), motion.translation, 30), np.zeros((4, 4), bool))
    before = torch.from_numpy(vector.encode(motion, np.zeros((4, 4), bool)))[None]
    none, now = torch.zeros(1, 4, WIDTH), torch.zeros(1, 4, 1)
    yaw = torch.from_numpy(angle).float().view(1, 4, 1)
    made = Taken()(before, Taking(now, none, none, none, yaw))
    assert np.allclose(made[0].numpy(), wanted, atol=1e-5)


def test_an_editor_sees_the_same_dance_wherever_it_is_and_faces(dance):
    network = Editor.tiny()
    elsewhere = moved(dance, torch.tensor([1.0, -2.0]), torch.tensor([[3.0, 1.0], [0.0, -2.0]]))
    seen = [network.seen(motion, ground_below(motion)) for motion in (dance, elsewhere)]
    assert torch.allclose(seen[0], seen[1], atol=1e-4)
    assert torch.allclose(network.shown(seen[1], ground_below(elsewhere)), elsewhere, atol=1e-4)


def test_an_editor_returns_what_the_mask_holds(dance):
    network = Editor.tiny()
    where = torch.zeros(2, 60, WHERE)
    where[:, 20:40, 0] = 1
    ground = ground_below(dance)
    with torch.no_grad():
        made = network(
            torch.randn_like(dance), torch.tensor([10, 900]), dance, ground, torch.zeros(2, 60, 39),
            torch.zeros(2, 129), where, torch.ones(2), torch.ones(2),
        )  # fmt: skip
    free = (where[..., :6] @ network.columns) > 0
    before = network.seen(dance, ground)
    assert torch.equal(made[~free], before[~free])
    assert not torch.allclose(made[free], before[free])


def test_what_is_taken_from_other_times_is_whole(dance):
    """Nothing is made beside it, and the noise of the sample is not left in it."""
    network = Editor.tiny()
    where = torch.zeros(2, 60, WHERE)
    where[..., : len(PART_NAMES)] = 1
    made = {}
    with torch.no_grad():
        network.doors.weight.zero_()
        for opened in (True, False):
            network.doors.bias.fill_(-20 / DOOR_SPEED)
            network.doors.bias[0] = (20 if opened else -20) / DOOR_SPEED
            made[opened] = [
                network(
                    torch.randn_like(dance), torch.tensor([300, 300]), dance, ground_below(dance),
                    torch.zeros(2, 60, 39), torch.zeros(2, 129), where, torch.ones(2), torch.ones(2),
                )
                for _ in range(2)
            ]  # fmt: skip
    assert torch.allclose(*made[True], atol=1e-4)
    assert not torch.allclose(*made[False], atol=1e-2)


def test_who_has_turned_round_does_not_turn_back_where_the_edit_ends(dance, monkeypatch):
    network = Editor.tiny()
    mask = torch.cat([torch.ones(40), torch.linspace(1, 0, 10), torch.zeros(10)])
    where = torch.zeros(2, 60, WHERE)
    where[..., : len(PART_NAMES)] = mask[:, None]
    turn = 2 * torch.pi * torch.linspace(0, 1.5, 60).clamp(max=1).expand(2, -1)[..., None]
    monkeypatch.setattr(network.course, "forward", lambda *_: (torch.zeros_like(turn), turn))
    standing = torch.zeros_like(dance)
    standing[..., [7, 11]] = 1  # no joint turned: facing +z
    with torch.no_grad():
        network.doors.weight.zero_()
        network.doors.bias.fill_(-20 / DOOR_SPEED)
        network.doors.bias[2] = 20 / DOOR_SPEED
        ground = ground_below(standing)
        made = network(
            torch.randn_like(dance), torch.tensor([300, 300]), standing, ground, torch.zeros(2, 60, 39),
            torch.zeros(2, 129), where, torch.ones(2), torch.ones(2),
        )  # fmt: skip
        facing = heading(network.shown(made, ground))
    assert torch.allclose(facing[:, 19].abs(), torch.tensor(2 * torch.pi * 1.5 * 19 / 59), atol=0.05)
    assert facing[:, 40:].abs().max() < 0.05


def test_a_turn_is_not_called_back_by_the_frames_after_it():
    course = Course(TINY)
    with torch.no_grad():
        course.out.bias[1] = 6.0  # radians at every frame
        where = torch.zeros(1, 60, WHERE)
        where[:, :30, 0] = 1
        later, yaw = course(torch.zeros(1, 10, TINY.width), where, torch.zeros(1, 60, MUSIC))
    assert later.abs().max() == 0
    assert yaw[0, :30].min() > 5
    assert yaw[0, 59] > 4
