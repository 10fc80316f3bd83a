"""Long and round buns, filled."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import (
    blob,
    dome,
    drum,
    ellipse,
    heap,
    knots,
    log,
    outline,
    prism,
    rounded,
    torn_cloth,
)
from train.starters.dishes.greens import chives, citrus_wedge, leaf, tomato_slice
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import crackling, sesame
from train.starters.dishes.tableware import Place, board, paper, plate
from train.starters.pen import arc, place, points, shift, smooth


def _ruffle(
    s: Sheet, x: float, y: float, rx: float, ry: float, colour: str, waves: int = 17, depth: float = 0.05
) -> None:
    s.form(torn_cloth(s, x, y, rx, ry, waves, depth), colour, LINE, 0.6, 0.3)


def hamburger(s: Sheet) -> None:
    board(s, 50, 74, 90, 30)
    s.shadow(ellipse(50, 76, 33, 13), 0.6)
    drum(s, 50, 66, 31, 9, hue.BUTTER, [(0.3, hue.BUTTER), (0.7, hue.HONEY)], taper=0.07, shade=0.7)
    _ruffle(s, 50, 63, 34.5, 18, hue.SAGE)
    patty = blob(s.rng, 50, 56, 33, 18, 16, 0.02)
    prism(s, patty, 8.5, hue.BROWN, [(1, hue.COCOA)], shade=0.8)
    crackling(s, shift(patty, 0, 8), 60, hue.BLACK)
    s.form(
        rounded(
            knots("16,54 50,40 84,54 70,66 66,77 58,67 46,68 38,78 31,66"),
            0.14,
        ),
        hue.CHEDDAR,
        LINE,
        0.5,
        0.4,
    )
    for x, y in ((34, 53), (64, 54), (49, 57)):
        tomato_slice(s, x, y, 15, 8)
    _ruffle(s, 50, 49, 34, 15.5, hue.LIME, 19)
    for k in np.linspace(-26, 26, 9):
        s.line(
            smooth(points((50 + k, 57), (50 + k * 1.06, 60), (50 + k * 1.12, 63 - 0.004 * k * k)), 5), HAIR
        )
    bun = dome(s, 50, 45, 33, 33, hue.HONEY, 0.4, shade=0.6)
    with s.inside(bun):
        sesame(s, Place(50, 35, 27, 12), 52, hue.IVORY, 15)
    s.line(smooth(points((25, 36), (29, 26), (38, 18)), 8), 1.5, wash(hue.GLOW, 0.55))


def pulled_pork_sandwich(s: Sheet) -> None:
    paper(s, knots("8,72 20,54 78,52 94,72 80,90 22,92"))
    s.shadow(ellipse(50, 78, 32, 12), 0.6)
    drum(s, 50, 66, 32, 11, hue.BUTTER, [(0.25, hue.BUTTER), (0.75, hue.HONEY)], taper=0.08, shade=0.7)
    s.form(torn_cloth(s, 50, 60, 35, 17.5, 13, 0.05), "#8c4424", LINE, 0.7)
    for u, v in heap(s.rng, 130, 50, 58, 35, 8, ry=16):
        a = s.rng.uniform(-60, 60)
        bit = place(smooth(points((-4, 0), (-1, -1), (2, 0.6), (4.6, 0)), 4), (u, v), a)
        s.tube(
            bit,
            s.rng.uniform(1.2, 2),
            ("#9a5128", "#b06a37", "#7f3c20", "#c0834f")[int(s.rng.integers(4))],
            0.2,
        )
    for u, v in heap(s.rng, 34, 50, 46, 33, 4, ry=11):
        a = s.rng.uniform(-70, 70)
        s.tube(
            place(smooth(points((-4, 0), (0, -1.2), (4, 0.4)), 4), (u, v), a),
            1.2,
            (hue.CABBAGE, hue.IVORY, hue.CARROT, hue.PLUM)[int(s.rng.integers(4))],
            0.2,
        )
    dome(s, 51, 41, 32, 29, "#b9752f", 0.34, shade=0.6)
    s.line(smooth(points((27, 34), (31, 25), (39, 17)), 8), 1.5, wash(hue.GLOW, 0.55))
    s.line(arc(51, 41, 31, 20, 160, 10.4), HAIR)
    s.form(outline("66,59 69,61 70,70 67.4,73 65.4,68"), "#7f3c20", FINE, 0.4, 0.6, None)


def hot_dog(s: Sheet) -> None:
    _boat(s)
    t = np.linspace(-1, 1, 9)
    spine = smooth(np.stack([50 + 34 * t, 55 - 12 * t + 3 * t * t], 1), 6)
    log(s, shift(spine, -1, -7), 18, hue.GOLD, LINE, 0.5)
    log(s, smooth(np.stack([50 + 40 * t, 52 - 14 * t + 4 * t * t], 1), 6), 12.5, "#a84a2c", LINE, 0.6)
    for k in range(6):
        u, v = 50 + 11 * (k - 2.5), 52 - 3.9 * (k - 2.5)
        s.line(points((u - 1, v - 5), (u + 2.4, v - 2.4)), 0.5, hue.COCOA)
    log(s, shift(spine, 2, 8), 19, hue.HONEY, LINE, 0.7)
    s.line(smooth(np.stack([50 + 30 * t, 59 - 11 * t + 3 * t * t], 1), 5), 1.4, wash(hue.GLOW, 0.5))
    u = np.linspace(-1, 1, 26)
    wave = np.stack([50 + 35 * u, 49 - 12.5 * u + 3 * u * u + 2.8 * np.where(np.arange(26) % 2, 1, -1)], 1)
    curve = smooth(wave, 6)
    s.line(curve, 3.0, hue.INK)
    s.line(curve, 2.3, "#eab93a")
    for p, q in heap(s.rng, 14, 50, 50, 30, ry=3):
        q -= 0.36 * (p - 50)
        s.speck(p, q, 1.1, 0.8, 30, hue.LEAF, 0.14)


def _boat(s: Sheet) -> None:
    """A paper boat with a checked lining."""
    paper(s, knots("8,62 20,38 92,34 94,60 82,84 16,88"), hue.IVORY)
    with s.inside(knots("8,62 20,38 92,34 94,60 82,84 16,88")):
        for k in range(-20, 130, 9):
            s.line(points((k, 30), (k - 12, 92)), 2.0, wash(hue.BRICK, 0.3))
        for k in range(30, 100, 8):
            s.line(points((0, k + 4), (100, k - 4)), 2.0, wash(hue.BRICK, 0.3))
    s.line(knots("8,62 20,38 92,34 94,60 82,84 16,88"), LINE, closed=True)


def lobster_roll_sandwich(s: Sheet) -> None:
    plate(s, y=60, r=45, rim=hue.BLUE, tilt=0.6)
    for u, v in heap(s.rng, 9, 76, 42, 11, ry=5):
        s.form(blob(s.rng, u, v, 5.5, 3.4, 7, 0.14), hue.GOLD, FINE, 0.5, 0.5, None)
    t = np.linspace(-1, 1, 9)
    log(s, smooth(np.stack([48 + 31 * t, 50 - 9 * t], 1), 5), 20, hue.BUTTER, LINE, 0.5)
    for u, v in heap(s.rng, 9, 48, 53, 28, ry=7):
        leaf(
            s,
            u - 4,
            v - 0.28 * (u - 48),
            s.rng.uniform(-50, 30) + (120 if u < 40 else 0),
            12,
            hue.LIME,
            "round",
            1.1,
        )
    for u, v in heap(s.rng, 22, 48, 51, 29, 7, ry=6, jitter=0.06):
        v -= 0.28 * (u - 48)
        chunk = blob(s.rng, u, v, s.rng.uniform(4.6, 6), s.rng.uniform(3.6, 4.6), 8, 0.16)
        s.form(chunk, hue.IVORY, LINE, 0.5, 0.4)
        red = blob(s.rng, u - 0.6, v - 1.3, 4, 2.4, 8, 0.2)
        s.form(red, "#cf5a3c", 0, 0.3, 0.5, None)
        for k in (-1.6, 0, 1.6):
            s.line(points((u + k - 0.8, v - 2.4), (u + k, v + 0.6)), HAIR, wash(hue.GLOW, 0.9))
    claw = outline("0,0 5,-4 9,-10 8,-17 12,-12 13.5,-16 15,-9 13,-2 7,4", 6)
    s.form(shift(claw, 46, 45), "#cf5a3c", LINE, 0.6, 0.5)
    s.line(smooth(points((57, 34), (56, 38), (54, 41)), 6), FINE)
    log(s, smooth(np.stack([50 + 31 * t, 65 - 9 * t], 1), 5), 19, hue.HONEY, LINE, 0.7)
    s.line(smooth(np.stack([48 + 27 * t, 61 - 8.4 * t], 1), 5), 1.4, wash(hue.GLOW, 0.5))
    chives(s, Place(48, 47, 25, 6), 22)
    citrus_wedge(s, 24, 76, 8, -12)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "hamburger": hamburger,
    "hot_dog": hot_dog,
    "lobster_roll_sandwich": lobster_roll_sandwich,
    "pulled_pork_sandwich": pulled_pork_sandwich,
}
