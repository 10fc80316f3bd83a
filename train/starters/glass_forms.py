"""Forms of glass: the profile curve of each, with what an engraver needs to know about it.

A curve runs up the outside in (radius, height), both in units of the glass's own height; `glass_trace`
turns it about its axis.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

FORMS = (
    "goblet", "wine glass", "flute", "coupe", "tumbler", "beaker", "decanter", "carafe", "bowl", "vase",
    "rummer", "tankard", "covered goblet", "plate",
)  # fmt: skip
VARIANTS = 5  # shapes of each form


@dataclass(frozen=True)
class Form:
    """One glass. Lengths are fractions of its height."""

    outer: tuple[tuple[float, float], ...]  # (radius, height) up the outside, from the axis to the lip
    wall: float  # thickness at the lip
    floor: float  # height of the cavity's lowest point
    zone: tuple[float, float]  # heights between which the main motif may lie
    tilt: float  # degrees the camera looks down
    lip: float = 1.0  # height of the lip; what rises above it is a stopper or a cover
    cap: float = 0.1  # height over which the cavity rounds in to its floor
    cuts: tuple[float, float] | None = None  # heights between which facets may be cut
    handle: tuple[tuple[float, float], ...] = ()  # (x, height) of a handle's centre line
    flat: bool = False  # engraved on its floor, not on its wall


def _foot(r: float, rise: float, stem: float) -> list[tuple[float, float]]:
    return [
        (0, 0),
        (r, 0),
        (r * 1.004, 0.008),
        (r * 0.93, 0.017),
        (r * 0.45, 0.03),
        (stem * 1.25, 0.03 + rise),
    ]


def _stem(rng: Generator, lo: float, hi: float, r: float, fat: float) -> list[tuple[float, float]]:
    """A stem between two heights: plain, with a ball knop, a baluster, or a stack of rings."""
    at = lambda t: lo + (hi - lo) * t  # noqa: E731
    kind = int(rng.integers(4)) if fat > 0 else 0
    if kind == 0:
        return [(r, at(0.1)), (r * 0.92, at(0.5)), (r, at(0.9))]
    if kind == 1:
        m = rng.uniform(0.45, 0.62)
        return [(r, at(0.1)), (r, at(m - 0.2)), (r + fat, at(m)), (r, at(m + 0.2)), (r * 1.1, at(0.92))]
    if kind == 2:
        return [
            (r * 1.1, at(0.05)),
            (r * 0.8, at(0.2)),
            (r * 0.95, at(0.4)),
            (r + fat * 1.1, at(0.78)),
            (r, at(0.97)),
        ]
    rings = [(r, at(0.08)), (r, at(0.25))]
    for m, f in ((0.36, 0.7), (0.56, 1.15), (0.76, 0.7)):
        rings += [(r + fat * f, at(m)), (r, at(m + 0.1))]
    return rings


def make_form(name: str, variant: int) -> Form:
    """The form of a name; variant: any integer, the same one gives the same glass. ValueError if unknown."""
    if name not in FORMS:
        raise ValueError(f"unknown glass form {name!r}; one of {', '.join(FORMS)}")
    rng = np.random.default_rng([zlib.crc32(name.encode()), variant % VARIANTS])
    j = lambda x, by=0.06: x * rng.uniform(1 - by, 1 + by)  # noqa: E731
    tilt = rng.uniform(8, 12)
    if name in ("goblet", "covered goblet"):
        lid = name == "covered goblet"
        stem, s0, s1 = 0.032, 0.07, j(0.31 if not lid else 0.21)
        top, b = (0.78, j(0.255)) if lid else (1.0, j(0.31))
        flare = rng.uniform(0.9, 1.06)
        up = lambda t: s1 + (top - s1) * t  # noqa: E731
        pts = _foot(j(0.27 if not lid else 0.22), 0.03, stem) + _stem(rng, s0, s1, stem, 0.04)
        pts += [
            (stem * 1.9, up(0.015)),
            (b * 0.62, up(0.09)),
            (b * 0.92, up(0.26)),
            (b, up(0.5)),
            (b * flare, up(0.98)),
        ]
        pts += [(b * flare, up(1.0))]
        if lid:
            e = b * flare
            pts += [
                (e * 1.07, 0.784),
                (e * 1.07, 0.797),
                (e * 0.93, 0.81),
                (e * 0.72, 0.84),
                (e * 0.3, 0.885),
            ]
            pts += [(0.022, 0.912), (0.035, 0.926), (0.018, 0.938), (0.046, 0.967), (0.03, 0.99), (0, 1.0)]
        return Form(tuple(pts), 0.016, s1 + 0.035, (up(0.1), up(0.94)), tilt, top, 0.12, (s1, up(0.2)))
    if name == "wine glass":
        s1, b = j(0.40), j(0.29)
        close = rng.uniform(0.78, 0.97)
        pts = _foot(j(0.27), 0.05, 0.02) + _stem(rng, 0.09, s1, 0.02, rng.choice([0.0, 0.02]))
        pts += [
            (0.032, s1 + 0.01),
            (b * 0.6, s1 + 0.06),
            (b * 0.93, s1 + 0.16),
            (b, s1 + 0.27),
            (b * close, 1.0),
        ]
        return Form(tuple(pts), 0.011, s1 + 0.025, (s1 + 0.08, 0.97), tilt, cap=0.11, cuts=(s1, s1 + 0.13))
    if name == "flute":
        s1, b = j(0.25), j(0.185)
        pts = _foot(j(0.19), 0.03, 0.022) + _stem(rng, 0.06, s1, 0.022, 0.022)
        pts += [
            (0.04, s1 + 0.012),
            (b * 0.62, s1 + 0.08),
            (b * 0.9, s1 + 0.25),
            (b, s1 + 0.48),
            (b * j(1.03), 1.0),
        ]
        return Form(tuple(pts), 0.011, s1 + 0.045, (s1 + 0.16, 0.96), tilt - 1, cap=0.15, cuts=(s1, s1 + 0.2))
    if name == "coupe":
        s1, b = j(0.42), j(0.5)
        pts = _foot(j(0.31), 0.04, 0.026) + _stem(rng, 0.08, s1, 0.026, 0.03)
        pts += [
            (0.05, s1 + 0.015),
            (b * 0.62, s1 + 0.09),
            (b * 0.9, s1 + 0.25),
            (b, s1 + 0.46),
            (b * j(1.0, 0.03), 1.0),
        ]
        return Form(tuple(pts), 0.013, s1 + 0.035, (s1 + 0.1, 0.97), tilt - 2, cap=0.14, cuts=(s1, s1 + 0.14))
    if name == "tumbler":
        b, t = j(0.36), j(0.40)
        pts = [(0, 0), (b * 0.97, 0), (b, 0.02), (b + (t - b) * 0.5, 0.5), (t, 1.0)]
        return Form(tuple(pts), 0.024, j(0.12), (0.2, 0.93), tilt + 1, cap=0.06, cuts=(0.02, 0.2))
    if name == "beaker":
        b, w, t = j(0.31), j(0.285), j(0.37)
        pts = [
            (0, 0),
            (b * 1.12, 0),
            (b * 1.14, 0.03),
            (b * 1.08, 0.075),
            (b, 0.1),
            (w, 0.4),
            (w * 1.08, 0.75),
            (t, 1.0),
        ]
        return Form(tuple(pts), 0.02, 0.13, (0.17, 0.9), tilt, cap=0.07, cuts=(0.1, 0.2))
    if name == "decanter":
        b, sh = j(0.36), j(0.54)
        low = b * rng.uniform(0.82, 1.06)
        pts = [
            (0, 0),
            (low * 0.97, 0),
            (low, 0.02),
            (b, sh * 0.6),
            (b * 0.98, sh * 0.88),
            (b * 0.6, sh + 0.08),
        ]
        pts += [(0.1, sh + 0.14), (0.08, sh + 0.19), (0.08, 0.8), (0.14, 0.825), (0.14, 0.837), (0.06, 0.845)]
        pts += [(0.05, 0.86), (0.09, 0.885), (0.108, 0.92), (0.085, 0.967), (0.03, 0.996), (0, 1.0)]
        return Form(tuple(pts), 0.016, 0.07, (0.09, sh * 0.99), tilt, 0.83, 0.05, (sh + 0.08, 0.78))
    if name == "carafe":
        b, sh = j(0.33), j(0.3)
        pts = [
            (0, 0),
            (b * 0.72, 0),
            (b * 0.76, 0.015),
            (b * 0.97, sh * 0.55),
            (b, sh),
            (b * 0.92, sh + 0.14),
        ]
        pts += [(b * 0.62, sh + 0.28), (0.1, sh + 0.42), (0.088, 0.84), (0.105, 0.93), (0.15, 1.0)]
        return Form(tuple(pts), 0.014, 0.05, (0.07, sh + 0.27), tilt, cap=0.06, cuts=(0.78, 0.92))
    if name == "bowl":
        b, f = j(0.72), j(0.34)
        pts = [
            (0, 0),
            (f, 0),
            (f * 1.02, 0.03),
            (f * 0.86, 0.07),
            (f * 0.84, 0.1),
            (b * 0.72, 0.22),
            (b * 0.94, 0.48),
        ]
        pts += [(b, 0.75), (b * j(1.01, 0.03), 1.0)]
        return Form(tuple(pts), 0.028, 0.16, (0.2, 0.92), tilt + 3, cap=0.2, cuts=(0.11, 0.3))
    if name == "vase":
        b, n, w = j(0.29), j(0.17), rng.uniform(0.5, 0.62)
        pts = [
            (0, 0),
            (b * 0.62, 0),
            (b * 0.64, 0.02),
            (b * 0.56, 0.05),
            (b * 0.66, 0.15),
            (b * 0.95, w - 0.17),
            (b, w),
        ]
        pts += [(b * 0.9, w + 0.15), (n, 0.87), (n * 1.02, 0.92), (n * 1.4, 1.0)]
        return Form(tuple(pts), 0.016, 0.08, (0.17, w + 0.2), tilt, cap=0.08, cuts=(0.06, 0.2))
    if name == "rummer":
        s1, b, t = j(0.27), j(0.31), j(0.35)
        pts = _foot(j(0.26), 0.04, 0.05) + _stem(rng, 0.08, s1, 0.05, 0.03)
        pts += [
            (0.075, s1 + 0.012),
            (b * 0.78, s1 + 0.06),
            (b * 0.96, s1 + 0.13),
            (b + (t - b) * 0.4, s1 + 0.4),
            (t, 1.0),
        ]
        return Form(tuple(pts), 0.02, s1 + 0.05, (s1 + 0.11, 0.95), tilt, cap=0.08, cuts=(s1, s1 + 0.17))
    if name == "tankard":
        b, t = j(0.36), j(0.33)
        pts = [
            (0, 0),
            (b * 1.06, 0),
            (b * 1.08, 0.025),
            (b * 1.02, 0.065),
            (b, 0.09),
            (b * 0.98, 0.4),
            (t, 1.0),
        ]
        c = np.linspace(0, 1, 60)
        out = t * 0.95 + 0.25 * np.sin(np.pi * c) ** 0.62 * (1.1 - 0.3 * c)
        handle = tuple(zip(out.tolist(), (0.86 - 0.62 * c + 0.04 * np.sin(np.pi * c)).tolist(), strict=True))
        return Form(tuple(pts), 0.022, 0.11, (0.15, 0.92), tilt, cap=0.05, cuts=(0.09, 0.24), handle=handle)
    b, w = j(1.0, 0.02), j(0.66)  # plate, in units of its radius
    pts = [(0, 0), (w * 0.8, 0), (w * 0.84, 0.012), (w, 0.03), (b * 0.97, 0.105), (b, 0.125)]
    return Form(tuple(pts), 0.03, 0.03, (0, 1), 52, 0.125, 0.05, flat=True)
