"""For the middle of the table: bread, cheese, dips and pizza."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, cube, ellipse, heap, outline, prism, rounded, scattered
from train.starters.dishes.greens import avocado, citrus_wedge, currant, flecks, leaf, olive, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import crackling, oval_slice
from train.starters.dishes.tableware import Place, board, plate
from train.starters.dishes.vessels import cup
from train.starters.pen import arc, place, points, shift, smooth


def pizza(s: Sheet) -> None:
    board(s, 50, 54, 96, 58)
    crust = blob(s.rng, 50, 52, 43, 28.5, 20, 0.02)
    s.shadow(shift(crust, 0, 3), 0.5)
    prism(s, crust, 3, hue.GOLD, [(1, hue.TOAST)])
    for a in np.linspace(0, 2 * np.pi, 30):
        s.form(
            blob(s.rng, 50 + 40 * np.cos(a), 52 + 26.4 * np.sin(a), s.rng.uniform(1.4, 3), 1.5, 8, 0.15),
            wash(hue.CRUST, 0.6),
            0,
            0.2,
            0.4,
            None,
        )
    s.form(blob(s.rng, 50, 51.6, 37.5, 24, 18, 0.02), hue.BRICK, FINE, 0.5, 0.2, hollow=True)
    s.form(blob(s.rng, 50, 51.4, 35.5, 22.4, 22, 0.05), "#efcf7c", FINE, 0.4, 0.4)
    for u, v in heap(s.rng, 20, 50, 51, 31):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(2, 5), s.rng.uniform(1.4, 3), 9, 0.18),
            wash((hue.BRICK, hue.IVORY, hue.OCHRE)[int(s.rng.integers(3))], 0.6),
            0,
            0.1,
            0.4,
            None,
        )
    for u, v in heap(s.rng, 15, 50, 51, 30, jitter=0.04):
        disc = ellipse(u, v, 5.3, 3.7, 40)
        s.form(shift(disc, 0, 0.7), "#7d2a1d", FINE, 0.5)
        s.form(disc, "#b8472e", LINE, 0.4, 0.5, None)
        for p, q in heap(s.rng, 6, u, v, 3.4):
            s.speck(p, q, 0.7, 0.5, 0, wash(hue.PINK, 0.8), 0)
    for u, v in heap(s.rng, 9, 50, 52, 28, jitter=0.08):
        s.form(ellipse(u, v, 2.4, 1.8, 24), hue.BLACK, FINE, 0.3, 0.6, None)
        s.form(ellipse(u, v, 1.1, 0.8, 18), "#efcf7c", HAIR, 0.2, 0.2, None)
    for u, v in heap(s.rng, 9, 50, 51, 26, jitter=0.1):
        leaf(s, u, v, s.rng.uniform(0, 360), 7.6, hue.LEAF, "round", 0.9)
    for a in (22, 67, 112, 157):
        d = points((43 * np.cos(np.radians(a)), 28 * np.sin(np.radians(a))))[0] * 0.93
        s.line(np.stack([shift(d, 50, 51.6), shift(-d, 50, 51.6)]), 0.45, wash(hue.COCOA, 0.9))


def garlic_bread(s: Sheet) -> None:
    board(s, 50, 57, 94, 48)
    for k, (x, y) in enumerate(((22, 40), (36, 44), (50, 48), (64, 52), (78, 56), (30, 64), (46, 70))):
        d = 62 if k < 5 else 20
        s.shadow(ellipse(x, y + 5, 13, 9), 0.4)
        oval_slice(s, x, y, 15, 4.6, d if k < 5 else -16, "#efd48a", hue.CRUST, 9.6)
        top = place(ellipse(0, 0, 12.6, 7.8), (x, y), d if k < 5 else -16)
        s.form(top, wash("#f3dd94", 0.9), 0, 0.2, 0.5, None)
        crackling(s, top, 24, hue.CRUST)
        with s.inside(top):
            flecks(s, Place(x, y, 11, 9), 24, hue.LEAF, 1.1)
            flecks(s, Place(x, y, 11, 9), 14, hue.GLOW, 1.0)
    bulb = outline("0,-9 1.4,-4 6.5,0 7,5 3,8.4 -3,8.4 -7,5 -6.5,0 -1.4,-4", 6)
    for x, y, k in ((76, 76, 1.0), (15, 72, 0.72)):
        c = bulb * k + (x, y)
        s.shadow(c, 0.4)
        s.form(c, hue.GLOW, LINE, 0.6, 0.2)
        for t in (-0.6, -0.2, 0.25, 0.65):
            s.line(
                smooth(points((0, -8), (5 * t, -1), (9 * t, 4), (4 * t, 8)) * k + (x, y), 6),
                HAIR,
                wash(hue.PLUM, 0.9),
            )
    sprig(s, 88, 78, -30, 8)


def bruschetta(s: Sheet) -> None:
    board(s, 50, 57, 94, 50)
    for x, y, d in ((30, 43, -20), (64, 42, -20), (36, 64, -20), (71, 63, -20)):
        s.shadow(ellipse(x, y + 6, 18, 10), 0.45)
        oval_slice(s, x, y, 19.5, 5, d, hue.CREAM, hue.CRUST, 11)
        for k in (-0.5, 0, 0.5):
            s.line(place(points((20 * k - 3, -8), (20 * k + 3, 8)), (x, y), d), 1.1, wash(hue.BROWN, 0.6))
        for u, v in heap(s.rng, 24, x, y - 1, 14, 5, ry=6.6):
            v -= 0.3 * (u - x)
            paint = (hue.TOMATO, hue.BRICK, "#cf6045")[int(s.rng.integers(3))]
            cube(s, u, v, 5.2, paint, 0.42)
        for u, v in heap(s.rng, 7, x, y - 3, 11, 4, ry=5):
            v -= 0.3 * (u - x)
            cube(s, u, v, 2.6, hue.GLOW, 0.38, side=hue.IVORY)
        for a in (-150, -95, -35):
            leaf(s, x + 1, y - 6, a, 8.4, hue.LEAF, "round", 0.9)
        flecks(s, Place(x, y - 3, 12, 5), 9, hue.BLACK, 0.4)
    flecks(s, Place(50, 60, 42, 18), 12, hue.OCHRE, 0.8)


def cheese_plate(s: Sheet) -> None:
    board(s, 50, 57, 96, 52)
    whole = np.concatenate([[[31, 46]], arc(31, 46, 20, 60, 345, 13, 50)])
    s.shadow(shift(whole, 0, 9), 0.4)
    prism(s, whole, 9, hue.GLOW, [(0.12, hue.GLOW), (0.76, "#f0dfa8"), (0.12, hue.GLOW)])
    face = points((31, 46), (41, 57.3), (41, 66.3), (31, 55))
    s.form(face, "#f0dfa8", LINE, 0.3, 0.3)
    face = points((31, 46), (50.3, 42.6), (50.3, 51.6), (31, 55))
    s.form(face, "#f3e4b4", LINE, 0.4, 0.3)
    swiss = points((52, 46), (84, 34), (90, 48))
    s.shadow(shift(swiss, 0, 13), 0.4)
    prism(s, swiss, 14, "#edc860", [(1, "#e9be52")])
    a, b = swiss[0], swiss[2]
    for t, v, r in ((0.25, 5, 2.2), (0.42, 9.4, 1.6), (0.6, 4.6, 2.4), (0.78, 9.6, 2.2), (0.9, 4.4, 1.5)):
        p = a + t * (b - a) + (0, v)
        s.form(ellipse(*p, r, 0.9 * r, 26), "#c9953a", FINE, 0.7, 0.2, None, hollow=True)
    for u, v in ((74, 43), (80, 41)):
        s.form(ellipse(u, v, 2.4, 1.4, 26), "#c9953a", FINE, 0.7, 0.2, None, hollow=True)
    blue = points((50, 70), (72, 60), (80, 71))
    s.shadow(shift(blue, 0, 8), 0.4)
    prism(s, blue, 9, hue.IVORY, [(1, hue.IVORY)])
    for c in (blue, np.concatenate([blue[[0, 2]], shift(blue[[2, 0]], 0, 9)])):
        middle = c.mean(0)
        for u, v in heap(s.rng, 12, *middle, 9, ry=3):
            with s.inside(c):
                s.form(blob(s.rng, u, v, 1.5, 0.9, 7, 0.3), hue.SLATE, 0, 0.1, 0.2, None)
    for u, v in heap(s.rng, 17, 24, 71, 8, 4, ry=5, jitter=0.05):
        currant(s, u, v, 2.9, hue.AUBERGINE)
    s.tube(smooth(points((24, 63), (26, 59), (31, 58)), 6), 0.8, hue.BROWN, 0.2)
    for k in range(4):
        c = ellipse(42 + 2.4 * k, 77 - 1.3 * k, 5.6, 3.8)
        s.form(shift(c, 0, 0.9), hue.TOAST, FINE, 0.5)
        s.form(c, hue.BUTTER, LINE, 0.4)
        for u, v in heap(s.rng, 5, 42 + 2.4 * k, 77 - 1.3 * k, 3.6):
            s.speck(u, v, 0.35, 0.3, 0, hue.BROWN, 0)
    for u, v in ((85, 62), (89, 67), (84, 68)):
        nut = blob(s.rng, u, v, 3, 2.3, 9, 0.15)
        s.form(nut, hue.TOAST, FINE, 0.6)
        s.line(points((u - 2, v), (u + 2, v - 0.4)), HAIR)
    cup(s, 60, 34, 6.6, 5.4, hue.PORCELAIN, hue.HONEY)
    sprig(s, 48, 62, -60, 6)


def guacamole(s: Sheet) -> None:
    x, y, r = 50, 50, 34
    for k, d in enumerate((-170, -150, -132, -40, -22, -8)):
        u, v = x + 34 * np.cos(np.radians(d)), y + 22 * np.sin(np.radians(d))
        chip = rounded(place(points((-11, 9), (0, -12), (11, 8)), (u, v - 2), 30 * (k - 2.5)), 0.12)
        s.form(chip, hue.GOLD, LINE, 0.5, 0.5)
        scattered(s, chip, 12, wash(hue.CRUST, 0.7), 0.8)
    s.shadow(ellipse(x, y + 28, 24, 10), 0.6)
    for a in (128, 90, 52):
        p = np.array([x + 17 * np.cos(np.radians(a)), y + 24])
        s.form(shift(points((-4, 0), (4, 0), (2.6, 11), (-2.6, 11)), *p), hue.SLATE, LINE, 0.8, 0.2, 80)
    body = np.concatenate([arc(x, y, r, 0, 180, 29), arc(x, y, r, 180, 360, 21)])
    s.form(body, hue.SLATE, LINE, 0.8, 0.4, reach=8)
    scattered(s, body, 150, wash(hue.BLACK, 0.5), 0.7)
    scattered(s, body, 90, wash(hue.STEEL, 0.6), 0.6)
    s.form(ellipse(x, y, r, 21), hue.STEEL, LINE, 0.3, 0.4, None)
    s.form(ellipse(x, y + 0.5, 30.5, 18.4), hue.IRON, FINE, 0.7, 0.2, hollow=True)
    mound = smooth(
        [
            (
                x + 29 * np.cos(a),
                y - 0.5 + (17 if np.sin(a) > 0 else 22) * np.sin(a) * (1 + 0.05 * np.sin(7 * a)),
            )
            for a in np.radians(np.arange(0, 360, 15))
        ],
        7,
        closed=True,
    )[:-1]
    s.form(mound, "#a8b558", LINE, 0.5, 0.5)
    for u, v in heap(s.rng, 26, x, y - 3, 25, 7, ry=13):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(2.4, 4.6), s.rng.uniform(1.6, 3), 8, 0.18),
            ("#bdc774", "#98a84a", hue.AVOCADO)[int(s.rng.integers(3))],
            HAIR,
            0.5,
            0.5,
            None,
        )
    for u, v in heap(s.rng, 14, x, y - 3, 23, 8, ry=12):
        cube(s, u, v, 3.6, hue.TOMATO, 0.39, side=hue.BRICK)
    for u, v in heap(s.rng, 12, x, y - 3, 23, 8, ry=12):
        s.tube(arc(u, v, 2, 0, 200, 1.3, 10), 0.7, hue.PLUM, 0.18)
    flecks(s, Place(x, y - 3, 23, 11), 34, hue.MOSS, 1.1, 8)
    chip = rounded(place(points((-9, 8), (0, -13), (9, 8)), (60, 30), 14), 0.12)
    with s.inside(np.concatenate([points((0, 0), (100, 0), (100, 38), (0, 38))])):
        s.form(chip, hue.GOLD, LINE, 0.5, 0.5)
        scattered(s, chip, 14, wash(hue.CRUST, 0.7), 0.8)
    avocado(s, 17, 80, 13, -20)
    citrus_wedge(s, 84, 82, 9, -20, hue.LIME)


def hummus(s: Sheet) -> None:
    plate(s, y=54, r=46, colour=hue.CLAY, rim="#8a5436", tilt=0.64)
    dip = blob(s.rng, 50, 55, 36, 22.6, 16, 0.025)
    s.form(dip, "#e3cc9c", LINE, 0.6, 0.5)
    for share in (0.86, 0.68, 0.5, 0.32):
        whirl = smooth(
            [
                (50 + 36 * share * np.cos(a) * (1 + 0.03 * np.sin(5 * a)), 54.6 + 22 * share * np.sin(a))
                for a in np.radians(np.arange(20, 350, 15))
            ],
            5,
        )
        s.line(whirl, FINE, wash(hue.BROWN, 0.8))
        s.line(shift(whirl, 0.5, 1.1), 1.2, wash(hue.GLOW, 0.6))
    s.form(blob(s.rng, 50, 54, 15, 8.4, 11, 0.12), wash("#b98f2a", 0.9), FINE, 0.5, 0.7, None, hollow=True)
    s.form(
        smooth(
            [
                (50 + (21 + 3.2 * np.sin(3 * a)) * np.cos(a), 54.6 + (12.6 + 1.4 * np.sin(3 * a)) * np.sin(a))
                for a in np.radians(np.arange(200, 340, 12))
            ]
            + [
                (50 + 17.5 * np.cos(a), 54.6 + 10.4 * np.sin(a)) for a in np.radians(np.arange(330, 205, -12))
            ],
            5,
            closed=True,
        )[:-1],
        wash("#b98f2a", 0.85),
        HAIR,
        0.3,
        0.6,
        None,
    )
    for u, v in heap(s.rng, 11, 50, 53, 9, 2, ry=4.6, jitter=0.05):
        pea = blob(s.rng, u, v, 2.7, 2.3, 9, 0.05)
        s.form(pea, "#dcb878", LINE, 0.6, 0.5, None)
        s.line(arc(u, v - 0.4, 0.9, 60, 180, 0.8, 8), HAIR)
    flecks(s, Place(50, 55, 30, 18), 60, hue.BRICK, 0.7)
    for u, v in heap(s.rng, 13, 50, 55, 25):
        leaf(s, u, v, s.rng.uniform(0, 360), 3.6, hue.LEAF, "round", 0.9)
    for x, y, d in ((84, 70, -30), (76, 78, -12), (88, 60, -50)):
        pita = place(np.concatenate([[[-8, 5]], arc(0, 5, 12, 200, 340, 13, 20), [[8, 5]]]), (x, y), d)
        prism(s, rounded(pita[::2], 0.2), 2, "#e9cf9a", [(1, hue.TOAST)])
        crackling(s, (pita - pita.mean(0)) * 0.8 + pita.mean(0), 9, hue.CRUST)
    olive(s, 22, 74, 3.4)
    olive(s, 28, 78, 3.4, hue.OLIVE)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "bruschetta": bruschetta,
    "cheese_plate": cheese_plate,
    "garlic_bread": garlic_bread,
    "guacamole": guacamole,
    "hummus": hummus,
    "pizza": pizza,
}
