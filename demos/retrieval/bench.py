"""How fast the library answers: the vector store beside plain NumPy and FAISS, with filters on, in one run.

python -m demos bench retrieval [--rows 1000000]: each system in a process of its own, so that its memory can be told.
"""

from __future__ import annotations

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from demos.retrieval.clips import PARTS
from demos.retrieval.store import INDEX_FROM, WIDTH, Filters, Store

ROWS = (10_000,)
TOP = 24
QUERIES = 30
SYSTEMS = ("store", "numpy", "faiss")
FILTERS = {
    "no filter": Filters(),
    "tempo 90-120": Filters(tempo_bpm=(90.0, 120.0)),
    "salsa, tempo 90-120": Filters(styles=("salsa",), tempo_bpm=(90.0, 120.0)),
    "salsa, tempo 90-91, energy over 0.8": Filters(styles=("salsa",), tempo_bpm=(90.0, 91.0), energy=(0.8, None)),
}
"""About all rows, a quarter, 3 % and 0.02 %."""
TARGETS_MS = {10_000: 50.0, 1_000_000: 150.0}
_STYLES = np.array(["salsa", "pop", "hiphop", "modern", "jazz", "disco", "indian", "breaking", "mixed"])
_CENTRES = 400
_CHUNK = 50_000


def bench(rows: tuple[int, ...] = ROWS, *, folder: Path | None = None, systems: tuple[str, ...] = SYSTEMS) -> dict:
    """Median and 95th percentile of the time of a query for each system, size and filter, recall against the exact
    answer, memory and disk. folder : where the store's files may lie; a temporary one when None."""
    found: list[dict[str, Any]] = []
    for count in rows:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            for system in systems:
                # A process each, spawned: memory is the system's own, and LanceDB does not survive a fork.
                with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
                    found += pool.submit(_measure, system, count, place).result()
    return {"top": TOP, "width": WIDTH, "queries": QUERIES, "targets_ms": TARGETS_MS, "measured": found}


def text(found: dict) -> str:
    """As a table."""
    lines = [f"top {found['top']} of {found['width']}-d vectors, {found['queries']} warm queries each; times in ms"]
    head = (
        f"{'rows':>9s} {'system':16s} {'filter':36s} {'pass':>8s} {'median':>8s} {'p95':>8s} {'CPU':>8s} {'recall':>7s}"
    )
    lines.append(f"{head} {'memory MB':>10s} {'disk MB':>8s} {'build s':>8s}")
    for row in found["measured"]:
        if "missing" in row:
            lines.append(f"{row['rows']:9d} {row['system']:16s} {row['missing']}")
            continue
        lines.append(
            f"{row['rows']:9d} {row['system']:16s} {row['filter']:36s} {row['pass']:8d} {row['median_ms']:8.1f} "
            f"{row['p95_ms']:8.1f} {row['cpu_ms']:8.1f} {row['recall']:7.3f} {row['memory_mb']:10.0f} "
            f"{row['disk_mb']:8.0f} {row['build_s']:8.1f}"
        )
    lines.append("memory: resident, over the process before it had any data; CPU: of all threads, a query")
    return "\n".join(lines)


def chunks(count: int, seed: int = 1) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Synthetic embeddings, unit vectors (n, 256) in _CENTRES loose groups as real ones are, with columns to filter."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(0).standard_normal((_CENTRES, WIDTH)).astype(np.float32)
    for start in range(0, count, _CHUNK):
        n = min(_CHUNK, count - start)
        vectors = centres[rng.integers(_CENTRES, size=n)] + rng.standard_normal((n, WIDTH)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        columns = {
            "style": _STYLES[rng.integers(len(_STYLES), size=n)],
            "tempo_bpm": rng.uniform(60, 180, n).astype(np.float32),
            "energy": rng.random(n).astype(np.float32),
        }
        yield vectors, columns


def queries() -> np.ndarray:
    """(QUERIES, 256) unit vectors from the same groups, none of them stored."""
    rng = np.random.default_rng(9)
    centres = np.random.default_rng(0).standard_normal((_CENTRES, WIDTH)).astype(np.float32)
    found = centres[rng.integers(_CENTRES, size=QUERIES)] + rng.standard_normal((QUERIES, WIDTH)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def _measure(system: str, count: int, place: str) -> list[dict[str, Any]]:
    """One system at one size: a row a filter."""
    try:
        build = {"store": _store, "numpy": _numpy, "faiss": _faiss}[system]
        before = _resident_mb()
        started = time.perf_counter()
        name, ask, truth, disk_mb = build(count, Path(place))
    except ModuleNotFoundError as error:
        return [{"rows": count, "system": system, "missing": f"not installed ({error.name})"}]
    build_s = time.perf_counter() - started
    rows = []
    for label, filters in FILTERS.items():
        times, spent, recalls, passed = [], [], [], 0
        for vector in queries()[:3]:  # warm
            ask(vector, filters)
        for number, vector in enumerate(queries()):
            begin, used = time.perf_counter(), _cpu_s()
            ids, passed = ask(vector, filters)
            times.append(1000 * (time.perf_counter() - begin))
            spent.append(1000 * (_cpu_s() - used))
            if truth is not None and number < 8:
                right = truth(vector, filters)
                recalls.append(len(set(ids) & set(right)) / max(1, len(right)))
        rows.append(
            {
                "rows": count,
                "system": name,
                "filter": label,
                "pass": passed,
                "median_ms": round(float(np.median(times)), 2),
                "p95_ms": round(float(np.percentile(times, 95)), 2),
                "cpu_ms": round(float(np.median(spent)), 2),
                "recall": round(float(np.mean(recalls)), 4) if recalls else 1.0,
                "memory_mb": round(_resident_mb() - before, 1),
                "disk_mb": round(disk_mb, 1),
                "build_s": round(build_s, 1),
            }
        )
    return rows


Ask = Callable[[np.ndarray, Filters], tuple[list[str], int]]
System = tuple[str, Ask, Callable[[np.ndarray, Filters], list[str]] | None, float]


def _store(count: int, place: Path) -> System:
    import pyarrow as pa

    store = Store.open(place / "index")
    start = 0
    for vectors, columns in chunks(count):
        n = len(vectors)
        data = {name: pa.array(values) for name, values in columns.items()}
        data["id"] = pa.array([f"{i:08d}" for i in range(start, start + n)])
        data["vector"] = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), WIDTH)
        data["facts"] = pa.array(
            [f'{{"id":"{i:08d}","captions":[],"attributes":{{}}}}' for i in range(start, start + n)]
        )
        data["motion"] = pa.array([bytes(2 * WIDTH)] * n, pa.binary(2 * WIDTH))
        data |= {part: pa.array(np.zeros(n, np.float32)) for part in PARTS}
        store.add_table(pa.table(data))
        start += n
    store.maintain()
    disk = sum(path.stat().st_size for path in (place / "index").rglob("*") if path.is_file()) / 2**20
    passes: dict[str, int] = {}

    def ask(vector: np.ndarray, filters: Filters) -> tuple[list[str], int]:
        key = filters.sql()
        if key not in passes:
            passes[key] = store.count(filters)
        return [hit.id for hit in store.search(vector, top=TOP, filters=filters)], passes[key]

    def truth(vector: np.ndarray, filters: Filters) -> list[str]:
        return [hit.id for hit in store.search(vector, top=TOP, filters=filters, exact=True)]

    return "LanceDB" + (", indexed" if count >= INDEX_FROM else ", exact"), ask, truth, disk


def _table(count: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    vectors = np.empty((count, WIDTH), np.float32)
    parts: dict[str, list[np.ndarray]] = {}
    start = 0
    for chunk, columns in chunks(count):
        vectors[start : start + len(chunk)] = chunk
        start += len(chunk)
        for name, values in columns.items():
            parts.setdefault(name, []).append(values)
    return vectors, {name: np.concatenate(values) for name, values in parts.items()}


def _mask(columns: dict[str, np.ndarray], filters: Filters) -> np.ndarray | None:
    """Which rows pass, None when all do."""
    masks = []
    if filters.styles:
        masks.append(np.isin(columns["style"], filters.styles))
    for name in ("tempo_bpm", "energy"):
        low, high = getattr(filters, name)
        if low is not None:
            masks.append(columns[name] >= low)
        if high is not None:
            masks.append(columns[name] <= high)
    return np.logical_and.reduce(masks) if masks else None


def _numpy(count: int, place: Path) -> System:
    vectors, columns = _table(count)

    def ask(vector: np.ndarray, filters: Filters) -> tuple[list[str], int]:
        mask = _mask(columns, filters)
        rows = np.arange(count) if mask is None else np.flatnonzero(mask)
        # Few rows: gather them first; many: one product of everything is faster than the copy.
        scores = vectors[rows] @ vector if len(rows) < count // 8 else (vectors @ vector)[rows]
        most = min(TOP, len(rows))
        best = np.argpartition(-scores, most - 1)[:most] if most else np.zeros(0, int)
        best = best[np.argsort(-scores[best])]
        return [f"{rows[i]:08d}" for i in best], len(rows)

    return "NumPy, exact", ask, None, 0.0


def _faiss(count: int, place: Path) -> System:
    import importlib

    faiss: Any = importlib.import_module("faiss")  # a dev extra: only to compare with
    vectors, columns = _table(count)
    lists = round(count**0.5)
    exact = count < INDEX_FROM
    if exact:
        index: Any = faiss.IndexFlatIP(WIDTH)
    else:
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(WIDTH), WIDTH, lists, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors[:: max(1, count // (64 * lists))])
    index.add(vectors)
    del vectors

    def ask(vector: np.ndarray, filters: Filters, probes: int = 24) -> tuple[list[str], int]:
        mask = _mask(columns, filters)
        # A selector of packed bits: FAISS has no columns of its own to filter on.
        selector = None if mask is None else faiss.IDSelectorBitmap(np.packbits(mask, bitorder="little"))
        if exact:
            options = faiss.SearchParameters(sel=selector)
        else:
            options = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        _, ids = index.search(vector[None], TOP, params=options)
        return [f"{i:08d}" for i in ids[0] if i >= 0], count if mask is None else int(mask.sum())

    def truth(vector: np.ndarray, filters: Filters) -> list[str]:
        return ask(vector, filters, lists)[0]

    return f"FAISS, {'flat' if exact else 'IVF'}", ask, truth, 0.0


def _resident_mb() -> float:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 2**20
    except OSError:  # not Linux: the most it ever was
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
