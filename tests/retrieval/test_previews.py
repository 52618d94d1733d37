"""Previews: loops without a seam, small films of them."""

import imageio_ffmpeg
import numpy as np
import pytest
from made_motion import make_groove

from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.retrieval import previews
from demos.retrieval.previews import FPS, LONGEST_S, SEAM_S, SHORTEST_S, Loop, find_loop, looped, write_preview


def _dance(seconds: float = 9.0, bpm: float = 100.0, **changes) -> Dance:
    motion = make_groove(seconds, bpm=bpm)
    return Dance((motion,), Provenance("test"), beats=np.arange(0, seconds, 60 / bpm), **changes)


def test_a_loop_is_whole_counts_with_room_for_the_seam():
    loop = find_loop(_dance())
    counts = loop.length_s * 100 / 60
    assert counts == pytest.approx(round(counts))
    assert SHORTEST_S <= loop.length_s <= LONGEST_S
    assert loop.start_s >= SEAM_S
    assert loop.start_s + loop.length_s <= 9.0


def test_the_liveliest_stretch_is_taken():
    lively, still = make_groove(6.0), make_groove(6.0)
    frozen = Motion(np.repeat(still.poses[:1], 180, 0), np.repeat(still.translation[:1], 180, 0), 30.0)
    dance = Dance(
        (
            Motion(
                np.concatenate([frozen.poses, lively.poses]),
                np.concatenate([frozen.translation, lively.translation]),
                30,
            ),
        ),
        Provenance("test"),
    )
    assert find_loop(dance).start_s > 4.5


def test_the_end_of_a_loop_runs_into_its_start():
    steps = np.cumsum(np.full(300, 0.01))  # walks three metres, so that the ends are apart
    motion = make_groove(10.0).move(np.zeros(3))
    motion = Motion(motion.poses, motion.translation + steps[:, None] * np.array([1, 0, 0], np.float32), 30.0)
    loop = Loop(2.0, 3.0)
    joints = looped(motion, loop).joints
    assert len(joints) == 45
    seam = np.linalg.norm(joints[0] - joints[-1], axis=-1).mean()
    plain = np.linalg.norm(joints[20] - joints[0], axis=-1).mean()
    inside = np.linalg.norm(np.diff(joints, axis=0), axis=-1).mean(axis=1).max()
    assert seam <= 1.2 * inside
    assert plain > 0.1  # it does walk in between


def test_a_short_dance_is_taken_whole():
    loop = find_loop(_dance(1.5))
    assert loop == Loop(0.0, 1.5)
    assert len(looped(make_groove(1.5), loop)) == round(1.5 * FPS)


def test_a_preview_is_small_silent_and_the_same_each_time(tmp_path):
    dance = _dance()
    first = write_preview(dance, tmp_path / "a" / "one.mp4", style="salsa")
    second = write_preview(dance, tmp_path / "two.mp4", style="salsa")
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size < 30_000
    frames = imageio_ffmpeg.read_frames(str(first))
    facts = next(frames)
    assert facts["size"] == previews.SIZE
    assert not facts.get("audio_codec")
    assert sum(1 for _ in frames) == round(find_loop(dance).length_s * FPS)
    assert [path.name for path in tmp_path.rglob("*.mp4")].count("one.mp4") == 1
    assert not list(tmp_path.rglob(".*"))


def test_the_dancer_fills_the_picture_and_styles_differ():
    dance = _dance()
    salsa = next(previews.pictures(dance, style="salsa")).astype(int)
    other = next(previews.pictures(dance, style="hiphop")).astype(int)
    assert salsa.shape == (previews.SIZE[1], previews.SIZE[0], 3)
    coral = (salsa[..., 0] > 150) & (salsa[..., 0] > 1.5 * salsa[..., 2])
    rows = np.flatnonzero(coral.any(axis=1))
    assert len(rows) > 0.15 * previews.SIZE[1]  # the top alone
    assert np.abs(salsa[:30] - other[:30]).mean() > 0.5  # another light


def test_couples_and_unknown_styles_have_previews(couple):
    picture = next(previews.pictures(couple, style="polka"))
    teal = (picture[..., 1].astype(int) > 1.4 * picture[..., 0]) & (picture[..., 1] > 90)
    assert teal.sum() > 50
