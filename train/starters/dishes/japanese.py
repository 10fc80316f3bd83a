"""Sushi, sashimi and seaweed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import TILT, blob, drum, ellipse, heap, log, outline, rounded
from train.starters.dishes.greens import citrus_slice, citrus_wedge, leaf
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet
from train.starters.dishes.staples import grains, sesame
from train.starters.dishes.tableware import Place, chopsticks, slate
from train.starters.dishes.vessels import bowl
from train.starters.pen import place, points, shift, smooth


def _maki(s: Sheet, x: float, y: float, r: float, heart: str) -> None:
    s.shadow(ellipse(x, y + 0.9 * r, r), 0.4, 1.4, 0.8)
    drum(s, x, y, r, 0.95 * r, hue.NORI, hue.NORI)
    s.form(ellipse(x, y, 0.87 * r), hue.GLOW, HAIR, 0.3, 0.2, None)
    grains(s, Place(x, y, 0.76 * r, 0.76 * r * TILT), 26, (hue.GLOW, hue.IVORY), 0.95)
    s.form(blob(s.rng, x, y, 0.42 * r, 0.3 * r, 8, 0.12), heart, FINE, 0.4, 0.5, None)
    s.form(blob(s.rng, x + 0.2 * r, y + 0.05 * r, 0.16 * r, 0.14 * r, 7, 0.1), hue.LIME, HAIR, 0.3, 0.4, None)


def _nigiri(s: Sheet, x: float, y: float, w: float, fish: str, stripe: str, band: bool = False) -> None:
    s.shadow(ellipse(x, y + 0.24 * w, 0.5 * w, 0.17 * w), 0.45, 1.5, 1)
    rice = place(rounded(points((-0.48, -0.1), (0.46, -0.1), (0.5, 0.26), (-0.5, 0.26)), 0.3), (x, y), -12, w)
    s.form(rice, hue.GLOW, LINE, 0.6, 0.2)
    with s.inside(rice):
        grains(s, Place(x, y + 0.08 * w, 0.5 * w, 0.18 * w), 44, (hue.GLOW, hue.IVORY), 1.2)
    cover = outline(
        "-0.58,0.04 -0.5,-0.17 -0.2,-0.28 0.25,-0.28 0.52,-0.16 0.58,0.04 0.4,0.1 0.1,0.05 -0.2,0.1 -0.45,0.1"
    )
    top = place(cover, (x, y), -12, w)
    s.form(top, fish, LINE, 0.6, 0.5)
    with s.inside(top):
        for k in np.linspace(-0.5, 0.6, 7):
            s.line(
                place(smooth(points((k - 0.1, 0.12), (k, -0.06), (k + 0.02, -0.32)), 6), (x, y), -12, w),
                0.6,
                stripe,
            )
    s.line(top, LINE, closed=True)
    if band:
        s.form(
            place(points((-0.07, -0.3), (0.1, -0.3), (0.1, 0.27), (-0.07, 0.27)), (x, y), -12, w),
            hue.NORI,
            FINE,
            0.5,
        )


def sushi(s: Sheet) -> None:
    slate(s, 50, 57, 92, 48)
    for x, y in ((27, 40), (44, 38), (60, 39)):
        _maki(s, x, y, 8.6, (hue.SALMON, hue.BRICK, hue.CARROT)[int(x) % 3])
    _nigiri(s, 27, 60, 27, hue.SALMON, hue.BLUSH)
    _nigiri(s, 54, 58, 27, hue.BEET, hue.ROSE)
    _nigiri(s, 46, 74, 27, "#f2cf62", hue.BUTTER, True)
    _maki(s, 76, 52, 8.6, hue.SALMON)
    _maki(s, 75, 67, 8.6, hue.BRICK)
    s.form(blob(s.rng, 18, 74, 5, 3.6, 9, 0.12), hue.LIME, LINE, 0.6)
    for k in range(3):
        s.form(blob(s.rng, 84 + 1.4 * k, 42 - 1.5 * k, 5, 2.8, 9, 0.18), hue.PINK, FINE, 0.5)


def sashimi(s: Sheet) -> None:
    slate(s, 50, 57, 92, 48)
    for u, v in heap(s.rng, 60, 52, 45, 32, 6, ry=7):
        s.tube(smooth(points((u - 5, v + 1), (u, v - 1.6), (u + 5, v + 0.6)), 5), 0.8, hue.GLOW, 0.16)
    for u, d in ((24, -130), (78, -50), (50, -92)):
        leaf(s, u, 48, d, 17, hue.LEAF, "round", 1.0)
    for x0, y0, fish, fat in (
        (19, 56, hue.SALMON, hue.BLUSH),
        (45, 62, hue.BEET, "#a8566a"),
        (70, 55, hue.IVORY, hue.PINK),
    ):
        for k in range(5):
            x, y = x0 + 3.9 * k, y0 + 1.0 * k - 4
            c = rounded(place(points((-4, -10), (4.6, -10), (4.6, 10), (-4, 10)), (x, y), 24), 0.28)
            s.shadow(c, 0.4, 1, 1.2)
            s.form(shift(c, 0.4, 1.1), fish, FINE, 0.7)
            s.form(c, fish, LINE, 0.4, 0.5)
            with s.inside(c):
                for t in (-7, -3, 1, 5, 9):
                    s.line(
                        place(smooth(points((-5, t + 2.6), (0, t), (5, t + 2.4)), 6), (x, y), 24), 0.6, fat
                    )
    s.form(blob(s.rng, 84, 76, 5, 3.6, 9, 0.12), hue.LIME, LINE, 0.6)
    citrus_slice(s, 18, 76, 6)
    chopsticks(s, 28, 92, hue.RUSSET, to=(92, 87))


def seaweed_salad(s: Sheet) -> None:
    at = bowl(s, 50, 50, 40, 28, hue.PORCELAIN, band=hue.BLUE)
    s.form(blob(s.rng, at.x, at.y - 1, 33, 17, 13, 0.05), hue.MOSS, LINE, 0.6)
    for k in range(120):
        share = 1 - k / 120
        a, r = s.rng.uniform(0, 2 * np.pi), np.sqrt(share) * s.rng.uniform(0.4, 1.0)
        t = np.linspace(0, 1, 22)
        bend = a + s.rng.uniform(-2.6, 2.6) * t
        rr = np.clip(r * (1 + 0.2 * np.sin(7 * t + a)), 0, 1)
        x = at.x + 34 * rr * np.cos(bend)
        y = at.y + 18 * rr * np.sin(bend) - (15 if np.sin(a) < 0.4 else 7) * (1 - rr**2)
        s.tube(
            np.stack([x, y], 1),
            s.rng.uniform(0.7, 1.3),
            ("#5f8f3e", hue.MOSS, "#7dab4a", "#48703a", "#3c5a36")[int(s.rng.integers(5))],
            0.2,
        )
    sesame(s, Place(at.x, at.y - 3, 28, 14), 70, hue.CREAM, 18)
    for u, v in heap(s.rng, 9, at.x, at.y - 5, 22, 17, ry=11):
        s.form(
            log(
                s,
                smooth(points((u - 2.4, v), (u, v - 1.2), (u + 2.4, v)), 4),
                1.2,
                hue.BRICK,
                FINE,
                0.3,
                None,
            ),
            hue.BRICK,
            FINE,
            0,
            0,
        )
    citrus_wedge(s, 80, 42, 8, -30)
    chopsticks(s, 64, 30, hue.BLACK)


DRAWINGS: dict[str, Callable[[Sheet], None]] = {
    "sashimi": sashimi,
    "seaweed_salad": seaweed_salad,
    "sushi": sushi,
}
