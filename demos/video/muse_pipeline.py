"""MuseDance: a picture of anything dances to a song as words ask, for any length. Plain inputs, frozen result.

Every piece of 4 s goes on from the last frames of the one before. Against drift, poses are chains that cannot tear or
grow, what a piece goes on from was noisy in training, and shift and lift are drawn back to where the figure stands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch

from demos.audio import cache
from demos.audio.features import AudioFeatures
from demos.audio.song import Song
from demos.motion.dance import Provenance
from demos.nn import diffusion
from demos.render.video import write_video
from demos.runtime.errors import InputError
from demos.runtime.limits import LARGEST_SEED, SHORTEST_S, check
from demos.text import encoder
from demos.video import backdrop, finding, muse_data, muse_pose, muse_puppet, muse_shape, muse_weights, muse_words
from demos.video.clips import KINDS, write_clip
from demos.video.figure import Figure
from demos.video.muse_model import BEFORE, MODULES, PATCH, PIECE, SAID, MuseDance, Told
from demos.video.muse_pose import BEND, FPS, LIMB, STATE, WHOLE, smoothstep
from demos.video.muse_shape import Shape
from demos.video.muse_words import Clause
from demos.video.picture import open_picture
from demos.video.pipeline import LARGEST, LONGEST_S, SMALLEST, Film

Heard = tuple[Song, AudioFeatures]
Progress = Callable[[int, int], None]
"""Called with (done, all); it may raise to stop the work."""
SYSTEM = "MuseDance"
STEPS = 10
GUIDANCE = 1.7
_JOIN_S, _START_S = 0.3, 0.5
"""Seconds in which the step from one piece to the next fades, and in which a figure comes to life."""
_ANCHOR_S, _FREE = 6.0, 0.06
"""Shift and lift are drawn back to rest over these seconds, as far as they lie beyond this many units."""
_LOUD_S, _LOUDEST = 2.0, 0.62
"""The chorus, or what comes next to it: where loudness over these seconds is above this share of its range."""
_LARGEST = {"x": 0.5, "y": 0.5, "tilt": 0.7, "squash": 0.5}
_LARGEST_BEND, _LARGEST_LIMB = 0.7, 1.8


@dataclass(frozen=True, eq=False)
class Moves:
    """What a shape does. states : (frames, 35) at 30 fps. beat : (frames,) beats since a downbeat. message : one
    sentence."""

    shape: Shape
    states: np.ndarray
    beat: np.ndarray
    provenance: Provenance
    message: str


def animate(
    picture: str | Path | Figure,
    song: str | Path | None,
    out: str | Path,
    *,
    text: str | None = None,
    seconds: float | None = None,
    size: int | None = None,
    fps: float = FPS,
    seed: int = 0,
    shadow: bool = True,
    guidance: float = GUIDANCE,
    without: Sequence[str] = (),
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Film:
    """A film of whatever is in a picture, dancing to a song as words ask.

    picture : a file, or a figure that was found. out : .mp4 with sound; .webm or .gif of the figure alone. text : what
    it should do ("sway gently, then jump on every beat"); None lets it dance. seconds : at most 180; the song's when
    None. size : pixels of the shorter side; the picture's own when None. without : MODULES to switch off. The rest as
    in `dance`. Raises InputError in one sentence for anything that cannot be done.
    """
    out = Path(out)
    if out.suffix.lower() not in KINDS:
        raise InputError(f'A film is written as {", ".join(KINDS)}, not "{out.suffix or out.name}".')
    check("frame rate", fps, 10, 60)
    figure = picture if isinstance(picture, Figure) else finding.find(open_picture(picture)).figures[0]
    if song is None:
        raise InputError("Choose a song to dance to.")
    stage = prepare(figure, size)
    moves = dance(
        song, stage.sheet.shape, text=text, seconds=seconds, seed=seed, guidance=guidance, without=without,
        weights=weights,
    )  # fmt: skip
    return shoot(stage, moves, out, song=song, fps=fps, shadow=shadow, on_progress=on_progress)


@dataclass(frozen=True, eq=False)
class Stage:
    """A picture made ready in the size of a film: its figure as a sheet, and what is behind it (h, w, 3)."""

    sheet: muse_puppet.Sheet
    background: np.ndarray
    size: tuple[int, int]


def prepare(figure: Figure, size: int | None = None) -> Stage:
    """Sheet and background in the size of the film (its shorter side, pixels)."""
    if (figure.alpha > 0.5).sum() < 60:
        raise InputError("The outline is empty: paint over the figure that should dance.")
    short = min(figure.size)
    wanted = min(short, LARGEST) if size is None else size
    check("size", wanted, SMALLEST if size is not None else 1, LARGEST, whole=True)
    scale = min(wanted, max(short, 2 * SMALLEST)) / short
    scaled = figure if scale == 1 else figure.scaled(scale)
    width, height = (side - side % 2 for side in scaled.size)
    sheet = replace(muse_puppet.build(scaled), size=(width, height))
    return Stage(sheet, np.ascontiguousarray(backdrop.behind(scaled)[:height, :width]), (width, height))


def shoot(
    stage: Stage, moves: Moves, out: Path, *, song: str | Path | None = None, fps: float = FPS, shadow: bool = True,
    on_progress: Progress | None = None,
) -> Film:  # fmt: skip
    """The film of a prepared picture and given moves."""
    states = muse_pose.at_rate(moves.states, fps)
    performance = muse_puppet.rehearse(stage.sheet, states, fps)
    see_through = out.suffix.lower() != ".mp4"
    pictures = muse_puppet.frames(performance, stage.background, shadow=shadow, cut_out=see_through)
    count = len(states)
    if see_through:
        write_clip(pictures, out, fps=fps, size=stage.size, count=count, on_progress=on_progress)
    else:
        write_video(
            pictures, out, fps=fps, size=stage.size, song_path=song, seconds=count / fps, on_progress=on_progress
        )  # fmt: skip
    return Film(out, stage.size, count / fps, fps, None, moves.provenance, moves.message)


def dance(
    song: str | Path | Heard,
    shape: Shape,
    *,
    text: str | None = None,
    seconds: float | None = None,
    seed: int = 0,
    guidance: float = GUIDANCE,
    steps: int = STEPS,
    without: Sequence[str] = (),
    weights: str | Path | None = None,
    on_progress: Progress | None = None,
) -> Moves:
    """What a shape does to a song, at 30 frames a second, from rest.

    song : a file, or what `audio.cache.load` gave. text : at most 400 characters; parts joined by "then" follow one
    another, "in the chorus" is where the music is loud. guidance : how much words and beats count, 1 as learnt. steps :
    of sampling. without : which of MODULES hear nothing. Raises InputError for what is out of range.
    """
    check("seed", seed, 0, LARGEST_SEED, whole=True)
    check("guidance", guidance, 0, 10)
    check("number of steps", steps, 1, 200, whole=True)
    unknown = [name for name in without if name not in MODULES]
    if unknown:
        raise InputError(f'There is no module "{unknown[0]}" to switch off: choose from {", ".join(MODULES)}.')
    wish = " ".join((text or "").split())
    if len(wish) > muse_words.LONGEST:
        raise InputError(f"The text has {len(wish)} characters: say it in at most {muse_words.LONGEST}.")
    heard, features = song if isinstance(song, tuple) else cache.load(song)
    frames = _frames(heard, seconds)
    network = muse_weights.load(weights)
    told = listen(features, frames)
    clauses = muse_words.clauses(wish)
    said = sayings(network, clauses, schedule(clauses, told.beat, told.loud, frames))
    states = make(
        network, shape, told, said, frames=frames, seed=seed, guidance=guidance, steps=steps, without=without,
        on_progress=on_progress,
    )  # fmt: skip
    settings = {
        "film": {"frames": frames, "guidance": float(guidance), "steps": int(steps), "without": sorted(without)},
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
    }
    prompts = (wish,) if wish else ()
    provenance = Provenance(SYSTEM, muse_weights.digest(weights), int(seed), prompts, settings, heard.sha256)
    message = f"{frames / FPS:.0f} s"
    message += f" of “{wish}”" if wish else " of dance"
    message += f" to “{heard.name}”"
    message += (
        f", {features.tempo_bpm:.0f} beats a minute." if len(features.beats) > 1 else ", in which no beat was heard."
    )
    return Moves(shape, states, told.beat[:frames], provenance, message)


@dataclass(frozen=True, eq=False)
class Heeded:
    """Music as the network hears it, whole pieces long. music : (n, 35). beats : (n, 14). beat : (n,) beats since a
    downbeat. loud : (n,) 0 to 1 over about two seconds, against the song's own range."""

    music: np.ndarray
    beats: np.ndarray
    beat: np.ndarray
    loud: np.ndarray


def listen(features: AudioFeatures, frames: int) -> Heeded:
    """The beginning of a song, as many frames as whole pieces need; past its end the beat goes on."""
    length = -(-frames // PIECE) * PIECE
    values = features.values[:length]
    music = np.concatenate([values, np.repeat(values[-1:], length - len(values), axis=0)]).astype(np.float32)
    beat, beat_s = muse_data.count_beats(np.arange(length) / FPS, features.beats, features.downbeats)
    smooth = cv2.GaussianBlur(muse_data.loudness(features.values)[None].astype(np.float32), (0, 0), _LOUD_S * FPS / 2)[
        0
    ]
    low, high = np.percentile(smooth, [5, 95])
    loud = np.clip((smooth - low) / max(high - low, 0.03), 0, 1)[:length]
    loud = np.concatenate([loud, np.repeat(loud[-1:], length - len(loud))])
    return Heeded(music, muse_data.beat_features(beat, beat_s), beat, loud)


def schedule(clauses: Sequence[Clause], beat: np.ndarray, loud: np.ndarray, frames: int) -> np.ndarray:
    """Which clause (n,) holds in each frame, -1 for none: one after another in equal parts that begin on beats, and
    those for the chorus wherever it is loud."""
    plan = np.full(len(beat), -1)
    plain = [k for k, clause in enumerate(clauses) if not clause.loud]
    for rank, k in enumerate(plain):
        start = round(rank * frames / len(plain))
        if rank:
            onwards = np.flatnonzero(np.diff(np.floor(beat[start:])) > 0)
            start += int(onwards[0]) + 1 if len(onwards) else 0
        plan[start:] = k
    special = [k for k, clause in enumerate(clauses) if clause.loud]
    if special:
        plan[loud > _LOUDEST] = special[0]
    return plan


@torch.inference_mode()
def sayings(network: MuseDance, clauses: Sequence[Clause], plan: np.ndarray) -> np.ndarray:
    """(tokens, SAID) what is said during each token; zeros where nothing is."""
    if not clauses:
        return np.zeros((len(plan) // PATCH, SAID), np.float32)
    states, real = encoder.encode_tokens([clause.text for clause in clauses])
    known = network.stills.reader.say(torch.from_numpy(states), torch.from_numpy(real)).numpy()
    rows = plan.reshape(-1, PATCH)[:, PATCH // 2]
    return np.where(rows[:, None] >= 0, known[np.maximum(rows, 0)], 0).astype(np.float32)


@torch.inference_mode()
def make(
    network: MuseDance,
    shape: Shape,
    told: Heeded,
    said: np.ndarray,
    *,
    frames: int,
    seed: int = 0,
    guidance: float = GUIDANCE,
    steps: int = STEPS,
    without: Sequence[str] = (),
    on_progress: Progress | None = None,
) -> np.ndarray:
    """States (frames, 35): pieces from noise, each from the last frames of the one before."""
    pieces = len(told.music) // PIECE
    columns = muse_data.columns_of(shape)
    made = np.zeros((0, STATE))
    for piece in range(pieces):
        span = slice(piece * PIECE, (piece + 1) * PIECE)
        on = [float(name not in without) for name in MODULES]
        on[MODULES.index("motion")] *= float(piece > 0)
        before = made[-BEFORE:] if piece else np.zeros((BEFORE, STATE))
        values = (
            muse_data.shape_vector(shape), told.music[span], told.beats[span],
            said[span.start // PATCH : span.stop // PATCH], before,
        )  # fmt: skip
        shapes, music, beats, words, ahead = (
            torch.from_numpy(np.ascontiguousarray(value, dtype=np.float32))[None] for value in values
        )
        one = Told(shapes, music, beats, words, ahead, torch.tensor([on]))
        noise = torch.randn(
            1, PIECE, network.config.latent, generator=torch.Generator().manual_seed(seed * 1009 + piece)
        )
        states = sample(network, one, noise, guidance=guidance, steps=steps)[0].double().numpy() * columns
        made = np.concatenate([made, joined(made, states) if "motion" not in without else states])
        if on_progress is not None:
            on_progress(piece + 1, pieces)
    return finished(made)[:frames]


def sample(network: MuseDance, told: Told, noise: torch.Tensor, *, guidance: float, steps: int) -> torch.Tensor:
    """States (batch, 120, 35) from noise; guidance over what hears neither words nor beats."""
    stills, mover = network.stills, network.mover
    seen = stills.see(told.shapes)
    before = stills.encode(told.before, seen)
    deaf = torch.cat([told.on[:, :1], torch.zeros_like(told.on[:, :1]), told.on[:, 2:]], dim=1)
    blank = replace(told, said=torch.zeros_like(told.said), on=deaf)
    both = Told(**{name: torch.cat([value, vars(blank)[name]]) for name, value in vars(told).items()})

    def denoise(noisy: torch.Tensor, step: torch.Tensor) -> torch.Tensor:
        if guidance == 1:
            return mover(noisy, step, told, seen, before)
        two = mover(noisy.repeat(2, 1, 1), step.repeat(2), both, seen.repeat(2, 1), before.repeat(2, 1, 1))
        with_all, bare = two.chunk(2)
        return bare + guidance * (with_all - bare)

    return stills.decode(diffusion.sample(denoise, noise, steps=steps), seen)


def joined(before: np.ndarray, states: np.ndarray) -> np.ndarray:
    """A piece without a step at its beginning: what it is off from where the last one was going fades."""
    if len(before) < 2:
        return states
    off = before[-1] + 0.5 * (before[-1] - before[-2]) - states[0]
    fade = 1 - smoothstep(np.arange(len(states)) / (_JOIN_S * FPS))
    return states + fade[:, None] * off


def finished(states: np.ndarray) -> np.ndarray:
    """States from rest, without jitter, on the ground and in place, within what a figure can do."""
    made = cv2.GaussianBlur(states.astype(np.float64), (1, 0), 0.7, sigmaY=0.7, borderType=cv2.BORDER_REPLICATE)
    made = made.reshape(states.shape)
    width = _ANCHOR_S * FPS / 2
    for name in ("x", "y"):
        column = made[:, WHOLE[name]]
        slow = cv2.GaussianBlur(column[None], (0, 0), width / 2, borderType=cv2.BORDER_REFLECT)[0]
        if name == "y":  # a hop is no drift: only the floor of it counts
            slow = cv2.GaussianBlur(
                cv2.erode(column[:, None], np.ones((int(width) | 1, 1)))[:, 0][None], (0, 0), width / 2
            )[0]
            column -= slow
            np.maximum(column, 0, out=column)
        else:
            column -= np.sign(slow) * np.maximum(np.abs(slow) - _FREE, 0)
    for name, most in _LARGEST.items():
        made[:, WHOLE[name]] = np.clip(made[:, WHOLE[name]], -most, most)
    made[:, BEND] = np.clip(made[:, BEND], -_LARGEST_BEND, _LARGEST_BEND)
    made[:, LIMB] = np.clip(made[:, LIMB], -_LARGEST_LIMB, _LARGEST_LIMB)
    made[:, LIMB.start + 2 : LIMB.stop : 3] = np.clip(made[:, LIMB.start + 2 : LIMB.stop : 3], -0.5, 0.5)
    facing = np.stack([1 + made[:, WHOLE["cosine"]], made[:, WHOLE["sine"]]], axis=1)
    facing = facing / np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 0.05)
    made[:, WHOLE["cosine"]], made[:, WHOLE["sine"]] = np.clip(facing[:, 0], -1, 1) - 1, np.clip(facing[:, 1], -1, 1)
    return made * smoothstep(np.arange(len(made)) / (_START_S * FPS))[:, None]


def shape_of(figure: Figure) -> Shape:
    """The control points of a figure."""
    return muse_shape.find(figure.alpha)


def _frames(song: Song, seconds: float | None) -> int:
    if song.duration_s < SHORTEST_S:
        raise InputError(
            f'"{song.name}" lasts {song.duration_s:.1f} s: choose a song of at least {SHORTEST_S:g} s to dance to.'
        )
    if seconds is not None:
        check("length in seconds", seconds, SHORTEST_S, LONGEST_S)
    return round(min(song.duration_s, LONGEST_S if seconds is None else seconds) * FPS)
