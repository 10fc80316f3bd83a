"""Cooked fish, shellfish and snails."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, ellipse, heap, log, outline, prism
from train.starters.dishes.greens import citrus_slice, citrus_wedge, flecks, frond, leaf, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import crackling, grill, mussel, oval_slice, pool, scallop
from train.starters.dishes.tableware import Place, plate
from train.starters.dishes.vessels import bowl, pan
from train.starters.pen import arc, points, shift, smooth


def mussels(s: Sheet) -> None:
    at = bowl(s, 50, 50, 43, 27, hue.IRON, hue.PORCELAIN, "#ded0a0", foot=0.5, tilt=0.6)
    for k, (u, v) in enumerate(heap(s.rng, 36, at.x, at.y, 33, 16, ry=18, jitter=0.05)):
        mussel(s, u, v, s.rng.uniform(9, 10.6), s.rng.uniform(-160, 160), k % 4 != 1)
    for u, v in heap(s.rng, 12, at.x, at.y - 2, 29, 14, ry=13):
        s.tube(arc(u, v, 3, s.rng.uniform(0, 300), s.rng.uniform(380, 480), 2, 14), 0.8, hue.IVORY, 0.2)
    flecks(s, Place(at.x, at.y - 2, 30, 14), 46, hue.LEAF, 1.2, 14)
    citrus_wedge(s, at.x + 25, at.y - 9, 8, -25)
    sprig(s, at.x - 3, at.y - 14, -90, 7)


def grilled_salmon(s: Sheet) -> None:
    plate(s, y=57, r=46, rim=hue.SEA)
    for k in range(7):
        a, b = points((20 + 5.4 * k, 71 - 2.2 * k), (33 + 6.0 * k, 36 + 1.0 * k))
        log(
            s,
            np.stack([a, (a + b) / 2 + (0.6, 0), b]),
            np.array([2.6, 2.6, 3.4]),
            (hue.LEAF, hue.MOSS)[k % 2],
            FINE,
            0.5,
        )
        for t in (0.55, 0.7, 0.85):
            p = a + t * (b - a)
            s.line(points((p[0] - 0.8, p[1] + 0.8), (p[0], p[1] - 1.2), (p[0] + 0.8, p[1] + 0.8)), HAIR)
    top = outline("22,52 30,44 50,39 68,40 80,46 80,53 64,59 42,63 26,61", 8)
    s.shadow(shift(top, 0, 9), 0.45, 1.5, 1.0)
    prism(s, top, 9, hue.SALMON, [(0.72, "#dd8a66"), (0.28, hue.SLATE)], shade=0.7, rough=0.3)
    with s.inside(top):
        for k in range(14):
            x = 18 + 5.4 * k
            s.line(
                smooth(points((x + 3, 66), (x - 2, 57), (x - 4, 51), (x + 2, 45), (x + 10, 37)), 7),
                1.1,
                wash(hue.BLUSH, 0.95),
            )
    s.line(top, LINE, closed=True)
    grill(s, (top - (51, 51)) * 0.94 + (51, 51), 4, 24, 1.7)
    for u, v in ((43, 51), (53, 48.5), (63, 47)):
        citrus_slice(s, u, v, 6.6)
    frond(s, 48, 52, -14, 24)
    frond(s, 40, 54, -40, 13)
    pool(s, 76, 67, 8, 4.6, hue.IVORY)
    flecks(s, Place(76, 67, 6, 3), 9, hue.LEAF, 0.8)
    citrus_wedge(s, 26, 77, 8, -10)


def scallops(s: Sheet) -> None:
    plate(s, y=56, r=46, colour=hue.SLATE, rim=hue.STEEL)
    t = np.linspace(0, 1, 30)
    sweep = np.stack([16 + 66 * t, 64 - 14 * np.sin(np.pi * t * 0.9) + 4 * t], 1)
    log(s, sweep, 3 + 13 * (1 - t) ** 0.7, hue.LIME, FINE, 0.3, None)
    for x, y in ((27, 50), (49, 43), (71, 48), (38, 65), (63, 65)):
        scallop(s, x, y, 11.5, 9, "#cf9544", hue.IVORY)
        crackling(s, ellipse(x, y, 9.4, 6), 22, hue.RUSSET)
        for k in np.linspace(20, 160, 9):
            u, v = x + 11.3 * np.cos(np.radians(k)), y + 7.3 * np.sin(np.radians(k))
            s.line(points((u, v + 2.6), (u, v + 7.4)), 0.16, wash(hue.INK, 0.5))
        leaf(s, x - 1, y, -60, 6, hue.LEAF, "round")
        leaf(s, x - 1, y, -130, 5, hue.LEAF, "round")
    for u, v in heap(s.rng, 15, 52, 57, 28, ry=13):
        s.form(ellipse(u, v, 1.7, 1.5, 18), hue.LEAF, FINE, 0.5, 0.5, None)
    for k in range(6):
        s.form(
            ellipse(80 - 1.8 * k, 62 + 3.2 * k, 1.9 - 0.2 * k, 1.3 - 0.12 * k, 22),
            hue.CORAL,
            FINE,
            0.3,
            0.6,
            None,
        )


def _snail(s: Sheet, x: float, y: float, r: float, flip: int) -> None:
    s.form(ellipse(x, y, 1.16 * r, 0.86 * r), "#a9743f", LINE, 0.8, 0.2, hollow=True)
    s.form(ellipse(x, y, 1.0 * r, 0.7 * r), hue.SAGE, FINE, 0.5, 0.5, None)
    shell = outline("-0.95,0.25 -0.75,-0.6 0,-1.05 0.75,-0.75 1.0,0 0.7,0.5 0,0.62 -0.6,0.55")
    c = shell * (flip * r, r) + (x, y - 0.2 * r)
    s.form(c, hue.TOAST, LINE, 0.7, 0.6)
    turns = np.linspace(0.4, 5 * np.pi, 70)
    coil = np.stack([np.cos(turns) * turns, np.sin(turns) * turns], 1) / (5 * np.pi) * (0.8, 0.7)
    s.line((coil - (0, 0.28)) * (flip * r, r) + (x - 0.08 * flip * r, y - 0.1 * r), LINE, hue.COCOA)
    for k in (0.5, 0.75):
        s.line(
            (coil - (0, 0.28))[-24:] * (flip * r * k, r * k) + (x - 0.08 * flip * r, y - 0.12 * r),
            0.8,
            wash(hue.CREAM, 0.7),
        )
    mouth = blob(s.rng, x + 0.55 * flip * r, y + 0.22 * r, 0.46 * r, 0.36 * r, 9, 0.1)
    s.form(mouth, hue.LEAF, FINE, 0.4, 0.6, None)
    flecks(s, Place(x + 0.55 * flip * r, y + 0.2 * r, 0.34 * r, 0.25 * r), 8, hue.MOSS, 0.8)
    s.speck(x + 0.5 * flip * r, y + 0.2 * r, 0.9, 0.6, 0, hue.BUTTER, 0.12)


def escargots(s: Sheet) -> None:
    at = pan(s, 50, 55, 42, 5, hue.CLAY, "#c08a52", "ears")
    for k in range(6):
        a = np.radians(-90 + 60 * k)
        _snail(s, at.x + 24.5 * np.cos(a), at.y + 15.6 * np.sin(a), 9.6, 1 if np.cos(a) > -0.1 else -1)
    _snail(s, at.x, at.y, 9.6, 1)
    oval_slice(s, 86, 84, 11, 2.6, -24)
    sprig(s, 12, 86, -40, 8)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "escargots": escargots,
    "grilled_salmon": grilled_salmon,
    "mussels": mussels,
    "scallops": scallops,
}
