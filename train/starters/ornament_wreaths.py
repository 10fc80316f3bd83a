"""Wreaths, garlands, vines and ivy by our own hand. One function an ornament, one branch a design."""

from __future__ import annotations

import numpy as np

from train.starters.pen import FINE, INK, LINE, PAPER, Plate, along, arc, place, points, shift, smooth


def bow(p: Plate, x: float, y: float, s: float = 1.0) -> None:
    """A small bow of two loops and two tails."""
    for side in (-1, 1):
        loop = smooth(points((0, 0), (side * 7, -5), (side * 11, -2), (side * 8, 3), (0, 0)))
        tail = smooth(points((0, 0), (side * 4, 6), (side * 3, 10), (side * 7, 15)))
        p.swell(place(tail, (x, y), 0, s), 1.2, 2.4, 0.8)
        p.shape(place(loop, (x, y), 0, s), LINE)
    p.dot((x, y), 2.2 * s, PAPER, LINE)


def _spray(
    p: Plate, stem, n: int, length: float, form="bay", cut="rib", spread=38.0, fat=1.0, taper=0.45
) -> None:
    """Leaves in pairs along a stem, growing smaller toward its end, and one at the end."""
    p.swell(stem, 1.8, 0.8)
    for k, (at, angle) in enumerate(along(stem, n, 0.08, 0.95)):
        size = length * (1 - taper * k / n)
        for side in (-1, 1):
            p.leaf(at, angle + side * spread, size, form, cut, fat)
    at, angle = next(iter(along(stem, 1, 1, 1)))
    p.leaf(at, angle, length * (1 - taper), form, cut, fat)


def wreath(p: Plate, design: int) -> None:
    """Laurel wreaths: open, closed, oval, hung, bundled."""
    branch = [
        arc(50, 48, 36, 100, 284),
        arc(50, 50, 37, 95, 268),
        arc(50, 47, 36, 110, 268),
        arc(50, 50, 31, 95, 262, 42),
        arc(50, 50, 38, 92, 268),
        arc(50, 30, 40, 92, 196, 54),
        arc(50, 48, 36, 96, 276),
    ][design]
    if design == 0:
        _spray(p, branch, 11, 17)
    elif design == 1:
        _spray(p, branch, 9, 15, cut="solid", spread=48, taper=0.25)
        for at, _ in along(arc(50, 50, 44, 100, 262), 8):
            p.dot(at, 1.5)
    elif design == 2:
        p.swell(branch, 2, 0.8)
        for at, angle in along(branch, 9, 0.06, 0.97):
            for bend in (-46, 46, 0):
                p.leaf(at, angle + bend, 16 - abs(bend) / 16, "bay", "half")
    elif design == 3:
        p.swell(branch, 2, 0.7)
        for k, (at, angle) in enumerate(along(branch, 22, 0.03, 1)):
            side = -1 if k % 2 else 1
            p.leaf(at, angle + side * 34, 15 - k * 0.25, "willow", "plain")
            if k % 4 == 1:
                p.dot(
                    at + 4.2 * np.array([np.cos(np.radians(angle - 80)), np.sin(np.radians(angle - 80))]),
                    1.7,
                    PAPER,
                    FINE,
                )
    elif design == 4:
        for at, angle in list(along(branch, 17, 0, 0.97))[::-1]:
            for bend in (-24, 24, 0):
                p.leaf(at, angle + bend, 13.5, "bay", "rib", 1.2)
        for at, angle in along(branch, 2, 0.33, 0.75):
            p.shape(place(points((-3, -8), (3, -8), (3, 8), (-3, 8)), at, angle), LINE)
            p.line(place(points((-3, -3), (3, 3)), at, angle), FINE)
    elif design == 5:
        _spray(p, branch, 10, 16, "willow", "rib", spread=30, fat=1.5, taper=0.3)
        p.swell(smooth(points((50, 84), (57, 88), (64, 94))), 1.8, 1.2)
    else:
        p.swell(branch, 1.6, 0.8)
        for at, angle in along(branch, 17, 0.02, 0.95):
            for side in (-1, 1):
                p.leaf(at, angle + side * 55, 11, "willow", "solid", 0.9)
    p.mirror()
    if design in (0, 2, 6):
        bow(p, 50, 84, 1 if design != 2 else 0.8)
    if design == 1:
        bow(p, 50, 88, 0.7)
    if design == 3:
        p.dot((50, 92), 3, PAPER, LINE)
    if design == 4:
        p.flower((50, 12), 9, 6)


def _hang(x0: float, x1: float, y: float, drop: float):
    t = np.linspace(-1, 1, 80)
    return np.stack([(x0 + x1) / 2 + (x1 - x0) / 2 * t, y + drop * (1 - t**2)], 1)


def garland(p: Plate, design: int) -> None:
    """Swags hung between two points: leaves, flowers, cloth, pearls, fruit, husks."""
    p.width, p.height = 140, 80
    rope = _hang(14, 126, 16, 44)
    if design == 0:
        for half in (rope[:41], rope[:39:-1]):
            for k, (at, angle) in enumerate(along(half, 12, 0, 1)):
                for bend in (-35, 35, 0):
                    p.leaf(at, angle + bend, 9 + 6 * k / 12, "bay", "rib")
        p.flower((70, 60), 10, 6)
    elif design == 1:
        p.line(rope, FINE)
        for k, (at, angle) in enumerate(along(rope, 11, 0.06, 0.94)):
            size = 5 + 6 * (1 - abs(k - 5) / 5)
            for side in (-1, 1):
                p.leaf(at, angle + 90 * side + 25, size * 1.7, "bay", "half")
            p.flower(at, size, 5 if k % 2 else 8)
    elif design == 2:
        for x0 in (8, 70):
            half = _hang(x0, x0 + 62, 14, 30)
            for k, (at, angle) in enumerate(along(half, 17, 0.02, 0.98)):
                size = 7 + 4 * (1 - abs(k - 8) / 8)
                for side in (-1, 1):
                    p.leaf(at, angle + side * 48 + (180 if k > 8 else 0), size, "willow", "solid", 1.3)
        p.swell(points((70, 14), (70, 44)), 1, 2.6, 0.6)
        for k in range(5):
            for side in (-1, 1):
                p.leaf((70, 18 + 6 * k), 90 + side * 38, 9 - k, "willow", "solid", 1.3)
    elif design == 3:
        for k, drop in enumerate((22, 30, 38, 46, 54)):
            p.swell(_hang(16 + k * 0.8, 124 - k * 0.8, 14, drop), 0.6, 1.2 + 0.35 * k, 0.6)
        for x, s in ((14, -1), (126, 1)):
            for k in range(4):
                fall = smooth(
                    points((x, 14), (x + s * (k * 2 - 2), 34), (x + s * (k * 4 - 7), 60 + 4 * (k % 2)))
                )
                p.swell(fall, 0.8, 1.4)
            p.line(smooth(points((x - s * 8, 62), (x - s * 3, 66), (x + s * 1, 62), (x + s * 6, 65))), LINE)
    elif design == 4:
        for drop in (26, 40):
            for k, (at, _) in enumerate(along(_hang(14, 126, 14, drop), 33 if drop == 26 else 37)):
                p.dot(at, 1.3 if drop == 26 else 1.7 + 0.5 * (k % 2), PAPER, FINE)
        for x in (14, 70, 126):
            y = 20 if x != 70 else 57
            p.shape(points((x - 3, y), (x + 3, y), (x + 4, y + 5), (x - 4, y + 5)), FINE)
            for lean in (-5, -2.5, 0, 2.5, 5):
                p.swell(points((x + lean * 0.5, y + 5), (x + lean, y + 20)), 0.7, 1.3)
    elif design == 5:
        for k, (at, angle) in enumerate(along(rope, 15, 0.1, 0.9)):
            p.leaf(at, angle + (70 if k % 2 else -70), 13, "oak", "rib")
        for k, (at, _) in enumerate(along(rope, 13, 0.12, 0.88)):
            r = 3.4 + 2.8 * (1 - abs(k - 6) / 6)
            p.dot(at, r, PAPER, LINE)
            p.line(arc(at[0], at[1], r * 0.6, 150, 260, n=12), 0.8)
        for x, s in ((14, -1), (126, 1)):
            flutter = smooth(points((x, 16), (x - s * 6, 30), (x + s * 3, 42), (x - s * 6, 56), (x, 68)))
            p.swell(flutter, 1.5, 3.4, 1, 3.4, 0.8)
    else:
        for half in (rope[:41], rope[:39:-1]):
            for k, (at, angle) in enumerate(list(along(half, 11, 0, 0.97))):
                size = 7 + 3.5 * k / 11
                husk = smooth(points((0, 0), (0.3, 0.42), (1, 0.5), (0.8, 0.18), (1.15, 0)))
                husk = np.concatenate([husk, husk[::-1] * (1, -1)])
                p.shape(place(husk, at, angle, size), FINE)
                p.line(place(points((0.2, 0), (0.8, 0)), at, angle, size), 0.8)
        p.dot((70, 61), 4.5, PAPER, LINE)
        p.dot((70, 61), 1.8)
    for x in (14, 126):
        if design in (0, 5):
            bow(p, x, 14, 0.9)
        elif design == 3:
            p.flower((x, 13), 8, 8)
        else:
            p.dot((x, 14), 4.6, PAPER, LINE)
            p.dot((x, 14), 1.7)


def _tendril(p: Plate, at, degrees: float, size: float, side: int = 1) -> None:
    t = np.linspace(0, 1, 50)
    a = side * 2 * np.pi * 1.9 * t**1.6
    r = 0.42 * (1 - 0.75 * t)
    curl = np.stack([0.75 * t + 0.35 + r * np.cos(a) - 0.77, r * np.sin(a)], 1)
    p.swell(place(curl, at, degrees, size), 1.2, 0.6)


def _bunch(p: Plate, x: float, y: float, s: float, solid: bool = False) -> None:
    for row, count in enumerate((4, 5, 4, 3, 2, 1)):
        for k in range(count):
            at = (x + (k - (count - 1) / 2) * 4.6 * s, y + row * 4.1 * s)
            p.dot(at, 2.5 * s, INK if solid else PAPER, FINE)
            if not solid:
                p.line(arc(at[0], at[1], 1.4 * s, 180, 270, n=8), 0.6)


def vine(p: Plate, design: int) -> None:
    """Vines with leaves and tendrils: running, climbing, hanging, wreathed."""
    if design in (0, 1, 2):
        p.width, p.height = 150, 62
        x = np.linspace(2, 148, 160)
        stem = np.stack([x, 31 + (12, 9, 14)[design] * np.sin(x / 73 * 2 * np.pi)], 1)
        p.swell(stem, 2.4, 1.2)
        for k, (at, angle) in enumerate(along(stem, (6, 9, 4)[design], 0.08, 0.93)):
            side = -1 if k % 2 else 1
            p.swell(place(points((0, 0), (6, 1)), at, angle + side * 62), 1.4, 0.9)
            tip = place(points((6, 1)), at, angle + side * 62)[0]
            p.leaf(tip, angle + side * 62, (22, 15, 24)[design], "vine", ("veins", "solid", "veins")[design])
            _tendril(p, at, angle - side * 50, 15, side)
            if design == 2:
                p.swell(points(at, shift(at, 15, side * -3)), 1.2, 1)
                _bunch(p, at[0] + 17, at[1] - 2, 0.8)
    elif design in (3, 4):
        stem = smooth(points((46, 112), (58, 84), (40, 56), (58, 28), (48, -4)))
        p.swell(stem, 3, 1)
        for k, (at, angle) in enumerate(along(stem, 7, 0.1, 0.97)):
            side = -1 if k % 2 else 1
            p.leaf(at, angle + side * 78, 25 - 1.5 * k, "vine", "hatch" if design == 3 else "half")
            if k < 6:
                _tendril(p, at, angle - side * 55, 17, -side)
        if design == 4:
            _bunch(p, 14, 62, 0.9, solid=True)
            _bunch(p, 82, 26, 0.9, solid=True)
    elif design == 5:
        ring = arc(50, 50, 34, -80, 260, n=160)
        p.swell(ring, 2.4, 1)
        for k, (at, angle) in enumerate(along(ring, 12, 0.03, 0.95)):
            p.leaf(at, angle + (62 if k % 2 else -62), 15, "vine", "rib")
            if k % 2:
                _tendril(p, at, angle - 60, 13)
    else:
        p.swell(smooth(points((4, 10), (30, 18), (60, 12), (97, 20))), 3.6, 2)
        for x, y, a in ((24, 16, 115), (46, 15, 62), (72, 14, 125), (88, 17, 70)):
            p.leaf((x, y), a, 36, "vine", "veins")
        _bunch(p, 56, 46, 1.5)
        p.swell(smooth(points((58, 14), (55, 28), (56, 44))), 1.8, 1.2)
        _tendril(p, (20, 18), 150, 20)
        _tendril(p, (92, 20), 60, 22, -1)


def ivy(p: Plate, design: int) -> None:
    """Ivy: a trail, a climber, a single leaf, a ring, a corner."""
    cut = ("veins", "solid", "veins", "rib", "half", "hatch")[design]
    if design == 2:
        p.swell(smooth(points((50, 96), (47, 84), (50, 70))), 3, 1.6)
        p.leaf((50, 72), -90, 64, "ivy", cut, 1.05)
        return
    stem = (
        smooth(points((4, 60), (28, 40), (52, 60), (76, 40), (97, 54))),
        smooth(points((40, 98), (60, 76), (40, 52), (60, 28), (48, 6))),
        None,
        arc(50, 50, 33, -70, 250, n=120),
        smooth(points((8, 96), (10, 50), (22, 22), (50, 10), (96, 8))),
        smooth(points((50, 2), (56, 24), (45, 48), (54, 72), (48, 92))),
    )[design]
    p.swell(stem, 2.2, 1)
    count = (7, 9, 0, 13, 9, 7)[design]
    for k, (at, angle) in enumerate(along(stem, count, 0.05, 1)):
        side = -1 if k % 2 else 1
        reach = place(smooth(points((0, 0), (5, side * 1.5), (9, 0))), at, angle + side * 65)
        p.swell(reach, 1.2, 0.8)
        p.leaf(reach[-1], angle + side * 55, (17, 16, 0, 12, 16, 19)[design] * (1 - 0.03 * k), "ivy", cut)
