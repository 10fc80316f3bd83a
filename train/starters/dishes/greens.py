"""Leaves, herbs, vegetables and fruit: what gives a plate its colours."""

from __future__ import annotations

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import ball, blob, ellipse, glint, heap, outline
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.tableware import Place
from train.starters.pen import LEAVES, arc, place, points, shift, smooth


def leaf(
    s: Sheet,
    x: float,
    y: float,
    degrees: float,
    length: float,
    colour: str = hue.LEAF,
    form: str = "bay",
    fat: float = 1.0,
) -> None:
    """One leaf from its stalk at (x, y)."""
    half = smooth(LEAVES[form] * (1, fat), 7)
    whole = place(np.concatenate([half, half[::-1][1:-1] * (1, -1)]), (x, y), degrees, length)
    s.form(whole, colour, FINE, 0.5, 0.35, None if length < 8 else degrees + 60)
    s.line(place(points((0, 0), (0.5, 0.02), (0.9, 0)), (x, y), degrees, length), HAIR)
    if length > 9:
        for t in (0.25, 0.45, 0.65):
            for side in (-1, 1):
                vein = points((t, 0), (t + 0.14, side * 0.11 * fat))
                s.line(place(vein, (x, y), degrees, length), 0.16)


def sprig(
    s: Sheet, x: float, y: float, degrees: float = -90, size: float = 7, colour: str = hue.LEAF
) -> None:
    """A few leaves from one place: mint, basil, parsley."""
    s.shadow(
        shift(ellipse(*place(points((0.6 * size, 0)), (x, y), degrees)[0], 0.5 * size), 0, 0.6), 0.3, 1, 1.2
    )
    for turn, share in ((-62, 0.8), (62, 0.8), (-24, 0.95), (28, 0.95), (0, 1.0)):
        leaf(s, x, y, degrees + turn, size * share, colour, "round", 0.75)


def frond(s: Sheet, x: float, y: float, degrees: float, length: float, colour: str = hue.MOSS) -> None:
    """A feathery stalk: dill, rosemary, thyme."""
    stalk = place(smooth(points((0, 0), (0.5, 0.05), (1, -0.04)), 10), (x, y), degrees, length)
    s.line(stalk, 0.45, colour)
    for k in range(2, len(stalk) - 1, 2):
        for side in (-1, 1):
            needle = place(
                points((0, 0), (1, 0)), stalk[k], degrees + 42 * side, 0.3 * length * (1.1 - k / len(stalk))
            )
            s.line(needle, 0.5, colour)


def flecks(s: Sheet, at: Place, n: int = 40, colour: str = hue.LEAF, size: float = 0.8, h: float = 0) -> None:
    """Chopped herbs, spice or cheese strewn over a place."""
    for x, y in heap(s.rng, n, at.x, at.y, 0.9 * at.rx, h, 0.9 * at.ry):
        s.speck(x, y, size * s.rng.uniform(0.6, 1.2), 0.45 * size, s.rng.uniform(0, 180), colour, 0.1)


def chives(s: Sheet, at: Place, n: int = 22, colour: str = hue.LEAF, size: float = 1.3, h: float = 0) -> None:
    """Little rings of chive or spring onion."""
    for x, y in heap(s.rng, n, at.x, at.y, 0.9 * at.rx, h, 0.9 * at.ry):
        s.speck(x, y, size, 0.75 * size, s.rng.uniform(-30, 30), colour, 0.16)
        s.speck(x, y - 0.1 * size, 0.45 * size, 0.3 * size, 0, hue.CABBAGE, 0.1)


def lettuce(s: Sheet, x: float, y: float, r: float, ry: float | None = None, colour: str = hue.SAGE) -> None:
    """A ruffled leaf or a bed of them."""
    ry = 0.7 * r if ry is None else ry
    a = np.linspace(0, 2 * np.pi, 120, endpoint=False)
    ruffle = 1 + 0.07 * np.sin(13 * a + s.rng.uniform(0, 6)) + 0.05 * np.sin(21 * a + s.rng.uniform(0, 6))
    s.form(np.stack([x + r * ruffle * np.cos(a), y + ry * ruffle * np.sin(a)], 1), colour, LINE, 0.5, 0.4, 60)
    for k in np.linspace(0.3, 2 * np.pi, 9):
        rib = points(
            (0, 0),
            (0.45 * r * np.cos(k + 0.15), 0.45 * ry * np.sin(k + 0.15)),
            (0.82 * r * np.cos(k), 0.82 * ry * np.sin(k)),
        )
        s.line(shift(smooth(rib, 8), x, y), HAIR, wash(hue.GLOW, 0.8))


def torn(s: Sheet, x: float, y: float, degrees: float, length: float, colour: str = hue.SAGE) -> None:
    """A long torn salad leaf with a pale rib."""
    t = np.linspace(0, 1, 30)
    edge = 0.3 * np.sin(np.pi * t**0.8) * (1 + 0.2 * np.sin(26 * t + s.rng.uniform(0, 6)))
    whole = np.concatenate([np.stack([t, edge], 1), np.stack([t, -edge], 1)[::-1]])
    s.form(place(whole, (x, y), degrees, length), colour, FINE, 0.5, 0.35, degrees + 70)
    s.line(place(points((0.02, 0), (0.5, 0.03), (0.92, 0)), (x, y), degrees, length), 0.8, hue.CABBAGE)


def tomato_slice(s: Sheet, x: float, y: float, r: float, ry: float | None = None) -> None:
    ry = 0.66 * r if ry is None else ry
    s.form(ellipse(x, y + 0.12 * r, r, ry), hue.BRICK, LINE, 0.5, 0.2, None)
    s.form(ellipse(x, y, r, ry), hue.TOMATO, FINE, 0.3, 0.4, None)
    for a in np.radians(np.arange(20, 380, 60)):
        cx, cy = x + 0.56 * r * np.cos(a), y + 0.56 * ry * np.sin(a)
        s.flat(blob(s.rng, cx, cy, 0.25 * r, 0.22 * ry, 7), wash(hue.ROSE, 0.9))
        s.speck(cx, cy, 0.07 * r, 0.05 * r, 0, hue.BUTTER, 0)


def citrus_wedge(
    s: Sheet, x: float, y: float, r: float, degrees: float = -20, colour: str = hue.LEMON
) -> None:
    """An eighth of a lemon or lime on its back."""
    rind = place(np.concatenate([arc(0, 0, 1, 0, 180, 0.85, 24)]), (x, y), degrees, r)
    s.shadow(rind, 0.4, 1, 1.2)
    s.form(rind, colour, LINE, 0.6, 0.3, degrees)
    flesh = place(np.concatenate([arc(0, 0, 0.9, 0, 180, 0.55, 24)]), (x, y), degrees, r)
    s.form(flesh, hue.IVORY, 0.16, 0, 0)
    pulp = place(arc(0, 0.03, 0.8, 0, 180, 0.44, 24), (x, y), degrees, r)
    s.form(pulp, colour, HAIR, 0.2, 0.6, None)
    for a in (35, 65, 90, 115, 145):
        ray = points((0, 0.05), (0.7 * np.cos(np.radians(a)), 0.4 * np.sin(np.radians(a))))
        s.line(place(ray, (x, y), degrees, r), HAIR, hue.IVORY)


def citrus_slice(
    s: Sheet, x: float, y: float, r: float, ry: float | None = None, colour: str = hue.LEMON
) -> None:
    ry = 0.66 * r if ry is None else ry
    s.form(ellipse(x, y, r, ry), colour, LINE, 0.4, 0.2, None)
    s.flat(ellipse(x, y, 0.87 * r, 0.87 * ry), hue.IVORY)
    s.form(ellipse(x, y, 0.78 * r, 0.78 * ry), colour, 0.16, 0.2, 0.5, None)
    for a in np.radians(np.arange(10, 370, 45)):
        s.line(points((x, y), (x + 0.78 * r * np.cos(a), y + 0.78 * ry * np.sin(a))), 0.35, hue.IVORY)


def cucumber(s: Sheet, x: float, y: float, r: float) -> None:
    s.form(ellipse(x, y + 0.2 * r, r), hue.MOSS, LINE, 0.4, 0.1, None)
    s.form(ellipse(x, y, r), hue.CABBAGE, FINE, 0.3, 0.4, None)
    s.line(ellipse(x, y, 0.9 * r), 0.5, hue.LEAF, closed=True)
    for a in np.radians(np.arange(0, 360, 45)):
        s.speck(
            x + 0.42 * r * np.cos(a),
            y + 0.27 * r * np.sin(a),
            0.13 * r,
            0.06 * r,
            np.degrees(a),
            hue.IVORY,
            0.1,
        )


def olive(s: Sheet, x: float, y: float, r: float, colour: str = hue.AUBERGINE) -> None:
    s.form(ellipse(x, y, r, 0.82 * r, 30), colour, FINE, 0.6, 0.4, None)
    s.speck(x + 0.1 * r, y - 0.25 * r, 0.34 * r, 0.24 * r, 0, hue.BLACK, 0.1)
    glint(s, x - 0.4 * r, y - 0.35 * r, 0.18 * r)


def onion_slice(s: Sheet, x: float, y: float, r: float, colour: str = hue.PLUM) -> None:
    for k in (1, 0.72, 0.45):
        s.line(blob(s.rng, x, y, k * r, 0.66 * k * r, 9, 0.05), 0.95, colour, closed=True)
        s.line(ellipse(x, y, k * r * 0.97, 0.64 * k * r), 0.5, hue.BLUSH, closed=True)


def berry(s: Sheet, x: float, y: float, r: float) -> None:
    """A strawberry with its green cap, its point downwards."""
    body = outline("0,-0.8 0.75,-0.62 0.9,0 0.45,0.75 0,1.1 -0.45,0.75 -0.9,0 -0.75,-0.62") * r
    s.form(shift(body, x, y), hue.TOMATO, LINE, 0.7, 0.5)
    for u, v in (
        (-0.5, -0.25),
        (0, -0.35),
        (0.5, -0.25),
        (-0.3, 0.15),
        (0.28, 0.15),
        (0, 0.55),
        (-0.05, 0.08),
    ):
        s.speck(x + u * r, y + v * r, 0.07 * r, 0.12 * r, 90, hue.BUTTER, 0.08)
    for d in (-165, -125, -90, -55, -15):
        leaf(s, x, y - 0.72 * r, d, 0.62 * r, hue.LEAF)


def berry_half(s: Sheet, x: float, y: float, r: float, degrees: float = 90) -> None:
    """A strawberry cut in two, its pale heart towards us."""
    shape = outline("-0.7,0 -0.62,-0.7 0.1,-0.82 0.8,-0.4 1.05,0 0.8,0.4 0.1,0.82 -0.62,0.7")
    s.form(place(shape, (x, y), degrees, r), hue.TOMATO, LINE, 0.5, 0.3, None)
    s.form(place(shape * 0.66 - (0.05, 0), (x, y), degrees, r), hue.ROSE, 0, 0.1, 0.4, None)
    s.form(place(shape * (0.4, 0.25) - (0.1, 0), (x, y), degrees, r), hue.BLUSH, 0.16, 0, 0)


def currant(s: Sheet, x: float, y: float, r: float, colour: str = hue.AUBERGINE) -> None:
    ball(s, x, y, r, colour, FINE)
    glint(s, x - 0.35 * r, y - 0.4 * r, 0.22 * r)


def avocado(s: Sheet, x: float, y: float, r: float, degrees: float, stone: bool = True) -> None:
    """Half an avocado, cut side up."""
    shape = outline("-1,0 -0.65,-0.62 0,-0.66 0.7,-0.36 1.15,0 0.7,0.36 0,0.66 -0.65,0.62", 8)
    s.form(shift(place(shape, (x, y), degrees, r), 0.4, 1.0), hue.MOSS, LINE, 0.8, 0)
    s.form(place(shape, (x, y), degrees, r), hue.MOSS, FINE, 0.3, 0.2, None)
    s.form(place(shape * 0.9, (x, y), degrees, r), hue.AVOCADO, 0.16, 0.25, 0.4, None)
    s.form(place(shape * 0.62, (x, y), degrees, r), hue.CREAM, 0, 0.2, 0.3, None)
    if stone:
        ball(s, *(place(points((-0.22, 0)), (x, y), degrees, r)[0]), 0.33 * r, hue.BROWN)
