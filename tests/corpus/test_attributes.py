"""Attributes: counts, directions and shares on motions made by hand, real clips, any length, JSON."""

import numpy as np
import pytest
from made_moves import (
    FPS,
    arms_up,
    bending,
    clapping,
    crouching,
    dance,
    grooving,
    hips_swaying,
    jumping,
    kicking,
    knee_lifting,
    punching,
    stand,
    turning,
    walking,
    waving,
)  # fmt: skip

from demos.corpus.attributes import SHORTEST_S, Attributes, measure_attributes, word_of
from demos.corpus.measures.music import MusicFacts
from demos.corpus.measures.performer import spells, swings, winding
from demos.corpus.measures.scales import SCALES, UNITS
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.motion.motion import Motion


def numbers(made: Dance) -> dict[str, float]:
    """The first dancer's."""
    return dict(measure_attributes(made).dancers[0])


@pytest.mark.parametrize("rounds", [1, 2, 3, -1, -2])
def test_turns_are_counted_with_their_direction(rounds):
    found = numbers(turning(rounds))
    assert found["turns.full"] == abs(rounds)
    assert found["turns.left"] == max(rounds, 0)
    assert found["turns.right"] == max(-rounds, 0)
    assert found["turns.longest"] == pytest.approx(360 * abs(rounds), rel=0.05)


def test_turns_do_not_depend_on_the_frame_rate_or_where_one_faces():
    for fps in (24.0, 60.0, 120.0):
        assert numbers(turning(2, fps=fps))["turns.left"] == 2
    made = turning(-2)
    turned = made.with_motions((made.motions[0].turn(2.9),))
    assert numbers(turned)["turns.right"] == 2


def test_half_a_turn_and_a_little_turn_are_no_whole_turn():
    assert numbers(turning(0.5))["turns.full"] == 0
    assert numbers(turning(0.5))["turns.half"] == 1
    assert numbers(turning(0.25))["turns.half"] == 0


def test_a_turn_in_a_mirror_goes_the_other_way():
    made = turning(2)
    assert numbers(made.with_motions((made.motions[0].mirror(),)))["turns.right"] == 2


@pytest.mark.parametrize("times", [1, 3, 5])
def test_jumps_are_counted(times):
    found = numbers(jumping(times))
    assert found["jumps.count"] == times
    assert found["jumps.longest"] == pytest.approx(0.4, abs=0.1)
    assert found["jumps.leaps"] == 0


def test_floating_is_no_jump():
    poses, translation = stand(4.0)
    translation[40:70, 1] += 0.3  # held in the air: no free fall
    assert numbers(dance(poses, translation))["jumps.count"] == 0


@pytest.mark.parametrize("way", ["front", "side", "back"])
@pytest.mark.parametrize("side", ["left", "right"])
def test_kicks_are_counted_by_direction(way, side):
    found = numbers(kicking(3, side=side, way=way))
    assert found[f"legs.kicks_{way}"] == 3
    assert found["legs.kicks"] == 3
    assert found["legs.left_kicks"] == (3 if side == "left" else 0)
    assert found["jumps.count"] == 0


def test_knee_lifts_are_no_kicks():
    found = numbers(knee_lifting(4))
    assert found["legs.knee_lifts"] == 4
    assert found["legs.left_knee_lifts"] == 0
    assert found["legs.kicks"] == 0


def test_crouches_lower_the_level():
    found = numbers(crouching(2))
    assert found["level.crouches"] == 2
    assert found["level.lowest"] < 0.6
    assert found["jumps.count"] == 0
    assert found["legs.knee_lifts"] == 0


def test_raised_arms_left_and_right():
    both, left, right = numbers(arms_up()), numbers(arms_up(right=False)), numbers(arms_up(left=False))
    assert both["arms.both_overhead"] == pytest.approx(0.5, abs=0.1)
    assert both["arms.mirrored"] > 0.95
    assert left["arms.both_overhead"] == 0
    assert (left["arms.lifts_left"], left["arms.lifts_right"]) == (1, 0)
    assert (right["arms.lifts_left"], right["arms.lifts_right"]) == (0, 1)
    assert left["arms.left_part"] > 0.9
    assert right["arms.left_part"] < 0.1


def test_waving_punching_clapping():
    assert numbers(waving())["arms.waving"] > 0.6
    assert numbers(waving(hertz=0.2))["arms.waves"] == 0
    assert numbers(punching(3))["arms.punches"] == 3
    assert numbers(waving())["arms.punches"] == 0
    assert numbers(clapping(4))["arms.claps"] == pytest.approx(4, abs=1)
    assert numbers(arms_up())["arms.claps"] == 0


def test_torso_bends_forward_and_back():
    ahead, back = numbers(bending(0.9)), numbers(bending(-0.6))
    assert (ahead["torso.bends"], ahead["torso.backbends"]) == (1, 0)
    assert (back["torso.bends"], back["torso.backbends"]) == (0, 1)
    assert numbers(turning(1))["torso.upright"] == 1


def test_hips_that_sway_over_standing_feet():
    still, swaying = numbers(walking(np.zeros((180, 2)))), numbers(hips_swaying())
    assert still["torso.sway"] < 0.01
    assert swaying["torso.sway"] > 0.08
    assert swaying["torso.sways"] == pytest.approx(2.0, abs=0.3)  # one sway to and fro a second


def test_ways_over_the_floor():
    time = np.arange(8 * FPS) / FPS
    still = np.zeros((len(time), 2))
    ring = np.stack([1.2 * np.sin(2 * np.pi * time / 8), 1.2 * np.cos(2 * np.pi * time / 8)], axis=1)
    side = np.stack([0.5 * np.sin(2 * np.pi * time / 2), 0 * time], axis=1)
    ahead = side[:, ::-1]
    assert numbers(walking(still))["space.radius"] < 0.05
    assert numbers(walking(ring))["space.circles"] == pytest.approx(1.0, abs=0.1)
    assert numbers(walking(side))["space.circles"] == 0
    assert numbers(walking(side))["space.sideways"] > 0.95
    assert numbers(walking(ahead))["space.sideways"] < 0.05
    assert numbers(walking(side))["space.returns"] == 8  # four rounds of two turning points


def test_sharp_moves_are_sharper_whatever_their_size():
    soft, sharp = numbers(grooving(8)), numbers(grooving(8, sharp=True))
    small = numbers(grooving(8, sharp=True, size=0.4))
    assert soft["dynamics.sharpness"] < 0.6 * sharp["dynamics.sharpness"]
    assert small["dynamics.sharpness"] == pytest.approx(sharp["dynamics.sharpness"], rel=0.2)
    assert small["dynamics.speed"] < 0.6 * sharp["dynamics.speed"]


def test_a_freeze_between_moves_is_found_and_stillness_at_the_ends_is_not():
    motion = grooving(6).motions[0]
    held = Motion(np.repeat(motion.poses[90:91], 30, axis=0), np.repeat(motion.translation[90:91], 30, axis=0), FPS)
    parts = [motion.slice(0, 90), held, motion.slice(90, 180)]
    poses, moved = (np.concatenate([getattr(part, name) for part in parts]) for name in ("poses", "translation"))
    assert numbers(dance(poses, moved))["dynamics.freezes"] == 1
    assert numbers(dance(poses[:110], moved[:110]))["dynamics.freezes"] == 0


def test_bounce_on_the_beat_is_known_from_one_beside_it(groove):
    on = numbers(groove)
    assert on["beat.bounce_lock"] > 0.8
    assert on["dynamics.bounce"] > 0.02
    off = Dance(groove.motions, groove.provenance, beats=np.arange(0, 4, 0.37))
    assert numbers(off)["beat.bounce_lock"] < 0.5
    assert "beat.alignment" not in numbers(turning(1))


def test_a_couple_in_unison_in_a_mirror_and_in_canon():
    one = grooving(8, seed=3).motions[0]
    opposite = one.mirror().turn(np.pi).move(np.array([0, 0, 1.2]))
    pairs = {
        "unison": (one, one.move(np.array([1.0, 0, 0]))),
        "mirror": (one, opposite),
        "canon": (one.slice(45, 240), one.move(np.array([1.0, 0, 0])).slice(0, 195)),
    }
    for name, motions in pairs.items():
        found = measure_attributes(Dance(motions, Provenance("test")))
        assert found.pair[f"pair.{name}"] > 0.95, name
    assert measure_attributes(Dance(pairs["canon"], Provenance("test"))).pair["pair.canon_lag"] == pytest.approx(
        1.5, abs=0.1
    )
    facing = measure_attributes(Dance(pairs["mirror"], Provenance("test"))).pair
    assert facing["pair.facing"] > 0.9
    assert facing["pair.hold"] < 0.2
    assert measure_attributes(Dance((one,), Provenance("test"))).pair == {}


@pytest.mark.parametrize("frames", [1, 2, 5, 30])
def test_the_shortest_clips_are_measured(frames):
    poses, translation = stand(2.0)
    one = measure_attributes(dance(poses[:frames], translation[:frames]))
    two = Motion(poses[:frames], translation[:frames] + np.array([1.0, 0, 0]), FPS)
    pair = measure_attributes(Dance((two, two.move(np.array([1.0, 0, 0]))), Provenance("test")))
    for found in (one, pair):
        assert all(np.isfinite(number) for _, _, number, _, _ in found.rows())
    assert SHORTEST_S == 1.0


def test_every_number_has_a_unit_and_every_scale_a_number(couple):
    facts = MusicFacts("house", 124.0, 4, 0.5, 0.7, 0.8, 0.95, 0.4, beats_s=(0.0, 0.5, 1.0, 1.5, 2.0))
    found = measure_attributes(couple, music=facts)
    assert {key for _, key, *_ in found.rows()} == set(UNITS)
    assert found.number("music.tempo_bpm") == 124
    assert found.word("music.kick") == "kick on every beat"
    assert measure_attributes(couple).number("music.tempo_bpm") is None
    assert set(SCALES) <= set(UNITS)
    for edges, words in SCALES.values():
        assert len(words) == len(edges) + 1
        assert list(edges) == sorted(edges)


def test_words_of_numbers():
    assert word_of("turns.full", 0) == "none"
    assert word_of("turns.full", 1) == "one"
    assert word_of("dynamics.speed", 2.0) == "explosive"
    assert word_of("turns.longest", 360) == ""
    found = measure_attributes(turning(1))
    assert found.word("turns.full") == "one"
    assert found.number("pair.distance") is None
    assert found.word("pair.distance") == ""


def test_attributes_survive_json(couple):
    music = MusicFacts("salsa", 180.0, 4, 0.5, 0.7, 0.8, 0.1, 0.3, ("verse",), (0.0, 0.5, 1.0, 1.5))
    found = measure_attributes(couple, music=music)
    again = Attributes.from_json(found.to_json())
    assert again.to_json() == found.to_json()
    assert again.music == music
    with pytest.raises(TypeError):
        again.dancers[0]["turns.full"] = 5.0  # type: ignore[index]


def test_helpers():
    mask = np.array([0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 1, 0], bool)
    assert spells(mask, gap_s=1 / FPS, shortest_s=2 / FPS) == [(1, 6)]
    assert swings(np.sin(np.linspace(0, 4 * np.pi, 100)), least=0.5) == 4
    assert swings(np.zeros(10), least=0.1) == 0
    (start, stop, run), *rest = winding(np.linspace(0, 6, 60), least_speed=1.0)
    assert (start, stop, rest) == (0, 60, [])
    assert run == pytest.approx(6.0)


def test_the_real_jump(shared_data):
    found = numbers(open_dance(shared_data / "mocap" / "fair1" / "jumping.bvh"))
    assert found["jumps.count"] == 1
    assert found["arms.mirrored"] > 0.9
    assert found["level.crouches"] >= 1
    assert found["turns.full"] == 0


def test_real_clips_as_cmu_describes_them(shared_data):
    folder = shared_data / "mocap" / "cmu"
    pirouette = numbers(open_dance(folder / "05_02.bvh"))  # "expressive arms, pirouette"
    assert (pirouette["turns.left"], pirouette["turns.right"]) == (1, 0)
    cartwheel = numbers(open_dance(folder / "05_06.bvh"))  # "cartwheel-like start, pirouettes, jete"
    assert cartwheel["level.inverted"] > 0.02
    assert cartwheel["turns.full"] >= 2
    assert cartwheel["jumps.count"] == 1
    leaps = numbers(open_dance(folder / "05_17.bvh"))  # "coupe dessous, grand jete en tourant"
    assert leaps["jumps.leaps"] >= 2
    salsa = measure_attributes(open_dance(folder / "60_03.bvh", partner=folder / "61_03.bvh"))
    assert salsa.pair["pair.hold"] > 0.3
    assert salsa.pair["pair.facing"] > 0.3
    assert 1.0 < salsa.dancers[0]["legs.step_rate"] < 2.8  # six steps in 2.6-3 s
    assert all(dancer["jumps.count"] == 0 for dancer in salsa.dancers)
