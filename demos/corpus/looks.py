"""Who dances where: bodies, skins, clothes, hair, light and places by the thousand, each drawn from a seed.

A look is colours on the suite's body and a painted place behind it; portrayal films it. Looks of training and of
evaluation have other seeds (`seeds`). Colours are linear light unless they are said to be sRGB.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from demos.body import body
from demos.body.body import Body, Region
from demos.body.figure import BUN_POINTS
from demos.motion.skeleton import INDEX
from demos.render.theme import Theme, decode
from demos.runtime.errors import InputError

SPLITS = {"train": 0, "validation": 1, "test": 2}
SHAPE = 2.2
"""Deviations that a coefficient of a body's shape has at most."""
_SKINS = ("#f6dcc8", "#eec3a2", "#d9a184", "#c68a62", "#a9714f", "#8a5638", "#6a3f29", "#4a2c1f")
_HAIRS = ("#141014", "#241a1c", "#3b261c", "#5a3620", "#7d5230", "#b3834a", "#d9b56c", "#8e8a88", "#a23b2a", "#dedad2")
_LONG_SLEEVES, _SHORTS, _BAREFOOT, _NO_BUN, _ONE_PIECE, _HATTED = 0.35, 0.25, 0.2, 0.55, 0.2, 0.15
"""Shares of the looks (chosen)."""
_PATTERNS = ("plain", "plain", "stripes", "bars", "dots", "halves", "fade")
_BACKGROUNDS = ("room", "room", "stage", "outdoors", "plain", "street")
_GLOSS = 0.1


@dataclass(frozen=True, eq=False)
class Look:
    """One person in one place.

    shape : the body. albedo : (v, 3) float32 of its vertices. gloss : (v,) float32. theme : the light on it. place :
    what the place is called. seed : what all was drawn from; `scenery` goes on from it.
    """

    seed: int
    shape: Body
    albedo: np.ndarray
    gloss: np.ndarray
    theme: Theme
    place: str


def seeds(split: str, count: int) -> list[int]:
    """Seeds of a split's looks: no two splits have one in common. InputError for an unknown split."""
    if split not in SPLITS:
        raise InputError(f'There is no split "{split}": choose from {", ".join(SPLITS)}.')
    return [3 * number + SPLITS[split] for number in range(count)]


def look(seed: int) -> Look:
    """The look of a seed, always the same."""
    rng = np.random.default_rng([seed, 0x1007])
    betas = np.clip(rng.normal(0, 1.0, 10), -SHAPE, SHAPE)
    shape = body.load_body(betas, path=body.PATH)
    if rng.random() < _NO_BUN:
        shape = _without_bun(shape)
    srgb = _dressed(shape, rng)
    return Look(
        seed=seed,
        shape=shape,
        albedo=decode(srgb / 255.0).astype(np.float32),
        gloss=np.full(len(srgb), _GLOSS * rng.uniform(0.3, 1.6), np.float32),
        theme=_light(rng),
        place=str(rng.choice(_BACKGROUNDS)),
    )


def _without_bun(shape: Body) -> Body:
    """The bun drawn into the head."""
    vertices = shape.vertices.copy()
    vertices[-BUN_POINTS:] = shape.joints[INDEX["head"]]
    return Body(vertices, shape.faces, shape.weights, shape.joints, shape.regions, None)


def _dressed(shape: Body, rng: np.random.Generator) -> np.ndarray:
    """(v, 3) sRGB 0 to 255 of every vertex."""
    at, regions = shape.vertices, shape.regions
    skin = _near(rng, _rgb(str(rng.choice(_SKINS))), 10)
    hair = _near(rng, _rgb(str(rng.choice(_HAIRS))), 10) if rng.random() > _HATTED else _cloth(rng)
    top, bottom, shoes = _cloth(rng), _cloth(rng), _cloth(rng)
    if rng.random() < _ONE_PIECE:
        bottom = top
    table = np.zeros((max(Region) + 1, 3))
    table[Region.SKIN], table[Region.TOP], table[Region.LEGGINGS], table[Region.SHOES] = skin, top, bottom, shoes
    table[Region.HAIR], table[Region.BROWS] = hair, np.minimum(hair, skin * 0.6)
    table[Region.EYE], table[Region.IRIS] = (238, 233, 226), _near(rng, (70, 60, 50), 35)
    table[Region.LIPS] = skin * 0.8 + np.array([30, -12, -10])
    colours = table[regions]
    upper, lower = regions == Region.TOP, regions == Region.LEGGINGS
    wrist, elbow = (abs(shape.joints[INDEX[f"left_{name}"], 0]) for name in ("wrist", "elbow"))
    if rng.random() < _LONG_SLEEVES:
        end = rng.uniform(elbow, wrist)
        arms = (regions == Region.SKIN) & (np.abs(at[:, 0]) > 0.2) & (np.abs(at[:, 0]) < end)
        upper |= arms
        colours[arms] = top
    _pattern(colours, upper, at, rng)
    if rng.random() < 0.3:
        _pattern(colours, lower, at, rng)
    if rng.random() < _SHORTS:
        knee = shape.joints[INDEX["left_knee"], 1] + rng.uniform(-0.15, 0.25)
        colours[lower & (at[:, 1] < knee)] = skin
    if rng.random() < _BAREFOOT:
        colours[regions == Region.SHOES] = skin
    return np.clip(colours, 3, 252)


def _pattern(colours: np.ndarray, cloth: np.ndarray, at: np.ndarray, rng: np.random.Generator) -> None:
    """Paint a pattern of a second colour over some of the vertices."""
    kind, other = str(rng.choice(_PATTERNS)), _cloth(rng)
    pitch, phase = rng.uniform(0.06, 0.16), rng.uniform(0, 1)
    x, y, z = at[cloth].T
    share = {
        "plain": np.zeros(len(x)),
        "stripes": (np.mod(y / pitch + phase, 1) < 0.45).astype(float),
        "bars": (np.mod(x / pitch + phase, 1) < 0.45).astype(float),
        "dots": (np.sin(2 * np.pi * y / pitch) * np.sin(2 * np.pi * (x + 0.6 * z) / pitch) > 0.35).astype(float),
        "halves": (x > 0).astype(float),
        "fade": np.clip((y - y.min()) / max(np.ptp(y), 1e-6), 0, 1) if len(y) else np.zeros(0),
    }[kind]
    colours[cloth] += share[:, None] * (other - colours[cloth])


def _light(rng: np.random.Generator) -> Theme:
    """A key light, the sky, the ground and an edge, warm or cold."""

    def tinted(low: float) -> str:
        return "#" + "".join(f"{round(255 * value):02x}" for value in rng.uniform(low, 1.0, 3))

    return Theme(
        name="look", top="#000000", low="#000000", glow=("#000000", 0.0), floor="#000000", pool=("#000000", 0.0),
        line="#000000", line_strength=0.0, key=(tinted(0.8), rng.uniform(0.6, 1.1)), sky=(tinted(0.6),
        rng.uniform(0.3, 0.6)), ground=(tinted(0.5), rng.uniform(0.2, 0.45)), rim=(tinted(0.6), rng.uniform(0, 0.7)),
        shade=tuple(np.full(3, rng.uniform(0.3, 0.75))), reflection=0.0, ink="#000000", plate=("#000000", 0.0),
    )  # fmt: skip


# ---------------------------------------------------------------- places


def scenery(chosen: Look, height: int, width: int, horizon: float) -> np.ndarray:
    """(height, width, 3) float32 linear light: the place behind the dancer, floor and all.

    horizon : where the floor would end far off, in picture heights from the top. The floor ends a little below it, at a
    wall or whatever the place has there.
    """
    rng = np.random.default_rng([chosen.seed, 0x5CE])
    fine = 2
    sheet = Image.new("RGB", (fine * width, fine * height))
    edge = float(np.clip(horizon + rng.uniform(0.1, 0.26), 0.3, 0.92)) * fine * height
    sheet.paste(Image.fromarray(_slope(rng, fine * height, fine * width)))
    draw = ImageDraw.Draw(sheet)
    _PLACES[chosen.place](draw, rng, fine * width, fine * height, edge)
    values = np.asarray(sheet, np.float32)
    values = values.reshape(height, fine, width, fine, 3).mean((1, 3))
    blur = rng.uniform(0, 0.012) * height
    values = gaussian_filter(values, (blur, blur, 0), mode="nearest")
    cloud = gaussian_filter(rng.normal(size=(height, width)), 0.08 * height, mode="nearest")
    values += 14 * (cloud / (cloud.std() + 1e-9))[..., None] * rng.uniform(0, 1)
    values += rng.normal(0, rng.uniform(0, 5), values.shape)
    return decode(np.clip(values, 0, 255) / 255.0).astype(np.float32)


def _slope(rng: np.random.Generator, height: int, width: int) -> np.ndarray:
    """A wall that goes from one colour over to another."""
    first = _cloth(rng)
    second = np.clip(first + rng.normal(0, 35, 3), 0, 255)
    angle = rng.uniform(0, 2 * np.pi)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    share = np.clip(0.5 + np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5), 0, 1)
    return (first + share[..., None] * (second - first)).astype(np.uint8)


def _plain(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int, edge: float) -> None:
    if rng.random() < 0.5:
        draw.rectangle((0, edge, width, height), fill=_ink(rng))


def _room(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int, edge: float) -> None:
    for _ in range(int(rng.integers(0, 4))):  # pictures, windows, doors
        wide, tall = rng.uniform(0.08, 0.35) * width, rng.uniform(0.08, 0.45) * height
        x, y = rng.uniform(-0.1, 0.95) * width, rng.uniform(-0.1, 0.6) * height
        draw.rectangle((x, y, x + wide, y + tall), fill=_ink(rng), outline=_ink(rng), width=max(1, height // 80))
    draw.rectangle((0, edge, width, height), fill=_ink(rng))
    if rng.random() < 0.5:
        draw.rectangle((0, edge - 0.02 * height, width, edge), fill=_ink(rng))
    _boards(draw, rng, width, height, edge)
    for _ in range(int(rng.integers(0, 3))):  # furniture
        wide, tall = rng.uniform(0.08, 0.25) * width, rng.uniform(0.08, 0.3) * height
        x = float(rng.choice([rng.uniform(-0.1, 0.15), rng.uniform(0.75, 0.95)])) * width
        draw.rectangle((x, edge - tall, x + wide, edge + 0.04 * height), fill=_ink(rng))


def _stage(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int, edge: float) -> None:
    dark = tuple(int(v) for v in rng.uniform(4, 45, 3))
    draw.rectangle((0, 0, width, edge), fill=dark)
    for _ in range(int(rng.integers(2, 7))):  # beams of light
        x, foot = rng.uniform(0, 1) * width, rng.uniform(0, 1) * width
        spread = rng.uniform(0.03, 0.12) * width
        colour = tuple(int(0.35 * a + 0.65 * b) for a, b in zip(_ink(rng), dark, strict=True))
        draw.polygon([(x, 0), (foot - spread, edge), (foot + spread, edge)], fill=colour)
    draw.rectangle((0, edge, width, height), fill=tuple(int(v) for v in rng.uniform(20, 110, 3)))
    _boards(draw, rng, width, height, edge)


def _outdoors(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int, edge: float) -> None:
    sky = (int(rng.uniform(120, 190)), int(rng.uniform(160, 215)), int(rng.uniform(210, 250)))
    draw.rectangle((0, 0, width, edge), fill=sky)
    for depth in range(int(rng.integers(1, 4))):
        rise = rng.uniform(0.03, 0.25) * height / (depth + 1)
        phase, waves = rng.uniform(0, 6), rng.uniform(0.5, 2.5)
        x = np.linspace(0, width, 24)
        y = edge - rise * (0.6 + 0.4 * np.sin(phase + waves * 2 * np.pi * x / width))
        green = tuple(int(v) for v in np.array([70, 120, 70]) + rng.uniform(-50, 50, 3))
        draw.polygon([(0, edge), *zip(x.tolist(), y.tolist(), strict=True), (width, edge)], fill=green)
    ground = np.array([[110, 150, 80], [200, 180, 140], [130, 130, 130]][int(rng.integers(3))])
    draw.rectangle((0, edge, width, height), fill=tuple(int(v) for v in ground + rng.uniform(-25, 25, 3)))


def _street(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int, edge: float) -> None:
    x = -rng.uniform(0, 0.2) * width
    while x < width:
        wide, tall = rng.uniform(0.12, 0.3) * width, rng.uniform(0.25, 0.8) * height
        draw.rectangle((x, edge - tall, x + wide, edge), fill=_ink(rng))
        pane, light = rng.uniform(0.03, 0.06) * height, _ink(rng)
        for row in np.arange(edge - tall + pane, edge - pane, 2 * pane):
            for column in np.arange(x + pane, x + wide - pane, 2 * pane):
                if rng.random() < 0.7:
                    draw.rectangle((column, row, column + 0.8 * pane, row + pane), fill=light)
        x += wide
    draw.rectangle((0, edge, width, height), fill=tuple(int(v) for v in np.full(3, rng.uniform(60, 170))))
    draw.rectangle((0, edge, width, edge + rng.uniform(0.01, 0.05) * height), fill=_ink(rng))


def _boards(draw: ImageDraw.ImageDraw, rng: np.random.Generator, width: int, height: int, edge: float) -> None:
    """Lines of a floor that run towards a point far off, or none."""
    if rng.random() < 0.5:
        return
    colour, middle, far = _ink(rng), rng.uniform(0.3, 0.7) * width, edge - rng.uniform(0.05, 0.3) * height
    for start in np.linspace(-2, 3, int(rng.integers(8, 24))) * width:
        share = (edge - height) / (far - height)
        top = (start + share * (middle - start), edge)
        draw.line([top, (start, height)], fill=colour, width=max(1, height // 160))


_PLACES = {"plain": _plain, "room": _room, "stage": _stage, "outdoors": _outdoors, "street": _street}


def _rgb(colour: str) -> np.ndarray:
    return np.array(body.rgb(colour), float)


def _near(rng: np.random.Generator, colour: np.ndarray | tuple[int, int, int], spread: float) -> np.ndarray:
    return np.clip(np.asarray(colour, float) + rng.normal(0, spread, 3), 4, 250)


def _cloth(rng: np.random.Generator) -> np.ndarray:
    """Any colour, greys and whites as often as people wear them."""
    return np.clip(rng.uniform(15, 245) + rng.beta(1.1, 1.8) * rng.uniform(-150, 150, 3), 6, 248)


def _ink(rng: np.random.Generator) -> tuple[int, int, int]:
    red, green, blue = _cloth(rng)
    return int(red), int(green), int(blue)
