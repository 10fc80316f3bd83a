"""Creams, ices and small sweet pastry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    blob,
    ellipse,
    glint,
    heap,
    knots,
    log,
    ring,
    rounded,
    scattered,
)
from train.starters.dishes.greens import berry_half, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.tableware import paper, plate
from train.starters.dishes.vessels import cup
from train.starters.pen import arc, place, points, shift, smooth


def _macaron(s: Sheet, x: float, y: float, r: float, colour: str, cream: str) -> None:
    h = 0.36 * r
    s.shadow(ellipse(x, y + 3 * h, r, 0.5 * r), 0.4, 1.5, 1)
    for up, shell in ((2.2 * h, True), (1.35 * h, False), (0, True)):
        if not shell:
            s.form(blob(s.rng, x, y + up, 0.93 * r, 0.5 * r, 14, 0.02), cream, FINE, 0.5)
            continue
        s.form(blob(s.rng, x, y + up + 0.55 * h, 1.03 * r, 0.56 * r, 26, 0.035), colour, FINE, 0.7, 0.2)
        body = np.concatenate(
            [arc(x, y + up, r, 180, 360, 0.6 * r), arc(x, y + up + 0.3 * h, r, 0, 180, 0.5 * r)]
        )
        s.form(body, colour, LINE, 0.45, 0.6, reach=0.3 * r)
    glint(s, x - 0.4 * r, y - 0.25 * r, 0.15 * r)


def macarons(s: Sheet) -> None:
    plate(s, y=60, rim=hue.PLUM)
    for x, y, colour, cream in (
        (33, 49, hue.SAGE, hue.IVORY),
        (67, 49, hue.ROSE, hue.BEET),
        (26, 62, hue.PLUM, hue.CREAM),
        (74, 62, hue.BUTTER, hue.GOLD),
        (50, 65, hue.TOAST, hue.COCOA),
        (39, 37, hue.GOLD, hue.IVORY),
        (61, 37, hue.LIME, hue.COCOA),
        (50, 22, hue.PINK, hue.BEET),
    ):
        _macaron(s, x, y, 14.5, colour, cream)


def _donut(
    s: Sheet, x: float, y: float, r: float, icing: str, sprinkles: tuple[str, ...], ground: str
) -> None:
    s.shadow(ellipse(x, y + 3, r), 0.5)
    ring(s, x, y, r, hue.HONEY, 0.3, ground)
    top = blob(s.rng, x, y - 0.1 * r, 0.93 * r, 0.56 * r, 13, 0.06)
    hole = ellipse(x, y - 0.06 * r, 0.34 * r, 0.2 * r)
    keep = s.image.copy()
    s.form(top, icing, FINE, 0.6, 0.6, reach=0.2 * r)
    s.line(arc(x, y - 0.1 * r, 0.66 * r, 190, 260, 0.38 * r), 1.0, wash(hue.GLOW, 0.8))
    for u, v in heap(s.rng, 46, x, y - 0.1 * r, 0.85 * r, ry=0.5 * r):
        if sprinkles and ((u - x) / (0.45 * r)) ** 2 + ((v - y + 0.06 * r) / (0.28 * r)) ** 2 > 1:
            s.speck(u, v, 1.2, 0.42, s.rng.uniform(0, 180), sprinkles[int(s.rng.integers(len(sprinkles)))])
    with s.inside(hole):
        s.image.paste(keep)
    s.line(hole, FINE, closed=True)


def donuts(s: Sheet) -> None:
    plate(s, y=58, rim=hue.BLUE)
    _donut(s, 33, 43, 21, hue.COCOA, (hue.IVORY, hue.PINK, hue.GOLD), hue.BROWN)
    _donut(s, 68, 44, 21, hue.IVORY, (), hue.BROWN)
    _donut(s, 50, 63, 25, hue.PINK, (hue.BEET, hue.IVORY, hue.SAGE, hue.GOLD), hue.PORCELAIN)


def beignets(s: Sheet) -> None:
    plate(s, y=60, rim=hue.SAGE)
    for x, y in ((34, 45), (66, 45), (25, 60), (50, 58), (75, 60), (38, 70), (63, 70), (50, 38)):
        y = y - (5 if (x, y) == (50, 38) else 0)
        turn = s.rng.uniform(-25, 25)
        corners = place(points((-1, -0.85), (1, -0.85), (1, 0.85), (-1, 0.85)), (0, 0), turn, 11) * (
            1.15,
            0.68,
        ) + (x, y)
        puff = rounded(corners, 0.32)
        s.shadow(puff, 0.45, 1.5, 3)
        s.form(shift(puff, 0, 3.4), hue.TOAST, LINE, 0.7)
        s.form(puff, hue.GOLD, LINE, 0.6, 0.4)
        snow = (puff - (x, y)) * 0.86 + (x - 0.6, y - 0.8)
        s.form(snow, wash(hue.GLOW, 0.9), 0, 0.15, 0.4, None)
        scattered(s, puff, 40, hue.GLOW, 0.6)
    for u, v in heap(s.rng, 90, 50, 60, 40):
        s.speck(u, v, 0.35, 0.3, 0, hue.GLOW, 0)


def _churro(s: Sheet, a: tuple[float, float], b: tuple[float, float], w: float = 7) -> None:
    mid = (np.array(a) + b) / 2 + s.rng.normal(0, 1, 2)
    curve = smooth(np.stack([a, mid, b]), 14)
    outline = log(s, curve, w, hue.TOAST)
    n = points((b[1] - a[1], a[0] - b[0]))[0] / np.hypot(b[0] - a[0], b[1] - a[1])
    for k in (-0.28, -0.05, 0.18):
        s.line(curve[1:-1] + n * k * w, FINE, wash(hue.COCOA, 0.8))
        s.line(curve[1:-1] + n * (k - 0.09) * w, 0.5, wash(hue.BUTTER, 0.7))
    scattered(s, outline, 90, hue.GLOW, 0.42)


def churros(s: Sheet) -> None:
    plate(s, y=58, rim=hue.BRICK)
    paper(s, knots("22,44 58,34 86,52 78,74 40,82 16,66"))
    for a, b in (
        ((24, 52), (72, 40)),
        ((26, 60), (80, 50)),
        ((28, 68), (80, 60)),
        ((36, 75), (78, 66)),
        ((36, 44), (70, 66)),
        ((30, 58), (64, 34)),
    ):
        _churro(s, a, b)
    cup(s, 24, 34, 14, 15, hue.CLAY, hue.COCOA)
    s.line(arc(24, 35, 8, 195, 260, 5), 0.8, wash(hue.GLOW, 0.6))
    _churro(s, (28, 34), (56, 10))


def _cannolo(s: Sheet, x: float, y: float, length: float, degrees: float, w: float = 15) -> None:
    shell = place(points((-0.5, 0), (0, -0.01), (0.5, 0)), (x, y), degrees, length)
    s.shadow(
        shift(
            place(points((-0.5, -0.2), (0.5, -0.2), (0.5, 0.2), (-0.5, 0.2)), (x, y), degrees, length), 0, 4
        ),
        0.4,
    )
    for k in (0, -1):
        end = shell[k] + (shell[k] - shell[1]) * 0.06
        s.form(blob(s.rng, *end, 0.52 * w, 0.52 * w, 11, 0.07), hue.GLOW, LINE, 0.5, 0.3)
        for u, v in heap(s.rng, 13, *end, 0.42 * w, ry=0.42 * w):
            s.speck(u, v, 0.8, 0.7, 0, hue.COCOA if k else hue.LEAF, 0.1)
    body = place(
        knots("-0.46,-0.5 0.0,-0.44 0.46,-0.5 0.52,0 0.46,0.5 0,0.46 -0.46,0.5 -0.52,0") * (1, w / length),
        (x, y),
        degrees,
        length,
    )
    body = smooth(body, 8, closed=True)[:-1]
    s.form(body, hue.HONEY, LINE, 0.7, 0.5, degrees + 60)
    flap = place(
        smooth(points((-0.36, 0.2), (0, -0.16), (0.36, -0.34)) * (1, w / length), 9), (x, y), degrees, length
    )
    s.line(flap, LINE)
    for u, v in heap(s.rng, 12, x, y, 0.4 * length, ry=0.3 * w):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(0.7, 1.5), s.rng.uniform(0.5, 1.1), 7, 0.1),
            hue.GOLD,
            HAIR,
            0.5,
            0.4,
            None,
        )
    scattered(s, body, 70, hue.GLOW, 0.4)


def cannoli(s: Sheet) -> None:
    plate(s, y=58, rim=hue.SAGE)
    _cannolo(s, 47, 41, 50, -12)
    _cannolo(s, 52, 57, 52, -12)
    _cannolo(s, 55, 73, 48, -12)
    sprig(s, 22, 66, -120, 8)
    berry_half(s, 82, 50, 4, 90)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "beignets": beignets,
    "cannoli": cannoli,
    "churros": churros,
    "donuts": donuts,
    "macarons": macarons,
}
