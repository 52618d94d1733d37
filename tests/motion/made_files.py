"""Motion files made here for the readers' tests: BVH texts with a known dance, SMPL pickles, robot arrays."""

import numpy as np

# name, parent, offset in metres for a figure that stands in a T-pose, y up, facing +z.
MIXAMO = (
    ("Hips", "", (0, 0, 0)), ("Spine", "Hips", (0, 0.1, 0)), ("Spine1", "Spine", (0, 0.12, 0)),
    ("Spine2", "Spine1", (0, 0.12, 0)), ("Neck", "Spine2", (0, 0.15, 0)), ("Head", "Neck", (0, 0.1, 0.02)),
    *(
        bone
        for side, x in (("Left", 1), ("Right", -1))
        for bone in (
            (f"{side}Shoulder", "Spine2", (0.05 * x, 0.1, 0)), (f"{side}Arm", f"{side}Shoulder", (0.13 * x, 0, 0)),
            (f"{side}ForeArm", f"{side}Arm", (0.28 * x, 0, 0)), (f"{side}Hand", f"{side}ForeArm", (0.25 * x, 0, 0)),
            (f"{side}HandMiddle1", f"{side}Hand", (0.09 * x, 0, 0)),
            (f"{side}UpLeg", "Hips", (0.09 * x, -0.06, 0)), (f"{side}Leg", f"{side}UpLeg", (0, -0.42, 0)),
            (f"{side}Foot", f"{side}Leg", (0, -0.40, 0)), (f"{side}ToeBase", f"{side}Foot", (0, -0.06, 0.13)),
        )
    ),
)  # fmt: skip
LEG = 0.82


def cmu_daz():
    """The bones of CMU's 43-joint conversion that matter, with its names; no toes but End Sites; (bones, ends)."""
    names = {
        "Hips": "hip", "Spine": "abdomen", "Spine2": "chest", "Neck": "neck", "Head": "head",
        "Shoulder": "Collar", "Arm": "Shldr", "ForeArm": "ForeArm", "Hand": "Hand", "HandMiddle1": "Mid1",
        "UpLeg": "Thigh", "Leg": "Shin", "Foot": "Foot",
    }  # fmt: skip

    def rename(name):
        for side in ("Left", "Right"):
            if name.startswith(side):
                return side[0].lower() + names[name[len(side) :]]
        return names[name]

    bones, ends = [], {}
    for name, parent, offset in MIXAMO:
        if name.endswith("ToeBase"):
            ends[rename(parent)] = offset
        elif name == "Spine1":
            continue
        else:
            above = "" if not parent else rename("Spine" if parent == "Spine1" else parent)
            bones.append((rename(name), above, offset))
    for i, side in enumerate("lr"):  # CMU hangs its legs on a buttock joint
        bones.insert(1 + i, (f"{side}Buttock", "hip", (0, 0, 0)))
        place = next(k for k, bone in enumerate(bones) if bone[0] == f"{side}Thigh")
        bones[place] = (f"{side}Thigh", f"{side}Buttock", bones[place][2])
    return bones, ends


def cmu_motionbuilder(splay_deg=20.0):
    """CMU's 31-joint conversion in miniature: legs splayed in the zero pose, hip joints, fingers on a base."""
    turn = np.radians(splay_deg)
    bones = []
    for name, parent, offset in MIXAMO:
        offset = np.array(offset, float)
        if name.endswith(("Leg", "Foot")) and "Up" not in name:
            x = 1 if name.startswith("Left") else -1
            offset = np.array([x * np.sin(turn), -np.cos(turn), 0]) * np.linalg.norm(offset)
        if name in ("LeftUpLeg", "RightUpLeg"):
            parent = f"{name[0]}HipJoint"
            bones.append((parent, "Hips", (0, 0, 0)))
            offset = offset + np.array([0, 0, 0.03])  # the pelvis tipped back
        if name in ("Spine", "Spine1"):  # its lumbar joint sits in the hips
            offset = offset * 0 if name == "Spine" else offset + np.array([0, 0.1, 0])
        names = {"Spine": "LowerBack", "Spine1": "Spine", "Spine2": "Spine1"}
        bones.append((names.get(name, name), names.get(parent, parent), tuple(offset)))
    return bones


def bvh_text(
    bones=MIXAMO,
    turns=None,
    *,
    root=None,
    frames=60,
    fps=60.0,
    prefix="",
    unit=1.0,
    world=None,
    ends=None,
    order="ZXY",
):
    """BVH text. turns : joint -> (frames, 3) or (3,) degrees about x, y, z by which one joint's channels turn it.

    root : (frames, 3) metres of the first joint. unit : file units in a metre. world : (3, 3) applied to every offset
    and root place, a file of another up axis.
    """
    turns, ends = turns or {}, ends or {}
    world = np.eye(3) if world is None else np.asarray(world, float)
    if root is None:
        root = np.tile([0.0, 0.94, 0.0], (frames, 1))
    children = {name: [bone for bone in bones if bone[1] == name] for name, _, _ in bones}
    lines, columns = ["HIERARCHY"], [(root @ world.T) * unit]

    def write(bone, depth):
        name, parent, offset = bone
        pad = "  " * depth
        x, y, z = world @ np.array(offset, float) * unit
        lines.append(f"{pad}{'JOINT' if parent else 'ROOT'} {prefix}{name}")
        lines.append(f"{pad}{{")
        lines.append(f"{pad}  OFFSET {x:.6f} {y:.6f} {z:.6f}")
        place = "" if parent else "Xposition Yposition Zposition "
        channels = place + " ".join(f"{axis}rotation" for axis in order)
        lines.append(f"{pad}  CHANNELS {3 if parent else 6} {channels}")
        angles = np.broadcast_to(np.asarray(turns.get(name, (0, 0, 0)), float), (frames, 3))
        columns.append(angles[:, ["XYZ".index(axis) for axis in order]])
        for child in children[name]:
            write(child, depth + 1)
        if not children[name]:
            x, y, z = world @ np.array(ends.get(name, (0, 0, 0)), float) * unit
            lines.extend([f"{pad}  End Site", f"{pad}  {{", f"{pad}    OFFSET {x:.6f} {y:.6f} {z:.6f}", f"{pad}  }}"])
        lines.append(f"{pad}}}")

    write(bones[0], 0)
    rows = np.concatenate(columns, axis=1)
    lines += ["MOTION", f"Frames: {frames}", f"Frame Time: {1 / fps:.7f}"]
    lines += [" ".join(f"{value:.6f}" for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def stepping(frames=120, fps=60.0):
    """Turns of a figure that marks time: knees lift left and right in turn, the left elbow bends by 90 degrees."""
    phase = 2 * np.pi * np.arange(frames) / fps
    still = np.zeros(frames)
    left, right = (30 * np.clip(np.sin(phase + shift), 0, None) for shift in (0, np.pi))
    return {
        "LeftUpLeg": np.stack([-left, still, still], 1), "LeftLeg": np.stack([2 * left, still, still], 1),
        "LeftFoot": np.stack([-left, still, still], 1),
        "RightUpLeg": np.stack([-right, still, still], 1), "RightLeg": np.stack([2 * right, still, still], 1),
        "RightFoot": np.stack([-right, still, still], 1),
        "LeftForeArm": (0, -90, 0),
    }  # fmt: skip
