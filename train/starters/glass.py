"""A picture of an engraved glass from a motif's line art.

The glass is a surface of revolution (`glass_forms`, `glass_trace`) in a small studio (`glass_light`). The
motif lies on its wall by the angle about the axis and the arc length up the wall, is cut there by one of
four techniques (`engrave`), and a style adds its border, facets and gilding (`glass_ornament`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from train.starters import glass_light as studio
from train.starters.engrave import TECHNIQUES, Cut, engrave
from train.starters.glass_forms import FORMS, VARIANTS
from train.starters.glass_light import smooth
from train.starters.glass_ornament import STYLES, Ornament, border, choose_ornament, flutes
from train.starters.glass_trace import Traced, trace

__all__ = ["FORMS", "STYLES", "TECHNIQUES", "Glass", "render"]

F32 = NDArray[np.float32]
Box = tuple[float, float, float, float]
GOLD = np.array([1.0, 0.74, 0.33], np.float32)


@dataclass(frozen=True)
class Glass:
    """A rendered glass. picture: RGB, size x size. box: (x0, y0, x1, y1) of the main motif, in [0, 1]."""

    picture: Image.Image
    box: Box


@dataclass(frozen=True)
class _Layer:
    """What a view sees on one of the surfaces, (H, W) each: sample, sine and cosine of the angle, normal."""

    i: NDArray[np.int32]
    seen: NDArray[np.bool_]
    u: F32
    w: F32
    nx: F32
    ny: F32


@dataclass(frozen=True)
class _Wall:
    """The front of the glass laid flat: (H, W) px from the middle of the engraver's field, right and down."""

    x: F32
    y: F32
    face: NDArray[np.bool_]  # (H, W) the pixel shows the side the motif is on
    room: tuple[float, float]  # px a motif may measure, across and down
    radius: float  # px, of the wall at the middle of the field


@dataclass(frozen=True)
class _Piece:
    """Line art to lay on the wall; px of the wall, size being width and height."""

    art: F32
    centre: tuple[float, float]
    size: tuple[float, float]


def _layer(T: Traced, code: NDArray[np.int16], X: F32, plan: Ornament) -> tuple[_Layer, F32 | None]:
    """Resolve sample codes (H, W); also how much each pixel lies on a ridge between facets."""
    c, s = T.cos_sin
    i = np.maximum(np.abs(code).astype(np.int32) - 1, 0)
    u = np.clip(X / np.maximum(T.r[i], 1e-3), -0.999, 0.999)
    w = np.sqrt(1 - u * u) * np.sign(code)
    nr, nh, fu, fw, ridge = T.nr[i], T.nh[i], u, w, None
    if plan.facets and T.form.cuts:
        lo, hi = (k * T.scale for k in (T.form.cuts[0], min(T.form.cuts[1], T.form.zone[0])))
        k = np.flatnonzero(((T.h > lo) & (T.h < hi) & T.outside)[i] & (code != 0))
        fu, fw, ridge = u.copy(), w.copy(), np.zeros_like(u)
        fu.flat[k], fw.flat[k], ridge.flat[k] = flutes(plan, u.flat[k], w.flat[k], T.h[i.flat[k]], (lo, hi))
    return _Layer(i, code != 0, u, w, nr * fu, nh * c - nr * fw * s), ridge


def _unroll(T: Traced, first: _Layer, top: int) -> _Wall:
    """Lay the front of a traced glass flat. top: the view's first row."""
    c, s = T.cos_sin
    rows = (np.arange(first.i.shape[0], dtype=np.float32) + top + 0.5)[:, None]
    i, u, w = first.i, first.u, first.w
    r, h, nh = T.r[i], T.h[i], T.nh[i]
    if T.form.flat:
        face = first.seen & ~T.outside[i] & (nh > 0.9)
        floor = float(T.r[~T.outside & (T.nh > 0.97)].max())
        return _Wall(u * r, (rows - (T.base - h * c)) / s, face, (1.5 * floor, 1.5 * floor), floor)
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
    return _Wall(
        np.arcsin(u) * radius, middle - T.arc[i] - left, face, (2.16 * radius, 1.03 * (a1 - a0)), radius
    )


def _compose(wall: _Wall, motif: F32, secondary: F32 | None) -> list[_Piece]:
    """Place the main motif, first in the list, and small companions where the wall has room for them."""
    ys, xs = np.flatnonzero((motif > 0.1).any(1)), np.flatnonzero((motif > 0.1).any(0))
    if not len(ys):
        raise ValueError("the motif has no ink; want (H, W) with ink near 1 on a ground of 0")
    art = motif[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
    h, w = art.shape
    across, down = wall.room
    k = min(across / w, down / h)
    if secondary is None:
        return [_Piece(art, (0, 0), (w * k, h * k))]
    spare = 2.5 * wall.radius - w * k
    if spare < 0.5 * h * k and down - h * k > 0.3 * w * k:  # a row above
        q = min(0.2 * w * k, 0.7 * (down - h * k))
        row = [_Piece(secondary, (t * 1.4 * q, -h * k / 2 - 0.1 * q), (q, q)) for t in range(-4, 5)]
        return [_Piece(art, (0, 0.55 * q), (w * k, h * k)), *row]
    if spare < 0.5 * h * k:
        k *= 0.84
    q = 0.36 * max(w, h) * k
    x = min(w * k / 2 + 0.6 * q, 1.12 * wall.radius)
    pair = [
        _Piece(secondary[:, ::-1], (-x, 0.12 * h * k), (q, q)),
        _Piece(secondary, (x, 0.12 * h * k), (q, q)),
    ]
    return [_Piece(art, (0, 0), (w * k, h * k)), *pair]


def _lay(piece: _Piece, wall: _Wall, at: tuple[slice, slice]) -> F32:
    """The piece's ink where it comes to lie in a part of the view."""
    (cx, cy), (pw, ph) = piece.centre, piece.size
    art = Image.fromarray(np.ascontiguousarray(piece.art, dtype=np.float32))
    w, h = max(2, round(pw)), max(2, round(ph))  # resized first, so that laying it neither blurs nor jags it
    big = np.pad(np.clip(np.asarray(art.resize((w, h), Image.Resampling.BICUBIC)), 0, 1), 1)
    ridge = (big > 0.12) & (big >= ndimage.maximum_filter(big, 3))
    big = np.minimum(
        big * max(1.0, 0.95 / max(float(np.median(big[ridge])), 0.25)), 1
    )  # hairlines are cut in full
    fx, fy = (wall.x[at] - cx) / pw + 0.5, (wall.y[at] - cy) / ph + 0.5
    return ndimage.map_coordinates(big, [fy * h + 0.5, fx * w + 0.5], order=1)


def _cut(
    wall: _Wall, pieces: list[_Piece], technique: str, rng: Generator
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


def _handle(T: Traced, axis: int, room: F32, lamp: F32, tables: tuple[F32, F32, F32]) -> None:
    """Draw a handle, a bent rod of solid glass, into the room."""
    points = [(axis + x * T.scale, T.base - h * T.scale * T.cos_sin[0]) for x, h in T.form.handle]
    rod = 0.034 * T.scale
    x0, y0 = (int(min(p[k] for p in points) - rod - 2) for k in (0, 1))
    x1, y1 = (int(max(p[k] for p in points) + rod + 3) for k in (0, 1))
    line = Image.new("L", (x1 - x0, y1 - y0))
    ImageDraw.Draw(line).line([(x - x0, y - y0) for x, y in points], fill=255, width=1)
    far, (ky, kx) = ndimage.distance_transform_edt(np.asarray(line) == 0, return_indices=True)
    far, ky, kx = (ndimage.gaussian_filter(k.astype(np.float32), 2.0) for k in (far, ky, kx))
    ny, nx = (ky - np.arange(y1 - y0)[:, None]) / rod, (np.arange(x1 - x0) - kx) / rod
    mirror, through, _ = tables
    solid = studio.look_up(through, -ny, nx) * np.array([0.12, 0.1, 1], np.float32) @ lamp
    cover = np.clip(rod - far + 0.5, 0, 1)[..., None].astype(np.float32)
    view = room[y0:y1, x0:x1]
    view += cover * (solid + studio.look_up(mirror, ny, nx) @ lamp - view)


def _borders(T: Traced, plan: Ornament, first: _Layer, last: _Layer, W: int) -> F32:
    """The border below the lip, (H, W) in [0, 1]: in front, and fainter on the far wall seen through it."""
    unit = W / 120
    if T.form.flat:
        return (
            border(plan, np.arctan2(first.u, first.w), (T.r[first.i] - 0.9 * T.r.max()) / unit) * first.seen
        )
    hi = T.form.zone[1]
    height = (hi + (T.form.lip - hi) * 0.42 if T.form.lip == 1.0 else hi + 0.035) * T.scale
    out = np.flatnonzero(T.outside)
    arc = float(np.interp(height, T.h[out], T.arc[out]))
    total = np.zeros(first.i.shape, np.float32)
    for layer, strength, side in ((last, 0.22, -1), (first, 0.75, 1)):
        y = (T.arc[layer.i] - arc) / unit
        k = np.flatnonzero((np.abs(y) < 1.4) & T.outside[layer.i] & (layer.w * side > 0) & layer.seen)
        ink = border(plan, np.arctan2(layer.u.flat[k], layer.w.flat[k]), y.flat[k])
        total.flat[k] = np.maximum(total.flat[k], strength * ink)
    return total


def render(
    motif: F32,
    *,
    form: str,
    technique: str,
    style: str,
    seed: int,
    secondary: F32 | None = None,
    size: int = 384,
) -> Glass:
    """Render an engraved glass.

    motif: (H, W) ink in [0, 1] on a ground of 0, roughly square. secondary: the same, for a small ornament
    beside or above it. form, technique, style: of FORMS, TECHNIQUES, STYLES. seed: the same one gives the
    same picture. size: px of the square picture. Raises ValueError on an unknown name or an empty motif.
    """
    for kind, value, known in (("form", form, FORMS), ("technique", technique, TECHNIQUES)):
        if value not in known:
            raise ValueError(f"unknown {kind} {value!r}; one of {', '.join(known)}")
    rng = np.random.default_rng(seed)
    plan = choose_ornament(style, rng)
    W = 2 * size
    T = trace(form, int(rng.integers(VARIANTS)), W)
    _, s = T.cos_sin
    axis = W // 2 + int(rng.integers(-W // 80, W // 80 + 1)) - int(0.08 * W) * bool(T.form.handle)
    ground = int(rng.integers(len(studio.GROUNDS)))
    tint = np.asarray(
        studio.TINTS[str(rng.choice(list(studio.TINTS), p=[0.64, 0.07, 0.07, 0.06, 0.05, 0.07, 0.04]))]
    )
    tables = studio.tables(int(rng.integers(studio.LIGHTS)))
    foot = float(T.r[T.h < 0.03 * T.scale].max())
    room = studio.empty_room(W, ground, (axis, T.base, foot), s, rng)
    rows = np.flatnonzero(T.first.any(1))
    top, bottom, n = int(rows[0]), int(rows[-1]) + 1, min(T.first.shape[1], axis, W - axis)
    view = (slice(max(top - 2, 0), bottom + 2), slice(axis - n, axis + n))
    mean = room[view].mean((0, 1))
    lamp = np.stack([9 * studio.WARM, 9 * studio.COOL, mean]).astype(np.float32)
    if T.form.handle:
        _handle(T, axis, room, lamp, tables)
    X = (np.arange(-n, n, dtype=np.float32) + 0.5)[None]
    halves = [m[view[0], :n] for m in (T.first, T.cavity, T.last)]
    layers = [_layer(T, np.concatenate([m[:, ::-1], m], 1), X, plan) for m in halves]
    first, cavity, last = (layer for layer, _ in layers)

    glass = _clear(T, first, cavity, last, room[view], lamp, tint.astype(np.float32), tables)
    wall = _unroll(T, first, view[0].start)
    cut, (x0, y0, x1, y1) = _cut(wall, _compose(wall, motif, secondary), technique, rng)
    alpha = np.maximum(cut.alpha, 0.9 * _borders(T, plan, first, last, W)) if plan.border else cut.alpha
    ghost = np.roll(ndimage.gaussian_filter(alpha, W / 190), (W // 64, W // 48), (0, 1))  # on the far wall
    glass *= (1 - (0.2 * ghost + 0.5 * cut.shade) * (1 - alpha))[..., None]
    white = np.array([0.80, 0.81, 0.79], np.float32) * 0.92 + 0.06 * mean / max(float(mean.max()), 1e-3)
    glass = glass * (1 - 0.93 * alpha)[..., None] + white * (0.8 * alpha * cut.tone)[..., None]
    gloss = studio.look_up(tables[0], first.ny, first.nx)
    for (_, ridge), strength in zip(layers[::2], (0.05, 0.015), strict=True):
        if ridge is not None:
            gloss[..., 1] += strength * ridge
    on_lip = smooth(T.h[first.i], T.form.lip * T.scale - 1.5, T.form.lip * T.scale + 0.5) * (
        T.form.lip == 1.0
    )
    gloss[..., 0] += 0.03 * on_lip * (0.25 + smooth(-first.u, 0.1, 0.9) + 0.5 * smooth(first.u, 0.7, 1.0))
    shine = gloss * (1 - 0.85 * alpha)[..., None] @ lamp
    if plan.gilt and T.form.lip == 1.0:
        gold = smooth(T.h[first.i], T.form.lip * T.scale - W / 110, T.form.lip * T.scale - W / 130)[..., None]
        glass = glass * (1 - 0.8 * gold) + gold * GOLD * (0.12 + 0.6 * shine.mean(-1, keepdims=True))
    glass += shine

    cover = ndimage.gaussian_filter(first.seen.astype(np.float32), 0.6)[..., None]
    delta = (glass - room[view]) * cover
    room[view] += delta
    line = view[0].stop - 3  # a polished table mirrors the foot
    deep = min(W - line, 80, delta.shape[0])
    fade = 0.22 * np.exp(-np.arange(deep, dtype=np.float32) / 22)[:, None, None]
    back = ndimage.uniform_filter(delta[-deep:][::-1], (5, 5, 1)) * fade
    room[line : line + deep, view[1]] += back * (
        1 - np.pad(cover, ((0, deep), (0, 0), (0, 0)))[-deep - 3 :][:deep]
    )
    at_x, at_y = view[1].start, view[0].start
    box = ((at_x + x0) / W, (at_y + y0) / W, (at_x + x1) / W, (at_y + y1) / W)
    return Glass(studio.develop(room, rng), tuple(float(k) for k in box))


def _clear(
    T: Traced, first: _Layer, cavity: _Layer, last: _Layer, behind: F32, lamp: F32, tint: F32, tables: tuple
) -> F32:
    """The glass before it is engraved, (H, W, 3): what comes through it, and what its far walls mirror."""
    mirror, through, wall = tables
    inside = ~T.outside[first.i]
    rho = np.where(cavity.seen, T.inner[first.i] / np.maximum(T.r[first.i], 1e-3), 0)
    across = ((np.clip(first.nx / np.maximum(np.abs(T.nr[first.i]), 0.3), -1, 1) + 1) * 255.5).astype(
        np.int32
    )
    thick = np.clip((rho - 0.8) * 315, 0, 63).astype(np.int32)
    seen = wall.reshape(-1, 4).take(across * 64 + thick, axis=0)
    hollow = (cavity.seen | inside)[..., None]
    spread = np.array([0.085, 0.065, 1.0], np.float32)  # lamps seen through glass are spread thin
    bent = np.where(hollow, seen[..., :3], studio.look_up(through, -first.ny, first.nx)) * spread @ lamp
    straight = np.where(hollow, seen[..., 3:], 0) * np.where(inside, 1, 0.96)[..., None]
    thin = smooth(T.nh[first.i], 0.75, 0.95) * (inside | (T.h[first.i] < 0.06 * T.scale))  # a foot, a plate
    straight = np.maximum(straight, 0.82 * thin[..., None])
    out = straight * behind + (1 - straight) * bent
    facing = np.sqrt(np.maximum(1 - first.nx**2 - first.ny**2, 0.04))
    left = np.exp((1.5 / facing.clip(0.33) * np.where(hollow[..., 0], 1, 1.5))[..., None] * np.log(tint))
    body = 0.14 * float(tint.max() - tint.min()) * (tint / tint.max()) ** 2  # colour glows on a dark ground
    out = out * left + body * (0.4 + 0.6 * left)
    flip = -np.sign(cavity.w)
    far = 0.3 * studio.look_up(mirror, -last.ny, -last.nx) * (first.i != last.i)[..., None]
    far += (
        0.4 * studio.look_up(mirror, -flip * cavity.ny, flip * cavity.nx) * (cavity.seen & ~inside)[..., None]
    )
    return out + far @ lamp
