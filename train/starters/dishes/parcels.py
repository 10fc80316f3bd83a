"""Small parcels and balls of dough, and pods."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import ball, blob, ellipse, heap, knots, log, rounded, scattered
from train.starters.dishes.greens import chives, flecks, lettuce, sprig, tomato_slice
from train.starters.dishes.ink import BOLD, FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import crackling, drizzle, sesame
from train.starters.dishes.tableware import Place, chopsticks, plate, steam, tray
from train.starters.dishes.vessels import bowl, cup
from train.starters.pen import arc, place, points, shift, smooth


def dumplings(s: Sheet) -> None:
    x, y, r = 50, 53, 42
    s.shadow(ellipse(x, y + 15, r))
    side = np.concatenate([arc(x, y + 15, r, 0, 180, 0.66 * r), arc(x, y, r, 180, 0, 0.66 * r)])
    s.form(side, hue.WICKER, BOLD, 0.7, 0.3, 80)
    for k in (3.5, 11.5):
        s.line(arc(x, y + k, r, 2, 178, 0.66 * r), LINE)
    for a in np.arange(12, 170, 26):
        u, v = x + r * np.cos(np.radians(a)), y + 0.66 * r * np.sin(np.radians(a))
        s.line(points((u, v + 4), (u, v + 11)), 1.4, hue.BROWN)
    s.form(ellipse(x, y, r), hue.WICKER, LINE, 0.2, 0.5, None)
    s.form(ellipse(x, y + 1, 0.91 * r), hue.BUTTER, LINE, 0.8, 0.1, 30, hollow=True)
    with s.inside(ellipse(x, y + 1, 0.91 * r)):
        for k in range(-9, 10):
            s.line(points((x - 40, y + 4 * k + 1), (x + 40, y + 4 * k - 2)), FINE, wash(hue.BROWN, 0.7))
        lettuce(s, x, y + 3, 36, 22, hue.CABBAGE)
    for u, v in ((50, 38), (28, 46), (72, 46), (50, 55), (31, 64), (69, 64)):
        s.shadow(ellipse(u, v + 6, 12, 7), 0.4, 1.2, 1)
        body = np.concatenate(
            [
                arc(u, v + 3, 12.5, -8, 188, 8.4),
                smooth(
                    points(
                        (u - 12, v + 1),
                        (u - 7, v - 5),
                        (u - 2.6, v - 8),
                        (u + 2.6, v - 8),
                        (u + 7, v - 5),
                        (u + 12, v + 1),
                    ),
                    6,
                ),
            ]
        )
        s.form(body, hue.IVORY, LINE, 0.6, 0.4, reach=4)
        for k in np.linspace(-1, 1, 9):
            s.line(
                smooth(
                    points((u + 1.6 * k, v - 6.6), (u + 5 * k, v - 3.4), (u + 10.4 * k, v + 3 - abs(k))), 6
                ),
                HAIR,
            )
        s.form(blob(s.rng, u, v - 7.4, 3.2, 1.9, 9, 0.12), hue.CREAM, FINE, 0.6)
        s.speck(u, v - 7.6, 1.1, 0.6, 0, hue.TOAST, 0.14)
    steam(s, 50, 18)


def _gyoza(s: Sheet, x: float, y: float, w: float) -> None:
    s.shadow(ellipse(x, y + 0.16 * w, 0.5 * w, 0.2 * w), 0.4, 1.2, 1)
    a = np.linspace(-0.5, 0.5, 19)
    comb = np.stack(
        [a * w, -0.32 * w * np.cos(np.pi * a * 0.96) - 0.05 * w - 0.025 * w * np.abs(np.sin(9 * np.pi * a))],
        1,
    )
    belly = smooth(knots("0.5,-0.02 0.46,0.14 0.25,0.22 -0.25,0.22 -0.46,0.14 -0.5,-0.02") * w, 6)
    body = shift(np.concatenate([comb, belly]), x, y)
    s.form(body, "#f1e2ba", LINE, 0.5, 0.4)
    with s.inside(body):
        seared = shift(smooth(points((-0.6, 0.11), (-0.2, 0.06), (0.2, 0.09), (0.6, 0.05)) * w, 8), x, y)
        s.form(
            np.concatenate([seared, shift(points((0.6, 0.4), (-0.6, 0.4)) * w, x, y)]), hue.TOAST, 0, 0.6, 0.2
        )
        scattered(
            s,
            shift(points((-0.45, 0.08), (0.45, 0.08), (0.4, 0.22), (-0.4, 0.22)) * w, x, y),
            26,
            wash(hue.COCOA, 0.5),
            0.9,
        )
    s.line(body, LINE, closed=True)
    for k in np.linspace(-0.4, 0.4, 7):
        top = points(
            (k * w, -0.31 * w * np.cos(np.pi * k) - 0.03 * w),
            ((k + 0.03) * w, -0.2 * w * np.cos(np.pi * k)),
            ((k + 0.015) * w, -0.06 * w),
        )
        s.line(shift(smooth(top, 5), x, y), FINE)


def gyoza(s: Sheet) -> None:
    tray(s, 50, 58, 90, 46, hue.SLATE)
    for k, (x, y) in enumerate(((30, 45), (51, 44), (72, 45), (27, 60), (49, 59), (70, 60))):
        _gyoza(s, x, y + 0.5 * (k % 2), 27)
    cup(s, 78, 72, 11, 6, hue.PORCELAIN, hue.COCOA)
    chives(s, Place(50, 54, 30, 14), 16)
    sesame(s, Place(48, 54, 30, 14), 26)
    chopsticks(s, 22, 93, hue.RUSSET, to=(88, 88))


def samosa(s: Sheet) -> None:
    plate(s, y=58, rim=hue.CARROT)
    for x, y, turn, size in ((33, 46, -8, 17), (65, 44, 12, 17), (46, 58, 4, 20)):
        body = rounded(
            place(points((-1.05, 0.56), (0.02, -1.05), (1.05, 0.5), (0, 0.78)), (x, y), turn, size), 0.13
        )
        s.shadow(body, 0.5, 2, 2)
        s.form(body, hue.HONEY, LINE, 0.65, 0.5, 60)
        seam = place(smooth(points((0.02, -0.98), (0.08, -0.1), (0.0, 0.74)), 8), (x, y), turn, size)
        s.line(seam, LINE)
        s.flat(np.concatenate([seam, place(points((0.98, 0.5)), (x, y), turn, size)]), wash(hue.RUSSET, 0.3))
        edge = place(smooth(points((-0.92, 0.5), (-0.46, -0.2), (0.0, -0.9)), 8), (x, y), turn, size)
        s.line(edge, FINE)
        for p in edge[1::2]:
            s.line(np.stack([p, shift(p, 1.5, 1.1)]), HAIR)
        for u, v in heap(s.rng, 12, x, y + 1, 0.55 * size, ry=0.35 * size):
            s.form(blob(s.rng, u, v, 1.1, 0.8, 7, 0.1), hue.GOLD, HAIR, 0.5, 0.4, None)
    half = rounded(points((58, 72), (72, 50), (88, 68), (74, 77)), 0.16)
    s.shadow(half, 0.5, 2, 2)
    s.form(half, hue.HONEY, LINE, 0.6)
    filling = rounded((points((58, 72), (72, 50), (88, 68), (74, 77)) - (73, 67)) * 0.82 + (73, 67), 0.2)
    s.form(filling, hue.BUTTER, FINE, 0.5, 0.2, hollow=True)
    with s.inside(filling):
        for u, v in heap(s.rng, 30, 73, 67, 14, ry=11):
            paint = (hue.GOLD, hue.CREAM, hue.GOLD, hue.LEAF, hue.CARROT)[int(s.rng.integers(5))]
            s.form(blob(s.rng, u, v, 1.9, 1.5, 7, 0.15), paint, FINE, 0.5, 0.5, None)
    cup(s, 23, 66, 11, 8, hue.CLAY, hue.LEAF)
    sprig(s, 44, 76, -20, 9)


def spring_rolls(s: Sheet) -> None:
    plate(s, y=58, rim=hue.LEAF)
    lettuce(s, 46, 58, 30, 18, hue.LIME)
    for a, b in (((22, 50), (60, 38)), ((28, 62), (68, 49)), ((36, 73), (76, 60)), ((32, 53), (66, 42))):
        lift = 9 if a == (32, 53) else 0
        a, b = (a[0], a[1] - lift), (b[0], b[1] - lift)
        outline = log(s, points(a, ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2 + 0.3), b), 11, hue.HONEY, LINE, 0.7)
        crackling(s, outline, 30, hue.CRUST)
        for u, v in heap(s.rng, 14, *outline.mean(0), 17, ry=4):
            s.form(blob(s.rng, u, v, 0.9, 0.7, 6, 0.1), hue.GOLD, HAIR, 0.5, 0.4, None)
        n = points((b[1] - a[1], a[0] - b[0]))[0] / np.hypot(b[0] - a[0], b[1] - a[1])
        mid = (np.array(a) + b) / 2
        d = (np.array(b) - a) / 10
        s.line(smooth(np.stack([mid - n * 5 - 3 * d, mid + d, mid + n * 5 + 3.4 * d]), 7), FINE)
        if not lift:
            end = np.array(b) + d * 0.55
            s.form(ellipse(*end, 4.4, 5.4, 30), hue.TOAST, LINE, 0.3)
            with s.inside(ellipse(*end, 3.6, 4.6, 30)):
                for u, v in heap(s.rng, 14, *end, 3.2, ry=4):
                    paint = (hue.CARROT, hue.LEAF, hue.IVORY, hue.CABBAGE)[int(s.rng.integers(4))]
                    s.speck(u, v, 1.4, 0.9, s.rng.uniform(0, 180), paint, 0.16)
    cup(s, 23, 73, 11, 7, hue.PORCELAIN, hue.CORAL)
    sprig(s, 82, 52, -60, 9)


def takoyaki(s: Sheet) -> None:
    hull = points((6, 46), (76, 34), (96, 62), (22, 82))
    s.shadow(shift(hull, 0, 5))
    s.form(np.concatenate([hull[[0, 3, 2]], shift(hull[[2, 3, 0]], -2, 7)]), hue.GOLD, LINE, 0.8)
    s.line(np.stack([hull[3], hull[3] + (-2, 7)]), FINE)
    s.form(hull, hue.BUTTER, LINE, 0.5, 0.4, 12)
    s.form((hull - hull.mean(0)) * 0.92 + hull.mean(0), "#efdcae", HAIR, 0.5, 0.2, 12, hollow=True)
    for u, v in ((27, 48), (47, 44), (68, 41), (32, 65), (54, 61), (76, 57)):
        s.shadow(ellipse(u, v + 7, 11, 5), 0.5)
        ball(s, u, v, 12, hue.TOAST)
        crackling(s, ellipse(u, v, 11, 11), 14, hue.COCOA)
        sauce = blob(s.rng, u - 0.4, v - 3.6, 9.6, 7.4, 10, 0.12)
        s.form(sauce, "#5b2d1c", FINE, 0.4, 0.7, None)
        drizzle(s, Place(u, v - 4, 8.4, 4.6), 3, hue.GLOW, 0.9)
        flecks(s, Place(u, v - 4, 7, 4), 11, hue.LEAF, 1.0)
        for _ in range(3):
            curl = blob(s.rng, u + s.rng.uniform(-5, 5), v - 6 + s.rng.uniform(-2.4, 1.6), 3.2, 1.7, 8, 0.3)
            s.form(curl, hue.BLUSH, FINE, 0.3)
    for a, b in (((52, 60), (62, 22)), ((30, 64), (36, 26))):
        s.tube(points(a, b), 0.9, hue.WOOD, 0.24)


def falafel(s: Sheet) -> None:
    plate(s, y=58, rim=hue.OLIVE)
    lettuce(s, 50, 60, 35, 20, hue.LIME)
    tomato_slice(s, 24, 66, 9)
    tomato_slice(s, 32, 73, 9)
    for u, v, whole in (
        (38, 45, True),
        (60, 44, True),
        (29, 57, True),
        (50, 57, True),
        (70, 57, True),
        (49, 37, True),
        (59, 70, False),
        (43, 69, False),
    ):
        if whole:
            s.shadow(ellipse(u, v + 7, 11, 6), 0.45)
            shape = blob(s.rng, u, v, 11.4, 10, 15, 0.035)
            s.form(shape, hue.TOAST, LINE, 0.75, 0.5, reach=6)
            scattered(s, shape, 70, wash(hue.COCOA, 0.55), 0.9)
            scattered(s, shape, 40, wash(hue.GOLD, 0.8), 0.8)
        else:
            shape = blob(s.rng, u, v, 10.6, 8.4, 15, 0.03)
            s.form(shape, hue.BROWN, LINE, 0.5)
            inner = (shape - (u, v)) * 0.86 + (u, v)
            s.form(inner, "#a9a85c", FINE, 0.4, 0.4, None)
            scattered(s, inner, 70, wash(hue.MOSS, 0.8), 0.8)
            scattered(s, inner, 40, wash(hue.CREAM, 0.8), 0.6)
    sesame(s, Place(50, 48, 24, 10), 30)
    cup(s, 79, 66, 12, 8, hue.CLAY, hue.IVORY)
    s.speck(79, 66, 3, 1.6, 0, wash(hue.OLIVE, 0.7), 0.1)
    sprig(s, 76, 47, -30, 9)


def edamame(s: Sheet) -> None:
    at = bowl(s, 50, 50, 41, 28, hue.BLACK, hue.IRON, foot=0.45)
    for u, v in heap(s.rng, 36, at.x, at.y - 1, 31, 16, ry=19):
        d, length = s.rng.uniform(-75, 75), s.rng.uniform(21, 25)
        t = np.linspace(-0.5, 0.5, 31)
        half = (0.125 + 0.022 * np.cos(2 * np.pi * 3 * t)) * np.clip(1.3 * np.cos(np.pi * t) ** 0.5, 0.1, 1)
        bend = -0.09 * (1 - 4 * t * t)
        pod = np.concatenate([np.stack([t, bend - half], 1), np.stack([t, bend + half], 1)[::-1]])
        s.form(
            place(pod, (u, v), d, length),
            (hue.LEAF, "#86a355", "#7d9a4a", hue.SAGE)[int(s.rng.integers(4))],
            LINE,
            0.6,
            0.5,
            None,
        )
        for k in (-0.3, 0.0, 0.3):
            bean = place(ellipse(k, -0.09 + 0.36 * k * k, 0.1, 0.085, 20), (u, v), d, length)
            s.form(bean, hue.LIME, HAIR, 0.5, 0.6, None)
        s.line(place(points((-0.5, 0), (-0.57, -0.03)), (u, v), d, length), 0.8, hue.MOSS)
    for u, v in heap(s.rng, 50, at.x, at.y - 3, 29, 17, ry=14):
        s.speck(u, v, 0.55, 0.5, 0, hue.GLOW, 0.1)
    for x, y in ((14, 84), (22, 88), (88, 86)):
        s.form(ellipse(x, y, 3.4, 2.6, 30), hue.LIME, LINE, 0.6, 0.5, None)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "dumplings": dumplings,
    "edamame": edamame,
    "falafel": falafel,
    "gyoza": gyoza,
    "samosa": samosa,
    "spring_rolls": spring_rolls,
    "takoyaki": takoyaki,
}
