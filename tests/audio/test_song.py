"""Decoding: every format, and a clear sentence for everything that is not a song."""

import contextlib
import hashlib
import struct
from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile

from demos.audio import song as song_module
from demos.audio.song import decode
from demos.runtime.errors import InputError


def refusal(path: Path, **options: float) -> str:
    """The one sentence that decoding answers with."""
    with pytest.raises(InputError) as caught:
        decode(path, **options)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert "Traceback" not in message
    return message


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg", "m4a", "mp4"])
def test_every_format_decodes_to_the_same_sound(sound_files, sound, suffix):
    song = decode(sound_files[suffix])
    expected = sound.mean(axis=1)
    assert song.samples.ndim == 1
    assert song.samples.dtype == np.float32
    assert song.sample_rate == 22050
    assert song.duration_s == pytest.approx(12.0, abs=0.1)
    length = min(len(song.samples), len(expected))
    assert np.corrcoef(song.samples[:length], expected[:length])[0, 1] > 0.98  # also says: in time to the sample
    assert song.name == f"song.{suffix}"
    assert not song.samples.flags.writeable


@pytest.mark.parametrize("suffix", ["wav", "ogg", "mp3"])
def test_samples_equal_librosas(sound_files, suffix):
    expected, rate = librosa.load(sound_files[suffix], sr=None)
    song = decode(sound_files[suffix])
    assert song.sample_rate == rate
    np.testing.assert_array_equal(song.samples, expected)


def test_hash_is_of_the_files_bytes(sound_files):
    for path in sound_files.values():
        assert decode(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("rate", [8000, 11025, 48000, 96000])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_any_rate_and_number_of_channels(tmp_path, rate, channels):
    sides = np.random.default_rng(0).normal(0, 0.1, (rate, channels)).astype(np.float32)
    soundfile.write(tmp_path / "a.wav", sides, rate, subtype="FLOAT")
    song = decode(tmp_path / "a.wav")
    assert song.sample_rate == rate
    np.testing.assert_allclose(song.samples, sides.mean(axis=1), atol=1e-7)


def test_odd_names_are_plain_names(sound_files, tmp_path):
    for name in ("-i.m4a", "a:b.m4a", "http:||x.m4a", 'sp ace\'s "quote".m4a', "%d.m4a", "ünï.m4a"):
        copy = tmp_path / name
        copy.write_bytes(sound_files["m4a"].read_bytes())
        assert decode(copy).duration_s == pytest.approx(12.0, abs=0.1)


def test_suffix_may_lie(sound_files, tmp_path):
    for suffix in ("mp3", "m4a", "flac"):
        copy = tmp_path / f"{suffix}.wav"
        copy.write_bytes(sound_files[suffix].read_bytes())
        assert decode(copy).duration_s == pytest.approx(12.0, abs=0.1)


@pytest.mark.parametrize("samples", [1, 100, 3200])
def test_a_very_short_file_is_a_song(tmp_path, samples):
    soundfile.write(tmp_path / "short.wav", np.full(samples, 0.1), 16000)
    assert len(decode(tmp_path / "short.wav").samples) == samples


def test_missing_and_empty_and_folder(tmp_path):
    assert "no file" in refusal(tmp_path / "missing.wav")
    (tmp_path / "folder.mp3").mkdir()
    assert "not a file" in refusal(tmp_path / "folder.mp3")
    (tmp_path / "empty.mp3").write_bytes(b"")
    assert "empty" in refusal(tmp_path / "empty.mp3")
    soundfile.write(tmp_path / "nothing.wav", np.zeros(0), 16000)
    assert "no sound" in refusal(tmp_path / "nothing.wav")


def test_what_is_not_sound(tmp_path):
    rng = np.random.default_rng(0)
    contents = {
        "text.mp3": b"These are the words of a song.\n" * 500,
        "noise.mp3": rng.bytes(100_000),
        "noise.m4a": rng.bytes(100_000),
        "letter.wav": b"x",
        "raw.raw": rng.bytes(1000),
        "header.wav": b"RIFF\x24\x00\x00\x00WAVEfmt ",
    }
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
        message = refusal(tmp_path / name)
        assert name in message
        assert "wav, flac, mp3, ogg, m4a" in message


def test_playlists_do_not_open_other_files(sound_files, tmp_path):
    target = sound_files["mp3"]
    lists = {
        "a.m3u8": f"#EXTM3U\n#EXT-X-TARGETDURATION:20\n#EXTINF:12,\n{target}\n#EXT-X-ENDLIST\n",
        "b.mp3": f"ffconcat version 1.0\nfile {target}\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        refusal(tmp_path / name)


def test_a_video_without_sound_says_so(tmp_path, run_ffmpeg):
    run_ffmpeg("-f", "lavfi", "-i", "color=c=red:s=64x64:d=1", str(tmp_path / "mute.mp4"))
    assert "no sound track" in refusal(tmp_path / "mute.mp4")


def test_impossible_samples_are_damage(tmp_path):
    for value in (np.nan, np.inf, 1e20):
        soundfile.write(tmp_path / "bad.wav", np.full(5000, value, np.float32), 16000, subtype="FLOAT")
        assert "damaged" in refusal(tmp_path / "bad.wav")


def test_a_header_of_impossible_rate_is_refused(tmp_path):
    sizes = struct.pack("<IHHIIHH", 16, 1, 1, 2**30, 2**31, 2, 16)
    data = b"RIFF" + struct.pack("<I", 20036) + b"WAVEfmt " + sizes + b"data" + struct.pack("<I", 20000)
    (tmp_path / "fast.wav").write_bytes(data + bytes(20000))
    refusal(tmp_path / "fast.wav")


@pytest.mark.parametrize("suffix", ["mp3", "ogg", "flac"])
def test_a_file_with_a_hole_gives_what_can_be_read_or_a_sentence(sound_files, tmp_path, suffix):
    data = bytearray(sound_files[suffix].read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = np.random.default_rng(0).bytes(3000)
    (tmp_path / f"hole.{suffix}").write_bytes(data)
    with contextlib.suppress(InputError):
        assert 1 < decode(tmp_path / f"hole.{suffix}").duration_s <= 12.2


def test_longer_than_the_limit_is_refused(sound_files):
    for path in sound_files.values():
        assert "longer than the 5 seconds" in refusal(path, max_seconds=5)
        assert decode(path, max_seconds=13).duration_s > 11


def test_three_hours_are_refused_without_decoding(tmp_path, monkeypatch):
    soundfile.write(tmp_path / "long.flac", np.zeros(3 * 3600 * 1000, np.int16), 1000)
    reads = []
    monkeypatch.setattr(soundfile.SoundFile, "read", lambda *_, **__: reads.append(1))
    assert "longer than the 10 minutes" in refusal(tmp_path / "long.flac")
    assert not reads


def test_a_lying_header_cannot_make_it_decode_for_ever(sound_files, monkeypatch):
    """ffmpeg is told to stop at the limit: even where no length is known, no more than that is ever held."""
    monkeypatch.setattr(song_module, "_probe_with_ffmpeg", lambda path, limit: 22050)
    monkeypatch.setattr(song_module, "_decode_with_libsndfile", lambda path, limit: None)
    assert "longer than the 2 seconds" in refusal(sound_files["m4a"], max_seconds=2)


def test_a_hanging_decoder_is_stopped(sound_files, tmp_path, monkeypatch):
    hanging = tmp_path / "hang"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(song_module.imageio_ffmpeg, "get_ffmpeg_exe", lambda: str(hanging))
    monkeypatch.setattr(song_module, "PROBE_TIMEOUT_S", 0.3)
    monkeypatch.setattr(song_module, "DECODE_TIMEOUT_S", 0.3)
    assert "could not be read" in refusal(sound_files["m4a"])
    monkeypatch.setattr(song_module, "_probe_with_ffmpeg", lambda path, limit: 22050)
    assert "too long to decode" in refusal(sound_files["m4a"])


def test_a_file_one_may_not_read(tmp_path, monkeypatch):
    path = tmp_path / "locked.wav"
    path.write_bytes(b"RIFF")

    def locked(*_, **__):
        raise PermissionError

    monkeypatch.setattr(Path, "open", locked)
    assert "cannot be opened" in refusal(path)


def test_real_songs(shared_data):
    for path in sorted((shared_data / "music").glob("*.ogg"))[:1]:
        song = decode(path)
        assert song.duration_s > 200
        assert song.sample_rate in (44100, 48000)
        assert 0.01 < np.abs(song.samples).mean() < 1
