"""A picture of an engraved glass from a motif's line art.

The glass is a surface of revolution (`glass_forms`, `glass_trace`) in a small studio (`glass_light`). The
motif lies on its wall by the angle about the axis and the arc length up the wall, is cut there by one of
four techniques (`engrave`), and a style adds its border, facets and gilding (`glass_ornament`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from train.starters import glass_light as studio
from train.starters.engrave import TECHNIQUES
from train.starters.glass_forms import FORMS, VARIANTS
from train.starters.glass_light import smooth
from train.starters.glass_ornament import STYLES, Ornament, border, choose_ornament, flutes
from train.starters.glass_trace import Layer, Traced, trace
from train.starters.glass_wall import compose, cut_pieces, unroll

__all__ = ["FORMS", "STYLES", "TECHNIQUES", "Glass", "render"]

F32 = NDArray[np.float32]
Box = tuple[float, float, float, float]
GOLD = np.array([1.0, 0.74, 0.33], np.float32)


@dataclass(frozen=True)
class Glass:
    """A rendered glass. picture: RGB, size x size. box: (x0, y0, x1, y1) of the main motif, in [0, 1]."""

    picture: Image.Image
    box: Box


def _layer(T: Traced, code: NDArray[np.int16], X: F32, plan: Ornament) -> tuple[Layer, F32 | None]:
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
    return Layer(i, code != 0, u, w, nr * fu, nh * c - nr * fw * s), ridge


def _borders(T: Traced, plan: Ornament, first: Layer, last: Layer, W: int) -> F32:
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
    name = str(rng.choice(list(studio.TINTS), p=[0.64, 0.07, 0.07, 0.06, 0.05, 0.07, 0.04]))
    tint = np.asarray(studio.TINTS[name], np.float32)
    lights = int(rng.integers(studio.LIGHTS))
    foot = float(T.r[T.h < 0.03 * T.scale].max())
    room = studio.empty_room(W, ground, (axis, T.base, foot), s, rng)
    rows = np.flatnonzero(T.first.any(1))
    top, bottom, n = int(rows[0]), int(rows[-1]) + 1, min(T.first.shape[1], axis, W - axis)
    view = (slice(max(top - 2, 0), bottom + 2), slice(axis - n, axis + n))
    mean = room[view].mean((0, 1))
    lamp = np.stack([9 * studio.WARM, 9 * studio.COOL, mean]).astype(np.float32)
    if T.form.handle:
        bend = [(axis + x * T.scale, T.base - h * T.scale * T.cos_sin[0]) for x, h in T.form.handle]
        studio.draw_rod(room, bend, 0.034 * T.scale, lamp, tint, lights)
    X = (np.arange(-n, n, dtype=np.float32) + 0.5)[None]
    halves = [m[view[0], :n] for m in (T.first, T.cavity, T.last)]
    layers = [_layer(T, np.concatenate([m[:, ::-1], m], 1), X, plan) for m in halves]
    first, cavity, last = (layer for layer, _ in layers)

    glass = _clear(T, first, cavity, last, room[view], lamp, tint, lights)
    wall = unroll(T, first, view[0].start)
    cut, (x0, y0, x1, y1) = cut_pieces(wall, compose(wall, motif, secondary), technique, rng)
    alpha = np.maximum(cut.alpha, 0.9 * _borders(T, plan, first, last, W)) if plan.border else cut.alpha
    ghost = np.roll(ndimage.gaussian_filter(alpha, W / 190), (W // 64, W // 48), (0, 1))  # on the far wall
    glass *= (1 - (0.2 * ghost + 0.5 * cut.shade) * (1 - alpha))[..., None]
    white = np.array([0.80, 0.81, 0.79], np.float32) * 0.92 + 0.06 * mean / max(float(mean.max()), 1e-3)
    glass = glass * (1 - 0.93 * alpha)[..., None] + white * (0.8 * alpha * cut.tone)[..., None]
    gloss = studio.look_up(studio.tables(lights)[0], first.ny, first.nx)
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
    T: Traced, first: Layer, cavity: Layer, last: Layer, behind: F32, lamp: F32, tint: F32, lights: int
) -> F32:
    """The glass before it is engraved, (H, W, 3): what comes through it, and what its far walls mirror."""
    mirror, through, wall = studio.tables(lights)
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
    out = out * left + studio.glow_of(tint) * (0.4 + 0.6 * left)
    flip = -np.sign(cavity.w)
    far = 0.3 * studio.look_up(mirror, -last.ny, -last.nx) * (first.i != last.i)[..., None]
    far += (
        0.4 * studio.look_up(mirror, -flip * cavity.ny, flip * cavity.nx) * (cavity.seen & ~inside)[..., None]
    )
    return out + far @ lamp
