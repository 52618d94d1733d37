"""The vector store: clips by the nearness of their embeddings, with filters that run inside the database (LanceDB).

Why LanceDB: it is embedded, one folder, many processes may read and write it, filters are SQL that its indices answer,
and the same client opens a bucket (s3://, gs://, az://) or a server (db://, LanceDB Cloud or Enterprise). Tried beside
it on 10 k clips: Qdrant's local mode (a stand-in in Python: 20 times slower with a filter, one process only) and Milvus
Lite 3 (seconds a query, one process only). `python -m demos bench retrieval` measures what is here.

Traps, and what is done about them. LanceDB does not survive a fork: start workers by spawn, and never call a store in a
function that ZeroGPU forks. Two writers that both insert a new id get two rows (lance issue 4585), so writers to a
folder take turns at a lock. Its caches may grow to 6 GB by default: bounded here. pyarrow 26 needs NumPy 2: pinned
below. Old versions are kept for LanceDB's own seven days, because a reader may still hold one (lance issue 6607).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from demos.retrieval.clips import LEVELS, PARTS, Clip
from demos.runtime.caches import shared
from demos.runtime.errors import InputError

TABLE = "clips"
WIDTH = 256
INDEX_FROM = 50_000
"""Rows from which an approximate index pays: LanceDB scans fewer within 40 ms, exactly."""
EXACT_BELOW = 5_000
"""Of an indexed table, filters that leave fewer rows are answered exactly: the index would not look where they are."""
_PROBES, _REFINE = 24, 4  # partitions looked into at least; candidates for each result that are measured exactly
_LOCK_WAIT_S = 600.0
_INDEX_CACHE, _METADATA_CACHE = 512 << 20, 64 << 20
_NUMBERS = ("tempo_bpm", "length_s", "energy", "valence")
_WORDS = ("genre", "style", "level")
_LIGHT = ("id", "content", "weights", "origin")  # columns of `entries`
_ROWS_AT_ONCE = 20_000

Range = tuple[float | None, float | None]
"""Lower and upper bound, both included; None is open."""


@dataclass(frozen=True)
class Filters:
    """What clips must be. Empty fields ask for nothing; unknown values (a clip without a song) pass no range.

    genres, styles, levels : any of these. tempo_bpm, length_s, energy, valence : ranges. parts : part of clips.PARTS ->
    least involvement, 0..1. origin : "shipped" or "added". without : ids to leave out.
    """

    genres: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    tempo_bpm: Range = (None, None)
    length_s: Range = (None, None)
    energy: Range = (None, None)
    valence: Range = (None, None)
    parts: Mapping[str, float] = field(default_factory=dict)
    origin: str = ""
    without: tuple[str, ...] = ()

    def sql(self) -> str:
        """As a condition, "" when everything passes. Raises InputError for a part, level or range that is none."""
        conditions = []
        unknown = [name for name in self.parts if name not in PARTS] + [
            name for name in self.levels if name not in LEVELS
        ]
        if unknown:
            raise InputError(f"There is no filter for {unknown[0]!r}: choose from {', '.join((*PARTS, *LEVELS))}.")
        for column, values in (("genre", self.genres), ("style", self.styles), ("level", self.levels)):
            if values:
                conditions.append(f"{column} IN ({', '.join(map(_quoted, values))})")
        for column in _NUMBERS:
            low, high = getattr(self, column)
            bounds = [bound for bound in (low, high) if bound is not None]
            if not all(np.isfinite(bounds)) or (len(bounds) == 2 and bounds[0] > bounds[1]):
                raise InputError(f"The range of {column} is from {low} to {high}: give a smaller number first.")
            conditions += [f"{column} >= {float(low)!r}"] if low is not None else []
            conditions += [f"{column} <= {float(high)!r}"] if high is not None else []
        conditions += [f"{part} >= {float(least)!r}" for part, least in self.parts.items()]
        if self.origin:
            conditions.append(f"origin = {_quoted(self.origin)}")
        if self.without:
            conditions.append(f"id NOT IN ({', '.join(map(_quoted, self.without))})")
        return " AND ".join(conditions)


@dataclass(frozen=True, eq=False)
class Row:
    """What is kept of a clip: unit vectors of the whole (256,), of its music alone (None without) and motion alone;
    `weights` is the hash of the network they are from; origin : "shipped" or "added"."""

    clip: Clip
    vector: np.ndarray
    motion: np.ndarray
    music: np.ndarray | None
    weights: str
    origin: str = "added"


@dataclass(frozen=True, eq=False)
class Hit:
    """A clip that was found. score : product of the unit vectors, -1 to 1. motion, music : as in Row."""

    id: str
    score: float
    clip: Clip
    motion: np.ndarray
    music: np.ndarray | None


class Store:
    """One table of clips in a folder, a bucket or on a server. Safe to use from several threads and processes."""

    def __init__(self, place: str, table: Any) -> None:
        self.place = place
        self._table = table

    @staticmethod
    def open(place: Path | str, *, width: int = WIDTH) -> Store:
        """The store of a place, made when there is none.

        place : a folder, or what LanceDB connects to: "s3://...", "gs://...", "az://...", "db://..." (its key comes
            from LANCEDB_API_KEY). width : of the vectors, when it is made.
        Raises InputError when it cannot be opened or holds vectors of another width.
        """
        import lancedb

        local = "://" not in str(place)
        options: dict[str, Any] = {"read_consistency_interval": timedelta(0)}  # what others wrote is seen at once
        if not str(place).startswith("db://"):
            options["session"] = shared("vector store caches", _session)
        try:
            if local:
                Path(place).mkdir(parents=True, exist_ok=True)
            database = lancedb.connect(str(place), **options)
            with _turn(str(place)):
                table = database.create_table(TABLE, schema=_schema(width), exist_ok=True)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
            raise InputError(
                f"The library's index in {place} cannot be opened ({reason}); choose another folder."
            ) from error
        return Store(str(place), table)

    def __len__(self) -> int:
        return self._table.count_rows()

    def count(self, filters: Filters | None = None) -> int:
        """How many clips pass."""
        return self._table.count_rows((filters.sql() if filters else "") or None)

    def search(
        self, vector: np.ndarray, *, top: int = 24, filters: Filters | None = None, exact: bool = False
    ) -> list[Hit]:
        """The clips nearest to a unit vector (256,) that pass the filters, nearest first.

        exact : look at every row even where there is an index.
        """
        condition = filters.sql() if filters else ""
        query = self._table.search(np.asarray(vector, np.float32), vector_column_name="vector")
        query = query.distance_type("dot").limit(top).select(["id", "facts", "motion", "music", "_distance"])
        if condition:
            query = query.where(condition, prefilter=True)
        if exact or not self._indexed() or (condition and self._table.count_rows(condition) < EXACT_BELOW):
            query = query.bypass_vector_index()
        else:
            # No upper limit: partitions are opened until enough rows passed the filter.
            query = query.minimum_nprobes(_PROBES).maximum_nprobes(0).refine_factor(_REFINE)
        return [_hit(row, 1 - row["_distance"]) for row in query.to_arrow().to_pylist()]

    def get(self, ids: Sequence[str]) -> list[Hit]:
        """Clips by their ids, in that order; those that are not there are left out. Their score is 0."""
        if not ids:
            return []
        found = self._table.search().where(f"id IN ({', '.join(map(_quoted, ids))})").limit(len(ids))
        rows = {row["id"]: row for row in found.select(["id", "facts", "motion", "music"]).to_arrow().to_pylist()}
        return [_hit(rows[name], 0.0) for name in ids if name in rows]

    def browse(self, *, filters: Filters | None = None, top: int = 24, offset: int = 0) -> list[Hit]:
        """Clips that pass the filters in the order they came, without a question."""
        query = self._table.search().limit(top).offset(offset).select(["id", "facts", "motion", "music"])
        condition = filters.sql() if filters else ""
        query = query.where(condition) if condition else query
        return [_hit(row, 0.0) for row in query.to_arrow().to_pylist()]

    def vectors(self, ids: Sequence[str]) -> dict[str, np.ndarray]:
        """id -> unit vector (256,) of the whole clip, for "more like this"."""
        if not ids:
            return {}
        query = self._table.search().where(f"id IN ({', '.join(map(_quoted, ids))})").limit(len(ids))
        rows = query.select(["id", "vector"]).to_arrow().to_pylist()
        return {row["id"]: np.array(row["vector"], np.float32) for row in rows}

    def entries(self, filters: Filters | None = None) -> list[dict[str, str]]:
        """id, content, weights and origin of every clip that passes; no clip is decoded."""
        condition = filters.sql() if filters else ""
        query = self._table.search().limit(max(1, len(self))).select(list(_LIGHT))
        query = query.where(condition) if condition else query
        return query.to_arrow().to_pylist()

    @property
    def version(self) -> int:
        """Changes whenever somebody writes."""
        return int(self._table.version)

    def columns(self, names: Sequence[str], *, most: int) -> dict[str, list]:
        """Columns by name, as lists in one order, of at most so many clips; nothing else is read."""
        table = self._table.search().limit(min(most, max(1, len(self)))).select(list(names)).to_arrow()
        return {name: table.column(name).to_pylist() for name in names}

    def facets(self, filters: Filters | None = None) -> dict[str, dict[str, int]]:
        """How many clips that pass have each genre, style and level: column -> value -> count, most frequent first."""
        condition = filters.sql() if filters else ""
        query = self._table.search().limit(max(1, len(self))).select(list(_WORDS))
        query = query.where(condition) if condition else query
        table = query.to_arrow()
        counted: dict[str, dict[str, int]] = {}
        for column in _WORDS:
            values = [(entry["values"], entry["counts"]) for entry in table.column(column).value_counts().to_pylist()]
            counted[column] = {value: count for value, count in sorted(values, key=lambda v: (-v[1], v[0])) if value}
        return counted

    def upsert(self, rows: Iterable[Row]) -> int:
        """Put clips in, replacing those of the same id; the number of them. All of a call appear together, or none."""
        import pyarrow as pa

        batch = list({row.clip.id: row for row in rows}.values())
        if not batch:
            return 0
        width = self._table.schema.field("vector").type.list_size
        data = pa.Table.from_pylist([_values(row) for row in batch], schema=_schema(width))
        self._merge(data)
        return len(batch)

    def add_table(self, data: Any) -> None:
        """Append an Arrow table of new ids, as fast as the disk writes: for very large collections."""
        with _turn(self.place):
            self._table.add(data)

    def remove(self, ids: Sequence[str]) -> None:
        """Take clips out."""
        with _turn(self.place):
            for start in range(0, len(ids), 1000):
                self._table.delete(f"id IN ({', '.join(map(_quoted, ids[start : start + 1000]))})")

    def maintain(self, *, rebuild: bool = False) -> bool:
        """Merge what many small writes left, and make or extend the indices where the table is large; True if indexed.

        rebuild : make the indices anew. To be called after many clips were added; a server does this by itself.
        """
        if self.place.startswith("db://"):
            return True
        from lancedb.index import Bitmap, BTree, IvfRq

        with _turn(self.place):
            rows = self._table.count_rows()
            if rows >= INDEX_FROM and (rebuild or not self._indexed()):
                # RaBitQ codes: LanceDB's own advice for searches with filters; HNSW's latency varies there.
                self._table.create_index("vector", config=IvfRq(distance_type="dot", num_partitions=round(rows**0.5)))
                self._table.create_index("id", config=BTree())
                for column in (*_NUMBERS, *PARTS):
                    self._table.create_index(column, config=BTree())
                for column in (*_WORDS, "origin"):
                    self._table.create_index(column, config=Bitmap())
            self._table.optimize()
        return self._indexed()

    def _indexed(self) -> bool:
        return any("vector" in index.columns for index in self._table.list_indices())

    def _merge(self, data: Any) -> None:
        with _turn(self.place):
            merge = self._table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
            merge.execute(data)


@contextmanager
def _turn(place: str) -> Iterator[None]:
    """Writers to a folder wait for each other; buckets and servers settle it themselves."""
    if "://" in place:
        yield
        return
    lock = FileLock(Path(place) / "writing.lock", timeout=_LOCK_WAIT_S)
    try:
        lock.acquire()
    except Timeout as error:
        raise InputError(
            f"Another process has been writing to {place} for very long; try again when it is done."
        ) from error
    try:
        yield
    finally:
        lock.release()


def _session() -> Any:
    import lancedb

    return lancedb.Session(index_cache_size_bytes=_INDEX_CACHE, metadata_cache_size_bytes=_METADATA_CACHE)


def _schema(width: int) -> Any:
    import pyarrow as pa

    half = pa.binary(2 * width)  # bytes: a vector column may not be empty, and these are never searched
    fields = [pa.field("id", pa.string(), nullable=False), pa.field("vector", pa.list_(pa.float32(), width))]
    fields += [pa.field("motion", half), pa.field("music", half)]
    fields += [pa.field(name, pa.string()) for name in (*_WORDS, "origin", "content", "weights", "facts")]
    fields += [pa.field(name, pa.float32()) for name in (*_NUMBERS, *PARTS)]
    return pa.schema(fields)


def _values(row: Row) -> dict[str, Any]:
    clip = row.clip
    return {
        "id": clip.id,
        "vector": np.asarray(row.vector, np.float32),
        "motion": np.asarray(row.motion, "<f2").tobytes(),
        "music": None if row.music is None else np.asarray(row.music, "<f2").tobytes(),
        "genre": clip.genre,
        "style": clip.style,
        "level": clip.level,
        "origin": row.origin,
        "content": clip.content,
        "weights": row.weights,
        "facts": clip.to_json(),
        "tempo_bpm": clip.tempo_bpm,
        "length_s": clip.length_s,
        "energy": clip.energy,
        "valence": clip.valence,
        **clip.parts,
    }


def _hit(row: Mapping[str, Any], score: float) -> Hit:
    motion, music = (None if row[name] is None else np.frombuffer(row[name], "<f2") for name in ("motion", "music"))
    assert motion is not None
    return Hit(row["id"], float(score), Clip.from_json(row["facts"]), motion.astype(np.float32), _wide(music))


def _wide(values: np.ndarray | None) -> np.ndarray | None:
    return None if values is None else values.astype(np.float32)


def _quoted(text: str) -> str:
    """A string for SQL: the only character that ends one is doubled."""
    return "'" + str(text).replace("'", "''") + "'"
