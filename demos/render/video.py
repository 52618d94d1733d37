"""Films: pictures and a song into one MP4 that plays everywhere, and a poster of one moment.

H.264 (yuv420p, BT.709, index in front) and AAC, by the ffmpeg that imageio-ffmpeg carries. The song is cut by samples,
not by the times a container claims, so that it starts where `demos.audio` says it starts.
"""

import os
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from PIL import Image

from demos.audio.song import ACCEPTED, SAFE_INPUT
from demos.motion.dance import Dance
from demos.render import scene
from demos.runtime.errors import InputError

Progress = Callable[[int, int], None]
"""Called with (pictures done, pictures in all); it may raise to stop the film."""

QUALITY = 18
"""x264's constant rate factor: visually clean; grid lines stay crisp."""
AUDIO_RATE = 48000


def render_dance(
    dances: Dance | Sequence[Dance],
    out: str | Path,
    *,
    song_path: str | Path | None = None,
    names: Sequence[str] | None = None,
    size: tuple[int, int] | None = None,
    fps: float = 30.0,
    seconds: float | None = None,
    start_s: float = 0.0,
    camera: str = "follow",
    theme: str = "dark",
    style: str = "mesh",
    on_progress: Progress | None = None,
) -> Path:
    """A film of one to four dances side by side on one clock, with the song's sound.

    Parameters
    ----------
    out : the .mp4 to write. It appears whole at the end or not at all: stopped or failed, nothing is left there.
    size : width and height of the whole picture, 64 to 3840 each; odd sides lose a pixel (H.264 needs even ones).
        By default 512 high and wide enough for the panels: 512, 1024, 1152 or 1536.
    seconds : length; up to the end of the longest dance when None. A dance that ends earlier holds its last pose,
        a song that ends earlier is followed by silence.
    start_s : where on the clock of song and dances the film begins.
    camera, theme, style, names, fps : as in `scene.frames`.
    on_progress : called after each picture with (done, all); raise from it to stop.

    Raises
    ------
    InputError for an argument out of range, a song that cannot be read, or a folder that cannot be written to.
    """
    group = [dances] if isinstance(dances, Dance) else list(dances)
    width, height = scene.check_size(default_size(len(group)) if size is None else size)
    even = (width - width % 2, height - height % 2)
    length = scene.length_s(group, seconds, start_s) if group else 0.0
    pictures = scene.frames(
        group, size=even, fps=fps, seconds=length, start_s=start_s, camera=camera, theme=theme, style=style, names=names
    )
    return write_video(
        pictures, out, fps=fps, size=even, song_path=song_path, start_s=start_s, seconds=length, on_progress=on_progress
    )


def default_size(panels: int) -> tuple[int, int]:
    """Width and height of a film of so many panels when none is asked for."""
    return {1: 512, 2: 1024, 3: 1152}.get(panels, 1536), 512


def poster(
    dance: Dance,
    path: str | Path,
    *,
    at_s: float = 0.0,
    size: tuple[int, int] = (512, 512),
    camera: str = "follow",
    theme: str = "dark",
    style: str = "mesh",
) -> Path:
    """One picture of a dance at a moment (seconds, held at the last pose beyond the end), as a PNG."""
    if not (np.isfinite(at_s) and at_s >= 0):
        raise InputError(f"The moment of the picture must be 0 seconds or later, not {at_s}.")
    path = Path(path)
    picture = next(
        scene.frames(dance, size=size, fps=dance.fps, seconds=0.5 / dance.fps, start_s=at_s, camera=camera,
                     theme=theme, style=style, workers=1)
    )  # fmt: skip
    _check_folder(path)
    Image.fromarray(picture).save(path, format="PNG", optimize=True)
    return path


def write_video(
    frames: Iterable[np.ndarray],
    path: str | Path,
    *,
    fps: float,
    size: tuple[int, int],
    song_path: str | Path | None = None,
    start_s: float = 0.0,
    seconds: float | None = None,
    on_progress: Progress | None = None,
) -> Path:
    """Pictures (h, w, 3) uint8 sRGB into an MP4 of H.264, with the song as AAC when there is one.

    size : width and height of the pictures; the film loses the last column or row of odd ones.
    start_s : where in the song the film begins. seconds : length: exactly round(seconds * fps) pictures are taken (an
    error when there are fewer) and the sound is cut, or continued by silence, to their length; all pictures when None.

    Raises
    ------
    InputError when the song has no sound that can be read or the folder cannot be written to.
    """
    path = Path(path)
    _check_folder(path)
    if song_path is not None and not Path(song_path).is_file():
        raise InputError(f'There is no file "{Path(song_path).name}": choose a song ({ACCEPTED}).')
    count = None if seconds is None else max(1, round(seconds * fps))
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".mp4", dir=path.parent)
    os.close(handle)
    half_written = Path(name)
    try:
        command = _command(half_written, fps, size, song_path, start_s, count)
        _encode(frames, command, size, count, song_path, on_progress)
        half_written.chmod(0o666 & ~_umask())
        half_written.replace(path)
    finally:
        half_written.unlink(missing_ok=True)
        close = getattr(frames, "close", None)
        if close is not None:
            close()
    return path


def _check_folder(path: Path) -> None:
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise InputError(f"The folder {path.parent} does not exist or cannot be written to; choose another.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _command(
    out: Path, fps: float, size: tuple[int, int], song_path: str | Path | None, start_s: float, count: int | None
) -> list[str]:
    """ffmpeg's arguments."""
    width, height = size
    even_width, even_height = width - width % 2, height - height % 2
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{fps:.9g}", "-i", "pipe:0"]
    crop = f"crop={even_width}:{even_height}:0:0," if (even_width, even_height) != size else ""
    look = f"{crop}scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,format=yuv420p,"
    look += "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    command += ["-filter_complex", f"[0:v]{look}[pictures]"]
    if song_path is not None:
        command[-1] += ";" + _sound_filter(start_s, None if count is None else count / fps)
        # The file protocol is named so that nothing in a file's name can be taken for another protocol.
        place = command.index("-filter_complex")
        command[place:place] = [*SAFE_INPUT, "-vn", "-sn", "-dn", "-i", f"file:{Path(song_path).resolve()}"]
    command += ["-map", "[pictures]", "-c:v", "libx264", "-preset", "veryfast", "-crf", str(QUALITY)]
    if song_path is not None:
        command += ["-map", "[sound]", "-c:a", "aac", "-b:a", "160k", "-ac", "2", "-ar", str(AUDIO_RATE)]
    return [*command, "-map_metadata", "-1", "-movflags", "+faststart", "-f", "mp4", str(out)]


def _sound_filter(start_s: float, seconds: float | None) -> str:
    """The song from start_s, for exactly `seconds`, counted in samples from its first one."""
    begin = round(start_s * AUDIO_RATE)
    steps = [f"aresample={AUDIO_RATE}", "asetpts=N/SR/TB", f"atrim=start_sample={begin}", "asetpts=N/SR/TB"]
    if seconds is not None:
        samples = round(seconds * AUDIO_RATE)
        steps += [f"apad=whole_len={samples}", f"atrim=end_sample={samples}"]
    return f"[1:a:0]{','.join(steps)}[sound]"


def _encode(
    frames: Iterable[np.ndarray],
    command: list[str],
    size: tuple[int, int],
    count: int | None,
    song_path: str | Path | None,
    on_progress: Progress | None,
) -> None:
    """Feed the pictures to ffmpeg; it is gone when this returns, however it returns."""
    width, height = size
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stdin is not None
    complaints: list[bytes] = []
    # Read as it comes: a full pipe of messages would stop ffmpeg, and then us.
    listener = threading.Thread(target=lambda: complaints.extend(process.stderr or ()), daemon=True)
    listener.start()
    done = 0
    try:
        try:
            for picture in frames:
                if picture.shape != (height, width, 3) or picture.dtype != np.uint8:
                    raise ValueError(f"a picture must be ({height}, {width}, 3) uint8, not {picture.shape}")
                process.stdin.write(np.ascontiguousarray(picture).data)
                done += 1
                if on_progress is not None:
                    on_progress(done, count or done)
                if done == count:
                    break
            process.stdin.close()
        except BrokenPipeError:
            pass  # ffmpeg gave up; its exit code and its words below say why
        code = process.wait()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        listener.join(timeout=5)
        if process.stderr is not None:
            process.stderr.close()
    words = b"".join(complaints).decode(errors="replace").strip()
    if code != 0:
        if song_path is not None and (str(song_path) in words or "matches no streams" in words or done == 0):
            raise InputError(
                f'"{Path(song_path).name}" holds no sound that can be read: choose another song ({ACCEPTED}).'
            )
        raise RuntimeError(f"ffmpeg failed with code {code}: {words[-2000:]}")
    if count is not None and done < count:
        raise ValueError(f"{count} pictures were announced, {done} came")
