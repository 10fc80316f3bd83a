"""Initials as an engraver cuts them: seven hands for each letter, from our own strokes and no font.

letters.json holds the strokes: a capital of Roman build and a running one, each stroke straight ("l"),
smooth ("s") or smooth and closed ("c"), in a box one high, y down.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from train.starters.ornament_wreaths import bow
from train.starters.pen import (
    INK,
    LINE,
    PAPER,
    Curve,
    Plate,
    along,
    arc,
    place,
    points,
    shift,
    smooth,
    spiral,
)

STROKES: dict[str, dict[str, list]] = json.loads(
    Path(__file__).with_name("letters.json").read_text(encoding="utf-8")
)
NIB = -35.0  # degrees at which a broad pen is held


def _strokes(letter: str, alphabet: str, height: float = 90, slant: float = 0.0) -> list[Curve]:
    curves = []
    for kind, *knots in STROKES[alphabet][letter]:
        knots = np.asarray(knots, float)
        straight = kind == "l"
        curve = np.linspace(knots[0], knots[-1], 40) if straight else smooth(knots, 16, closed=kind == "c")
        curves.append(curve)
    low = np.min([curve.min(0) for curve in curves], 0)
    high = np.max([curve.max(0) for curve in curves], 0)
    shear = np.array([[1, 0], [-slant, 1]])
    middle = ((low + high) / 2) @ shear
    return [(curve @ shear - middle) * height + (50, 50) for curve in curves]


def _nib(curve: Curve, thick: float, thin: float) -> np.ndarray:
    """The width a broad pen gives along a curve: thin where it moves along its own edge."""
    d = np.gradient(curve, axis=0)
    direction = np.arctan2(d[:, 1], d[:, 0])
    return thin + (thick - thin) * np.abs(np.sin(direction - np.radians(NIB)))


def _pressed(curve: Curve, thick: float, thin: float) -> np.ndarray:
    """The width of a pointed pen: it opens on the way down."""
    d = np.gradient(curve, axis=0)
    down = np.clip(d[:, 1] / np.maximum(np.linalg.norm(d, axis=1), 1e-9), 0, 1)
    width = thin + (thick - thin) * down**1.5
    return np.convolve(np.pad(width, 4, mode="edge"), np.ones(9) / 9, mode="valid")


def _ends(curves: list[Curve]) -> list[tuple[np.ndarray, float, bool, bool]]:
    """Each end of each open stroke: where, its direction outward in degrees, if another stroke is there,
    and if it is a straight one."""
    found = []
    for k, curve in enumerate(curves):
        if np.linalg.norm(curve[0] - curve[-1]) < 1:
            continue
        for at, inner in ((curve[0], curve[3]), (curve[-1], curve[-4])):
            out = at - inner
            others = [other for j, other in enumerate(curves) if j != k]
            meets = any(np.linalg.norm(other - at, axis=1).min() < 4 for other in others)
            straight = bool(np.allclose(curve[len(curve) // 2], (curve[0] + curve[-1]) / 2, atol=2))
            found.append((at, float(np.degrees(np.arctan2(out[1], out[0]))), meets, straight))
    return found


def _serifs(p: Plate, curves: list[Curve], reach: float, width: float, ink: str = INK) -> None:
    for at, out, meets, straight in _ends(curves):
        rise = abs(np.sin(np.radians(out)))
        upright = rise > 0.97 or (straight and rise > 0.6)
        if upright and meets:
            if abs(np.cos(np.radians(out))) < 0.1:  # a stem under an arm: its serif only looks back
                p.line(points(at, shift(at, -reach * 0.9)), width, ink)
        elif upright:
            p.line(points(shift(at, -reach), shift(at, reach)), width, ink)
        elif not meets and rise < 0.3:
            lift = reach * (0.9 if at[1] < 70 else -0.9)
            p.line(points(at, shift(at, 0, lift)), width * 1.2, ink)


def _swash(p: Plate, curves: list[Curve]) -> None:
    """A flourish out of the first stroke's foot and one out of the last stroke's end."""
    ends = [at for at, *_ in _ends(curves)] or [curves[0][24], curves[0][88]]
    ends.sort(key=lambda at: at[1] * 2 + at[0])
    foot = min(ends, key=lambda at: at[0] - 1.5 * at[1])
    x, y = foot
    p.swell(
        smooth(points((x, y), (x - 14, y + 7), (x - 30, y + 1), (x - 27, y - 11), (x - 16, y - 6))),
        2.2,
        3,
        0.8,
    )
    x, y = ends[-1] if np.linalg.norm(ends[-1] - foot) > 8 else max(ends, key=lambda at: at[0] - at[1])
    lift = 1 if y > 60 else -1
    tail = points(
        (x, y), (x + 12, y + 7 * lift), (x + 28, y + 3 * lift), (x + 27, y - 8 * lift), (x + 17, y - 5 * lift)
    )
    p.swell(smooth(tail), 2.2, 3, 0.8)


def initial(letter: str, p: Plate, design: int) -> None:
    """Roman, open and shaded, swash italic, wreathed, beaded, running hand, foliate."""
    if design == 0:
        curves = _strokes(letter, "roman")
        for curve in curves:
            p.swell(curve, *_nib(curve, 11, 3.6))
        _serifs(p, curves, 9, 2.6)
    elif design == 1:
        curves = _strokes(letter, "roman")
        for step, width, ink in ((2.6, 12, INK), (0, 12, INK), (0, 8.4, PAPER)):
            for curve in curves:
                line = curve + np.array([step, step])
                p.line(line, width, ink)
                p.cuts[-1] = (
                    p.cuts[-1]
                    .replace('linecap="round"', 'linecap="square"')
                    .replace('linejoin="round"', 'linejoin="miter"')
                )
    elif design == 2:
        curves = _strokes(letter, "roman", 80, slant=0.28)
        for curve in curves:
            p.swell(curve, *_nib(curve, 8.5, 1.8))
        _swash(p, curves)
    elif design == 3:
        curves = [shift(curve, 0, -10) for curve in _strokes(letter, "roman", 66)]
        for curve in curves:
            p.swell(curve, *_nib(curve, 6, 2.2))
        _serifs(p, curves, 6, 1.8)
        cradle = Plate()
        branch = arc(50, 42, 48, 99, 192)
        cradle.swell(branch, 2, 0.8)
        for k, (at, angle) in enumerate(along(branch, 8, 0.04, 0.98)):
            for side in (-1, 1):
                cradle.leaf(at, angle + side * 40, 13 - 0.5 * k, "bay", "rib")
        cradle.mirror()
        p.cuts += cradle.cuts
        bow(p, 50, 90, 0.7)
    elif design == 4:
        curves = _strokes(letter, "roman")
        for curve in curves:
            length = np.linalg.norm(np.diff(curve, axis=0), axis=1).sum()
            for at, _ in along(curve, max(3, round(length / 7)), 0, 1):
                p.dot(at, 3, PAPER, LINE)
                p.dot(at, 0.9)
        for at, out, meets, _ in _ends(curves):
            if not meets:
                p.leaf(
                    at + 3 * np.array([np.cos(np.radians(out)), np.sin(np.radians(out))]),
                    out,
                    11,
                    "bay",
                    "half",
                    1.4,
                )
    elif design == 5:
        for curve in _strokes(letter, "script", 84, slant=0.2):
            p.swell(curve, *_pressed(curve, 6.4, 1.3))
    else:
        curves = _strokes(letter, "roman")
        for curve in curves:
            p.swell(curve, 3, 2)
            length = np.linalg.norm(np.diff(curve, axis=0), axis=1).sum()
            for k, (at, angle) in enumerate(along(curve, max(3, round(length / 11)), 0.06, 0.94)):
                p.leaf(at, angle + (52 if k % 2 else -52), 12, "bay", "rib", 1.3)
        for at, out, meets, _ in _ends(curves):
            if not meets:
                p.swell(place(spiral(4, 0, 5, 1, 180, 1.2), at, out), 2, 0.8)
