"""A glass in front of a camera: which point of the surface of revolution each pixel shows.

The camera is orthographic and looks a little down, so of all points that share a pixel the higher one is
the nearer: painting samples of the surface from low to high is an exact depth sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from train.starters.glass_forms import Form, make_form

F32 = NDArray[np.float32]


@dataclass(frozen=True)
class Traced:
    """A form in pixels. Maps are (H, C): the right half of the picture, C columns from the axis outwards.

    first, cavity, last: 1 + sample index, negative on the half that faces away, 0 where nothing is hit:
    the nearest point of the whole surface, the nearest of the cavity, the farthest of the outside.
    r, h, arc, nr, nh: (M,) radius, height, arc length (px) and normal of each sample.
    inner: (M,) cavity radius at the sample's height, 0 where the glass is solid there.
    """

    form: Form
    scale: float  # px in one glass height
    base: float  # row of the centre of the foot
    first: NDArray[np.int16]
    cavity: NDArray[np.int16]
    last: NDArray[np.int16]
    r: F32
    h: F32
    arc: F32
    nr: F32
    nh: F32
    inner: F32
    outside: NDArray[np.bool_]  # (M,) sample lies on the outside

    @property
    def cos_sin(self) -> tuple[float, float]:
        t = np.deg2rad(self.form.tilt)
        return float(np.cos(t)), float(np.sin(t))


@dataclass(frozen=True)
class Layer:
    """What a view sees on one of the surfaces, (H, W) each: sample, sine and cosine of the angle, normal."""

    i: NDArray[np.int32]
    seen: NDArray[np.bool_]
    u: F32
    w: F32
    nx: F32
    ny: F32


def _curve(form: Form, scale: float) -> tuple[F32, F32, F32, NDArray[np.bool_]]:
    """Radius, height, arc length (px) and outside-or-not, in equal steps, outside then inside."""
    p = np.asarray(form.outer, float)
    t = np.r_[0, np.cumsum(np.hypot(*np.diff(p, axis=0).T) + 1e-6)]
    r, h = PchipInterpolator(t, p)(np.linspace(0, t[-1], 4000)).T
    rim = int(np.argmax(h >= form.lip - 1e-9)) if form.lip < 1 else len(h) - 1
    up = np.argsort(h[: rim + 1], kind="stable")
    hi = np.linspace(form.lip, form.floor, 1500)
    ri = np.interp(hi, h[up], r[up]) - form.wall
    ri *= np.sqrt(1 - np.clip((form.floor + form.cap - hi) / form.cap, 0, 1) ** 2)
    if rim == len(h) - 1:  # an open glass has a rounded lip
        a = np.linspace(0, np.pi, 24)[1:-1]
        r = np.r_[r, r[rim] - form.wall * (1 - np.cos(a)) / 2]
        h = np.r_[h, form.lip + form.wall * 0.5 * np.sin(a)]
    parts = []
    for pr, ph, out in ((r, h, True), (np.maximum(ri, 0), hi, False)):
        arc = np.r_[0, np.cumsum(np.hypot(np.diff(pr), np.diff(ph)))] * scale
        at = np.linspace(0, arc[-1], int(arc[-1] / (0.2 if form.flat else 0.55)))
        parts.append(
            (np.interp(at, arc, pr * scale), np.interp(at, arc, ph * scale), at, np.full(len(at), out))
        )
    R, H, A, out = (np.concatenate(k) for k in zip(*parts, strict=True))
    return R, H, A, out


def _close(code: NDArray[np.int16], reach: int) -> NDArray[np.int16]:
    """Fill gaps of up to `reach` rows, left by steep places, from their nearer end."""
    rows = np.broadcast_to(np.arange(len(code))[:, None], code.shape)
    above = np.maximum.accumulate(np.where(code != 0, rows, -(10**6)), axis=0)
    below = np.minimum.accumulate(np.where(code != 0, rows, 10**6)[::-1], axis=0)[::-1]
    take = np.where(rows - above <= below - rows, above, below)
    gap = (code == 0) & (below - above <= reach + 1)
    return np.where(gap, np.take_along_axis(code, np.clip(take, 0, len(code) - 1), axis=0), code)


def _paint(
    r: F32, middle: F32, sin: float, chosen: NDArray[np.intp], width: int, reach: int
) -> NDArray[np.int16]:
    """Paint samples on a canvas, later over earlier. chosen: indices in that order; middle: row at z = 0."""
    cols = int(np.ceil(r.max())) + 1
    X = np.arange(cols, dtype=np.float32) + 0.5
    canvas = np.zeros(width * cols, np.int16)
    falling = chosen[0] > chosen[-1]
    sign = np.array([1, -1] if falling else [-1, 1], np.int16)  # the far half first, or the near one
    for part in np.array_split(chosen, max(1, len(chosen) // 1024)):
        rr = r[part, None].astype(np.float32)
        z = np.sqrt(np.maximum(rr * rr - X * X, 0)) * sin
        rows = (middle[part, None, None] + sign[:, None] * z[:, None]).astype(np.int32)  # (M, 2, C)
        code = np.broadcast_to((part + 1).astype(np.int16)[:, None, None] * sign[:, None], rows.shape)
        ok = np.broadcast_to((rr > X)[:, None], rows.shape) & (rows >= 0) & (rows < width)
        canvas[(rows * cols + np.arange(cols, dtype=np.int32))[ok]] = code[ok]
    return _close(canvas.reshape(width, cols), reach)


@lru_cache(maxsize=96)
def trace(name: str, variant: int, width: int) -> Traced:
    """Trace a form onto a width x width canvas (px)."""
    form = make_form(name, variant)
    c, s = float(np.cos(np.deg2rad(form.tilt))), float(np.sin(np.deg2rad(form.tilt)))
    p = np.asarray(form.outer)
    broad = p[:, 0].max()
    foot, top = p[p[:, 1] < 0.05, 0].max(), p[-1, 0]
    tall = p[:, 1].max() * c + s * (foot + top)
    across = broad + max((x + 0.03 for x, _ in form.handle), default=broad)
    scale = width * min(0.87 / tall, 0.89 / across)
    free = width - tall * scale
    base = width - min(0.48 * free, width if form.flat else 0.17 * width) - s * foot * scale
    R, H, A, out = _curve(form, scale)
    d_r, d_h = np.gradient(R), np.gradient(H)
    d = np.maximum(np.hypot(d_r, d_h), 1e-6)
    order = np.argsort(H, kind="stable")
    r, h, arc, nr, nh, out = (k[order] for k in (R, H, A, d_h / d, -d_r / d, out))
    inner = np.interp(h, h[~out], r[~out], left=0, right=0)
    middle, reach = base - h * c, 40 if form.flat else 4
    seen = ~(out & (nh < -0.5) & (h < 0.004 * scale))  # all but what it stands on
    every, near, far = np.flatnonzero(seen), np.flatnonzero(~out), np.flatnonzero(seen & out)[::-1]
    maps = [_paint(r, middle, s, chosen, width, reach) for chosen in (every, near, far)]
    if form.flat:  # one looks down into it, so nothing of the outside hides the inside
        maps[0] = np.where(maps[1] != 0, maps[1], maps[0])
    curves = [np.asarray(k, np.float32) for k in (r, h, arc, nr, nh, inner)]
    return Traced(form, scale, float(base), *maps, *curves, out)
