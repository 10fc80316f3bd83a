"""Ribbons, rosettes, scrolls and shells by our own hand. One branch a design."""

from __future__ import annotations

import numpy as np

from train.starters.pen import (
    BOLD,
    FINE,
    INK,
    LINE,
    PAPER,
    Plate,
    along,
    arc,
    place,
    points,
    shift,
    smooth,
    spiral,
)


def ribbon(p: Plate, design: int) -> None:
    """Bows and banners: two loops, four loops, fluttering, one stroke, shaded, a banner."""
    if design in (0, 6):
        loop = smooth(points((50, 36), (38, 20), (16, 12), (6, 24), (10, 40), (28, 46), (50, 40)))
        fold = smooth(points((44, 37), (32, 33), (20, 34)))
        tail = smooth(points((47, 42), (40, 58), (28, 70), (20, 88)))
        inner = smooth(points((33, 90), (38, 74), (48, 60), (53, 46)))
        end = np.concatenate([tail, points((28, 84)), inner])
        p.shape(end, LINE)
        if design == 6:
            p.hatch(end, 60, 2.4, 0.7)
        p.shape(loop, LINE)
        if design == 6:
            p.hatch(smooth(points((50, 38), (30, 32), (10, 34), (14, 42), (30, 46), (50, 40))), 12, 2, 0.7)
        p.swell(fold, 1.8, 0.6)
        p.swell(smooth(points((44, 39), (34, 40), (26, 42))), 1.6, 0.5)
        p.mirror()
        p.shape(smooth(points((45, 33), (55, 33), (57, 40), (54, 47), (46, 47), (43, 40)), closed=True), LINE)
        p.line(points((49, 35), (49, 45)), FINE)
    elif design == 1:
        for k in range(2):
            wave = smooth(points((50, 40), (38, 56), (46, 70), (30, 82), (36, 97)))
            p.swell(shift(wave, k * -7, k * -2), 1, 2.4, 1, 2.4, 0.8)
            p.swell(
                smooth(
                    points(
                        (49, 38),
                        (30 - 5 * k, 16 + 5 * k),
                        (10 - 4 * k, 20 + 2 * k),
                        (14 - 4 * k, 38 + k),
                        (49, 40),
                    )
                ),
                0.8,
                2.4,
                0.8,
            )
        p.line(points((29, 95), (36, 97)), FINE)
        p.mirror()
        p.dot((50, 39), 4.6, PAPER, LINE)
    elif design == 2:
        for a, length in ((200, 44), (160, 40), (122, 40)):
            loop = smooth(points((0, 0), (0.5, 0.27), (0.95, 0.2), (1, -0.05), (0.6, -0.12), (0, 0)))
            p.shape(place(loop, (50, 44), a, (length, length if a != 122 else length * 0.8)), LINE)
            p.line(place(points((0.15, 0.02), (0.6, 0.08)), (50, 44), a, length), FINE)
        for tail in (
            points((48, 50), (40, 66), (44, 78), (34, 92)),
            points((49, 50), (47, 70), (52, 82), (48, 97)),
        ):
            p.swell(smooth(tail), 1, 3.4, 1.4, 3, 0.8)
        p.mirror()
        p.flower((50, 44), 8, 8)
    elif design == 3:
        half = smooth(points((50, 50), (24, 24), (8, 34), (22, 50), (50, 50), (36, 66), (40, 84), (24, 95)))
        p.swell(half, 1, 3.4, 1.4, 2.6, 1, 3, 0.6)
        p.mirror()
        p.dot((50, 50), 2.6)
    elif design == 4:
        for lift, tip in ((0, 96), (5, 88)):
            flutter = smooth(
                points((50, 34), (36, 46 + lift), (26, 40 + lift), (14, 56 + lift), (20, 70 + lift), (6, tip))
            )
            p.swell(flutter, 0.8, 2.8, 0.8, 2.8, 0.8)
        loop = smooth(points((50, 32), (40, 12), (24, 4), (18, 14), (28, 28), (50, 34)))
        p.shape(loop, LINE)
        p.hatch(smooth(points((50, 33), (34, 24), (22, 12), (19, 17), (30, 29), (50, 34))), 30, 2, 0.7)
        p.mirror()
        p.shape(points((45, 29), (55, 29), (56, 37), (44, 37)), LINE)
        p.line(points((50, 31), (50, 35)), FINE)
    else:
        p.width, p.height = 140, 60
        for tail, shade in (
            (points((6, 20), (22, 26), (30, 22), (30, 44), (20, 48), (6, 42), (14, 32)), None),
            (points((30, 44), (30, 22), (40, 30), (40, 50)), INK),
        ):
            for mirrored in (tail, (140, 0) + tail * (-1, 1)):
                p.shape(mirrored, LINE, shade or PAPER)
        top = smooth(points((28, 20), (50, 12), (90, 20), (112, 14)))
        p.shape(np.concatenate([top, (shift(top, 0, 26))[::-1]]), BOLD)
        p.line(shift(top, 0, 4), FINE)
        p.line(shift(top, 0, 22), FINE)


def rosette(p: Plate, design: int) -> None:
    """Rosettes: daisy, patera, leaf star, Tudor rose, acanthus, whirl, compass-drawn, engine-turned."""
    c = (50, 50)
    if design == 0:
        p.flower(c, 46, 8, "rib", core=0.22)
    elif design == 1:
        for r in (48, 44, 14, 11):
            p.dot(c, r, PAPER, LINE)
        for k in range(24):
            p.leaf(place(points((15, 0)), c, k * 15)[0], k * 15, 28, "round", "plain", 0.42)
        p.flower(c, 9, 6)
    elif design == 2:
        for start, length, cut in ((22.5, 47, "half"), (0, 42, "rib")):
            for k in range(8):
                p.leaf(c, start + k * 45, length, "bay", cut, 1.35)
        p.dot(c, 7, PAPER, LINE)
        p.dot(c, 3)
    elif design == 3:
        for k in range(5):
            p.leaf(place(points((34, 0)), c, k * 72 - 54)[0], k * 72 - 54, 15, "bay", "rib", 1.8)
        for r, n, start in ((42, 5, -90), (25, 5, -54)):
            for k in range(n):
                a = start + 360 / n * k
                petal = smooth(
                    points((0.1, 0), (0.5, 0.55), (0.9, 0.5), (0.94, 0), (0.9, -0.5), (0.5, -0.55)),
                    closed=True,
                )
                p.shape(place(petal, c, a, r), LINE)
        p.dot(c, 9, PAPER, LINE)
        for k in range(7):
            p.dot(place(points((4.5 if k else 0, 0)), c, k * 60)[0], 1.2)
    elif design == 4:
        for start, length in ((0, 48), (30, 38), (0, 26)):
            for k in range(6):
                p.leaf(c, start + k * 60, length, "acanthus", "rib", 1.1)
        p.dot(c, 6, PAPER, LINE)
        p.dot(c, 2.4)
    elif design == 5:
        p.swell(smooth(points((50, 50), (60, 36), (78, 30), (96, 42))), 0.8, 4.4, 0.6)
        p.line(smooth(points((56, 48), (68, 42), (82, 42), (94, 46))), FINE)
        p.repeat(12)
        p.dot(c, 8, PAPER, LINE)
        p.dot(c, 3)
    elif design == 6:
        p.line(arc(50, 50, 46, 0, 360, n=160), LINE)
        p.line(arc(50, 50, 42, 0, 360, n=160), FINE)
        p.line(arc(50 + 42, 50, 42, 120, 240), LINE)
        p.repeat(6)
        for k in range(6):
            p.dot(place(points((30, 0)), c, 30 + k * 60)[0], 2, PAPER, FINE)
    else:
        t = np.linspace(0, 2 * np.pi, 721)
        for k in range(6):
            r = 32 + 14 * np.cos(8 * t + k * np.pi / 3)
            p.line(np.stack([50 + r * np.cos(t), 50 + r * np.sin(t)], 1), 0.9)
        p.dot(c, 14, PAPER, LINE)
        p.flower(c, 11, 8)


def scroll(p: Plate, design: int) -> None:
    """Acanthus and volutes: C, S, rinceau, facing pair, Ionic pair, rocaille, anthemion."""

    def volute(x, y, r, start, turns, leaves=3, eye=True, side=1):
        line = spiral(x, y, r, r * 0.12, start, turns)
        p.swell(line, 3.2, 2.2, 0.9)
        if eye:
            p.dot((x, y), r * 0.16)
        for at, angle in along(line, leaves, 0.04, 0.42):
            p.leaf(at, angle - side * np.sign(turns) * 58, r * 0.72, "acanthus", "rib", 0.9)
        return line

    if design == 0:
        volute(44, 44, 38, 100, -2.1, 4, side=-1)
        stem = smooth(points((37, 82), (58, 90), (80, 82), (92, 62)))
        p.swell(stem, 3.2, 1)
        for at, angle in along(stem, 3, 0.3, 0.9):
            p.leaf(at, angle + 50, 20, "acanthus", "rib")
    elif design == 1:
        p.width, p.height = 90, 130
        for flip in (1, -1):
            line = np.concatenate([points((45, 65)), spiral(48, 32, 29, 4, 105, -1.9)])
            line = smooth(line[::4]) if flip == 1 else points((90, 130)) - smooth(line[::4])
            p.swell(line, 2, 3.6, 2.4, 1)
            for at, angle in along(line, 4, 0.1, 0.42):
                p.leaf(at, angle + 56, 20, "acanthus", "half")
    elif design == 2:
        p.width, p.height = 170, 70
        for k in range(4):
            side = 1 if k % 2 == 0 else -1
            cx = 22 + 40 * k
            p.swell(arc(cx, 35, 20, 180, 180 - side * 180), 2.6, 2.6)
            curl = spiral(cx, 35, 20, 4.5, 0, -side * 1.35)
            p.swell(curl, 2.6, 1.8, 0.9)
            p.flower((cx, 35), 5.5, 5)
            for at, angle in along(curl, 3, 0.04, 0.34):
                p.leaf(at, angle + side * 62, 11, "bay", "half", 1.3)
            p.leaf((cx - 20, 35), -side * 62, 15, "acanthus", "rib")
    elif design == 3:
        for k, (r, y) in enumerate(((24, 30), (16, 74))):
            line = smooth(
                np.concatenate(
                    [
                        points((49, 52 + 4 * k)),
                        spiral(26, y, r * 0.92, 3, 0, -1.7 if k == 0 else 1.7),
                    ]
                )[::3]
            )
            p.swell(line, 2, 3.4, 1)
            for at, angle in along(line, 3, 0.2, 0.5):
                p.leaf(at, angle + (56 if k == 0 else -56), 12, "acanthus", "rib")
        p.mirror()
        p.leaf((50, 54), -90, 50, "acanthus", "veins", 0.9)
        p.leaf((50, 60), 90, 26, "bay", "rib", 1.2)
    elif design == 4:
        p.width, p.height = 130, 60
        p.swell(spiral(30, 32, 25, 3, -90, -2.6), 3, 2, 1)
        p.swell(spiral(30, 32, 21, 3, -90, -2.3), 1, 0.8)
        p.line(points((30, 7), (66, 7)), 3)
        p.line(smooth(points((30, 12), (50, 13), (66, 18))), FINE)
        p.leaf((44, 22), 40, 16, "bay", "rib")
        p.mirror()
        p.line(points((6, 1.5), (124, 1.5)), BOLD)
    elif design == 5:
        outer = smooth(
            points((30, 94), (10, 72), (10, 40), (32, 18), (60, 20), (74, 38), (66, 54), (52, 50), (54, 40))
        )
        inner = smooth(points((30, 94), (52, 96), (76, 86), (88, 68), (80, 56), (70, 62), (74, 70)))
        for curve, n, size in ((outer, 15, 13), (inner, 8, 9)):
            for k, (at, angle) in enumerate(along(curve, n, 0.06, 0.66)):
                p.leaf(at, angle + (-74 if curve is outer else 74), size - 0.25 * k, "round", "rib", 0.9)
        p.swell(outer, 1.2, 4.6, 3.4, 1.4)
        p.swell(inner, 1.2, 4, 2.4, 1)
        p.leaf((30, 94), 170, 22, "acanthus", "half")
    else:
        for k in range(9):
            a = -90 + (k - 4) * 25
            lobe = smooth(
                points(
                    (0.1, 0), (0.5, 0.05), (0.8, 0.13), (1, 0.04), (0.98, -0.08), (0.7, -0.06), (0.4, -0.03)
                ),
                closed=True,
            )
            flip = (1, 1) if k < 4 else (1, -1)
            p.shape(place(lobe * flip, (50, 62), a, 58 - 2.2 * abs(k - 4) ** 1.5), LINE)
        half = smooth(
            np.concatenate([points((50, 96), (44, 84), (34, 76)), spiral(26, 84, 12, 2, -60, -1.6)[::4]])
        )
        p.swell(half, 1.2, 3.4, 2, 1)
        p.dot((26, 84), 2)
        p.mirror()
        p.dot((50, 66), 6, PAPER, LINE)
        p.leaf((50, 92), -90, 20, "bay", "rib", 1.2)


def shell(p: Plate, design: int) -> None:
    """Scallops: ribbed, fluted, shaded, upright rocaille, small and beaded."""
    ribs = (9, 7, 13, 11, 9)[design]
    spread = (130, 150, 120, 170, 140)[design]
    root = points((50, 88))[0]
    angles = np.radians(-90 + np.linspace(-spread / 2, spread / 2, ribs + 1))
    edge = []
    for k in range(ribs):
        a, b = angles[k], angles[k + 1]
        for t in np.linspace(0, 1, 12):
            r = 70 - 8 * abs((k + 0.5) / ribs - 0.5) * 2 + (5 if design != 3 else 11) * np.sin(np.pi * t)
            w = a + (b - a) * t
            edge.append((root[0] + r * np.cos(w), root[1] + r * np.sin(w)))
    form = np.concatenate([np.array(edge), points((56, 90), (44, 90))])
    if design in (0, 2, 4):
        p.shape(
            smooth(points((44, 82), (30, 84), (28, 95), (50, 92), (72, 95), (70, 84), (56, 82)), closed=True),
            LINE,
        )
    p.shape(form, LINE)
    for k in range(1, ribs):
        tip = root + 66 * np.array([np.cos(angles[k]), np.sin(angles[k])])
        p.swell(np.linspace(root, tip, 30), *((0.8, 1.2, 2.6) if design != 1 else (0.6, 3.4, 1)))
    for k in range(ribs):
        middle = (angles[k] + angles[k + 1]) / 2
        ray = np.array([np.cos(middle), np.sin(middle)])
        if design == 2:
            p.swell(np.linspace(root + 34 * ray, root + 62 * ray, 12), 0.4, 1.4)
        if design == 3:
            p.shape(
                np.linspace(root + 16 * ray, root + 60 * ray, 8)
                + np.outer(np.sin(np.linspace(0, np.pi, 8)), (-ray[1], ray[0])) * 2.6,
                FINE,
            )
        if design == 4:
            p.dot(root + 58 * ray, 2, PAPER, FINE)
    if design in (0, 1):
        for r in (30, 46):
            p.line(arc(50, 88, r, -90 - spread / 2 + 4, -90 + spread / 2 - 4), 0.9)
    if design in (1, 3):
        p.swell(spiral(41, 90, 8, 1.6, -20, -1.4), 2, 1)
        p.swell(spiral(59, 90, 8, 1.6, 200, 1.4), 2, 1)
