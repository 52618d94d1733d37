"""Jobs: long work that reports by a callback, turned into a generator that can be stopped between any two reports."""

import contextlib
import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

Result = TypeVar("Result")


class Stopped(Exception):
    """Raised inside the work, out of its progress callback, once nobody waits for it any more."""


def steps(
    work: Callable[[Callable[[int, int], None]], Result], *, every_s: float = 0.2
) -> Generator[tuple[int, int], None, Result]:
    """Run `work(on_progress)` beside us; yields the latest (done, all) now and then, returns what the work returns.

    Closing the generator - as the page does when a visitor presses Stop or leaves - makes the next progress call
    inside the work raise `Stopped`, and waits until the work has cleaned up. What the work raises is raised here.
    """
    latest: queue.Queue[tuple[int, int]] = queue.Queue(maxsize=1)
    stop = threading.Event()
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def report(done: int, total: int) -> None:
        if stop.is_set():
            raise Stopped
        with contextlib.suppress(queue.Empty):
            latest.get_nowait()
        latest.put((done, total))

    def run() -> None:
        try:
            outcome.append(work(report))
        except BaseException as error:  # handed over to the waiting side, not swallowed
            failure.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    try:
        while worker.is_alive():
            worker.join(every_s)
            try:
                yield latest.get_nowait()
            except queue.Empty:
                continue
    finally:
        stop.set()
        worker.join()
    if failure:
        raise failure[0]
    return outcome[0]
