"""Weaves and knots by our own hand, over and under."""

from __future__ import annotations

import numpy as np

from train.starters.pen import FINE, INK, LINE, PAPER, Plate, arc, points, shift


def basket_weave(p: Plate, design: int) -> None:
    """Basket weaves: plain, paired, diagonal, herringbone, wicker, trellis, caning."""
    p.band(110, 76)
    if design in (0, 1):
        size, lines = (20, 3) if design == 0 else (13.33, 2)
        for row in range(int(80 / size)):
            for column in range(int(120 / size + 0.1)):
                x, y, s = column * size, row * size, size
                for k in range(lines):
                    a, b = (k + 0.08) * s / lines, (k + 0.92) * s / lines
                    box = points((a, 0.6), (b, 0.6), (b, s - 0.6), (a, s - 0.6))
                    p.shape((box if (row + column) % 2 else box[:, ::-1]) + (x, y), FINE + 0.3)
    elif design in (2, 3):
        for row in range(-1, 10):
            for column in range(-1, 12):
                if design == 2:
                    x, y = column * 12 + (row % 2) * 6, row * 8.6
                    bar = points((-8, -2.2), (8, -2.2), (8, 2.2), (-8, 2.2))
                    a = 45 if row % 2 else -45
                else:
                    x, y = column * 11, row * 9
                    bar = points((-6.6, -2), (6.6, -2), (6.6, 2), (-6.6, 2))
                    a = 38 if column % 2 else -38
                spin = np.radians(a)
                turned = bar @ np.array([[np.cos(spin), np.sin(spin)], [-np.sin(spin), np.cos(spin)]])
                p.shape(shift(turned, x, y), FINE)
    elif design == 4:
        for k in range(13):
            p.line(points((k * 10, -3), (k * 10, 83)), 3.2)
        x = np.linspace(0, 120, 240)
        for row in range(10):
            y = 4 + row * 8 + 2.4 * np.sin(x / 10 * np.pi + np.pi * (row % 2))
            for ink, w in ((INK, 5.6), (PAPER, 3.6)):
                p.line(np.stack([x, y], 1), w, ink)
        p.shape(points((-4, -6), (124, -6), (124, 0), (-4, 0)), LINE)
        p.shape(points((-4, 80), (124, 80), (124, 86), (-4, 86)), LINE)
    elif design == 5:
        form = points((-30, -30), (150, -30), (150, 120), (-30, 120))
        for a in (45, -45):
            for step in (0, 2.6):
                p.hatch(shift(form, step), a, 14.14, LINE)
        for row in range(9):
            for column in range(7):
                at = (column * 20 + (row % 2) * 10 + 1.3, row * 10)
                if 0 < at[0] < 120 and 0 < at[1] < 80:
                    p.dot(at, 1.6)
    else:
        form = points((-30, -30), (150, -30), (150, 120), (-30, 120))
        for a in (0, 90):
            p.hatch(form, a, 15, LINE)
            p.hatch(shift(form, 3, 3), a, 15, LINE)
        for a in (45, -45):
            p.hatch(form, a, 10.6, FINE)


def knot(p: Plate, design: int) -> None:
    """Interlace: trefoil, quatrefoil, triquetra, plaits, true-lover's knot, endless knots."""
    t = np.linspace(0, 2 * np.pi, 361)
    if design == 0:
        p.strap(
            np.stack(
                [50 + 15 * (np.sin(t) + 2 * np.sin(2 * t)), 50 - 15 * (np.cos(t) - 2 * np.cos(2 * t))], 1
            ),
            9,
        )
    elif design == 1:
        t5 = np.linspace(0, 4 * np.pi, 721)
        r = 30 + 15 * np.cos(2.5 * t5)
        p.strap(np.stack([50 + r * np.cos(t5), 50 + r * np.sin(t5)], 1), 7.5)
    elif design == 2:
        arcs = [
            arc(50 + 20.2 * np.cos(np.radians(a)), 56 + 20.2 * np.sin(np.radians(a)), 35, a + 90, a + 270)
            for a in (90, -30, -150)
        ]
        p.strip(arc(50, 56, 24, 0, 360, n=120), 6, closed=True)
        p.strap(np.concatenate([*(part[:-1] for part in arcs), arcs[0][:1]]), 7)
    elif design == 3:
        p.strap(np.stack([50 + 44 * np.cos(3 * t), 50 + 44 * np.sin(2 * t)], 1), 7)
    elif design == 4:
        p.width, p.height = 150, 56
        p.strap(np.stack([75 + 70 * np.cos(t), 28 + 23 * np.sin(5 * t)], 1), 7.5)
    elif design == 5:
        r = 26 + 13 * np.cos(2 * t)
        p.strap(np.stack([50 + r * np.cos(3 * t), 50 + r * np.sin(3 * t)], 1), 6.5)
    elif design == 6:
        p.strap(np.stack([50 + 46 * np.cos(3 * t), 50 + 46 * np.sin(4 * t)], 1), 5.5)
    else:
        t3 = np.linspace(0, 6 * np.pi, 1081)
        r = 30 + 15 * np.cos(8 * t3 / 3)
        p.strap(np.stack([50 + r * np.cos(t3), 50 + r * np.sin(t3)], 1), 5.5)
        p.flower((50, 50), 9, 8)
