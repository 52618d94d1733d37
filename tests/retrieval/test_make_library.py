"""Making what ships: the plan, where clips begin, and putting finished songs together."""

from types import SimpleNamespace

import numpy as np
import pytest
from retrieval.made_library import make_shipped

from demos.corpus.music import CATALOGUE
from demos.corpus.styles import STYLES
from demos.retrieval import make_library
from demos.retrieval.library import load_dance, read_clips
from demos.retrieval.make_library import CLIP_S, SONG_S, Unit, assemble, make, plan


def test_the_plan_has_every_style_of_music_and_dance():
    units = plan()
    assert {unit.music for unit in units} == set(CATALOGUE)
    assert {style for unit in units for style in unit.styles} == set(STYLES)
    assert sum(2 * len(unit.styles) for unit in units) >= 400
    assert len({unit.name for unit in units}) == len(units)
    assert units == plan()


@pytest.mark.parametrize("bar_s", [1.3, 2.0, 2.4, 3.7, 30.0])
@pytest.mark.parametrize("offset_s", [0.0, 0.4])
def test_clips_begin_on_bars_and_overlap_little(bar_s, offset_s):
    downbeats = np.arange(offset_s, SONG_S, bar_s)
    first, second = make_library._starts(SimpleNamespace(downbeats=downbeats))  # pyright: ignore[reportArgumentType]
    assert first / 30 == pytest.approx(offset_s, abs=0.02)
    assert first + 30 * (CLIP_S - 2) <= second <= 30 * (SONG_S - CLIP_S)
    if bar_s <= 2.4:
        assert np.abs(downbeats - second / 30).min() < 0.02


@pytest.fixture
def work(tmp_path):
    """Two finished units."""
    units = [Unit("salsa", 0, ("salsa",)), Unit("waltz", 1, ("modern",))]
    for number, unit in enumerate(units):
        folder = tmp_path / "work" / unit.name
        make_shipped(folder, count=2, seconds=3.0)
        text = (folder / "clips.jsonl").read_text().replace("made-", f"{unit.name}-")
        text = text.replace("clicks.wav", f"{unit.name}.wav").replace('"seed":', '"settings2":{},"seed":')
        text = text.replace('"settings":{}', '"settings":{"attribution":["A dancer (CC BY 4.0)."]}')
        lines = []
        for clip in text.splitlines():
            name = clip.split('"id":"')[1].split('"')[0]
            lines.append(clip[:-1] + f',"preview":"previews/{name}.mp4"}}')
            (folder / "previews").mkdir(exist_ok=True)
            (folder / "previews" / f"{name}.mp4").write_bytes(bytes([number]))
        (folder / "clips.jsonl").write_text("\n".join(lines) + "\n")
        (folder / "songs" / "clicks.wav").rename(folder / "songs" / f"{unit.name}.wav")
    return tmp_path / "work", units


def test_finished_songs_become_one_library(work, tmp_path):
    folder, units = work
    out = tmp_path / "library"
    found = assemble(units, folder, out)
    assert (found["clips"], found["songs"]) == (4, 2)
    clips = list(read_clips(out))
    assert [clip.id for clip in clips] == ["salsa-1-0", "salsa-1-1", "waltz-2-0", "waltz-2-1"]
    for clip, seed in zip(clips, (0, 1, 0, 1), strict=True):
        assert load_dance(clip, out).provenance.seed == seed
        assert (out / clip.preview).is_file()
        assert (out / clip.song).is_file()
    assert "A dancer (CC BY 4.0)." in (out / "README.md").read_text()
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    (out / "previews" / "stray.mp4").write_bytes(b"x")
    assemble(units, folder, out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_making_goes_on_where_it_was(work, tmp_path, monkeypatch):
    folder, units = work
    made = []
    monkeypatch.setattr(make_library, "make_unit", lambda unit, work, data: made.append(unit.name))
    (folder / "waltz-2").rename(folder / "kept")
    seen = []
    monkeypatch.setattr(make_library, "assemble", lambda units, work, out: {"clips": len(units)})
    make(tmp_path / "out", work=folder, units=units, on_progress=lambda done, total: seen.append((done, total)))
    assert made == ["waltz-2"]
    assert seen == [(2, 2)]
