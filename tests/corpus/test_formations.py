"""Formations: who is where in the dance and on the floor, and that partners never meet on the way."""

from itertools import pairwise

import numpy as np
import pytest

from demos.corpus.formations import CLOSENESS, FORMS, Segment, find_form, plan_segments, slots, timelines
from demos.runtime.errors import InputError

FPS = 30.0
COUNTS = np.arange(0, 64, 1 / 15)  # two counts a second


def segments(*names):
    return [Segment(FORMS[name], 16 * i, 16 * (i + 1)) for i, name in enumerate(names)]


def test_in_unison_both_are_where_the_music_is():
    lead, follow = timelines(segments("side", "mirror", "facing", "orbit"), COUNTS, 4, FPS)
    np.testing.assert_allclose(lead, follow)
    np.testing.assert_allclose(lead[15:-15], COUNTS[15:-15], atol=1e-6)


def test_a_canon_follows_two_counts_later_and_both_end_together():
    lead, follow = timelines(segments("side", "canon", "side", "side"), COUNTS, 4, FPS)
    middle = (COUNTS > 19) & (COUNTS < 29)
    np.testing.assert_allclose((lead - follow)[middle], 2, atol=1e-6)
    np.testing.assert_allclose(lead[COUNTS > 33], follow[COUNTS > 33])
    np.testing.assert_allclose((COUNTS - lead)[(COUNTS > 33) & (COUNTS < 63)], 2, atol=1e-6)


def test_an_answer_comes_a_bar_later_and_who_waits_stays_near():
    lead, follow = timelines(segments("answer", "side", "side", "side"), COUNTS, 4, FPS)
    call, answer = (COUNTS > 1) & (COUNTS < 3.5), (COUNTS > 5) & (COUNTS < 7.5)
    assert np.ptp(lead[call]) == pytest.approx(np.ptp(COUNTS[call]), abs=0.01)
    assert 1.1 < np.ptp(follow[call]) < 1.5
    assert np.ptp(follow[answer]) == pytest.approx(np.ptp(COUNTS[answer]), abs=0.01)
    assert 1.1 < np.ptp(lead[answer]) < 1.5
    steps = np.abs(np.diff(np.stack([lead, follow]), axis=1)) * 15  # counts of the dance per count of the music
    assert steps.max() < 1.4  # waiting and going on never hurry the dance


@pytest.mark.parametrize("closeness", CLOSENESS)
def test_partners_never_meet_and_look_where_the_form_says(closeness):
    plan = segments("facing", "orbit", "shadow", "mirror")
    where = slots(plan, COUNTS, closeness, FPS)
    assert np.linalg.norm(where.place[0] - where.place[1], axis=-1).min() > 0.7
    facing = (COUNTS > 4) & (COUNTS < 12)
    to_follow = where.place[1] - where.place[0]
    bearing = np.arctan2(to_follow[:, 0], to_follow[:, 1])
    away = np.abs((where.heading[0] - bearing + np.pi) % (2 * np.pi) - np.pi)
    assert away[facing].max() < np.radians(25)
    front = (COUNTS > 52) & (COUNTS < 60)
    assert np.abs(np.angle(np.exp(1j * where.heading[:, front]))).max() < np.radians(5)
    # after half a turn about one another they have changed sides
    assert np.sign(where.place[0, COUNTS < 12, 0]).max() == -1
    assert np.sign(where.place[0, (COUNTS > 35) & (COUNTS < 45), 0]).min() == 1
    assert np.abs(np.diff(where.place, axis=1)).max() * FPS < 1.2


def test_segments_cover_the_grid_and_keep_to_the_closeness():
    for closeness in CLOSENESS:
        for bars in (1, 3, 8, 17):
            plan = plan_segments(bars, 4, closeness, np.random.default_rng(3), first=1)
            assert plan[0].start == 0
            assert plan[-1].stop == 4 * bars
            assert all(a.stop == b.start for a, b in pairwise(plan))
            assert all(a.form != b.form for a, b in pairwise(plan))
            assert all(closeness in segment.form.near for segment in plan)


def test_forms_asked_for_come_in_turn():
    plan = plan_segments(12, 4, "hold", np.random.default_rng(0), ("canon", "orbit"))
    assert [segment.form.name for segment in plan] == ["canon", "orbit", "canon"]


def test_an_unknown_form_is_refused():
    with pytest.raises(InputError, match="moonwalk"):
        find_form("moonwalk")
