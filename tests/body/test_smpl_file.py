"""SMPL files of every kind: npz, old pickles with chumpy and SciPy inside, foreign, damaged and hostile ones."""

import pickle
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import scipy.sparse

from demos.body.body import Region, load_body
from demos.body.smpl_file import read_smpl
from demos.motion.skeleton import PARENTS
from demos.runtime.errors import InputError

COUNT = 40


@pytest.fixture
def fields() -> dict:
    random = np.random.default_rng(1)
    regressor = np.zeros((24, COUNT))
    regressor[np.arange(24), np.arange(24)] = 1
    weights = random.random((COUNT, 24))
    return {
        "v_template": random.normal(size=(COUNT, 3)),
        "shapedirs": random.normal(size=(COUNT, 3, 10)),
        "posedirs": random.normal(size=(COUNT, 3, 207)),
        "J_regressor": regressor,
        "weights": weights / weights.sum(1, keepdims=True),
        "kintree_table": np.array([[2**32 - 1, *PARENTS[1:]], range(24)], np.uint32),
        "f": random.integers(0, COUNT, (60, 3)).astype(np.uint32),
    }


@pytest.fixture
def chumpy(monkeypatch) -> SimpleNamespace:
    """A package of that name while pickling only, as on the machine where the official files were made."""
    package, module, reordering = ModuleType("chumpy"), ModuleType("chumpy.ch"), ModuleType("chumpy.reordering")

    class Ch:
        pass

    class Select:
        pass

    Ch.__module__, Ch.__qualname__ = "chumpy.ch", "Ch"
    Select.__module__, Select.__qualname__ = "chumpy.reordering", "Select"
    module.Ch, reordering.Select = Ch, Select  # type: ignore[attr-defined]
    for name, value in (("chumpy", package), ("chumpy.ch", module), ("chumpy.reordering", reordering)):
        monkeypatch.setitem(sys.modules, name, value)
    return SimpleNamespace(Ch=Ch, Select=Select)


def assert_same(data, fields) -> None:
    np.testing.assert_allclose(data.template, fields["v_template"])
    np.testing.assert_allclose(data.shapes, fields["shapedirs"])
    np.testing.assert_allclose(data.regressor, fields["J_regressor"])
    np.testing.assert_allclose(data.weights, fields["weights"], rtol=1e-6)
    np.testing.assert_allclose(data.pose_offsets, fields["posedirs"], rtol=1e-6)
    np.testing.assert_array_equal(data.faces, fields["f"])


def test_npz(fields, tmp_path):
    np.savez(tmp_path / "smpl.npz", **fields)
    assert_same(read_smpl(tmp_path / "smpl.npz"), fields)


@pytest.mark.parametrize("protocol", [0, 2])
def test_pickle_with_chumpy_and_scipy(fields, chumpy, tmp_path, monkeypatch, protocol):
    original = dict(fields)
    shapes = chumpy.Ch()
    shapes.__dict__.update(x=fields["shapedirs"], _dirty_vars=set(), label="shapes")
    template = chumpy.Select()
    template.__dict__.update(a=fields["v_template"], idxs=np.arange(COUNT * 3), preferred_shape=np.array([COUNT, 3]))
    fields |= {
        "shapedirs": shapes,
        "v_template": template,
        "J_regressor": scipy.sparse.csc_matrix(fields["J_regressor"]),
        "bs_style": "lbs",
    }
    shapes.__dict__.pop("_dirty_vars")
    path = tmp_path / "basicmodel.pkl"
    path.write_bytes(pickle.dumps(fields, protocol=protocol))
    for name in ("chumpy", "chumpy.ch", "chumpy.reordering"):
        monkeypatch.delitem(sys.modules, name)
    assert_same(read_smpl(path), original)


def test_more_shapes_than_ten_are_left_out(fields, tmp_path):
    fields["shapedirs"] = np.zeros((COUNT, 3, 300))
    np.savez(tmp_path / "smpl.npz", **fields)
    assert read_smpl(tmp_path / "smpl.npz").shapes.shape == (COUNT, 3, 10)


def test_a_body_without_regions_wears_one_outfit(fields, tmp_path):
    np.savez(tmp_path / "smpl.npz", **fields)
    assert (load_body(path=tmp_path / "smpl.npz").regions == Region.TOP).all()


class Hostile:
    def __reduce__(self):
        return (sys.setrecursionlimit, (12345,))


def test_a_pickle_that_would_run_something_is_refused(tmp_path):
    before = sys.getrecursionlimit()
    path = tmp_path / "smpl.pkl"
    path.write_bytes(pickle.dumps({"v_template": Hostile()}))
    with pytest.raises(InputError, match="not an SMPL model"):
        read_smpl(path)
    assert sys.getrecursionlimit() == before


def test_a_sparse_matrix_with_wild_indices_is_refused(fields, tmp_path):
    regressor = scipy.sparse.csc_matrix(fields["J_regressor"])
    regressor.indices[0] = 10**6
    path = tmp_path / "smpl.pkl"
    path.write_bytes(pickle.dumps(fields | {"J_regressor": regressor}))
    with pytest.raises(InputError, match="not an SMPL model"):
        read_smpl(path)


def wrong_joints(fields):
    return fields | {"J_regressor": np.zeros((55, COUNT)), "weights": np.zeros((COUNT, 55))}


def wrong_tree(fields):
    return fields | {"kintree_table": np.zeros((2, 24), int)}


def wrong_faces(fields):
    return fields | {"f": np.full((3, 3), COUNT)}


def not_finite(fields):
    return fields | {"v_template": np.full((COUNT, 3), np.nan)}


@pytest.mark.parametrize("spoil", [wrong_joints, wrong_tree, wrong_faces, not_finite])
def test_other_models_are_refused(fields, tmp_path, spoil):
    np.savez(tmp_path / "smpl.npz", **spoil(fields))
    with pytest.raises(InputError, match="24-joint SMPL"):
        read_smpl(tmp_path / "smpl.npz")


def test_the_missing_part_is_named(fields, tmp_path):
    del fields["weights"]
    np.savez(tmp_path / "smpl.npz", **fields)
    with pytest.raises(InputError, match="lacks weights"):
        read_smpl(tmp_path / "smpl.npz")


@pytest.mark.parametrize("content", [b"", b"a text\n", b"PK\x03\x04 cut short", b"\x80\x04K\x01."])
def test_other_files_are_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "body.pkl"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_smpl(path)
    assert "\n" not in str(caught.value)
    assert "body.pkl" in str(caught.value)


def test_no_file(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        load_body(path=tmp_path / "none.npz")
