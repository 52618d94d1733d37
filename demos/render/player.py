"""The player of the page: dances side by side on one clock, as a gradio component and the value it shows.

The component is a `gr.HTML` whose template never changes, so gradio never touches what the script (assets/player)
builds inside it; the script runs once per component and hears new values through `watch`. Files travel as gradio
FileData: gradio copies them to its cache and makes their addresses, so no `allowed_paths` are needed.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
import imageio_ffmpeg
import numpy as np
from gradio.route_utils import API_PREFIX

from demos.audio.song import ACCEPTED, SAFE_INPUT, check_file
from demos.body.body import DANCERS, Body
from demos.motion.contacts import foot_contacts
from demos.motion.dance import Dance
from demos.motion.glb import write_glb
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, JOINTS
from demos.runtime.errors import InputError
from demos.runtime.settings import ASSETS

SCRIPT = ASSETS / "player"
MOST_DANCES = 4
_PATH_FPS = 5
_LEVELS = 1600
_LEVEL_RATE = 8000
_NAME_LENGTH = 80

_ON_LOAD = """
import(props.script.url)
    .then((player) => player.mount(element, { props, trigger, watch }))
    .catch((problem) => {
        console.error(problem);
        element.textContent = "The player could not be loaded. Reload the page.";
    });
// Events for Python: "region".
"""


class Player(gr.HTML):
    """Plays what `player_value` makes; None shows an empty stage.

    As an input a handler gets the value back as a dict; its "region" is the part the visitor loops, [start, end] in
    seconds, or None (see `region_of`). The event `region` fires when a new part is picked:

        player.region(lambda value: region_of(value), inputs=player, outputs=...)

    its `gr.EventData` carries `region`, `start_s` and `end_s`. A handler may also return the same value with another
    "region": the loop moves, and the dance goes on without loading again.
    """

    def __init__(self, value: dict | None = None, **arguments: Any) -> None:
        gr.set_static_paths([SCRIPT])
        script = SCRIPT / "player.js"
        super().__init__(
            value,
            html_template="<dancefloor-player></dancefloor-player>",
            js_on_load=_ON_LOAD,
            apply_default_css=False,
            script={
                "path": str(script),
                "url": f"{API_PREFIX}/file={script}?v={_version()}",
                "meta": {"_type": "gradio.FileData"},
            },
            joints=list(JOINTS),
            **arguments,
        )

    def preprocess(self, payload: dict | None) -> dict | None:
        """The value as the visitor left it; None for an empty player."""
        return payload or None

    def postprocess(self, value: dict | None) -> dict | None:
        """The value as it is sent; it must come from `player_value`."""
        if value is not None and "dances" not in value:
            raise ValueError("a player shows what player_value() returns, or None")
        return value

    def api_info(self) -> dict[str, Any]:
        """What the API says of the value."""
        return {"type": "object", "description": "what the player shows"}

    def example_payload(self) -> None:
        """No example: a value needs files."""

    def example_value(self) -> None:
        """No example: a value needs files."""


def region_of(value: dict | None) -> tuple[float, float] | None:
    """The part the visitor picked on the timeline, (start, end) in seconds, or None for the whole dance."""
    try:
        start, end = (float(edge) for edge in (value or {})["region"])
    except (KeyError, TypeError, ValueError):  # the value comes from a browser: it may hold anything
        return None
    return (start, end) if 0 <= start < end < np.inf else None


def player_value(
    dances: Sequence[Dance],
    *,
    names: Sequence[str] | None = None,
    song_path: str | Path | None = None,
    beats: np.ndarray | None = None,
    downbeats: np.ndarray | None = None,
    folder: str | Path,
    body: Body | None = None,
) -> dict[str, Any]:
    """Everything the player needs to show 1 to 4 dances on one clock, as JSON, with its files written.

    Parameters
    ----------
    names : what stands above each dance; "Dance 1", "Dance 2" ... when None. Any text is safe.
    song_path : the song that leads the clock, in any format ffmpeg reads; None plays in silence.
    beats, downbeats : (n,) seconds; those of the first dance that has any when None.
    folder : of this session. Files go to a new folder in it whose name cannot be guessed. Inside gradio's cache
        (`gradio.utils.get_upload_folder()`) they stay there; from elsewhere gradio copies them.
    body : the body of every dancer; the suite's own when None.

    Raises InputError for no dance, more than 4, or a song that cannot be decoded.
    """
    if not 1 <= len(dances) <= MOST_DANCES:
        raise InputError(f"The player shows 1 to {MOST_DANCES} dances at once, not {len(dances)}.")
    names = [f"Dance {i + 1}" for i in range(len(dances))] if names is None else names
    identity = secrets.token_hex(8)
    place = Path(folder) / identity
    place.mkdir(parents=True)
    duration_s = max(dance.duration_s for dance in dances)
    song = None if song_path is None else _song(Path(song_path), place / "song.m4a", duration_s)
    timed = next((dance for dance in dances if len(dance.beats)), dances[0])
    beats = timed.beats if beats is None else beats
    downbeats = timed.downbeats if downbeats is None else downbeats
    shown = [
        _dance(dance, name, place / f"dance_{i + 1}.glb", body)
        for i, (dance, name) in enumerate(zip(dances, names, strict=True))
    ]
    return {
        "id": identity,
        "dances": shown,
        "song": None if song is None else _file(place / "song.m4a"),
        "duration_s": round(duration_s, 4),
        "fps": max(dance.fps for dance in dances),
        "beats": _moments(beats, duration_s),
        "downbeats": _moments(downbeats, duration_s),
        "levels": _encode(_movement(dances, duration_s) if song is None else song),
        "region": None,
    }


def _version() -> str:
    """Changes when any file of the script does."""
    content = b"".join(path.read_bytes() for path in sorted(SCRIPT.glob("*.*")))
    return hashlib.sha256(content).hexdigest()[:12]


def _file(path: Path) -> dict[str, Any]:
    return gr.FileData(path=str(path)).model_dump()


def _dance(dance: Dance, name: str, path: Path, body: Body | None) -> dict[str, Any]:
    write_glb(dance, path, body=body)
    joints = dance.joints
    walked = _path(joints, dance.fps)
    return {
        "name": " ".join(str(name).split())[:_NAME_LENGTH],
        "file": _file(path),
        "fps": dance.fps,
        "duration_s": round(dance.duration_s, 4),
        "colours": list(DANCERS[: len(dance.motions)]),
        "contacts": [_contacts(motion) for motion in dance.motions],
        "bounds": np.round([joints.min((0, 1, 2)), joints.max((0, 1, 2))], 3).tolist(),
        "path": {"fps": _PATH_FPS, "data": _encode(_every(walked, dance.fps))},
        "reach": _reach(joints, walked),
        "front": _front(dance),
    }


def _contacts(motion: Motion) -> str:
    """One hexadecimal digit a frame: the four foot contacts, left ankle the lowest bit."""
    digits = foot_contacts(motion) @ np.array([1, 2, 4, 8])
    return "".join("0123456789abcdef"[digit] for digit in digits)


def _path(joints: np.ndarray, fps: float) -> np.ndarray:
    """(frames, 2) metres: the dancers' middle on the floor, smoothed over about a second for a calm camera."""
    from scipy.ndimage import gaussian_filter1d

    middle = joints[:, :, INDEX["pelvis"]][..., [0, 2]].mean(axis=0)
    return gaussian_filter1d(middle, sigma=0.45 * fps, axis=0, mode="nearest")


def _every(path: np.ndarray, fps: float) -> np.ndarray:
    """The path at _PATH_FPS, int16 centimetres, from the first frame to past the last."""
    moments = np.arange(np.ceil((len(path) - 1) / fps * _PATH_FPS) + 1) / _PATH_FPS
    frames = np.arange(len(path)) / fps
    sampled = np.stack([np.interp(moments, frames, path[:, axis]) for axis in (0, 1)], axis=1)
    return np.clip(np.round(100 * sampled), -32000, 32000).astype("<i2")


def _reach(joints: np.ndarray, path: np.ndarray) -> float:
    """Metres around the path that hold the dancers most of the time: what a following camera must show."""
    away = np.linalg.norm(joints[..., [0, 2]] - path[None, :, None], axis=-1).max(axis=(0, 2))
    return round(float(np.quantile(away, 0.93)) + 0.1, 3)


def _front(dance: Dance) -> float:
    """Azimuth, radians from +z towards +x, from which the dance is seen from the front.

    One dancer: where they mostly look, the audience's +z unless they clearly look elsewhere. A couple: the side from
    which neither hides the other for most of the dance.
    """
    if len(dance.motions) == 2:
        between = np.subtract(*(motion.translation[:, [0, 2]] for motion in dance.motions))
        depth, width = np.abs(between[:, 1]).mean(), np.abs(between[:, 0]).mean()
        return float(np.pi / 2) if depth > 1.4 * width else 0.0
    facing = _facing(dance.motions[0]).mean(axis=0)
    azimuth = float(np.arctan2(facing[0], facing[1]))
    return azimuth if np.linalg.norm(facing) > 0.4 and abs(azimuth) > np.pi / 4 else 0.0


def _facing(motion: Motion) -> np.ndarray:
    """(frames, 2) unit x, z: where the hips point."""
    left, right = motion.joints[:, INDEX["left_hip"]], motion.joints[:, INDEX["right_hip"]]
    across = (left - right)[:, [0, 2]]
    facing = np.stack([-across[:, 1], across[:, 0]], axis=1)
    return facing / np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-6)


def _movement(dances: Sequence[Dance], duration_s: float) -> np.ndarray:
    """(_LEVELS,) uint8: how much the first dance moves, for a timeline without a song."""
    joints = dances[0].joints
    speed = np.linalg.norm(np.diff(joints, axis=1), axis=-1).mean(axis=(0, 2)) * dances[0].fps
    if len(speed) == 0:
        return np.zeros(_LEVELS, np.uint8)
    moments = np.linspace(0, duration_s, _LEVELS)
    level = np.interp(moments, np.arange(len(speed)) / dances[0].fps, speed, right=0)
    return _scaled(level)


def _song(source: Path, target: Path, seconds: float) -> np.ndarray:
    """Write the song as AAC that every browser plays and seeks in exactly; its loudness as (_LEVELS,) uint8.

    Always encoded anew: MP3 files of varying bit rate are seeked in by guess, and a file's tags and pictures
    are nobody's business.
    """
    check_file(source)
    length = ["-t", f"{seconds:.3f}", "-map", "0:a:0"]
    encoded = [*length, "-map_metadata", "-1", "-c:a", "aac", "-b:a", "160k", "-movflags", "+faststart"]
    levels = [*length, "-ac", "1", "-ar", str(_LEVEL_RATE), "-f", "s16le", "-"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *SAFE_INPUT]
    command = [*ffmpeg, "-i", f"file:{source.resolve()}", *encoded, str(target), *levels]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0 or not done.stdout:
        raise InputError(f'"{source.name}" could not be read as sound: use {ACCEPTED}.')
    samples = np.abs(np.frombuffer(done.stdout, "<i2").astype(np.float32))
    wanted = round(seconds * _LEVEL_RATE)
    samples = np.pad(samples[:wanted], (0, max(wanted - len(samples), 0)))
    edges = np.linspace(0, len(samples), _LEVELS, endpoint=False).astype(int)
    return _scaled(np.maximum.reduceat(samples, edges))


def _scaled(level: np.ndarray) -> np.ndarray:
    """To uint8, the loud parts near the top, the quiet ones lifted as the ear does."""
    top = max(float(np.quantile(level, 0.99)), 1e-9)
    return np.round(255 * np.clip(level / top, 0, 1) ** 0.7).astype(np.uint8)


def _moments(seconds: np.ndarray, duration_s: float) -> list[float]:
    moments = np.asarray(seconds, np.float64).ravel()
    return np.round(moments[(moments >= 0) & (moments <= duration_s)], 4).tolist()


def _encode(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()
