"""Noodles and pasta."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, ellipse, glint, heap, lozenge, prism, scattered
from train.starters.dishes.greens import citrus_wedge, flecks, leaf, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import pool, shrimp, strands
from train.starters.dishes.tableware import Place, chopsticks, plate, steam
from train.starters.dishes.vessels import pan
from train.starters.pen import arc, place, points, shift, smooth

WHEAT, CHEESE = "#ead08c", "#e9b44c"


def spaghetti_bolognese(s: Sheet) -> None:
    plate(s, y=56, r=44, rim=hue.BRICK)
    s.form(blob(s.rng, 50, 56, 31, 20, 14, 0.06), hue.OCHRE, LINE, 0.7)
    strands(s, Place(50, 56, 31, 20), 80, WHEAT, 1.7, 11)
    sauce = blob(s.rng, 50, 42, 20, 13, 13, 0.14)
    s.shadow(sauce, 0.4, 1, 2)
    s.form(sauce, "#97391f", LINE, 0.7, 0.4)
    for u, v in heap(s.rng, 54, 50, 41, 18, 5, ry=11):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(1.4, 2.6), s.rng.uniform(1.1, 1.9), 7, 0.16),
            (hue.BRICK, hue.RUSSET, hue.TOMATO, hue.BROWN)[int(s.rng.integers(4))],
            FINE,
            0.6,
            0.4,
            None,
        )
    for u, v in heap(s.rng, 26, 50, 37, 14, 3, ry=8):
        s.speck(u, v, 1.5, 0.4, s.rng.uniform(0, 180), hue.IVORY, 0.12)
    for d in (-150, -90, -30):
        leaf(s, 50, 34, d, 10.5, hue.LEAF, "round", 0.9)


def spaghetti_carbonara(s: Sheet) -> None:
    plate(s, y=56, r=44, rim=hue.GOLD)
    s.form(blob(s.rng, 50, 57, 33, 21, 14, 0.07), "#f3e3b0", LINE, 0.6)
    strands(s, Place(50, 56, 31, 20), 90, "#f0dc9e", 1.7, 14)
    for u, v in heap(s.rng, 24, 50, 52, 27, 12, ry=16):
        s.form(
            lozenge(u, v, s.rng.uniform(4, 6), 3.4),
            hue.RUSSET if s.rng.random() < 0.6 else hue.ROSE,
            FINE,
            0.5,
        )
        s.line(points((u - 1.4, v), (u + 1.4, v + 0.3)), 0.5, hue.BLUSH)
    yolk = ellipse(50, 38, 7, 5.2)
    s.form(blob(s.rng, 50, 39.6, 8.4, 5.6, 9, 0.05), hue.IVORY, FINE, 0.4)
    s.form(yolk, hue.YOLK, LINE, 0.6, 0.5, None)
    glint(s, 47.4, 36.2, 1.3)
    flecks(s, Place(50, 52, 29, 17), 46, hue.BLACK, 0.5, 10)
    flecks(s, Place(50, 52, 27, 15), 30, hue.GLOW, 1.0, 10)
    flecks(s, Place(50, 52, 28, 16), 20, hue.LEAF, 0.9, 10)


def pad_thai(s: Sheet) -> None:
    plate(s, y=56, r=44, colour=hue.SEA, rim=hue.SLATE)
    leaf(s, 12, 60, -18, 74, hue.LEAF, "bay", 1.6)
    s.form(blob(s.rng, 50, 56, 30, 19, 14, 0.06), hue.TOAST, LINE, 0.7)
    strands(s, Place(50, 55, 29, 18), 74, "#d9a865", 2.1, 11, 0.16)
    for x, y, d in ((36, 46, 0), (56, 38, 60), (66, 54, 140), (44, 60, -60)):
        shrimp(s, x, y, 8.6, d)
    for u, v in heap(s.rng, 9, 50, 50, 24, 8):
        s.form(blob(s.rng, u, v, 3.2, 2.2, 8, 0.15), "#f0d886", FINE, 0.4)
    for u, v in heap(s.rng, 16, 50, 49, 24, 8):
        a = s.rng.uniform(-70, 70)
        sprout = place(smooth(points((-4, 0), (0, -1.2), (4, 0.4)), 6), (u, v), a)
        s.tube(sprout, 0.9, hue.IVORY, 0.18)
        s.speck(*sprout[-1], 0.9, 0.7, a, hue.BUTTER, 0.14)
    for u, v in heap(s.rng, 26, 50, 47, 20, 6):
        s.speck(u, v, 1.1, 0.8, s.rng.uniform(0, 180), hue.CRUST, 0.16)
    for u, v in heap(s.rng, 9, 50, 48, 22, 8):
        s.tube(place(points((-3, 0), (3, 0.4)), (u, v), s.rng.uniform(-80, 80)), 0.8, hue.LEAF, 0.16)
    citrus_wedge(s, 78, 66, 8.5, -30, hue.LIME)
    sprig(s, 50, 38, -80, 7)
    chopsticks(s, 62, 32)


def gnocchi(s: Sheet) -> None:
    plate(s, y=56, r=44, rim=hue.SAGE)
    pool(s, 50, 58, 31, 19, "#c4573a", 0.06)
    for u, v in heap(s.rng, 36, 50, 56, 27, 9, jitter=0.05):
        d = s.rng.uniform(-40, 40)
        body = place(ellipse(0, 0, 5.2, 3.6, 30), (u, v), d)
        s.form(body, "#efd99c", LINE, 0.6, 0.5, None)
        for k in (-1.8, 0.2, 2.2):
            s.line(place(arc(k - 1.2, 0, 1.6, -50, 50, 3), (u, v), d), HAIR, wash(hue.BROWN, 0.9))
        if s.rng.random() < 0.4:
            s.form(place(blob(s.rng, 1, 1, 3, 1.7, 8, 0.2), (u, v), d), "#c4573a", HAIR, 0.3, 0.5, None)
    flecks(s, Place(50, 52, 28, 16), 44, hue.GLOW, 1.0, 8)
    for d in (-160, -95, -35):
        leaf(s, 50, 44, d, 11, hue.LEAF, "round", 0.9)
    leaf(s, 70, 60, 20, 8, hue.LEAF, "round", 0.9)
    leaf(s, 32, 60, 160, 8, hue.LEAF, "round", 0.9)


def _raviolo(s: Sheet, x: float, y: float, size: float, degrees: float) -> None:
    n = 9
    edge = []
    corners = points((-1, -1), (1, -1), (1, 1), (-1, 1))
    for a, b in zip(corners, np.roll(corners, -1, 0), strict=True):
        out = (a + b) / 2
        for k in range(2 * n):
            edge.append(a + (b - a) * k / (2 * n) + out * (0.09 if k % 2 else 0))
    c = place(np.array(edge), (0, 0), degrees, size) * (1, 0.68) + (x, y)
    s.shadow(c, 0.4, 1, 1.8)
    s.form(shift(c, 0, 0.9), hue.OCHRE, FINE, 0.5)
    s.form(c, WHEAT, LINE, 0.4, 0.3)
    s.form(shift(ellipse(x, y - 0.4, 0.7 * size, 0.5 * size), 0, -0.8), "#f0dca0", HAIR, 0.7, 0.6, reach=3)


def ravioli(s: Sheet) -> None:
    plate(s, y=56, r=44, rim=hue.MOSS)
    pool(s, 50, 58, 31, 19, "#b9452d", 0.07)
    for x, y, d in (
        (40, 44, 20),
        (60, 44, -15),
        (29, 56, -10),
        (71, 57, 12),
        (50, 55, 35),
        (40, 68, 8),
        (61, 69, -24),
    ):
        _raviolo(s, x, y, 9.4, d)
    for x, y in ((44, 50), (64, 61), (33, 62), (56, 64)):
        s.form(blob(s.rng, x, y, 5.4, 3, 9, 0.2), "#b9452d", HAIR, 0.4, 0.5, None)
    flecks(s, Place(50, 56, 28, 17), 46, hue.GLOW, 0.9)
    for d in (-150, -80, -20):
        leaf(s, 51, 52, d, 11, hue.LEAF, "round", 0.9)


def lasagna(s: Sheet) -> None:
    plate(s, rim=hue.BRICK)
    pool(s, 50, 64, 34, 16, "#b9452d", 0.08)
    top = lozenge(50, 40, 62, 33)
    s.shadow(shift(top, 0, 24), 0.5)
    meat, cream, sheet = "#a33f27", hue.IVORY, WHEAT
    stack = [(0.08, CHEESE), *[(0.07, sheet), (0.12, meat), (0.06, cream)] * 3, (0.07, sheet), (0.1, meat)]
    prism(s, top, 25, CHEESE, stack, rough=0.9)
    cover = smooth(
        [
            (
                50 + 29 * np.cos(a) * (1 + 0.16 * np.cos(4 * a)),
                40 + 16 * np.sin(a) + (4 if np.sin(5 * a) > 0.3 and np.sin(a) > 0.2 else 0),
            )
            for a in np.radians(np.arange(0, 360, 15))
        ],
        7,
        closed=True,
    )[:-1]
    s.form(cover, "#edc569", LINE, 0.5, 0.5)
    for u, v in heap(s.rng, 12, 50, 40, 22, ry=11):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(2, 4.6), s.rng.uniform(1.2, 2.4), 8, 0.15),
            wash((hue.CRUST, "#b9452d", hue.IVORY)[int(s.rng.integers(3))], 0.75),
            HAIR,
            0.3,
            0.4,
            None,
        )
    for d in (-150, -90, -30):
        leaf(s, 50, 40, d, 10, hue.LEAF, "round", 0.9)
    flecks(s, Place(50, 66, 34, 12), 18, hue.LEAF, 0.8)


def macaroni_and_cheese(s: Sheet) -> None:
    at = pan(s, 46, 52, 40, 8, hue.IRON, CHEESE)
    for u, v in heap(s.rng, 80, at.x, at.y, 33, 7, ry=20.5, jitter=0.05):
        d, bend = s.rng.uniform(0, 360), s.rng.uniform(90, 150)
        elbow = place(shift(arc(0, 0, 4, -90 - bend / 2, -90 + bend / 2, n=12), 0, 3), (u, v), d)
        s.tube(elbow, 3.4, "#eebc5c" if s.rng.random() < 0.6 else "#f2cf80", 0.24)
        s.line(elbow - (0.4, 0.7), 0.6, wash(hue.GLOW, 0.7))
        s.speck(*elbow[-1], 1.5, 0.9, d + 90 + bend / 2, hue.BROWN, 0.2)
    scattered(s, at.curve(0.8), 70, wash(hue.CRUST, 0.75), 1)
    flecks(s, Place(at.x, at.y - 4, 26, 14), 22, hue.LEAF, 0.9)
    steam(s, 42, 22)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "gnocchi": gnocchi,
    "lasagna": lasagna,
    "macaroni_and_cheese": macaroni_and_cheese,
    "pad_thai": pad_thai,
    "ravioli": ravioli,
    "spaghetti_bolognese": spaghetti_bolognese,
    "spaghetti_carbonara": spaghetti_carbonara,
}
