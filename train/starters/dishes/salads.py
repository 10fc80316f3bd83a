"""Salads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, cube, ellipse, heap, lozenge, prism, rounded, scattered
from train.starters.dishes.greens import cucumber, flecks, leaf, olive, onion_slice, tomato_slice, torn
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.tableware import Place, plate
from train.starters.dishes.vessels import bowl
from train.starters.pen import arc, place, points, shift, smooth


def beet_salad(s: Sheet) -> None:
    plate(s, y=57, r=45, rim=hue.BEET)
    for u, v in heap(s.rng, 17, 50, 58, 27, 3, ry=16):
        torn(s, u, v, s.rng.uniform(-180, 180), 16, (hue.LEAF, hue.SAGE, hue.MOSS)[int(s.rng.integers(3))])
    for k, (u, v) in enumerate(heap(s.rng, 16, 50, 55, 25, 6, ry=14, jitter=0.05)):
        colour = "#d59a35" if k % 5 == 3 else hue.BEET
        r = s.rng.uniform(7, 8.6)
        disc = ellipse(u, v, r, 0.66 * r, 40)
        s.shadow(disc, 0.35, 1, 1.4)
        prism(s, disc, 2, colour, [(1, colour)])
        for ring in (0.72, 0.46, 0.2):
            s.line(
                ellipse(u, v, ring * r, 0.66 * ring * r),
                0.4,
                wash(hue.ROSE if colour == hue.BEET else hue.BUTTER, 0.75),
                closed=True,
            )
    for u, v in heap(s.rng, 15, 50, 52, 24, 6, ry=13):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(2, 3.6), s.rng.uniform(1.6, 2.5), 8, 0.16),
            hue.GLOW,
            LINE,
            0.5,
            0.2,
        )
    for u, v in heap(s.rng, 11, 50, 53, 26, 5, ry=14):
        nut = blob(s.rng, u, v, 3, 2.2, 9, 0.2)
        s.form(nut, hue.TOAST, FINE, 0.6)
        s.line(smooth(points((u - 2, v), (u, v - 0.7), (u + 2, v + 0.2)), 5), HAIR)
    for d, x, y in ((-120, 46, 45), (-60, 54, 44), (-20, 58, 50), (170, 42, 52)):
        leaf(s, x, y, d, 9, hue.LEAF, "round", 0.8)
    flecks(s, Place(50, 54, 28, 15), 20, hue.BLACK, 0.4)


def caesar_salad(s: Sheet) -> None:
    at = bowl(s, 50, 50, 43, 26, hue.WOOD, "#b98d57", foot=0.5, tilt=0.6)
    for u, v in heap(s.rng, 44, at.x, at.y - 1, 32, 12, ry=18):
        torn(
            s,
            u,
            v,
            s.rng.uniform(-200, 20),
            s.rng.uniform(15, 20),
            (hue.LEAF, hue.SAGE, hue.LIME, "#8aa455")[int(s.rng.integers(4))],
        )
    for u, v in heap(s.rng, 5, at.x, at.y - 1, 22, 11, ry=12):
        strips = rounded(
            place(points((-7.5, -2.6), (7.5, -2.6), (7.5, 2.6), (-7.5, 2.6)), (u, v), s.rng.uniform(-30, 30)),
            0.3,
        )
        s.form(shift(strips, 0, 1.2), hue.TOAST, FINE, 0.5)
        s.form(strips, "#e6c79a", LINE, 0.5)
        for k in (-4, 0, 4):
            s.line(points((u + k - 1, v - 2), (u + k + 1, v + 2)), 0.9, wash(hue.CRUST, 0.8))
    for u, v in heap(s.rng, 15, at.x, at.y - 1, 29, 12, ry=15):
        cube(s, u, v - 1, 7, hue.GOLD, side=hue.TOAST)
    for u, v in heap(s.rng, 13, at.x, at.y - 3, 28, 12, ry=14):
        flake = rounded(
            place(points((-4, -1.8), (3.4, -2.4), (4.2, 1.4), (-3, 2)), (u, v), s.rng.uniform(0, 180)), 0.12
        )
        s.form(flake, hue.GLOW, FINE, 0.4)
    flecks(s, Place(at.x, at.y - 3, 27, 12), 44, hue.IVORY, 0.9, 12)
    flecks(s, Place(at.x, at.y - 3, 27, 12), 30, hue.BLACK, 0.45, 12)


def caprese_salad(s: Sheet) -> None:
    plate(s, y=57, r=46, rim=hue.LEAF)
    n = 14
    order = sorted(range(n), key=lambda k: np.sin(2 * np.pi * k / n - 1.2))
    for k in order:
        a = 2 * np.pi * k / n - 1.2
        x, y = 50 + 25 * np.cos(a), 57 + 15 * np.sin(a)
        s.shadow(ellipse(x, y + 1.5, 11, 7.4), 0.35, 1.2, 1.4)
        if k % 2:
            tomato_slice(s, x, y, 11)
        else:
            disc = blob(s.rng, x, y, 10.6, 7.2, 12, 0.03)
            s.form(shift(disc, 0, 1.5), hue.CREAM, LINE, 0.7)
            s.form(disc, hue.GLOW, LINE, 0.35, 0.2)
        leaf(s, x - 3, y - 0.4, np.degrees(a) + 50, 8.4, hue.LEAF, "round", 0.85)
    for d in (-150, -90, -30, 60, 130):
        leaf(s, 50, 57, d, 11, hue.LEAF, "round", 0.85)
    for u, v in heap(s.rng, 26, 50, 57, 31):
        s.form(ellipse(u, v, *s.rng.uniform((0.7, 0.5), (2.2, 1.3)), 20), "#4b2519", HAIR, 0.2, 0.7, None)
    flecks(s, Place(50, 57, 31, 19), 46, hue.BLACK, 0.5)
    for u, v in heap(s.rng, 12, 50, 58, 34):
        s.form(ellipse(u, v, 1.2, 0.8, 16), hue.OLIVE, HAIR, 0.3, 0.7, None)


def greek_salad(s: Sheet) -> None:
    at = bowl(s, 50, 50, 43, 26, hue.PORCELAIN, band=hue.BLUE, foot=0.48, tilt=0.6)
    for u, v in heap(s.rng, 14, at.x, at.y, 31, 8, ry=17):
        torn(s, u, v, s.rng.uniform(-180, 0), 16, hue.LIME)
    for k, (u, v) in enumerate(heap(s.rng, 46, at.x, at.y, 33, 13, ry=17.5, jitter=0.04)):
        if k % 3 == 0:
            cucumber(s, u, v, 6.4)
        elif k % 3 == 1:
            wedge_ = rounded(
                place(points((-6, 1.5), (0, -3.4), (6, 1.5), (0, 3.4)), (u, v), s.rng.uniform(-50, 50)), 0.3
            )
            s.form(wedge_, hue.TOMATO, LINE, 0.6, 0.5)
            s.line(place(smooth(points((-3.6, 1), (0, -0.4), (3.6, 1)), 5), (u, v), 0), 0.6, hue.ROSE)
        else:
            s.tube(
                arc(u, v, 4.4, s.rng.uniform(0, 90), s.rng.uniform(250, 330), 2.8, 18),
                1.3,
                (hue.LEAF, hue.LIME)[k % 2],
                0.22,
            )
    for u, v in heap(s.rng, 5, at.x, at.y - 4, 23, 12, ry=11):
        onion_slice(s, u, v, 4.6)
    for u, v in heap(s.rng, 10, at.x, at.y - 1, 29, 12, ry=15):
        olive(s, u, v, 3.2)
    prism(s, rounded(lozenge(at.x, at.y - 17, 27, 16), 0.06), 5, hue.GLOW, [(1, hue.IVORY)])
    scattered(s, lozenge(at.x, at.y - 17, 24, 14), 40, wash(hue.OLIVE, 0.9), 0.7)
    scattered(s, lozenge(at.x, at.y - 17, 24, 14), 18, wash(hue.STEEL, 0.6), 0.8)
    for d in (-110, -60):
        leaf(s, at.x + 2, at.y - 18, d, 8, hue.LEAF, "round", 0.7)
    olive(s, at.x - 6, at.y - 19, 3.2)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "beet_salad": beet_salad,
    "caesar_salad": caesar_salad,
    "caprese_salad": caprese_salad,
    "greek_salad": greek_salad,
}
