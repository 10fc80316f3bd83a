"""Cakes, pies and layered sweets."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    TILT,
    ball,
    blob,
    drum,
    ellipse,
    glint,
    heap,
    log,
    lozenge,
    outline,
    prism,
    scattered,
    wedge,
)
from train.starters.dishes.greens import berry, berry_half, leaf, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import pool, rosette
from train.starters.dishes.tableware import plate, spoon
from train.starters.dishes.vessels import baking_dish
from train.starters.pen import arc, points, shift, smooth


def apple_pie(s: Sheet) -> None:
    x, y, r = 50, 50, 40
    s.shadow(ellipse(x, y + 9, r))
    drum(s, x, y, r, 11, hue.STEEL, hue.STEEL, taper=0.16, shade=0.8)
    s.form(ellipse(x, y, 0.93 * r), hue.HONEY, FINE, 0.5, 0.2)
    inner = ellipse(x, y, 0.86 * r)
    with s.inside(inner):
        for u, v in heap(s.rng, 46, x, y, 0.85 * r):
            s.form(
                blob(s.rng, u, v, 4.6, 2.6, 7, 0.15),
                hue.GOLD if s.rng.random() < 0.6 else hue.OCHRE,
                FINE,
                0.5,
            )
        for slope in (1, -1):
            for k in np.arange(-32, 33, 10.5):
                strip = points((-40, -1.9), (40, -1.9), (40, 1.9), (-40, 1.9))
                a = np.radians(30 * slope)
                spun = strip @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
                s.shadow(shift(spun, x, y + k), 0.4, 0.8, 1)
                s.form(shift(spun, x, y + k), hue.BUTTER, LINE, 0.6, 0.4, 60 * slope, reach=1.6)
                s.line(
                    shift(
                        points((-38, -0.9), (38, -0.9))
                        @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]),
                        x,
                        y + k,
                    ),
                    0.5,
                    wash(hue.TOAST, 0.5),
                )
    for a in np.radians(np.linspace(-90, 270, 45)):
        u, v = x + 0.95 * r * np.cos(a), y + 0.95 * r * TILT * np.sin(a)
        s.form(blob(s.rng, u, v, 3.4, 2.5, 8, 0.05), hue.GOLD, FINE, 0.7, 0.5, 60)


def _crumbs(s: Sheet, x: float, y: float, n: int, colour: str) -> None:
    for u, v in heap(s.rng, n, x, y, 8):
        s.speck(u, v, 0.8, 0.6, s.rng.uniform(0, 180), colour)


def carrot_cake(s: Sheet) -> None:
    plate(s, rim=hue.SAGE)
    cake, cream = hue.HONEY, hue.IVORY
    layers = [(0.1, cream), (0.36, cake), (0.09, cream), (0.37, cake), (0.08, cake)]
    s.shadow(ellipse(50, 62, 30, 12), 0.5)
    top = wedge(s, 49, 42, 60, 21, cream, layers, cream, 0.35)
    tip, low = top[0], top[1]
    for share in (0.28, 0.72):
        for t in np.linspace(0.1, 0.95, 14):
            u, v = tip + t * (low - tip) + (0, 21 * (share + s.rng.uniform(-0.12, 0.12)))
            s.speck(u, v, 1.2, 0.45, s.rng.uniform(0, 60), hue.CARROT, 0)
            s.speck(u + 1.6, v - 1.5, 0.6, 0.45, 20, hue.COCOA, 0)
    for k, (u, v) in enumerate(((54, 37), (66, 42))):
        s.shadow(ellipse(u, v + 1, 5, 2), 0.4, 1, 1)
        log(
            s,
            points((u - 6, v + 2), (u - 2, v + 0.6), (u + 3, v - 1)),
            np.array([1.2, 3.2, 4.4]),
            hue.CARROT,
            FINE,
        )
        for t in (0.3, 0.6):
            s.line(points((u - 5 + 8 * t, v + 0.2), (u - 4 + 8 * t, v + 2.2)), HAIR)
        for d in (-60, -25, 10):
            leaf(s, u + 4.4, v - 1.4, d - 8 * k, 4.6, hue.LEAF)
    _crumbs(s, 26, 66, 5, hue.HONEY)


def cheesecake(s: Sheet) -> None:
    plate(s, rim=hue.ROSE)
    s.shadow(ellipse(50, 64, 30, 12), 0.5)
    top = wedge(s, 49, 43, 60, 20, hue.BUTTER, [(0.8, hue.IVORY), (0.2, hue.TOAST)], hue.CREAM, 0.3)
    scattered(
        s, np.concatenate([shift(top[:2], 0, 16.2), shift(top[1::-1], 0, 20)]), 60, wash(hue.COCOA, 0.6)
    )
    glaze = outline("38,42 50,33 62,27 68,33 71,45 69,58 66,50 62,47 60,56 56,52 52,46 45,45", 8)
    s.form(glaze, hue.BRICK, FINE, 0.5, 0.5, None)
    s.line(smooth(points((44, 42), (53, 36), (61, 31)), 8), 0.7, wash(hue.GLOW, 0.7))
    berry(s, 57, 32, 6.2)
    berry_half(s, 66, 40, 5, 100)
    sprig(s, 63.5, 32, -30, 6)


def chocolate_cake(s: Sheet) -> None:
    plate(s, rim=hue.GOLD)
    s.shadow(ellipse(50, 62, 30, 12), 0.5)
    icing, cake = "#452a20", "#80543a"
    layers = [(0.1, icing), (0.25, cake), (0.07, icing), (0.24, cake), (0.07, icing), (0.27, cake)]
    wedge(s, 49, 41, 60, 23, icing, layers, icing, 0.3)
    for t in (0.2, 0.5, 0.8):
        u, v = np.array([60, 26]) * (1 - t) + np.array([75, 51]) * t
        rosette(s, u - 2.4, v + 2.4, 5.2, hue.BROWN, 2)
    ball(s, 65, 33, 3.6, hue.BRICK)
    glint(s, 63.8, 31.6, 0.9)
    s.line(smooth(points((65, 30), (66, 25), (70, 21)), 8), 0.5)
    for u, v in heap(s.rng, 9, 48, 39, 9):
        s.form(
            log(
                s,
                smooth(points((u - 2, v), (u, v - 1), (u + 2, v + 0.4)), 4),
                1.1,
                hue.COCOA,
                FINE,
                0.3,
                None,
            ),
            hue.COCOA,
            FINE,
            0,
            0,
        )
    _crumbs(s, 24, 64, 7, hue.BROWN)


def red_velvet_cake(s: Sheet) -> None:
    plate(s, rim=hue.BRICK)
    s.shadow(ellipse(50, 62, 30, 12), 0.5)
    cream, cake = hue.GLOW, hue.BRICK
    layers = [(0.11, cream), (0.2, cake), (0.09, cream), (0.2, cake), (0.09, cream), (0.31, cake)]
    top = wedge(s, 49, 40, 60, 24, cream, layers, cream, 0.35)
    scattered(s, (top - top.mean(0)) * 0.8 + top.mean(0), 46, hue.BRICK, 0.8)
    for t in (0.15, 0.5, 0.85):
        u, v = np.array([60, 25]) * (1 - t) + np.array([75, 50]) * t
        rosette(s, u - 2.4, v + 2.6, 5.2, cream, 2)
    _crumbs(s, 25, 64, 9, hue.BRICK)


def strawberry_shortcake(s: Sheet) -> None:
    plate(s, y=58, rim=hue.ROSE)
    pool(s, 50, 62, 29, 14, hue.TOMATO)
    s.shadow(ellipse(50, 62, 24, 14), 0.5)
    drum(s, 50, 53, 24, 9, hue.CREAM, hue.GOLD, taper=-0.04, rough=0.4)
    s.form(blob(s.rng, 50, 51, 25.5, 17, 13, 0.06), hue.GLOW, FINE, 0.5, 0.2)
    for k in np.arange(15, 180, 27):
        a = np.radians(k)
        berry_half(s, 50 + 21 * np.cos(a), 49.5 + 12.5 * np.sin(a), 5.4, 90)
    s.form(blob(s.rng, 50, 45, 20, 12, 12, 0.07), hue.GLOW, FINE, 0.5, 0.2)
    top = blob(s.rng, 50, 34, 23.5, 14.5, 16, 0.03)
    prism(s, top, 8, hue.GOLD, [(0.4, hue.OCHRE), (0.6, hue.BUTTER)], rough=0.5)
    scattered(s, (top - (50, 34)) * 0.85 + (50, 34), 50, wash(hue.RUSSET, 0.5), 0.9)
    rosette(s, 50, 32, 13, hue.GLOW, 2)
    berry(s, 50, 19, 7)
    sprig(s, 57, 25, -20, 6)


def tiramisu(s: Sheet) -> None:
    plate(s, rim=hue.BROWN)
    top = lozenge(50, 40, 58, 30)
    s.shadow(shift(top, 0, 23), 0.5)
    sponge, cream = hue.TOAST, hue.IVORY
    prism(
        s,
        top,
        24,
        hue.COCOA,
        [(0.07, hue.COCOA), (0.26, cream), (0.2, sponge), (0.25, cream), (0.22, sponge)],
        rough=0.5,
    )
    a, b, c = top[0], top[3], top[2]
    for base in (0.43, 0.89):
        for p, q in ((a, b), (b, c)):
            for t in np.arange(0.14, 0.95, 0.24):
                u, v = p + t * (q - p) + (0, 24 * base)
                s.form(ellipse(u, v, 3.1, 2.0, 24), hue.CREAM, FINE, 0.5, 0.2, None)
                s.flat(ellipse(u, v + 0.4, 2.6, 1.3, 24), wash(hue.BROWN, 0.65))
    scattered(s, top, 240, wash(hue.BROWN, 0.9), 0.9)
    scattered(s, top, 60, wash(hue.HONEY, 0.6), 0.6)
    s.line(top, LINE, closed=True)
    sprig(s, 46, 38, -70, 8)
    for u, v, d in ((56, 39, 20), (61, 41.5, -30), (22, 68, 10), (28, 72, -40)):
        s.speck(u, v, 2.4, 1.5, d, hue.BROWN, 0.25)
        s.line(points((u - 1.6, v - 0.3), (u, v + 0.2), (u + 1.6, v - 0.2)), 0.3, hue.BLACK)


def _cup_cake(s: Sheet, x: float, y: float, r: float, case: str, icing: str, top: str) -> None:
    s.shadow(ellipse(x, y + 15, 0.8 * r, 0.4 * r))
    drum(s, x, y, r, 0.95 * r, case, case, taper=0.26, shade=0.7)
    for a in np.radians(np.arange(4, 180, 9)):
        p = points((x + r * np.cos(a), y + r * TILT * np.sin(a)))[0]
        q = points((x + 0.74 * r * np.cos(a), y + 0.95 * r + 0.74 * r * TILT * np.sin(a)))[0]
        s.line(np.stack([p, q]), FINE, wash(hue.INK, 0.7))
    s.form(blob(s.rng, x, y - 0.02 * r, 1.06 * r, 0.72 * r, 14, 0.03), hue.TOAST, LINE, 0.5)
    for k in range(4):
        size, up = r * (1.0 - 0.22 * k), 0.3 * r * k + 0.1 * r
        swirl = blob(s.rng, x + 0.03 * r * (-1) ** k, y - up, size, 0.6 * size, 11, 0.04)
        s.form(swirl, icing, LINE, 0.6, 0.4, 60)
        for a in (30, 75, 120, 150):
            s.line(shift(arc(0, 0, 0.9 * size, a, a + 26, 0.52 * size), x, y - up - 0.4), HAIR)
    s.form(
        smooth(
            points((-0.17, 0.1), (0, -0.36), (0.17, 0.1), (0, 0.2)) * r + (x, y - 1.12 * r), 6, closed=True
        )[:-1],
        icing,
        FINE,
    )
    for u, v in heap(s.rng, 13, x, y - 0.42 * r, 0.75 * r, 0.5 * r, ry=0.4 * r):
        s.speck(u, v, 1.1, 0.4, s.rng.uniform(0, 180), top, 0.1)


def cup_cakes(s: Sheet) -> None:
    _cup_cake(s, 30, 42, 18, hue.SAGE, hue.COCOA, hue.PINK)
    _cup_cake(s, 71, 42, 18, hue.BLUE, hue.IVORY, hue.TOMATO)
    _cup_cake(s, 50, 68, 20, hue.OCHRE, hue.PINK, hue.BEET)
    ball(s, 50, 43.5, 3.6, hue.BRICK)
    glint(s, 48.8, 42, 0.9)
    s.line(smooth(points((50, 40.4), (51, 36), (54, 33)), 8), 0.5)


def bread_pudding(s: Sheet) -> None:
    at = baking_dish(s, 48, 50, 78, 42, 12, hue.BLUE, hue.BUTTER)
    for u, v in heap(s.rng, 28, at.x, at.y + 1, 31, 5, ry=14, jitter=0.04):
        size = s.rng.uniform(11.5, 14)
        cube = lozenge(u, v - 2, size, 0.6 * size)
        prism(
            s,
            cube,
            4.2,
            hue.CREAM if s.rng.random() < 0.4 else hue.GOLD,
            [(0.5, hue.TOAST), (0.5, hue.BUTTER)],
        )
        scattered(s, cube, 7, wash(hue.RUSSET, 0.6), 1)
    for u, v in heap(s.rng, 17, at.x, at.y - 2, 29, 4, ry=14):
        s.speck(u, v, 1.5, 1.1, s.rng.uniform(0, 180), hue.AUBERGINE, 0.2)
    for u, v in heap(s.rng, 60, at.x, at.y - 3, 29, 4, ry=14):
        s.speck(u, v, 0.4, 0.4, 0, hue.GLOW, 0)
    spoon(s, 81, 80, -52, 30)


def baklava(s: Sheet) -> None:
    plate(s, rim=hue.GOLD)
    s.form(blob(s.rng, 50, 60, 27, 13, 12, 0.1), wash(hue.HONEY, 0.55), 0, 0.2, 0.5, None)
    pastry = [
        (0.1, hue.GOLD),
        (0.12, hue.BUTTER),
        (0.1, hue.TOAST),
        (0.2, hue.OLIVE),
        (0.1, hue.BUTTER),
        (0.1, hue.TOAST),
        (0.12, hue.BUTTER),
        (0.16, hue.TOAST),
    ]
    for x, y in ((50, 37), (30, 47), (70, 47), (50, 57), (50, 40)):
        y = y - (12 if (x, y) == (50, 40) else 0)
        top = points((-0.5, 0), (0, -0.5), (0.5, 0), (0, 0.5)) * (34, 19) + (x, y)
        s.shadow(shift(top, 0, 10), 0.4, 1.5, 1)
        prism(s, top, 11, hue.GOLD, pastry, rough=0.35)
        for k in (0.75, 0.5):
            s.line((top - (x, y)) * k + (x, y), HAIR, wash(hue.RUSSET, 0.7), closed=True)
        for u, v in heap(s.rng, 26, x, y, 6.5, 1.6, ry=3):
            s.speck(
                u, v, 0.9, 0.65, s.rng.uniform(0, 180), (hue.SAGE, hue.LEAF, hue.LIME)[int(s.rng.integers(3))]
            )
        glint(s, x - 8, y - 1, 1.6)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "apple_pie": apple_pie,
    "baklava": baklava,
    "bread_pudding": bread_pudding,
    "carrot_cake": carrot_cake,
    "cheesecake": cheesecake,
    "chocolate_cake": chocolate_cake,
    "cup_cakes": cup_cakes,
    "red_velvet_cake": red_velvet_cake,
    "strawberry_shortcake": strawberry_shortcake,
    "tiramisu": tiramisu,
}
