"""Running bands by our own hand: keys, waves, guilloches, mouldings. Each may run on around the glass."""

from __future__ import annotations

import numpy as np

from train.starters.pen import BOLD, FINE, INK, LINE, PAPER, Curve, Plate, arc, points, shift, smooth, spiral


def _rules(p: Plate, *heights: float, width: float = LINE) -> None:
    for y in heights:
        p.line(points((0, y), (p.width, y)), width)


def greek_key(p: Plate, design: int) -> None:
    """Meanders: single, double, with squares, stepped, T-shaped, on a square, on a circle."""
    p.band(110, 46)
    hook = points((0, 5), (0, 0), (5, 0), (5, 4), (2, 4), (2, 2), (3, 2), (3, 3))  # one key on a grid
    if design == 0:
        unit = points((-6, 36), (0, 36), (0, 10), (26, 10), (26, 28), (10, 28), (10, 19), (17, 19))
        for k in range(5):
            p.line(shift(unit, k * 32), BOLD)
            p.line(points((k * 32, 36), (k * 32 + 26, 36)), BOLD)
        _rules(p, 3, 43)
    elif design == 1:
        unit = points((0, 38), (0, 8), (22, 8), (22, 30), (8, 30), (8, 18), (15, 18), (15, 24))
        for k in range(6):
            for ink, w in ((INK, 4.6), (PAPER, 2.4)):
                p.line(shift(unit, k * 27), w, ink)
        _rules(p, 2, 44, width=FINE)
    elif design == 2:
        path = [
            (k * 20 + x, y)
            for k in range(8)
            for x, y in ((0, 34), (0, 12), (15, 12), (15, 27), (6, 27), (6, 20), (10, 20))
        ]
        for k in range(8):
            p.line(points(*path[k * 7 : k * 7 + 7]), 2)
            p.line(points((k * 20, 34), (k * 20 + 20, 34)), 2)
        for k in range(40):
            for y in (4, 42):
                p.shape(
                    points((k * 4, y - 1), (k * 4 + 2, y - 1), (k * 4 + 2, y + 1), (k * 4, y + 1)), 0, INK
                )
    elif design == 3:
        for k in range(4):
            x = k * 40
            for a, b in ((0, 1), (40, -1)):
                stair = points(
                    (0, 38), (0, 8), (b * 16, 8), (b * 16, 30), (b * 6, 30), (b * 6, 17), (b * 11, 17)
                )
                p.line(shift(stair, x + a * 0.75 + 3), 2.2)
            p.line(points((x + 3, 38), (x + 33, 38)), 2.2)
            p.shape(points((x + 34.5, 18), (x + 41.5, 18), (x + 41.5, 27), (x + 34.5, 27)), FINE)
        _rules(p, 2, 44)
    elif design == 4:
        for k in range(8):
            x = k * 20
            p.line(
                points(
                    (x, 36),
                    (x, 24),
                    (x + 5, 24),
                    (x + 5, 10),
                    (x + 15, 10),
                    (x + 15, 24),
                    (x + 20, 24),
                    (x + 20, 36),
                ),
                BOLD,
            )
            p.line(points((x + 10, 36), (x + 10, 17)), BOLD)
            p.line(points((x + 5, 36), (x + 15, 36)), BOLD)
        _rules(p, 4, 42, width=FINE)
    elif design == 5:
        p.width, p.height, p.cropped = 100, 100, False
        for k in range(4):
            p.line(hook * 3.1 + (4.5 + k * 19, 4.5), 1.9)
            p.line(points((4.5 + k * 19, 20), (23.5 + k * 19, 20)), 1.9)
        p.repeat(4)
        p.line(points((1, 1), (99, 1), (99, 99), (1, 99)), LINE, closed=True)
        p.line(points((24, 24), (76, 24), (76, 76), (24, 76)), LINE, closed=True)
    else:
        p.width, p.height, p.cropped = 100, 100, False
        for k in range(14):
            grid = hook * (360 / 14 / 6.3, 2.7)
            a, r = np.radians(grid[:, 0] + k * 360 / 14), 45 - grid[:, 1]
            p.line(np.stack([50 + r * np.cos(a), 50 + r * np.sin(a)], 1), 1.8)
            p.line(arc(50, 50, 31.5, k * 360 / 14, (k + 1) * 360 / 14, n=12), 1.8)
        p.line(arc(50, 50, 49, 0, 360, n=160), LINE)
        p.line(arc(50, 50, 27, 0, 360, n=120), LINE)


def wave(p: Plate, design: int) -> None:
    """Wave bands: running dog, crests, scales, ripples."""
    p.band(110, 46)
    if design in (0, 1):
        for k in range(5):
            x = k * 32
            body = np.concatenate(
                [
                    smooth(points((x - 4, 38), (x + 8, 34), (x + 11, 20)))[:-1],
                    arc(x + 22, 20, 11, 180, 360, n=30),
                    spiral(x + 21, 20, 12, 3, 0, 1.1),
                ]
            )
            if design == 0:
                p.swell(body, 2, 5, 4, 3, 1.4)
            else:
                for ink, w in ((INK, 4.4), (PAPER, 2.2)):
                    p.line(body, w, ink)
        _rules(p, 4, 42)
    elif design == 2:
        x = np.linspace(0, 160, 300)
        for phase in (0, np.pi):
            p.line(np.stack([x, 23 + 12 * np.sin(x / 20 * np.pi + phase)], 1), BOLD)
        for k in range(8):
            p.dot((10 + 20 * k, 23), 3, PAPER, LINE)
        _rules(p, 3, 43, width=FINE)
    elif design == 3:
        for row in range(4):
            for k in range(-1, 9):
                x, y = k * 20 + 10 * (row % 2), 14 + row * 10
                for r in (10, 7, 4):
                    p.shape(arc(x + 10, y, r, 180, 360, n=30), FINE if r < 10 else LINE)
        p.shape(points((-12, 44), (182, 44), (182, 56), (-12, 56)), 0)
        _rules(p, 44)
    elif design == 4:
        for k in range(4):
            x = k * 40
            crest = smooth(
                points(
                    (x, 38),
                    (x + 10, 36),
                    (x + 20, 24),
                    (x + 30, 11),
                    (x + 40, 14),
                    (x + 41, 22),
                    (x + 35, 24),
                    (x + 33, 19),
                )
            )
            under = smooth(points((x + 41, 22), (x + 34, 28), (x + 33, 34), (x + 40, 38)))
            p.swell(crest, 1.2, 3, 1)
            p.swell(under, 1, 2, 1.2)
            for j in (1, 2, 3):
                p.swell(
                    smooth(
                        points(
                            (x + 4 + j * 4, 38.5), (x + 13 + j * 4, 36 - j), (x + 24 + j * 2.4, 24 - j * 0.4)
                        )
                    ),
                    0.5,
                    1,
                    0.5,
                )
        _rules(p, 42)
    elif design == 5:
        x = np.linspace(0, 160, 300)
        for k, lift in enumerate((-14, -7, 0, 7, 14)):
            p.swell(np.stack([x, 23 + lift + 4.5 * np.sin(x / 16 * np.pi + k * 0.7)], 1), *([1, 2.6] * 10), 1)
    else:
        for k in range(8):
            x = k * 20
            p.line(arc(x + 10, 12, 10, 0, 180, n=30), BOLD)
            p.line(arc(x + 10, 12, 6, 0, 180, n=24), FINE)
            for y, r in ((30, 2.2), (36, 1.6), (41, 1)):
                p.dot((x + 10, y), r)
        _rules(p, 10)


def guilloche(p: Plate, design: int) -> None:
    """Guilloches: two and three strands, rings, with rosettes, engine-turned."""
    p.band(110, 46)
    x = np.linspace(-2, 162, 420)
    if design in (0, 1):
        for phase in (0, np.pi):
            strand = np.stack([x, 23 + 12 * np.sin(x / 20 * np.pi + phase)], 1)
            _braid(p, strand, 7 if design == 0 else 9, phase)
        for k in range(8):
            p.dot((10 + 20 * k, 23), 3 if design == 0 else 2, INK if design == 0 else PAPER, FINE)
        if design == 1:
            for phase in (0, np.pi):
                p.line(np.stack([x, 23 + 12 * np.sin(x / 20 * np.pi + phase)], 1), 0.8)
        _rules(p, 2, 44)
    elif design == 2:
        for k in range(7):
            for r in (14, 10.5):
                p.line(arc(14 + 22 * k, 23, r, 0, 360, n=60), LINE)
        for k in range(7):
            p.flower((14 + 22 * k, 23), 6.5, 6, "plain")
        _rules(p, 5, 41)
    elif design == 3:
        for phase in (0, 2 * np.pi / 3, 4 * np.pi / 3):
            p.line(np.stack([x, 23 + 14 * np.sin(x / 24 * np.pi + phase)], 1), 5)
            p.line(np.stack([x, 23 + 14 * np.sin(x / 24 * np.pi + phase)], 1), 2.8, PAPER)
        _rules(p, 2, 44, width=BOLD)
    elif design == 4:
        for k in range(9):
            lift = 17 * np.cos(k * np.pi / 18) * np.sin(x / 28 * np.pi + 0.16 * k)
            p.line(np.stack([x, 23 + lift], 1), 0.9)
        _rules(p, 2, 44)
    else:
        for size, lift in ((40, 14), (20, 7)):
            for phase in (0, np.pi):
                p.line(np.stack([x, 23 + lift * np.cos(2 * x / size * np.pi + phase)], 1), LINE)
                p.line(np.stack([x, 23 + (lift + 3) * np.cos(2 * x / size * np.pi + phase)], 1), FINE)
        _rules(p, 1, 45)


def _braid(p: Plate, strand: Curve, width: float, phase: float) -> None:
    """One of two strands; the second also brings the first back on top at every other crossing."""
    p.strip(strand, width)
    if phase:
        first = strand * (1, -1) + (0, 46)
        for k in range(0, 9, 2):
            p.strip(first[np.abs(first[:, 0] - 20 * k) < 6.5], width, trim=3)


def moulding(p: Plate, design: int) -> None:
    """Mouldings: egg and dart, dentils, bead and reel, leaf and dart, arcade, gadroons."""
    p.band(110, 46)
    if design in (0, 2):
        for k in range(6):
            x = 13 + k * 27
            p.line(
                np.concatenate([points((x - 10, 8)), arc(x, 16, 10, 180, 0, 22, n=40), points((x + 10, 8))]),
                LINE,
            )
            egg = smooth(
                points((x, 8), (x + 6.5, 14), (x + 5, 26), (x, 33), (x - 5, 26), (x - 6.5, 14)), closed=True
            )
            p.shape(egg, LINE)
            if design == 2:
                p.hatch(egg[egg[:, 0] >= x - 0.5], 0, 2.2)
            else:
                p.line(smooth(points((x - 3, 14), (x - 2.6, 22), (x - 1, 28))), FINE)
            dart = x + 13.5
            p.shape(
                points(
                    (dart - 1, 9),
                    (dart + 1, 9),
                    (dart + 1.2, 26),
                    (dart + 3, 28),
                    (dart, 40),
                    (dart - 3, 28),
                    (dart - 1.2, 26),
                ),
                0.5,
                INK if design == 0 else PAPER,
            )
        _rules(p, 4, 8, 43)
    elif design == 1:
        for k in range(11):
            p.shape(points((k * 15, 12), (k * 15 + 9, 12), (k * 15 + 9, 32), (k * 15, 32)), LINE)
            p.hatch(points((k * 15 + 5, 12), (k * 15 + 9, 12), (k * 15 + 9, 32), (k * 15 + 5, 32)), 90, 1.4)
        _rules(p, 5, 9, 35, 41)
    elif design == 3:
        for k in range(5):
            x = 10 + k * 34
            p.dot((x, 23), 8.5, PAPER, LINE)
            p.line(arc(x, 23, 5.5, 190, 260, n=12), FINE)
            for dx in (13, 20):
                p.shape(
                    smooth(
                        points((x + dx, 12), (x + dx + 2, 23), (x + dx, 34), (x + dx - 2, 23)), closed=True
                    ),
                    LINE,
                )
        _rules(p, 6, 40)
    elif design == 4:
        for k in range(7):
            x = 12 + k * 23
            p.leaf((x, 8), 90, 30, "round", "veins", 1)
            p.swell(points((x + 11.5, 8), (x + 11.5, 24), (x + 11.5, 38)), 0.8, 2.8, 0.5)
        _rules(p, 4, 8, 42)
    elif design == 5:
        for k in range(8):
            x = 10 + k * 20
            p.line(
                np.concatenate([points((x - 8, 40)), arc(x, 20, 8, 180, 360, n=30), points((x + 8, 40))]),
                BOLD,
            )
            p.line(
                np.concatenate(
                    [points((x - 4.5, 40)), arc(x, 20, 4.5, 180, 360, n=24), points((x + 4.5, 40))]
                ),
                FINE,
            )
        _rules(p, 6, 42)
    else:
        for k in range(11):
            x = k * 16
            lobe = smooth(points((x, 38), (x + 1, 18), (x + 7, 8), (x + 13, 16), (x + 15, 38)))
            p.shape(lobe, LINE)
            p.swell(smooth(points((x + 11.5, 37), (x + 11, 22), (x + 8, 13))), 2.4, 1.6, 0.6)
        _rules(p, 4, 40, 44)
