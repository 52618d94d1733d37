"""Opening a dance from any motion file: what it is by its content, then the reader for it; and telling what
is in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from demos.motion import bvh, bvh_source, npz, pickles, poselib, retarget, robot, sniff, stage
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.performance import Performance
from demos.motion.retarget import Source
from demos.motion.skeleton import INDEX
from demos.motion.smpl_arrays import from_arrays
from demos.runtime.errors import InputError

MAX_FILE_BYTES = 200 << 20
MAX_SECONDS = 600.0
AIST_FPS = 60.0
ROBOT_FPS = 60.0

POP_SPEED = 10.0
"""m/s: faster legs are capture faults (a ballet kick's ankle reaches about 8)."""
HASTY_SPEED = 6.0
AIRBORNE_M = 0.15

CMU_60_FPS = frozenset({33, 34, 42, 60, 61, 62, 74, 75, 77, 79, 80, 87, 88, 89})
"""CMU subjects recorded at 60 frames a second (CMU's motion index), which the usual BVH conversion labels 120."""


@dataclass(frozen=True, eq=False)
class Take:
    """What one file holds, before scale and stage are settled.

    format : what the file is. fps_header : the rate it states, None when none. fps_why : why the used rate was chosen.
    source : a performance on a foreign skeleton; or performance : one on SMPL's; or dance : one of ours.
    """

    format: str
    name: str
    skeleton: str
    fps: float
    fps_header: float | None
    fps_why: str
    source: Source | None = None
    performance: Performance | None = None
    dance: Dance | None = None

    @property
    def joints(self) -> int:
        """Joints of the file's skeleton that are used."""
        return len(self.source.roles) if self.source else 24

    @property
    def lead(self) -> int:
        """Frames at the start to leave out."""
        return self.source.lead if self.source else 0

    @property
    def scale(self) -> float:
        """Metres of ours for one unit of the file."""
        if self.source:
            return retarget.scale_of(self.source)
        return self.performance.scale if self.performance else 1.0

    @property
    def notes(self) -> tuple[str, ...]:
        """What was put right while reading."""
        holder = self.source or self.performance
        return holder.notes if holder else ()


def open_dance(path: str | Path, *, fps: float | None = None, partner: str | Path | None = None) -> Dance:
    """Open a motion file as a Dance on our stage.

    BVH of any common human skeleton, AIST++ and other SMPL pickles, AMASS-style NPZ, humanoid-robot clips and our own
    saved dances; found out by content, not by name. Our own files come back exactly as they were saved; others are
    retargeted, scaled by leg length, put with their feet on the floor, their start at the origin, facing +z.

    fps : frames per second to believe instead of the file's. partner : a second file from the same recording (the
    same world and clock): the two become a couple at their true distance. InputError when a file cannot be used.
    """
    takes = [read(path, fps=fps)]
    if partner is not None:
        takes.append(read(partner, fps=fps))
    if len(takes) == 1 and takes[0].dance is not None:
        return takes[0].dance
    try:
        performances = _together(takes)
    except InputError:  # is a ValueError as well
        raise
    except ValueError as error:  # a damaged skeleton: bones of no length have no direction
        raise InputError(
            f"The skeleton in {takes[0].name} has bones without length or direction: export the file again."
        ) from error
    facts = {"fps": takes[0].fps, "fps_why": takes[0].fps_why, "scale": round(performances[0].scale, 6)}
    if all(performance.exact for performance in performances):
        motions = tuple(Motion(p.poses, p.root, p.fps) for p in performances)
    else:
        motions, shifts = stage.settle(performances)
        facts |= shifts
    facts["notes"] = list(dict.fromkeys(note for performance in performances for note in performance.notes))
    names = " + ".join(take.name for take in takes)
    return Dance(motions, Provenance("file", settings={"format": takes[0].format, **facts}, source=names))


def describe(path: str | Path, *, fps: float | None = None) -> dict:
    """What is in a motion file, as plain values: what `python -m demos inspect` prints.

    Keys: file, format, skeleton, joints, dancers, frames, duration_s, fps, fps_header, fps_why,
    metres_per_unit, height_m (highest point of a head joint over the floor, middle of the take), travel_m
    (path of the pelvis over ground), start_dropped_frames, settings (shifts and turns applied), notes,
    problems (sentences; empty when all looks well).
    """
    take = read(path, fps=fps)
    dance = open_dance(path, fps=fps)
    settings = dance.provenance.settings
    heads = [float(np.median(motion.joints[:, INDEX["head"], 1])) for motion in dance.motions]
    travel = [
        float(np.linalg.norm(np.diff(motion.translation[:, [0, 2]], axis=0), axis=1).sum()) for motion in dance.motions
    ]
    return {
        "file": take.name,
        "format": take.format,
        "skeleton": take.skeleton,
        "joints": take.joints,
        "dancers": len(dance.motions),
        "frames": len(dance),
        "duration_s": round(dance.duration_s, 3),
        "fps": dance.fps,
        "fps_header": take.fps_header,
        "fps_why": take.fps_why,
        "metres_per_unit": round(take.scale, 6),
        "head_height_m": [round(height, 3) for height in heads],
        "travel_m": [round(path_m, 2) for path_m in travel],
        "start_dropped_frames": take.lead,
        "settings": settings if take.dance is None else {},
        "notes": list(take.notes),
        "problems": [sentence for motion in dance.motions for sentence in problems(motion)],
    }


def problems(motion: Motion) -> list[str]:
    """Sentences about what cannot be a dancer's doing: capture faults, a wrong frame rate."""
    found = []
    speed = np.linalg.norm(np.diff(motion.joints, axis=0), axis=-1) * motion.fps
    if len(speed):
        legs = speed[:, [INDEX[f"{side}_{part}"] for side in ("left", "right") for part in ("knee", "ankle")]]
        pops = int((legs.max(axis=1) > POP_SPEED).sum())
        if pops:
            found.append(
                f"A leg jumps faster than {POP_SPEED:.0f} m/s in {pops} frames (first at {_first(legs, motion):.2f} s)."
            )
        middle = float(np.median(speed.max(axis=1)))
        if middle > HASTY_SPEED:
            found.append(
                f"Everything moves very fast (half of the time over {middle:.1f} m/s): is the frame rate right?"
            )
    lowest = motion.joints[:, :, 1].min(axis=1)
    airborne = float((lowest > AIRBORNE_M).mean())
    if airborne > 0.3:
        found.append(f"The dancer is off the floor for {100 * airborne:.0f} % of the time.")
    return found


def _first(speed: np.ndarray, motion: Motion) -> float:
    """Seconds of the first frame in which anything pops."""
    return float(np.argmax(speed.max(axis=1) > POP_SPEED) / motion.fps)


def read(path: str | Path, *, fps: float | None = None) -> Take:
    """What a file holds. InputError when it is no motion, damaged, or longer than ten minutes."""
    path = Path(path)
    name = path.name
    if fps is not None and not (np.isfinite(fps) and 1 <= fps <= 1000):
        raise InputError(f"A frame rate of {fps} makes no sense; give frames per second between 1 and 1000.")
    data = _bytes(path)
    kind = sniff.kind(data, name=name, suffix=path.suffix.lower())
    if kind == "bvh":
        take = _bvh(data, path, fps)
    elif kind == "zip":
        take = _arrays(npz.load(data, name=name), name, fps)
    else:
        value = pickles.load_npy(data, name=name) if kind == "npy" else pickles.load(data, name=name)
        take = _pickled(value, name, fps)
    frames = len(take.source or take.performance or take.dance or ())
    if frames / take.fps > MAX_SECONDS:
        raise InputError(
            f"{name} is {frames / take.fps / 60:.0f} minutes long at {take.fps:g} frames a second; dances of up to "
            f"{MAX_SECONDS / 60:.0f} minutes are read, so cut it first."
        )
    return take


def _bytes(path: Path) -> bytes:
    """A file's content. InputError when it is absent, no file, or too large."""
    try:
        if not path.is_file():
            raise InputError(f"{path.name} is not a file that is there; check its name and folder.")
        if path.stat().st_size > MAX_FILE_BYTES:
            raise InputError(f"{path.name} is larger than {MAX_FILE_BYTES >> 20} MB, more than a dance can need.")
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} cannot be opened: {error.strerror or 'unknown reason'}.") from error


def _bvh(data: bytes, path: Path, fps: float | None) -> Take:
    clip = bvh.parse(data, name=path.name)
    rate, why = _bvh_rate(clip, path.stem, fps)
    own = bvh_source.own_motion(clip, fps=rate)
    if own is not None:
        facts = {"format": "BVH", "fps": rate, "fps_why": why, "notes": list(clip.notes)}
        dance = Dance((own,), Provenance("file", settings=facts, source=path.name))
        return Take("BVH", path.name, "SMPL, 24 joints", rate, clip.fps, why, dance=dance)
    source = bvh_source.from_clip(clip, fps=rate, name=path.name)
    return Take("BVH", path.name, source.kind, rate, clip.fps, why, source=source)


def _bvh_rate(clip: bvh.BvhClip, stem: str, fps: float | None) -> tuple[float, str]:
    """The frame rate to use and why: the caller's, CMU's index where the header is known to be wrong, the header."""
    if fps is not None:
        return float(fps), "given by the caller"
    trial = re.match(r"(\d{2,3})_(\d{2,3})(?!\d)", stem)
    cmu = {"LHipJoint", "LowerBack"} <= set(clip.names) or {"lButtock", "rShldr"} <= set(clip.names)
    if trial and cmu and clip.fps == 120:
        subject, number = int(trial[1]), int(trial[2])
        if subject in CMU_60_FPS or (subject, number) == (136, 19):
            return 60.0, f"CMU recorded subject {subject} at 60 frames a second although the header says 120"
    return clip.fps, "the file's header"


def _arrays(arrays: dict[str, np.ndarray], name: str, fps: float | None) -> Take:
    if npz.is_dance(arrays):
        dance = npz.dance(arrays, name=name)
        if fps is not None:
            motions = tuple(Motion(m.poses, m.translation, fps) for m in dance.motions)
            return _dance_take(dance.with_motions(motions), name, dance.fps, "given by the caller")
        return _dance_take(dance, name, dance.fps, "the file")
    if robot.is_clip(arrays):
        header = npz.rate(arrays["fps"], name) if "fps" in arrays else None
        return _robot(robot.from_links(arrays, fps=fps or header or ROBOT_FPS, name=name), name, fps, header)
    performance = npz.performance(arrays, fps=fps, name=name)
    why = "the file" if fps is None else "given by the caller"
    return Take(performance.kind, name, "SMPL", performance.fps, None, why, performance=performance)


def _dance_take(dance: Dance, name: str, header: float, why: str) -> Take:
    return Take("saved dance", name, "SMPL, 24 joints", dance.fps, header, why, dance=dance)


def _pickled(value: object, name: str, fps: float | None) -> Take:
    if not isinstance(value, dict):
        raise InputError(f"{name} holds no named arrays; AIST++ files with smpl_poses and smpl_trans are read.")
    if {"smpl_poses", "smpl_trans"} <= value.keys():
        return _aist(value, name, fps)
    if poselib.is_motion(value):
        clip = poselib.clip(value, name=name)
        rate, why = (fps, "given by the caller") if fps is not None else (clip.fps, "the file")
        source = bvh_source.from_clip(clip, fps=rate, name=name)
        return Take("SkeletonMotion npy", name, source.kind, rate, clip.fps, why, source=source)
    if robot.is_joints(value):
        header = npz.rate(np.asarray(value["fps"]), name) if "fps" in value else None
        return _robot(robot.from_joints(value, fps=fps or header or ROBOT_FPS, name=name), name, fps, header)
    raise InputError(
        f"{name} holds {', '.join(sorted(value)[:6]) or 'nothing'}, which is no motion that we know; AIST++ files with "
        "smpl_poses and smpl_trans are read."
    )


def _aist(value: dict, name: str, fps: float | None) -> Take:
    """AIST++: translation in units of smpl_scaling, 60 frames a second. EDGE: without the scaling, at 30."""
    scaling = np.asarray(value.get("smpl_scaling", 1.0), np.float64).ravel()
    if scaling.size != 1 or not (np.isfinite(scaling[0]) and scaling[0] > 1e-6):
        raise InputError(f"{name} has an smpl_scaling that is not one positive number.")
    aist = "smpl_scaling" in value
    rate, why = (AIST_FPS, "AIST++ is 60 frames a second") if aist else (30.0, "EDGE's results are 30 frames a second")
    if fps is not None:
        rate, why = float(fps), "given by the caller"
    poses, translation = np.asarray(value["smpl_poses"]), np.asarray(value["smpl_trans"])
    kind = "AIST++ pkl" if aist else "SMPL pkl"
    performance = from_arrays(kind, poses, translation, fps=rate, unit=1 / scaling[0], name=name)
    return Take(kind, name, "SMPL, 24 joints", rate, None, why, performance=performance)


def _robot(performance: Performance, name: str, fps: float | None, header: float | None) -> Take:
    why = "given by the caller" if fps else "the file" if header else "robot clips are 60 frames a second"
    kind = "Unitree G1, 30 links"
    return Take("robot clip", name, kind, performance.fps, header, why, performance=performance)


def _together(takes: list[Take]) -> list[Performance]:
    """Performances of one clock, length and scale. Partners lose the same frames."""
    if len({take.fps for take in takes}) != 1:
        raise InputError(
            f"{takes[0].name} has {takes[0].fps:g} frames a second and {takes[1].name} {takes[1].fps:g}; partners must "
            "come from one recording (or give fps)."
        )
    if any(take.dance is not None and len(take.dance.motions) != 1 for take in takes):
        raise InputError("A dance that already has two dancers cannot be given a partner; open the dancers one by one.")
    scale = float(np.mean([take.scale for take in takes]))
    whole = [_performance(take, scale) for take in takes]
    lead = max(take.lead for take in takes)
    frames = min(len(performance) for performance in whole)
    if len(takes) > 1 and frames < 0.5 * max(len(performance) for performance in whole):
        raise InputError(
            f"{takes[0].name} and {takes[1].name} differ so much in length that they are no recording of one couple."
        )
    lead = lead if lead < frames else 0
    note = (f"The first {lead} frames (a rest pose and the jump out of it) were left out.",) if lead else ()
    return [replace(p, poses=p.poses[lead:frames], root=p.root[lead:frames], notes=(*p.notes, *note)) for p in whole]


def _performance(take: Take, scale: float) -> Performance:
    """A take on SMPL's skeleton, at a scale that a couple shares."""
    if take.source is not None:
        return retarget.to_smpl(take.source, scale)
    if take.performance is not None:
        return take.performance
    assert take.dance is not None
    motion = take.dance.motions[0]
    poses, root = motion.poses.astype(np.float64), motion.translation.astype(np.float64)
    return Performance("saved dance", poses, root, motion.fps, 1.0, exact=True)
