"""What lies flat on the table, what one eats with, and steam."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import TILT, ellipse, prism, rounded
from train.starters.dishes.ink import BOLD, FINE, HAIR, LINE, Sheet, wash
from train.starters.pen import Curve, points, shift, smooth


class Place(NamedTuple):
    """A level ellipse: its middle and its half axes."""

    x: float
    y: float
    rx: float
    ry: float

    def curve(self, scale: float = 1.0) -> Curve:
        return ellipse(self.x, self.y, self.rx * scale, self.ry * scale)


def plate(
    s: Sheet,
    x: float = 50,
    y: float = 54,
    r: float = 43,
    colour: str = hue.PORCELAIN,
    rim: str | None = None,
    tilt: float = TILT,
) -> Place:
    """A shallow plate; rim: colour of a painted line."""
    outer = ellipse(x, y, r, r * tilt)
    s.shadow(shift(outer, 0, 1.5))
    s.form(shift(outer, 0, 1.7), colour, BOLD, 0.9, 0, 20)
    s.form(outer, colour, LINE, 0.3, 0.5, None, reach=5)
    well = ellipse(x, y + 0.7, 0.72 * r, 0.7 * r * tilt)
    s.model(well, 0.42, 0.5, 20, reach=4, hollow=True)
    s.line(well, HAIR, wash(hue.INK, 0.75), closed=True)
    if rim:
        s.line(ellipse(x, y, 0.94 * r, 0.935 * r * tilt), 0.75, rim, closed=True)
        s.line(ellipse(x, y + 0.2, 0.88 * r, 0.87 * r * tilt), 0.25, rim, closed=True)
    return Place(x, y + 0.7, 0.7 * r, 0.68 * r * tilt)


def board(
    s: Sheet,
    x: float = 50,
    y: float = 55,
    w: float = 84,
    d: float = 44,
    colour: str = hue.WOOD,
    h: float = 3.2,
    grain: bool = True,
) -> Place:
    """A rectangular board or slate lying before us."""
    lean = 0.1 * w
    corners = points(
        (x - w / 2 + lean, y - d / 2),
        (x + w / 2 - lean, y - d / 2),
        (x + w / 2, y + d / 2),
        (x - w / 2, y + d / 2),
    )
    top = rounded(corners, 0.07)
    s.shadow(shift(top, 0, h))
    prism(s, top, h, colour, [(1, colour)], shade=0.6)
    if grain:
        with s.inside(top):
            for k in range(11):
                t = (k + s.rng.uniform(0.2, 0.8)) / 11
                a, b = (1 - t) * corners[0] + t * corners[3], (1 - t) * corners[1] + t * corners[2]
                wave = np.stack([np.linspace(a[0], b[0], 9), a[1] + s.rng.normal(0, 0.35, 9)], 1)
                s.line(smooth(wave, 5), HAIR, wash(hue.INK, 0.5))
                s.line(smooth(shift(wave, 0, 0.8), 5), 0.9, wash(hue.TOAST, 0.25))
    return Place(x, y, w / 2 - lean, d / 2)


def slate(s: Sheet, x: float = 50, y: float = 55, w: float = 86, d: float = 46) -> Place:
    return board(s, x, y, w, d, hue.SLATE, 2, grain=False)


def tray(
    s: Sheet, x: float = 50, y: float = 56, w: float = 86, d: float = 44, colour: str = hue.PORCELAIN
) -> Place:
    """An oblong platter with a raised rim."""
    top = rounded(shift(points((-0.42, -0.5), (0.42, -0.5), (0.5, 0.5), (-0.5, 0.5)) * (w, d), x, y), 0.16)
    s.shadow(shift(top, 0, 2))
    prism(s, top, 2.4, colour, [(1, colour)], shade=0.7)
    well = (top - (x, y)) * (0.9, 0.84) + (x, y + 0.4)
    s.form(well, colour, HAIR, 0.4, 0.5, 20, reach=3, hollow=True)
    return Place(x, y, 0.4 * w, 0.4 * d)


def chopsticks(
    s: Sheet, x: float = 60, y: float = 30, colour: str = "#8a4a32", to: tuple[float, float] | None = None
) -> None:
    """A pair with its tips at (x, y) and its ends at `to`, by itself beyond the rim to the upper right."""
    lying = to is not None
    to = to or (min(x + 35, 95), y - 24)
    for k in (0, 1):
        a = np.array([x + (0 if lying else 3.2 * k), y + 2.6 * k])
        b = np.array([to[0] + (0 if lying else 1.4 * k), to[1] + (3.2 if lying else 4.8) * k])
        d = (b - a) / np.hypot(*(b - a))
        n = np.array([-d[1], d[0]])
        body = np.stack([a - n * 0.45, b - n * 0.95, b + n * 0.95, a + n * 0.45])
        if lying:
            s.shadow(body, 0.5, 0.8, 1.2)
        s.form(body, colour, FINE, 0.5, 0.4, None)
        tail = a + (b - a) * 0.86
        s.line(np.stack([tail - n * 0.8, tail + n * 0.8]), 0.5, wash(hue.GLOW, 0.8))


def spoon(s: Sheet, x: float, y: float, degrees: float, length: float = 34, colour: str = hue.STEEL) -> None:
    """Its bowl at (x, y), its handle towards `degrees`."""
    d = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
    s.tube(np.stack([np.array([x, y]) + 3 * d, np.array([x, y]) + length * d]), 1.5, colour)
    s.form(ellipse(x, y, 5.4, 3.8), colour, LINE, 0.6, 0.6, 30, hollow=True)


def paper(s: Sheet, curve: Curve, colour: str = hue.CREAM) -> None:
    """A sheet of greaseproof paper with a few folds."""
    s.shadow(curve, 0.3, 1, 1.4)
    s.form(curve, colour, FINE, 0.3, 0.5, 30, reach=4)
    middle = curve.mean(0)
    for p in curve[:: max(1, len(curve) // 7)]:
        s.line(np.stack([p, p + 0.4 * (middle - p)]), HAIR, wash(hue.SHADE, 0.5))


def steam(s: Sheet, x: float = 50, y: float = 20, n: int = 3, gap: float = 9, height: float = 15) -> None:
    for k in range(n):
        at = x + (k - (n - 1) / 2) * gap
        t = np.linspace(0, 1, 26)
        curl = np.stack(
            [at + 2.2 * np.sin(2 * np.pi * (t * 1.05 + 0.16 * k)), y - height * (t - (k % 2) * 0.14)], 1
        )
        s.line(curl, 0.5, wash(hue.INK, 0.4))
