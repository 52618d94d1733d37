"""Where edited frames come from is read off pairs that the corpus's own layers made."""

import numpy as np
import pytest
import torch
from made_motion import make_groove

from demos.corpus.edits import carry_out, make_edit
from demos.editing import origins
from demos.editing.conditions import WHERE
from demos.editing.losses import origin_losses
from demos.editing.model import WIDTH, Doors, Taken, Taking
from demos.editing.origins import Origins
from demos.motion import vector
from demos.motion.dance import Dance, Provenance

BEATS = np.arange(0, 8, 0.5)


def pair(kind, **params):
    dance = Dance((make_groove(seconds=8.0),), Provenance("test"), "0" * 64, BEATS, BEATS[::4])
    edit = make_edit(dance, kind, params=params)
    after = carry_out(dance, edit)
    return edit, *(vector.encode(each.motions[0]) for each in (dance, after))


def taken(found: Origins[np.ndarray], before: np.ndarray) -> np.ndarray:
    frames = len(before)
    none = torch.zeros(1, frames, WIDTH)
    mirror = torch.from_numpy(found.mirrored).expand(1, frames, -1)
    later, yaw = (torch.from_numpy(part).view(1, -1, 1) for part in (found.later, found.yaw))
    return Taken()(torch.from_numpy(before)[None], Taking(later, mirror, none, none, yaw))[0].numpy()


@pytest.mark.parametrize("kind", ["faster", "slower", "freeze", "hits", "hold_end", "mirror", "mirror_arms"])
def test_what_is_taken_from_there_is_the_edited_dance(kind):
    edit, before, after = pair(kind)
    found = origins.of_edit(kind, edit.parts, before, after)
    assert found.retimed == (kind in origins.RETIMED)
    assert found.swapped == kind.startswith("mirror")
    arms = slice(vector.ROTATIONS.start + 6 * 16, WIDTH)
    inside = slice(45, 195)  # away from where edits come and go
    there = np.square(taken(found, before) - after)[inside, arms].mean()
    unmoved = np.square(before - after)[inside, arms].mean()
    assert there < 0.25 * unmoved


def test_turns_are_followed_all_the_way_round():
    edit, before, after = pair("turn", way="left", count=2)
    found = origins.of_edit("turn", edit.parts, before, after)
    assert found.turned == 1
    assert np.abs(np.diff(found.yaw)).max() < 1.0  # no jumps
    assert np.ptp(found.yaw) == pytest.approx(4 * np.pi, abs=0.7)


def test_other_kinds_have_no_origins():
    edit, before, after = pair("raise_arms")
    found = origins.of_edit("raise_arms", edit.parts, before, after)
    assert all(not np.any(part) for part in found)


def test_losses_are_nought_at_the_origins_and_count_only_where_edits_act():
    edit, before, after = pair("slower")
    found = Origins(
        *(torch.from_numpy(np.stack([part])) for part in origins.of_edit("slower", edit.parts, before, after))
    )
    frames = len(before)
    later, now = found.later[..., None], torch.zeros(1, frames, 1)
    shut = torch.full((1, 1, 1), -20.0)
    doors = Doors(-shut, shut, shut, shut.expand(-1, -1, WIDTH))
    where, sees = torch.ones(1, frames, WHERE), torch.ones(1)
    right = origin_losses(later, now, doors, found, where, sees)
    assert all(float(value) < 1e-6 for value in right.values())
    assert float(origin_losses(now, now, doors, found, where, sees)["time"]) > 0.2
    assert float(origin_losses(now, now, doors, found, 0 * where, sees)["time"]) == 0
    assert float(origin_losses(now, now, doors, found, where, 0 * sees)["time"]) == 0
    wavering = later + 0.05 * torch.tensor([1.0, -1.0]).repeat_interleave(4).repeat(frames)[:frames].view(1, -1, 1)
    steady = origin_losses(later + 0.05, now, doors, found, where, sees)
    assert float(origin_losses(wavering, now, doors, found, where, sees)["time"]) > 3 * float(steady["time"])
    closed = origin_losses(later, now, doors._replace(later=shut), found, where, sees)
    assert float(closed["doors"]) > 10
