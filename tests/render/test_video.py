"""Films: sound and picture meet within a frame, lengths are exact, and nothing half-written is ever left."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
from made_dances import make_dance

from demos.audio import song
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT
from demos.render.video import poster, render_dance, write_video
from demos.runtime.errors import InputError

RATE = 22050
CLICKS_S = (0.5, 1.0, 1.7, 2.4, 3.1)
FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()


def click_track(path: Path, seconds: float = 4.0) -> Path:
    """A file with a sharp click at each of CLICKS_S, in the format of its suffix."""
    samples = np.zeros(round(seconds * RATE), np.float32)
    burst = 0.9 * np.sin(2 * np.pi * 1800 * np.arange(400) / RATE) * np.exp(-np.arange(400) / 120)
    for click in (click for click in CLICKS_S if click + 0.1 < seconds):
        samples[round(click * RATE) : round(click * RATE) + 400] = burst
    if path.suffix != ".m4a":
        soundfile.write(path, samples, RATE)
        return path
    soundfile.write(path.with_suffix(".wav"), samples, RATE)
    subprocess.run([FFMPEG, "-v", "error", "-y", "-i", path.with_suffix(".wav"), "-c:a", "aac", path], check=True)
    return path


def pictures_of(path: Path) -> np.ndarray:
    """(frames, h, w) int: the luma of every picture, as decoded, none dropped or doubled."""
    _, (width, height) = stream(path)
    command = [FFMPEG, "-v", "error", "-i", str(path), "-f", "rawvideo", "-pix_fmt", "gray", "-fps_mode", "passthrough"]
    data = subprocess.run([*command, "-"], capture_output=True, check=True).stdout
    return np.frombuffer(data, np.uint8).reshape(-1, height, width).astype(int)


def sound_of(path: Path) -> np.ndarray:
    """(n,) float32 mono at 48 kHz, as a player hears it: the encoder's priming skipped."""
    command = [FFMPEG, "-v", "error", "-i", str(path), "-vn", "-ac", "1", "-ar", "48000", "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)


def stream(path: Path) -> tuple[str, tuple[int, int]]:
    """ffmpeg's description of a file, and the width and height of its pictures."""
    words = subprocess.run([FFMPEG, "-i", str(path)], capture_output=True, text=True).stderr
    video = next(line for line in words.splitlines() if "Video:" in line)
    width, height = next(part for part in video.split(", ") if "x" in part and part.split("x")[0].isdigit()).split("x")
    return words, (int(width), int(height.split()[0]))


def onsets(sound: np.ndarray, rate: int = 48000) -> np.ndarray:
    """Seconds at which the sound rises from silence."""
    loud = np.flatnonzero(np.abs(sound) > 0.2)
    return loud[np.diff(loud, prepend=-rate) > 0.1 * rate] / rate


def flashes(count: int, fps: float, start_s: float = 0.0, size: int = 64) -> list[np.ndarray]:
    """Black pictures, white in the one that is shown when a click sounds."""
    white = {round((click - start_s) * fps) for click in CLICKS_S}
    return [np.full((size, size, 3), 255 * (i in white), np.uint8) for i in range(count)]


@pytest.mark.parametrize(
    ("suffix", "fps", "start_s"),
    [(".wav", 30.0, 0.0), (".wav", 25.0, 0.4), (".mp3", 30.0, 0.4), (".mp3", 29.97, 0.0), (".ogg", 30.0, 0.0),
     (".m4a", 30.0, 0.0)],
)  # fmt: skip
def test_click_and_flash(tmp_path, suffix, fps, start_s):
    track = click_track(tmp_path / f"clicks{suffix}")
    seconds = 3.6 - start_s
    out = write_video(
        flashes(round(seconds * fps), fps, start_s), tmp_path / "x.mp4", fps=fps, size=(64, 64), song_path=track,
        start_s=start_s, seconds=seconds,
    )  # fmt: skip
    lit = np.flatnonzero(pictures_of(out).mean(axis=(1, 2)) > 128) / fps
    heard = onsets(sound_of(out))
    assert len(lit) == len(heard) == sum(click >= start_s for click in CLICKS_S)
    assert np.abs(lit - heard).max() <= 1 / fps
    # The suite's own decoder, whose clock the beats are on, hears the clicks at the same moments.
    decoded = song.decode(track)
    truth = onsets(decoded.samples, decoded.sample_rate) - start_s
    assert np.abs(heard - truth[truth >= 0]).max() <= 0.5 / fps


def hitting_dance(fps: float = 30.0) -> Dance:
    """An arm that swings out for 0.2 s and stops dead at each click, up and down in turn."""
    t = np.arange(round(3.6 * fps)) / fps
    angle = np.zeros(len(t))
    for k, click in enumerate(CLICKS_S):
        angle += (1 if k % 2 == 0 else -1) * np.clip((t - (click - 0.2)) / 0.2, 0, 1)
    poses = np.zeros((len(t), 24, 3), np.float32)
    poses[:, INDEX["left_shoulder"], 2] = -1.0 + 1.6 * angle
    translation = np.tile(np.array([0, REST_HEIGHT, 0], np.float32), (len(t), 1))
    return Dance((Motion(poses, translation, fps),), Provenance("test"))


def test_a_motion_that_hits_on_the_click_is_seen_when_the_click_is_heard(tmp_path):
    track = click_track(tmp_path / "clicks.wav")
    out = render_dance(hitting_dance(), tmp_path / "x.mp4", song_path=track, size=(160, 160), camera="front")
    moved = np.abs(np.diff(pictures_of(out), axis=0)).max(axis=(1, 2)) > 40
    still = np.flatnonzero(moved[:-1] & ~moved[1:]) + 1  # the picture in which the arm has arrived
    heard = onsets(sound_of(out))
    assert len(still) == len(heard) == len(CLICKS_S)
    assert np.abs(still / 30 - heard).max() <= 1 / 30


@pytest.mark.parametrize(("seconds", "fps"), [(1.0, 30.0), (1.234, 30.0), (0.9, 25.0), (2.0, 24.0)])
def test_length_is_exact(tmp_path, seconds, fps):
    track = click_track(tmp_path / "clicks.wav", 1.1)  # shorter than some films, longer than others
    count = round(seconds * fps)
    out = write_video(
        flashes(count + 5, fps), tmp_path / "x.mp4", fps=fps, size=(64, 64), song_path=track, seconds=seconds
    )
    assert len(pictures_of(out)) == count
    # AAC comes in blocks of 1024 samples; a player stops inside the last one.
    assert len(sound_of(out)) == pytest.approx(count / fps * 48000, abs=1024)


def test_the_container_is_what_every_player_takes(tmp_path):
    track = click_track(tmp_path / "clicks.wav")
    out = render_dance(
        make_dance(0.3), tmp_path / "x.mp4", song_path=track, size=(97, 65), style="skeleton", names=["solo"]
    )
    words, size = stream(out)
    assert size == (96, 64)
    for part in ("h264", "yuv420p", "bt709", "aac", "48000 Hz"):
        assert part in words
    data = out.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")  # the index in front: it plays while it loads
    assert len(pictures_of(out)) == 9
    assert out.stat().st_mode & 0o444 == 0o444


def test_without_a_song_there_is_no_sound(tmp_path):
    words, _ = stream(write_video(flashes(5, 30), tmp_path / "x.mp4", fps=30, size=(64, 64)))
    assert "Audio" not in words


def test_colours_survive(tmp_path):
    colour = np.array([255, 107, 87])
    out = write_video([np.full((64, 64, 3), colour, np.uint8)] * 4, tmp_path / "x.mp4", fps=30, size=(64, 64))
    command = [FFMPEG, "-v", "error", "-i", str(out), "-vf", "scale=in_color_matrix=bt709", "-f", "rawvideo"]
    data = subprocess.run([*command, "-pix_fmt", "rgb24", "-"], capture_output=True, check=True).stdout
    np.testing.assert_allclose(np.frombuffer(data[:3], np.uint8).astype(int), colour, atol=4)


class Stop(Exception):
    pass


def test_stopping_leaves_nothing(tmp_path):
    out = tmp_path / "x.mp4"
    out.write_bytes(b"an older film")
    seen = []

    def progress(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 7:
            raise Stop

    with pytest.raises(Stop):
        render_dance(make_dance(2.0), out, size=(96, 96), style="skeleton", on_progress=progress)
    assert seen == [(i, 60) for i in range(1, 8)]
    assert [path.name for path in tmp_path.iterdir()] == ["x.mp4"]
    assert out.read_bytes() == b"an older film"


def test_a_failure_in_the_pictures_is_the_error_and_leaves_nothing(tmp_path):
    def broken():
        yield np.zeros((64, 64, 3), np.uint8)
        raise ArithmeticError("in the middle")

    with pytest.raises(ArithmeticError, match="in the middle"):
        write_video(broken(), tmp_path / "x.mp4", fps=30, size=(64, 64))
    with pytest.raises(ValueError, match="must be"):
        write_video([np.zeros((64, 60, 3), np.uint8)], tmp_path / "x.mp4", fps=30, size=(64, 64))
    with pytest.raises(ValueError, match="announced"):
        write_video(flashes(3, 30), tmp_path / "x.mp4", fps=30, size=(64, 64), seconds=1.0)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["song.mp3", "it's a [song]; -y.mp3", "http: x.mp3"])
def test_a_song_that_is_none_is_refused(tmp_path, name):
    bad = tmp_path / name
    bad.write_text("this is not music\n" * 50)
    with pytest.raises(InputError, match="holds no sound"):
        render_dance(make_dance(1.0), tmp_path / "x.mp4", song_path=bad, size=(64, 64), style="skeleton")
    assert [path.name for path in tmp_path.iterdir()] == [name]
    with pytest.raises(InputError, match="There is no file"):
        render_dance(make_dance(1.0), tmp_path / "x.mp4", song_path=tmp_path / "none.wav", style="skeleton")


def test_odd_names_of_songs_are_only_names(tmp_path):
    track = click_track(tmp_path / "it's a 100% [song]; -y, 'ok'.wav")
    out = write_video(flashes(30, 30), tmp_path / "a film, 50%d.mp4", fps=30, size=(64, 64), song_path=track, seconds=1)
    assert len(onsets(sound_of(out))) == 1


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        render_dance(make_dance(0.2), tmp_path / "none" / "x.mp4", size=(64, 64), style="skeleton")
    with pytest.raises(InputError, match="1 to 4"):
        render_dance([], tmp_path / "x.mp4")


def test_a_poster_is_the_picture_of_its_moment(tmp_path):
    from PIL import Image

    dance = make_dance(2.0)
    first, later, beyond, last = (
        np.asarray(Image.open(poster(dance, tmp_path / f"{at}.png", at_s=at, size=(96, 96), camera="front")))
        for at in (0.0, 1.0, 9.0, 59 / 30)
    )
    assert first.shape == (96, 96, 3)
    assert (first != later).any()
    np.testing.assert_array_equal(beyond, last)
    with pytest.raises(InputError, match="0 seconds or later"):
        poster(dance, tmp_path / "x.png", at_s=-1)
