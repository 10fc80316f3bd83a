"""Meat, from the grill and the oven."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    ball,
    blob,
    cube,
    ellipse,
    heap,
    log,
    lozenge,
    outline,
    prism,
    rounded,
)
from train.starters.dishes.greens import cucumber, flecks, frond, leaf, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import bone, crackling, fillet, grill, pool
from train.starters.dishes.tableware import Place, board, plate, tray
from train.starters.dishes.vessels import cup
from train.starters.pen import arc, place, points, shift, smooth


def steak(s: Sheet) -> None:
    board(s, 50, 56, 92, 54)
    shape = outline("14,54 18,40 34,33 52,38 68,32 84,40 86,54 74,62 58,66 40,64 24,66", 8)
    fillet(s, shape, 7, "#7c4128", "#6b3322")
    rim = (shape - (50, 49)) * (0.94, 0.92) + (50, 49)
    s.line(rim, 1.2, wash(hue.CREAM, 0.8), closed=True)
    s.form((shape - (50, 49)) * (0.9, 0.87) + (50, 49), "#80442a", HAIR, 0.3, 0.4)
    grill(s, (shape - (50, 49)) * (0.88, 0.85) + (50, 49), 7, -28, 2.2)
    tee = smooth(points((44, 37), (49, 44), (50, 54), (46, 64)), 8)
    s.tube(tee, 2.4, hue.IVORY)
    s.tube(smooth(points((40, 38), (44, 39.4), (52, 38.6), (56, 37.6)), 6), 2.6, hue.IVORY)
    cube(s, 64, 47, 10, "#f4dd8d", 0.26, side="#efd27c")
    flecks(s, Place(64, 46, 4, 2), 7, hue.LEAF, 0.8)
    frond(s, 20, 76, -12, 30)
    for x in (76, 82):
        ball(s, x, 72 - 0.4 * (x - 76), 4.2, hue.TOMATO)
    flecks(s, Place(50, 50, 30, 12), 34, hue.BLACK, 0.6)


def filet_mignon(s: Sheet) -> None:
    plate(s, y=57, rim=hue.WINE)
    pool(s, 46, 66, 27, 11, "#4e2318", 0.08)
    s.shadow(ellipse(46, 62, 22), 0.5)
    top = blob(s.rng, 46, 44, 22, 14.5, 13, 0.03)
    prism(s, top, 20, "#74391f", [(1, "#8a4a2a")], shade=0.7)
    wrap = np.concatenate([arc(46, 49.5, 22.4, 0, 180, 14.6), arc(46, 59, 22.2, 180, 0, 14.6)])
    s.form(wrap, "#b4573f", LINE, 0.6, 0.3, 80)
    for k, c in ((2.2, hue.PINK), (4.8, "#8f3a2a"), (7.2, hue.PINK)):
        s.line(arc(46, 49.5 + k, 22.2, 4, 176, 14.6), 1.0, c)
    grill(s, (top - (46, 44)) * 0.88 + (46, 44), 5, -28, 1.9)
    cube(s, 46, 41, 9, "#f4dd8d", 0.27, side="#efd27c")
    frond(s, 43, 41, -62, 19)
    for k in range(8):
        a, b = points((66 + 2.2 * k, 74 - 2.4 * k), (71 + 2.2 * k, 44 - 0.6 * k + 4))
        log(s, np.stack([a, (a + b) / 2 + (0.5, 0), b]), np.array([2.8, 2.6, 3.2]), hue.LEAF, FINE, 0.5)
        for t in (0.55, 0.75, 0.9):
            p = a + t * (b - a)
            s.line(points((p[0] - 0.8, p[1] + 0.8), (p[0], p[1] - 1.2), (p[0] + 0.8, p[1] + 0.8)), HAIR)


def prime_rib(s: Sheet) -> None:
    plate(s, y=57, r=45, rim=hue.GOLD)
    pool(s, 54, 66, 30, 13, "#8a4a2a", 0.08)
    shape = outline("16,54 20,38 38,30 60,30 78,38 84,52 76,64 56,70 32,68", 9)
    bone(s, (26, 40), (10, 26), 4.2)
    fillet(s, shape, 7, hue.COCOA, hue.COCOA)
    middle = np.array([50, 50])
    s.form((shape - middle) * 0.95 + middle, hue.CREAM, FINE, 0.3)
    s.form((shape - middle) * 0.87 + middle, "#a5604a", HAIR, 0.2, 0.2, None)
    s.form((shape - middle) * 0.82 + middle, "#bf5a55", 0, 0.3, 0.3, 30)
    s.form((shape - middle) * 0.62 + middle - (0, 0.6), wash("#c9605e", 0.8), 0, 0.1, 0.4, None)
    for knots in (
        ((26, 46), (36, 42), (46, 46), (56, 42)),
        ((56, 42), (66, 46), (74, 44)),
        ((46, 46), (48, 56), (42, 64)),
        ((30, 58), (38, 56), (42, 58)),
    ):
        curve = smooth(points(*knots), 7)
        s.line(curve, 2.0, hue.INK)
        s.line(curve, 1.6, hue.CREAM)
    for u, v in heap(s.rng, 26, 52, 50, 24):
        s.line(smooth(points((u - 2, v), (u, v - 0.8), (u + 2, v)), 4), 0.4, hue.PINK)
    frond(s, 68, 36, -40, 20)
    cup(s, 79, 72, 10, 6, hue.PORCELAIN, hue.IVORY)
    for d in (-190, -150, 160):
        leaf(s, 24, 70, d + 30, 9, hue.LEAF, "oak")


def pork_chop(s: Sheet) -> None:
    plate(s, y=57, r=45, rim=hue.SAGE)
    bone(s, (54, 44), (88, 26), 5)
    shape = outline("14,58 17,46 29,38 44,37 54,40 64,37 69,42 63,52 57,62 44,69 28,69", 9)
    fillet(s, shape, 6, "#bf8148", "#a56a38")
    middle = np.array([40, 53])
    s.line((shape - middle) * 0.93 + middle, 1.7, wash(hue.IVORY, 0.85), closed=True)
    s.form((shape - middle) * 0.86 + middle, "#c98f58", HAIR, 0.3, 0.4)
    grill(s, (shape - middle) * 0.84 + middle, 6, -30, 2.2)
    for k in range(5):
        a = -14 + 8 * k
        s.form(
            place(
                np.concatenate([arc(0, 0, 9, 200, 340, 6, 16), arc(0, 0, 6, 340, 200, 2.2, 16)]),
                (70 + 2 * k, 66 - 2.4 * k),
                a,
            ),
            hue.BUTTER if k % 2 else "#ead79a",
            LINE,
            0.4,
        )
    frond(s, 28, 54, -22, 24)
    for d in (-120, -80, -40):
        leaf(s, 72, 74, d - 60, 10, hue.SAGE, "round")
    flecks(s, Place(40, 53, 20, 11), 24, hue.BLACK, 0.5)


def baby_back_ribs(s: Sheet) -> None:
    board(s, 50, 58, 92, 50)
    n = 9
    for k in range(n):
        x, y = 16 + 8.1 * k, 47 - 0.9 * k
        s.tube(points((x + 1, y - 6), (x - 1.6, y - 15)), 3.2, hue.IVORY, LINE)
        ball(s, x - 1.8, y - 15.4, 2.1, hue.IVORY)
    edge = (
        [(12, 46)]
        + [(16 + 8.1 * k, 41 - 0.9 * k + (2.6 if k % 2 else 0)) for k in range(n)]
        + [(88, 40), (90, 52), (86, 64)]
    )
    edge += [(84 - 8.1 * k, 69 + 0.6 * k + (1.8 if k % 2 else 0)) for k in range(n)] + [(12, 66)]
    rack = smooth(points(*edge), 6, closed=True)[:-1]
    s.shadow(shift(rack, 0, 5), 0.5)
    s.form(shift(rack, 0, 4), "#5d2415", LINE, 0.7)
    s.form(rack, "#8a3a1e", LINE, 0.6, 0.5)
    with s.inside(rack):
        for k in range(n + 1):
            x = 12.4 + 8.2 * k
            bulge = shift(
                outline("0,0 3.4,2 4.4,14 3,28 -1,28 -0.6,14", 6),
                x,
                41 - 0.9 * k,
            )
            s.form(bulge, "#a54a24", HAIR, 0.7, 0.5, 80)
            s.line(smooth(points((x + 0.4, 43 - k), (x + 0.9, 54 - k), (x - 0.6, 68 - k)), 7), FINE)
            s.line(
                smooth(points((x + 2.4, 46 - k), (x + 3, 51 - k), (x + 3, 56 - k)), 6),
                1.1,
                wash(hue.GLOW, 0.6),
            )
        crackling(s, rack, 120, "#3d160c")
    s.line(rack, LINE, closed=True)
    cup(s, 82, 78, 9.5, 6, hue.PORCELAIN, "#7d2f1a")
    for k in range(2):
        leaf(s, 20 + 6 * k, 80, -160 + 120 * k, 10, hue.LEAF, "oak")
    flecks(s, Place(50, 54, 32, 10), 24, hue.LEAF, 0.9)


def peking_duck(s: Sheet) -> None:
    tray(s, 50, 60, 94, 54)
    skin, meat = "#a4431f", "#d9a585"
    breast = outline("14,60 15,48 26,38 42,33 58,36 68,44 72,52 66,60 50,66 30,67", 9)
    s.shadow(shift(breast, 0, 3), 0.5)
    s.form(breast, skin, LINE, 0.7, 0.6, reach=9)
    leg = outline("50,62 56,50 66,47 76,50 86,46 88,49 79,56 72,63 60,68", 8)
    bone(s, (80, 51), (92, 43), 2.8)
    s.form(leg, skin, LINE, 0.7, 0.6)
    wing = outline("24,52 34,47 46,50 42,57 34,56 30,62 24,60", 8)
    s.form(wing, "#97391a", LINE, 0.7, 0.6)
    neck = smooth(points((18, 52), (12, 42), (15, 33), (22, 27)), 9)
    log(s, neck, np.linspace(9, 5.4, len(neck)), skin, LINE, 0.6)
    head = outline("18,27 21,21 28,20 33,24 41,25 41,28 33,29 27,31 21,31")
    s.form(head, skin, LINE, 0.6, 0.5)
    s.form(outline("32,24 41.5,25 41.5,28 32,29", 5), hue.OCHRE, FINE, 0.4)
    s.line(points((33, 26.6), (41, 26.6)), HAIR)
    s.speck(27, 24.4, 0.9, 0.8, 0, hue.BLACK, 0)
    s.line(smooth(points((24, 44), (36, 38), (50, 38)), 8), 1.7, wash(hue.GLOW, 0.6))
    s.line(smooth(points((60, 54), (66, 51), (72, 52)), 8), 1.2, wash(hue.GLOW, 0.6))
    for k in range(8):
        x, y = 24 + 6 * k, 76 - 1.0 * k
        c = shift(outline("-5,3.4 -4,-3 1,-4.4 5,-2 4.4,3.4 0,4.6", 6), x, y)
        s.form(c, meat, LINE, 0.4)
        s.form(
            shift(outline("-5,0 -4,-3.6 1,-5 5,-2.6 4.6,0 0,-1.8", 6), x, y),
            skin,
            FINE,
            0.5,
            0.6,
            None,
        )
    for k in range(3):
        s.form(ellipse(83 + 1.2 * k, 64 - 1.3 * k, 8, 5.4), hue.IVORY, FINE, 0.4)
    cup(s, 82, 77, 7, 4, hue.PORCELAIN, "#43190f")
    for k in range(5):
        s.tube(
            points((22 + 3 * k, 85 - 0.5 * k), (36 + 3 * k, 83 - 0.5 * k)),
            1.2,
            (hue.LIME, hue.IVORY)[k % 2],
            0.2,
        )
    cucumber(s, 73, 82, 3.6)


def foie_gras(s: Sheet) -> None:
    plate(s, y=56, r=46, rim=hue.GOLD)
    for x, y, d in ((24, 44, 12), (32, 39, 22), (40, 36, 30)):
        top = rounded(place(points((-7, -9), (7, -9), (7, 9), (-7, 9)), (0, 0), d) * (1, 0.66) + (x, y), 0.12)
        prism(s, top, 2.6, hue.GOLD, [(1, hue.CRUST)])
        s.form((top - (x, y)) * 0.84 + (x, y), hue.BUTTER, HAIR, 0.2, 0.4, None)
    for x, y in ((46, 50), (60, 57)):
        top = rounded(lozenge(x, y, 34, 20), 0.3)
        s.shadow(shift(top, 0, 9), 0.5)
        prism(s, top, 9, "#dba982", [(0.14, "#edd08c"), (0.86, "#e0ac8a")], rough=0.3)
        s.form((top - (x, y)) * 0.92 + (x, y), "#d9a27e", HAIR, 0.3, 0.4, None)
        for u, v in heap(s.rng, 14, x, y, 12, ry=7):
            s.form(
                blob(s.rng, u, v, s.rng.uniform(0.8, 2.2), s.rng.uniform(0.6, 1.3), 7, 0.2),
                wash((hue.CREAM, "#b9805f")[int(s.rng.integers(2))], 0.85),
                0,
                0.1,
                0.2,
                None,
            )
        for u, v in heap(s.rng, 8, x, y, 9, ry=4):
            s.speck(u, v, 0.5, 0.5, 0, hue.GLOW, 0.1)
    for u, v in heap(s.rng, 10, 27, 64, 10, 2, ry=6):
        prism(s, lozenge(u, v, 5, 3), 2, wash("#c9822f", 0.95), [(1, "#b8701f")])
    fig = blob(s.rng, 72, 44, 7.5, 6.6, 10, 0.04)
    s.form(fig, hue.AUBERGINE, LINE, 0.6)
    s.form((fig - (72, 44)) * 0.84 + (72, 44), hue.BLUSH, FINE, 0.2)
    s.form((fig - (72, 44)) * 0.6 + (72, 44), hue.BEET, HAIR, 0.3, 0.4)
    for u, v in heap(s.rng, 18, 72, 44, 3.6, ry=3.2):
        s.speck(u, v, 0.4, 0.35, 0, hue.BUTTER, 0)
    s.line(smooth(points((30, 74), (44, 79), (60, 77), (74, 68)), 9), 1.8, hue.WINE)
    for k in range(4):
        s.speck(78 + 2.2 * k, 63 - 3.4 * k, 1.3 - 0.2 * k, 0.9, 0, hue.WINE, 0.14)
    sprig(s, 56, 47, -70, 6)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "baby_back_ribs": baby_back_ribs,
    "filet_mignon": filet_mignon,
    "foie_gras": foie_gras,
    "peking_duck": peking_duck,
    "pork_chop": pork_chop,
    "prime_rib": prime_rib,
    "steak": steak,
}
