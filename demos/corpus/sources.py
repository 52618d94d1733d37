"""The real dances that phrases are cut from: which files, whose, of which family, under which attribution."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from demos.runtime.errors import InputError

GENRES = ("salsa", "modern", "indian", "pop", "hiphop", "jazz", "disco", "breaking")
"""The families of the source dances. A style of the choreographer is a set of weights over them."""

ATTRIBUTIONS = {
    "cmu": (
        "The data used in this project was obtained from mocap.cs.cmu.edu. "
        "The database was created with funding from NSF EIA-0196217."
    ),
    "g1moves": "G1 Moves, Mitch Chaiet / Experiential Technologies; dance: Jasmine Coro (CC BY 4.0)",
    "aist": "AIST++ Dance Motion Dataset, Google LLC (CC BY 4.0)",
    "rokoko": "jesse_dance: AnimatedDrawings, Meta Platforms (MIT)",
}
"""What must be said about each collection when something made from it is passed on."""

UNUSABLE = frozenset({"94_07"})
"""Trials whose capture is broken throughout (thighs jump 25-56 degrees a frame, a third of it in the air)."""

_CMU_GENRES = {"05": "modern", "49": "modern", "60": "salsa", "61": "salsa", "94": "indian"}
_G1_GENRES = {
    "Salsa": "salsa",
    "Modern": "modern",
    "Broadway": "jazz",
    "JazzWalk": "jazz",
    "Sassy": "jazz",
    "WestCoast": "jazz",
    "Disco": "disco",
    "Nineties": "hiphop",
    "Woah": "hiphop",
    "Blunt": "hiphop",
    "Gnarly": "hiphop",
    "Shuffle": "hiphop",
    "SpiralDance": "modern",
    "StretchDance": "modern",
}  # the others are pop and party routines


@dataclass(frozen=True)
class Trial:
    """One recording: a file, or two of a couple that share world and clock (lead, then follow).

    name : unique, what splits and plans cite. dancers : one name a file. genre : of GENRES.
    collection : a key of ATTRIBUTIONS.
    """

    name: str
    files: tuple[Path, ...]
    dancers: tuple[str, ...]
    genre: str
    collection: str


def find_trials(folder: Path) -> list[Trial]:
    """The usable dance trials below a folder laid out as cmu/, g1moves/, aist/, rokoko/; sorted by name.

    Raises InputError when there are none.
    """
    folder = Path(folder)
    trials = [*_cmu(folder / "cmu"), *_g1(folder / "g1moves"), *_aist(folder / "aist")]
    jesse = folder / "rokoko" / "jesse_dance.bvh"
    if jesse.is_file():
        trials.append(Trial("jesse_dance", (jesse,), ("jesse",), "pop", "rokoko"))
    if not trials:
        raise InputError(
            f"No dances were found in {folder.name}; give the folder that holds cmu/*.bvh, g1moves/*.npz or aist/*.pkl."
        )
    return sorted(trials, key=lambda trial: trial.name)


def _cmu(folder: Path) -> list[Trial]:
    trials = []
    for path in sorted(folder.glob("??_??.bvh")):
        subject, number = path.stem.split("_")
        genre = _CMU_GENRES.get(subject)
        if genre is None or path.stem in UNUSABLE or subject == "61":
            continue  # 61 is 60's partner
        files, dancers = (path,), (f"cmu{subject}",)
        partner = folder / f"61_{number}.bvh"
        if subject == "60" and partner.is_file():
            files, dancers = (path, partner), ("cmu60", "cmu61")
        trials.append(Trial(path.stem, files, dancers, genre, "cmu"))
    return trials


def _g1(folder: Path) -> list[Trial]:
    trials = []
    for path in sorted(folder.glob("*.npz")):
        dancer = {"J": "jasmine", "B": "mitch"}.get(path.stem[0], "g1")
        genre = _G1_GENRES.get(path.stem.rsplit("_", 1)[-1], "pop")
        trials.append(Trial(path.stem, (path,), (dancer,), genre, "g1moves"))
    return trials


def _aist(folder: Path) -> list[Trial]:
    families = {"BR": "breaking", "PO": "hiphop", "LO": "hiphop", "MH": "hiphop", "LH": "hiphop", "HO": "hiphop"}
    families |= {"WA": "pop", "KR": "hiphop", "JS": "jazz", "JB": "jazz"}
    trials = []
    for path in sorted(folder.glob("g??_*.pkl")):
        dancer = next((part for part in path.stem.split("_") if part.startswith("d")), "aist")
        trials.append(Trial(path.stem, (path,), (f"aist-{dancer}",), families.get(path.stem[1:3], "pop"), "aist"))
    return trials
