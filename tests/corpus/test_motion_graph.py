"""The motion graph: costs that ignore where and which way, know left from right, and grow with what differs."""

from dataclasses import replace

import numpy as np
import pytest

from demos.corpus.motion_graph import VELOCITY_S, build_graph
from demos.corpus.phrases import phrases_of
from tests.corpus.dancers import made_clip


@pytest.fixture(scope="module")
def graph():
    return build_graph([phrase for seed in range(3) for phrase in phrases_of(made_clip(f"c{seed}", seed))])


def test_a_moment_joins_itself_for_nothing_and_costs_are_symmetric(graph):
    np.testing.assert_allclose(np.diag(graph.same), 0, atol=1e-6)
    np.testing.assert_allclose(graph.same, graph.same.T, atol=1e-5)
    np.testing.assert_allclose(graph.crossed, graph.crossed.T, atol=1e-5)
    assert graph.same.max() > 0.05


def test_rows_of_mirrored_nodes_swap_the_halves(graph):
    n = len(graph)
    np.testing.assert_array_equal(graph.cost_from(3), np.concatenate([graph.same[3], graph.crossed[3]]))
    np.testing.assert_array_equal(graph.cost_from(n + 3), np.concatenate([graph.crossed[3], graph.same[3]]))


def test_costs_do_not_depend_on_place_and_facing():
    clip = made_clip("a", 0)
    moved = replace(clip, motion=clip.motion.turn(2.0).move(np.array([3.0, 0.0, -1.0])), source="b")
    graph = build_graph(phrases_of(clip) + phrases_of(moved))
    half = len(graph) // 2
    np.testing.assert_allclose(np.diag(graph.same[:half, half:]), 0, atol=1e-3)


def test_a_mirrored_dance_is_the_mirror_of_the_dance():
    clip = made_clip("a", 1)
    other = replace(clip, motion=clip.motion.mirror(), contacts=clip.contacts[:, [1, 0, 3, 2]], source="b")
    graph = build_graph(phrases_of(clip) + phrases_of(other))
    half = len(graph) // 2
    np.testing.assert_allclose(np.diag(graph.crossed[:half, half:]), 0, atol=1e-3)
    assert np.diag(graph.same[:half, half:]).min() > 0.02


def test_the_cost_is_mean_distance_plus_velocity_worked_by_hand():
    clip = made_clip("a", 0)
    still = clip.motion.poses[:1].repeat(120, axis=0)
    root = clip.motion.translation[:1].repeat(120, axis=0)
    poses = still.copy()
    motion = type(clip.motion)(poses, root, 30)
    gliding = type(clip.motion)(poses, root + np.arange(120)[:, None] * np.array([0.02, 0, 0]), 30)  # 0.6 m/s
    beats = np.array([1.0, 2.0, 3.0])
    contacts = np.zeros((120, 4), bool)
    usable = np.ones(120, bool)
    parts = [
        replace(clip, motion=body, beats_s=beats, contacts=contacts, usable=usable, held=~usable, source=name)
        for name, body in (("still", motion), ("gliding", gliding))
    ]
    graph = build_graph([phrase for part in parts for phrase in phrases_of(part)])
    half = len(graph) // 2
    np.testing.assert_allclose(graph.same[:half, half:], VELOCITY_S * 0.6, atol=2e-3)


def test_nodes_on_both_sides_of_a_gap_are_in_different_spans():
    clip = made_clip("a", 0)
    clip.usable[230:250] = False
    graph = build_graph(phrases_of(clip))
    before, after = graph.span[graph.time_s < 7.6], graph.span[graph.time_s > 8.4]
    assert len(set(before)) == len(set(after)) == 1
    assert before[0] != after[0]


def test_couples_are_joined_as_one():
    partner = made_clip("follow", 5).motion.move(np.array([0.0, 0.0, 0.7]))
    clip = made_clip("lead", 4, partner=partner, role="lead")
    alone, together = build_graph(phrases_of(clip)), build_graph(phrases_of(clip), couple=True)
    np.testing.assert_allclose(np.diag(together.same), 0, atol=1e-6)
    assert np.abs(alone.same - together.same).max() > 0.005
