"""Keys, chords written as Roman numerals, and voicings that move as little as they can."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


class Mode(NamedTuple):
    """A scale: seven degrees in semitones for chords, the tones melodies favour, and how bright it sounds (0..1).

    Brightness orders the modes as listeners do (lydian and major brightest, phrygian darkest); values chosen.
    """

    degrees: tuple[int, ...]
    melody: tuple[int, ...]
    brightness: float


_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_MINOR = (0, 2, 3, 5, 7, 8, 10)
_DORIAN = (0, 2, 3, 5, 7, 9, 10)
_MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)
_PHRYGIAN = (0, 1, 3, 5, 7, 8, 10)

MODES: dict[str, Mode] = {
    "major": Mode(_MAJOR, _MAJOR, 0.80),
    "major pentatonic": Mode(_MAJOR, (0, 2, 4, 7, 9), 0.82),
    "mixolydian": Mode(_MIXOLYDIAN, _MIXOLYDIAN, 0.70),
    "major blues": Mode(_MIXOLYDIAN, (0, 2, 3, 4, 7, 9), 0.72),
    "dorian": Mode(_MINOR, _DORIAN, 0.50),  # its chords are written as in minor: IV is major by its own numeral
    "minor": Mode(_MINOR, _MINOR, 0.30),
    "harmonic minor": Mode(_MINOR, (0, 2, 3, 5, 7, 8, 11), 0.24),
    "minor pentatonic": Mode(_MINOR, (0, 3, 5, 7, 10), 0.38),
    "blues": Mode(_MINOR, (0, 3, 5, 6, 7, 10), 0.36),
    "phrygian": Mode(_PHRYGIAN, _PHRYGIAN, 0.16),
    "phrygian dominant": Mode(_PHRYGIAN, (0, 1, 4, 5, 7, 8, 10), 0.26),
    "kafi": Mode(_DORIAN, _DORIAN, 0.48),
    "yaman": Mode((0, 2, 4, 6, 7, 9, 11), (0, 2, 4, 6, 7, 9, 11), 0.84),
    "bhairav": Mode((0, 1, 4, 5, 7, 8, 11), (0, 1, 4, 5, 7, 8, 11), 0.34),
    "bhupali": Mode(_MAJOR, (0, 2, 4, 7, 9), 0.78),
}

# Intervals over the root, in order of importance for a voicing (the guide tones first, the fifth last).
_QUALITIES: dict[str, tuple[int, ...]] = {
    "": (4, 0, 7),
    "m": (3, 0, 7),
    "5": (0, 7),
    "6": (4, 9, 0, 7),
    "m6": (3, 9, 0, 7),
    "7": (4, 10, 0, 7),
    "m7": (3, 10, 0, 7),
    "maj7": (4, 11, 0, 7),
    "mmaj7": (3, 11, 0, 7),
    "9": (4, 10, 2, 7),
    "m9": (3, 10, 2, 7),
    "maj9": (4, 11, 2, 7),
    "13": (4, 10, 9, 2),
    "7#9": (4, 10, 3, 7),
    "7b9": (4, 10, 1, 7),
    "add9": (4, 0, 2, 7),
    "madd9": (3, 0, 2, 7),
    "sus4": (5, 0, 7),
    "msus4": (5, 0, 7),
    "7sus4": (5, 10, 0, 7),
    "sus2": (2, 0, 7),
    "dim": (3, 6, 0),
    "mdim": (3, 6, 0),
    "dim7": (3, 6, 9, 0),
    "mdim7": (3, 6, 9, 0),
    "h7": (3, 6, 10, 0),
    "mh7": (3, 6, 10, 0),
    "+": (4, 8, 0),
}
_NUMERALS = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_TOKEN = re.compile(r"^([b#]?)([ivIV]+)(.*)$")


class Key(NamedTuple):
    """Tonic as a pitch class (0 = C) and the name of a mode."""

    tonic: int
    mode: str

    @property
    def name(self) -> str:
        """For people: "A minor"."""
        return f"{NAMES[self.tonic]} {self.mode}"

    @property
    def melody_tones(self) -> tuple[int, ...]:
        """Pitch classes that melodies use."""
        return tuple((self.tonic + tone) % 12 for tone in MODES[self.mode].melody)


class Chord(NamedTuple):
    """Root pitch class, pitch classes by importance, and its name ("Dm7")."""

    root: int
    tones: tuple[int, ...]
    name: str

    @property
    def third(self) -> int:
        """The third, or what stands for it (a fourth or second in suspensions, the fifth in power chords)."""
        return next((t for t in self.tones if (t - self.root) % 12 in (2, 3, 4, 5)), self.fifth)

    @property
    def fifth(self) -> int:
        """The fifth, perfect unless the chord alters it."""
        return next((t for t in self.tones if (t - self.root) % 12 in (6, 7, 8)), (self.root + 7) % 12)

    @property
    def seventh(self) -> int:
        """The seventh or sixth, else the octave."""
        return next((t for t in self.tones if (t - self.root) % 12 in (9, 10, 11)), self.root)

    @property
    def minor(self) -> bool:
        """Whether the third is minor."""
        return (self.third - self.root) % 12 == 3

    @property
    def tense(self) -> bool:
        """Whether it holds a tritone over its root (diminished chords)."""
        return (self.root + 6) % 12 in self.tones


@lru_cache(maxsize=1024)
def chord(numeral: str, key: Key) -> Chord:
    """The chord a Roman numeral names in a key: "ii7", "bVII", "V7b9"; lower case is minor.

    Plain numerals count the key's own degrees (VI in minor is the flat sixth), those with b or # the major
    scale's.
    """
    match = _TOKEN.match(numeral)
    if match is None or match[2].lower() not in _NUMERALS:
        raise ValueError(f"not a Roman numeral: {numeral!r}")
    accidental, roman, suffix = match.groups()
    quality = ("m" if roman.islower() else "") + suffix
    degrees = _MAJOR if accidental else MODES[key.mode].degrees
    root = (key.tonic + degrees[_NUMERALS.index(roman.lower())] + {"": 0, "b": -1, "#": 1}[accidental]) % 12
    tones = tuple((root + interval) % 12 for interval in _QUALITIES[quality])
    shown = quality.replace("mdim", "dim").replace("mh7", "m7b5").replace("h7", "m7b5")
    return Chord(root, tones, NAMES[root] + shown)


def minor_like(mode: str) -> bool:
    """Whether chords on the tonic of a mode are minor."""
    return MODES[mode].degrees[2] == 3


def suits(text: str, mode: str) -> bool:
    """Whether a progression is written for modes like this one, minor or major, judged by its tonic or its chords."""
    numerals = [match[1] for match in re.finditer(r"(?<![ivIV#b])([ivIV]+)", text)]
    if "i" in numerals or "I" in numerals:
        return ("i" in numerals) == minor_like(mode)
    minor = sum(n in ("VI", "VII", "III", "iv", "v") for n in numerals)
    return (2 * minor > len(numerals)) == minor_like(mode)


def progression(text: str) -> tuple[tuple[str, ...], ...]:
    """Read "i iv,V7 i": bars parted by spaces, chords that share a bar by commas."""
    return tuple(tuple(bar.split(",")) for bar in text.split())


def scale_over(span_chord: Chord, key: Key) -> tuple[int, ...]:
    """Pitch classes a melody may use over a chord: the key's, which give way to chord tones a semitone off."""
    foreign = set(span_chord.tones) - set(key.melody_tones)
    aside = {(tone + step) % 12 for tone in foreign for step in (-1, 1)} - set(span_chord.tones)
    return tuple(sorted((set(key.melody_tones) - aside) | foreign))


def ladder(tones: tuple[int, ...], low: int, high: int) -> list[int]:
    """All pitches of the given pitch classes between two notes, rising."""
    return [pitch for pitch in range(low, high + 1) if pitch % 12 in tones]


def nearest(pitch: float, tones: tuple[int, ...], low: int, high: int) -> int:
    """The pitch of one of the given classes nearest to `pitch` within a range of at least an octave."""
    return min(ladder(tones, low, high), key=lambda candidate: (abs(candidate - pitch), candidate))


@lru_cache(maxsize=4096)
def _close_voicings(tones: tuple[int, ...], low: int, high: int) -> tuple[tuple[int, ...], ...]:
    """Every close position of the tones that fits between two notes."""
    classes = sorted(set(tones))
    found = []
    for bottom in range(low, high + 1):
        if bottom % 12 not in classes:
            continue
        voices = sorted(bottom + (tone - bottom) % 12 for tone in classes)
        if voices[-1] <= high:
            found.append(tuple(voices))
    return tuple(found)


def voicing(chord_: Chord, low: int, high: int, *, previous: tuple[int, ...] | None, size: int = 4) -> tuple[int, ...]:
    """The close voicing of a chord that moves least from the previous one and stays near the middle of its range.

    low, high : MIDI notes at least 16 semitones apart, so that every chord fits in some inversion.
    size : most tones to sound; the least important drop out first.
    """
    candidates = _close_voicings(chord_.tones[:size], low, high)
    centre = (low + high) / 2

    def cost(voices: tuple[int, ...]) -> float:
        drift = abs(sum(voices) / len(voices) - centre)
        # A minor second or whole tone at the very bottom sounds muddy.
        mud = sum(1.5 for a, b in pairwise(voices) if b - a < 3 and a < 55)
        if previous is None:
            return drift + mud
        moved = sum(min(abs(v - p) for p in previous) for v in voices)
        moved += sum(min(abs(v - p) for v in voices) for p in previous)
        return moved + 0.35 * drift + mud

    return min(candidates, key=cost)
