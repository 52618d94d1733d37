"""The example pictures of figures without people, made by this script alone: a cat, a teapot, a tree, a word.

    python -m demos.video.muse_pictures

All are drawn here, on plain paper; the robot of demos.video.make_pictures goes with them.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from demos.video.drawing import FINE, FOLDER, Sheet

INK = (38, 30, 52)


def main() -> None:
    """Write all four."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in (("d-cat", cat()), ("e-teapot", teapot()), ("f-tree", tree()), ("g-word", word())):
        path = FOLDER / f"{name}.png"
        # Few colours are enough for flat ones, and make small files.
        Image.fromarray(picture).quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def _rgb(sheet: Sheet) -> np.ndarray:
    return np.ascontiguousarray(sheet.small()[..., :3])


def _picture(sheet: Sheet, cut_out: bool) -> np.ndarray:
    return sheet.small() if cut_out else _rgb(sheet)


def cat(*, cut_out: bool = False) -> np.ndarray:
    """(720, 600, 3) uint8, or (…, 4) without its ground when cut_out: a ginger cat that sits and looks."""
    sheet = Sheet(None if cut_out else (168, 208, 232), 600, 720)
    fur, dark, light = (242, 160, 84), (206, 112, 52), (255, 236, 212)
    sheet.limb([(392, 596), (462, 590), (498, 530), (486, 452), (508, 404)], fur, 34)
    sheet.shape([(300, 318), (388, 372), (424, 500), (410, 610), (300, 632), (190, 610), (176, 500), (212, 372)], fur)
    sheet.shape([(300, 400), (352, 460), (346, 560), (300, 590), (254, 560), (248, 460)], light, None)
    for sign in (-1, 1):
        sheet.limb([(300 + 48 * sign, 470), (300 + 50 * sign, 560), (300 + 52 * sign, 618)], fur, 42)
        sheet.shape(
            [(300 + 22 * sign, 612), (300 + 54 * sign, 598), (300 + 88 * sign, 616), (300 + 84 * sign, 640),
             (300 + 24 * sign, 640)], light,
        )  # fmt: skip
        sheet.shape(
            [(300 + 44 * sign, 148), (300 + 122 * sign, 84), (300 + 128 * sign, 196), (300 + 84 * sign, 190)], fur
        )
        sheet.shape([(300 + 70 * sign, 150), (300 + 110 * sign, 114), (300 + 112 * sign, 176)], (240, 150, 150), None)
    sheet.shape([(300, 138), (392, 162), (436, 240), (392, 318), (300, 342), (208, 318), (164, 240), (208, 162)], fur)
    for x in (-34, 0, 34):
        sheet.stroke([(300 + x, 148), (300 + 0.8 * x, 186)], dark, 11)
    for sign in (-1, 1):
        sheet.dot(300 + 56 * sign, 236, 25, (255, 255, 255), line=True)
        sheet.dot(300 + 54 * sign, 238, 13, INK)
        sheet.dot(300 + 50 * sign, 232, 5, (255, 255, 255))
        for y in (276, 292):
            sheet.stroke([(300 + 74 * sign, y - 4), (300 + 146 * sign, y + 4)], INK, 3)
    sheet.shape([(284, 268), (316, 268), (300, 284)], (226, 104, 112))
    sheet.stroke([(274, 296), (288, 302), (300, 288), (312, 302), (326, 296)], INK, 5)
    return _picture(sheet, cut_out)


def teapot(*, cut_out: bool = False) -> np.ndarray:
    """(600, 720, 3) uint8, or (…, 4) without its ground when cut_out: a round teapot with dots and a face."""
    sheet = Sheet(None if cut_out else (250, 222, 204), 720, 600)
    glaze, dot, rim = (92, 170, 176), (250, 240, 214), (62, 132, 142)
    sheet.limb([(212, 296), (142, 270), (112, 336), (150, 408), (222, 424)], rim, 26)
    sheet.shape([(480, 360), (548, 322), (584, 238), (640, 224), (628, 262), (596, 384), (500, 456)], glaze)
    sheet.shape([(350, 232), (462, 262), (524, 360), (474, 480), (350, 512), (226, 480), (176, 360), (238, 262)], glaze)
    for x, y in ((250, 330), (310, 430), (352, 316), (410, 412), (458, 332), (240, 420), (452, 460)):
        sheet.dot(x, y, 17, dot)
    sheet.box(276, 500, 424, 526, rim, round_=10)
    sheet.shape([(252, 252), (350, 204), (448, 252), (350, 268)], rim)
    sheet.dot(350, 190, 23, (242, 116, 92), line=True)
    for sign in (-1, 1):
        sheet.dot(350 + 44 * sign, 366, 12, INK)
    sheet.stroke([(326, 386), (350, 400), (374, 386)], INK, 6)
    return _picture(sheet, cut_out)


def tree(*, cut_out: bool = False) -> np.ndarray:
    """(720, 600, 3) uint8, or (…, 4) without its ground when cut_out: a tree with a crown and two boughs."""
    sheet = Sheet(None if cut_out else (196, 230, 246), 600, 720)
    bark, leaf, fresh = (130, 88, 62), (86, 158, 88), (120, 188, 98)
    sheet.shape([(262, 634), (282, 560), (280, 380), (320, 380), (320, 560), (342, 634)], bark)
    for sign in (-1, 1):
        sheet.limb([(300 + 12 * sign, 472), (300 + 76 * sign, 428), (300 + 150 * sign, 396)], bark, 20)
        sheet.shape(
            [(300 + 128 * sign, 430), (300 + 112 * sign, 372), (300 + 168 * sign, 340), (300 + 216 * sign, 378),
             (300 + 194 * sign, 430)], fresh,
        )  # fmt: skip
    sheet.shape(
        [(300, 78), (382, 110), (424, 190), (424, 290), (376, 376), (300, 398), (224, 376), (176, 290), (176, 190),
         (218, 110)], leaf,
    )  # fmt: skip
    for x, y in ((246, 178), (338, 150), (378, 250), (296, 296), (232, 276)):
        sheet.shape([(x - 30, y), (x, y - 22), (x + 30, y), (x, y + 16)], fresh, None)
    for x, y in ((268, 226), (352, 208), (330, 318), (212, 232)):
        sheet.dot(x, y, 14, (230, 82, 78), line=True)
    return _picture(sheet, cut_out)


def word() -> np.ndarray:
    """(480, 960, 3) uint8: DANCE in thick letters."""
    sheet = Sheet((58, 46, 88), 960, 480)
    colours = ((255, 107, 87), (255, 196, 92), (112, 214, 178), (108, 178, 255), (238, 132, 222))
    for place, (letter, colour) in enumerate(zip("DANCE", colours, strict=True)):
        at = round((52 + 176 * place) * FINE), 372 * FINE
        for thick, ink in ((52, (250, 246, 255)), (36, colour)):
            cv2.putText(
                sheet.ink, letter, at, cv2.FONT_HERSHEY_SIMPLEX, 6.4 * FINE, (*ink, 255), thick * FINE, cv2.LINE_AA
            )  # fmt: skip
    return _rgb(sheet)


if __name__ == "__main__":
    main()
