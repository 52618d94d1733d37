"""A General MIDI composer for dancers: two dozen styles, exact beats, and their sound through a soundfont."""

from demos.corpus.music.composition import Accent, Composition, Section, compose
from demos.corpus.music.styles import CATALOGUE
from demos.corpus.music.synthesis import find_fluidsynth, find_soundfont, midi_bytes, synthesise

__all__ = [
    "CATALOGUE",
    "Accent",
    "Composition",
    "Section",
    "compose",
    "find_fluidsynth",
    "find_soundfont",
    "midi_bytes",
    "synthesise",
]
