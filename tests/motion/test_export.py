"""Export: the right writer for each suffix, whole files or none, and sentences for what cannot be done."""

from pathlib import Path

import numpy as np
import pytest
import trimesh

from demos.motion import export as export_module
from demos.motion.dance import Dance, Provenance
from demos.motion.export import SUFFIXES, export
from demos.motion.files import open_dance
from demos.motion.motion import Motion
from demos.runtime.errors import InputError


def motion(seed: int) -> Motion:
    rng = np.random.default_rng(seed)
    return Motion(0.3 * rng.normal(size=(12, 24, 3)), rng.normal(1, 0.1, size=(12, 3)), 30)


SOLO = Dance((motion(0),), Provenance("test", seed=1))
COUPLE = Dance((motion(0), motion(1)), Provenance("test", seed=1))


@pytest.mark.parametrize("suffix", [".npz", ".bvh"])
@pytest.mark.parametrize("dance", [SOLO, COUPLE], ids=["solo", "couple"])
def test_what_is_exported_opens_as_the_same_dance(tmp_path: Path, dance: Dance, suffix: str) -> None:
    paths = export(dance, tmp_path / f"my dance{suffix}")
    two_files = suffix == ".bvh" and len(dance.motions) == 2
    names = [f"my dance_a{suffix}", f"my dance_b{suffix}"] if two_files else [f"my dance{suffix}"]
    assert [path.name for path in paths] == names
    opened = open_dance(paths[0], partner=paths[1] if two_files else None)
    assert opened.fps == dance.fps
    np.testing.assert_allclose(opened.joints, dance.joints, atol=1e-4)


def test_a_couple_is_one_glb(tmp_path: Path) -> None:
    (path,) = export(COUPLE, tmp_path / "duet.GLB")
    assert path.name == "duet.GLB"
    scene = trimesh.load_scene(path, file_type="glb")
    assert {"a_pelvis", "b_pelvis", "a_body", "b_body"} <= set(scene.graph.nodes)


@pytest.mark.parametrize("name", ["dance.fbx", "dance.mp4", "dance", ".npz", "dance.npz.zip"])
def test_another_suffix_is_refused_with_the_ones_that_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"choose .npz, .bvh or .glb\.$"):
        export(SOLO, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_missing_folders_are_made_and_nothing_else_is_left(tmp_path: Path, suffix: str) -> None:
    (path,) = export(SOLO, tmp_path / "new" / "folder" / f"dance{suffix}")
    assert [file.name for file in path.parent.iterdir()] == [f"dance{suffix}"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_dance_is_the_same_file(tmp_path: Path, suffix: str) -> None:
    (one,), (two,) = export(SOLO, tmp_path / f"one{suffix}"), export(SOLO, tmp_path / f"two{suffix}")
    assert one.read_bytes() == two.read_bytes()


def test_a_failure_leaves_the_old_file_and_no_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "dance.bvh"
    path.write_text("precious")

    def fail(_: Motion, place: Path) -> None:
        place.write_text("half a fi")
        raise RuntimeError("power cut")

    monkeypatch.setattr(export_module, "write_bvh", fail)
    with pytest.raises(RuntimeError, match="power cut"):
        export(SOLO, path)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


def test_an_old_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "dance.npz").write_text("old")
    (path,) = export(SOLO, tmp_path / "dance.npz")
    assert len(open_dance(path)) == 12


def test_a_place_that_cannot_be_written_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        export(SOLO, tmp_path / "file" / "dance.bvh")
    (tmp_path / "folder.bvh").mkdir()
    with pytest.raises(InputError, match=r"folder.bvh cannot be written to .*: Is a directory"):
        export(SOLO, tmp_path / "folder.bvh")


def test_files_get_the_usual_permissions(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    (path,) = export(SOLO, tmp_path / "dance.bvh")
    assert path.stat().st_mode == plain.stat().st_mode
