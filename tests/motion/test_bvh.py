"""The BVH parser: what it reads, what it forgives, and that hostile text gets one sentence and no traceback."""

import numpy as np
import pytest
from made_files import MIXAMO, bvh_text

from demos.motion import bvh
from demos.runtime.errors import InputError

TINY = """HIERARCHY
ROOT hips
{
  OFFSET 1 2 3
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT knee
  {
    OFFSET 0 -2 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -1 0
    }
  }
}
MOTION
Frames: 2
Frame Time: 0.0333333
10 20 30 0 0 0 0 0 0
10 20 30 90 0 0 0 90 0
"""


def test_reads_names_tree_offsets_and_values():
    clip = bvh.parse(TINY.encode())
    assert clip.names == ("hips", "knee")
    assert clip.parents == (-1, 0)
    np.testing.assert_allclose(clip.offsets, [[1, 2, 3], [0, -2, 0]])
    assert clip.values.shape == (2, 9)
    assert clip.fps == 30.0
    assert clip.end_sites[0][0] == 1
    np.testing.assert_allclose(clip.end_sites[0][1], [0, -1, 0])
    assert clip.notes == ()


def test_forward_kinematics_by_hand():
    positions, orientations = bvh.forward(bvh.parse(TINY.encode()))
    np.testing.assert_allclose(positions[0], [[10, 20, 30], [10, 18, 30]])
    # Turned 90 degrees about z, down (0, -2, 0) becomes (2, 0, 0).
    np.testing.assert_allclose(positions[1], [[10, 20, 30], [12, 20, 30]], atol=1e-9)
    # then 90 degrees about the knee's own x: its z axis (world z) goes to its -y, which is the world's +x.
    np.testing.assert_allclose(orientations[1, 1] @ [0, 0, 1], [1, 0, 0], atol=1e-9)


def test_only_the_joints_asked_for():
    clip = bvh.parse(bvh_text(frames=4).encode())
    every, _ = bvh.forward(clip)
    hand = clip.names.index("LeftHand")
    some, _ = bvh.forward(clip, [hand])
    np.testing.assert_array_equal(some[:, 0], every[:, hand])


def test_channels_turn_in_the_order_they_are_listed():
    turns = {"LeftArm": (20, 30, 40)}
    ends = []
    for order in ("ZXY", "XYZ"):
        clip = bvh.parse(bvh_text(turns=turns, frames=1, order=order).encode())
        ends.append(bvh.forward(clip)[0][0, clip.names.index("LeftHand")])
    assert np.linalg.norm(ends[0] - ends[1]) > 0.01


@pytest.mark.parametrize(
    ("old", "new", "note"),
    [
        ("Frames: 2", "Frames: 3", "The header says 3 frames but 2 are there."),
        ("90 0 0 0 90 0\n", "90 0 0 0 90\n", "The last frame is cut off and was left out."),
        ("HIERARCHY", "\ufeffhierarchy", None),
        ("\n", "\r\n", None),
        ("  OFFSET", "\tOFFSET", None),
        ("Frame Time: 0.0333333", "Frame Time:\t0.0333333", None),
        ("10 20 30 90 0 0", "10, 20, 30, 90, 0, 0,", None),
        ("10 20 30 90", "10 20 30\n90", None),
    ],
)
def test_forgives(old, new, note):
    clip = bvh.parse(TINY.replace(old, new).encode())
    assert clip.names == ("hips", "knee")
    if note:
        assert note in clip.notes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "does not start with HIERARCHY"),
        ("solid cube\n", "does not start with HIERARCHY"),
        (TINY.split("MOTION")[0], "no MOTION section"),
        (TINY.replace("0 -2 0", "0 -2 nan"), "not a sensible number"),
        (TINY.replace("0 -2 0", "0 -2 1e30"), "not a sensible number"),
        (TINY.replace("0 -2 0", "0 -2 up"), "should be 3 numbers"),
        (TINY.replace("90 0 0 0 90 0", "nan 0 0 0 90 0"), "not finite"),
        (TINY.replace("90 0 0 0 90 0", "1e300 0 0 0 90 0"), "not finite"),
        (TINY.replace("90 0 0 0 90 0", "ninety 0 0 0 90 0"), "'ninety' among its frames"),
        (TINY.replace(" 0 0 0 0 0 0\n", " 0 0 0 0\n"), "needs 9 numbers a frame but its first frame has 7"),
        (TINY.split("10 20")[0], "no frames of motion"),
        (TINY.replace("Frames: 2", ""), "how many Frames"),
        (TINY.replace("Frames: 2", "Frames: many"), "not a number"),
        (TINY.replace("0.0333333", "0"), "makes no sense"),
        (TINY.replace("0.0333333", "-1"), "makes no sense"),
        (TINY.replace("0.0333333", "nan"), "makes no sense"),
        (TINY.replace("CHANNELS 3", "CHANNELS 999999999"), "CHANNELS"),
        (TINY.replace("Zrotation Xrotation Yrotation\n    End", "Zspin Xrotation Yrotation\n    End"), "zspin"),
        (TINY.replace("}\nMOTION", "MOTION"), "braces"),
        (TINY.replace("}\nMOTION", "}\n}\nMOTION"), "braces"),
        (TINY.replace("JOINT knee\n  {", "JOINT knee\n"), "damaged"),
        (TINY.replace("OFFSET 0 -1 0", "JOINT toe { }"), "inside an End Site"),
        ("HIERARCHY\nMOTION\nFrames: 1\nFrame Time: 0.1\n1\n", "CHANNELS|joints"),
    ],
)
def test_refuses_with_one_sentence(text, words):
    with pytest.raises(InputError, match=words) as error:
        bvh.parse(text.encode(), name="dance.bvh")
    assert str(error.value).startswith("dance.bvh")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 250


def test_refuses_bombs():
    deep = "HIERARCHY\nROOT a { " + "JOINT b { " * 5000
    with pytest.raises(InputError, match="nests too deeply"):
        bvh.parse((deep + "\nMOTION\n").encode())
    wide = "HIERARCHY\nROOT a { " + "JOINT b { OFFSET 0 0 0 } " * 5000 + "}\nMOTION\n"
    with pytest.raises(InputError, match="more than 400 joints"):
        bvh.parse(wide.encode())
    with pytest.raises(InputError, match="binary"):
        bvh.parse(b"HIERARCHY\0\1\2" * 100)
    # A huge count is only a claim: what counts is what is there.
    assert len(bvh.parse(TINY.replace("Frames: 2", "Frames: 999999999999").encode())) == 2


def test_too_long_is_refused_before_memory_is_spent(monkeypatch):
    monkeypatch.setattr(bvh, "MAX_FRAMES", 100)
    with pytest.raises(InputError, match="ten minutes"):
        bvh.parse(bvh_text(frames=150).encode())


def test_position_channels_of_inner_joints_replace_or_add_whichever_keeps_the_bone():
    for value in ("0 -2 0", "0 0 0"):
        text = TINY.replace("CHANNELS 3 Z", "CHANNELS 6 Xposition Yposition Zposition Z")
        text = text.replace("0 0 0 0 0 0\n", f"0 0 0 {value} 0 0 0\n").replace(
            "90 0 0 0 90 0", f"90 0 0 {value} 0 90 0"
        )
        positions, _ = bvh.forward(bvh.parse(text.encode()))
        np.testing.assert_allclose(positions[0, 1], [10, 18, 30])


def test_rates_near_a_usual_one_are_that_one():
    for time, fps in (("0.0333333", 30.0), ("0.008342", 120.0), ("0.0166667", 60.0), ("0.04170", 23.976)):
        assert bvh.parse(TINY.replace("0.0333333", time).encode()).fps == fps
    assert bvh.parse(TINY.replace("0.0333333", "0.0285").encode()).fps == pytest.approx(35.09, abs=0.01)


def test_rest_pose_is_the_sum_of_offsets():
    clip = bvh.parse(bvh_text(frames=1).encode())
    rest = dict(zip(clip.names, bvh.rest(clip), strict=True))
    offsets = {name: np.array(offset) for name, _, offset in MIXAMO}
    np.testing.assert_allclose(rest["LeftFoot"], offsets["LeftUpLeg"] + offsets["LeftLeg"] + offsets["LeftFoot"])
