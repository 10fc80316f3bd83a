"""Rice, grits and curries."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, cube, dome, ellipse, heap, lozenge, outline, prism, strip
from train.starters.dishes.greens import chives, citrus_wedge, flecks, leaf, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import fried_egg, grains, mussel, sesame, shrimp
from train.starters.dishes.tableware import Place, chopsticks, plate
from train.starters.dishes.vessels import bowl, pan
from train.starters.pen import place, points, smooth

RICE = (hue.GLOW, hue.IVORY, hue.IVORY)


def bibimbap(s: Sheet) -> None:
    at = bowl(s, 50, 46, 42, 30, hue.BLACK, hue.IRON, hue.IVORY, foot=0.52, level=0.93, tilt=0.6)
    grains(s, Place(at.x, at.y, at.rx * 0.95, at.ry * 0.95), 160, RICE, 1.3)
    sectors = (
        (-90, hue.CARROT, 0),
        (-30, hue.MOSS, 1),
        (30, hue.BUTTER, 2),
        (90, hue.RUSSET, 3),
        (150, hue.IVORY, 4),
        (210, hue.LIME, 0),
    )
    for a, colour, kind in sorted(sectors, key=lambda sector: np.sin(np.radians(sector[0]))):
        u, v = at.x + 0.62 * at.rx * np.cos(np.radians(a)), at.y - 1 + 0.62 * at.ry * np.sin(np.radians(a))
        for p, q in heap(s.rng, 22, u, v, 11, 3, ry=6.6):
            if kind == 3:
                s.form(
                    blob(s.rng, p, q, 2.6, 1.9, 7, 0.2),
                    (hue.RUSSET, hue.BROWN)[int(s.rng.integers(2))],
                    FINE,
                    0.5,
                )
            elif kind == 1:
                s.form(
                    blob(s.rng, p, q, 4, 1.9, 8, 0.25),
                    (hue.MOSS, hue.LEAF)[int(s.rng.integers(2))],
                    FINE,
                    0.4,
                )
            elif kind == 4:
                s.tube(
                    place(smooth(points((-4, 0), (0, -1), (4, 0.5)), 5), (p, q), a + s.rng.uniform(-30, 30)),
                    0.9,
                    hue.IVORY,
                    0.2,
                )
            else:
                strip(s, p, q, 8, 1.3, a + s.rng.uniform(-25, 25), colour)
    fried_egg(s, at.x, at.y - 3, 14, 9.6)
    sesame(s, Place(at.x, at.y, 30, 16), 30, hue.CREAM)
    s.form(blob(s.rng, at.x + 13, at.y - 3, 4, 2.8, 9, 0.08), hue.BRICK, FINE, 0.5, 0.6)


def fried_rice(s: Sheet) -> None:
    at = bowl(s, 50, 50, 40, 28, hue.PORCELAIN, fill=hue.GOLD, band=hue.BRICK)
    dome(s, at.x, at.y, 35, 21, "#e3c07a", 0.5, rough=0.02)
    gold = ("#e8c987", "#dfb566", hue.CREAM, "#d9a658")
    grains(s, Place(at.x, at.y - 1, 34, 18), 330, gold, 1.35, 18)
    for u, v in heap(s.rng, 26, at.x, at.y - 1, 32, 18, ry=16):
        s.form(ellipse(u, v, 1.5, 1.4, 18), hue.LEAF, FINE, 0.6, 0.5, None)
    for u, v in heap(s.rng, 22, at.x, at.y - 2, 31, 18, ry=15):
        cube(s, u, v, 3, hue.CARROT, 0.43)
    for u, v in heap(s.rng, 14, at.x, at.y - 2, 29, 18, ry=15):
        s.form(blob(s.rng, u, v, 3, 2, 8, 0.2), "#f2d671", FINE, 0.4)
    for x, y, d in ((38, 36, 0), (58, 33, 60), (62, 47, 150), (42, 50, -50)):
        shrimp(s, x, y, 6.6, d)
    chives(s, Place(at.x, at.y - 1, 30, 15), 20, h=18)
    chopsticks(s, 64, 30)


def paella(s: Sheet) -> None:
    at = pan(s, 50, 54, 42, 5, hue.IRON, "#e0ad4a", "ears", 0.68)
    grains(
        s,
        Place(at.x, at.y, at.rx * 0.95, at.ry * 0.95),
        400,
        ("#e4b24c", "#dca43e", "#ecc367", "#d8963a"),
        1.3,
    )
    for u, v in heap(s.rng, 26, at.x, at.y, 33):
        s.form(ellipse(u, v, 1.4, 1.2, 16), hue.LEAF, FINE, 0.6, 0.5, None)
    for u, v in heap(s.rng, 9, at.x, at.y, 30):
        strip(s, u, v, 11, 2, s.rng.uniform(0, 180), hue.BRICK)
    for k in range(7):
        a = np.radians(-80 + 360 * k / 7)
        mussel(s, at.x + 26 * np.cos(a), at.y + 16.5 * np.sin(a), 7.5, np.degrees(a) * 0.4 + 20)
    for k in range(6):
        a = np.radians(-105 + 60 * k)
        shrimp(s, at.x + 14 * np.cos(a), at.y + 8.8 * np.sin(a), 8.2, 60 * k, hue.CORAL)
    citrus_wedge(s, at.x - 24, at.y - 13, 7, 20)
    citrus_wedge(s, at.x + 25, at.y - 13, 7, -20)
    citrus_wedge(s, at.x, at.y + 20, 7, 0)
    sprig(s, at.x, at.y, -90, 8)
    flecks(s, Place(at.x, at.y, 32, 20), 36, hue.LEAF, 1)


def risotto(s: Sheet) -> None:
    plate(s, y=56, r=44, rim=hue.OLIVE)
    s.form(blob(s.rng, 50, 57, 32, 20, 14, 0.04), "#eedcae", LINE, 0.5, 0.4)
    grains(s, Place(50, 56, 30.5, 18.5), 420, ("#f1e3bd", "#ecd9a6", "#f5ead0"), 1.3, 6, 0.55)
    for u, v in heap(s.rng, 9, 50, 55, 23, 5, ry=12):
        cap = place(
            outline("-0.9,0.1 -0.6,-0.7 0.6,-0.7 0.9,0.1 0.28,0.05 0.24,0.9 -0.24,0.9 -0.28,0.05", 4),
            (u, v),
            s.rng.uniform(-40, 40),
            6,
        )
        s.form(cap, hue.TOAST, LINE, 0.5)
        s.form((cap - (u, v)) * 0.72 + (u, v), hue.CREAM, HAIR, 0.2)
    for u, v in heap(s.rng, 14, 50, 55, 22, 4, ry=11):
        s.form(blob(s.rng, u, v, 3, 1.2, 7, 0.2), hue.GLOW, FINE, 0.3)
    flecks(s, Place(50, 54, 28, 16), 40, hue.MOSS, 1.0, 6)
    flecks(s, Place(50, 54, 28, 16), 24, hue.BLACK, 0.45, 6)
    sprig(s, 50, 46, -90, 8)


def chicken_curry(s: Sheet) -> None:
    plate(s, y=56, r=45, rim=hue.GOLD)
    sauce = blob(s.rng, 58, 58, 26, 19, 13, 0.05)
    s.form(sauce, "#cf8a2e", LINE, 0.5, 0.5)
    for u, v in heap(s.rng, 15, 59, 56, 20, 4, ry=14):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(5, 6.6), s.rng.uniform(3.6, 4.8), 8, 0.14),
            (hue.HONEY, "#d99a45", hue.OCHRE)[int(s.rng.integers(3))],
            LINE,
            0.7,
            0.6,
        )
    for u, v in heap(s.rng, 8, 60, 58, 18):
        strip(s, u, v, 6, 1.8, s.rng.uniform(0, 180), (hue.BRICK, hue.LEAF)[int(s.rng.integers(2))])
    s.line(
        smooth(
            [
                (60 + (3 + 2.6 * t) * np.cos(t), 57 + (2 + 1.7 * t) * np.sin(t))
                for t in np.linspace(0, 5.5, 30)
            ],
            2,
        ),
        0.9,
        hue.IVORY,
    )
    dome(s, 32, 60, 19, 21, hue.IVORY, 0.55, rough=0.02)
    grains(s, Place(32, 58, 18, 11), 190, RICE, 1.5, 19, 0.36)
    for d in (-150, -100, -50):
        leaf(s, 60, 50, d, 10, hue.LEAF, "oak")
    leaf(s, 32, 41, -70, 8, hue.LEAF, "oak")
    flecks(s, Place(60, 56, 22, 14), 26, hue.LEAF, 1)
    for k in range(2):
        s.line(smooth(points((76 + 3 * k, 66), (80 + 2 * k, 70), (84, 69 + 2 * k)), 6), 1.4, hue.BRICK)


def shrimp_and_grits(s: Sheet) -> None:
    at = bowl(s, 50, 47, 42, 26, hue.SAGE, hue.IVORY, "#f3e8c4", foot=0.45, level=0.93, tilt=0.62)
    for u, v in heap(s.rng, 24, at.x, at.y, 33):
        s.line(smooth(points((u - 3, v), (u, v - 0.8), (u + 3, v + 0.2)), 5), HAIR, wash(hue.OCHRE, 0.9))
    flecks(s, at, 120, wash(hue.OCHRE, 0.7), 0.5)
    s.form(blob(s.rng, at.x, at.y + 1, 25, 13.5, 13, 0.09), "#b5602f", FINE, 0.4, 0.5)
    for u, v in heap(s.rng, 22, at.x, at.y, 22, ry=12):
        prism(
            s,
            lozenge(u, v, 3.2, 2),
            1,
            (hue.BRICK, hue.RUSSET, hue.LEAF)[int(s.rng.integers(3))],
            [(1, hue.RUSSET)],
        )
    for x, y, d in ((-15, -3, 0), (1, -9, 50), (15, -3, 110), (9, 7, 190), (-8, 7, -60), (1, -1, 20)):
        shrimp(s, at.x + x, at.y + y, 9.6, d, "#e59a6b")
    for u, v in heap(s.rng, 16, at.x, at.y - 1, 24, ry=12):
        s.speck(u, v, 1.7, 1.3, s.rng.uniform(0, 90), hue.WINE, 0.18)
    chives(s, Place(at.x, at.y, 28, 15), 26)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "bibimbap": bibimbap,
    "chicken_curry": chicken_curry,
    "fried_rice": fried_rice,
    "paella": paella,
    "risotto": risotto,
    "shrimp_and_grits": shrimp_and_grits,
}
