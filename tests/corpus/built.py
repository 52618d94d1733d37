"""A tiny corpus built once a test session from dances made here."""

import pickle
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from corpus.dancers import made_motion

from demos.corpus import build, sets
from demos.corpus.music import find_fluidsynth, find_soundfont
from demos.runtime.errors import InputError
from demos.runtime.settings import settings

TINY = sets.Size((1, 1, 1), (1, 0, 0), 14.0, 2, 1, 2, 1)


def write_dances(folder: Path) -> Path:
    """Nine dances of two families in AIST++'s format, 60 fps."""
    (folder / "aist").mkdir(parents=True)
    for index in range(9):
        family = ("WA", "JS")[index % 2]
        motion = made_motion(index, seconds=18, pulse_s=(0.5, 0.45, 0.55)[index % 3]).resample(60)
        values = {
            "smpl_poses": motion.poses.reshape(-1, 72).astype(np.float64),
            "smpl_trans": motion.translation.astype(np.float64),
            "smpl_scaling": np.ones(1),
        }
        path = folder / "aist" / f"g{family}_sBM_cAll_d{index:02d}_m{family}0_ch01.pkl"
        path.write_bytes(pickle.dumps(values))
    return folder


@cache
def tiny(folder: Path) -> tuple[Path, Path, dict]:
    """(folder of real dances, folder of the corpus built of them, what build returned); built once in each folder."""
    try:
        find_fluidsynth()
        find_soundfont()
    except InputError as error:
        pytest.skip(str(error))
    folder = folder / "tiny-corpus"
    folder.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DANCEFLOOR_CACHE", str(folder / "cache"))
        settings.cache_clear()
        patch.setitem(sets.SIZES, "tiny", TINY)
        data = write_dances(folder / "data")
        found = build.build(folder / "corpus", size="tiny", data=data, workers=1)
    settings.cache_clear()
    return data, folder / "corpus", found
