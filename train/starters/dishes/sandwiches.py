"""Between, around and under bread."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, cube, ellipse, heap, prism, rounded, stick, strip
from train.starters.dishes.greens import citrus_wedge, flecks, olive, sprig
from train.starters.dishes.ink import FINE, LINE, Sheet, wash
from train.starters.dishes.staples import crackling
from train.starters.dishes.tableware import Place, board, plate
from train.starters.dishes.vessels import cup
from train.starters.pen import arc, place, points, shift, smooth


def _pick(s: Sheet, x: float, y: float, height: float, fruit: bool = True) -> None:
    s.tube(points((x, y), (x, y - height)), 0.9, hue.WOOD, 0.24)
    if fruit:
        olive(s, x, y - height + 3, 3.6, hue.OLIVE)
        s.speck(x + 0.6, y - height + 2, 1.1, 0.9, 0, hue.BRICK, 0.14)


def _club(s: Sheet, x: float, y: float, w: float, flip: int) -> None:
    """A triangle of three toasts, its cut side towards us."""
    top = points((-0.5, 0.12), (0.5, 0.12), (0.06 * flip, -0.42)) * (w, 0.8 * w) + (x, y)
    lift = 0
    rows = (
        (3.6, hue.GOLD, "toast"),
        (2.6, hue.SAGE, "leaf"),
        (2.8, hue.BRICK, "tomato"),
        (2.4, hue.BLUSH, "turkey"),
        (3.4, hue.GOLD, "toast"),
        (2.4, hue.RUSSET, "bacon"),
        (2.6, hue.CHEDDAR, "cheese"),
        (2.6, hue.SAGE, "leaf"),
        (3.6, hue.GOLD, "toast"),
    )
    total = sum(h for h, *_ in rows)
    s.shadow(shift(top, 0, total), 0.5)
    for h, colour, kind in reversed(rows):
        level = total - lift - h
        shape = shift(top, 0, level)
        if kind in ("leaf", "bacon"):
            a, b = shape[0], shape[1]
            t = np.linspace(-0.03, 1.03, 50)
            wave = np.stack([a[0] + t * (b[0] - a[0]), a[1] + h / 2 + 1.3 * np.sin(30 * t + lift) + 0.3], 1)
            s.form(
                np.concatenate([shift(wave, 0, h / 2), shift(wave[::-1], 0, -h / 2 - 0.5)]),
                colour,
                FINE,
                0.5,
                0.4,
                None,
            )
            if kind == "bacon":
                s.line(wave, 0.7, hue.PINK)
        else:
            paint = (
                [(0.16, hue.TOAST), (0.68, hue.CREAM), (0.16, hue.TOAST)]
                if kind == "toast"
                else [(1, colour)]
            )
            prism(s, shape, h, colour, paint, FINE)
        lift += h
    s.form(rounded(top, 0.06), hue.GOLD, LINE, 0.3, 0.3)
    crackling(s, (top - top.mean(0)) * 0.8 + top.mean(0), 20, hue.CRUST)
    _pick(s, *top.mean(0), 15)


def club_sandwich(s: Sheet) -> None:
    plate(s, y=64, r=45, rim=hue.BLUE, tilt=0.58)
    for u, v in heap(s.rng, 14, 50, 56, 13, 5, ry=6):
        d = s.rng.uniform(-50, 50)
        a, b = place(points((-8, 0), (8, 0)), (u, v), d)
        stick(s, a, b, 3, hue.GOLD)
    _club(s, 31, 42, 42, 1)
    _club(s, 68, 46, 42, -1)


def grilled_cheese_sandwich(s: Sheet) -> None:
    board(s, 50, 60, 90, 46)
    for x, y, flip in ((34, 42, 1), (60, 50, -1)):
        corners = points((-0.52, 0.06), (0.5, 0.2), (0.12 * flip, -0.44)) * (50, 42) + (x, y)
        top = rounded(corners, 0.09)
        s.shadow(shift(top, 0, 15), 0.5)
        prism(s, top, 15, hue.HONEY, [(0.36, hue.GOLD), (0.28, hue.MELT), (0.36, hue.GOLD)], rough=0.7)
        a, b = corners[0], corners[1]
        for t, run in ((0.16, 7), (0.34, 13), (0.5, 5), (0.66, 15), (0.84, 8)):
            p = a + t * (b - a) + (0, 6)
            drip = smooth(
                points((-3, 0), (-1.7, 3), (-1.2, run), (0, run + 1.4), (1.2, run), (1.7, 3), (3, 0)), 5
            )
            s.form(drip + p, hue.MELT, FINE, 0.5, 0.5, None)
        s.form(
            np.stack([shift(a, 3, 5.6), shift(b, -3, 5.2), shift(b, -3, 9.0), shift(a, 3, 9.4)]),
            hue.MELT,
            0,
            0.2,
            0.3,
            None,
        )
        s.line(np.stack([shift(a, 1.5, 5.4), shift(b, -1.5, 5.2)]), FINE)
        crackling(s, (top - top.mean(0)) * 0.86 + top.mean(0), 44, hue.CRUST)
        with s.inside((top - top.mean(0)) * 0.93 + top.mean(0)):
            for k in np.arange(-24, 30, 6.5):
                s.line(points((x - 30, y + k - 10), (x + 30, y + k + 2)), 1.4, wash(hue.RUSSET, 0.5))
    cup(s, 80, 75, 10, 8, hue.CLAY, hue.TOMATO)


def tacos(s: Sheet) -> None:
    board(s, 50, 62, 92, 44)
    for x, y in ((31, 44), (50, 53), (69, 62)):
        r = 25
        s.shadow(ellipse(x, y + 14, 24, 7), 0.5)
        back = np.concatenate([arc(x + 3, y + 10, r, 180, 360, 27, 40)])
        s.form(shift(back, 0, -3), hue.BUTTER, LINE, 0.5)
        for u, v in heap(s.rng, 44, 0, 0, 1, ry=1, jitter=0.03):
            a = np.radians(270 + 84 * u)
            u, v = x + 2 + (25.5 + 3.4 * v) * np.cos(a), y + 11 + (25 + 3.4 * v) * np.sin(a)
            kind = int(s.rng.integers(6))
            if kind < 2:
                s.form(blob(s.rng, u, v, 3.4, 2.4, 7, 0.2), (hue.RUSSET, hue.BROWN)[kind], FINE, 0.5)
            elif kind < 4:
                s.form(blob(s.rng, u, v, 5.4, 2.6, 9, 0.28), (hue.SAGE, hue.LIME)[kind - 2], FINE, 0.5)
            elif kind == 4:
                cube(s, u, v, 4.4, hue.TOMATO, 0.41, side=hue.BRICK)
            else:
                strip(s, u, v, 6, 1.1, s.rng.uniform(-60, 60), hue.MELT)
        shell = np.concatenate(
            [
                arc(x - 1, y + 13, r, 180, 360, 25, 40),
                smooth(
                    points(
                        (x + 24, y + 13),
                        (x + 16, y + 16),
                        (x - 1, y + 17),
                        (x - 18, y + 16),
                        (x - 26, y + 13),
                    ),
                    5,
                ),
            ]
        )
        s.form(shell, "#e3b45f", LINE, 0.5, 0.5, reach=7)
        crackling(s, shell, 34, hue.CRUST)
        flecks(s, Place(x, y - 13, 14, 4), 9, hue.LEAF, 1.1)
    citrus_wedge(s, 24, 80, 7.5, -10, hue.LIME)
    citrus_wedge(s, 84, 44, 7, -25, hue.LIME)


def chicken_quesadilla(s: Sheet) -> None:
    plate(s, y=57, r=45, colour=hue.PORCELAIN, rim=hue.CARROT)
    for a0 in (242, 182, 302, 122, 2, 62):
        mid = np.radians(a0 + 28)
        cx, cy = 48 + 3 * np.cos(mid), 52 + 2.2 * np.sin(mid)
        top = np.concatenate([[[cx, cy]], arc(cx, cy, 31, a0, a0 + 56, 19.5, 20)])
        s.shadow(shift(top, 0, 6), 0.4)
        prism(
            s,
            top,
            6.4,
            "#e9c987",
            [(0.25, "#e6bd74"), (0.14, hue.MELT), (0.2, hue.ROSE), (0.16, hue.MELT), (0.25, "#e6bd74")],
            rough=0.7,
        )
        crackling(s, (top - top.mean(0)) * 0.86 + top.mean(0), 26, hue.RUSSET)
    cup(s, 80, 42, 9, 7, hue.CLAY, hue.TOMATO)
    s.form(blob(s.rng, 48, 51, 7.5, 5, 9, 0.08), hue.GLOW, FINE, 0.5)
    flecks(s, Place(48, 51, 6, 4), 9, hue.LEAF, 1.1)
    s.form(blob(s.rng, 77, 66, 9, 5.6, 11, 0.1), hue.AVOCADO, LINE, 0.5)
    flecks(s, Place(77, 65, 6, 3.4), 8, hue.BRICK, 0.9)
    sprig(s, 20, 62, 170, 7)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "chicken_quesadilla": chicken_quesadilla,
    "club_sandwich": club_sandwich,
    "grilled_cheese_sandwich": grilled_cheese_sandwich,
    "tacos": tacos,
}
