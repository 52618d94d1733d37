"""The content cache: one computation for everybody, bounded, and never trusting a damaged file."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from demos.runtime import caches
from demos.runtime.caches import ContentCache, file_sha256, read_arrays, write_arrays
from demos.runtime.errors import InputError


def make_cache(folder: Path | None, *, memory_bytes: int = 1000, disk_bytes: int = 10_000) -> ContentCache[bytes]:
    return ContentCache(
        folder=folder,
        memory_bytes=memory_bytes,
        disk_bytes=disk_bytes,
        write=write_marked,
        read=read_marked,
        size_of=len,
        suffix=".bin",
    )


def write_marked(value: bytes, path: Path) -> None:
    path.write_bytes(b"ok" + value)


def read_marked(path: Path) -> bytes:
    data = path.read_bytes()
    if data[:2] != b"ok":
        raise ValueError("damaged")
    return data[2:]


def file_of(cache: ContentCache[bytes], key: str) -> Path:
    path = cache.path(key)
    assert path is not None
    return path


def never() -> bytes:
    raise AssertionError("computed although it was cached")


def test_computes_once_then_remembers(tmp_path):
    cache = make_cache(tmp_path)
    assert cache.get("a", lambda: b"1") == b"1"
    assert cache.get("a", never) == b"1"
    cache.clear_memory()
    assert cache.get("a", never) == b"1"  # from disk
    assert make_cache(tmp_path).get("a", never) == b"1"  # as another process would


def test_works_without_a_disk():
    cache = make_cache(None)
    assert cache.get("a", lambda: b"1") == b"1"
    assert cache.get("a", never) == b"1"
    assert cache.path("a") is None


def test_an_unwritable_folder_only_costs_speed(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = make_cache(blocked / "cache")
    assert cache.get("a", lambda: b"1") == b"1"
    assert cache.get("a", never) == b"1"


def test_memory_drops_the_least_recently_used(tmp_path):
    cache = make_cache(None, memory_bytes=100)
    for key in "abc":
        cache.get(key, lambda: bytes(40))
        cache.get("a", lambda: bytes(40))  # keeps "a" fresh
    assert cache.memory_in_use <= 100
    cache.get("a", never)
    cache.get("c", never)
    assert cache.get("b", lambda: b"again") == b"again"


def test_a_value_larger_than_memory_is_served_but_not_kept():
    cache = make_cache(None, memory_bytes=10)
    assert len(cache.get("a", lambda: bytes(11))) == 11
    assert cache.memory_in_use == 0
    assert cache.get("a", lambda: b"2") == b"2"


def test_disk_stays_within_its_limit_and_drops_the_oldest(tmp_path):
    cache = make_cache(tmp_path, disk_bytes=250)
    for index, key in enumerate("abcd"):
        cache.get(key, lambda: bytes(98))
        os.utime(file_of(cache, key), (1000 + index, 1000 + index))
    cache.get("e", lambda: bytes(98))
    assert sorted(path.stem for path in tmp_path.glob("*.bin")) == ["d", "e"]


def test_reading_refreshes_a_file(tmp_path):
    cache = make_cache(tmp_path, disk_bytes=250)
    for index, key in enumerate("ab"):
        cache.get(key, lambda: bytes(98))
        os.utime(file_of(cache, key), (1000 + index, 1000 + index))
    cache.clear_memory()
    cache.get("a", never)
    cache.get("c", lambda: bytes(98))
    assert sorted(path.stem for path in tmp_path.glob("*.bin")) == ["a", "c"]


@pytest.mark.parametrize("damage", [b"", b"no", b"garbage"])
def test_a_damaged_file_is_computed_anew(tmp_path, damage):
    cache = make_cache(tmp_path)
    cache.get("a", lambda: b"1")
    file_of(cache, "a").write_bytes(damage)
    cache.clear_memory()
    assert cache.get("a", lambda: b"2") == b"2"
    assert make_cache(tmp_path).get("a", never) == b"2"


def test_leftovers_of_a_crash_are_swept(tmp_path):
    cache = make_cache(tmp_path)
    stale, fresh = tmp_path / "x.part.bin", tmp_path / "y.part.bin"
    for path in (stale, fresh):
        path.write_bytes(b"half")
    os.utime(stale, (1, 1))
    cache.get("a", lambda: b"1")
    assert not stale.exists()
    assert fresh.exists()


def test_threads_share_one_computation(tmp_path):
    cache, calls, started = make_cache(tmp_path), [], threading.Event()

    def compute() -> bytes:
        calls.append(1)
        started.set()
        time.sleep(0.2)
        return b"value"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: cache.get("a", compute), range(8)))
    assert results == [b"value"] * 8
    assert started.is_set()
    assert len(calls) == 1


def test_an_error_reaches_every_waiter_and_is_not_remembered(tmp_path):
    cache, entered = make_cache(tmp_path), threading.Barrier(2, timeout=10)

    def fail() -> bytes:
        entered.wait()
        time.sleep(0.1)
        raise InputError("bad song")

    def ask() -> str:
        try:
            cache.get("a", fail)
        except InputError as error:
            return str(error)
        return "no error"

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask) for _ in range(4)]
        entered.wait()
        assert {one.result() for one in asked} == {"bad song"}
    assert cache.get("a", lambda: b"1") == b"1"


def count_and_compute(folder: Path, log: Path, gate) -> None:
    gate.wait(30)

    def compute() -> bytes:
        with log.open("a") as file:
            file.write("x")
        time.sleep(0.3)
        return b"value"

    assert make_cache(folder).get("a", compute) == b"value"


def test_processes_share_one_computation(tmp_path):
    context = multiprocessing.get_context("fork")
    log, gate = tmp_path / "log", context.Barrier(3)
    children = [context.Process(target=count_and_compute, args=(tmp_path / "cache", log, gate)) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0]
    assert log.read_text() == "x"


def test_odd_keys_become_safe_file_names(tmp_path):
    cache = make_cache(tmp_path)
    for key in ("../../etc/passwd", "a b", "x" * 500, "é"):
        cache.get(key, lambda: b"1")
        assert file_of(cache, key).parent == tmp_path
        assert file_of(cache, key).exists()


def test_arrays_and_facts_come_back(tmp_path):
    arrays = {
        "odd": np.arange(5, dtype=np.float32),
        "empty": np.zeros((0, 3)),
        "matrix": np.arange(6, dtype=np.int16).reshape(2, 3).T,
    }
    write_arrays(tmp_path / "file", arrays, {"name": "täst\n", "number": 1.5})
    found, facts = read_arrays(tmp_path / "file")
    assert facts == {"name": "täst\n", "number": 1.5}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype
        assert not found[name].flags.writeable


@pytest.mark.parametrize("place", [3, 120, -1])
def test_one_changed_byte_is_noticed(tmp_path, place):
    path = tmp_path / "file"
    write_arrays(path, {"a": np.arange(100.0)}, {"fact": 1})
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)
    with pytest.raises((ValueError, KeyError)):
        read_arrays(path)


def test_a_cut_file_is_noticed(tmp_path):
    path = tmp_path / "file"
    write_arrays(path, {"a": np.arange(100.0)}, {})
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(ValueError, match="damaged"):
        read_arrays(path)


def test_a_file_is_hashed_by_content_and_again_when_it_changes(tmp_path):
    path, copy = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"one")
    copy.write_bytes(b"one")
    assert file_sha256(path) == file_sha256(copy)
    assert file_sha256(path) == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    before = path.stat()
    path.write_bytes(b"two")  # same size, and the same times as far as a program can set them
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file_sha256(path) != file_sha256(copy)


def test_shared_objects_are_made_once_a_process():
    made = []
    assert caches.shared("test object", lambda: made.append(1) or "it") == "it"
    assert caches.shared("test object", lambda: made.append(1) or "other") == "it"
    assert made == [1]
