"""Bounded, single-flight caches keyed by content, in memory and on disk, for any noun of the house.

Chosen over diskcache: that pickles its values (a cache folder that others may write to would run their
code), lets every process compute a missing value at the same time, and verifies nothing it reads. Here a
value is written by its owner's own codec, one computation serves all threads and processes, and a damaged
file is computed anew.
"""

import contextlib
import hashlib
import json
import math
import os
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
from filelock import FileLock
from filelock import Timeout as LockTimeout

Value = TypeVar("Value")

LOCK_STRIPES = 64  # lock files a cache keeps; two keys that share one merely wait for each other
LOCK_WAIT_S = 600.0  # then compute anyway: another process may hang
STALE_PART_S = 3600.0  # half-written files older than this were left by a crash
RACY_NS = 50_000_000  # a file changed this recently may change again without a new time stamp
MEMOED_HASHES = 4096


class ContentCache(Generic[Value]):
    """Values by key, in memory and (with a `folder`) on disk, least recently used ones leaving first.

    write(value, path) : stores a value in one file
    read(path) : the value back; *any* exception means that the file is damaged: it is deleted and computed
    anew size_of(value) : bytes it takes in memory; values larger than `memory_bytes` are served but not kept

    The key must say everything the value depends on: content hash, version of the code, settings. The folder
    must not be shared with another cache. `compute` must not ask the same cache (two keys may share one
    lock). A disk that is full or read-only only costs speed.
    """

    def __init__(
        self,
        *,
        folder: Path | None,
        memory_bytes: int,
        disk_bytes: int,
        write: Callable[[Value, Path], None],
        read: Callable[[Path], Value],
        size_of: Callable[[Value], int],
        suffix: str = ".npz",
    ) -> None:
        self._folder = folder
        self._memory_bytes, self._disk_bytes = memory_bytes, disk_bytes
        self._write, self._read, self._size_of = write, read, size_of
        self._suffix = suffix
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, tuple[Value, int]] = OrderedDict()
        self._in_memory = 0
        self._flights: dict[str, Future[Value]] = {}

    def get(self, key: str, compute: Callable[[], Value]) -> Value:
        """The value of `key`: from memory, from disk, or computed once for all who ask at the same time.

        An exception of `compute` reaches everyone who waits for it and is not remembered.
        """
        with self._lock:
            kept = self._memory.get(key)
            if kept is not None:
                self._memory.move_to_end(key)
                return kept[0]
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        if not leads:
            return flight.result()
        try:
            value = self._from_disk_or_computed(key, compute)
        except BaseException as error:
            with self._lock:
                del self._flights[key]
            flight.set_exception(error)
            raise
        with self._lock:
            self._keep(key, value)
            del self._flights[key]
        flight.set_result(value)
        return value

    def clear_memory(self) -> None:
        """Forget what memory holds; the disk keeps its files."""
        with self._lock:
            self._memory.clear()
            self._in_memory = 0

    @property
    def memory_in_use(self) -> int:
        """Bytes held in memory."""
        return self._in_memory

    def path(self, key: str) -> Path | None:
        """Where the value of `key` lies on disk, or would lie."""
        return None if self._folder is None else self._folder / f"{_file_name(key)}{self._suffix}"

    def _keep(self, key: str, value: Value) -> None:
        """Put a value in memory and drop the least recently used beyond the limit. The caller holds the
        lock.
        """
        size = self._size_of(value)
        if size > self._memory_bytes:
            return
        self._memory[key] = (value, size)
        self._in_memory += size
        while self._in_memory > self._memory_bytes:
            _, (_, dropped) = self._memory.popitem(last=False)
            self._in_memory -= dropped

    def _from_disk_or_computed(self, key: str, compute: Callable[[], Value]) -> Value:
        path = self.path(key)
        if path is None:
            return compute()
        found = self._read_file(path)
        if found is not None:
            return found[0]
        with self._process_lock(path):
            found = self._read_file(path)  # another process may have just written it
            if found is not None:
                return found[0]
            value = compute()
            self._write_file(path, value)
            return value

    def _read_file(self, path: Path) -> tuple[Value] | None:
        """(value,), or None when there is none or it is damaged; a damaged file is removed."""
        if not path.exists():
            return None
        try:
            value = self._read(path)
        except Exception:  # whatever a broken file makes a reader say
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # the time of last use, for eviction
        return (value,)

    def _write_file(self, path: Path, value: Value) -> None:
        """Write beside the place and move into it, so that nobody ever sees half a file."""
        part = path.with_name(f"{uuid.uuid4().hex}.part{self._suffix}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(value, part)
            os.replace(part, path)
        except OSError:
            with contextlib.suppress(OSError):
                part.unlink()
            return
        self._evict_files(keep=path)

    def _evict_files(self, keep: Path) -> None:
        """Delete the least recently used files beyond the limit, and what crashes left half-written."""
        assert self._folder is not None
        files = []
        for path in self._folder.glob(f"*{self._suffix}"):
            with contextlib.suppress(OSError):  # another process may delete at the same time
                status = path.stat()
                if ".part" in path.name:
                    if time.time() - status.st_mtime > STALE_PART_S:
                        path.unlink()
                else:
                    files.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files, key=lambda file: file[0]):
            if total <= self._disk_bytes:
                break
            if path == keep and size <= self._disk_bytes:
                continue
            with contextlib.suppress(OSError):
                path.unlink()
                total -= size

    @contextlib.contextmanager
    def _process_lock(self, path: Path):
        """Hold the lock of this key against other processes; without one where the disk does not allow it."""
        stripe = int(hashlib.sha256(path.name.encode()).hexdigest()[:8], 16) % LOCK_STRIPES
        lock = FileLock(path.parent / "locks" / f"{stripe}.lock", timeout=LOCK_WAIT_S, is_singleton=False)
        try:
            (path.parent / "locks").mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except (OSError, LockTimeout, NotImplementedError):
            yield
            return
        try:
            yield
        finally:
            lock.release()


def write_arrays(path: Path, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    """Arrays and JSON-able facts in one file that `read_arrays` reads quickly and checks.

    Layout: one line of JSON (arrays' names, types, shapes, checksum; facts), then each array's bytes, padded
    to whole 64-bit words. An npz would do, but its CRC takes five times as long as reading a minute of
    sound.
    """
    bodies = [np.ascontiguousarray(array).tobytes() for array in arrays.values()]
    padded = b"".join(body + bytes(-len(body) % 8) for body in bodies)
    header = {
        "arrays": [[name, array.dtype.str, list(array.shape)] for name, array in arrays.items()],
        "facts": facts,
    }
    text = json.dumps({**header, "checksum": _checksum(padded, json.dumps(header))}).encode()
    path.write_bytes(text + b"\n" + padded)


def read_arrays(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """(arrays, facts) of a file of `write_arrays`; arrays are read-only. ValueError when it is damaged."""
    data = path.read_bytes()
    end = data.index(b"\n")
    header = json.loads(data[:end])
    checksum = header.pop("checksum")
    body = memoryview(data)[end + 1 :]
    if len(body) % 8 or checksum != _checksum(body, json.dumps(header)):
        raise ValueError(f"{path.name} is damaged")
    arrays, offset = {}, 0
    for name, kind, shape in header["arrays"]:
        count = math.prod(shape)
        array = np.frombuffer(body, dtype=np.dtype(kind), count=count, offset=offset).reshape(shape)
        arrays[name] = array
        offset += array.nbytes + -array.nbytes % 8
    return arrays, header["facts"]


def _checksum(body: bytes | memoryview, header: str) -> str:
    """Sum and exclusive or of the 64-bit words with a hash of the header: runs at the speed of memory."""
    words = np.frombuffer(body, dtype="<u8")
    total = int(np.add.reduce(words, dtype=np.uint64)) if len(words) else 0
    parity = int(np.bitwise_xor.reduce(words)) if len(words) else 0
    return f"{hashlib.sha256(header.encode()).hexdigest()[:16]}-{total:016x}-{parity:016x}-{len(body)}"


def _file_name(key: str) -> str:
    """A key as a file name: itself when it is plain, else its hash."""
    plain = len(key) <= 120 and all(character.isalnum() or character in "-_" for character in key)
    return key if plain else hashlib.sha256(key.encode()).hexdigest()


_registry: dict[str, Any] = {}
_registry_lock = threading.RLock()


def shared(name: str, make: Callable[[], Value]) -> Value:
    """This process's one object of that name (a cache, a loaded network, a table), made at the first call."""
    with _registry_lock:
        if name not in _registry:
            _registry[name] = make()
        return _registry[name]


def drop_shared() -> None:
    """Forget every shared object of this process (after the settings change, as in tests); files stay."""
    with _registry_lock:
        _registry.clear()
    with _hashes_lock:
        _hashes.clear()


_hashes: OrderedDict[tuple, str] = OrderedDict()
_hashes_lock = threading.Lock()


def file_sha256(path: str | Path) -> str:
    """Hexadecimal sha256 of a file's bytes; remembered while the file's identity, size and times stay the
    same.
    """
    path = Path(path).resolve()
    status = path.stat()
    identity = (
        str(path),
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
    with _hashes_lock:
        known = _hashes.get(identity)
        if known is not None:
            _hashes.move_to_end(identity)
            return known
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > RACY_NS:
        with _hashes_lock:
            _hashes[identity] = digest
            while len(_hashes) > MEMOED_HASHES:
                _hashes.popitem(last=False)
    return digest
