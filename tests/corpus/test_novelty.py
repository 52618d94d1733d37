"""Novelty: the same material and what looks like it are known again, to either side."""

from dataclasses import replace

import numpy as np

from demos.corpus.novelty import Novelty, looks, mirrored
from tests.corpus.dancers import made_clip


def made(clips, rows):
    clip, from_s, to_s = (np.array(column) for column in zip(*rows, strict=True))
    return Novelty(clip, from_s, to_s, looks(clips, clip, from_s, to_s))


def test_overlapping_stretches_of_a_clip_are_the_same_and_neighbours_are_not():
    clips = (made_clip("a", 0), made_clip("b", 9))
    novelty = made(clips, [(0, 1.0, 3.0), (0, 2.0, 4.0), (0, 3.0, 5.1), (1, 1.0, 3.0)])
    novelty._square += 100  # looks aside
    assert novelty.like(0).tolist() == [True, True, False, False]


def test_a_dance_that_repeats_itself_looks_the_same_a_period_later():
    clips = (made_clip("a", 0),)  # everything comes again after eight beats of half a second
    novelty = made(clips, [(0, 1.0, 3.0), (0, 9.0, 11.0), (0, 2.0, 4.0)])
    assert novelty.like(0)[1]


def test_different_dances_do_not_look_the_same():
    clips = (made_clip("a", 0), made_clip("b", 9, speed=2.0))
    assert not made(clips, [(0, 1.0, 3.0), (1, 1.5, 3.5)]).like(0)[1]


def test_mirrored_looks_are_the_looks_of_the_mirrored_dance():
    clip = made_clip("a", 3)
    one = looks((clip,), np.array([0]), np.array([1.0]), np.array([3.0]))
    joints = clip.motion.mirror()
    other = looks((replace(clip, motion=joints),), np.array([0]), np.array([1.0]), np.array([3.0]))
    np.testing.assert_allclose(mirrored(one), other, atol=1e-4)
    np.testing.assert_allclose(mirrored(mirrored(one)), one)
