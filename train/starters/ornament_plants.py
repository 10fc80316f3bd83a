"""Single plants by our own hand: fern, wheat, oak, thistle, lily of the valley."""

from __future__ import annotations

import numpy as np

from train.starters.ornament_wreaths import bow
from train.starters.pen import BOLD, FINE, INK, LINE, PAPER, Plate, along, arc, place, points, smooth


def fern(p: Plate, design: int) -> None:
    """Fern fronds: straight, arched, rolled, in threes, twice feathered, broad."""
    if design == 0:
        stem = smooth(points((50, 98), (50, 50), (50, 4)))
        p.swell(stem, 2.2, 0.8)
        for k, (at, _) in enumerate(along(stem, 26, 0.1, 0.98)):
            reach = 32 * np.sin(np.pi * min(1, 0.22 + k / 30)) * (1 - k / 27) + 3
            for side in (-1, 1):
                p.leaf(at, -90 + side * 58, reach, "willow", "plain", min(1.0, 14 / reach))
    elif design == 1:
        stem = smooth(points((14, 96), (22, 58), (44, 26), (84, 10)))
        p.swell(stem, 2.6, 0.8)
        for k, (at, angle) in enumerate(along(stem, 15, 0.1, 0.99)):
            for side in (-1, 1):
                p.leaf(at, angle + side * 58, 26 * (1 - k / 17) + 3, "willow", "solid", 0.8)
    elif design == 2:
        stem = np.concatenate(
            [
                smooth(points((40, 98), (37, 70), (38, 46), (44, 30)))[:-1],
                arc(60, 34, 16.5, 194, 430, n=60),
                arc(59, 35, 9, 70, 330, n=40),
            ]
        )
        p.swell(smooth(stem[::6]), 4.4, 3, 2, 1.2)
        for k, (at, angle) in enumerate(along(smooth(stem[::6]), 30, 0.1, 0.9)):
            p.leaf(at, angle - 68, 13 - 0.28 * k, "willow", "plain", 1.6)
            if k < 12:
                p.leaf(at, angle + 68, 11 - 0.5 * k, "willow", "plain", 1.6)
    elif design == 3:
        for tip, bend in (((12, 20), -6), ((50, 4), 0), ((88, 20), 6)):
            stem = smooth(points((50, 96), ((50 + tip[0]) / 2 - bend, 52), tip))
            p.swell(stem, 1.8, 0.7)
            for k, (at, angle) in enumerate(along(stem, 19, 0.2, 0.99)):
                for side in (-1, 1):
                    p.swell(
                        place(
                            smooth(points((0, 0), (7, side * 0.8), (15 - 0.65 * k, 0))), at, angle + side * 52
                        ),
                        1.7,
                        0.5,
                    )
    elif design == 4:
        stem = smooth(points((56, 98), (50, 60), (52, 30), (60, 5)))
        p.swell(stem, 2.2, 0.8)
        for k, (at, angle) in enumerate(along(stem, 10, 0.16, 0.97)):
            for side in (-1, 1):
                pinna = place(points((0, 0), (34 * (1 - k / 11) + 4, 0)), at, angle + side * 58)
                p.swell(pinna, 1, 0.5)
                for j, (spot, way) in enumerate(along(pinna, max(3, 9 - k), 0.1, 1)):
                    for s in (-1, 1):
                        p.leaf(spot, way + s * 55, 6.2 - 0.3 * k - 0.25 * j, "bay", "plain", 1.2)
    else:
        stem = smooth(points((50, 98), (47, 60), (52, 6)))
        p.swell(stem, 2.6, 1)
        for k, (at, angle) in enumerate(along(stem, 8, 0.18, 0.97)):
            for side in (-1, 1):
                p.leaf(at, angle + side * 66, 46 * (1 - k / 9.5) + 3, "acanthus", "rib", 0.6)


def wheat(p: Plate, design: int) -> None:
    """Ears of wheat: upright, bent, crossed, in sheaf, with awns."""

    def ear(root, tip, bend, rows=7, cut="plain", size=10.0, awns=True):
        root, tip = np.array(root, float), np.array(tip, float)
        mid = (root + tip) / 2 + (bend, 0)
        stem = smooth(np.array([root, mid, tip]))
        p.swell(stem, 1.8, 0.9)
        for at, angle in list(along(stem, rows, 0.56, 0.97)):
            for side in (-1, 1):
                if awns:
                    p.swell(
                        place(
                            smooth(
                                points(
                                    (size * 0.8, side * 2), (size * 1.9, side * 5), (size * 2.6, side * 5.5)
                                )
                            ),
                            at,
                            angle + side * 12,
                        ),
                        0.8,
                        0.4,
                    )
                p.leaf(at, angle + side * 30, size, "bay", cut, 1.35)
        at, angle = next(iter(along(stem, 1, 1, 1)))
        p.leaf(at, angle, size, "bay", cut, 1.35)

    if design == 0:
        ear((50, 98), (50, 20), 0, 8, size=12)
    elif design == 1:
        ear((34, 98), (74, 24), -16, 8, "half", 12, awns=False)
        p.leaf((37, 82), -15, 34, "willow", "rib")
    elif design == 2:
        ear((28, 97), (76, 18), 4, 7, "solid", 9.5)
        ear((72, 97), (24, 18), -4, 7, "solid", 9.5)
        bow(p, 50, 66, 0.8)
    elif design == 3:
        for x, y in ((14, 26), (30, 16), (50, 12), (70, 16), (86, 26)):
            ear((50 + (x - 50) * 0.16, 80), (x, y), (50 - x) * 0.24, 5, "plain", 7.5, awns=False)
        for x in np.linspace(-22, 22, 9):
            p.swell(smooth(points((50 + x * 0.2, 66), (50 + x * 0.5, 82), (50 + x, 97))), 1.2, 0.9)
        p.shape(points((40, 66), (60, 66), (59, 73), (41, 73)), LINE)
    elif design == 4:
        for x, y in ((20, 26), (50, 8), (80, 26)):
            ear((50, 96), (x, y), (x - 50) * 0.12, 7, "rib", 9)
        for side in (-1, 1):
            p.leaf((50, 86), -90 + side * 62, 40, "willow", "rib")
    else:
        stem = smooth(points((50, 98), (52, 70), (48, 44), (50, 12)))
        p.swell(stem, 2.4, 1)
        for k, (at, angle) in enumerate(along(stem, 10, 0.42, 0.98)):
            p.leaf(at, angle + (34 if k % 2 else -34), 15, "round", "hatch", 0.8)
        for side in (-1, 1):
            p.leaf((51, 84), -90 + side * 42, 38, "willow", "half")


def _acorn(p: Plate, at, degrees: float, s: float, solid: bool = False) -> None:
    nut = smooth(
        points((0.3, -0.3), (0.8, -0.3), (1.12, -0.1), (1.3, 0), (1.12, 0.1), (0.8, 0.3), (0.3, 0.3))
    )
    p.shape(place(nut, at, degrees, s), LINE, INK if solid else PAPER)
    cup = smooth(points((0, 0), (0.06, -0.3), (0.36, -0.4), (0.44, 0), (0.36, 0.4), (0.06, 0.3), (0, 0)))
    p.shape(place(cup, at, degrees, s), LINE)
    for y in (-0.22, 0, 0.22):
        p.line(place(points((0.08, y * 0.8), (0.38, y)), at, degrees, s), 0.8)
    if not solid:
        p.line(place(points((0.6, 0.1), (1.0, 0.08)), at, degrees, s), 0.8)


def oak(p: Plate, design: int) -> None:
    """Oak: a leaf, leaf and acorn, a sprig, a branch, a crossed pair."""
    if design == 0:
        p.swell(points((50, 98), (50, 88)), 3, 2)
        p.leaf((50, 90), -90, 84, "oak", "veins")
    elif design == 1:
        p.leaf((42, 78), -58, 76, "oak", "half")
        p.swell(smooth(points((30, 96), (36, 86), (44, 76))), 2.6, 1.6)
        p.swell(smooth(points((38, 84), (52, 84), (60, 78))), 1.6, 1)
        _acorn(p, (60, 78), 24, 24)
    elif design == 2:
        stem = smooth(points((50, 97), (48, 70), (52, 48)))
        p.swell(stem, 3, 1.4)
        for angle in (-150, -30, -90):
            p.leaf((51, 54), angle, 46, "oak", "veins")
        _acorn(p, (50, 66), 40, 18)
        _acorn(p, (50, 68), 140, 18)
    elif design == 3:
        p.width, p.height = 140, 70
        stem = smooth(points((4, 52), (40, 36), (80, 44), (126, 26)))
        p.swell(stem, 3.4, 1.2)
        for k, (at, angle) in enumerate(along(stem, 6, 0.16, 1)):
            p.leaf(at, angle + (48 if k % 2 else -52), 34, "oak", "rib")
        _acorn(p, (62, 42), 80, 18)
        _acorn(p, (34, 38), 70, 18)
    elif design == 4:
        for side in (-1, 1):
            p.swell(smooth(points((50 - side * 22, 96), (50, 80), (50 + side * 20, 56))), 2.6, 1.2)
            for a, length in ((-90 + side * 14, 46), (-90 + side * 78, 36)):
                p.leaf((50 + side * 12, 66), a, length, "oak", "solid")
        _acorn(p, (50, 62), 90, 22)
    else:
        for a in (-140, -40):
            p.leaf((50, 58), a, 52, "oak", "hatch")
        for x, a in ((36, 100), (64, 80)):
            p.swell(smooth(points((50, 58), (x, 62), (x, 70))), 1.8, 1.2)
            _acorn(p, (x, 70), a, 24, solid=True)
        p.dot((50, 58), 3, PAPER, LINE)


def thistle(p: Plate, design: int) -> None:
    """Thistles: a bulb in scales under a tuft, with spiny leaves."""

    def head(x, y, r, cut):
        for k in range(15):
            a = -90 + (k - 7) * 6.4
            p.swell(place(points((0, 0), (r * (2.1 - 0.04 * abs(k - 7)), 0)), (x, y), a), 1.6, 0.5)
        bulb = smooth(
            points(
                (0, r),
                (r * 0.86, r * 0.5),
                (r * 0.8, -r * 0.35),
                (r * 0.5, -r * 0.7),
                (-r * 0.5, -r * 0.7),
                (-r * 0.8, -r * 0.35),
                (-r * 0.86, r * 0.5),
            ),
            closed=True,
        )
        p.shape(place(bulb, (x, y), 0), LINE, INK if cut == "solid" else PAPER)
        if cut == "lattice":
            for degrees in (38, -38):
                p.hatch(place(bulb, (x, y), 0), degrees, r * 0.24)
        if cut == "scales":
            for row in range(4):
                for k in range(-2, 3):
                    spot = (x + (k + 0.5 * (row % 2)) * r * 0.34, y + r * (-0.4 + 0.34 * row))
                    if abs(spot[0] - x) < r * (0.72 - 0.1 * row):
                        p.leaf(spot, -90, r * 0.38, "bay", "plain", 1.6)

    stem = smooth(points((50, 98), (51, 74), (50, 50)))
    if design in (0, 1, 2):
        p.swell(stem, 2.6, 1.8)
        cut = ("veins", "solid", "rib")[design]
        for side in (-1, 1):
            p.leaf((50, 90), -90 + side * (44, 60, 52)[design], (46, 40, 50)[design], "acanthus", cut, 0.9)
        if design == 2:
            for side in (-1, 1):
                p.swell(smooth(points((50, 78), (50 + side * 12, 64), (50 + side * 25, 50))), 1.8, 1.2)
                head(50 + side * 26, 44, 8, "solid")
            head(50, 34, 12, "lattice")
        else:
            head(50, 40, 18, ("scales", "lattice")[design])
    elif design == 3:
        p.swell(smooth(points((18, 97), (42, 78), (55, 50))), 2.6, 1.6)
        for t, a in (((28, 90), -10), ((38, 82), -150), ((44, 70), 10)):
            p.leaf(t, a, 34, "acanthus", "half", 0.9)
        head(56, 36, 15, "scales")
    else:
        for side in (-1, 1):
            p.leaf((50, 74), -90 + side * 74, 44, "acanthus", "rib", 1.1)
            p.leaf((50, 74), 90 - side * 52, 26, "acanthus", "rib", 1.1)
        head(50, 50, 22, "lattice")


def lily_of_the_valley(p: Plate, design: int) -> None:
    """A bent stem of small bells between broad leaves."""
    stems = (
        [smooth(points((50, 97), (46, 60), (54, 24), (78, 14)))],
        [
            smooth(points((52, 97), (58, 60), (48, 26), (24, 12))),
            smooth(points((52, 97), (60, 66), (74, 42), (90, 36))),
        ],
        [smooth(points((30, 97), (34, 56), (52, 20), (88, 20)))],
        [
            smooth(points((50, 97), (50, 50), (40, 20), (20, 18))),
            smooth(points((50, 97), (50, 50), (60, 20), (80, 18))),
        ],
    )[design]
    cut = ("veins", "hatch", "half", "rib")[design]
    for side, lean in ((-1, 30), (1, 26)) if design != 2 else ((1, 30), (-1, 6)):
        p.leaf((50 if design != 2 else 30, 97), -90 + side * lean, 78 - 10 * (side > 0), "round", cut, 0.42)
    for stem in stems:
        p.swell(stem, 1.8, 0.8)
        for k, (at, _) in enumerate(along(stem, 6, 0.45, 0.98)):
            s = 7 - 0.5 * k
            bell = smooth(
                points(
                    (0, 0),
                    (-0.6, 0.3),
                    (-0.62, 0.95),
                    (-0.95, 1.25),
                    (-0.35, 1.15),
                    (0, 1.4),
                    (0.35, 1.15),
                    (0.95, 1.25),
                    (0.62, 0.95),
                    (0.6, 0.3),
                    (0, 0),
                )
            )
            x = at[0] + (3 if k % 2 else -2)
            p.line(smooth(points(at, (x, at[1] + 1.5), (x, at[1] + 4))), FINE)
            p.shape(bell * s + (x, at[1] + 4), FINE if design != 1 else BOLD / 2)
