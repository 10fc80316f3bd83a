"""Fish, shellfish and beef served raw."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    TILT,
    blob,
    cube,
    drum,
    ellipse,
    glint,
    heap,
    lozenge,
    outline,
    prism,
    rounded,
)
from train.starters.dishes.greens import (
    chives,
    citrus_slice,
    citrus_wedge,
    cucumber,
    flecks,
    onion_slice,
    sprig,
    torn,
)
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import drizzle, oval_slice, sesame, shrimp
from train.starters.dishes.tableware import Place, plate, tray
from train.starters.dishes.vessels import cup, goblet
from train.starters.pen import place, points, shift, smooth


def _minced(s: Sheet, x: float, y: float, r: float, h: float, colours: tuple[str, ...], size: float) -> None:
    """A cylinder of chopped meat or fish: bits all over its side and its top."""
    s.shadow(ellipse(x, y + h, r), 0.5)
    drum(s, x, y, r, h, colours[0], colours[0], shade=0.7)
    for u in np.linspace(8, 172, 19):
        for v in np.linspace(0.1, 0.96, max(3, int(h / size / 1.5))):
            a = np.radians(u + s.rng.uniform(-5, 5))
            p, q = x + r * np.cos(a), y + v * h + r * TILT * np.sin(a)
            shade = colours[int(s.rng.integers(len(colours)))]
            s.form(
                blob(s.rng, p * 0.985 + 0.015 * x, q - 0.6, size, 0.75 * size, 6, 0.25),
                shade,
                FINE,
                0.6,
                0.4,
                None,
            )
    for p, q in heap(s.rng, int(3.4 * (r / size) ** 2 * 0.55), x, y, 0.95 * r):
        shade = colours[int(s.rng.integers(len(colours)))]
        s.form(blob(s.rng, p, q, size, 0.72 * size, 6, 0.25), shade, FINE, 0.5, 0.5, None)


def beef_tartare(s: Sheet) -> None:
    plate(s, y=57, rim=hue.BRICK)
    for x, y, d in ((19, 50, 40), (24, 44, 30), (31, 39, 20)):
        oval_slice(s, x, y, 10, 2, d)
    _minced(s, 51, 50, 21, 14, ("#9c3a35", "#a94640", "#8d302f", "#b35850"), 1.9)
    nest = ellipse(51, 47, 8.4, 5.4)
    s.form(nest, hue.GLOW, FINE, 0.4, 0.2)
    s.form(ellipse(51, 44.6, 6.8, 5.6), hue.YOLK, LINE, 0.6, 0.5, None)
    glint(s, 48.6, 42.6, 1.4)
    for u, v in heap(s.rng, 12, 51, 51, 16):
        s.form(ellipse(u, v, 1.3, 1.1, 18), hue.OLIVE, FINE, 0.5, 0.5, None) if abs(
            u - 51
        ) > 8 or v > 54 else None
    chives(s, Place(51, 55, 15, 6), 14)
    for k in range(5):
        s.form(ellipse(76 + 2.6 * (k % 3), 62 + 3 * (k // 3), 1.6, 1.3, 20), hue.OLIVE, FINE, 0.5, 0.5, None)
    for k in range(2):
        s.form(
            place(
                outline("-4,0 0,-1.7 4,-0.3 0,1.6", 6),
                (78 + 3 * k, 52 + 3 * k),
                -30,
            ),
            hue.SAGE,
            LINE,
            0.6,
        )
    onion_slice(s, 72, 70, 4.6)
    flecks(s, Place(51, 52, 18, 10), 18, hue.BLACK, 0.45)


def tuna_tartare(s: Sheet) -> None:
    tray(s, 50, 60, 92, 50, hue.SLATE)
    s.shadow(ellipse(50, 70, 20), 0.5)
    drum(s, 50, 58, 19, 10, hue.AVOCADO, [(1, hue.AVOCADO)])
    for u in np.linspace(12, 168, 12):
        for v in (2.5, 6, 9):
            a = np.radians(u + s.rng.uniform(-5, 5))
            prism(
                s,
                lozenge(50 + 18.8 * np.cos(a), 58 + v - 1.4 + 12.2 * np.sin(a), 3.6, 2.2),
                1.4,
                hue.AVOCADO,
                [(1, hue.LIME)],
            )
    drum(s, 50, 44, 19, 13, "#9b2b44", "#9b2b44")
    red = ("#b23c50", "#9b2b44", "#c25566")
    for u in np.linspace(8, 172, 13):
        for v in (3, 7, 11):
            a = np.radians(u + s.rng.uniform(-4, 4))
            paint = red[int(s.rng.integers(3))]
            prism(
                s,
                lozenge(50 + 18.8 * np.cos(a), 44 + v - 2 + 12.2 * np.sin(a), 4.8, 2.8),
                2.2,
                paint,
                [(1, paint)],
            )
    for u, v in heap(s.rng, 64, 50, 42, 17.5, 2):
        paint = red[int(s.rng.integers(3))]
        cube(s, u, v, 5, paint, 0.44)
    sesame(s, Place(50, 42, 16, 9), 34, hue.CREAM, 2)
    sesame(s, Place(50, 42, 16, 9), 22, hue.BLACK, 2)
    for x, d in ((47, -112), (53, -62)):
        s.form(
            place(rounded(points((0, -4), (17, -6), (17, 6), (0, 4)), 0.2), (x, 38), d), hue.GOLD, LINE, 0.5
        )
    sprig(s, 50, 39, -90, 8, hue.SAGE)
    for k in range(7):
        s.form(
            ellipse(22 + 1.2 * k, 76 - 5.4 * k, 2.2 - 0.2 * k, 1.5 - 0.15 * k, 24),
            hue.COCOA,
            FINE,
            0.3,
            0.6,
            None,
        )
    for k, (u, v) in enumerate(((76, 52), (79, 62), (80, 72))):
        cucumber(s, u, v, 5.5 - 0.2 * k)


def beef_carpaccio(s: Sheet) -> None:
    plate(s, y=55, r=45, rim=hue.OLIVE)
    for n, r in ((9, 0.66), (6, 0.36), (1, 0.0)):
        for k in range(n):
            a = 2 * np.pi * k / n + 0.4 * n
            u, v = 50 + 45 * r * np.cos(a), 55 + 45 * r * 0.64 * np.sin(a)
            slice_ = blob(s.rng, u, v, 13, 8.8, 11, 0.07)
            s.form(slice_, ("#a83d42", "#b04a4b", "#9d343c")[k % 3], FINE, 0.35, 0.5, None)
            s.line((slice_ - (u, v)) * 0.95 + (u, v), 0.5, hue.PINK, closed=True)
            for _ in range(3):
                p, q = u + s.rng.uniform(-7, 7), v + s.rng.uniform(-4, 4)
                s.line(smooth(points((p - 3, q), (p, q - 1.2), (p + 3, q + 0.4)), 5), 0.45, hue.PINK)
    drizzle(s, Place(50, 55, 30, 18), 5, hue.BUTTER, 0.7)
    for u, v, d in ((43, 52, -160), (50, 50, -95), (57, 53, -20), (50, 58, 80), (44, 57, 160), (57, 58, 30)):
        torn(s, u, v, d, 15, hue.LEAF)
    for u, v in heap(s.rng, 12, 50, 53, 24):
        s.form(
            rounded(
                place(points((-4, -1.5), (4, -2), (3.4, 1.6), (-3.4, 1.6)), (u, v), s.rng.uniform(0, 180)),
                0.1,
            ),
            hue.IVORY,
            FINE,
            0.4,
        )
    for u, v in heap(s.rng, 14, 50, 55, 30):
        s.form(ellipse(u, v, 1.3, 1.1, 18), hue.OLIVE, FINE, 0.5, 0.5, None)
    flecks(s, Place(50, 55, 30, 19), 40, hue.BLACK, 0.45)
    citrus_wedge(s, 86, 70, 7, -30)


def ceviche(s: Sheet) -> None:
    plate(s, 50, 86, 26, tilt=0.36)
    at = goblet(s, [(0.06, None), (0.94, "#e5dcb8")], 50, 40, 35, 32, 12, 0.5)
    for u, v in heap(s.rng, 40, 50, 54, 27, 0, ry=10):
        paint = (hue.GLOW, hue.IVORY, hue.BLUSH)[int(s.rng.integers(3))]
        s.flat(lozenge(u, v, 7, 4.6), wash(paint, 0.65))
    s.form(at.curve(0.97), "#e5dcb8", FINE, 0.3)
    for u, v in heap(s.rng, 46, 50, 38, 29, 12, ry=9):
        paint = (hue.GLOW, hue.IVORY, hue.BLUSH, hue.GLOW)[int(s.rng.integers(4))]
        size = s.rng.uniform(6, 8.4)
        prism(s, lozenge(u, v, size, 0.6 * size), 2.6, paint, [(1, paint)])
    for x, y, d in ((34, 34, 0), (62, 35, 120), (50, 42, -60), (48, 26, 60)):
        shrimp(s, x, y, 7, d)
    for u, v in heap(s.rng, 16, 50, 33, 26, 10, ry=8):
        prism(
            s, lozenge(u, v, 3.4, 2.2), 1.2, (hue.TOMATO, hue.LEAF)[int(s.rng.integers(2))], [(1, hue.BRICK)]
        )
    for k in range(6):
        u, v = 32 + 7 * k, 33 - 5 * np.sin(0.6 * k) + 2
        s.tube(smooth(points((u - 5, v + 1), (u, v - 2.4), (u + 5, v + 0.6)), 6), 0.9, hue.PLUM, 0.2)
    flecks(s, Place(50, 34, 26, 9), 34, hue.LEAF, 1.2, 9)
    citrus_slice(s, 82, 33, 10, 10.5, hue.LIME)
    sprig(s, 46, 22, -90, 9)


def oysters(s: Sheet) -> None:
    at = plate(s, y=56, r=46, colour=hue.SEA, rim=hue.SLATE)
    for u, v in heap(s.rng, 70, at.x, at.y, 32):
        s.form(blob(s.rng, u, v, 4, 2.8, 6, 0.25), wash(hue.GLOW, 0.75), HAIR, 0.4, 0.7, None)
    for k in range(7):
        a = np.radians(-90 + 360 * k / 7)
        x, y, d = (
            50 + 27 * np.cos(a),
            56 + 18 * np.sin(a),
            np.degrees(np.arctan2(0.66 * np.sin(a), np.cos(a))),
        )
        shell = blob(s.rng, 0, 0, 12, 8.6, 12, 0.08)
        c = place(shift(shell, 1.6), (x, y), d)
        s.shadow(c, 0.5, 1.5, 1.5)
        s.form(shift(c, 0.4, 1.4), hue.SLATE, LINE, 0.7)
        s.form(c, hue.STEEL, LINE, 0.4, 0.4)
        for scale in (0.93, 0.86):
            s.line((c - c.mean(0)) * scale + c.mean(0), HAIR, closed=True)
        s.form((c - c.mean(0)) * 0.78 + c.mean(0), hue.GLOW, FINE, 0.6, 0.2, 30, hollow=True)
        meat = place(blob(s.rng, 1.4, 0, 7.4, 4.4, 10, 0.12), (x, y), d)
        s.form(meat, "#d8cdb4", FINE, 0.5, 0.6)
        s.line((meat - meat.mean(0)) * 0.75 + meat.mean(0), 0.7, hue.SLATE)
        glint(s, meat.mean(0)[0] - 1.6, meat.mean(0)[1] - 1.2, 1.3)
    citrus_wedge(s, 50, 52, 8, -15)
    sprig(s, 46, 60, 170, 6)
    cup(s, 56, 62, 5.5, 3, hue.PORCELAIN, hue.WINE)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "beef_carpaccio": beef_carpaccio,
    "beef_tartare": beef_tartare,
    "ceviche": ceviche,
    "oysters": oysters,
    "tuna_tartare": tuna_tartare,
}
