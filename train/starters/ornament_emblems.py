"""Stars, hearts, rings, crosses, roses of the winds, lyres, harps and dragonflies by our own hand."""

from __future__ import annotations

import numpy as np

from train.starters.pen import BOLD, FINE, INK, LINE, PAPER, Plate, along, arc, place, points, smooth, spiral


def _polygon(n: int, outer: float, inner: float, start: float = -90):
    a = np.radians(start + np.arange(2 * n) * 180 / n)
    r = np.where(np.arange(2 * n) % 2, inner, outer)
    return np.stack([50 + r * np.cos(a), 50 + r * np.sin(a)], 1)


def star(p: Plate, design: int) -> None:
    """Stars: faceted, interlaced, cut in rays, woven, with glory, ringed with pearls."""
    c = points((50, 50))
    if design in (0, 1):
        n, outer, inner = ((5, 48, 19), (8, 48, 21))[design]
        form = _polygon(n, outer, inner)
        p.shape(form, LINE)
        for k in range(n):
            facet = np.concatenate(
                [c, form[2 * k : 2 * k + 1], form[(2 * k + 1) % (2 * n) : (2 * k + 1) % (2 * n) + 1]]
            )
            p.shape(facet, FINE)
            p.hatch(facet, -90 + k * 360 / n, 2.2) if design == 0 else p.shape(facet, FINE, INK)
    elif design == 2:
        for start in (-90, 90):
            tri = arc(50, 50, 46, start, start + 360, n=4)
            p.strip(tri, 6, closed=True)
        for a in (-30, 90, 210):  # the first triangle passes over the second once on each side
            p.strip(place(points((23, -20), (23, -18), (23, -8), (23, -6)), (50, 50), a), 6, trim=1)
    elif design == 3:
        for k in range(16):
            length = 48 if k % 4 == 0 else 34 if k % 2 == 0 else 24
            p.swell(place(points((4, 0), (length * 0.35, 0), (length, 0)), (50, 50), k * 22.5), 2.6, 2.6, 0.4)
        p.dot((50, 50), 3)
    elif design == 4:
        p.shape(_polygon(12, 48, 30), LINE)
        p.shape(_polygon(12, 38, 24), FINE)
        p.dot((50, 50), 17, PAPER, LINE)
        for k in range(12):
            p.swell(place(points((0, 0), (15, 0)), (50, 50), k * 30), 2.2, 0.5)
    elif design == 5:
        a = np.radians(-90 + np.arange(8) * 360 * 3 / 7)
        for ink, w in ((INK, 4), (PAPER, 1.8)):
            p.line(np.stack([50 + 47 * np.cos(a), 50 + 47 * np.sin(a)], 1), w, ink)
    elif design == 6:
        p.shape(_polygon(5, 48, 20), BOLD)
        p.shape(_polygon(5, 35, 14.5), FINE)
        p.dot((50, 50), 5, PAPER, LINE)
        p.dot((50, 50), 2)
    else:
        for r in (48, 43):
            p.line(arc(50, 50, r, 0, 360, n=140), FINE)
        for k in range(30):
            p.dot(place(points((45.5, 0)), (50, 50), k * 12)[0], 1.2)
        form = _polygon(6, 39, 14)
        p.shape(form, LINE)
        for k in range(6):
            p.shape(np.concatenate([c, form[2 * k : 2 * k + 2]]), FINE, INK)


def _heart(s: float = 1.0, x: float = 50, y: float = 52):
    t = np.linspace(0, 2 * np.pi, 121)
    form = np.stack(
        [16 * np.sin(t) ** 3, -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))], 1
    )
    return form * s * 2.7 + (x, y)


def heart(p: Plate, design: int) -> None:
    """Hearts: double, shaded, flaming, of scrolls, leafy, paired, beaded, latticed."""
    if design == 0:
        p.shape(_heart(), BOLD)
        p.line(_heart(0.84, y=51), FINE, closed=True)
    elif design == 1:
        p.shape(_heart(), LINE)
        form = _heart(0.97)
        p.hatch(form[form[:, 0] > 52], 50, 2.4)
        p.hatch(_heart(0.97), 20, 6, 0.7)
    elif design == 2:
        for x, tip, w in ((50, 2, 0), (42, 12, -4), (58, 12, 4)):
            flame = smooth(
                points(
                    (x - 5, 30),
                    (x - 6 + w, 20),
                    (x - 1 + w, 14),
                    (x + w, tip),
                    (x + 5 + w, 15),
                    (x + 6, 22),
                    (x + 4, 30),
                )
            )
            p.shape(flame, FINE)
        p.shape(_heart(0.8, y=60), LINE)
        p.hatch(_heart(0.78, y=60)[60:], 65, 2.6)
        for k in range(14):
            p.swell(place(points((45, 0), (51 if k % 2 else 56, 0)), (50, 58), 25.7 * k - 90), 1.6, 0.4)
    elif design == 3:
        half = np.concatenate([points((50, 94), (36, 80), (18, 62)), spiral(28, 38, 21, 3.5, 150, 1.7)[::4]])
        p.swell(smooth(half), 1.2, 4, 2.4, 1)
        p.leaf((30, 72), -40, 18, "acanthus", "rib")
        p.dot((28, 38), 3.6, PAPER, FINE)
        p.swell(smooth(points((50, 90), (47, 70), (38, 58))), 0.8, 2)
        p.mirror()
        p.leaf((50, 44), -90, 24, "bay", "rib")
    elif design == 4:
        for k, (at, angle) in enumerate(along(_heart(0.9)[60:], 15, 0, 1)):
            p.leaf(at, angle + (36 if k % 2 else -36), 13, "bay", "rib")
        p.line(_heart(0.9)[60:], LINE)
        p.mirror()
    elif design == 5:
        p.width = 140
        for x in (48, 92):
            p.strip(_heart(0.9, x), 6.4, closed=True)
        first = _heart(0.9, 48)
        p.strip(first[(first[:, 1] > 66) & (first[:, 0] > 58)], 6.4, trim=2)
    elif design == 6:
        for at, _ in along(_heart(0.95), 45, 0, 0.985):
            p.dot(at, 2.3, PAPER, FINE)
        p.line(_heart(0.75, y=51), LINE, closed=True)
        p.flower((50, 44), 15, 5, "rib")
    else:
        p.shape(_heart(), BOLD)
        for degrees in (45, -45):
            p.hatch(_heart(0.96), degrees, 7, FINE)
        for row in range(9):
            for k in range(11):
                at = points((2 + k * 9.9 + 4.95 * (row % 2), 14 + row * 9.9))[0]
                if _inside(_heart(0.8), at):
                    p.dot(at, 1.1)


def _inside(form, at) -> bool:
    x, y = form[:, 0], form[:, 1]
    x1, y1 = np.roll(x, -1), np.roll(y, -1)
    crosses = (y <= at[1]) != (y1 <= at[1])
    return bool((crosses & (at[0] < x + (at[1] - y) / np.where(y1 == y, 1, y1 - y) * (x1 - x))).sum() % 2)


def dragonfly(p: Plate, design: int) -> None:
    """Dragonflies: from above, tilted, shaded, in few strokes, resting."""
    tilt = (0, 35, -20, 0, 62)[design]
    q = Plate()
    for side in (-1, 1):
        for a, length, y in ((-14, 47, 30), (18, 42, 36)):
            wing = smooth(
                points((0, 0), (0.35, -0.1), (0.8, -0.12), (1, 0), (0.8, 0.1), (0.35, 0.07)), closed=True
            )
            form = place(wing * (1, side), (50, y), a if side > 0 else 180 - a, length)
            q.shape(form, FINE if design != 3 else LINE)
            if design in (0, 2):
                for b in (60, -60) if design == 0 else (30,):
                    q.hatch(form, b, 4 if design == 0 else 2.4, 0.6)
            elif design != 3:
                q.line(
                    place(
                        points((0.05, 0), (0.9, -0.02 * side)), (50, y), a if side > 0 else 180 - a, length
                    ),
                    0.8,
                )
                q.dot(place(points((0.84, -0.07 * side)), (50, y), a if side > 0 else 180 - a, length)[0], 1)
    body = smooth(points((50, 24), (50, 60), (51 if design != 2 else 58, 96)))
    q.swell(body, *((5, 6, 3.4, 2.6, 3) if design != 3 else (3, 3, 2, 2, 2)))
    if design in (1, 4):
        for at, angle in along(body, 8, 0.36, 0.95):
            q.line(place(points((0, -2), (0, 2)), at, angle), 0.9, PAPER)
    for x in (-4, 4):
        q.dot((50 + x, 20), 3.8, PAPER if design in (0, 3) else INK, FINE)
    p.cuts.append(f'<g transform="rotate({tilt} 50 52)">{"".join(q.cuts)}</g>')


def lyre(p: Plate, design: int) -> None:
    """Lyres: classical, slender, with leaves, with a sun, of plain line."""
    arm = (
        smooth(points((38, 90), (16, 70), (14, 44), (30, 26), (24, 8), (12, 10), (14, 18))),
        smooth(points((42, 92), (30, 80), (28, 50), (22, 26), (28, 8))),
        smooth(points((40, 90), (14, 78), (20, 46), (32, 30), (26, 12), (14, 14))),
        smooth(points((38, 92), (10, 66), (22, 34), (14, 12), (4, 16), (8, 24))),
        smooth(points((44, 92), (20, 76), (24, 44), (34, 22), (22, 6))),
    )[design]
    if design in (0, 3):
        p.swell(arm, 6, 5, 3, 1.4)
    else:
        for ink, w in ((INK, 6), (PAPER, 3.4)):
            p.line(arm, w, ink)
    if design == 2:
        for at, angle in along(arm, 5, 0.15, 0.6):
            p.leaf(at, angle - 50, 14, "acanthus", "half")
    p.mirror()
    top = (26, 14, 24, 20, 16)[design]
    for ink, w in ((INK, 5), (PAPER, 2.6 if design != 3 else 0.01)):
        p.line(points((22, top), (78, top)), w, ink)
    for x in np.linspace(38, 62, (5, 4, 7, 5, 6)[design]):
        p.line(points((50 + (x - 50) * 1.15, top), (50 + (x - 50) * 0.7, 84)), FINE)
        p.dot((50 + (x - 50) * 1.15, top - 3.4), 1.2)
    p.shape(
        smooth(points((34, 92), (40, 82), (60, 82), (66, 92), (50, 97)), closed=True),
        LINE,
        INK if design == 1 else PAPER,
    )
    if design == 3:
        for k in range(12):
            p.swell(place(points((7, 0), (14, 0)), (50, 84), k * 30), 1.8, 0.5)
        p.dot((50, 84), 7, PAPER, LINE)


def harp(p: Plate, design: int) -> None:
    """Harps: pedal, Celtic, with scrolls, small."""
    neck = (
        smooth(points((18, 12), (34, 6), (46, 20), (64, 28), (84, 16))),
        smooth(points((26, 8), (44, 14), (64, 30), (82, 30))),
        smooth(points((14, 20), (22, 8), (34, 14), (48, 28), (70, 26), (86, 8))),
        smooth(points((20, 16), (44, 12), (66, 22), (80, 24))),
    )[design]
    pillar = (
        points((18, 12), (20, 50), (22, 92)),
        smooth(points((26, 8), (12, 40), (16, 70), (36, 92))),
        smooth(points((14, 20), (18, 50), (16, 76), (26, 93))),
        smooth(points((20, 16), (14, 50), (30, 92))),
    )[design]
    base, top = pillar[-1], neck[-1]
    board = smooth(np.array([top, (top + base) / 2 + (4, 5), base]))
    for share in np.linspace(0.14, 0.9, (13, 9, 11, 7)[design]):
        a = neck[int(share * (len(neck) - 1))]
        b = board[np.argmin(np.abs(board[:, 0] - a[0]))]
        p.line(np.array([a, b]), 0.9)
    for curve, w in ((board, 9), (pillar, 6), (neck, 7)):
        if design in (0, 3) and curve is pillar:
            p.swell(curve, 5, 4, 5)
            continue
        for ink, width in ((INK, w), (PAPER, w - 2.6)):
            p.line(curve, width, ink)
    if design == 0:
        p.shape(points((14, 90), (44, 90), (48, 97), (10, 97)), LINE)
        p.dot((18, 10), 5, PAPER, LINE)
    if design == 1:
        for at, _ in along(board, 6, 0.2, 0.8):
            p.dot(at, 1.4)
    if design == 2:
        p.swell(spiral(20, 14, 8, 1.6, 180, 1.4), 2.6, 1)
        p.leaf((22, 90), -20, 22, "acanthus", "rib")


def wedding_rings(p: Plate, design: int) -> None:
    """Two rings: interlaced, with a stone, bound by a bow, over a heart, beaded."""
    p.width, p.height = 130, 90
    if design == 3:
        p.shape(_heart(0.86, 65, 50), LINE)
        p.hatch(_heart(0.84, 65, 50), 40, 3, 0.7)
    rings = [arc(65 - s * 21, 52, 30, 0, 360, ry=30 if design != 4 else 24, n=181) for s in (1, -1)]
    width = (8, 6, 7, 7, 10)[design]
    for ring in rings:
        p.strip(ring, width, closed=True)
    p.strip(rings[1][140:164], width, trim=3)
    if design == 1:
        p.shape(points((36, 22), (40, 14), (52, 14), (56, 22), (46, 30)), LINE)
        p.line(points((36, 22), (56, 22)), FINE)
    if design == 2:
        ribbon_loop = smooth(points((65, 20), (52, 6), (40, 10), (46, 22), (65, 20)))
        for form in (ribbon_loop, (130, 0) + ribbon_loop * (-1, 1)):
            p.shape(form, LINE)
        p.dot((65, 20), 3.4, PAPER, LINE)
    if design == 4:
        for ring in rings:
            for at, _ in along(ring, 25):
                p.dot(at, 1.3)


def compass_rose(p: Plate, design: int) -> None:
    """Roses of the winds: four, eight, sixteen and thirty-two points, ringed."""

    def points_of(n, outer, inner, start, shaded=True):
        for k in range(n):
            a = start + 360 * k / n
            tip = place(points((outer, 0)), (50, 50), a)
            for side in (-1, 1):
                base = place(points((inner, 0)), (50, 50), a + side * 180 / n)
                p.shape(
                    np.concatenate([points((50, 50)), tip, base]), FINE, INK if side > 0 and shaded else PAPER
                )

    rings = ((), (36, 33), (46, 42, 22), (28,), (47, 44))[design]
    for r in rings:
        p.dot((50, 50), r, PAPER, LINE)
    if design in (2, 4):
        for k in range(64):
            p.line(place(points((rings[1], 0), (rings[0], 0)), (50, 50), k * 360 / 64), 0.8)
    if design in (1, 2, 3):
        points_of(8, (30, 34, 38)[design - 1], 8, 22.5, design != 1)
    points_of(4, (34, 36, 40, 40, 32)[design], 9, 45, design != 3)
    points_of(4, (49, 49, 49, 49, 42)[design], (11, 10, 10, 9, 8)[design], 0)
    if design in (0, 3):
        p.leaf((50, 3), -90, 10, "ivy", "solid")


def cross(p: Plate, design: int) -> None:
    """Crosses: Celtic, botonny, Maltese, of leaves."""
    latin = points(
        (43, 2),
        (57, 2),
        (55, 30),
        (84, 28),
        (84, 42),
        (55, 40),
        (58, 98),
        (42, 98),
        (45, 40),
        (16, 42),
        (16, 28),
        (45, 30),
    )
    if design == 0:
        p.dot((50, 35), 25, PAPER, LINE)
        p.dot((50, 35), 18, PAPER, LINE)
        p.shape(latin, LINE)
        p.dot((50, 35), 5, PAPER, LINE)
        for y in range(48, 94, 8):
            p.line(smooth(points((46, y), (54, y + 4), (46, y + 8))), FINE)
            p.line(smooth(points((54, y), (46, y + 4), (54, y + 8))), FINE)
    elif design == 1:
        for a, length in ((-90, 28), (0, 28), (180, 28), (90, 54)):
            p.shape(place(points((0, -4), (length, -4), (length, 4), (0, 4)), (50, 36), a), LINE)
            for x, y in ((length + 6, 0), (length, -6), (length, 6)):
                p.dot(place(points((x, y)), (50, 36), a)[0], 5, PAPER, LINE)
        p.shape(points((45, 31), (55, 31), (55, 41), (45, 41)), 0)
        p.flower((50, 36), 7, 4)
    elif design == 2:
        arm = points((50, 50), (36, 4), (50, 14), (64, 4))
        p.shape(arm, LINE)
        p.hatch(np.array([arm[0], arm[2], arm[3]]), 90, 2.2)
        p.repeat(4)
    else:
        for a, length in ((-90, 34), (0, 34), (180, 34), (90, 60)):
            stem = place(points((0, 0), (length, 0)), (50, 38), a)
            p.swell(stem, 2, 1)
            for at, angle in along(stem, int(length / 8), 0.2, 1):
                for side in (-42, 42, 0):
                    p.leaf(at, angle + side, 10, "bay", "rib")
        p.flower((50, 38), 8, 5)
