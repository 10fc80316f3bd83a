"""What food is served on and in. Each vessel gives the place where the food goes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import TILT, ellipse, prism, rounded
from train.starters.dishes.ink import BOLD, FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.tableware import Place
from train.starters.pen import Curve, arc, points, shift, smooth


def bowl(
    s: Sheet,
    x: float = 50,
    y: float = 44,
    r: float = 41,
    depth: float = 32,
    colour: str = hue.PORCELAIN,
    inner: str | None = None,
    fill: str | None = None,
    band: str | None = None,
    foot: float = 0.42,
    level: float = 0.9,
    tilt: float = 0.58,
) -> Place:
    """A round bowl. fill: colour of what is in it, up to the share `level` of the radius."""
    ry = r * tilt
    base = y + depth
    s.shadow(ellipse(x, base + 1, r * foot * 1.5, r * foot * 0.55), 0.6)
    fx, fy = r * foot, r * foot * 0.34
    s.form(
        np.concatenate(
            [arc(x, base + 1.6, fx, 0, 180, fy), [[x - fx * 1.05, base - 4], [x + fx * 1.05, base - 4]]]
        ),
        colour,
        LINE,
        0.9,
        0.1,
        80,
    )
    left = smooth(
        points((x - r, y), (x - 0.93 * r, y + 0.42 * depth), (x - 0.7 * r, y + 0.8 * depth), (x - fx, base)),
        10,
    )
    right = (left - (x, 0)) * (-1, 1) + (x, 0)
    body = np.concatenate([left, arc(x, base - 0.4, fx, 180, 0, fy)[1:-1], right[::-1]])
    s.form(body, colour, BOLD, 0.75, 0.35, 62, reach=8)
    if band:
        for drop, width in ((0.13, 0.9), (0.2, 0.35)):
            s.line(arc(x, y + drop * depth, r * (1 - 0.3 * drop), 4, 176, ry * 0.99), width, band)
    s.form(ellipse(x, y, r, ry), colour, LINE, 0.2, 0.5, None)
    mouth = ellipse(x, y + 0.5, r * 0.95, ry * 0.93)
    s.form(mouth, inner or colour, FINE, 0.75, 0.25, 30, reach=6, hollow=True)
    place = Place(x, y + (1 - level) * depth * 0.55 + 0.6, r * level, ry * level * 0.97)
    if fill:
        with s.inside(mouth):
            s.form(place.curve(), fill, FINE, 0.3, 0.35, None, hollow=True)
    return place


def pan(
    s: Sheet,
    x: float = 47,
    y: float = 52,
    r: float = 37,
    depth: float = 7,
    colour: str = hue.IRON,
    fill: str | None = None,
    handle: str = "long",
    tilt: float = TILT,
) -> Place:
    """An iron pan. handle: "long" (to the upper right) or "ears" (two loops)."""
    ry = r * tilt
    s.shadow(ellipse(x, y + depth, r, ry))
    if handle == "long":
        grip = smooth(
            points((x + 0.66 * r, y - 0.66 * ry), (x + 1.0 * r, y - 1.15 * ry), (x + 1.25 * r, y - 1.5 * ry)),
            12,
        )
        s.tube(grip, 4.2, colour, LINE)
        s.line(grip[6:-2] - (0.7, 0.7), 0.5, wash(hue.GLOW, 0.5))
    else:
        for k in (-1, 1):
            s.tube(
                arc(x + k * r, y + 1, 6, 90, 270, 4.4) if k < 0 else arc(x + r, y + 1, 6, -90, 90, 4.4),
                1.6,
                colour,
            )
    prism(s, ellipse(x, y, r, ry), depth, colour, [(1, colour)], BOLD, 0.8, taper=0.08)
    s.form(ellipse(x, y + 0.4, 0.94 * r, 0.93 * ry), colour, FINE, 0.6, 0.4, 30, reach=4, hollow=True)
    place = Place(x, y + 1.4, 0.89 * r, 0.87 * ry)
    if fill:
        s.form(place.curve(), fill, FINE, 0.35, 0.3, 30, hollow=True)
    return place


def ramekin(
    s: Sheet,
    x: float = 50,
    y: float = 46,
    r: float = 33,
    depth: float = 21,
    colour: str = hue.PORCELAIN,
    fill: str | None = None,
    tilt: float = 0.6,
) -> Place:
    """A fluted oven dish with upright sides."""
    ry = r * tilt
    s.shadow(ellipse(x, y + depth, r, ry))
    prism(s, ellipse(x, y, r, ry), depth, colour, [(1, colour)], BOLD, 0.7, taper=0.06)
    for a in np.radians(np.arange(8, 176, 7.6)):
        p = np.array([x + r * np.cos(a), y + ry * np.sin(a)])
        q = np.array([x + 0.94 * r * np.cos(a), y + depth + 0.94 * ry * np.sin(a)])
        s.line(np.stack([shift(p, 0, 3), q]), HAIR, wash(hue.INK, 0.6))
    s.line(arc(x, y + 2.6, r, 2, 178, ry), FINE)
    s.form(ellipse(x, y, 0.92 * r, 0.91 * ry), colour, FINE, 0.5, 0.2, 30, reach=3, hollow=True)
    place = Place(x, y + 0.9, 0.89 * r, 0.87 * ry)
    if fill:
        s.form(place.curve(), fill, FINE, 0.3, 0.35, None, hollow=True)
    return place


def baking_dish(s: Sheet, x: float, y: float, w: float, d: float, h: float, colour: str, fill: str) -> Place:
    """An oblong oven dish with two handles, full to the brim."""
    top = rounded(shift(points((-0.42, -0.5), (0.42, -0.5), (0.5, 0.5), (-0.5, 0.5)) * (w, d), x, y), 0.14)
    s.shadow(shift(top, 0, h))
    for k in (-1, 1):
        s.form(
            rounded(
                points(
                    (0.44 * w, -0.16 * d), (0.58 * w, -0.12 * d), (0.58 * w, 0.18 * d), (0.47 * w, 0.22 * d)
                )
                * (k, 1)
                + (x, y + 1),
                0.3,
            ),
            colour,
            LINE,
            0.6,
        )
    prism(s, top, h, colour, [(1, colour)], BOLD, 0.7, taper=0.05)
    inner = (top - (x, y)) * (0.92, 0.88) + (x, y + 0.3)
    s.form(inner, fill, FINE, 0.5, 0.25, 30, reach=3, hollow=True)
    return Place(x, y + 0.3, 0.4 * w, 0.4 * d)


def basket(
    s: Sheet,
    x: float = 50,
    y: float = 52,
    r: float = 38,
    depth: float = 24,
    cloth: str = hue.IVORY,
    check: str | None = None,
) -> Place:
    """A wicker basket lined with cloth; check: colour of its squares."""
    ry = 0.5 * r
    s.shadow(ellipse(x, y + depth, 0.8 * r, 0.7 * ry))
    prism(s, ellipse(x, y, r, ry), depth, hue.WICKER, [(1, hue.WICKER)], BOLD, 0.7, taper=0.2)
    rows, stakes = 5, np.radians(np.linspace(6, 174, 23))
    for row in range(rows):
        t = (row + 0.5) / rows
        narrow = 1 - 0.2 * t
        for k, (a, b) in enumerate(pairwise(stakes)):
            if (k + row) % 2:
                m = np.linspace(a, b, 7)
                bulge = np.sin(np.linspace(0, np.pi, 7)) * 0.9
                for edge in (-1, 1):
                    s.line(
                        np.stack(
                            [
                                x + narrow * r * np.cos(m),
                                y + t * depth + narrow * ry * np.sin(m) + edge * (0.7 + bulge),
                            ],
                            1,
                        ),
                        FINE,
                    )
    for k in (0, 1.6):
        s.line(arc(x, y + depth - 0.6 - k, 0.81 * r, 3, 177, 0.81 * ry), FINE)
    mouth = ellipse(x, y, r, ry, 96)
    ruffle = 1 + 0.05 * np.sin(np.arange(96) * 0.9) + 0.03 * np.sin(np.arange(96) * 0.37)
    liner = (mouth - (x, y)) * ruffle[:, None] * (1.04, 1.12) + (x, y + 1)
    s.form(liner, cloth, LINE, 0.5, 0.4, 30)
    if check:
        with s.inside(liner):
            for k in range(-12, 13):
                a = points((x + 8 * k - 60, y - 40), (x + 8 * k + 60, y + 40))
                for c in (a, (a - (x, y)) * (-1, 1) + (x, y)):
                    s.line(c, 1.6, wash(check, 0.5))
    s.form(ellipse(x, y + 0.5, 0.9 * r, 0.86 * ry), cloth, 0, 0.6, 0, 30, hollow=True)
    return Place(x, y, 0.86 * r, 0.82 * ry)


def goblet(
    s: Sheet,
    layers: list[tuple[float, str]],
    x: float = 50,
    y: float = 24,
    r: float = 24,
    depth: float = 36,
    stem: float = 18,
    wide: float = 0.35,
) -> Place:
    """A stemmed glass. layers: what is in it, from the top down (share of the depth, colour)."""
    ry = r * 0.36
    base = y + depth + stem
    s.shadow(ellipse(x, base + 1, 0.72 * r, 0.26 * r), 0.6)
    s.form(ellipse(x, base, 0.72 * r, 0.25 * r), hue.PAPER, LINE, 0.5, 0.3, 20)
    s.form(
        points(
            (x - 1.6, y + depth - 2),
            (x + 1.6, y + depth - 2),
            (x + 1.3, base - 3),
            (x + 4.5, base + 0.6),
            (x - 4.5, base + 0.6),
            (x - 1.3, base - 3),
        ),
        hue.PAPER,
        LINE,
        0.6,
        0.4,
        80,
    )
    t = np.linspace(0, 1, 24)
    width = r * (1 - t**2.2 * (1 - wide * 0.3)) ** 0.6

    def outline(a: float, b: float, scale: float = 1.0) -> Curve:
        own = np.linspace(a, b, 20)
        half = np.interp(own, t, width) * scale
        low = arc(x, y + b * depth, half[-1], 180, 0, half[-1] * 0.36, 20)[1:-1]
        up = arc(x, y + a * depth, half[0], 0, 180, half[0] * 0.36, 20)
        return np.concatenate(
            [
                np.stack([x - half, y + own * depth], 1),
                low,
                np.stack([x + half, y + own * depth], 1)[::-1],
                up[1:-1],
            ]
        )

    s.form(outline(0, 0.97), wash(hue.PAPER, 0.6), 0, 0.3, 0.3, None)
    reached = 0.0
    for share, colour in layers:
        if colour:
            band = outline(reached, min(reached + share, 0.96), 0.95)
            s.form(band, colour, FINE, 0.6, 0.3, 60, reach=6)
        reached += share
    body = outline(0, 0.97)
    s.line(body[:58], LINE)
    s.line(ellipse(x, y, r, ry), LINE, closed=True)
    s.line(shift(body[2:15], 0.09 * r), 0.8, wash(hue.GLOW, 0.75))
    return Place(x, y, 0.93 * r, 0.93 * ry)


def cup(
    s: Sheet, x: float, y: float, r: float, h: float, colour: str, fill: str, taper: float = 0.25
) -> Place:
    """A small dipping cup."""
    prism(s, ellipse(x, y, r), h, colour, [(1, colour)], LINE, 0.7, taper=taper)
    s.form(ellipse(x, y + 0.4, 0.86 * r), fill, FINE, 0.5, 0.25, None, hollow=True)
    return Place(x, y + 0.4, 0.8 * r, 0.8 * r * TILT)
