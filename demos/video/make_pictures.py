"""The example pictures of the Film tab, made by this script alone: a person, a cartoon, a robot.

    python -m demos.video.make_pictures

The person is the suite's own body, filmed by its own renderer before a painted wall; the others are drawn here.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from demos.body import body
from demos.motion.dance import Dance, Provenance
from demos.motion.motion import Motion
from demos.motion.skeleton import INDEX, REST_HEIGHT
from demos.render import scene
from demos.video.drawing import FINE, FOLDER, Sheet


def main() -> None:
    """Write all three."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    Image.fromarray(person()).save(FOLDER / "a-person.jpg", quality=88)
    Image.fromarray(cartoon()).save(FOLDER / "b-cartoon.png", optimize=True)
    Image.fromarray(robot()).save(FOLDER / "c-robot.png", optimize=True)
    for path in sorted(FOLDER.glob("*.*")):
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


# ---------------------------------------------------------------- the person


def person(width: int = 720, height: int = 960) -> np.ndarray:
    """(h, w, 3) uint8: the dancer, standing at ease on a roof at dusk, in soft strokes."""
    poses = np.zeros((2, 24, 3))
    for side, sign in (("left", -1), ("right", 1)):
        poses[:, INDEX[f"{side}_collar"], 2] = 0.06 * sign
        poses[:, INDEX[f"{side}_shoulder"], 2] = 1.02 * sign
        poses[:, INDEX[f"{side}_elbow"], 1] = 0.28 * sign
        poses[:, INDEX[f"{side}_hip"], 2] = -0.11 * sign
        poses[:, INDEX[f"{side}_ankle"], 2] = 0.11 * sign
    motion = Motion(poses, np.tile([0.0, REST_HEIGHT - 0.006, 0.0], (2, 1)), 30)
    dance = Dance((motion,), Provenance("rest"))
    fine = 2 * width, 2 * height
    plain = [
        next(scene.frames(dance, size=fine, seconds=1 / 30, camera="front", theme=theme, workers=1))
        for theme in ("light", "dark")
    ]  # fmt: skip
    figure = plain[0].astype(np.float32)
    mask = _figure_mask(dance, fine)
    wall = _roof(fine)
    # The floor's own shadow of the light stage, laid on the painted floor.
    empty = cv2.GaussianBlur(figure, (0, 0), 30)
    shade = np.clip(cv2.cvtColor(figure, cv2.COLOR_RGB2GRAY) / np.maximum(cv2.cvtColor(empty, cv2.COLOR_RGB2GRAY), 1),
                    0.55, 1.0)  # fmt: skip
    shade = np.where(np.arange(fine[1])[:, None] > 0.8 * fine[1], shade, 1.0)[..., None]
    picture = wall * shade * (1 - mask) + figure * [1.03, 0.97, 0.95] * mask
    small = cv2.resize(np.clip(picture, 0, 255).astype(np.uint8), (width, height), interpolation=cv2.INTER_AREA)
    painted = cv2.edgePreservingFilter(small, flags=1, sigma_s=8, sigma_r=0.12)
    grain = np.random.default_rng(3).normal(0, 2.2, (height, width, 1))
    return np.clip(0.6 * painted + 0.4 * small + grain, 0, 255).astype(np.uint8)


def _figure_mask(dance: Dance, size: tuple[int, int]) -> np.ndarray:
    """(h, w, 1) float32: where the dancer is, from the mesh itself through the same camera."""
    from demos.render import raster
    from demos.render.camera import plan
    from demos.render.panel import centre, focal

    width, height = size
    shot = plan(dance.joints[:, :1], 30, camera="front", aspect=width / height)
    shape = body.load_body()
    vertices = np.ascontiguousarray(body.skin(shape, dance.motions[0])[0])
    screen = np.zeros_like(vertices)
    raster.project(
        vertices, shot.axes(0), shot.eye(0), focal(height, width), np.asarray(centre(height, width), np.float64), screen
    )
    samples = np.zeros((height, width, 4), np.uint64)
    raster.fill(screen, shape.faces, samples, np.array([width, height, 0, 0]))
    return (samples > 0).mean(axis=2, dtype=np.float32)[..., None]


def _roof(size: tuple[int, int]) -> np.ndarray:
    """(h, w, 3) float32: an evening sky over a city, and a roof of planks to stand on."""
    width, height = size
    rng = np.random.default_rng(11)
    y = np.linspace(0, 1, height)[:, None, None]
    top, middle, low = (np.array(c, np.float64) for c in ((74, 88, 148), (214, 142, 150), (250, 206, 160)))
    sky = np.where(
        y < 0.45, top + (middle - top) * (y / 0.45), middle + (low - middle) * np.clip((y - 0.45) / 0.3, 0, 1)
    )
    picture = np.repeat(sky, width, axis=1).astype(np.float32)
    cloud = cv2.resize(rng.random((9, 5)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    picture += 16 * (cv2.GaussianBlur(cloud, (0, 0), width / 30) - 0.5)[..., None]
    horizon = int(0.78 * height)
    x = 0
    while x < width:  # houses far off
        wide, tall = int(rng.uniform(0.06, 0.15) * width), int(rng.uniform(0.05, 0.2) * height)
        shade = np.array([112, 92, 128]) + rng.uniform(-12, 12)
        cv2.rectangle(picture, (x, horizon - tall), (x + wide, horizon), shade.tolist(), -1)
        for row in range(horizon - tall + 18, horizon - 14, 34):
            for column in range(x + 14, x + wide - 18, 30):
                if rng.random() < 0.4:
                    cv2.rectangle(picture, (column, row), (column + 10, row + 15), (250, 214, 150), -1)
        x += wide + int(rng.uniform(0, 0.01) * width)
    far = cv2.GaussianBlur(picture, (0, 0), 5)
    picture[:] = far
    planks = np.arange(height)[horizon:, None, None]
    near = (planks - horizon) / (height - horizon)
    picture[horizon:] = np.array([128, 98, 92]) * (0.72 + 0.4 * near) + rng.normal(0, 3, (height - horizon, width, 1))
    for line in range(-14, 15):  # planks run towards a point on the horizon
        start = (int(width / 2 + line * 0.03 * width), horizon)
        end = (int(width / 2 + line * 0.22 * width), height)
        cv2.line(picture, start, end, (92, 68, 68), 4, cv2.LINE_AA)
    cv2.rectangle(picture, (0, horizon - 16), (width, horizon), (150, 118, 112), -1)
    return picture


# ---------------------------------------------------------------- drawn ones


def cartoon() -> np.ndarray:
    """(800, 600, 3) uint8: a boy with a tuft, on a plain teal wall with a lighter floor."""
    sheet = Sheet((126, 196, 193))
    sheet.ink[640 * FINE :] = (178, 222, 208, 255)
    skin, shirt, trousers, shoe, hair = (250, 205, 170), (255, 107, 87), (74, 68, 150), (255, 243, 224), (92, 52, 40)
    for sign in (-1, 1):
        sheet.limb([(300 + 34 * sign, 500), (300 + 44 * sign, 600), (300 + 50 * sign, 690)], trousers, 50)
        sheet.shape(
            [(300 + 22 * sign, 690), (300 + 78 * sign, 684), (300 + 112 * sign, 716), (300 + 92 * sign, 730),
             (300 + 26 * sign, 730)], shoe,
        )  # fmt: skip
        sheet.limb([(300 + 66 * sign, 366), (300 + 122 * sign, 424), (300 + 172 * sign, 466)], skin, 28)
        sheet.dot(300 + 182 * sign, 474, 22, skin, line=True)
        sheet.limb([(300 + 66 * sign, 362), (300 + 104 * sign, 402)], shirt, 42)
    sheet.box(284, 300, 316, 350, skin, round_=8)
    sheet.shape([(228, 344), (300, 332), (372, 344), (378, 440), (366, 528), (300, 536), (234, 528), (222, 440)], shirt)
    for y in (400, 436, 472):
        sheet.stroke([(228, y), (300, y + 5), (372, y)], (255, 209, 102), 9)
    sheet.dot(192, 236, 20, skin, line=True)
    sheet.dot(408, 236, 20, skin, line=True)
    sheet.shape([(300, 122), (386, 150), (408, 232), (372, 304), (300, 324), (228, 304), (192, 232), (214, 150)], skin)
    sheet.shape(
        [(196, 206), (206, 136), (262, 96), (290, 66), (306, 96), (372, 104), (402, 160), (404, 206), (366, 176),
         (322, 170), (292, 186), (262, 168), (226, 182)], hair,
    )  # fmt: skip
    for sign in (-1, 1):
        sheet.dot(300 + 40 * sign, 232, 17, (255, 255, 255), line=True)
        sheet.dot(300 + 40 * sign + 3, 234, 8, (38, 30, 52))
        sheet.dot(300 + 62 * sign, 272, 12, (250, 170, 150))
    sheet.stroke([(296, 246), (306, 258), (296, 264)], (190, 120, 96), 5)
    sheet.stroke([(268, 282), (284, 295), (300, 298), (316, 295), (332, 282)], (150, 58, 52), 6)
    return np.ascontiguousarray(sheet.small()[..., :3])


def robot() -> np.ndarray:
    """(800, 600, 4) uint8: a robot, cut out."""
    sheet = Sheet(None)
    steel, dark, glow, coral = (196, 205, 218), (108, 118, 140), (88, 226, 208), (255, 107, 87)
    for sign in (-1, 1):
        sheet.limb([(300 + 48 * sign, 520), (300 + 52 * sign, 606), (300 + 54 * sign, 690)], dark, 34)
        sheet.dot(300 + 52 * sign, 606, 23, coral, line=True)
        left = 300 + 54 * sign - 48 + 10 * sign
        sheet.box(left, 688, left + 96, 740, steel, round_=16)
        sheet.limb([(300 + 112 * sign, 352), (300 + 168 * sign, 400), (300 + 196 * sign, 480)], dark, 28)
        sheet.dot(300 + 168 * sign, 400, 21, coral, line=True)
        sheet.shape(
            [(300 + 176 * sign, 474), (300 + 216 * sign, 474), (300 + 226 * sign, 516), (300 + 206 * sign, 500),
             (300 + 196 * sign, 526), (300 + 186 * sign, 502), (300 + 168 * sign, 514)], steel,
        )  # fmt: skip
        sheet.dot(300 + 112 * sign, 352, 28, steel, line=True)
    sheet.limb([(300, 250), (300, 330)], dark, 34)
    sheet.box(200, 316, 400, 530, steel, round_=34)
    sheet.box(232, 350, 368, 444, (44, 40, 66), round_=16)
    for k, tall in enumerate((26, 58, 40, 68, 34)):
        sheet.stroke([(254 + 23 * k, 434), (254 + 23 * k, 434 - tall)], (glow, coral)[k % 2], 12)
    for k in range(3):
        sheet.dot(256 + 44 * k, 486, 11, ((255, 209, 102), glow, coral)[k], line=True)
    sheet.stroke([(300, 128), (300, 84)], dark, 9)
    sheet.dot(300, 76, 15, coral, line=True)
    for sign in (-1, 1):
        sheet.box(300 + 112 * sign - 14, 168, 300 + 112 * sign + 14, 222, coral, round_=9)
    sheet.box(196, 126, 404, 264, steel, round_=40)
    sheet.box(222, 158, 378, 226, (44, 40, 66), round_=28)
    for sign in (-1, 1):
        sheet.dot(300 + 38 * sign, 190, 15, glow)
        sheet.dot(300 + 38 * sign - 4, 186, 5, (230, 255, 250))
    sheet.stroke([(276, 246), (324, 246)], dark, 6)
    return sheet.small()


if __name__ == "__main__":
    main()
