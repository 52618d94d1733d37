"""How good films are: `python -m demos evaluate video`.

Reconstruction: people of whom every frame is known (the suite's body, filmed by the suite's own renderer) are filmed
again from their first frame and their true motion. Fidelity: a person detector looks at the result. Drift: a long
film from beginning to end. Rhythm: beat alignment of what the puppet does, beside its dance and shuffled music.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from demos.audio import cache
from demos.corpus.keypoints import PARTS, PLACE, landmarks
from demos.motion.dance import Dance
from demos.motion.files import open_dance
from demos.motion.motion import Motion
from demos.motion.rhythm import FPS as BEAT_FPS
from demos.motion.rhythm import hit_rate, kinematic_beats
from demos.render import raster
from demos.render import scene as stage
from demos.render.camera import plan
from demos.render.panel import centre, focal
from demos.runtime.settings import ASSETS
from demos.video import finding, likeness, pipeline, puppet
from demos.video.cast import shipped_pictures
from demos.video.figure import Figure
from demos.video.people import find_people
from demos.video.picture import open_picture
from demos.video.puppet_pose import pose
from demos.video.puppet_rig import flat_of
from demos.video.track import FPS, PoseTrack, from_motion

SIZE = 384, 512
TARGETS = {"psnr": 24.0, "ssim": 0.80, "pck": 0.9}
_SECONDS = 6.0
_EVERY = 5
_LONG_S = 60.0
_SEEN = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
Progress = Callable[[int, int], None]


def evaluate(*, count: int = 3, long_s: float = _LONG_S, on_progress: Progress | None = None) -> dict:
    """All tables. count : dances to reconstruct, at most those that ship (the couple's two dancers count each)."""
    dances = _dances()[:count]
    steps = len(dances) + 3
    rows = []
    for index, (name, dance) in enumerate(dances):
        rows.append({"dance": name, **reconstruction(dance)})
        if on_progress:
            on_progress(index + 1, steps)
    fidelity = [{"picture": name, **agreement(path, dances[0][1])} for name, path in _people().items()]
    if on_progress:
        on_progress(steps - 2, steps)
    drifts = drift(next(iter(shipped_pictures().values())), dances[0][1], long_s)
    if on_progress:
        on_progress(steps - 1, steps)
    rhythms = [rhythm(name, dance) for name, dance in dances]
    mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0] if key != "dance"}
    pck = float(np.mean([row["pck"] for row in fidelity]))
    met = {"psnr": mean["psnr"] >= TARGETS["psnr"], "ssim": mean["ssim"] >= TARGETS["ssim"],
           "pck": pck >= TARGETS["pck"]}  # fmt: skip
    if on_progress:
        on_progress(steps, steps)
    return {"reconstruction": rows, "mean": mean, "fidelity": fidelity, "pck": pck, "drift": drifts,
            "rhythm": rhythms, "targets": TARGETS, "met": met}  # fmt: skip


def _dances() -> list[tuple[str, Dance]]:
    found = []
    for path in sorted((ASSETS / "dances").glob("*.npz")):
        dance = open_dance(path)
        for index, motion in enumerate(dance.motions):
            name = path.stem if len(dance.motions) == 1 else f"{path.stem} {index + 1}"
            found.append((name, Dance((motion,), dance.provenance, dance.song_sha256, dance.beats)))
    return found


def _people() -> dict[str, Path]:
    """The shipped pictures in which the detector sees a person: on what is none it cannot judge."""
    return {
        name: path for name, path in shipped_pictures().items()
        if finding.find(open_picture(path)).figures[0].kind == "person"
    }  # fmt: skip


def reconstruction(dance: Dance, *, seconds: float = _SECONDS, size: tuple[int, int] = SIZE) -> dict:
    """First frame and true motion -> film, against the true film. All of the picture, and about the dancer (box_...).

    The first frame comes with its key points; detected_... is with those that the detector finds in it instead, and
    still_... the plain baseline: the first frame held. The camera is the one that all pictures are thought to be taken
    with.
    """
    start = _facing_frame(dance)
    motion = dance.motions[0].slice(start, start + round(seconds * dance.fps))
    cut = dance.with_motions((motion,))
    true = list(stage.frames(cut, size=size, fps=FPS, seconds=motion.duration_s, camera="front", theme="light"))
    first = np.dstack([true[0], np.full(true[0].shape[:2], 255, np.uint8)])
    figure = finding.find(first).figures[0]
    track = from_motion(motion).resample(FPS)
    compared = range(0, min(len(track), len(true)), _EVERY)
    made = _filmed(_with_true_points(figure, motion), track, compared)
    detected = _filmed(figure, track, compared)
    found: dict[str, list[float]] = {}

    def note(name: str, ours: np.ndarray, truth: np.ndarray, *measures: Callable) -> None:
        for measure in measures:
            found.setdefault(name + measure.__name__, []).append(measure(ours, truth))

    for frame, ours, theirs in zip(compared, made, detected, strict=True):
        truth = true[frame]
        left, top, right, bottom = _moving_box(true, frame)
        note("", ours, truth, likeness.psnr, likeness.ssim, likeness.gmsd)
        note("detected_", theirs, truth, likeness.psnr)
        note("box_", ours[top:bottom, left:right], truth[top:bottom, left:right], likeness.psnr, likeness.ssim)
        note("still_", true[0], truth, likeness.psnr, likeness.ssim)
    return {key: float(np.mean(values)) for key, values in found.items()}


def _filmed(figure: Figure, track: PoseTrack, frames: range) -> list[np.ndarray]:
    """Some frames of the film that a figure and a track make, without fitting it to the picture's edges."""
    made_ready = pipeline.prepare([figure])
    actors = puppet.rehearse(made_ready.rigs, [track], made_ready.size, stay=False)
    drawing = puppet.Stage(made_ready.size[1], made_ready.size[0], actors)
    made = []
    for frame in frames:
        picture = made_ready.background.copy()
        puppet.draw(drawing, actors, frame, picture)
        made.append(picture)
    return made


def _with_true_points(figure: Figure, motion: Motion) -> Figure:
    """A figure with the points of its body and hands where the stage's own camera sees them in the first frame."""
    width, height = figure.size
    shot = plan(motion.joints[None], motion.fps, camera="front", aspect=width / height)
    seen = np.ascontiguousarray(landmarks(motion)[0][0], np.float32)
    screen = np.zeros_like(seen)
    middle = np.array(centre(height, width), float)
    raster.project(seen, shot.axes(0), shot.eye(0), focal(height, width), middle, screen)
    points = figure.points.copy()
    own = np.ones(len(points), bool)
    own[PARTS["head"]] = False
    points[own] = screen[own, :2]
    return replace(figure, points=points)


def _facing_frame(dance: Dance) -> int:
    """The first frame in which the dancer stands facing us with both arms off the body: a picture to start from."""
    joints = dance.motions[0].joints
    across = joints[:, 16, 0] - joints[:, 17, 0]
    turned = across / np.maximum(np.linalg.norm(joints[:, 16] - joints[:, 17], axis=1), 1e-6)
    open_arms = np.minimum(
        np.abs(joints[:, 20, 0] - joints[:, 16, 0]), np.abs(joints[:, 21, 0] - joints[:, 17, 0])
    )  # fmt: skip
    score = turned + 1.2 * np.clip(open_arms, 0, 0.35)
    score[max(1, len(score) - round(_SECONDS * dance.fps)) :] = -np.inf
    good = np.flatnonzero(score > 0.97 * score.max())
    return int(good[0])


def _moving_box(true: Sequence[np.ndarray], frame: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what differs between the film's frame and one far from it."""
    other = true[(frame + len(true) // 2) % len(true)]
    ys, xs = np.nonzero(np.abs(true[frame].astype(int) - other).max(axis=2) > 24)
    height, width = true[0].shape[:2]
    if len(xs) < 50:
        return 0, 0, width, height
    return max(0, xs.min() - 8), max(0, ys.min() - 8), min(width, xs.max() + 8), min(height, ys.max() + 8)


def agreement(path: Path, dance: Dance, *, seconds: float = _SECONDS) -> dict:
    """Share of joints that a detector finds within a tenth of the figure's height of where the puppet has them.

    Of the joints that the detector itself says it sees (visibility above one half) in frames where it finds a person,
    six frames a second.
    """
    figure = pipeline.find(path).figures[0]
    made_ready = pipeline.prepare([figure], 512)
    steps = pipeline.choreograph([figure], None, dance=dance, seconds=seconds)
    actors = puppet.rehearse(made_ready.rigs, steps.tracks, made_ready.size)
    hits, seen, looked, found = 0, 0, 0, 0
    for frame, picture in enumerate(puppet.frames(actors, made_ready.background)):
        if frame % _EVERY:
            continue
        looked += 1
        people = find_people(picture, most=1)
        if not people:
            continue
        found += 1
        actor = actors[0]
        shoulders = [_pixels(actor, actor.bones.points[f"{side}_shoulder"][frame])[0] for side in ("left", "right")]
        # Who is seen from behind is found as if from the front: what is called left is what we see on the right.
        sides = ("left", "right") if shoulders[0] >= shoulders[1] else ("right", "left")
        for joint in _SEEN:
            for side, own in zip(("left", "right"), sides, strict=True):
                name = f"{side}_{joint}"
                if people[0].confidence[PLACE[name]] < 0.5:
                    continue
                place = _pixels(actor, actor.bones.points[f"{own}_{joint}"][frame])
                off = np.linalg.norm(people[0].points[PLACE[name]] - place)
                hits += bool(off < 0.1 * actor.view_height)
                seen += 1
    return {"pck": hits / max(seen, 1), "joints": seen, "person_found": found / max(looked, 1)}


def _pixels(actor: puppet.Actor, world: np.ndarray) -> np.ndarray:
    x, y, _ = flat_of(world, actor.rig.side)
    return actor.origin + actor.view_height * np.array([x, -y])


def drift(path: Path, dance: Dance, seconds: float) -> dict:
    """A long film: the same dance again and again; what differs between its first and its last ten seconds.

    The same frames of the dance are compared, so that only time is between them.
    """
    figure = pipeline.find(path).figures[0]
    made_ready = pipeline.prepare([figure], 256)
    track = from_motion(dance.motions[0]).resample(FPS)
    once = len(track)
    times = np.arange(round(seconds * FPS)) % once / FPS
    long = track.at(times, FPS)
    actors = puppet.rehearse(made_ready.rigs, [long], made_ready.size)
    last = ((len(long) - 1) // once) * once
    compared = [frame for frame in range(2 * _EVERY, once, 3 * _EVERY) if last + frame < len(long)]
    drawing = puppet.Stage(made_ready.size[1], made_ready.size[0], actors)
    kept: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for frame in [*compared, *(last + frame for frame in compared)]:
        picture = made_ready.background.copy()
        cover = puppet.draw(drawing, actors, frame, picture)
        kept[frame] = picture, cover.copy()
    colour, sharp, alike, size = [], [], [], []
    for frame in compared:
        (early, early_cover), (late, late_cover) = kept[frame], kept[last + frame]
        colour.append(
            likeness.colour_drift(likeness.colours(early, early_cover), likeness.colours(late, late_cover))
        )  # fmt: skip
        sharp.append(likeness.sharpness(late, late_cover) / max(likeness.sharpness(early, early_cover), 1e-6))
        size.append((late_cover > 128).sum() / max((early_cover > 128).sum(), 1))
        alike.append(likeness.ssim(early, late))
    if not compared:
        return {"seconds": seconds, "compared": 0}
    return {
        "seconds": seconds, "compared": len(compared), "colour": float(np.mean(colour)),
        "sharpness": float(np.mean(sharp)), "size": float(np.mean(size)), "ssim": float(np.mean(alike)),
    }  # fmt: skip


def rhythm(name: str, dance: Dance) -> dict:
    """Beat alignment of the puppet's joints, of the dance's own, and against shuffled beats."""
    song = next((path for path in (ASSETS / "songs").glob("*.mp3") if path.stem in name), None)
    beats = cache.load(song)[1].beats if song is not None else dance.beats
    figure = pipeline.find(next(iter(shipped_pictures().values()))).figures[0]
    rig = pipeline.prepare([figure], 256).rigs[0]
    track = from_motion(dance.motions[0]).resample(BEAT_FPS)
    bones = pose(rig, track)
    ours = np.stack([bones.points[joint] for joint in sorted(bones.points)], axis=1)
    real = dance.motions[0].resample(BEAT_FPS).joints
    limit = len(track) / BEAT_FPS
    frames = np.round(beats[beats < limit] * BEAT_FPS).astype(int)
    gaps = np.diff(frames, prepend=0)
    rng = np.random.default_rng(0)
    shuffled = [np.cumsum(rng.permutation(gaps)) + int(rng.integers(0, 30)) for _ in range(10)]
    own = kinematic_beats(ours)
    return {
        "dance": name, "bas": hit_rate(frames, own), "bas_of_the_dance": hit_rate(frames, kinematic_beats(real)),
        "bas_shuffled": float(np.mean([hit_rate(grid, own) or 0.0 for grid in shuffled])),
    }  # fmt: skip


def text(found: dict) -> str:
    """The tables for people."""
    lines = ["Reconstruction from the first frame (still: that frame held; box: about the dancer; detected: PSNR with "
             "the key points that a detector finds in it)",
             f"{'dance':<34}{'PSNR':>7}{'SSIM':>7}{'GMSD':>7}{'box PSNR':>10}{'box SSIM':>10}{'still PSNR':>12}"
             f"{'still SSIM':>12}{'detected':>10}"]  # fmt: skip
    for row in [*found["reconstruction"], {"dance": "mean", **found["mean"]}]:
        lines.append(
            f"{row['dance']:<34}{row['psnr']:>7.2f}{row['ssim']:>7.3f}{row['gmsd']:>7.3f}{row['box_psnr']:>10.2f}"
            f"{row['box_ssim']:>10.3f}{row['still_psnr']:>12.2f}{row['still_ssim']:>12.3f}"
            f"{row['detected_psnr']:>10.2f}"
        )  # fmt: skip
    lines += ["", "Does a person detector see the pose that drove the film? (PCK@0.1 of the joints it sees)"]
    lines += [f"{row['picture']:<34}{row['pck']:>7.3f}  of {row['joints']} joints, person found in "
              f"{100 * row['person_found']:.0f} % of frames" for row in found["fidelity"]]  # fmt: skip
    drifts = found["drift"]
    lines += ["", f"Drift over {drifts['seconds']:.0f} s: " + ", ".join(
        f"{key} {drifts[key]:.4f}" for key in ("colour", "sharpness", "size", "ssim") if key in drifts)]  # fmt: skip
    lines += ["", "Beat alignment"]
    lines += [f"{row['dance']:<34} puppet {row['bas'] or 0:.3f}  its dance {row['bas_of_the_dance'] or 0:.3f}  "
              f"shuffled {row['bas_shuffled']:.3f}" for row in found["rhythm"]]  # fmt: skip
    targets = ", ".join(f"{key} {value:g}: {'met' if found['met'][key] else 'missed'}" for key, value in
                        found["targets"].items())  # fmt: skip
    return "\n".join([*lines, "", f"Targets: {targets}"])
