"""Engraving: line art in, what a wheel, a diamond point, acid or sand leaves on the glass out.

Everything works in the picture's own pixels on ink already laid on the curved surface, so that lines stay
crisp. The art is read by its distance transform: thin strokes become grooves, filled shapes and the cells
that outlines enclose become relief, and hatching runs over the relief as lines do on a banknote.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from train.starters.glass_light import smooth

F32 = NDArray[np.float32]

TECHNIQUES = ("wheel", "diamond point", "acid", "sandblast")
LIGHT = (-0.55, -0.62, 0.56)  # towards the lamp: left, up (rows grow downwards), out of the picture


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
    """Line art understood, (H, W) each; distances in px."""

    stroke: F32  # coverage by lines, broad ones narrowed to an engraver's cut
    valley: F32  # distance from the edge of a line towards its middle
    fat: F32  # coverage by ink too broad to be a line
    inside: F32  # coverage by clear glass that outlines enclose
    depth: F32  # distance to the edge of the own cell or filled shape, 0 elsewhere
    cell: NDArray[np.int32]  # number of the cell or filled shape


def _distance(mask: NDArray[np.bool_]) -> F32:
    return ndimage.distance_transform_edt(mask).astype(np.float32)


def _cells(
    mask: NDArray[np.bool_], away: F32, side: float, fat: NDArray[np.bool_]
) -> tuple[NDArray, NDArray, int]:
    """Glass that outlines enclose, (H, W) bool, with the number of each cell and how many there are."""
    for gap in (0.008 * side + 1, 0.04 * side):  # an outline that does not close gets its gaps bridged
        rooms, n = ndimage.label(away > gap)
        border = np.unique(np.r_[rooms[0], rooms[-1], rooms[:, 0], rooms[:, -1]])
        border = border[border > 0]
        inside = ~mask & (_distance(~np.isin(rooms, border)) > gap + 0.5)
        if np.sum(inside | fat) > 0.1 * side * side:
            break
    size = np.bincount(rooms.ravel(), minlength=n + 1).astype(float)
    size[0] = 0
    size[border] = 0
    rim = (away > gap) & (away < gap + 3)
    wide = int(0.04 * side) | 1
    ink_near = ndimage.uniform_filter(mask.astype(np.float32), wide)[rim]
    fat_near = ndimage.uniform_filter(fat.astype(np.float32), wide)[rim]
    total = np.bincount(rooms[rim], weights=ink_near, minlength=n + 1)
    fatness = np.bincount(rooms[rim], weights=fat_near, minlength=n + 1) / np.maximum(total, 1e-6)
    clear = fatness > 0.45  # a hole in a silhouette is a detail of the drawing, not a body
    clear |= (size > 0.42 * size.sum()) & (np.sum(size > 0.004 * side * side) > 7)  # the middle of a wreath
    return inside & ~clear[rooms], rooms, n


def read_art(ink: F32, side: float) -> Reading:
    """Tell lines, filled shapes and enclosed cells apart. ink: (H, W) in [0, 1]; side: motif size, px."""
    mask = ink > 0.45
    d_in, d_out = _distance(mask), _distance(~mask)
    broad = 0.036 * side
    core = d_in > broad
    fat = mask & (_distance(~core) < broad + 1.5) if core.any() else np.zeros_like(mask)
    inside, rooms, n = _cells(mask, d_out, side, fat)
    blobs, _ = ndimage.label(fat)
    cell = np.where(fat, blobs + n + 1, np.where(inside, rooms, 0)).astype(np.int32)
    depth = np.where(fat, d_in, np.where(inside, d_out, 0)).astype(np.float32)
    soft_fat = ndimage.gaussian_filter(fat.astype(np.float32), 1.0)
    ridge = mask & ~fat & (d_in >= ndimage.maximum_filter(d_in, 3))
    half = float(np.median(d_in[ridge])) if ridge.any() else 1.0
    trim = max(0.0, half - (0.011 * side + 0.2 * half)) if half > 2.5 else 0.0
    line = smooth(ink, 0.28, 0.72) if trim < 0.5 else smooth(d_in, trim, trim + 1.4)
    stroke = line * (1 - soft_fat)
    coverage = np.clip(soft_fat * 1.6, 0, 1) * smooth(ink, 0.28, 0.72)
    cells = ndimage.gaussian_filter(inside.astype(np.float32), 0.8)
    return Reading(stroke, np.maximum(d_in - trim, 0) * (stroke > 0), coverage, cells, depth, cell)


def _relief(height: F32) -> F32:
    """Brightness of a relief under LIGHT, 1 on flat ground. height: (H, W) px."""
    gy, gx = np.gradient(height)
    x, y, z = LIGHT
    return (z - gx * x - gy * y) / np.sqrt(1 + gx * gx + gy * gy) / z


def _hatch(u: F32, v: F32, height: F32, cell: NDArray[np.int32], period: float, turn: float) -> F32:
    """Parallel lines bent by the relief, (H, W) in [0, 1], 1 on a line; neighbours differ in direction."""
    angle = turn + np.array([0.0, 0.5, -0.45, 0.9, 0.25], np.float32)[cell % 5]
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
    body = np.maximum(art.fat, art.inside)
    reach = 0.11 * side
    t = np.clip(art.depth / reach, 0, 1)
    dome = np.sqrt(1 - (1 - t) ** 2) * (art.depth > 0)
    height = ndimage.gaussian_filter(dome, 0.011 * side) * reach * 0.36
    near = np.exp(-art.depth / (0.05 * side)) * body  # strong at the edges of a body, fading inwards
    rim = art.fat * np.exp(-((art.depth - 1.4) ** 2) / 3)  # the crisp edge of a filled shape
    light = np.clip(_relief(height), 0.3, 1.6)
    flank = np.clip(_relief(ndimage.gaussian_filter(-np.minimum(art.valley, 5), 0.9) * 0.5), 0.55, 1.35)
    turn = rng.uniform(0.5, 1.0) * rng.choice([-1, 1])
    grain = rng.standard_normal(ink.shape, dtype=np.float32)
    fine = ndimage.gaussian_filter(grain, 0.8) * 2.0
    cut = np.maximum(art.stroke, art.fat)
    shade = ndimage.gaussian_filter(np.maximum(cut, 0.4 * art.inside), 3.0)
    if technique == "wheel":
        matt = 0.55 + 0.45 * smooth(_hatch(u, v, height * 1.3, art.cell, 6.6, turn), 0.1, 0.9)
        solid = (0.36 + 0.42 * near + 0.4 * (light - 1)) * matt
        cell = np.clip(0.12 + 0.5 * near + 0.3 * (light - 1), 0.03, 1) * matt
        alpha = np.maximum.reduce([0.95 * art.stroke, art.fat * solid, art.inside * cell, 0.85 * rim])
        return Cut(alpha, light * (1 - art.stroke) + flank * art.stroke + 0.02 * fine, 0.5 * shade)
    if technique == "diamond point":
        want = np.clip(0.16 + 0.5 * near + 0.5 * (1 - light) + 0.2 * art.fat, 0.04, 0.95)
        one = _hatch(u, v, height * 1.2, art.cell, 5.0, turn)
        two = _hatch(u, v, height * 0.7, art.cell, 5.6, turn + 1.25)
        lines = smooth(one + 0.62 * want, 0.86, 1.12)
        cross = smooth(two + 0.5 * want, 0.98, 1.22) * smooth(want, 0.4, 0.7)
        dots = smooth(fine + 1.1 * want, 1.1, 1.6)
        web = np.clip(0.8 * lines + 0.5 * cross + 0.4 * dots, 0, 1)
        scratch = art.stroke * np.clip(0.84 + 0.16 * fine, 0.5, 1)
        alpha = np.maximum.reduce([0.96 * scratch, body * web * 0.82, 0.9 * rim, 0.2 * art.fat])
        return Cut(alpha, 0.96 + 0.6 * (flank - 1) * art.stroke + 0.03 * fine, 0.35 * shade)
    if technique == "acid":
        cloud = ndimage.gaussian_filter(grain[::4, ::4], 3.0) * 3
        cloud = np.kron(cloud, np.ones((4, 4), np.float32))[: ink.shape[0], : ink.shape[1]]
        solid = art.fat * (0.66 + 0.2 * near + 0.05 * cloud)
        cell = art.inside * (0.27 + 0.14 * near + 0.04 * cloud)
        alpha = np.maximum.reduce([0.95 * art.stroke, solid, cell, 0.95 * rim])
        return Cut(alpha, 0.97 + 0.3 * (light - 1) + 0.012 * fine, 0.3 * shade)
    halo = ndimage.gaussian_filter(cut, 0.025 * side)  # sand that crept under the mask
    deep = np.clip(_relief(height * 1.05), 0.4, 1.45)
    solid = ndimage.gaussian_filter(art.fat, 1.2) * (0.7 + 0.14 * near + 0.2 * (deep - 1))
    cell = art.inside * np.clip(0.24 + 0.28 * near + 0.3 * (deep - 1), 0.05, 1)
    alpha = np.maximum.reduce([0.95 * ndimage.gaussian_filter(art.stroke, 0.7), solid, cell]) + 0.1 * halo
    return Cut(
        alpha * (1 + 0.12 * fine), deep * (1 - art.stroke) + flank * art.stroke + 0.05 * fine, 0.6 * shade
    )
