"""Time bent onto a beat: a dance beside it comes onto it, one that is on it stays, ends stay where they are."""

import numpy as np
from made_motion import make_groove

from demos.duet import timing
from demos.motion import rhythm


def _beats(motion):
    return rhythm.kinematic_beats(motion.resample(60).joints) / 60


def test_a_couple_beside_the_beat_comes_onto_it():
    lead, follow = make_groove(seconds=12.0, bpm=97), make_groove(seconds=12.0, bpm=97)
    own = _beats(lead)
    beats = own[1:-1] + 0.12
    times = timing.on_the_beat((lead, follow), beats)
    assert times is not None
    assert times[0] == 0.0
    assert abs(times[-1] - (len(lead) - 1) / 30) < 1e-6
    rate = np.diff(times) * 30
    assert rate.min() > 1 - 2 * timing.LIMITS.fastest
    assert rate.max() < 1 + 2 * timing.LIMITS.fastest
    before, after = (rhythm.beat_alignment(motion, beats).bas or 0.0 for motion in (lead, timing.bent(lead, times)))
    assert after > before + 0.4
    there = timing.on_the_beat((lead, follow), own[1:-1] + 0.5 / 60)
    assert there is not None
    np.testing.assert_allclose(there, np.arange(len(lead)) / 30, atol=0.03)


def test_without_beats_or_movement_time_stays():
    lead = make_groove(seconds=4.0)
    assert timing.on_the_beat((lead, lead), np.zeros(0)) is None
    still = timing.bent(lead, np.zeros(len(lead)))
    assert timing.on_the_beat((still, still), np.arange(0, 4, 0.5)) is None


def test_contacts_go_with_the_dance():
    contacts = np.zeros((30, 4), bool)
    contacts[10:20] = True
    later = timing.bent_contacts(contacts, np.clip(np.arange(30) / 30 - 0.1, 0, None), 30)
    np.testing.assert_array_equal(np.flatnonzero(later[:, 0]), np.arange(13, 23))
