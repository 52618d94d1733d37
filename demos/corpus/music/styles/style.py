"""What a style is: metre, tempi, harmony, form, and the parts of its band, as plain data."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Idiom = Literal["bass", "walking", "comp", "pad", "melody", "follow", "riff", "drone", "hits"]
Turn = Literal["all", "call", "answer"]


class Meter(NamedTuple):
    """Beats in a bar, quarter notes in a beat (1.5 in compound time), counts a dancer gives a bar, written form."""

    beats: int
    quarters: float
    counts: int
    written: str

    @property
    def beats_per_count(self) -> float:
        """Beats between two of the dancer's counts: 1, or a whole bar in a waltz counted one to the bar."""
        return self.beats / self.counts

    @property
    def phrase_bars(self) -> int:
        """Bars in a phrase of eight counts."""
        return 8 // self.counts


COMMON = Meter(4, 1.0, 4, "4/4")
MARCH = Meter(2, 1.0, 2, "2/4")
WALTZ = Meter(3, 1.0, 1, "3/4")
JIG = Meter(2, 1.5, 2, "6/8")


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One drum of the kit: patterns (one is drawn for each kind of section) and the energy it joins at.

    Signs: X accent, x plain, o soft, g ghost, r two strokes in the step, f flam.
    """

    drum: str
    patterns: tuple[str, ...]
    energy: float = 0.0
    until: float = 1.01  # gives way above this energy, to a busier voice
    lag_ms: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Part:
    """One player: its sound, idiom, material, place in the mix and when it plays.

    idiom : bass (signs 1 2 3 4 5 6 7 8 chord and scale degrees, n the next chord's root, a an approach to it,
        x a dead note), walking, comp (c chord, C accented, d damped, 0..9 one tone of the voicing, b and f root and
        fifth in the low octave), pad, melody, follow (another melody part at a distance), riff (a fixed motif of
        scale degrees, 1..7 and 8 for the octave, that shifts only where it clashes with the chord), drone, hits
        (chord stabs where the whole band hits).
    sounds : names of instruments; one is drawn for each song.
    """

    name: str
    idiom: Idiom
    sounds: tuple[str, ...]
    low: int
    high: int
    patterns: tuple[str, ...] = ()
    energy: float = 0.0
    until: float = 1.01
    labels: tuple[str, ...] = ()  # sections it plays in; empty for all
    volume: int = 96
    pan: float = 0.0  # -1 left .. 1 right
    reverb: float = 0.25
    chorus: float = 0.0
    gate: float = 0.9  # part of the written length that sounds
    lag_ms: float = 0.0  # laid back (+) or pushing (-)
    strum_ms: float = 0.0  # time from the first to the last string of a chord
    octaves: bool = False  # single tones doubled an octave up
    size: int = 4  # most voices in a chord
    turn: Turn = "all"  # melody: every phrase, the calls or the answers
    follows: str = ""
    shift: int = 0  # follow: scale steps from the part it follows
    pump: bool = False  # ducks on every beat, as if side-chained to the kick
    slide: float = 0.0  # part of the notes that glide in
    grace: float = 0.0  # part of the notes with a quick upper neighbour before
    vibrato: int = 0  # modulation wheel on held notes, 0..127


@dataclass(frozen=True, kw_only=True)
class Style:
    """One way to dance to music.

    tempo_bpm : slowest and fastest usual tempo, in beats of `meter`.
    modes : (mode, weight) pairs.
    verse, chorus : progressions to draw from, by mode family: keys "major" and "minor".
    swing : range of the part of a pair that its first note takes: 0.5 straight, 0.667 triplets.
    swing_unit : beats the pair of swung notes fills: 1 swings eighths, 0.5 sixteenths.
    form : sections between intro and outro, repeated as long as the song lasts.
    """

    name: str
    variant: str = ""
    genre: str
    meter: Meter = COMMON
    tempo_bpm: tuple[float, float]
    modes: tuple[tuple[str, float], ...]
    verse: tuple[str, ...]
    chorus: tuple[str, ...]
    parts: tuple[Part, ...]
    drums: tuple[Voice, ...] = ()
    kit: str = "standard"
    kit_volume: int = 104
    kit_reverb: float = 0.18
    fills: tuple[str, ...] = ("toms",)
    fill_chance: float = 0.75
    form: tuple[str, ...] = ("verse", "chorus", "verse", "build", "chorus", "break")
    climax: str = "chorus"
    break_energy: float = 0.28  # how much goes on in a break
    swing: tuple[float, float] = (0.5, 0.5)
    swing_unit: float = 1.0
    rubato: float = 0.0  # part of the tempo by which it breathes
    hits: tuple[str, ...] = ()  # one-bar rhythms the whole band may hit together before a climax
    cells: tuple[str, ...] = ("x.x.x---",)  # melody rhythms, one phrase half each
    leap: float = 0.2  # part of melody moves that are wider than a third
    lift: int = 0  # semitones the last climax may rise
    crash: bool = True  # a cymbal opens sections
    loudness: float = 1.0  # how hard the band plays, 0.7 gentle .. 1.1 hard
    lively: float = 0.0  # what the style adds to valence, -0.2 .. 0.2
    room: float = 0.5  # reverberation size, 0 dry .. 1 hall
