"""Motions made by hand whose attributes are known exactly: turns, jumps, kicks, arms, levels, ways over the floor."""

import numpy as np

from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT

FPS = 30


def stand(seconds: float = 6.0, *, fps: float = FPS) -> tuple[np.ndarray, np.ndarray]:
    """Poses and translation of someone standing with the arms hanging, to be changed in place."""
    frames = round(seconds * fps)
    poses = np.zeros((frames, 24, 3))
    poses[:, INDEX["left_shoulder"], 2], poses[:, INDEX["right_shoulder"], 2] = -1.35, 1.35
    translation = np.zeros((frames, 3))
    translation[:, 1] = REST_HEIGHT
    return poses, translation


def dance(poses: np.ndarray, translation: np.ndarray, *, fps: float = FPS, beats: np.ndarray | None = None) -> Dance:
    """A solo of them."""
    motion = Motion(poses, translation, fps)
    return Dance((motion,), Provenance("test"), beats=np.zeros(0) if beats is None else beats)


def pulses(frames: int, times_s: list[float], length_s: float) -> np.ndarray:
    """(frames,) smooth bumps of height 1 centred on times."""
    time = np.arange(frames) / FPS
    curve = np.zeros(frames)
    for centre in times_s:
        inside = np.abs(time - centre) < length_s / 2
        curve[inside] = np.maximum(curve[inside], 0.5 + 0.5 * np.cos(2 * np.pi * (time[inside] - centre) / length_s))
    return curve


def turning(rounds: float, *, seconds: float = 6.0, start_s: float = 1.0, fps: float = FPS) -> Dance:
    """Turns on the spot at 1.2 s a round, to the left when positive."""
    poses, translation = stand(seconds, fps=fps)
    time = np.arange(len(poses)) / fps
    length = abs(rounds) * 1.2
    poses[:, 0, 1] = np.clip((time - start_s) / length, 0, 1) * rounds * 2 * np.pi
    return dance(poses, translation, fps=fps)


def jumping(times: int) -> Dance:
    """Jumps of 0.4 s in the air, every 1.2 s."""
    poses, translation = stand(1.2 * times + 1.2)
    time = np.arange(len(poses)) / FPS
    for index in range(times):
        since = time - 0.8 - 1.2 * index
        air = (since > 0) & (since < 0.4)
        translation[air, 1] += 9.81 / 2 * since[air] * (0.4 - since[air])
    return dance(poses, translation)


def kicking(times: int, *, side: str = "left", way: str = "front") -> Dance:
    """Straight-legged kicks to 75 degrees, every 1.2 s."""
    poses, translation = stand(1.2 * times + 1.0)
    up = pulses(len(poses), [1.0 + 1.2 * i for i in range(times)], 0.8) * np.radians(75)
    axis, sign = {"front": (0, -1), "back": (0, 1), "side": (2, 1 if side == "left" else -1)}[way]
    poses[:, INDEX[f"{side}_hip"], axis] = sign * up
    return dance(poses, translation)


def knee_lifting(times: int, *, side: str = "right") -> Dance:
    """Bent knees lifted to the level of the hip, every 1.2 s."""
    poses, translation = stand(1.2 * times + 1.0)
    up = pulses(len(poses), [1.0 + 1.2 * i for i in range(times)], 0.8)
    poses[:, INDEX[f"{side}_hip"], 0] = -np.radians(90) * up
    poses[:, INDEX[f"{side}_knee"], 0] = np.radians(95) * up
    return dance(poses, translation)


def crouching(times: int) -> Dance:
    """Deep knee bends, every 2 s."""
    poses, translation = stand(2.0 * times + 1.0)
    bend = 1.2 * pulses(len(poses), [1.5 + 2.0 * i for i in range(times)], 1.4)
    for name, share in (("hip", -1.0), ("knee", 2.0), ("ankle", -1.0)):
        for leg in ("left", "right"):
            poses[:, INDEX[f"{leg}_{name}"], 0] = share * bend
    translation[:, 1] -= 0.82 * (1 - np.cos(bend))
    return dance(poses, translation)


def arms_up(*, left: bool = True, right: bool = True, share: float = 0.5) -> Dance:
    """Arms straight up for the middle share of 6 s."""
    poses, translation = stand(6.0)
    time = np.arange(len(poses)) / FPS
    up = np.clip((share * 3 + 0.3 - np.abs(time - 3)) / 0.3, 0, 1)
    if left:
        poses[:, INDEX["left_shoulder"], 2] = -1.35 + 2.75 * up
    if right:
        poses[:, INDEX["right_shoulder"], 2] = 1.35 - 2.75 * up
    return dance(poses, translation)


def waving(*, hertz: float = 1.5) -> Dance:
    """The right forearm up and swinging sideways."""
    poses, translation = stand(5.0)
    time = np.arange(len(poses)) / FPS
    poses[:, INDEX["right_shoulder"], 2] = 0.0
    poses[:, INDEX["right_elbow"], 2] = -1.5 + 0.6 * np.sin(2 * np.pi * hertz * time)
    return dance(poses, translation)


def punching(times: int) -> Dance:
    """The right arm shoots ahead in 0.1 s, is held 0.3 s and drawn back slowly."""
    poses, translation = stand(1.2 * times + 1.0)
    time = np.arange(len(poses)) / FPS
    out = np.zeros(len(poses))
    for index in range(times):
        since = time - 0.8 - 1.2 * index
        out = np.maximum(out, np.clip(since / 0.1, 0, 1) * np.clip((0.9 - since) / 0.5, 0, 1))
    poses[:, INDEX["right_shoulder"]] = [0.0, 1.4, 0.0]
    poses[:, INDEX["right_elbow"], 1] = 2.3 * (1 - out)
    return dance(poses, translation)


def clapping(times: int) -> Dance:
    """Straight arms in front whose hands meet and spring apart once a second."""
    poses, translation = stand(times + 1.0)
    time = np.arange(len(poses)) / FPS
    open_by = 0.9 * np.abs(np.sin(np.pi * time)) ** 0.8 * (time < times + 0.5)
    poses[:, [INDEX["left_shoulder"], INDEX["right_shoulder"]]] = 0.0
    poses[:, INDEX["left_shoulder"], 1] = -np.radians(107.5) + open_by
    poses[:, INDEX["right_shoulder"], 1] = np.radians(107.5) - open_by
    return dance(poses, translation)


def bending(angle: float) -> Dance:
    """The lower spine bent by radians for the second half: ahead when positive."""
    poses, translation = stand(4.0)
    poses[:, INDEX["spine1"], 0] = angle * np.clip((np.arange(len(poses)) / FPS - 1.5) / 0.5, 0, 1)
    return dance(poses, translation)


def hips_swaying(reach_m: float = 0.1) -> Dance:
    """The pelvis goes to and fro sideways once a second while feet and shoulders stay about where they are."""
    poses, translation = stand(6.0)
    aside = reach_m * np.sin(2 * np.pi * np.arange(len(poses)) / FPS)
    translation[:, 0] = aside
    for leg in ("left_hip", "right_hip"):
        poses[:, INDEX[leg], 2] = -np.arcsin(aside / 0.82)  # the leg's length
    poses[:, INDEX["spine1"], 2] = np.arcsin(aside / 0.5)
    return dance(poses, translation)


def walking(path: np.ndarray) -> Dance:
    """The whole body carried along a path (frames, 2) metres of x and z, gliding."""
    poses, translation = stand(len(path) / FPS)
    translation[:, [0, 2]] = path
    return dance(poses, translation)


def grooving(seconds: float, *, seed: int = 0, sharp: bool = False, size: float = 1.0) -> Dance:
    """Arms, spine and legs swinging at random phases; sharp: the same swings squared off into jerks."""
    rng = np.random.default_rng(seed)
    poses, translation = stand(seconds)
    time = np.arange(len(poses)) / FPS
    for name in ("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "spine1", "left_hip", "right_knee"):
        wave = np.sin(2 * np.pi * (time[:, None] * rng.uniform(0.4, 0.9, 3) + rng.uniform(0, 1, 3)))
        poses[:, INDEX[name]] += 0.5 * size * (np.tanh(8 * wave) if sharp else wave)
    return dance(poses, translation)
