"""Settings come from the environment, and only from there."""

from pathlib import Path

from demos.runtime.settings import from_environment


def test_defaults_suit_a_laptop():
    settings = from_environment({})
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.max_song_seconds == 600
    assert settings.smpl_path is None


def test_a_host_changes_what_it_needs():
    settings = from_environment(
        {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": "80", "DANCEFLOOR_SMPL": "/data/SMPL.npz",
         "DANCEFLOOR_MAX_MINUTES": "2.5", "DANCEFLOOR_CACHE_MB": "10"}
    )  # fmt: skip
    assert (settings.host, settings.port) == ("0.0.0.0", 80)
    assert settings.smpl_path == Path("/data/SMPL.npz")
    assert settings.max_song_seconds == 150
    assert settings.cache_bytes == 10 * 2**20
