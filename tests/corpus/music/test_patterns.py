"""Rhythms as text."""

from demos.corpus.music.patterns import Step, parse, steps_in_bar


def test_bars_divide_evenly_and_mix_grids():
    bars, steps = parse("x...|x.x", 4)
    assert bars == 2
    assert [round(s.beat, 6) for s in steps] == [0, 4, round(4 + 8 / 3, 6)]


def test_holds_lengthen_and_cross_the_bar():
    _, steps = parse("..x-|--x.", 4)
    assert steps == (Step(2.0, 4.0, "x"), Step(6.0, 1.0, "x"))


def test_a_hold_after_a_rest_is_a_rest():
    _, steps = parse("x.--", 4)
    assert steps == (Step(0.0, 1.0, "x"),)


def test_patterns_repeat_bar_by_bar():
    first, second = (steps_in_bar("x...|..x.", 4, place) for place in (4, 7))
    assert [s.beat for s in first] == [0.0]
    assert [s.beat for s in second] == [2.0]
