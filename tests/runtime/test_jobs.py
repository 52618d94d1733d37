"""Long work as a generator that can be stopped."""

import threading

import pytest

from demos.runtime import jobs


def finish(generator):
    """All that a generator yields, and what it returns."""
    seen = []
    while True:
        try:
            seen.append(next(generator))
        except StopIteration as end:
            return seen, end.value


def test_reports_and_returns():
    gate = threading.Event()

    def work(report):
        report(1, 2)
        gate.wait(5)
        report(2, 2)
        return "done"

    generator = jobs.steps(work, every_s=0.01)
    assert next(generator) == (1, 2)
    gate.set()
    _, result = finish(generator)
    assert result == "done"


def test_closing_stops_the_work_and_waits_for_it():
    cleaned = []

    def work(report):
        try:
            for done in range(10**9):
                report(done, 10**9)
        finally:
            cleaned.append(True)

    generator = jobs.steps(work, every_s=0.01)
    next(generator)
    generator.close()
    assert cleaned == [True]


def test_a_fault_in_the_work_is_raised_here():
    def work(report):
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        finish(jobs.steps(work, every_s=0.01))
