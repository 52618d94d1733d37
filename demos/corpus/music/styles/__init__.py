"""The catalogue of styles: what dancers call them, and the variants each name stands for."""

from demos.corpus.music.styles import band, club, latin, stage, street
from demos.corpus.music.styles.style import Meter, Part, Style, Voice
from demos.runtime.errors import InputError

__all__ = ["CATALOGUE", "Meter", "Part", "Style", "Voice", "find"]

CATALOGUE: dict[str, tuple[Style, ...]] = {}
for _style in (*latin.STYLES, *street.STYLES, *club.STYLES, *band.STYLES, *stage.STYLES):
    CATALOGUE[_style.name] = (*CATALOGUE.get(_style.name, ()), _style)


def find(name: str, *, variant: str | None = None) -> tuple[Style, ...]:
    """The variants of a style by its name, however it is written ("Hip-Hop", "hip hop", "hip_hop").

    Raises InputError for a name or variant that is not in the catalogue.
    """
    plain = "".join(letter for letter in name.lower() if letter.isalnum())
    for known, variants in CATALOGUE.items():
        if plain in (
            known.replace("_", ""),
            *("".join(filter(str.isalnum, s.genre.lower())) for s in variants),
        ):
            break
    else:
        raise InputError(f"There is no style called {name!r}: choose one of {', '.join(sorted(CATALOGUE))}.")
    if variant is None:
        return variants
    chosen = tuple(style for style in variants if style.variant == variant)
    if not chosen:
        offered = ", ".join(style.variant for style in variants if style.variant) or "none"
        raise InputError(f"{known} has no variant {variant!r}: it offers {offered}.")
    return chosen
