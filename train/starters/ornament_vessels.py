"""Chalices, barrels, horns of plenty and sea horses by our own hand. One branch a design."""

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
    normals,
    place,
    points,
    shift,
    smooth,
)


def chalice(p: Plate, design: int) -> None:
    """Chalices: Gothic, with handles, jewelled, with a cross."""
    cup = (
        points((22, 6), (24, 30), (36, 46), (46, 50)),
        points((28, 8), (26, 26), (30, 42), (46, 48)),
        points((18, 10), (26, 36), (40, 46), (46, 48)),
        points((26, 6), (30, 34), (40, 44), (46, 46)),
    )[design]
    foot = (
        points((46, 50), (45, 58), (40, 61), (45, 65), (44, 80), (30, 90), (24, 96)),
        points((46, 48), (47, 66), (42, 70), (46, 74), (42, 86), (26, 90), (26, 96)),
        points((46, 48), (44, 54), (38, 58), (44, 63), (45, 74), (36, 88), (22, 94)),
        points((46, 46), (47, 60), (44, 76), (34, 88), (28, 95)),
    )[design]
    half = np.concatenate([smooth(cup), smooth(foot)])
    whole = np.concatenate([half, (half * (-1, 1) + (100, 0))[::-1]])
    if design == 1:
        for side in (-1, 1):
            handle = smooth(
                points((50 + side * 22, 12), (50 + side * 38, 12), (50 + side * 36, 32), (50 + side * 18, 40))
            )
            p.swell(handle, 1.6, 3.4, 1.6)
    p.shape(whole, LINE)
    rim = cup[0]
    p.shape(arc(50, rim[1], 50 - rim[0], 0, 360, ry=3.4), LINE)
    y = foot[2][1]
    p.shape(arc(50, y, 50 - foot[2][0], 0, 360, ry=4), LINE, INK if design == 1 else PAPER)
    if design == 0:
        for k in range(-2, 3):
            p.leaf((50 + k * 4.4, 48), -90 + k * 13, 26, "bay", "rib", 1.1)
    elif design == 1:
        bowl = smooth(cup) * (-1, 1) + (100, 0)
        p.hatch(np.concatenate([bowl, points((62, 44), (62, 8))]), 70, 2.2, 0.7)
    elif design == 2:
        for k in range(-2, 3):
            p.dot((50 + k * 9.4, 20 - 0.6 * k * k + 2), 3, PAPER, LINE)
            p.dot((50 + k * 9.4, 20 - 0.6 * k * k + 2), 1.1)
        p.line(arc(50, 4, 27, 35, 145, ry=23), FINE)
    else:
        for a, length in ((-90, 9), (0, 8), (180, 8), (90, 14)):
            p.swell(place(points((0, 0), (length, 0)), (50, 22), a), 2, 4)
        for k in range(12):
            p.swell(place(points((15, 0), (19, 0)), (50, 24), k * 30), 1, 0.5)
    p.line(points((foot[-1][0] - 2, 97), (102 - foot[-1][0], 97)), BOLD)


def barrel(p: Plate, design: int) -> None:
    """Barrels: standing, lying on a cradle, seen from its head."""
    if design == 0:
        side = smooth(points((26, 6), (14, 50), (26, 94)))
        p.shape(np.concatenate([side, (side * (-1, 1) + (100, 0))[::-1]]), BOLD)
        for x in (0.33, 0.66):
            for mirrored in (1, -1):
                p.line((side - (50, 0)) * (x * mirrored, 1) + (50, 0), FINE)
        p.line(points((50, 6), (50, 94)), FINE)
        for y in (16, 24, 36, 64, 76, 84):
            reach = np.interp(y, side[:, 1], 50 - side[:, 0])
            p.line(arc(50, y, reach, 0, 180, ry=4), LINE)
        p.shape(arc(50, 6, 24, 0, 360, ry=5), LINE)
    elif design == 1:
        p.width, p.height = 120, 90
        top = smooth(points((10, 16), (60, 4), (110, 16)))
        body = np.concatenate([top, (top * (1, -1) + (0, 80))[::-1]])
        p.shape(body, BOLD)
        for share in (0.35, 0.7):
            for up in (1, -1):
                p.line((top - (0, 40)) * (1, share * up) + (0, 40), FINE)
        p.line(points((10, 40), (110, 40)), FINE)
        for x in (20, 30, 46, 74, 90, 100):
            reach = 40 - np.interp(x, top[:, 0], top[:, 1])
            p.line(arc(x, 40, 4, -90, 90, ry=reach), LINE)
        for x in (28, 92):
            p.shape(points((x - 13, 86), (x - 8, 68), (x, 75), (x + 8, 68), (x + 13, 86)), LINE, INK)
        p.dot((60, 22), 3, PAPER, LINE)
    else:
        for r in (48, 42, 38):
            p.dot((50, 50), r, PAPER, LINE if r != 48 else BOLD)
        for k in range(36):
            p.line(place(points((42, 0), (48, 0)), (50, 50), k * 10), FINE)
        for x in (-24, -12, 0, 12, 24):
            reach = np.sqrt(38**2 - x**2)
            p.line(points((50 + x, 50 - reach), (50 + x, 50 + reach)), FINE)
        p.shape(points((14, 44), (86, 44), (86, 56), (14, 56)), LINE)
        p.dot((50, 72), 4, INK)


def cornucopia(p: Plate, design: int) -> None:
    """Horns of plenty: curled, upright, hung, ringed."""
    spine = (
        smooth(points((80, 62), (58, 78), (32, 70), (20, 46), (30, 24), (44, 26), (42, 36))),
        smooth(points((48, 22), (62, 46), (60, 72), (42, 88), (22, 82), (22, 68))),
        smooth(points((20, 44), (44, 38), (70, 46), (84, 66), (76, 84), (62, 80))),
        smooth(points((72, 30), (48, 34), (26, 52), (22, 76), (34, 92), (46, 84))),
    )[design]
    width = np.linspace(1, 0, len(spine)) ** 0.8 * (20, 22, 21, 22)[design] + 1
    left, right = spine + normals(spine) * width[:, None], spine - normals(spine) * width[:, None]
    p.shape(np.concatenate([left, right[::-1]]), LINE)
    for share in np.linspace(0.06, 0.92, (11, 8, 14, 9)[design]):
        k = int(share * (len(spine) - 1))
        ring = smooth(
            np.array([left[k], spine[k] + (spine[k] - spine[min(k + 4, len(spine) - 1)]) * 1.2, right[k]])
        )
        p.swell(ring, 0.6, 2 if design % 2 else 1.3, 0.6)
    mouth = spine[0]
    out = np.degrees(np.arctan2(*(spine[0] - spine[5])[::-1]))
    for k in range(5):
        p.leaf(
            mouth, out + (k - 2) * 40, 30, "vine" if design != 2 else "bay", "rib" if design % 2 else "veins"
        )
    fruit = place(
        points((2, -13), (4, 10), (12, -5), (14, 5), (22, -1), (10, 16), (20, 10), (18, -12)), mouth, out
    )
    for k, at in enumerate(fruit):
        r = (6.5, 6, 7, 5.4, 6, 4.6, 4.6, 5)[(k + design) % 8]
        p.dot(at, r, PAPER, LINE)
        p.line(arc(at[0], at[1], r * 0.6, 170, 270, n=10), 0.8)
    p.flower(place(points((10, 1)), mouth, out)[0], 8, 5, "plain")


def sea_horse(p: Plate, design: int) -> None:
    """Sea horses: ringed, in ink, shaded, in plain line."""
    spine = smooth(
        points(
            (52, 17),
            (60, 25),
            (54, 36),
            (47, 47),
            (49, 60),
            (55, 71),
            (53, 83),
            (44, 88),
            (37, 82),
            (41, 75),
            (47, 79),
        )
    )
    share = np.linspace(0, 1, len(spine))
    wide = np.interp(share, [0, 0.08, 0.16, 0.34, 0.5, 0.65, 0.85, 1], [7, 7, 6, 11, 8, 4.6, 2.4, 1])
    left, right = spine + normals(spine) * wide[:, None], spine - normals(spine) * wide[:, None]
    solid = design == 1
    fin = smooth(points((38, 40), (24, 42), (20, 50), (26, 58), (40, 56))) if design != 3 else None
    q = Plate()
    if fin is not None:
        fin = shift(fin * (-1, 1), 93, 0)
        q.shape(fin, LINE)
        for k in range(5):
            q.line(points((56, 43 + 3 * k), (69.5 - abs(k - 2) * 2, 42 + 3.6 * k)), 0.9)
    q.shape(np.concatenate([left, right[::-1]]), LINE, INK if solid else PAPER)
    head = smooth(
        points((58, 10), (46, 8), (40, 15), (24, 19), (22, 24), (27, 26), (42, 25), (52, 28), (61, 22)),
        closed=True,
    )
    q.shape(head, LINE, INK if solid else PAPER)
    for k, tip in enumerate(((46, 0), (53, 0), (60, 3), (65, 9), (67, 16))):
        base = ((46, 8), (51, 8), (57, 10), (60, 14), (61, 19))[k]
        q.swell(points(base, tip), 3, 0.6)
    q.dot((45, 16), 2.2, PAPER if solid else INK)
    for at, angle in along(spine, (20, 16, 0, 9)[design], 0.2, 0.9):
        k = int(np.argmin(np.linalg.norm(spine - at, axis=1)))
        bend = place(points((0, -wide[k] * 0.96), (1.6, 0), (0, wide[k] * 0.96)), at, angle)
        q.line(smooth(bend), 1, PAPER if solid else INK)
    if design == 2:
        middle = len(spine) * 3 // 4
        q.hatch(np.concatenate([spine[:middle], right[:middle][::-1]]), 20, 2.2, 0.8)
        q.line(spine[: middle + 8], FINE)
    if design == 3:
        for k in range(5):
            q.swell(points((58, 48 + 1.4 * k), (73 - abs(k - 2), 40 + 5 * k)), 2.6, 0.6)
    tilt, flip = (
        (0, ""),
        (8, ""),
        (-8, "translate(100 0) scale(-1 1)"),
        (0, "translate(100 0) scale(-1 1)"),
    )[design]
    p.cuts.append(f'<g transform="{flip} rotate({tilt} 50 50)">{"".join(q.cuts)}</g>')
