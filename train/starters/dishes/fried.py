"""Out of the fryer, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    blob,
    cube,
    ellipse,
    heap,
    knots,
    log,
    outline,
    ring,
    rounded,
    scattered,
    stick,
)
from train.starters.dishes.greens import chives, citrus_wedge, flecks, leaf, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import bone, crackling, drizzle, scallop, sesame
from train.starters.dishes.tableware import Place, paper, plate
from train.starters.dishes.vessels import basket, bowl, cup
from train.starters.pen import arc, place, points, smooth

CHIP, MELT = "#e6b95c", "#f0c452"


def _chips(
    s: Sheet, at: Place, n: int, h: float, length: tuple[float, float] = (17, 25), w: float = 3.6
) -> None:
    for u, v in heap(s.rng, n, at.x, at.y, at.rx, h, at.ry):
        a, b = place(points((-0.5, 0), (0.5, 0)), (u, v), s.rng.uniform(-65, 65), s.rng.uniform(*length))
        stick(s, a, b, w, (CHIP, hue.GOLD, hue.BUTTER)[int(s.rng.integers(3))])


def french_fries(s: Sheet) -> None:
    s.shadow(points((28, 86), (72, 86), (78, 92), (24, 92)), 0.6)
    back = knots("24,40 34,33 66,33 76,40 70,60 30,60")
    s.form(smooth(back, 6, closed=True)[:-1], hue.BRICK, LINE, 0.6)
    for row, (lift, n) in enumerate(((8, 10), (4, 11), (0, 11), (-4, 10))):
        for k in range(n):
            t = (k + 0.5 + s.rng.uniform(-0.25, 0.25)) / n
            x = 27 + 46 * t
            lean = (t - 0.5) * 22 + s.rng.uniform(-3, 3)
            top = 14 + 2.4 * row + s.rng.uniform(-5, 9) + 20 * (t - 0.5) ** 2
            stick(
                s, (x, 64 - lift), (x + lean, top), 4.2, (CHIP, hue.GOLD, hue.BUTTER)[int(s.rng.integers(3))]
            )
            tip = np.array([x + lean, top])
            s.form(
                place(points((-1.9, 0), (0.4, -1.1), (2.4, 0), (0.2, 1.1)), tip, 0),
                hue.CREAM,
                FINE,
                0.2,
                0.2,
                None,
            )
    box = smooth(knots("22,42 33,52 50,55 67,52 78,42"), 8)
    front = np.concatenate([box, points((71, 88), (29, 88))])
    s.form(front, hue.BRICK, LINE, 0.6, 0.4, 80, reach=6)
    with s.inside(front):
        for k in range(-3, 4):
            s.line(points((50 + 9.4 * k, 40), (50 + 6.4 * k, 92)), 2.6, wash(hue.IVORY, 0.9))
        s.model(front, 0.5, 0.2, 80, reach=6)
    s.line(front, LINE, closed=True)
    cup(s, 86, 76, 10, 9, hue.PORCELAIN, hue.TOMATO)
    for x, y, d in ((14, 86, -20), (20, 91, 12)):
        a, b = place(points((-8, 0), (8, 0)), (x, y), d)
        stick(s, a, b, 3.6, CHIP)


def poutine(s: Sheet) -> None:
    at = bowl(s, 50, 48, 42, 27, hue.PORCELAIN, hue.IVORY, hue.BROWN, band=hue.BRICK, foot=0.46, tilt=0.6)
    _chips(s, Place(at.x, at.y, 31, 17), 74, 15)
    gravy = smooth(
        [
            (
                at.x + 27 * np.cos(a) * (1 + 0.2 * np.sin(4 * a)),
                at.y
                - 5
                + 14 * np.sin(a) * (1 + 0.2 * np.cos(5 * a))
                + (5 if np.sin(a) > 0.3 and np.sin(6 * a) > 0.2 else 0),
            )
            for a in np.radians(np.arange(0, 360, 14))
        ],
        7,
        closed=True,
    )[:-1]
    s.form(gravy, wash("#6d3a1d", 0.88), FINE, 0.5, 0.6, None)
    s.line(arc(at.x, at.y - 6, 19, 195, 250, 9), 0.9, wash(hue.GLOW, 0.6))
    for u, v in heap(s.rng, 24, at.x, at.y - 1, 28, 12, ry=15):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(2.6, 4.2), s.rng.uniform(2.2, 3.2), 8, 0.13),
            hue.GLOW,
            LINE,
            0.5,
            0.3,
        )
    for u, v in heap(s.rng, 12, at.x, at.y - 4, 26, 10, ry=11):
        s.form(blob(s.rng, u, v, 2.6, 1.1, 7, 0.2), wash("#6d3a1d", 0.85), HAIR, 0.3, 0.5, None)
    chives(s, Place(at.x, at.y - 3, 24, 11), 18, h=10)


def onion_rings(s: Sheet) -> None:
    at = basket(s, 50, 54, 41, 22, check=hue.BRICK)
    for u, v in heap(s.rng, 19, at.x, at.y, 26, 18, ry=12, jitter=0.05):
        r = s.rng.uniform(10.5, 14)
        s.shadow(ellipse(u, v + 2, r, 0.6 * r), 0.4, 1, 1.4)
        ring(s, u, v, r, (hue.HONEY, hue.OCHRE)[int(s.rng.integers(2))], 0.56, "#96643a", 0.62 * r, 0.05)
        s.line(ellipse(u, v + 0.5, 0.57 * r, 0.34 * r), 0.8, hue.IVORY, closed=True)
        for k in range(16):
            a = s.rng.uniform(0, 2 * np.pi)
            s.speck(
                u + 0.8 * r * np.cos(a),
                v + 0.5 * r * np.sin(a),
                0.7,
                0.5,
                0,
                wash((hue.CRUST, hue.BUTTER)[k % 2], 0.8),
                0,
            )
    cup(s, 82, 76, 11, 8, hue.PORCELAIN, hue.CORAL)


def fried_calamari(s: Sheet) -> None:
    plate(s, y=58, r=44, rim=hue.SEA)
    paper(s, knots("16,50 40,36 78,40 86,62 66,78 26,76"))
    for k, (u, v) in enumerate(heap(s.rng, 26, 48, 57, 24, 14, ry=14, jitter=0.05)):
        if k % 6 == 4:
            for j in range(5):
                d = -130 + 26 * j
                arm = place(
                    smooth(points((0, 0), (5, 1.4 * (-1) ** j), (9, -1.4 * (-1) ** j), (11.5, 0.6)), 6),
                    (u, v + 4),
                    d,
                )
                log(s, arm, np.linspace(3, 1, len(arm)), hue.GOLD, FINE, 0.5, None)
            s.form(blob(s.rng, u, v + 4, 4, 3, 8, 0.1), hue.GOLD, LINE, 0.5)
            continue
        r = s.rng.uniform(6.8, 8.6)
        s.shadow(ellipse(u, v + 1.5, r, 0.64 * r), 0.35, 1, 1.2)
        ring(s, u, v, r, (hue.BUTTER, hue.GOLD)[k % 2], 0.42, "#b98a4c", 0.7 * r, 0.07)
        for _ in range(12):
            a = s.rng.uniform(0, 2 * np.pi)
            s.speck(u + 0.75 * r * np.cos(a), v + 0.52 * r * np.sin(a), 0.6, 0.45, 0, wash(hue.CRUST, 0.7), 0)
    citrus_wedge(s, 24, 72, 9, -14)
    citrus_wedge(s, 36, 78, 8, 8)
    cup(s, 77, 66, 10.5, 7, hue.PORCELAIN, hue.CORAL)
    flecks(s, Place(48, 52, 24, 13), 24, hue.LEAF, 0.9, 12)


def fish_and_chips(s: Sheet) -> None:
    sheet = knots("6,60 16,32 52,24 90,34 96,62 78,86 24,88")
    paper(s, sheet, hue.IVORY)
    with s.inside(sheet):
        for k in range(14):
            for x in (12, 40, 68):
                s.line(points((x, 28 + 5 * k), (x + 22, 26 + 5 * k)), 0.3, wash(hue.INK, 0.35))
    _chips(s, Place(53, 64, 30, 12), 44, 9, (20, 28), 4.4)
    for (a, b), wide in ((((20, 52), (78, 30)), 17), (((24, 64), (86, 44)), 18)):
        t = np.linspace(0, 1, 9)
        spine = np.array(a) + t[:, None] * (np.array(b) - a) + np.stack([0 * t, -4 * np.sin(np.pi * t)], 1)
        width = wide * np.array([0.5, 0.8, 0.95, 1, 0.98, 0.9, 0.75, 0.55, 0.3]) + s.rng.uniform(-1, 1, 9)
        spine, w = smooth(spine, 6), np.interp(np.linspace(0, 8, 49), np.arange(9), width)
        outline = log(s, spine, w + 0.7 * np.sin(np.arange(len(w)) * 0.9), hue.OCHRE, LINE, 0.65)
        crackling(s, outline, 90, hue.CRUST)
        scattered(s, outline, 60, wash(hue.BUTTER, 0.9), 1)
        for u, v in heap(s.rng, 10, *outline.mean(0), 24, ry=4):
            v -= 0.36 * (u - outline.mean(0)[0])
            s.line(arc(u, v, 2.4, s.rng.uniform(0, 360), s.rng.uniform(360, 520), 1.6, 12), HAIR)
    cup(s, 22, 76, 10.5, 7, hue.PORCELAIN, hue.IVORY)
    flecks(s, Place(22, 76, 7, 4), 10, hue.LEAF, 0.9)
    citrus_wedge(s, 80, 72, 9, -20)
    for u, v in heap(s.rng, 14, 42, 80, 8, 2, ry=3.4):
        s.form(ellipse(u, v, 1.7, 1.6, 18), hue.LEAF, FINE, 0.6, 0.5, None)


def nachos(s: Sheet) -> None:
    plate(s, y=58, r=45, colour=hue.CLAY, rim=hue.RUSSET)
    for u, v in heap(s.rng, 40, 50, 57, 31, 15, ry=17, jitter=0.05):
        chip = rounded(
            place(points((-1, 0.6), (0.05, -0.85), (1, 0.55)), (0, 0), s.rng.uniform(0, 360), 10.5)
            * (1, 0.75)
            + (u, v),
            0.1,
        )
        s.shadow(chip, 0.3, 0.8, 1.2)
        s.form(chip, (CHIP, "#dca94a", "#e9c573")[int(s.rng.integers(3))], LINE, 0.5, 0.5)
        scattered(s, chip, 7, wash(hue.CRUST, 0.7), 0.8)
    for u, v in heap(s.rng, 9, 50, 52, 24, 12, ry=12):
        melt = smooth(
            [
                (u + 8 * np.cos(a) * s.rng.uniform(0.55, 1.1), v + 5 * np.sin(a) * s.rng.uniform(0.5, 1.3))
                for a in np.linspace(0, 2 * np.pi, 10)[:-1]
            ],
            6,
            closed=True,
        )[:-1]
        s.form(melt, MELT, FINE, 0.4, 0.5, None)
    for u, v in heap(s.rng, 22, 50, 51, 26, 13, ry=13):
        s.speck(u, v, 1.7, 1.15, s.rng.uniform(0, 180), hue.WINE, 0.2)
    for u, v in heap(s.rng, 22, 50, 51, 26, 13, ry=13):
        cube(s, u, v, 3.6, hue.TOMATO, 0.39, side=hue.BRICK)
    for u, v in heap(s.rng, 11, 50, 50, 25, 13, ry=12):
        s.form(ellipse(u, v, 3.4, 2.5, 30), hue.MOSS, LINE, 0.4)
        s.form(ellipse(u, v, 2.5, 1.8, 30), hue.LIME, HAIR, 0.2)
        s.speck(u, v, 0.9, 0.6, 0, hue.IVORY, 0.14)
    s.form(blob(s.rng, 50, 36, 8.4, 5.6, 9, 0.08), hue.GLOW, LINE, 0.5)
    s.form(blob(s.rng, 50, 33, 5, 3.6, 9, 0.08), hue.GLOW, FINE, 0.5)
    s.form(blob(s.rng, 31, 47, 8.4, 5.6, 11, 0.12), hue.AVOCADO, LINE, 0.6)
    flecks(s, Place(50, 50, 28, 14), 24, hue.LEAF, 1.2, 12)


def chicken_wings(s: Sheet) -> None:
    plate(s, y=58, r=45, rim=hue.CARROT)
    glaze = ("#b5562a", "#a84a22", "#c26a33")
    for k, (x, y, d) in enumerate(
        (
            (32, 42, 20),
            (62, 40, 160),
            (24, 58, -12),
            (74, 56, 190),
            (48, 50, 70),
            (40, 68, 10),
            (64, 68, 165),
            (50, 34, -20),
        )
    ):
        if k % 2 == 0:
            shape = outline(
                "-13,0 -10,-6 -3,-7.6 4,-4.4 10,-2.2 12.5,-2.6 12.5,2.6 10,2 4,4.4 -3,7.6 -10,6", 6
            )
            bone(s, place(points((9, 0)), (x, y), d)[0], place(points((17, 0)), (x, y), d)[0], 2.8)
        else:
            shape = outline("-12,-3 -6,-6.4 2,-5 9,-5.4 13,-1.6 11.4,3.6 4,3.8 -3,5.4 -10,4.6", 6)
        c = place(shape, (x, y), d) + s.rng.uniform(-0.5, 0.5, 2)
        s.shadow(c, 0.45, 1.4, 2)
        s.form(c, glaze[k % 3], LINE, 0.7, 0.6)
        crackling(s, c, 26, "#6d2a14")
        for t in (0.3, 0.55):
            s.line(
                place(smooth(points((-9, -5 + 8 * t), (-3, -6 + 8 * t), (4, -4 + 6 * t)), 6), (x, y), d), HAIR
            )
        s.line(place(smooth(points((-8, -4), (-3, -5), (2, -3.4)), 6), (x, y), d), 1.0, wash(hue.GLOW, 0.65))
    sesame(s, Place(48, 52, 28, 16), 34)
    chives(s, Place(48, 54, 28, 16), 18)
    for k in range(4):
        log(
            s,
            smooth(
                points((56 + 7 * k, 82 - 2.6 * k), (64 + 7 * k, 76 - 3 * k), (72 + 6 * k, 71 - 3.4 * k)), 5
            ),
            3.4,
            (hue.LIME, hue.CARROT)[k % 2],
            FINE,
            0.5,
        )
    cup(s, 22, 76, 11, 7, hue.PORCELAIN, hue.IVORY)
    flecks(s, Place(22, 76, 7, 4), 10, hue.SLATE, 0.8)


def crab_cakes(s: Sheet) -> None:
    plate(s, y=57, r=45, rim=hue.SEA)
    for d, x in ((-160, 34), (-120, 42), (-70, 55), (-30, 66), (-95, 48)):
        leaf(s, x, 44, d, 15, hue.SAGE, "oak")
    for x, y in ((33, 49), (62, 46), (48, 60)):
        scallop(s, x, y, 17, 10, hue.HONEY, hue.GOLD)
        side = np.concatenate([arc(x, y, 17, 0, 180, 11), arc(x, y + 10, 17, 180, 0, 11)])
        scattered(s, side, 60, wash(hue.CRUST, 0.7), 1.1)
        scattered(s, side, 40, wash(hue.IVORY, 0.9), 1.1)
        scattered(s, side, 16, hue.LEAF, 0.9)
        scattered(s, ellipse(x, y, 16, 10), 70, wash(hue.RUSSET, 0.75), 1.1)
        scattered(s, ellipse(x, y, 16, 10), 36, wash(hue.BUTTER, 0.9), 1.0)
    s.form(blob(s.rng, 48, 57.5, 8, 5, 10, 0.09), hue.IVORY, LINE, 0.5)
    flecks(s, Place(48, 57, 6, 3.4), 9, hue.LEAF, 0.8)
    sprig(s, 48, 56, -80, 6)
    citrus_wedge(s, 80, 60, 9, -25)
    citrus_wedge(s, 74, 70, 9, -12)
    drizzle(s, Place(24, 70, 9, 4), 3, hue.CORAL, 1.2)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "chicken_wings": chicken_wings,
    "crab_cakes": crab_cakes,
    "fish_and_chips": fish_and_chips,
    "french_fries": french_fries,
    "fried_calamari": fried_calamari,
    "nachos": nachos,
    "onion_rings": onion_rings,
    "poutine": poutine,
}
