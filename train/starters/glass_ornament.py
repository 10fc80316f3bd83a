"""What a period adds to a glass beside its motif: a border below the lip, facets near the base, gilding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from train.starters.glass_light import smooth

F32 = NDArray[np.float32]

STYLES = (
    "Renaissance", "Baroque", "Rococo", "Empire", "Biedermeier",
    "Victorian", "Art Nouveau", "Art Deco", "Modern",
)  # fmt: skip


@dataclass(frozen=True)
class Ornament:
    """How one glass is decorated."""

    style: str
    border: bool  # a border below the lip
    repeats: int  # units of the border around the glass
    facets: int  # flutes cut around the base, 0 for none
    gilt: bool  # gold on the lip


def choose_ornament(style: str, rng: Generator) -> Ornament:
    """Draw a decoration that suits a style. ValueError on an unknown one."""
    if style not in STYLES:
        raise ValueError(f"unknown style {style!r}; one of {', '.join(STYLES)}")
    border = rng.random() < {"Modern": 0.25, "Renaissance": 0.6}.get(style, 0.75)
    cut = {
        "Empire": 0.6,
        "Biedermeier": 0.8,
        "Victorian": 0.7,
        "Art Deco": 0.7,
        "Baroque": 0.45,
        "Modern": 0.15,
    }
    facets = int(rng.choice([8, 10, 12, 16])) if rng.random() < cut.get(style, 0.1) else 0
    gilt = rng.random() < {"Baroque": 0.3, "Rococo": 0.45, "Empire": 0.3, "Renaissance": 0.3}.get(style, 0.06)
    return Ornament(style, bool(border), int(rng.integers(26, 38)), facets, bool(gilt))


def border(plan: Ornament, phi: F32, y: F32) -> F32:
    """A border around the glass, (H, W) in [0, 1].

    phi: (H, W) angle about the axis, rad; y: height above its middle, in half border heights.
    """
    style, n = plan.style, plan.repeats
    q = phi * n / (2 * np.pi)
    s = q - np.floor(q) - 0.5  # [-0.5, 0.5] in one repeat

    def line(at: float | F32, wide: float) -> F32:
        return 1 - smooth(np.abs(y - at), wide * 0.5, wide * 0.5 + 0.2)

    def disc(cx: float, cy: float, radius: float) -> F32:
        return 1 - smooth(np.hypot((s - cx) * 2.4, y - cy), radius - 0.1, radius + 0.12)

    if style == "Renaissance":
        return np.maximum.reduce([line(0.9, 0.1), line(-0.9, 0.1), line(1.6 * np.abs(s) * 2 - 0.8, 0.16)])
    if style == "Baroque":
        leaf = 1 - smooth(np.abs(y + 0.1) - 0.7 * np.cos(np.pi * s) ** 2, -0.05, 0.15)
        vein = smooth(np.abs(s), 0.02, 0.07)
        return np.maximum.reduce([line(0.95, 0.12), line(-0.95, 0.06), 0.8 * leaf * vein])
    if style == "Rococo":
        wave = line(0.45 * np.sin(2 * np.pi * s), 0.1)
        return np.maximum.reduce([line(0.95, 0.06), wave, disc(0.25, -0.25, 0.22), disc(-0.25, 0.25, 0.22)])
    if style == "Empire":
        arch = 1 - smooth(np.abs(np.hypot(s * 2.1, y + 0.7) - 0.9), 0.05, 0.2)
        return np.maximum.reduce([arch * (y > -0.7), line(0.95, 0.08), line(-0.8, 0.1), disc(0, -0.35, 0.2)])
    if style == "Biedermeier":
        return np.maximum.reduce([line(0.75, 0.12), line(-0.75, 0.12), disc(0, 0, 0.3)])
    if style == "Victorian":
        star = 1 - smooth(np.abs(s * 2.4) ** 0.6 + np.abs(y) ** 0.6 - 0.75, -0.08, 0.12)
        return np.maximum.reduce([line(0.95, 0.06), line(-0.95, 0.06), star])
    if style == "Art Nouveau":
        t = q / 2 - np.floor(q / 2)
        whip = line(0.65 * np.sin(2 * np.pi * t), 0.12)
        bud = 1 - smooth(np.hypot((t - 0.25) * 5, y + 0.3), 0.2, 0.4)
        return np.maximum.reduce([whip, bud, line(0.98, 0.05)])
    if style == "Art Deco":
        step = np.floor(np.abs(s) * 5.99) / 3  # 0, 1/3, 2/3
        stair = smooth(y, -0.9, -0.8) * (1 - smooth(y, 0.55 - 1.2 * step, 0.65 - 1.2 * step))
        gap = smooth(np.abs(np.abs(s) * 6 - np.round(np.abs(s) * 6)), 0.05, 0.2)
        return np.maximum.reduce([0.85 * stair * gap, line(0.95, 0.1), line(-0.98, 0.08)])
    return np.maximum(line(0.2, 0.25), line(-0.5, 0.08))


def flutes(plan: Ornament, u: F32, w: F32, h: F32, zone: tuple[float, float]) -> tuple[F32, F32, F32]:
    """Turn the normals of a faceted base.

    u, w: (N,) sine and cosine of the angle about the axis; h: (N,) height; zone: heights the flutes span.
    Returns u and w as the facets have them, and (N,) in [0, 1] on the ridges between facets.
    """
    phi = np.arctan2(u, w)
    step = 2 * np.pi / plan.facets
    k = np.round(phi / step)
    t = phi / step - k  # [-0.5, 0.5] across one facet
    lo, hi = zone
    top = hi - (hi - lo) * 0.4 * (2 * t) ** 2 - h  # an arched end
    on = smooth(top, 0, 0.012 * (hi - lo) + 1e-6) * (h > lo)
    turned = phi + on * (k * step + 0.22 * (phi - k * step) - phi)
    ridge = on * smooth(np.abs(t), 0.455, 0.49) + (h > lo) * np.exp(-((top / (0.02 * (hi - lo))) ** 2))
    return np.sin(turned), np.cos(turned), np.clip(ridge, 0, 1)
