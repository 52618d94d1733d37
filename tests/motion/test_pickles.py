"""The restricted unpickler: arrays come through, nothing else does, and nothing ever runs."""

import collections
import io
import os
import pickle

import numpy as np
import pytest

from demos.motion import pickles
from demos.runtime.errors import InputError


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(12, dtype=np.float32).reshape(3, 4),
        np.asfortranarray(np.arange(12.0).reshape(3, 4)),
        np.arange(3, dtype=">i4"),
        np.array([True, False]),
        np.array(["a", "bc"]),
        np.zeros((0, 3)),
        np.float64(2.5),
    ],
)
def test_arrays_of_every_protocol(array, protocol):
    value = {"poses": array, "fps": 60, "names": ["a", None, 1.5], "inner": {"x": (1, 2)}}
    loaded = pickles.load(pickle.dumps(value, protocol))
    np.testing.assert_array_equal(loaded["poses"], array)
    assert loaded["fps"] == 60
    assert loaded["names"] == ["a", None, 1.5]
    assert loaded["inner"] == {"x": [1, 2]}


def test_both_names_of_numpys_core():
    data = pickle.dumps({"a": np.arange(3)}, 2)
    old, new = b"numpy.core.multiarray", b"numpy._core.multiarray"
    other = data.replace(old, new) if old in data else data.replace(new, old)
    assert other != data
    np.testing.assert_array_equal(pickles.load(other)["a"], [0, 1, 2])


def test_ordered_dictionaries():
    assert pickles.load(pickle.dumps(collections.OrderedDict(a=1))) == {"a": 1}


class _Evil:
    def __init__(self, *call):
        self.call = call

    def __reduce__(self):
        return self.call[0], self.call[1:]


@pytest.mark.parametrize(
    "evil",
    [_Evil(os.system, "true"), _Evil(eval, "1"), _Evil(open, "x", "w"), _Evil(np.load, "x"), _Evil(bytearray, 9)],
)
def test_nothing_runs(evil, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"asks for|damaged") as error:
        pickles.load(pickle.dumps({"smpl_poses": evil}, 2), name="evil.pkl")
    assert str(error.value).startswith("evil.pkl")
    assert list(tmp_path.iterdir()) == []


def test_arrays_that_lie_about_their_size_are_refused():
    data = pickle.dumps(np.zeros(4), 2)
    shape = b"K\x04\x85"
    assert shape in data
    with pytest.raises(InputError, match="damaged"):
        pickles.load(data.replace(shape, b"J\xff\xff\xff\x7f\x85"))


def test_lists_that_hold_each_other_end():
    bomb = []
    for _ in range(11):
        bomb = [bomb] * 10
    with pytest.raises(InputError, match="damaged"):
        pickles.load(pickle.dumps(bomb))
    endless = []
    endless.append(endless)
    with pytest.raises(InputError, match="damaged"):
        pickles.load(pickle.dumps(endless))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80\x04", b"hello", pickle.dumps({"a": np.arange(99)})[:-20], b"."])
def test_damage_is_one_sentence(data):
    with pytest.raises(InputError) as error:
        pickles.load(data, name="x.pkl")
    assert "\n" not in str(error.value)


def test_npy_files_plain_and_pickled():
    plain, wrapped = io.BytesIO(), io.BytesIO()
    np.save(plain, np.arange(6).reshape(2, 3))
    np.save(wrapped, np.array({"fps": 30, "a": np.ones(2)}, object), allow_pickle=True)
    np.testing.assert_array_equal(pickles.load_npy(plain.getvalue()), [[0, 1, 2], [3, 4, 5]])
    value = pickles.load_npy(wrapped.getvalue())
    assert value["fps"] == 30
    np.testing.assert_array_equal(value["a"], [1, 1])
    with pytest.raises(InputError, match="cut short"):
        pickles.load_npy(plain.getvalue()[:-8])
    with pytest.raises(InputError, match="damaged"):
        pickles.load_npy(plain.getvalue()[:20])


def test_real_pickles(shared_data):
    aist = next((shared_data / "mocap" / "aist").glob("*.pkl"))
    value = pickles.load(aist.read_bytes())
    assert value["smpl_poses"].shape == (720, 72)
    robot = pickles.load((shared_data / "mocap" / "movin" / "test1.pkl").read_bytes())
    assert robot["dof_pos"].shape == (3531, 29)
    amp = pickles.load_npy((shared_data / "mocap" / "cmu55" / "amp_humanoid_dance.npy").read_bytes())
    assert amp["rotation"]["arr"].shape == (902, 15, 4)
