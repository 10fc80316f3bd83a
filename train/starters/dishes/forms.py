"""Curves and solids of which food is made, seen three-quarters from above."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from train.starters.dishes import palette as hue
from train.starters.dishes.ink import FINE, LINE, Sheet, wash
from train.starters.pen import Curve, arc, offset, place, points, shift, smooth

TILT = 0.66  # height of a level circle, as a share of its width
Layers = Sequence[tuple[float, str]]  # from the top down: share of the height, colour


def knots(spec: str) -> Curve:
    """(N, 2) from "x,y x,y ..."."""
    return np.array([pair.split(",") for pair in spec.split()], float)


def outline(spec: str, n: int = 7) -> Curve:
    """A smooth closed curve through "x,y x,y ...", n points between two of them."""
    return smooth(knots(spec), n, closed=True)[:-1]


def ellipse(x: float, y: float, rx: float, ry: float | None = None, n: int = 72) -> Curve:
    """(n, 2), closed; a level circle unless ry is given."""
    return arc(x, y, rx, 0, 360, rx * TILT if ry is None else ry, n + 1)[:-1]


def blob(
    rng: Generator,
    x: float,
    y: float,
    rx: float,
    ry: float | None = None,
    bumps: int = 9,
    rough: float = 0.08,
) -> Curve:
    """A closed form no knife has cut: an ellipse whose radius wavers by `rough`."""
    a = (np.arange(bumps) + rng.uniform(-0.2, 0.2, bumps)) * 2 * np.pi / bumps
    r = 1 + rng.uniform(-rough, rough, bumps)
    knots = np.stack([x + rx * r * np.cos(a), y + (rx * TILT if ry is None else ry) * r * np.sin(a)], 1)
    return smooth(knots, 9, closed=True)[:-1]


def rounded(corners: Sequence | Curve, by: float = 0.2, n: int = 7) -> Curve:
    """A closed polygon whose corners are rounded over the share `by` of each side."""
    p = np.asarray(corners, float)
    t = np.linspace(0, 1, n)[:, None]
    parts = []
    for before, at, after in zip(np.roll(p, 1, 0), p, np.roll(p, -1, 0), strict=True):
        a, b = at + by * (before - at), at + by * (after - at)
        parts.append((1 - t) ** 2 * a + 2 * t * (1 - t) * at + t**2 * b)
    return np.concatenate(parts)


def heap(
    rng: Generator,
    n: int,
    x: float,
    y: float,
    rx: float,
    h: float = 0,
    ry: float | None = None,
    jitter: float = 0.1,
) -> Curve:
    """(n, 2) places spread evenly over a level ellipse or, as seen, a dome h high; the farthest first."""
    ry = rx * TILT if ry is None else ry
    k = np.arange(n)
    r, a = np.sqrt((k + 0.5) / n), k * 2.39996 + rng.uniform(0, 6)
    u, v = r * np.cos(a) + rng.normal(0, jitter, n), r * np.sin(a) + rng.normal(0, jitter, n)
    over = np.maximum(np.hypot(u, v), 1)
    u, v = u / over, v / over
    half = np.sqrt(np.clip(1 - u * u, 1e-6, 1))
    crest = np.where(ry < 2 * h * half, h * half**2 + ry**2 / (4 * h + 1e-9), ry * half)
    down = (ry * half + crest) * (v / half + 1) / 2 - crest
    order = np.argsort(down)
    return np.stack([x + rx * u, y + down], 1)[order]


def ball(s: Sheet, x: float, y: float, r: float, colour: str, edge: float = LINE, shade: float = 0.7) -> None:
    s.form(ellipse(x, y, r, r, 40), colour, edge, shade, 0.5, reach=0.8 * r)


def glint(s: Sheet, x: float, y: float, r: float, strength: float = 0.8) -> None:
    """A spot of reflected window."""
    s.speck(x, y, r, 0.55 * r, -35, wash(hue.GLOW, strength), 0)


def front(top: Curve) -> Curve:
    """The edge of a level closed curve that is nearest to us, from right to left."""
    x, y = top.T
    if np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) < 0:
        top = top[::-1]
    top = np.roll(top, -int(np.argmax(top[:, 0])), 0)
    return top[: int(np.argmin(top[:, 0])) + 1]


def prism(
    s: Sheet,
    top: Curve,
    h: float,
    colour: str,
    layers: Layers,
    edge: float = LINE,
    shade: float = 0.5,
    rough: float = 0.0,
    taper: float = 0.0,
) -> None:
    """A solid with a level top and upright sides: cakes, patties, boards, tins.

    rough: how much the seams between layers waver. taper: share by which the foot is narrower.
    """
    chain = front(np.asarray(top, float))
    middle = np.asarray(top, float).mean(0)
    foot = (chain - middle) * (1 - taper) + middle + (0, h)

    def level(share: float, waver: float = 0.0) -> Curve:
        out = chain + share * (foot - chain)
        if waver:
            knots = s.rng.uniform(-waver, waver, 14)
            out = out + np.interp(np.arange(len(out)), np.linspace(0, len(out), 14), knots)[:, None] * (0, 1)
        return out

    if len(chain) < 30:  # straight sides get points on which a seam can waver
        parts = [a + (b - a) * np.linspace(0, 1, 14, endpoint=False)[:, None] for a, b in pairwise(chain)]
        chain = np.concatenate([*parts, chain[-1:]])
        foot = (chain - middle) * (1 - taper) + middle + (0, h)
    side = np.concatenate([chain, foot[::-1]])
    seams, reached = [level(0)], 0.0
    for share, _ in layers:
        reached += share
        seams.append(level(reached, rough if reached < 0.99 else 0))
    for (_, paint), above, below in zip(layers, seams, seams[1:], strict=False):
        s.flat(np.concatenate([above, below[::-1]]), paint)
    step = np.diff(chain, axis=0)
    facing = step[:, 1] / np.maximum(np.hypot(*step.T), 1e-9)  # 1: to the right, -1: to the left
    for k, right in enumerate(facing):
        if right > 0.05:
            s.flat(np.concatenate([chain[k : k + 2], foot[k : k + 2][::-1]]), wash(hue.SHADE, 0.26 * right))
    s.model(side, shade, 0.2, 80)
    for seam in seams[1:-1]:
        s.line(seam, FINE)
    turns = np.flatnonzero(np.abs(np.diff(facing)) > 0.35) + 1
    for k in turns:
        s.line(np.stack([chain[k], foot[k]]), FINE)
    s.line(side, edge, closed=True)
    s.form(top, colour, edge, 0.35 * shade, 0.35)


def drum(
    s: Sheet, x: float, y: float, rx: float, h: float, colour: str, layers: Layers | str, **more: float
) -> None:
    """An upright cylinder; (x, y) is the middle of its top, h its height."""
    prism(s, ellipse(x, y, rx), h, colour, [(1, layers)] if isinstance(layers, str) else layers, **more)


def wedge(
    s: Sheet,
    x: float,
    y: float,
    size: float,
    h: float,
    colour: str,
    layers: Layers,
    back: str | None = None,
    rough: float = 0.0,
    flip: bool = False,
) -> Curve:
    """A slice of a round cake, its tip to the left; back: colour of the outside. Gives its top, closed."""
    k = -1 if flip else 1
    tip, low, high = points((-0.62, 0.16), (0.5, 0.3), (0.2, -0.34)) * size
    rim = smooth(np.stack([low, (low + high) / 2 + (0.11 * size, -0.03 * size), high]), 10)
    top = np.concatenate([tip[None], rim]) * (k, 1) + (x, y)
    prism(s, top, h, colour, layers, rough=rough)
    if back:
        outer = front(top)
        outer = outer[: len(outer) - 1] if not flip else outer[1:]
        face = np.concatenate([outer, shift(outer[::-1], 0, h)])
        s.form(face, back, FINE, 0.6, 0.1, 80)
    return top


def log(
    s: Sheet,
    curve: Curve,
    width: float | np.ndarray,
    colour: str,
    edge: float = LINE,
    shade: float = 0.6,
    hatch: float | None = 45,
) -> Curve:
    """A round bar along an open curve; width: one, or one per point. Gives its outline, closed."""
    half = np.broadcast_to(np.asarray(width, float) / 2, len(curve))
    left, right = offset(curve, half), offset(curve, -half)
    caps = []
    for at, towards, r in (
        (curve[-1], curve[-1] - curve[-2], half[-1]),
        (curve[0], curve[0] - curve[1], half[0]),
    ):
        a = np.degrees(np.arctan2(towards[1], towards[0]))
        caps.append(arc(at[0], at[1], r, a + 90, a - 90, n=12)[1:-1])
    outline = np.concatenate([left, caps[0], right[::-1], caps[1]])
    s.form(outline, colour, edge, shade, 0.45, hatch)
    return outline


def dome(
    s: Sheet,
    x: float,
    y: float,
    rx: float,
    h: float,
    colour: str,
    belly: float = 0.42,
    edge: float = LINE,
    shade: float = 0.6,
    rough: float = 0.0,
    bumps: int = 15,
) -> Curve:
    """A rounded mass on a level base at (x, y): buns, mounds, scoops. Gives its outline, closed.

    belly: how far the base comes forward, as a share of rx.
    """
    a = np.radians(np.linspace(180, 540, bumps + 1)[:-1])
    up = np.sin(a) < 0
    r = 1 + s.rng.uniform(-rough, rough, bumps)
    knots = np.stack([x + rx * r * np.cos(a), y + np.where(up, h, belly * rx) * r * np.sin(a)], 1)
    outline = smooth(knots, 8, closed=True)[:-1]
    s.form(outline, colour, edge, shade, 0.45, reach=0.3 * min(rx, h))
    return outline


def ring(
    s: Sheet,
    x: float,
    y: float,
    rx: float,
    colour: str,
    hole: float,
    ground: str,
    ry: float | None = None,
    rough: float = 0.03,
) -> None:
    """A ring lying down: its hole (a share of rx) shows the ground."""
    ry = rx * TILT if ry is None else ry
    s.form(blob(s.rng, x, y, rx, ry, 12, rough), colour, LINE, 0.7, 0.5, reach=0.3 * rx)
    inner = blob(s.rng, x, y - 0.04 * ry, rx * hole, ry * hole * 0.9, 10, rough)
    s.flat(inner, ground)
    s.model(inner, 0.9, 0.0, 45, hollow=True)
    s.line(inner, FINE, closed=True)


def stick(s: Sheet, a: Sequence[float], b: Sequence[float], w: float, colour: str) -> None:
    """A square bar from a to b with its upper and its near face: fries, tofu, sticks of vegetable."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    d = (b - a) / np.hypot(*(b - a))
    side = np.array([-d[1], d[0]]) * (1 if d[0] >= 0 else -1)  # points down the sheet
    body = np.stack([a - side * w * 0.6, b - side * w * 0.6, b + side * w * 0.6, a + side * w * 0.6])
    s.flat(body, colour)
    s.flat(np.stack([a + side * w * 0.1, b + side * w * 0.1, body[2], body[3]]), wash(hue.SHADE, 0.22))
    s.line(body, FINE, closed=True)
    s.line(np.stack([a + side * w * 0.1, b + side * w * 0.1]), 0.18, wash(hue.INK, 0.7))


def lozenge(x: float, y: float, w: float, d: float) -> Curve:
    """(4, 2): a level square seen with a corner towards us, w wide and d deep in the picture."""
    return points((-0.5, -0.08), (0.14, -0.5), (0.5, 0.08), (-0.14, 0.5)) * (w, d) + (x, y)


def scattered(s: Sheet, curve: Curve, n: int, colour: str, size: float = 0.7, slim: float = 0.6) -> None:
    """Specks all over a closed form: crumbs, sugar, browning."""
    middle, half = (curve.min(0) + curve.max(0)) / 2, np.ptp(curve, axis=0) / 2
    with s.inside(curve):
        for x, y in heap(s.rng, n, *middle, half[0] * 1.15, ry=half[1] * 1.15):
            r = size * s.rng.uniform(0.5, 1.3)
            s.speck(x, y, r, slim * r, s.rng.uniform(0, 180), colour, 0)


def strip(s: Sheet, x: float, y: float, length: float, width: float, degrees: float, colour: str) -> Curve:
    """A flat band with soft corners about (x, y). Gives its outline, closed."""
    half = points((-0.5 * length, -0.5 * width), (0.5 * length, -0.5 * width))
    shape = place(rounded(np.concatenate([half, -half]), 0.2), (x, y), degrees)
    s.form(shape, colour, FINE, 0.5, 0.4, None)
    return shape


def torn_cloth(s: Sheet, x: float, y: float, rx: float, ry: float, waves: int, depth: float) -> Curve:
    """A closed wavy outline: ruffles, melted edges, crimps."""
    a = np.linspace(0, 2 * np.pi, 14 * waves, endpoint=False)
    r = 1 + depth * np.sin(waves * a + s.rng.uniform(0, 6)) + 0.4 * depth * np.sin(2.3 * waves * a)
    return np.stack([x + rx * r * np.cos(a), y + ry * r * np.sin(a)], 1)


def cube(
    s: Sheet, x: float, y: float, size: float, colour: str, h: float = 0.42, side: str | None = None
) -> None:
    """A dice of something, `size` wide in the picture and `h` of that high; (x, y): middle of its top."""
    prism(s, lozenge(x, y, size, 0.62 * size), h * size, colour, [(1, side or colour)])
