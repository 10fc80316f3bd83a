"""What comes off the griddle, and eggs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    blob,
    ellipse,
    heap,
    log,
    lozenge,
    outline,
    prism,
    rounded,
    scattered,
)
from train.starters.dishes.greens import avocado, berry, berry_half, currant, flecks, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import crackling, loaf_slice
from train.starters.dishes.tableware import Place, board, plate
from train.starters.dishes.vessels import cup
from train.starters.pen import points, shift, smooth


def _butter(s: Sheet, x: float, y: float, size: float = 9) -> None:
    prism(s, lozenge(x, y, size, 0.6 * size), 2.6, "#f4dd8d", [(1, "#efd27c")])


def _syrup(
    s: Sheet, x: float, y: float, rx: float, ry: float, drips: tuple[tuple[float, float], ...]
) -> None:
    """Maple syrup over the top of a stack, running down in drips (angle in degrees, length)."""
    knots = []
    for a in range(0, 360, 15):
        reach = next((length for angle, length in drips if abs(angle - a) < 8), 0)
        r = 0.98 if reach else 0.86 + 0.07 * np.sin(a)
        knots.append((x + rx * r * np.cos(np.radians(a)), y + ry * r * np.sin(np.radians(a)) + reach))
    s.form(smooth(knots, 7, closed=True)[:-1], wash("#9c5a22", 0.86), FINE, 0.4, 0.5, None)
    s.line(
        smooth(points((x - 0.7 * rx, y), (x - 0.4 * rx, y - 0.55 * ry), (x, y - 0.72 * ry)), 8),
        0.9,
        wash(hue.GLOW, 0.6),
    )


def pancakes(s: Sheet) -> None:
    plate(s, y=63, rim=hue.BLUE, tilt=0.6)
    s.shadow(ellipse(50, 68, 29), 0.5)
    for k in range(6):
        x, y = 50 + s.rng.uniform(-1.5, 1.5), 64 - 5.6 * k
        top = blob(s.rng, x, y, 28, 17.5, 14, 0.02)
        prism(s, top, 5.2, hue.HONEY, [(0.3, hue.TOAST), (0.5, hue.BUTTER), (0.2, hue.TOAST)], rough=0.3)
    s.form((top - (x, y)) * 0.84 + (x, y), wash(hue.RUSSET, 0.45), 0, 0.2, 0.4, None)
    _syrup(s, x, y, 26, 16, ((30, 12), (75, 20), (120, 9), (150, 16)))
    _butter(s, 49, 33, 12)
    currant(s, 62, 36, 2.8, hue.BLUE)
    currant(s, 66, 38.5, 2.8, hue.AUBERGINE)
    berry_half(s, 60, 41, 4.4, 80)


def _waffle(s: Sheet, x: float, y: float, w: float, d: float, h: float = 6) -> None:
    top = lozenge(x, y, w, d)
    s.shadow(shift(top, 0, h), 0.4)
    prism(s, rounded(top, 0.08), h, hue.GOLD, [(0.25, hue.GOLD), (0.5, hue.OCHRE), (0.25, hue.HONEY)])
    a, b, c = top[0], top[1], top[3]
    for i in range(5):
        for k in range(5):
            cell = (
                points((i + 0.2, k + 0.2), (i + 0.85, k + 0.2), (i + 0.85, k + 0.85), (i + 0.2, k + 0.85))
                / 5.05
            )
            quad = a + cell[:, :1] * (b - a) + cell[:, 1:] * (c - a)
            s.form(quad, hue.TOAST, FINE, 0.9, 0.3, 45, hollow=True)


def waffles(s: Sheet) -> None:
    plate(s, y=57, rim=hue.ROSE)
    _waffle(s, 50, 58, 64, 40)
    _waffle(s, 50, 50, 64, 40)
    s.form(
        outline("36,46 44,38 56,38 66,46 68,58 64,66 60,56 53,54 49,63 44,55 38,54", 8),
        wash("#9c5a22", 0.8),
        FINE,
        0.4,
        0.6,
        None,
    )
    s.form(blob(s.rng, 49, 42, 11, 8, 10, 0.07), hue.GLOW, LINE, 0.5, 0.2)
    s.form(blob(s.rng, 49, 37, 7, 5.4, 9, 0.07), hue.GLOW, FINE, 0.5, 0.2)
    berry(s, 59, 40, 6)
    berry_half(s, 40, 47, 5.4, 110)
    sprig(s, 51, 33, -60, 7)
    currant(s, 66, 52, 2.8, hue.BLUE)
    currant(s, 34, 56, 2.8, hue.AUBERGINE)


def french_toast(s: Sheet) -> None:
    plate(s, y=58, rim=hue.GOLD)
    for x, y, d in ((40, 50, -8), (50, 56, 6), (60, 60, 16)):
        s.shadow(ellipse(x, y + 6, 24, 15), 0.4)
        top = loaf_slice(s, x, y, 42, 5.5, d, hue.GOLD, hue.CRUST)
        scattered(s, (top - (x, y)) * 0.85 + (x, y), 70, wash(hue.RUSSET, 0.45), 2.2, 0.6)
    s.form(
        outline("52,52 60,50 72,56 75,66 72,75 69,66 62,68 58,76 55,66 49,60", 8),
        wash("#9c5a22", 0.75),
        FINE,
        0.4,
        0.6,
        None,
    )
    _butter(s, 61, 57, 10)
    scattered(s, ellipse(50, 56, 36, 20), 120, hue.GLOW, 0.5)
    for u, v, r in ((26, 68, 6), (35, 75, 5.4)):
        berry(s, u, v, r)
    for u, v in ((44, 76), (24, 58), (47, 72)):
        currant(s, u, v, 2.8, hue.BLUE)


def breakfast_burrito(s: Sheet) -> None:
    board(s, y=56, w=88, d=46)
    for x, y, cut in ((38, 50, False), (58, 60, True)):
        body = points((x - 26, y + 7), (x + 14, y - 5))
        outline = log(s, smooth(np.stack([body[0], body.mean(0), body[1]]), 9), 20, hue.CREAM, LINE, 0.7)
        crackling(s, outline, 30, hue.CRUST)
        s.line(smooth(points((x - 30, y + 10), (x - 8, y + 4), (x + 12, y - 8)), 8), FINE)
        end = ellipse(x + 15, y - 5, 8.6, 10.2)
        s.form(end, hue.CREAM, LINE, 0.4)
        inner = ellipse(x + 15.4, y - 5, 7.2, 8.8)
        s.form(inner, "#ecc65c", FINE, 0.4)
        with s.inside(inner):
            for u, v in heap(s.rng, 24, x + 15.4, y - 5, 6.8, ry=8.4):
                paint = ("#f0d886", hue.TOMATO, hue.RUSSET, hue.LEAF, hue.AUBERGINE, "#ecc65c")[
                    int(s.rng.integers(6))
                ]
                s.form(blob(s.rng, u, v, 2, 1.6, 7, 0.15), paint, HAIR, 0.4, 0.3, None)
        if cut:
            foil = smooth(
                points(
                    (x - 33, y + 2),
                    (x - 20, y - 6),
                    (x - 10, y - 4),
                    (x - 4, y + 13),
                    (x - 16, y + 21),
                    (x - 30, y + 20),
                ),
                8,
                closed=True,
            )[:-1]
            s.form(foil, hue.STEEL, LINE, 0.5, 0.7)
            for k in range(5):
                s.line(
                    points((x - 30 + 5 * k, y + 2 + 3 * (k % 2)), (x - 26 + 4.4 * k, y + 15 - 2 * (k % 2))),
                    HAIR,
                )
    cup(s, 80, 40, 9, 8, hue.CLAY, hue.TOMATO)
    flecks(s, Place(80, 40, 6, 4), 8, hue.LEAF, 0.8)
    avocado(s, 22, 37, 9, 20)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "breakfast_burrito": breakfast_burrito,
    "french_toast": french_toast,
    "pancakes": pancakes,
    "waffles": waffles,
}
