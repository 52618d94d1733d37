"""Couples: two dancers on one clock, in one world, who dance together; made of phrases made here, and of real ones."""

from dataclasses import replace

import numpy as np
import pytest

from demos.corpus.couples import choreograph_couple
from demos.corpus.couples_report import report, table_text
from demos.corpus.phrases import FPS, cut_phrases, phrases_of
from demos.corpus.reaching import HANDS
from demos.motion.duet_metrics import capsule_gaps, facing_angles, hand_distance, root_distance
from demos.motion.solo_metrics import heading
from demos.runtime.errors import InputError
from tests.corpus.dancers import made_clip

BEATS = np.arange(0, 30, 0.5)
DOWNBEATS = BEATS[::4]


@pytest.fixture(scope="module")
def phrases():
    clips = [made_clip(f"clip {seed}", seed, genre="pop") for seed in range(4)]
    return [phrase for clip in clips for phrase in phrases_of(clip)]


def dance(phrases, **wishes):
    wishes = {"seconds": 16.0, "style": "pop", **wishes}
    return choreograph_couple(BEATS, DOWNBEATS, phrases=phrases, **wishes)


@pytest.mark.parametrize("closeness", ["hold", "open", "apart"])
def test_two_dancers_of_the_length_asked_for_who_stay_out_of_one_another(phrases, closeness):
    made = dance(phrases, closeness=closeness)
    assert len(made.motions) == 2
    assert len(made) == 16 * FPS
    assert np.maximum(capsule_gaps(*made.motions)[1], 0).mean() < 0.01
    assert root_distance(*made.motions).min() > 0.3
    facts = made.provenance.settings
    assert facts["forms"][0]["start_s"] == 0
    assert facts["forms"][-1]["end_s"] == 16
    assert facts["trials"]


def test_closeness_is_distance_and_hands(phrases):
    near, open_, apart = (dance(phrases, closeness=c, forms=("facing",)) for c in ("hold", "open", "apart"))
    distances = [np.median(root_distance(*made.motions)) for made in (near, open_, apart)]
    assert distances[0] < distances[1] < distances[2]
    assert len(near.provenance.settings["holds"]) > 0
    assert not open_.provenance.settings["holds"]
    for angle in facing_angles(*near.motions):
        assert (angle < np.radians(45)).mean() > 0.8


def test_held_hands_are_within_ten_centimetres(phrases):
    made = dance(phrases, closeness="hold", forms=("facing",))
    for hold in made.provenance.settings["holds"]:
        part = slice(round(hold["start_s"] * FPS), round(hold["end_s"] * FPS))
        one = made.motions[0].joints[part, HANDS[hold["lead"] == "right"]]
        other = made.motions[1].joints[part, HANDS[hold["follow"] == "right"]]
        assert (np.linalg.norm(one - other, axis=-1) < 0.1).mean() > 0.95


def test_side_by_side_is_unison_and_mirror_its_mirror_image(phrases):
    lead, follow = dance(phrases, closeness="apart", forms=("side",)).motions
    shift = follow.joints - lead.joints
    assert np.abs(shift - np.median(shift, axis=0)).mean() < 0.04  # each some hundredths of a second early or late
    lead, follow = dance(phrases, closeness="apart", forms=("mirror",)).motions
    mirrored = lead.mirror()
    assert np.abs(follow.poses[:, 1:] - mirrored.poses[:, 1:]).mean() < 0.04
    assert np.abs(follow.poses[:, 1:] - lead.poses[:, 1:]).mean() > 0.05
    assert np.abs(np.sin(heading(follow)) - np.sin(-heading(lead))).mean() < 0.05


def test_a_canon_is_the_lead_a_second_later(phrases):
    lead, follow = dance(phrases, closeness="apart", forms=("canon",)).motions
    delay = FPS  # two counts of half a second
    middle = slice(3 * FPS, 6 * FPS)
    later = follow.poses[middle.start + delay : middle.stop + delay, 16:20]
    assert np.abs(later - lead.poses[middle, 16:20]).mean() < 0.04
    assert np.abs(follow.poses[middle, 16:20] - lead.poses[middle, 16:20]).mean() > 0.05


def test_an_orbit_changes_sides(phrases):
    lead, follow = dance(phrases, closeness="open", forms=("orbit",), seconds=8.0).motions
    across = (follow.translation - lead.translation)[:, 0]
    assert across[0] > 0.5
    assert across[-1] < -0.5


def test_the_same_wishes_give_the_same_dance_and_another_seed_another(phrases):
    first, again, other = (dance(phrases, closeness="open", seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.joints, again.joints)
    assert np.abs(first.joints - other.joints).max() > 0.1


def test_raw_leaves_hands_as_they_were(phrases):
    raw = dance(phrases, closeness="hold", forms=("facing",), raw=True)
    closed = dance(phrases, closeness="hold", forms=("facing",))
    gaps = [np.median(hand_distance(*made.motions)) for made in (closed, raw)]
    assert gaps[0] < gaps[1]
    assert raw.provenance.settings["raw"]


def test_real_couples_dance_salsa_in_hold(phrases):
    base = made_clip("couple", 5, genre="salsa", role="lead", seconds=20.0)
    partner = base.motion.turn(np.pi).move(np.array([0.0, 0.0, 0.9]))
    clip = replace(base, partner=partner)
    made = choreograph_couple(BEATS, DOWNBEATS, seconds=6.0, phrases=[*phrases, *phrases_of(clip)], style="salsa")
    assert made.provenance.settings["forms"] == [{"form": "couple", "start_s": 0.0, "end_s": 6.0}]
    assert made.provenance.settings["trials"] == ["couple"]
    assert np.median(root_distance(*made.motions)) == pytest.approx(0.9, abs=0.15)


def test_open_salsa_goes_to_and_fro_between_partnering_and_dancing_apart(phrases):
    base = made_clip("couple", 5, genre="salsa", role="lead", seconds=24.0)
    partner = base.motion.turn(np.pi).move(np.array([0.0, 0.0, 0.6]))
    salsa = [*phrases_of(replace(base, partner=partner)), *phrases_of(made_clip("solo", 6, genre="salsa"))]
    made = choreograph_couple(BEATS, DOWNBEATS, seconds=20.0, phrases=salsa, style="salsa", closeness="open")
    forms = [form["form"] for form in made.provenance.settings["forms"]]
    assert forms[::2] == ["couple"] * len(forms[::2])
    assert len(forms) > 1
    assert "couple" not in forms[1::2]
    distance = root_distance(*made.motions)
    for form in made.provenance.settings["forms"]:
        middle = slice(round((form["start_s"] + 1.5) * FPS), round((form["end_s"] - 1.5) * FPS))
        if middle.stop > middle.start:
            assert (np.median(distance[middle]) < 0.85) == (form["form"] == "couple")
    speed = np.linalg.norm(np.diff(made.joints.astype(np.float64), axis=1), axis=-1) * FPS
    assert speed[:, :, 0].max() < 2.5  # nobody is carried across the floor


@pytest.mark.parametrize(
    ("wish", "message"),
    [({"closeness": "glued"}, "glued"), ({"forms": ("moonwalk",)}, "moonwalk"), ({"style": "polka"}, "polka")],
)
def test_wishes_that_cannot_be_met_are_refused_in_a_sentence(phrases, wish, message):
    with pytest.raises(InputError, match=message):
        dance(phrases, **wish)


def test_against_the_real_couples(shared_data):
    table = report(cut_phrases(shared_data / "mocap"), kinds=(("salsa", "hold"),), seeds=1, seconds=16.0)
    real, salsa = table["real couples"], table["salsa, hold"]
    assert salsa["closed"] > 0.98
    assert salsa["overlap"] < real["overlap"]
    assert salsa["skate"] < 1.3 * real["skate"]  # one short dance; the mean over several is below 1.2
    assert abs(salsa["distance"] - real["distance"]) < 0.2
    assert salsa["lead_faces"] > 0.6
    assert "salsa, hold" in table_text(table)
