"""A track back into the world: the suite's own skeleton dances what a picture does, so that other tabs can go on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from demos.audio import cache
from demos.corpus.keypoints import PLACE, landmarks
from demos.motion import rotations
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import PARENTS, REST_HEIGHT
from demos.video.layers import SIDES
from demos.video.puppet_pose import source_of, turns_of
from demos.video.track import FPS, PoseTrack, height_m, standing_hips_m

_SPINE = {3: 1 / 3, 6: 2 / 3, 9: 1.0}
"""How much of the way from the pelvis' turn to the chest's: joints of the spine."""
_LIMBS = {
    "left": {13: "chest", 16: "upper_arm", 18: "forearm", 20: "hand", 22: "hand", 1: "thigh", 4: "shin", 7: "foot",
             10: "foot"},
    "right": {14: "chest", 17: "upper_arm", 19: "forearm", 21: "hand", 23: "hand", 2: "thigh", 5: "shin", 8: "foot",
              11: "foot"},
}  # fmt: skip


def to_dance(tracks: Sequence[PoseTrack], provenance: Provenance, song: Path | None) -> Dance:
    """Tracks that share a song, as a dance to it."""
    if song is None:
        return Dance(tuple(map(to_motion, tracks)), provenance)
    heard, features = cache.load(song)
    seconds = tracks[0].duration_s
    beats, downbeats = (grid[grid < seconds] for grid in (features.beats, features.downbeats))
    return Dance(tuple(map(to_motion, tracks)), provenance, heard.sha256, beats, downbeats)


def to_motion(track: PoseTrack) -> Motion:
    """The motion of which a track is the view from the front: turns of bones are the track's, lengths the skeleton's.

    Bones of a track do not say how they twist: arms and legs twist as little as they can.
    """
    track = track.resample(FPS)
    source = source_of(track)
    rest = landmarks(Motion(np.zeros((1, 24, 3)), np.array([[0.0, REST_HEIGHT, 0.0]]), FPS))[0][0]
    first = turns_of({name: rest[None, place] for name, place in PLACE.items()})
    turned = {name: turn @ first[name][0].T for name, turn in turns_of(source).items()}
    world = np.empty((len(track), 24, 3, 3))
    world[:, 0] = turned["pelvis"]
    between = rotations.matrix_to_rotvec(np.swapaxes(turned["pelvis"], 1, 2) @ turned["chest"])
    for joint, share in _SPINE.items():
        world[:, joint] = turned["pelvis"] @ rotations.rotvec_to_matrix(share * between)
    world[:, 12] = world[:, 15] = turned["head"]
    for side in SIDES:
        for joint, bone in _LIMBS[side].items():
            world[:, joint] = turned[bone if bone == "chest" else f"{side}_{bone}"]
    local = world.copy()
    for joint in range(1, 24):
        local[:, joint] = np.swapaxes(world[:, PARENTS[joint]], 1, 2) @ world[:, joint]
    poses = rotations.matrix_to_rotvec(local)
    unit = height_m()
    place = source["pelvis"] * unit
    place[:, 1] += standing_hips_m() - track.floor * unit  # the floor that the track stands on is the world's
    # Landmarks put the pelvis between the hips; the skeleton's root lies where that is so.
    motion = Motion(poses, place.astype(np.float32), FPS)
    off = landmarks(motion)[0][:, PLACE["pelvis"]] - place
    return Motion(motion.poses, (place - off).astype(np.float32), FPS)
