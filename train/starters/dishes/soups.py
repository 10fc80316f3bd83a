"""Soups, each told from the others by its bowl, its broth and what swims in it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import blob, cube, ellipse, heap, log, rounded, scattered, strip
from train.starters.dishes.greens import chives, citrus_wedge, flecks, leaf, onion_slice, sprig
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.staples import half_egg, oval_slice, sheaf, strands
from train.starters.dishes.tableware import Place, chopsticks, plate, spoon, steam
from train.starters.dishes.vessels import bowl, ramekin
from train.starters.pen import arc, place, points, shift, smooth

BROTH, CELADON, LACQUER = "#c99a58", "#a9b79c", "#7d2f2a"


def _swirls(s: Sheet, at: Place, n: int, colour: str = hue.GLOW) -> None:
    """Light on a broth, and drops of fat."""
    for u, v in heap(s.rng, n, at.x, at.y, 0.85 * at.rx, ry=0.85 * at.ry):
        s.speck(u, v, s.rng.uniform(0.6, 1.6), s.rng.uniform(0.4, 1.0), 0, wash(colour, 0.35), 0.1)


def clam_chowder(s: Sheet) -> None:
    loaf = blob(s.rng, 50, 58, 42, 30, 13, 0.03)
    s.shadow(loaf)
    s.form(loaf, hue.TOAST, LINE, 0.8, 0.5, reach=10)
    for k in range(4):
        s.line(
            smooth(points((14 + 4 * k, 66 + 4 * k), (32 + 3 * k, 78 + 2 * k), (50, 82 + 1.5 * k)), 8), HAIR
        )
    scattered(s, loaf, 110, wash(hue.IVORY, 0.5), 0.9)
    s.form(blob(s.rng, 50, 48, 34, 21, 15, 0.035), hue.CREAM, LINE, 0.5, 0.3)
    at = Place(50, 48.5, 30, 18)
    s.form(blob(s.rng, at.x, at.y, at.rx, at.ry, 13, 0.03), hue.IVORY, FINE, 0.6, 0.3, 30, hollow=True)
    for u, v in heap(s.rng, 12, at.x, at.y, 23):
        cube(s, u, v - 1, 6, hue.BUTTER, 0.35)
    for u, v, d in ((40, 45, -30), (58, 42, 20), (62, 54, 60), (44, 57, 0), (52, 50, -20)):
        fan = np.concatenate([arc(0, 0, 1, 195, 345, 0.95, 24), points((0.2, 0.5), (-0.2, 0.5))])
        s.form(place(fan, (u, v), d, 7), hue.CREAM, LINE, 0.5)
        for share in (0.8, 0.55):
            s.line(place(fan[:24] * share + (0, 0.2 - 0.2 * share), (u, v), d, 7), 0.5, wash(hue.TOAST, 0.9))
        for a in (215, 245, 270, 295, 325):
            s.line(
                place(
                    points((0, 0.45), (0.95 * np.cos(np.radians(a)), 0.9 * np.sin(np.radians(a)))),
                    (u, v),
                    d,
                    7,
                ),
                HAIR,
            )
    flecks(s, at, 34, hue.LEAF, 1.0)
    for u, v in heap(s.rng, 12, at.x, at.y, 24):
        s.speck(u, v, 1.6, 1.2, s.rng.uniform(0, 90), hue.ROSE, 0.18)
    s.form(blob(s.rng, 82, 74, 14, 9, 11, 0.05), hue.TOAST, LINE, 0.7)
    s.form(blob(s.rng, 81, 72.5, 11.5, 7, 11, 0.05), hue.CREAM, FINE, 0.4)


def french_onion_soup(s: Sheet) -> None:
    for k in (-1, 1):
        s.form(
            rounded(points((30, -6), (45, -4), (45, 5), (31, 8)) * (k, 1) + (50, 52), 0.4),
            hue.RUSSET,
            LINE,
            0.7,
        )
    at = ramekin(s, 50, 46, 35, 29, hue.RUSSET, hue.BROWN)
    for k in (0, 1):
        s.line(arc(50, 62 + 2 * k, 34.4, 3, 177, 20.6), 0.8, hue.CREAM)
    for u, v in heap(s.rng, 4, at.x, at.y, 15):
        oval_slice(s, u, v, 14, 3, -20)
    knots = []
    for a in range(0, 360, 12):
        t = np.radians(a)
        drip = {24: 8, 60: 14, 96: 6, 132: 16, 156: 7}.get(a, 0)
        r = 1.06 if drip else 0.9 + 0.08 * np.sin(a)
        knots.append((50 + 33 * r * np.cos(t), 44.5 + 19.5 * r * np.sin(t) + drip))
    melt = smooth(knots, 7, closed=True)[:-1]
    s.form(melt, "#ecc96f", LINE, 0.7, 0.5, reach=5)
    for u, v in heap(s.rng, 22, 50, 44, 27):
        s.form(
            blob(s.rng, u, v, s.rng.uniform(1.5, 4.4), s.rng.uniform(1, 2.6), 8, 0.15),
            wash((hue.RUSSET, hue.CRUST, hue.IVORY)[int(s.rng.integers(3))], 0.6),
            HAIR,
            0.3,
            0.4,
            None,
        )
    for u, v in ((46, 42), (54, 44)):
        sprig(s, u, v, -70, 6, hue.MOSS)
    steam(s, 50, 22)


def hot_and_sour_soup(s: Sheet) -> None:
    at = bowl(s, 50, 44, 41, 32, hue.BLACK, hue.BRICK, "#8a4a26", band=hue.GOLD)
    _swirls(s, at, 26, hue.CORAL)
    for u, v in heap(s.rng, 9, at.x, at.y, 29):
        ribbon = smooth(points((u - 6, v), (u - 2, v - 2.4), (u + 2, v + 1), (u + 6, v - 1)), 8)
        s.tube(ribbon, 1.5, hue.BUTTER, 0.18)
    for u, v in heap(s.rng, 9, at.x, at.y, 28):
        strip(s, u, v, 10, 2.2, s.rng.uniform(-40, 40), hue.IVORY)
    for u, v in heap(s.rng, 8, at.x, at.y, 27):
        s.form(blob(s.rng, u, v, 4.4, 2.6, 9, 0.22), hue.COCOA, FINE, 0.5)
    for u, v in heap(s.rng, 7, at.x, at.y, 27):
        strip(s, u, v, 8, 1.4, s.rng.uniform(-60, 60), hue.CARROT)
    chives(s, at, 22)
    for u, v in heap(s.rng, 7, at.x, at.y, 24):
        s.form(
            log(s, smooth(points((u - 2, v), (u, v - 1), (u + 2.4, v)), 5), 1.2, hue.BRICK, FINE, 0.3, None),
            hue.BRICK,
            FINE,
            0,
            0,
        )
    steam(s, 50, 20)


def lobster_bisque(s: Sheet) -> None:
    plate(s, y=66, r=45, rim=hue.BRICK, tilt=0.5)
    at = bowl(s, 50, 42, 37, 25, hue.PORCELAIN, fill="#dd8253", foot=0.46)
    for a in (0, 2.2):
        s.line(
            smooth(
                [
                    (at.x + (4 + 3.2 * t) * np.cos(a + 0.8 * t), at.y + (3 + 1.8 * t) * np.sin(a + 0.8 * t))
                    for t in np.linspace(0, 6.2, 30)
                ],
                3,
            ),
            1.1,
            hue.IVORY,
        )
    tail = [(at.x - 15 + 6.2 * k, at.y + 2 - 3.2 * np.sin(0.6 * k) - 0.6 * k) for k in range(5)]
    for k, (u, v) in enumerate(tail):
        s.form(
            blob(s.rng, u, v, 6 - 0.35 * k, 5.4 - 0.5 * k, 9, 0.04),
            hue.CORAL if k % 2 else hue.TOMATO,
            LINE,
            0.6,
        )
        s.line(arc(u, v, 4.4, 200, 300, 3.8), 0.6, hue.BLUSH)
    for d in (-40, 0, 40):
        leaf(s, at.x + 11, at.y - 2, d - 6, 9, hue.TOMATO, "round", 0.7)
    chives(s, Place(at.x, at.y, 20, 9), 14)
    sprig(s, at.x - 2, at.y - 2, -80, 6)
    spoon(s, 82, 76, -60, 36)
    steam(s, 50, 21)


def miso_soup(s: Sheet) -> None:
    at = bowl(s, 50, 44, 39, 33, LACQUER, hue.BLACK, "#c69a5c", foot=0.48)
    s.line(arc(50, 46, 38.6, 5, 175, 22.4), 0.8, hue.GOLD)
    with s.inside(at.curve()):
        for u, v in heap(s.rng, 22, at.x, at.y, 30):
            s.form(
                blob(s.rng, u, v, s.rng.uniform(4, 9), s.rng.uniform(2, 4), 8, 0.15),
                wash(hue.BUTTER, 0.4),
                0,
                0.1,
                0.3,
                None,
            )
    for u, v in heap(s.rng, 5, at.x + 2, at.y, 26):
        s.form(blob(s.rng, u, v, 7, 3.6, 11, 0.2), hue.MOSS, FINE, 0.5)
        s.line(smooth(points((u - 5, v), (u, v - 0.8), (u + 5, v + 0.5)), 6), HAIR, hue.SAGE)
    for u, v in heap(s.rng, 10, at.x - 1, at.y - 1, 25):
        cube(s, u, v - 1.5, 9, hue.GLOW, 0.5)
    chives(s, at, 26)
    chopsticks(s, 62, 30)
    steam(s, 40, 20)


def pho(s: Sheet) -> None:
    at = bowl(s, 48, 43, 40, 31, hue.PORCELAIN, fill=BROTH, band=hue.BLUE)
    _swirls(s, at, 30)
    with s.inside(at.curve()):
        sheaf(s, Place(at.x - 2, at.y + 3, 29, 16), 17, hue.GLOW, 1.7)
    for k in range(4):
        u, v = at.x + 4 + 6.4 * k, at.y - 8 + 3.8 * k
        beef = blob(s.rng, u, v, 9.5, 5.4, 10, 0.1)
        s.form(beef, hue.ROSE if k % 2 else "#b98270", LINE, 0.4)
        s.line(smooth(points((u - 6, v - 1), (u, v + 0.6), (u + 6, v - 1)), 7), 0.4, hue.BLUSH)
    onion_slice(s, at.x - 16, at.y + 7, 6, hue.IVORY)
    for d in (-150, -95, -55, -190):
        leaf(s, at.x - 12, at.y - 3, d, 12, hue.LEAF, "round", 0.8)
    for k in range(6):
        u, v = at.x - 6 + 3.6 * k, at.y + 12 - 0.6 * k
        s.tube(smooth(points((u - 4, v), (u, v - 2), (u + 4, v + 1)), 6), 1.1, hue.IVORY, 0.2)
        s.speck(u + 4.2, v + 1.2, 1.1, 0.8, 20, hue.BUTTER, 0.16)
    for u, v in ((at.x + 2, at.y + 5), (at.x + 8, at.y + 9), (at.x - 4, at.y - 11)):
        s.form(ellipse(u, v, 2.2, 1.5, 24), hue.BRICK, FINE, 0.4)
        s.form(ellipse(u, v, 1.2, 0.8, 20), hue.BLUSH, HAIR, 0, 0)
    chives(s, at, 20)
    chopsticks(s, 60, 29)
    citrus_wedge(s, 88, 80, 8, -25, hue.LIME)
    sprig(s, 12, 88, -40, 8)


def ramen(s: Sheet) -> None:
    at = bowl(s, 48, 43, 41, 32, LACQUER, hue.CREAM, "#b97a3c", foot=0.4)
    for k in range(9):
        u = 48 + 37 * np.cos(np.radians(22 + 17 * k))
        v = 50 + 22.5 * np.sin(np.radians(22 + 17 * k))
        s.line(
            points(
                (u - 2, v - 1.2),
                (u + 2, v - 1.2),
                (u + 2, v + 1.6),
                (u - 1, v + 1.6),
                (u - 1, v + 0.2),
                (u + 0.8, v + 0.2),
            ),
            0.5,
            hue.GOLD,
        )
    _swirls(s, at, 30, hue.GOLD)
    for k in range(2):
        sheet = shift(points((0, 0), (12, -2), (13, -19), (1, -17)), at.x + 9 + 5 * k, at.y - 3 + 1.6 * k)
        s.form(sheet, hue.NORI, LINE, 0.5, 0.3)
    with s.inside(at.curve()):
        strands(s, Place(at.x + 1, at.y + 3, 29, 16), 44, hue.BUTTER, 1.7, 3, 0.2)
    for u, v in ((at.x - 17, at.y - 6), (at.x - 7, at.y - 10)):
        pork = blob(s.rng, u, v, 10.5, 7, 11, 0.05)
        s.form(shift(pork, 0.2, 1.2), hue.RUSSET, LINE, 0.5)
        s.form(pork, "#c98f6f", FINE, 0.3)
        s.line(
            smooth(
                [
                    (u + (7.4 - 0.55 * t) * np.cos(t), v + (4.8 - 0.36 * t) * np.sin(t))
                    for t in np.linspace(0, 11, 40)
                ],
                2,
            ),
            0.9,
            hue.BLUSH,
        )
    half_egg(s, at.x + 14, at.y + 6, 8.6, 8)
    half_egg(s, at.x + 2, at.y + 12, 8.2, -10)
    naruto = [
        (
            at.x - 19 + 5.6 * (1 + 0.12 * np.cos(10 * t)) * np.cos(t),
            at.y + 7 + 3.8 * (1 + 0.12 * np.cos(10 * t)) * np.sin(t),
        )
        for t in np.linspace(0, 2 * np.pi, 80)[:-1]
    ]
    s.form(np.array(naruto), hue.GLOW, LINE, 0.3)
    s.line(
        smooth(
            [
                (at.x - 19 + 0.5 * t * np.cos(t), at.y + 7 + 0.34 * t * np.sin(t))
                for t in np.linspace(0, 7.6, 30)
            ],
            2,
        ),
        0.8,
        hue.ROSE,
    )
    chives(s, Place(at.x - 4, at.y + 1, 14, 6), 22)
    chopsticks(s, 62, 29)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "clam_chowder": clam_chowder,
    "french_onion_soup": french_onion_soup,
    "hot_and_sour_soup": hot_and_sour_soup,
    "lobster_bisque": lobster_bisque,
    "miso_soup": miso_soup,
    "pho": pho,
    "ramen": ramen,
}
