"""Eggs, on their own or on something."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, drum, ellipse, heap, lozenge, outline, prism, rounded
from train.starters.dishes.greens import chives, flecks, leaf, lettuce, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import crackling, fried_egg, half_egg, pool
from train.starters.dishes.tableware import Place, plate
from train.starters.dishes.vessels import pan
from train.starters.pen import points, shift, smooth


def omelette(s: Sheet) -> None:
    plate(s, rim=hue.SAGE)
    fold = outline("15,62 18,50 30,40 48,35 66,38 80,48 84,58 74,66 56,70 34,70 20,68", 9)
    s.shadow(fold, 0.5)
    s.form(shift(fold, 0, 2.5), hue.OCHRE, LINE, 0.7)
    with s.inside(shift(fold, 0, 2)):
        for u, v in heap(s.rng, 16, 50, 70, 30, ry=4):
            s.speck(
                u,
                v,
                2,
                1.3,
                s.rng.uniform(0, 90),
                (hue.TOMATO, hue.SAGE, hue.IVORY)[int(s.rng.integers(3))],
                0.2,
            )
    upper = outline("15,60 18,49 30,39 48,34 66,37 80,46 84,56 76,60 60,63 40,66 24,66", 9)
    s.form(upper, "#efcf6e", LINE, 0.65, 0.5, reach=9)
    crackling(s, (upper - (50, 50)) * 0.8 + (50, 50), 34, hue.CRUST)
    for k in (0.35, 0.55):
        s.line(smooth(points((22, 57 - 10 * k), (42, 40 + 8 * k), (70, 42 + 8 * k)), 9), HAIR)
    chives(s, Place(48, 50, 26, 9), 26)
    sprig(s, 80, 70, -60, 9)


def _muffin(s: Sheet, x: float, y: float, r: float) -> None:
    s.shadow(ellipse(x, y + 8, r), 0.45)
    drum(s, x, y, r, 7, hue.CREAM, [(0.25, hue.BUTTER), (0.5, hue.IVORY), (0.25, hue.TOAST)])
    s.form(blob(s.rng, x, y - 1, 1.12 * r, 0.72 * r, 11, 0.06), hue.ROSE, LINE, 0.5)
    s.form(blob(s.rng, x, y - 2.5, 1.06 * r, 0.68 * r, 11, 0.06), hue.PINK, FINE, 0.4)
    s.form(np.concatenate([ellipse(x, y - 7, 0.8 * r, 0.6 * r, 40)]), hue.GLOW, LINE, 0.6, 0.2)
    sauce = smooth(
        [
            (
                x + 0.86 * r * np.cos(a) * (1 + 0.06 * np.sin(3 * a)),
                y - 9 + 0.52 * r * np.sin(a) + (5 if np.sin(2.5 * a + x) > 0.3 and np.sin(a) > 0 else 0),
            )
            for a in np.radians(np.arange(0, 360, 24))
        ],
        7,
        closed=True,
    )[:-1]
    s.form(sauce, "#ecc453", LINE, 0.6, 0.6, reach=4)
    s.line(
        smooth(points((x - 0.55 * r, y - 10), (x - 0.3 * r, y - 14), (x + 0.1 * r, y - 15)), 8),
        0.9,
        wash(hue.GLOW, 0.8),
    )
    flecks(s, Place(x, y - 9, 0.5 * r, 0.3 * r), 12, hue.BRICK, 0.6)
    flecks(s, Place(x, y - 9, 0.5 * r, 0.3 * r), 9, hue.MOSS, 0.9)


def eggs_benedict(s: Sheet) -> None:
    plate(s, y=57, rim=hue.GOLD)
    for u, v, d in ((73, 44, -30), (79, 50, 0), (70, 40, -70), (77, 45, -50)):
        leaf(s, u - 4, v, d, 11, hue.SAGE, "round")
    _muffin(s, 37, 49, 17)
    _muffin(s, 60, 62, 17.5)


def huevos_rancheros(s: Sheet) -> None:
    at = pan(s, 46, 54, 39, 6, handle="long")
    s.form(blob(s.rng, at.x, at.y, 31, 20, 14, 0.03), hue.BUTTER, LINE, 0.5)
    crackling(s, ellipse(at.x, at.y, 29, 19), 40, hue.TOAST)
    pool(s, at.x, at.y, 27, 16.5, hue.TOMATO, 0.09)
    for u, v in heap(s.rng, 22, at.x, at.y, 24):
        s.form(lozenge(u, v, 4, 2.6), (hue.BRICK, hue.CORAL, hue.SAGE)[int(s.rng.integers(3))], FINE, 0.5)
    for u, v in heap(s.rng, 26, at.x, at.y + 1, 26):
        s.speck(u, v, 1.6, 1.05, s.rng.uniform(0, 180), hue.AUBERGINE, 0.2)
    fried_egg(s, 36, 50, 14.5)
    fried_egg(s, 58, 58, 14.5)
    for k in range(3):
        leaf(s, 58 + 4 * k, 43 + 2 * k, -30 + 25 * k, 14, hue.AVOCADO, "willow", 2)
    flecks(s, Place(at.x, at.y, 26, 16), 26, hue.LEAF, 1.2)
    for u, v in heap(s.rng, 16, at.x, at.y, 24):
        s.speck(u, v, 1.1, 0.8, 30, hue.GLOW, 0.14)


def croque_madame(s: Sheet) -> None:
    plate(s, y=60, rim=hue.BRICK)
    top = rounded(lozenge(50, 50, 60, 38), 0.12)
    s.shadow(shift(top, 0, 15), 0.5)
    bread = [(0.3, hue.GOLD), (0.1, "#f0d886"), (0.14, hue.ROSE), (0.1, "#f0d886"), (0.36, hue.GOLD)]
    prism(s, top, 16, hue.HONEY, bread, rough=0.6)
    cheese = [
        (50 + 31 * np.cos(a), 50 + 18.5 * np.sin(a) + (5 if np.sin(4 * a) > 0.4 and np.sin(a) > 0.1 else 0))
        for a in np.radians(np.arange(0, 360, 15))
    ]
    melt = smooth((np.array(cheese) - (50, 50)) * (0.92, 0.9) + (50, 50), 7, closed=True)[:-1]
    s.form(melt, "#f0d886", LINE, 0.5, 0.5)
    crackling(s, melt, 50, hue.CRUST)
    fried_egg(s, 50, 46, 20, 13)
    flecks(s, Place(50, 48, 20, 11), 18, hue.BLACK, 0.5)
    chives(s, Place(50, 48, 22, 12), 10)
    for d in (-160, 165, -190):
        leaf(s, 24, 70, d + 60, 12, hue.SAGE, "oak")


def deviled_eggs(s: Sheet) -> None:
    plate(s, y=54, rim=hue.SAGE)
    lettuce(s, 50, 55, 31, 19)
    for x, y, d in (
        (33, 44, 20),
        (53, 39, 0),
        (70, 47, -20),
        (28, 59, -8),
        (72, 62, 8),
        (41, 69, -14),
        (60, 70, 14),
        (50, 54, 0),
    ):
        s.shadow(ellipse(x, y + 2, 10, 6.6), 0.35, 1.5, 1.5)
        half_egg(s, x, y, 10.4, d, hue.BUTTER)
        for k, r in enumerate((5.4, 4.2, 2.8)):
            a = np.linspace(0, 2 * np.pi, 60, endpoint=False)
            rr = r * (1 + 0.07 * np.cos(9 * a + k))
            s.form(
                np.stack([x + rr * np.cos(a), y - 0.6 - 2 * k + 0.68 * rr * np.sin(a)], 1),
                "#ecc65c",
                FINE,
                0.5,
                0.4,
            )
        flecks(s, Place(x, y - 3, 5, 3), 12, hue.BRICK, 0.5)
        s.line(points((x, y - 5), (x + 2.6, y - 9)), 0.5, hue.MOSS)
        s.line(points((x - 0.6, y - 5), (x + 0.4, y - 9.4)), 0.5, hue.MOSS)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "croque_madame": croque_madame,
    "deviled_eggs": deviled_eggs,
    "eggs_benedict": eggs_benedict,
    "huevos_rancheros": huevos_rancheros,
    "omelette": omelette,
}
