"""Facts of the music under a dance: genre, tempo, metre, swing, kick and off-beats, mood; from notes or from sound."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from demos.audio.features import AudioFeatures
from demos.corpus.music.composition import Composition

_KICKS = (35, 36)
_ON_BEAT = 0.12
"""Beats either side of a beat that still count as on it: human timing and lag stay inside."""
_AUDIBLE = 64
"""Softer kicks (MIDI velocity) are felt rather than heard."""


@dataclass(frozen=True)
class MusicFacts:
    """What is known about the music while a dance lasts; None where it is not known, "" for an unknown genre.

    meter : beats in a bar. swing : share of a pair of notes its first takes, 0.5 straight. valence, energy : 0..1.
    kick : share of beats with a bass drum.
    syncopation : share of the parts' beats that are anticipated, 0 none.
    sections : labels of the parts of the form that sound, in order.
    beats_s : the beats, seconds on the dance's clock.
    """

    genre: str = ""
    tempo_bpm: float | None = None
    meter: int | None = None
    swing: float | None = None
    valence: float | None = None
    energy: float | None = None
    kick: float | None = None
    syncopation: float | None = None
    sections: tuple[str, ...] = ()
    beats_s: tuple[float, ...] = ()

    def to_dict(self) -> dict:
        """Plain values for JSON; `MusicFacts.from_dict` reads them back."""
        return asdict(self)

    @staticmethod
    def from_dict(values: dict) -> MusicFacts:
        """From `to_dict`'s values, also after a trip through JSON."""
        return MusicFacts(**{**values, "sections": tuple(values["sections"]), "beats_s": tuple(values["beats_s"])})


def facts_of_composition(song: Composition, *, start_s: float = 0.0, end_s: float | None = None) -> MusicFacts:
    """Facts of a composed song between two times (seconds of the song), measured on its notes where they tell."""
    end_s = song.duration_s if end_s is None else end_s
    beats = song.beats[(song.beats >= start_s) & (song.beats < end_s)]
    sections = [section for section in song.sections if section.start_s < end_s and section.end_s > start_s]
    lengths = [min(section.end_s, end_s) - max(section.start_s, start_s) for section in sections]
    energy = np.average([section.energy for section in sections], weights=lengths) if sections else song.energy
    kick, syncopation = _pattern(song, start_s, end_s)
    return MusicFacts(
        genre=song.genre,
        tempo_bpm=float(song.tempo_bpm),
        meter=int(song.meter),
        swing=float(song.swing),
        valence=float(song.valence),
        energy=round(float(energy), 3),
        kick=kick,
        syncopation=syncopation,
        sections=tuple(dict.fromkeys(section.label for section in sections)),
        beats_s=tuple(float(beat) for beat in np.round(beats - start_s, 4)),
    )


def facts_of_sound(features: AudioFeatures, *, start_s: float = 0.0, end_s: float | None = None) -> MusicFacts:
    """Facts of any recording: its tempo, bar and beats; genre, mood and the rest stay unknown."""
    end_s = features.duration_s if end_s is None else end_s
    beats = features.beats[(features.beats >= start_s) & (features.beats < end_s)]
    return MusicFacts(
        tempo_bpm=float(features.tempo_bpm) if features.tempo_bpm > 0 else None,
        meter=_bar_length(features.beats, features.downbeats),
        beats_s=tuple(float(beat) for beat in np.round(beats - start_s, 4)),
    )


def _bar_length(beats: np.ndarray, downbeats: np.ndarray) -> int | None:
    """Beats between downbeats where at least four bars agree, else None."""
    if len(downbeats) < 5:
        return None
    counts = np.diff(np.searchsorted(beats, downbeats - 1e-6))
    values, often = np.unique(counts, return_counts=True)
    return int(values[often.argmax()]) if often.max() >= 0.7 * len(counts) else None


def _pattern(song: Composition, start_s: float, end_s: float) -> tuple[float | None, float | None]:
    """Share of beats with an audible kick; share of the parts' beats that are syncopated. None without notes.

    Syncopated after Longuet-Higgins and Lee (1984): a note is struck up to half a beat before a beat on which the same
    part (or drum) rests, so that the beat is anticipated.
    """
    grid = song.beats
    inside = np.flatnonzero((grid >= start_s) & (grid < end_s))
    parts: dict[tuple[int, int], list[float]] = {}
    kicks = []
    for index, instrument in enumerate(song.midi.instruments):
        for note in instrument.notes:
            if start_s <= note.start < end_s:
                parts.setdefault((index, note.pitch if instrument.is_drum else -1), []).append(note.start)
                if instrument.is_drum and note.pitch in _KICKS and note.velocity >= _AUDIBLE:
                    kicks.append(note.start)
    if not parts or len(inside) < 2:
        return None, None
    on, ahead = 0, 0
    for starts in parts.values():
        places = np.interp(starts, grid, np.arange(len(grid)))
        struck = np.isin(inside, np.round(places[np.abs(places - np.round(places)) < _ON_BEAT]))
        late = places - np.floor(places)
        early = np.isin(inside, np.floor(places[(late > 0.45) & (late < 1 - _ON_BEAT)]) + 1)
        on += int(struck.sum())
        ahead += int((early & ~struck).sum())
    period = float(np.median(np.diff(grid)))
    near = np.abs(grid[inside][:, None] - np.array(kicks or [-1e9])[None]).min(axis=1) < _ON_BEAT * period
    return float(near.mean()), float(ahead / max(on + ahead, 1))
