"""Engraving: line art in, what a wheel, a diamond point, acid or sand leaves on the glass out.

Everything works in the picture's own pixels on ink already laid on the curved surface, so that lines stay
crisp. The art is read by its distance transform: thin strokes become cuts, filled shapes and the cells
that outlines enclose become relief, and hatching runs over the relief as lines do on a banknote.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

F32 = NDArray[np.float32]

TECHNIQUES = ("wheel", "diamond point", "acid", "sandblast")
LIGHT = np.array([-0.55, -0.62, 0.56], np.float32)  # towards the lamp: left, up (rows grow downwards), out


@dataclass(frozen=True)
class Cut:
    """What one engraving does to the light, (H, W) each.

    alpha: how much matt white covers the clear glass, in [0, 1]. tone: how bright that white is, about 1.
    shade: how much the clear glass beside a cut is darkened, in [0, 1].
    """

    alpha: F32
    tone: F32
    shade: F32


@dataclass(frozen=True)
class Reading:
    """Line art understood: (H, W) masks and distances, px."""

    solid: F32  # ink coverage
    fat: NDArray[np.bool_]  # ink too broad to be a stroke
    inside: NDArray[np.bool_]  # clear glass that outlines enclose
    depth: F32  # distance to the edge of the own cell or filled shape
    cell: NDArray[np.int32]  # number of the cell or filled shape, 0 elsewhere


def smooth(x: F32, lo: float, hi: float) -> F32:
    """Hermite step: 0 at lo and below, 1 at hi and above."""
    t = np.clip((x - lo) * (1.0 / (hi - lo)), 0, 1)
    return t * t * (3 - 2 * t)


def read_art(ink: F32, side: float) -> Reading:
    """Tell strokes, filled shapes and enclosed cells apart. ink: (H, W) in [0, 1]; side: motif size, px."""
    mask = ink > 0.45
    d_in = ndimage.distance_transform_edt(mask).astype(np.float32)
    d_out = ndimage.distance_transform_edt(~mask).astype(np.float32)
    broad = 0.036 * side
    core = d_in > broad
    fat = mask & (ndimage.distance_transform_edt(~core) < broad + 1.5) if core.any() else np.zeros_like(mask)
    for gap in (0.008 * side + 1, 0.04 * side):  # an outline that does not close gets its gaps bridged
        rooms, n = ndimage.label(d_out > gap)
        border = np.unique(np.r_[rooms[0], rooms[-1], rooms[:, 0], rooms[:, -1]])
        outer = np.isin(rooms, border[border > 0])
        inside = ~mask & (ndimage.distance_transform_edt(~outer) > gap + 0.5)
        if np.mean(inside | fat) > 0.12:
            break
    size = np.bincount(rooms.ravel(), minlength=n + 1).astype(float)
    size[0] = 0
    size[border] = 0
    near = (d_out > gap) & (d_out < gap + 3)
    share = ndimage.uniform_filter(fat.astype(np.float32), int(0.04 * side) | 1)
    ink_near = ndimage.uniform_filter(mask.astype(np.float32), int(0.04 * side) | 1)
    total = np.bincount(rooms[near], weights=ink_near[near], minlength=n + 1)
    fatness = np.bincount(rooms[near], weights=share[near], minlength=n + 1) / np.maximum(total, 1e-6)
    clear = fatness > 0.45  # a hole in a silhouette is a detail of the drawing, not a body
    clear |= (size > 0.42 * size.sum()) & (np.sum(size > 0.004 * side * side) > 7)  # the middle of a wreath
    inside &= ~clear[rooms]
    blobs, _ = ndimage.label(fat)
    cell = np.where(fat, blobs + n + 1, np.where(inside, rooms, 0)).astype(np.int32)
    depth = np.where(fat, d_in, np.where(inside, d_out, 0)).astype(np.float32)
    return Reading(ink, fat, inside, depth, cell)


def _relief(height: F32, strength: float) -> F32:
    """Brightness of a relief under LIGHT, 1 on flat ground."""
    gy, gx = np.gradient(height * strength)
    return (LIGHT[2] - gx * LIGHT[0] - gy * LIGHT[1]) / np.sqrt(1 + gx * gx + gy * gy) / LIGHT[2]


def _hatch(u: F32, v: F32, height: F32, cell: NDArray[np.int32], period: float, turn: float) -> F32:
    """Parallel lines bent by the relief, (H, W) in [0, 1], 1 on a line; each cell has its own direction."""
    angle = turn + np.array([0.0, 0.55, -0.5, 1.05, 0.25], np.float32)[cell % 5]
    phase = (u * np.cos(angle) + v * np.sin(angle) + height) * np.float32(2 * np.pi / period)
    return 0.5 + 0.5 * np.cos(phase)


def engrave(ink: F32, u: F32, v: F32, technique: str, side: float, rng: Generator) -> Cut:
    """Engrave line art.

    ink: (H, W) in [0, 1] as it lies in the picture; u, v: (H, W) position on the surface, px, rightwards
    and downwards; side: size of the motif, px. ValueError on an unknown technique.
    """
    if technique not in TECHNIQUES:
        raise ValueError(f"unknown technique {technique!r}; one of {', '.join(TECHNIQUES)}")
    art = read_art(ink, side)
    body = (art.fat | art.inside).astype(np.float32)
    reach = 0.085 * side
    t = np.clip(art.depth / reach, 0, 1)
    pillow = np.sqrt(1 - (1 - t) ** 2) * body
    height = ndimage.gaussian_filter(pillow, 0.008 * side) * reach * 0.55
    line = smooth(ink, 0.28, 0.72)
    stroke = line * (1 - ndimage.gaussian_filter(art.fat.astype(np.float32), 1.0))
    groove = ndimage.gaussian_filter(ink, 1.3)
    near = np.exp(-art.depth / (0.045 * side))  # strong at the edges of a body, fading inwards
    fat = ndimage.gaussian_filter(art.fat.astype(np.float32), 0.8) * line
    cellf = ndimage.gaussian_filter(art.inside.astype(np.float32), 0.8) * (1 - line)
    light = np.clip(_relief(height, 0.9), 0.25, 1.7)
    bevel = np.clip(_relief(groove, 2.2), 0.45, 1.5)
    turn = rng.uniform(0.5, 1.0) * rng.choice([-1, 1])
    grain = rng.standard_normal(ink.shape, dtype=np.float32)
    shade = 0.35 * smooth(ndimage.gaussian_filter(ink, 3.0), 0.02, 0.6)
    if technique == "wheel":
        ridge = _hatch(u, v, height, art.cell, 7.0, turn)
        matt = 0.5 + 0.5 * smooth(ridge, 0.15, 0.85)
        a_fat = (0.5 + 0.28 * near + 0.22 * (light - 1)) * (0.62 + 0.38 * matt)
        a_cell = (0.13 + 0.5 * near + 0.28 * (light - 1)) * matt
        alpha = np.maximum(0.94 * stroke, fat * a_fat + cellf * a_cell)
        rim = fat * np.exp(-((art.depth - 1.5) ** 2) / 4)
        alpha = np.maximum(alpha, 0.8 * rim)
        tone = light * (1 - stroke) + bevel * stroke
        return Cut(alpha, tone + 0.02 * grain, shade)
    if technique == "diamond point":
        density = np.clip(0.25 + 0.55 * near + 0.45 * (1 - light) + 0.25 * fat, 0.08, 0.95)
        one = _hatch(u, v, height, art.cell, 5.2, turn)
        two = _hatch(u, v, height * 0.6, art.cell, 5.8, turn + 1.25)
        lines = smooth(one, 0.86 - 0.62 * density, 1.12 - 0.62 * density)
        cross = smooth(two, 0.9, 1.05) if False else smooth(two - (0.95 - 0.5 * density), 0.0, 0.25)
        dots = smooth(ndimage.gaussian_filter(grain, 0.9) * 2.2 + density * 1.1, 1.1, 1.7)
        web = np.clip(lines * 0.8 + cross * 0.5 * smooth(density, 0.45, 0.8) + 0.5 * dots, 0, 1)
        edge = np.exp(-((art.depth - 1.0) ** 2) / 3) * fat
        alpha = np.maximum.reduce(
            [0.96 * stroke * (0.78 + 0.22 * one), (fat + 0.8 * cellf) * web * 0.85, 0.95 * edge]
        )
        return Cut(alpha + 0.1 * fat, 0.92 + 0.14 * bevel * stroke + 0.03 * grain, 0.5 * shade)
    cloud = ndimage.gaussian_filter(grain, 7.0) * 7
    if technique == "acid":
        alpha = np.maximum.reduce(
            [0.95 * stroke, fat * (0.72 + 0.2 * near), cellf * (0.26 + 0.16 * near + 0.03 * cloud)]
        )
        rim = fat * np.exp(-((art.depth - 1.2) ** 2) / 2)
        alpha = np.maximum(alpha, 0.95 * rim)
        return Cut(alpha, 0.95 + 0.18 * (light - 1) + 0.02 * cloud + 0.015 * grain, 0.4 * shade)
    speck = ndimage.gaussian_filter(grain, 0.7) * 1.7
    halo = ndimage.gaussian_filter(ink, 0.022 * side)
    soft = ndimage.gaussian_filter(line, 1.0)
    alpha = np.maximum.reduce(
        [0.95 * soft * (1 - 0.15 * fat), cellf * (0.22 + 0.3 * near + 0.3 * (light - 1)), 0.22 * halo]
    )
    alpha = alpha * (1 + 0.13 * speck)
    deep = np.clip(_relief(height, 1.5), 0.2, 1.7)
    return Cut(alpha, deep * (1 - stroke) + bevel * stroke + 0.05 * speck, shade)


def band(style: str, phi: F32, v: F32, period: float, rng: Generator) -> F32:
    """A border around the glass, (H, W) in [0, 1]. phi: angle, rad; v: px below the band's middle.

    period: px in one unit of the pattern's height; a band is about 2 high.
    """
    y = v / period
    line = lambda at, wide=0.11: 1 - smooth(np.abs(y - at), wide * 0.5, wide * 1.5 + 0.02)  # noqa: E731
    n = int(rng.integers(26, 40))
    q = phi * n / (2 * np.pi)
    s = q - np.floor(q) - 0.5  # [-.5, .5] in one repeat
    disc = lambda cx, cy, rad: 1 - smooth(np.hypot((s - cx) * 2.2, y - cy), rad - 0.13, rad + 0.13)  # noqa: E731
    if style in ("Baroque", "Renaissance"):
        leaf = 1 - smooth(np.abs(y) - 0.62 * np.cos(np.pi * s) ** 2 * (0.6 + 0.4 * np.sign(s)), -0.02, 0.14)
        return np.maximum.reduce([line(-0.95), line(0.95), leaf * 0.8])
    if style == "Rococo":
        wave = 1 - smooth(np.abs(y - 0.45 * np.sin(2 * np.pi * s)), 0.06, 0.24)
        return np.maximum.reduce([line(-0.9, 0.08), wave, disc(0.25, -0.2, 0.2), disc(-0.25, 0.2, 0.2)])
    if style == "Empire":
        key = np.maximum.reduce([
            (np.abs(s) < 0.5) * line(-0.5), line(0.5) * (s < 0.2), line(0.0) * (np.abs(s) < 0.22),
            (1 - smooth(np.abs(s + 0.4) * 2.2, 0.07, 0.2)) * (np.abs(y) < 0.55),
            (1 - smooth(np.abs(s - 0.22) * 2.2, 0.07, 0.2)) * (y > -0.05) * (y < 0.55),
        ])  # fmt: skip
        return np.maximum.reduce([key, line(-0.95, 0.08), line(0.95, 0.08)])
    if style == "Biedermeier":
        return np.maximum.reduce([line(-0.7, 0.14), line(0.7, 0.08), disc(0, 0, 0.3)])
    if style == "Art Nouveau":
        whip = 1 - smooth(np.abs(y - 0.6 * np.sin(np.pi * (q / 2 % 2))), 0.05, 0.2)
        return np.maximum(whip, line(-0.95, 0.07))
    if style == "Art Deco":
        rays = (1 - smooth(np.abs(np.abs(s) - 0.25 * (y + 1)) * 2.2, 0.05, 0.2)) * (np.abs(y) < 0.9)
        return np.maximum.reduce([rays, line(-1.0), line(0.95), line(1.25, 0.06)])
    return np.maximum(line(-0.3, 0.08), line(0.3, 0.16)) if style == "Victorian" else line(0.0, 0.1)
