"""Song: a decoded file. Opens wav, flac, mp3, ogg, m4a and the sound of videos; the one place that opens
ffmpeg for sound.

libsndfile reads what it knows (in this process, quick and exact); everything else, and what it gives up on,
goes to the ffmpeg that imageio-ffmpeg carries, as a child process with a time limit.
"""

import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import imageio_ffmpeg
import numpy as np
import soundfile

from demos.runtime.caches import file_sha256
from demos.runtime.errors import InputError
from demos.runtime.settings import settings

ACCEPTED = "wav, flac, mp3, ogg, m4a or a video with sound"
PROBE_TIMEOUT_S = 20
DECODE_TIMEOUT_S = 120
BLOCK_SECONDS = 20  # decoded and mixed to mono at once: bounds the memory whatever a header claims
SAMPLE_RATES = (1_000, 768_000)  # Hz; outside it the header lies
LOUDEST_SAMPLE = 1e6  # full scale is 1; far beyond it the file is damaged
# Demuxers that a person's file may use. Playlists and scripts (hls, concat, ...) are not among them: they
# would make ffmpeg open other files.
DEMUXERS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dts,eac3,flac,flv,gif,m4a,m4v,matroska,mov,mp3,mp4,mpc,mpc8,mpeg,"
    "mpegts,mpegvideo,mxf,nut,ogg,tta,w64,wav,webm,wv,3gp"
)
SAFE_INPUT = ["-protocol_whitelist", "file", "-format_whitelist", DEMUXERS]


@dataclass(frozen=True, eq=False)
class Song:
    """A song ready for analysis.

    samples : (n,) float32, mono, full scale 1, at the file's own `sample_rate` (Hz); read-only
    sha256 : hexadecimal hash of the bytes of the *file*: the same song twice has the same hash whatever its
    name
    name : the file's name, for people
    """

    samples: np.ndarray
    sample_rate: int
    sha256: str
    name: str

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate


def decode(path: str | Path, *, max_seconds: float | None = None) -> Song:
    """The song in a file.

    A file longer than `max_seconds` (by default the settings' limit) is refused, without decoding it where
    its header tells, and after decoding no more than the limit where the header lies.

    Raises InputError, one sentence, for anything that is not a song this can play.
    """
    path = Path(path)
    limit = settings().max_song_seconds if max_seconds is None else max_seconds
    check_file(path)
    sha256 = file_sha256(path)
    decoded = _decode_with_libsndfile(path, limit) or _decode_with_ffmpeg(path, limit)
    samples, sample_rate = decoded
    if not len(samples):
        raise InputError(f'"{path.name}" holds no sound: choose another file ({ACCEPTED}).')
    possible = SAMPLE_RATES[0] <= sample_rate <= SAMPLE_RATES[1]
    if not possible or not float(np.abs(samples).max()) < LOUDEST_SAMPLE:  # NaN is not below it either
        raise InputError(f'"{path.name}" is damaged (impossible sound values): export it again as {ACCEPTED}.')
    samples.flags.writeable = False
    return Song(samples=samples, sample_rate=sample_rate, sha256=sha256, name=path.name)


def check_file(path: Path) -> None:
    """Refuse what is not a readable, non-empty file."""
    try:
        if not path.exists():
            raise InputError(f'There is no file "{path.name}": choose a song ({ACCEPTED}).')
        if not path.is_file():
            raise InputError(f'"{path.name}" is not a file: choose a song ({ACCEPTED}).')
        if not path.stat().st_size:
            raise InputError(f'"{path.name}" is empty: choose another file ({ACCEPTED}).')
        with path.open("rb"):
            pass
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        if isinstance(error, InputError):
            raise
        raise InputError(f'"{path.name}" cannot be opened: check the file and its permissions.') from error


def refuse_long(name: str, limit: float) -> NoReturn:
    """Say that a song is longer than `limit` seconds."""
    raise InputError(f'"{name}" is longer than the {_duration_words(limit)} that are accepted: cut it and try again.')


def _duration_words(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"


def _decode_with_libsndfile(path: Path, limit: float) -> tuple[np.ndarray, int] | None:
    """(mono samples, rate), or None when libsndfile cannot read the file to its end."""
    try:
        with soundfile.SoundFile(str(path)) as sound:
            rate = sound.samplerate
            if sound.frames > limit * rate:
                refuse_long(path.name, limit)
            blocks = []
            while len(block := sound.read(BLOCK_SECONDS * rate, dtype="float32", always_2d=True)):
                blocks.append(block.mean(axis=1) if block.shape[1] > 1 else block[:, 0])
                if sum(map(len, blocks)) > limit * rate:
                    refuse_long(path.name, limit)
    except (soundfile.SoundFileError, RuntimeError, TypeError):  # TypeError: ".raw" names
        return None
    return (np.concatenate(blocks), rate) if blocks else None


def _decode_with_ffmpeg(path: Path, limit: float) -> tuple[np.ndarray, int]:
    """(mono samples, rate) by ffmpeg's decoders; InputError when it finds no sound."""
    rate = _probe_with_ffmpeg(path, limit)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-v", "quiet", *SAFE_INPUT, "-i", _as_input(path)]
    command += ["-map", "0:a:0", "-t", str(limit + 1), "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        timer = threading.Timer(DECODE_TIMEOUT_S, process.kill)
        timer.start()
        try:
            assert process.stdout is not None
            most_bytes = 4 * int((limit + 2) * rate)
            data = process.stdout.read(most_bytes)
        finally:
            stopped_in_time = timer.is_alive()
            timer.cancel()
            process.kill()
    if not stopped_in_time:
        raise InputError(f'"{path.name}" takes too long to decode: convert it to wav or mp3 and try again.')
    samples = np.frombuffer(data[: len(data) // 4 * 4], dtype="<f4").astype(np.float32)
    if len(samples) > limit * rate:
        refuse_long(path.name, limit)
    return samples, rate


def _probe_with_ffmpeg(path: Path, limit: float) -> int:
    """Sample rate in Hz of the first sound track; refuses files without one and files that say they are too
    long.
    """
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(),
        "-nostdin",
        "-hide_banner",
        *SAFE_INPUT,
        "-i",
        _as_input(path),
    ]
    try:
        result = subprocess.run(command, capture_output=True, timeout=PROBE_TIMEOUT_S)
    except subprocess.TimeoutExpired as error:
        raise InputError(f'"{path.name}" could not be read as sound: use {ACCEPTED}.') from error
    report = result.stderr.decode("utf-8", "replace")
    track = re.search(r"Stream #0:\S+.*?: Audio: .*?, (\d+) Hz", report)
    if track is None:
        if re.search(r"Stream #0:\S+.*?: Video: ", report):
            raise InputError(f'"{path.name}" has no sound track: choose a file with sound ({ACCEPTED}).')
        raise InputError(f'"{path.name}" could not be read as sound: use {ACCEPTED}.')
    length = re.search(r"Duration: (\d+):(\d+):(\d+(?:\.\d+)?)", report)
    if length and int(length[1]) * 3600 + int(length[2]) * 60 + float(length[3]) > limit + 0.1:
        refuse_long(path.name, limit)
    return int(track[1])


def _as_input(path: Path) -> str:
    """The path as ffmpeg wants it: a name with a colon or a leading dash must not pass for a protocol or an
    option.
    """
    return f"file:{path.resolve()}"
