"""What was behind the figure: the hole it leaves is filled with patches of the rest of the picture.

A first filling grows inwards patch by patch (Criminisi et al. 2004); then, coarse to fine, patches around the hole are
matched with known ones (PatchMatch: Barnes et al. 2009) and vote for the colours (Wexler et al. 2007); at full size the
best matches' own pixels are copied, so that texture and grain stay.
"""

from __future__ import annotations

import cv2
import numpy as np

from demos.runtime.compiled import compiled
from demos.video.figure import Figure
from demos.video.matting import disc
from demos.video.rims import bleed

_WORK = 300
"""Pixels of the longer side at which patches are matched."""
_COARSEST = 60
_HALF = 3
_EDGE = 0.015
"""Of the longer side: how far around the outline the picture still holds some of the figure's colours."""


_SEAM = 40
"""Levels of grey: the largest step of light that is bent away."""


def behind(figure: Figure, others: tuple[Figure, ...] = ()) -> np.ndarray:
    """The background (h, w, 3) uint8 of a figure's picture without it; `others` are taken away as well."""
    picture = np.ascontiguousarray(figure.picture[..., :3])
    if (figure.picture[..., 3] < 250).mean() > 0.02:
        picture = _on_paper(figure.picture)
    hole = hole_of(figure)
    for other in others:
        hole |= hole_of(other)
    return fill(picture, hole)


def hole_of(figure: Figure) -> np.ndarray:
    """(h, w) bool: the figure with a rim, and a little of the floor about its feet, where its shadow is."""
    reach = max(2, round(_EDGE * max(figure.size)))
    wide = cv2.dilate((figure.alpha > 0.08).astype(np.uint8), disc(reach))
    _, top, _, bottom = figure.box
    tall = bottom - top
    if bottom < figure.size[1] and figure.kind == "person":
        for side in ("left", "right"):
            foot = (figure.point(f"{side}_ankle") + figure.point(f"{side}_toe")) / 2
            axes = max(2, round(0.075 * tall)), max(2, round(0.022 * tall))
            cv2.ellipse(wide, (int(foot[0]), int(foot[1] + 0.01 * tall)), axes, 0, 0, 360, (1,), -1)
    return wide > 0


def fill(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    """A picture (h, w, 3) uint8 with its hole (h, w) bool filled. The same result for the same picture every time."""
    if not hole.any():
        return picture.copy()
    height, width = hole.shape
    if hole.mean() > 0.9 or (~hole).sum() < 400:
        return bleed(picture, ~hole) if (~hole).any() else np.full_like(picture, 235)
    top = min(1.0, _WORK / max(height, width))
    scales = [top]
    while scales[-1] * 0.5 * max(height, width) > _COARSEST:
        scales.append(scales[-1] * 0.5)
    guess: np.ndarray | None = None
    match = np.zeros((1, 1, 2), np.int32)
    colours, gap = picture, hole
    for level, scale in enumerate(reversed(scales)):
        size = max(2 * _HALF + 4, round(width * scale)), max(2 * _HALF + 4, round(height * scale))
        gap = cv2.resize(hole.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.02
        known = bleed(picture, ~hole) if level == 0 else picture
        colours = cv2.resize(known, size, interpolation=cv2.INTER_AREA).astype(np.float32)
        source = _sources(gap)
        if not source.any():
            continue
        if guess is None:
            work = np.ascontiguousarray(colours)
            match = _scatter(source, size, level)
            _grow(work, gap.copy(), source, match)
        else:
            work = np.where(gap[..., None], cv2.resize(guess, size, interpolation=cv2.INTER_LINEAR), colours)
            match = _finer(match, source, size)
        work = np.ascontiguousarray(work, np.float32)
        for turn in range(5 if level == 0 else 3 if scale < top else 2):
            cost = _search(work, gap, source, match, 2, 17 * level + turn + 1)
            voted = np.zeros_like(work)
            _vote(work, gap, match, cost, max(float(np.quantile(cost[cost < 1e29], 0.6)), 1.0), voted)
            work = np.where(gap[..., None], voted, colours)
        guess = np.ascontiguousarray(work, np.float32)
    if guess is None:
        return bleed(picture, ~hole)
    return _full(picture, hole, _without_seam(guess, colours, gap), gap, match)


def _without_seam(guess: np.ndarray, colours: np.ndarray, gap: np.ndarray) -> np.ndarray:
    """The filled gap with its colours bent to meet the picture's at the rim: what differs there fades inwards."""
    inner = cv2.distanceTransform(gap.astype(np.uint8), cv2.DIST_L2, 5)
    rim = gap & (inner <= 2.0)
    outside = cv2.medianBlur(np.clip(colours, 0, 255).astype(np.uint8), 5)
    near = bleed(outside, ~gap).astype(np.float32)
    smooth = cv2.blur(guess, (3, 3))
    off = near - smooth
    off = np.where((rim & (np.abs(off).max(axis=2) < _SEAM))[..., None], off, 0)  # more is another thing, not a seam
    spread = bleed(np.clip(off + 128, 0, 255).astype(np.uint8), rim).astype(np.float32) - 128
    fade = np.clip(1 - inner / max(6.0, 0.5 * float(inner.max())), 0, 1)[..., None]
    return np.where(gap[..., None], np.clip(guess + fade * spread, 0, 255), guess)


def _sources(gap: np.ndarray) -> np.ndarray:
    """(h, w) bool: middles of patches that hold nothing of the gap."""
    blocked = cv2.dilate(gap.astype(np.uint8), np.ones((2 * _HALF + 1, 2 * _HALF + 1), np.uint8)) > 0
    source = ~blocked
    source[:_HALF], source[-_HALF:], source[:, :_HALF], source[:, -_HALF:] = False, False, False, False
    return source


def _scatter(source: np.ndarray, size: tuple[int, int], seed: int) -> np.ndarray:
    """A match (h, w, 2) rows, columns for every pixel: known places of about the same height, if there are any."""
    rng = np.random.default_rng(seed)
    ys, xs = np.nonzero(source)
    match = np.zeros((size[1], size[0], 2), np.int32)
    for row in range(size[1]):
        near = np.flatnonzero(np.abs(ys - row) <= max(2, size[1] // 10))
        pool = near if len(near) else np.arange(len(ys))
        chosen = rng.choice(pool, size[0])
        match[row, :, 0], match[row, :, 1] = ys[chosen], xs[chosen]
    return match


def _finer(match: np.ndarray, source: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The match of the level before in twice the size; places that are no sources any more get others near by."""
    rows = np.minimum(np.arange(size[1]) * match.shape[0] // size[1], match.shape[0] - 1)
    columns = np.minimum(np.arange(size[0]) * match.shape[1] // size[0], match.shape[1] - 1)
    coarse = match[rows[:, None], columns[None]]
    grown = np.empty((size[1], size[0], 2), np.int32)
    for axis, (count, before) in enumerate(((size[1], match.shape[0]), (size[0], match.shape[1]))):
        own = np.arange(count)[:, None] if axis == 0 else np.arange(count)[None]
        start = rows[:, None] if axis == 0 else columns[None]
        grown[..., axis] = np.round((coarse[..., axis] - start) * count / before) + own
    grown[..., 0] = np.clip(grown[..., 0], 0, size[1] - 1)
    grown[..., 1] = np.clip(grown[..., 1], 0, size[0] - 1)
    _, nearest = cv2.distanceTransformWithLabels(
        (~source).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )  # fmt: skip
    ys, xs = np.nonzero(source)
    # OpenCV numbers the zero pixels in no promised order: read the numbers off them.
    place = np.zeros((nearest.max() + 1, 2), np.int32)
    place[nearest[ys, xs]] = np.stack([ys, xs], axis=1)
    return place[nearest[grown[..., 0], grown[..., 1]]]


@compiled
def _distance(work, y, x, v, u, limit):
    """Sum of squares between the patches about (y, x) and (v, u); stops above the limit."""
    height, width = work.shape[0], work.shape[1]
    total = 0.0
    for dy in range(-_HALF, _HALF + 1):
        row = min(max(y + dy, 0), height - 1)
        for dx in range(-_HALF, _HALF + 1):
            column = min(max(x + dx, 0), width - 1)
            for k in range(3):
                off = work[row, column, k] - work[v + dy, u + dx, k]
                total += off * off
        if total > limit:
            return total
    return total


@compiled
def _grow(work, unknown, source, match):
    """A first filling, in place: patch after patch from the rim inwards, edges that run into the gap first, each
    copied whole from where its known part fits best (Criminisi et al. 2004). match says from where."""
    height, width = unknown.shape
    sure = np.zeros((height, width))
    for y in range(height):
        for x in range(width):
            sure[y, x] = 0.0 if unknown[y, x] else 1.0
    bias = 20000.0 / height
    while True:
        best, y, x = -1.0, -1, -1
        for i in range(height):
            for j in range(width):
                if not unknown[i, j]:
                    continue
                rim = False
                for k in range(4):
                    a, b = i + (k == 0) - (k == 1), j + (k == 2) - (k == 3)
                    if 0 <= a < height and 0 <= b < width and not unknown[a, b]:
                        rim = True
                if not rim:
                    continue
                trust, edge = 0.0, 0.0
                for a in range(max(i - _HALF, 0), min(i + _HALF + 1, height)):
                    for b in range(max(j - _HALF, 0), min(j + _HALF + 1, width)):
                        trust += sure[a, b]
                        if unknown[a, b]:
                            continue
                        for k in range(2):
                            c, d = a + (k == 0), b + (k == 1)
                            if c < height and d < width and not unknown[c, d]:
                                off = 0.0
                                for channel in range(3):
                                    off += abs(work[a, b, channel] - work[c, d, channel])
                                edge = max(edge, off)
                value = trust / (2 * _HALF + 1) ** 2 * (0.15 + min(edge, 300.0) / 300.0)
                if value > best:
                    best, y, x = value, i, j
        if y < 0:
            return
        least, row, column = 1e30, -1, -1
        known = 0
        for dy in range(-_HALF, _HALF + 1):
            for dx in range(-_HALF, _HALF + 1):
                a, b = y + dy, x + dx
                if 0 <= a < height and 0 <= b < width and not unknown[a, b]:
                    known += 1
        share = known / (2 * _HALF + 1) ** 2
        for v in range(height):
            far = bias * abs(v - y) * share
            if far > least:
                continue
            for u in range(width):
                if not source[v, u]:
                    continue
                total = far + 0.1 * bias * abs(u - x) * share
                for dy in range(-_HALF, _HALF + 1):
                    a = y + dy
                    if a < 0 or a >= height:
                        continue
                    for dx in range(-_HALF, _HALF + 1):
                        b = x + dx
                        if b < 0 or b >= width or unknown[a, b]:
                            continue
                        for channel in range(3):
                            off = work[a, b, channel] - work[v + dy, u + dx, channel]
                            total += off * off
                    if total > least:
                        break
                if total < least:
                    least, row, column = total, v, u
        if row < 0:
            return
        trust = 0.0
        for a in range(max(y - _HALF, 0), min(y + _HALF + 1, height)):
            for b in range(max(x - _HALF, 0), min(x + _HALF + 1, width)):
                trust += sure[a, b]
        for dy in range(-_HALF, _HALF + 1):
            for dx in range(-_HALF, _HALF + 1):
                a, b = y + dy, x + dx
                if 0 <= a < height and 0 <= b < width and unknown[a, b]:
                    for channel in range(3):
                        work[a, b, channel] = work[row + dy, column + dx, channel]
                    unknown[a, b] = False
                    sure[a, b] = trust / (2 * _HALF + 1) ** 2
                    if source[row + dy, column + dx]:
                        match[a, b, 0], match[a, b, 1] = row + dy, column + dx
                    else:
                        match[a, b, 0], match[a, b, 1] = row, column


@compiled
def _search(work, gap, source, match, rounds, seed):
    """Better matches for the patches that touch the gap: neighbours' matches shifted, and random places ever nearer.

    Places at another height cost a little: floors match floors, walls walls.
    """
    height, width = gap.shape
    np.random.seed(seed)  # noqa: NPY002 - compiled code has no other generator
    cost = np.full((height, width), 1e30)
    near = np.zeros((height, width), np.bool_)
    for y in range(height):
        for x in range(width):
            if gap[y, x]:
                for dy in range(-_HALF, _HALF + 1):
                    for dx in range(-_HALF, _HALF + 1):
                        row, column = y + dy, x + dx
                        if 0 <= row < height and 0 <= column < width:
                            near[row, column] = True
    bias = 20000.0 / height
    for y in range(height):
        for x in range(width):
            if near[y, x]:
                cost[y, x] = _distance(work, y, x, match[y, x, 0], match[y, x, 1], 1e29)
                cost[y, x] += bias * abs(match[y, x, 0] - y)
    for turn in range(rounds):
        step = 1 if turn % 2 == 0 else -1
        for i in range(height):
            y = i if step == 1 else height - 1 - i
            for j in range(width):
                x = j if step == 1 else width - 1 - j
                if not near[y, x]:
                    continue
                for way in range(2):
                    row, column = (y - step, x) if way == 0 else (y, x - step)
                    if not (0 <= row < height and 0 <= column < width) or not near[row, column]:
                        continue
                    v = match[row, column, 0] + (step if way == 0 else 0)
                    u = match[row, column, 1] + (step if way == 1 else 0)
                    if 0 <= v < height and 0 <= u < width and source[v, u]:
                        extra = bias * abs(v - y)
                        found = _distance(work, y, x, v, u, cost[y, x] - extra) + extra
                        if found < cost[y, x]:
                            cost[y, x] = found
                            match[y, x, 0], match[y, x, 1] = v, u
                reach = max(height, width)
                while reach >= 1:
                    v = match[y, x, 0] + np.random.randint(-reach, reach + 1)  # noqa: NPY002
                    u = match[y, x, 1] + np.random.randint(-reach, reach + 1)  # noqa: NPY002
                    if 0 <= v < height and 0 <= u < width and source[v, u]:
                        extra = bias * abs(v - y)
                        found = _distance(work, y, x, v, u, cost[y, x] - extra) + extra
                        if found < cost[y, x]:
                            cost[y, x] = found
                            match[y, x, 0], match[y, x, 1] = v, u
                    reach //= 2
    return cost


@compiled
def _vote(work, gap, match, cost, usual, voted):
    """Colours of the gap (h, w, 3): what the matches of all patches over a pixel say it is, good ones louder."""
    height, width = gap.shape
    for y in range(height):
        for x in range(width):
            if not gap[y, x]:
                continue
            total = 0.0
            for dy in range(-_HALF, _HALF + 1):
                for dx in range(-_HALF, _HALF + 1):
                    row, column = y + dy, x + dx
                    if not (0 <= row < height and 0 <= column < width):
                        continue
                    weight = np.exp(-min(cost[row, column] / usual, 30.0)) / (1.0 + dy * dy + dx * dx) + 1e-9
                    v, u = match[row, column, 0] - dy, match[row, column, 1] - dx
                    for k in range(3):
                        voted[y, x, k] += weight * work[v, u, k]
                    total += weight
            for k in range(3):
                voted[y, x, k] /= total


def _full(picture: np.ndarray, hole: np.ndarray, guess: np.ndarray, gap: np.ndarray, match: np.ndarray) -> np.ndarray:
    """The hole in full size: smooth colours of the guess, and the fine grain of the places that it was matched with."""
    height, width = hole.shape
    low = cv2.resize(guess, (width, height), interpolation=cv2.INTER_CUBIC)
    scale = np.array([height / gap.shape[0], width / gap.shape[1]])
    rows = np.minimum((np.arange(height) / scale[0]).astype(int), gap.shape[0] - 1)
    columns = np.minimum((np.arange(width) / scale[1]).astype(int), gap.shape[1] - 1)
    shift = (match - np.stack(np.meshgrid(*map(np.arange, gap.shape), indexing="ij"), axis=-1)) * scale
    moved = np.round(shift[rows[:, None], columns[None]]).astype(int)
    y = np.clip(np.arange(height)[:, None] + moved[..., 0], 0, height - 1)
    x = np.clip(np.arange(width)[None] + moved[..., 1], 0, width - 1)
    # Grain: a picture less itself blurred, known places only.
    clean = np.where(hole[..., None], low, picture).astype(np.float32)
    sigma = 1.6 * float(scale.max())
    grain = clean - cv2.GaussianBlur(clean, (0, 0), sigma)
    low = cv2.GaussianBlur(clean, (0, 0), 0.6 * sigma) + np.where(hole[y, x][..., None], 0, grain[y, x])
    inner = cv2.distanceTransform(hole.astype(np.uint8), cv2.DIST_L2, 5)
    soft = np.clip(inner / max(1.5, 0.004 * max(height, width)), 0, 1)[..., None]
    result = picture * (1 - soft) + np.clip(low, 0, 255) * soft
    return np.where(hole[..., None], result.round(), picture).astype(np.uint8)


def _on_paper(picture: np.ndarray) -> np.ndarray:
    """A cut-out on a quiet wall: a soft light in the colour of the figure's own shadows, never its own colours."""
    height, width = picture.shape[:2]
    alpha = picture[..., 3:] / 255.0
    own = picture[..., :3][picture[..., 3] > 200]
    tint = np.median(own, axis=0) if len(own) else np.array([128.0, 128.0, 128.0])
    # Light where the figure is dark, and the other way round.
    base = np.array([236.0, 232.0, 226.0]) if tint.mean() < 150 else np.array([62.0, 58.0, 74.0])
    y, x = np.mgrid[0:height, 0:width]
    away = np.hypot((x - width / 2) / (0.8 * width), (y - 0.45 * height) / (0.8 * height))
    wall = base * (1.05 - 0.22 * np.clip(away, 0, 1) ** 2)[..., None]
    return np.clip(picture[..., :3] * alpha + wall * (1 - alpha), 0, 255).round().astype(np.uint8)
