"""The table of measures: honest numbers, escaped names."""

import dataclasses

from demos.compare import pipeline, table
from demos.motion import metrics


def comparison(*dances, names):
    return pipeline.Comparison(tuple(dances), names, tuple(metrics.measure(dance) for dance in dances))


def test_names_cannot_bring_html_or_break_the_table(groove):
    page = table.measures(comparison(groove, names=("<img src=x onerror=alert(1)>{0}",)))
    facts = table.facts(comparison(groove, names=("<script>",)))
    assert "<img" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;{0}" in page
    assert "<script>" not in facts


def test_chance_stands_beside_the_beat_score(groove):
    page = table.measures(comparison(groove, names=("a",)))
    assert "chance" in page
    assert page.count("BAS by chance") == 0


def test_duet_rows_appear_only_with_a_couple(groove, couple):
    assert "Hands held" not in table.measures(comparison(groove, names=("a",)))
    page = table.measures(comparison(groove, couple, names=("a", "b")))
    assert "Hands held" in page
    assert "–" in page  # the solo has no partner to hold


def test_the_better_one_stands_out_and_ties_do_not(groove):
    result = comparison(groove, groove, names=("a", "b"))
    assert "df-best" not in table.measures(result)
    worse = dict(result.reports[1], skate=0.9)
    marked = table.measures(dataclasses.replace(result, reports=(dict(result.reports[0], skate=0.1), worse)))
    assert marked.count('class="df-best"') == 1


def test_numbers_are_short():
    assert [table.number(value) for value in (0.1234, 12.34, 1234.5, -0.05)] == [
        "0.12",
        "12.3",
        "1234",
        "-0.05",
    ]
