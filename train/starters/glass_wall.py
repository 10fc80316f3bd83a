"""The front of a glass laid flat, as the engraver's field: where the motif goes, and how it is cut there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from train.starters.engrave import Cut, engrave
from train.starters.glass_light import smooth
from train.starters.glass_trace import Layer, Traced

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Wall:
    """The front of the glass laid flat: (H, W) px from the middle of the engraver's field, right and down."""

    x: F32
    y: F32
    face: NDArray[np.bool_]  # (H, W) the pixel shows the side the motif is on
    room: tuple[float, float]  # px a motif may measure, across and down
    radius: float  # px, of the wall at the middle of the field


@dataclass(frozen=True)
class Piece:
    """Line art to lay on the wall; px of the wall, size being width and height."""

    art: F32
    centre: tuple[float, float]
    size: tuple[float, float]


def unroll(T: Traced, first: Layer, top: int) -> Wall:
    """Lay the front of a traced glass flat. top: the view's first row."""
    c, s = T.cos_sin
    rows = (np.arange(first.i.shape[0], dtype=np.float32) + top + 0.5)[:, None]
    i, u, w = first.i, first.u, first.w
    r, h, nh = T.r[i], T.h[i], T.nh[i]
    if T.form.flat:
        face = first.seen & ~T.outside[i] & (nh > 0.9)
        floor = float(T.r[~T.outside & (T.nh > 0.97)].max())
        return Wall(u * r, (rows - (T.base - h * c)) / s, face, (1.5 * floor, 1.5 * floor), floor)
    out = np.flatnonzero(T.outside)
    lo, hi = (z * T.scale for z in T.form.zone)
    steep = out[(T.nr[out] > 0.64) & (T.h[out] > lo) & (T.h[out] < hi)]
    a0, a1 = float(T.arc[steep].min()), float(T.arc[steep].max())
    middle = (a0 + a1) / 2
    radius = float(np.interp(middle, T.arc[out], T.r[out]))
    # a sample is up to half a step off its pixel: move along the wall by what is left over
    slope = np.minimum(-T.nr[i] * c - s * nh / np.maximum(w, 0.05), -0.2)
    left = np.clip((rows - (T.base - h * c + w * r * s)) / slope, -1.5, 1.5)
    face = first.seen & T.outside[i] & (w > 0)
    return Wall(
        np.arcsin(u) * radius, middle - T.arc[i] - left, face, (2.16 * radius, 1.03 * (a1 - a0)), radius
    )


def crop(art: F32) -> F32:
    """Art without the empty ground around it. ValueError where there is no ink."""
    ys, xs = np.flatnonzero((art > 0.1).any(1)), np.flatnonzero((art > 0.1).any(0))
    if not len(ys):
        raise ValueError("the line art has no ink; want (H, W) with ink near 1 on a ground of 0")
    return art[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]


def compose(wall: Wall, motif: F32, secondary: F32 | None) -> list[Piece]:
    """Place the main motif, first in the list, and small companions where the wall has room for them."""
    art = crop(motif)
    h, w = art.shape
    across, down = wall.room
    k = min(across / w, down / h)
    if secondary is None:
        return [Piece(art, (0, 0), (w * k, h * k))]
    small = crop(secondary)
    unit = np.array(small.shape[::-1]) / max(small.shape)
    spare = 2.5 * wall.radius - w * k
    if spare < 0.5 * h * k and down - h * k > 0.3 * w * k:  # a row above
        q = min(0.2 * w * k, 0.7 * (down - h * k))
        row = [Piece(small, (t * 1.4 * q, -h * k / 2 - 0.1 * q), tuple(unit * q)) for t in range(-4, 5)]
        return [Piece(art, (0, 0.55 * q), (w * k, h * k)), *row]
    if spare < 0.5 * h * k:
        k *= 0.84
    q = 0.36 * max(w, h) * k  # one on each side
    x, y = min(w * k / 2 + 0.6 * q, 1.12 * wall.radius), 0.12 * h * k
    pair = [Piece(small[:, ::-1], (-x, y), tuple(unit * q)), Piece(small, (x, y), tuple(unit * q))]
    return [Piece(art, (0, 0), (w * k, h * k)), *pair]


def _lay(piece: Piece, wall: Wall, at: tuple[slice, slice]) -> F32:
    """The piece's ink where it comes to lie in a part of the view."""
    (cx, cy), (pw, ph) = piece.centre, piece.size
    art = Image.fromarray(np.ascontiguousarray(piece.art, dtype=np.float32))
    w, h = max(2, round(pw)), max(2, round(ph))  # resized first, so that laying it neither blurs nor jags it
    big = np.pad(np.clip(np.asarray(art.resize((w, h), Image.Resampling.BICUBIC)), 0, 1), 1)
    ridge = big[(big > 0.12) & (big >= ndimage.maximum_filter(big, 3))]
    if ridge.size:  # hairlines are cut in full
        big = np.minimum(big * np.clip(0.95 / np.median(ridge), 1, 4), 1)
    fx, fy = (wall.x[at] - cx) / pw + 0.5, (wall.y[at] - cy) / ph + 0.5
    return ndimage.map_coordinates(big, [fy * h + 0.5, fx * w + 0.5], order=1)


def cut_pieces(
    wall: Wall, pieces: list[Piece], technique: str, rng: Generator
) -> tuple[Cut, tuple[int, int, int, int]]:
    """Engrave the pieces; the result over the view, and the main motif's box (x0, y0, x1, y1) in it, px."""
    reach_x = max(abs(p.centre[0]) + p.size[0] / 2 for p in pieces) + 8
    reach_y = max(abs(p.centre[1]) + p.size[1] / 2 for p in pieces) + 8
    near = wall.face & (np.abs(wall.x) < reach_x) & (np.abs(wall.y) < reach_y)
    ys, xs = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    at = (slice(max(ys[0] - 4, 0), ys[-1] + 5), slice(max(xs[0] - 4, 0), xs[-1] + 5))
    main, *others = (smooth(np.where(near[at], _lay(p, wall, at), 0), 0.08, 0.88) for p in pieces)
    side = max(pieces[0].size)
    cut = engrave(np.maximum.reduce([main, *others]), wall.x[at], wall.y[at], technique, side, rng)
    alpha, tone, shade = (np.full(near.shape, fill, np.float32) for fill in (0, 1, 0))
    alpha[at], tone[at], shade[at] = np.clip(cut.alpha, 0, 1) * near[at], cut.tone, cut.shade * near[at]
    by, bx = np.flatnonzero((main > 0.15).any(1)), np.flatnonzero((main > 0.15).any(0))
    y, x = at[0].start, at[1].start
    return Cut(alpha, tone, shade), (x + bx[0], y + by[0], x + bx[-1] + 1, y + by[-1] + 1)
