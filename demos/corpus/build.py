"""Building a corpus: which shards there are, in several processes, continued where it was stopped, with statistics.

The same data, size and seed give the same bytes, however often the build was stopped and with how many workers.
"""

from __future__ import annotations

import json
import multiprocessing
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from demos.corpus import sets
from demos.corpus.music import CATALOGUE, find_fluidsynth, find_soundfont
from demos.corpus.phrases import load_clips
from demos.corpus.shards import FORMAT, INDEX_FILE, MOTION, Shard, read_index, shard_folder
from demos.corpus.sources import ATTRIBUTIONS
from demos.corpus.splits import SPLITS, split_trials
from demos.motion.vector import FPS
from demos.runtime.errors import InputError

PLAN_FILE = "plan.json"
Job = tuple[str, str, int]
"""Set, split, number of the shard."""
_MOTIONS = {"solo": ("motion",), "duets": ("lead", "follow"), "edits": ("before", "after"), "pose2d": ()}
_MADE_OF = {"edits": "solo", "pose2d": "solo"}


def build(
    out: Path | str,
    *,
    size: str = "small",
    seed: int = 0,
    data: Path | str,
    workers: int = 2,
    wanted: Sequence[str] = sets.SETS,
    audio: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Build a corpus into a folder, or go on with one that was stopped.

    out : the folder; made when absent. size : a name of sets.SIZES. data : the folder of real dances.
    workers : processes. wanted : the sets; edits and pose2d need solo. audio : keep the songs as .flac too.
    on_progress : called with (shards done, shards in all), first with those that were there.

    Returns what `summary` does, with "built" shards and "elapsed_s" of this call.
    Raises InputError for an unknown size or set, a folder that holds something else, missing dances, FluidSynth or
    soundfont.
    """
    started = time.monotonic()
    out = Path(out)
    wanted = _checked(size, seed, workers, wanted)
    find_fluidsynth()
    find_soundfont()
    sources = _sources(str(data))
    plan = {"format": FORMAT, "size": size, "seed": seed, "sources": sources.fingerprint, "sets": sorted(wanted)}
    _open_folder(out, plan)
    jobs = list(_jobs(sets.SIZES[size], wanted))
    missing = [job for job in jobs if not shard_folder(out, *job).is_dir()]
    done = len(jobs) - len(missing)

    def tick(count: int) -> None:
        nonlocal done
        done += count
        if on_progress:
            on_progress(done, len(jobs))

    tick(0)
    chains = _chains(missing)
    arguments = (str(out), str(data), sets.SIZES[size], seed, audio)
    if workers == 1 or len(chains) < 2:
        for chain in chains:
            for job in chain:
                _make(*arguments, [job])
                tick(1)
    else:
        _in_processes(chains, arguments, min(workers, len(chains)), tick)
    index = _index(out, plan, jobs, sources)
    text = json.dumps(index, sort_keys=True, indent=1)
    (out / INDEX_FILE).write_text(text, encoding="utf-8")
    return {**summary(out), "built": len(missing), "elapsed_s": round(time.monotonic() - started, 1)}


def summary(out: Path | str) -> dict[str, Any]:
    """What a finished corpus holds: for each set and split the items, hours of dance, and shards."""
    index = read_index(Path(out))
    held = {
        name: {
            split: {
                "items": sum(entry["items"]),
                "hours": round(entry["seconds"] / 3600, 3),
                "shards": len(entry["items"]),
            }
            for split, entry in splits.items()
        }
        for name, splits in index["sets"].items()
    }
    return {"size": index["size"], "seed": index["seed"], "sets": held}


def text(found: dict[str, Any]) -> str:
    """A summary for people."""
    lines = [f"corpus {found['size']}, seed {found['seed']}"]
    for name, splits in found["sets"].items():
        parts = [f"{split} {row['items']} items, {row['hours']:.2f} h" for split, row in splits.items()]
        lines.append(f"  {name:8s}" + "; ".join(parts))
    if "built" in found:
        lines.append(f"built {found['built']} shards in {found['elapsed_s']:g} s")
    return "\n".join(lines)


def _checked(size: str, seed: int, workers: int, wanted: Sequence[str]) -> list[str]:
    if size not in sets.SIZES:
        raise InputError(f"There is no corpus size {size!r}: choose {', '.join(sets.SIZES)}.")
    unknown = [name for name in wanted if name not in sets.SETS]
    if unknown or not wanted:
        raise InputError(f"There is no set {', '.join(unknown) or '(none named)'}: choose from {', '.join(sets.SETS)}.")
    if not 0 <= seed < 1000:
        raise InputError(f"The seed of a corpus is {seed}: give a number from 0 to 999.")
    if workers < 1:
        raise InputError(f"{workers} workers cannot build anything: give 1 or more.")
    wanted = [name for name in sets.SETS if name in wanted]
    if "solo" not in wanted and any(name in _MADE_OF for name in wanted):
        raise InputError("The sets edits and pose2d are made of the set solo: build that too.")
    return wanted


def _open_folder(out: Path, plan: dict) -> None:
    """Take a folder that is new, empty, or holds the same build."""
    path = out / PLAN_FILE
    try:
        out.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            there = json.loads(path.read_text(encoding="utf-8"))
            if there != plan:
                odd = next(key for key in plan if there.get(key) != plan[key])
                raise InputError(
                    f"{out} holds a corpus of another {odd} ({there.get(odd)}, not {plan[odd]}): give another folder, "
                    "or the same settings to go on with it."
                )
            return
        if any(out.iterdir()):
            raise InputError(f"{out} is not empty and holds no corpus: give a new folder.")
        path.write_text(json.dumps(plan, sort_keys=True), encoding="utf-8")
    except (OSError, json.JSONDecodeError) as error:
        raise InputError(f"{out} cannot be used for a corpus ({error}); give another folder.") from error


def _jobs(size: sets.Size, wanted: Sequence[str]) -> Iterator[Job]:
    for name in wanted:
        counts = size.duet_songs if name == "duets" else size.songs
        for split, count in zip(SPLITS, counts, strict=True):
            yield from ((name, split, number) for number in range(count))


def _chains(jobs: Sequence[Job]) -> list[list[Job]]:
    """Jobs that must follow one another, together; songs of one style in a row, because they share motion graphs."""
    chains: dict[tuple, list[Job]] = {}
    for name, split, number in jobs:
        chains.setdefault((_MADE_OF.get(name, name), split, number), []).append((name, split, number))
    period = {"solo": len(CATALOGUE), "duets": len(sets.COUPLES)}
    return [chains[key] for key in sorted(chains, key=lambda key: (key[0], key[1], key[2] % period[key[0]], key[2]))]


def _in_processes(
    chains: list[list[Job]], arguments: tuple[str, str, sets.Size, int, bool], workers: int, tick: Callable[[int], None]
) -> None:
    # Spawned: a fork would copy the locks of whatever threads the caller runs.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        # Neighbours share motion graphs, so each worker gets a stretch of the list, in pieces that end together.
        futures: dict[Future, int] = {pool.submit(_make, *arguments, chain): len(chain) for chain in chains}
        left = set(futures)
        try:
            while left:
                finished, left = wait(left, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    tick(futures[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@lru_cache(maxsize=1)
def _sources(data: str) -> sets.Sources:
    return sets.Sources(load_clips(data))


def _make(out: str, data: str, size: sets.Size, seed: int, audio: bool, jobs: Sequence[Job]) -> None:
    """Make shards, one after the other, with one thread: more would only fight, and sum in another order."""
    folder = Path(out)
    with threadpool_limits(1):
        for name, split, number in jobs:
            place: dict[str, Any] = {"seed": seed, "split": split, "number": number}
            solo = shard_folder(folder, "solo", split, number)
            if name in ("solo", "duets"):
                song = folder / "songs" / f"{name}-{split}-{number:05d}.flac" if audio else None
                function = sets.solo_shard if name == "solo" else sets.duet_shard
                writer = function(_sources(data), size, audio=song, **place)
            else:
                function = sets.edit_shard if name == "edits" else sets.pose2d_shard
                writer = function(solo, size, **place)
            writer.write(shard_folder(folder, name, split, number))


def _index(out: Path, plan: dict, jobs: Sequence[Job], sources: sets.Sources) -> dict[str, Any]:
    """corpus.json: the plan, the items of every shard, statistics of the training sets, splits and attributions."""
    held: dict[str, dict[str, dict]] = {}
    statistics: dict[str, dict] = {}
    for name, split, number in jobs:
        folder = shard_folder(out, name, split, number)
        entry = held.setdefault(name, {}).setdefault(split, {"items": [], "seconds": 0.0})
        entry["items"].append(len(Shard(folder)))
        entry["seconds"] += _seconds(folder, name)
    for part in out.glob("*/*/*.part"):
        shutil.rmtree(part, ignore_errors=True)
    for name in held:
        folders = [shard_folder(out, *job) for job in jobs if job[:2] == (name, "train")]
        statistics[name] = _statistics(folders)
    return {
        **plan,
        "fps": FPS,
        "sets": held,
        "statistics": statistics,
        "trials": split_trials(sources.clips),
        "attribution": [ATTRIBUTIONS[name] for name in sorted({clip.collection for clip in sources.clips})],
    }


def _seconds(folder: Path, name: str) -> float:
    """Seconds of dance in a shard; a couple's count once, an edit's stretches all."""
    path = folder / ("keypoints.npy" if name == "pose2d" else "root.npy")
    rows = len(np.load(path, mmap_mode="r")) if path.is_file() else 0
    return rows / FPS / (2 if name == "duets" else 1)


def _statistics(folders: Sequence[Path]) -> dict[str, dict]:
    """Mean and standard deviation of every column of the motions, music and keypoints, each stored row once."""
    sums: dict[str, list] = {}
    for folder in folders:
        shard = Shard(folder)
        for name in (MOTION, "music", "keypoints"):
            path = folder / ("root.npy" if name == MOTION else f"{name}.npy")
            if not path.is_file():
                continue
            count = len(np.load(path, mmap_mode="r"))
            for start in range(0, count, 8192):
                rows = shard.rows([name, start, min(start + 8192, count)]).astype(np.float64)
                rows = rows.reshape(len(rows), -1)
                total = sums.setdefault(name, [0, 0.0, 0.0])
                total[0] += len(rows)
                total[1] = total[1] + rows.sum(axis=0)
                total[2] = total[2] + (rows**2).sum(axis=0)
    found = {}
    for name, (count, first, second) in sums.items():
        mean = first / count
        deviation = np.sqrt(np.maximum(second / count - mean**2, 0))
        found[name] = {"frames": count, "mean": _short(mean), "std": _short(deviation)}
    return found


def _short(values: np.ndarray) -> list[float]:
    return [float(f"{value:.7g}") for value in values]
