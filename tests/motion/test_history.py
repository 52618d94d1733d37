"""The tree of versions: undo loses nothing, branches part, and all of it survives a reload and a file."""

import json

import numpy as np
import pytest
from made_motion import make_groove

from demos.motion import history
from demos.motion.dance import Dance, Provenance
from demos.motion.files import open_dance
from demos.motion.history import History
from demos.runtime import workspace
from demos.runtime.errors import InputError


def dance(bpm: float = 120.0, seconds: float = 2.0, dancers: int = 1) -> Dance:
    motions = tuple(make_groove(seconds, bpm=bpm, side=float(i)) for i in range(dancers))
    return Dance(motions, Provenance("test", prompts=("go",), seed=3), "ab" * 32, np.arange(0, 2, 0.5) + 1 / 3)


@pytest.fixture
def tree() -> History:
    """v1 - v2 - v3, and v4 beside v3."""
    found = History().add(dance(), name="Song").add(dance(100), text="raise both arms", achieved=True)
    found = found.add(dance(90), text="calmer", raw=dance(91), achieved=False, message="Hardly calmer.")
    return found.undo().add(dance(80), text="mirror it", facts={"seed": 4})


def ids(versions) -> list[str]:
    return [version.id for version in versions]


def same(first: History, second: History, *, raw: bool = True) -> bool:
    assert first.current_id == second.current_id
    for a, b in zip(first.versions, second.versions, strict=True):
        assert (a.id, a.parent, a.name, a.text, a.achieved, a.message) == (
            b.id, b.parent, b.name, b.text, b.achieved, b.message,
        )  # fmt: skip
        assert a.facts == b.facts
        assert not raw or (a.raw is None) == (b.raw is None)
        for x, y in [(a.dance, b.dance), (a.raw, b.raw if raw else None)]:
            if x is None or y is None:
                continue
            assert x.provenance == y.provenance
            assert x.song_sha256 == y.song_sha256
            assert np.array_equal(x.beats, y.beats)
            for m, n in zip(x.motions, y.motions, strict=True):
                assert m.fps == n.fps
                assert np.array_equal(m.poses, n.poses)
                assert np.array_equal(m.translation, n.translation)
    return True


def test_a_branch_leaves_the_other_branch_alone(tree):
    assert ids(tree.path()) == ["v1", "v2", "v4"]
    assert ids(tree.path("v3")) == ["v1", "v2", "v3"]
    assert ids(tree.children("v2")) == ["v3", "v4"]
    assert [(depth, version.id) for depth, version in tree.rows()] == [(0, "v1"), (1, "v2"), (2, "v3"), (2, "v4")]
    assert tree["v2"].name == "raise both arms"


def test_undo_stops_at_the_first_and_redo_follows_the_newest(tree):
    first = tree.undo().undo()
    assert first.current.id == "v1"
    assert first.undo() is first
    assert first.redo().redo().current.id == "v4"
    assert tree.redo() is tree
    assert len(first) == 4


def test_a_history_never_changes(tree):
    before = tree.versions
    tree.add(dance(), text="more").rename("v1", "Other").go("v3")
    assert tree.versions is before
    assert tree.current_id == "v4"


def test_another_first_dance_starts_a_tree_beside(tree):
    more = tree.add(dance(70), name="Another", root=True)
    assert ids(more.children(None)) == ["v1", "v5"]
    assert more.current.parent is None


def test_names_are_one_short_line(tree):
    assert tree.rename("v2", "  Arms\n up ").versions[1].name == "Arms up"
    long = tree.add(dance(), text="raise " * 300).current
    assert len(long.name) == history.LONGEST_NAME
    assert len(long.text) == 1800
    with pytest.raises(InputError, match="name"):
        tree.rename("v2", "  ")


def test_any_two_can_be_compared(tree):
    pair = tree.pair("v3", "v4")
    assert (pair.first.id, pair.second.id) == ("v3", "v4")
    assert pair.change is not None
    assert pair.change.shape == (20, 6)
    longer = tree.add(dance(seconds=3.0))
    assert longer.pair("v1", "v5").change is None


def test_what_is_not_there_is_said(tree):
    for ask in (tree.go, tree.path, lambda name: tree.pair("v1", name)):
        with pytest.raises(InputError, match="v9"):
            ask("v9")
    with pytest.raises(InputError, match="song first"):
        _ = History().current


def test_a_tree_that_grows_for_ever_is_stopped(monkeypatch, tree):
    monkeypatch.setattr(history, "MOST_VERSIONS", 4)
    with pytest.raises(InputError, match="export"):
        tree.add(dance())


def test_it_survives_a_reload(tree, tmp_path):
    history.save(tree, tmp_path)
    assert same(tree, history.load(tmp_path))
    written = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    more = history.load(tmp_path).rename("v1", "My song").add(dance(60), text="again")
    history.save(more, tmp_path)
    assert same(more, history.load(tmp_path))
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert {name: kept[name] for name in written} == written  # versions never change


def test_a_workspace_is_reopened_by_its_name_and_nothing_else_is(tree, private_cache):
    folder = workspace.create()
    history.save(tree, folder)
    assert same(tree, history.reopen(folder.name))
    for name in ("", "../audio", "nothing-here-at-all-24", None, str(folder)):
        assert len(history.reopen(name)) == 0  # pyright: ignore[reportArgumentType]


def test_damage_is_one_sentence(tree, tmp_path):
    history.save(tree, tmp_path)
    (tmp_path / "v2.npz").write_bytes(b"no")
    with pytest.raises(InputError, match="damaged"):
        history.load(tmp_path)
    for text in ("{", "[]", json.dumps({"format": 1, "current": "v1", "versions": [{"id": "../x"}]})):
        (tmp_path / history.FILE).write_text(text)
        with pytest.raises(InputError, match="damaged"):
            history.load(tmp_path)


def test_a_saved_dance_carries_the_tree(tree, tmp_path):
    pair = tree.add(dance(75, dancers=2), text="a partner", root=True)
    path = history.export_npz(pair, tmp_path / "dance.npz", "v3")
    back = history.restore(path)
    assert same(pair.go("v3"), back, raw=False)
    plain = open_dance(path)  # every other room reads it as the dance it is
    assert np.array_equal(plain.motions[0].poses, tree["v3"].dance.motions[0].poses)
    again = history.restore(history.export_npz(back, tmp_path / "again.npz"))
    assert same(back, again, raw=False)


def test_the_same_tree_gives_the_same_file(tree, tmp_path):
    files = [history.export_npz(tree, tmp_path / name).read_bytes() for name in ("one.npz", "two.npz")]
    assert files[0] == files[1]


def test_a_dance_without_a_history_starts_one(tmp_path):
    path = dance().save(tmp_path / "mine.npz")
    found = history.restore(path)
    assert (len(found), found.current.name) == (1, "mine")


def test_a_damaged_or_foreign_file_is_one_sentence(tree, tmp_path):
    with pytest.raises(InputError):
        history.restore(tmp_path / "absent.npz")
    np.savez(tmp_path / "other.npz", x=np.zeros(3))
    with pytest.raises(InputError, match="no saved dance"):
        history.restore(tmp_path / "other.npz")
    path = history.export_npz(tree, tmp_path / "dance.npz")
    with np.load(path) as saved:
        arrays = dict(saved)
    arrays["history_poses"] = arrays["history_poses"][:10]
    np.savez(tmp_path / "cut.npz", **arrays)
    with pytest.raises(InputError, match="damaged"):
        history.restore(tmp_path / "cut.npz")
