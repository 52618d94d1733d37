"""NPZ in: our own saved dances and AMASS-style files, never unpickled, never larger than a performance can be."""

from __future__ import annotations

import io
import json
import zipfile

import numpy as np

from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.performance import Performance
from demos.motion.smpl_arrays import from_arrays
from demos.runtime.errors import InputError

MAX_ARRAY_BYTES = 1 << 29
MAX_TOTAL_BYTES = 1 << 30
MAX_ENTRIES = 64


def load(data: bytes, *, name: str = "the file") -> dict[str, np.ndarray]:
    """Arrays of an .npz by name. Pickled entries are left out; sizes are checked before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
            if not entries:
                raise InputError(f"{name} is a zip archive without arrays; unpack it and open the motion file inside.")
            size = sum(entry.file_size for entry in entries)
            if len(entries) > MAX_ENTRIES or size > MAX_TOTAL_BYTES:
                raise InputError(f"{name} unpacks to more than a dance can need ({size >> 20} MB); it is not opened.")
            arrays = {}
            for entry in entries:
                array = _array(archive, entry, name)
                if array is not None:
                    arrays[entry.filename.removesuffix(".npy")] = array
            return arrays
    except InputError:
        raise
    except Exception as error:  # damaged archives fail in many ways, always for the same reason
        raise InputError(f"{name} is a damaged .npz file and cannot be read; save it again.") from error


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> np.ndarray | None:
    """One array, or None when it is pickled (such as AMASS's gender in some releases)."""
    if entry.file_size > MAX_ARRAY_BYTES:
        raise InputError(f"{name} holds an array of {entry.file_size >> 20} MB, more than a dance can need.")
    with archive.open(entry) as stream:
        raw = stream.read(MAX_ARRAY_BYTES + 1)
    try:
        return np.load(io.BytesIO(raw), allow_pickle=False)
    except ValueError as error:
        if "allow_pickle" in str(error):
            return None
        raise


def is_dance(arrays: dict[str, np.ndarray]) -> bool:
    """Whether the arrays are one of our saved dances."""
    return {"poses", "translation", "fps"} <= arrays.keys()


def dance(arrays: dict[str, np.ndarray], *, name: str = "the file") -> Dance:
    """Our own saved dance, exactly as it was saved."""
    poses, translation = arrays["poses"], arrays["translation"]
    if poses.ndim == 3:
        poses, translation = poses[None], translation[None]
    fps = rate(arrays["fps"], name)
    if poses.ndim != 4 or poses.shape[0] not in (1, 2) or poses.shape[2:] != (24, 3) or poses.shape[1] == 0:
        raise InputError(f"{name} is no saved dance: its poses are {poses.shape}, not (dancers, frames, 24, 3).")
    if poses.dtype.kind != "f" or translation.dtype.kind != "f" or translation.shape != (*poses.shape[:2], 3):
        raise InputError(
            f"{name} is no saved dance: its translation is {translation.shape}, which does not fit its poses."
        )
    if not (np.isfinite(poses).all() and np.isfinite(translation).all()):
        raise InputError(f"{name} is a damaged dance: it holds numbers that are not finite.")
    motions = tuple(Motion(p, t, fps) for p, t in zip(poses, translation, strict=True))
    beats = {key: _times(arrays.get(key), name) for key in ("beats", "downbeats")}
    song = str(arrays["song_sha256"]) if "song_sha256" in arrays and arrays["song_sha256"].ndim == 0 else ""
    return Dance(motions, _provenance(arrays.get("provenance"), name), song, **beats)


def rate(value: np.ndarray, name: str) -> float:
    """One positive number of frames per second."""
    if (
        value.size == 1
        and value.dtype.kind in "fiu"
        and np.isfinite(value).all()
        and 1 <= float(value.ravel()[0]) <= 1000
    ):
        return float(value.ravel()[0])
    raise InputError(f"{name} does not say a sensible frame rate; name it with fps (--fps in the shell).")


def _times(value: np.ndarray | None, name: str) -> np.ndarray:
    """Beat times in seconds, finite and rising."""
    if value is None:
        return np.zeros(0)
    if value.dtype.kind not in "fiu" or not np.isfinite(value).all():
        raise InputError(f"{name} is a damaged dance: its beats are not times in seconds.")
    return np.sort(value.ravel().astype(np.float64))


def _provenance(value: np.ndarray | None, name: str) -> Provenance:
    """How the dance was made, as far as the file says."""
    try:
        return Provenance.from_json(str(value)) if value is not None else Provenance("file", source=name)
    except (json.JSONDecodeError, TypeError, ValueError, AttributeError):
        return Provenance("file", source=name)


def performance(arrays: dict[str, np.ndarray], *, fps: float | None, name: str = "the file") -> Performance:
    """AMASS-style arrays (poses, trans, mocap_framerate) or smpl_poses and smpl_trans."""
    if {"poses", "trans"} <= arrays.keys():
        stated = next((arrays[key] for key in ("mocap_framerate", "mocap_frame_rate", "fps") if key in arrays), None)
        poses, trans, kind = arrays["poses"], arrays["trans"], "AMASS-style NPZ"
    elif {"root_orient", "pose_body", "trans"} <= arrays.keys():
        stated = next((arrays[key] for key in ("mocap_framerate", "mocap_frame_rate", "fps") if key in arrays), None)
        parts = [arrays["root_orient"], arrays["pose_body"]]
        if any(part.ndim != 2 or len(part) != len(parts[0]) for part in parts):
            raise InputError(f"{name} has a root_orient and a pose_body that do not fit together.")
        poses, trans, kind = np.concatenate(parts, axis=1), arrays["trans"], "AMASS-style NPZ"
    elif {"smpl_poses", "smpl_trans"} <= arrays.keys():
        stated = arrays.get("fps")
        poses, trans, kind = arrays["smpl_poses"], arrays["smpl_trans"], "SMPL poses"
    else:
        raise InputError(
            f"{name} holds {', '.join(sorted(arrays)[:6]) or 'nothing'}, which is no motion that we know; a "
            "saved dance "
            "(poses, translation, fps), AMASS (poses, trans, mocap_framerate) and smpl_poses with smpl_trans are read."
        )
    if fps is None:
        if stated is None:
            raise InputError(f"{name} does not say its frame rate; name it with fps (--fps in the shell).")
        fps = rate(stated, name)
    return from_arrays(kind, poses, trans, fps=fps, name=name)
