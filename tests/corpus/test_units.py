"""What the choreographer chooses from: live arms before arms that are only held, calm phrases where asked."""

from dataclasses import replace

import numpy as np

from demos.corpus import units
from demos.corpus.alignment import fit_counts
from demos.corpus.motion_graph import build_graph
from demos.corpus.phrases import phrases_of
from demos.corpus.styles import STYLES
from demos.corpus.units import IDLE_SPEED, STIFF_SPEED, make_units
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX
from tests.corpus.dancers import made_clip

ARMS = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("shoulder", "elbow")]


def units_of(clips, *, couple=False, style="pop", count_s=0.5):
    graph = build_graph([phrase for clip in clips for phrase in phrases_of(clip)])
    fits = fit_counts(graph, count_s, (4, 8), tightness=0.1)
    return make_units(graph, fits, STYLES[style], couple, np.random.default_rng(0))


def with_arms_held(clip):
    poses = clip.motion.poses.copy()
    poses[:, ARMS] = poses[0, ARMS]
    return replace(clip, trial="held", source="held", motion=Motion(poses, clip.motion.translation, 30))


def test_armwork_is_of_the_arms_alone():
    clip = made_clip("live", 0, speed=1.3)
    held = with_arms_held(clip)
    assert held.armwork.mean() < 0.3 * clip.armwork.mean()
    np.testing.assert_allclose(held.footwork, clip.footwork)


def test_arms_that_are_only_held_cost_except_a_partner_s(monkeypatch):
    live = made_clip("live", 0, speed=3.0)
    held = with_arms_held(live)
    assert np.percentile(held.armwork, 90) < STIFF_SPEED < np.percentile(live.armwork, 10)

    def costs(clip, weight, couple=False):
        monkeypatch.setattr(units, "_STIFF", weight)
        return units_of([clip], couple=couple).base

    np.testing.assert_array_equal(costs(live, 2.0), costs(live, 0.0))
    assert (costs(held, 2.0) - costs(held, 0.0)).min() > 0.3
    leading = replace(held, role="lead", partner=live.motion)
    np.testing.assert_array_equal(costs(leading, 2.0, couple=True), costs(leading, 0.0, couple=True))


def test_a_calm_style_takes_what_others_leave_out():
    quiet = made_clip("quiet", 1, speed=0.55, genre="modern")
    assert 0.7 * IDLE_SPEED < quiet.speed.mean() < 1.1 * IDLE_SPEED
    lively = made_clip("lively", 2, speed=1.6, genre="modern")
    sources = [set(units_of([quiet, lively], style=style, count_s=0.5).clip.tolist()) for style in ("jazz", "modern")]
    assert sources[0] < sources[1]
