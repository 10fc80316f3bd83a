"""A picture of an engraved glass from a motif's line art.

The glass is a surface of revolution (glass_forms) in a small studio: a ground, a tall lamp on the left, a
strip on the right, two rim lights behind. What a point of glass mirrors and what it lets through depend
only on its normal, so both are baked into small tables once; a picture is then a handful of look-ups.
The motif (engrave) lies on the wall by its angle about the axis and its arc length up the wall.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from train.starters.engrave import TECHNIQUES, Cut, engrave, smooth
from train.starters.glass_forms import FORMS, VARIANTS, Traced, trace

__all__ = ["FORMS", "STYLES", "TECHNIQUES", "Glass", "render"]

F32 = NDArray[np.float32]

STYLES = (
    "Renaissance",
    "Baroque",
    "Rococo",
    "Empire",
    "Biedermeier",
    "Victorian",
    "Art Nouveau",
    "Art Deco",
    "Modern",
)
# wall, table: sRGB of the ground behind and below
GROUNDS = (
    ((30, 44, 68), (24, 34, 52)),  # ink blue
    ((30, 58, 50), (22, 42, 37)),  # bottle green
    ((58, 52, 48), (44, 39, 36)),  # warm charcoal
    ((62, 42, 62), (46, 31, 47)),  # aubergine
    ((92, 104, 98), (72, 82, 77)),  # sage
    ((84, 76, 98), (62, 54, 72)),  # dusk
)
# what is left of white light after one wall of the glass
TINTS = {
    "clear": (0.985, 0.992, 0.988), "green": (0.86, 0.965, 0.87), "cobalt": (0.45, 0.62, 0.96),
    "amber": (0.97, 0.85, 0.58), "smoke": (0.84, 0.83, 0.86), "ruby": (0.86, 0.24, 0.26),
}  # fmt: skip


@dataclass(frozen=True)
class Glass:
    """A rendered glass. picture: RGB, size x size. box: (x0, y0, x1, y1) of the main motif, in [0, 1]."""

    picture: Image.Image
    box: tuple[float, float, float, float]


def _linear(rgb: tuple[int, int, int]) -> F32:
    return (np.asarray(rgb, np.float32) / 255) ** np.float32(2.2)


def _studio(x: F32, y: F32, z: F32, lights: int) -> F32:
    """What is seen in a direction (right, up, to the camera): (..., 3) of warm lamp, cool lamp, ground."""
    az = np.arctan2(x, z)
    el = np.arcsin(np.clip(y, -1, 1))
    box = lambda a, lo, hi, s: smooth(a, lo - s, lo + s) * (1 - smooth(a, hi - s, hi + s))  # noqa: E731
    warm = box(az, -1.95, -1.42, 0.05) * box(el, -0.45, 1.0, 0.12)
    if lights == 1:  # a window with its cross
        pane = box(az, -1.25, -0.72, 0.025) * box(el, 0.18, 0.85, 0.03)
        warm = 0.55 * warm + 0.6 * pane * (1 - box(az, -1.0, -0.97, 0.02)) * (1 - box(el, 0.5, 0.53, 0.02))
    elif lights == 2:
        warm = 0.8 * warm + 0.3 * box(az, -1.15, -0.95, 0.1) * box(el, -0.2, 0.9, 0.2)
    cool = 0.6 * box(az, 1.62, 1.86, 0.04) * box(el, -0.5, 1.1, 0.15)
    behind = np.pi - np.abs(az)
    cool += 0.55 * box(behind, 0.55, 0.8, 0.07) * box(el, -0.9, 0.9, 0.2)
    cool += 0.25 * box(el, 0.95, 1.4, 0.2)
    wall = (
        0.16
        + 0.9 * np.exp(-((behind / 0.5) ** 2)) * (0.75 + 0.25 * np.sin(el))
        + 0.45 * box(el, -1.6, -0.25, 0.2)
    )
    return np.stack([warm, cool, wall], -1).astype(np.float32)


@lru_cache(maxsize=8)
def _tables(lights: int) -> tuple[F32, F32, F32]:
    """(256, 256, 3) mirrored, (256, 256, 3) through solid glass, (512, 64, 4) through a wall.

    Normals are indexed by (y, x) from -1 to 1; walls by the place across the glass from -1 to 1 and by
    inner over outer radius from 0.8 to 1; the fourth of a wall is how straight one sees through it.
    """
    n = np.linspace(-1, 1, 256, dtype=np.float32)
    x, y = np.meshgrid(n, n)
    rr = np.minimum(np.hypot(x, y), 0.9995)
    scale = rr / np.maximum(np.hypot(x, y), 1e-6)
    x, y, z = x * scale, y * scale, np.sqrt(1 - rr * rr)
    fresnel = 0.04 + 0.96 * (1 - z) ** 5
    mirror = _studio(2 * z * x, 2 * z * y, 2 * z * z - 1, lights) * fresnel[..., None]
    bend = 2 * (np.arcsin(rr) - np.arcsin(rr / 1.5))
    k = np.sin(bend) / np.maximum(rr, 1e-3)
    through = _studio(-x * k, -y * k, -np.cos(bend), lights) * (1 - fresnel)[..., None]
    u = np.linspace(-1, 1, 512, dtype=np.float32)[:, None]
    rho = np.linspace(0.8, 0.9999, 64, dtype=np.float32)[None]
    a = np.minimum(np.abs(u), 0.9995)
    i = np.minimum(a / rho, 1)
    turn = 2 * ((np.arcsin(a) - np.arcsin(a / 1.5)) - (np.arcsin(i) - np.arcsin(i / 1.5)) * (a < rho))
    wall = _studio(np.sin(-turn * np.sign(u)), 0 * turn + 0.05, -np.cos(turn), lights)
    wall *= (1 - 0.04 - 0.96 * (1 - np.sqrt(1 - a * a)) ** 4)[..., None]
    straight = 1 - smooth(np.abs(turn), 0.06, 0.3)
    return mirror, through, np.concatenate([wall, straight[..., None]], -1).astype(np.float32)


def _pick(table: F32, ny: F32, nx: F32) -> F32:
    k = ((ny + 1) * 127.5).astype(np.int32) * 256 + ((nx + 1) * 127.5).astype(np.int32)
    return table.reshape(-1, table.shape[-1]).take(np.clip(k, 0, 65535), axis=0)


def _ground(W: int, ground: int, foot: tuple[float, float, float], squash: float, rng: Generator) -> F32:
    """The empty table with the glass's shadow and caustic, linear (W, W, 3). foot: x, y, radius, px."""
    n = 160
    y, x = (np.mgrid[:n, :n].astype(np.float32) + 0.5) / n
    fx, fy, fr = (f / W for f in foot)
    wall, table = (_linear(c) for c in GROUNDS[ground])
    edge = fy - rng.uniform(0.06, 0.12)
    t = smooth(y, edge - 0.07, edge + 0.07)[..., None]
    glow = np.exp(-(((x - 0.52 + rng.uniform(-0.08, 0.08)) / 0.42) ** 2 + ((y - 0.42) / 0.42) ** 2))
    pool = np.exp(-(((x - fx - 0.05) / 0.42) ** 2 + ((y - fy - 0.03) / 0.13) ** 2))
    rgb = wall * (0.5 + 1.05 * glow[..., None]) * (1 - t) + table * (0.55 + 0.95 * pool[..., None]) * t
    lean = (x - fx) - 0.25 * (y - fy)
    dx, dy = lean / fr, (y - fy) / (fr * max(squash, 0.12))
    contact = np.exp(-np.maximum(np.hypot(dx, dy) - 0.92, 0) * 9.0)
    cast = np.exp(-(((dx - 0.85) / 1.25) ** 2 + ((dy - 0.3) / 1.0) ** 2) * 1.3)
    arc = np.hypot((dx - 0.9) / 1.15, (dy - 0.35) / 0.85)
    caustic = np.exp(-(((arc - 0.55) / 0.09) ** 2)) * smooth(dx, 0.75, 1.5) + 0.5 * np.exp(
        -((arc / 0.3) ** 2)
    )
    rgb = rgb * (1 - 0.55 * contact - 0.3 * cast * t[..., 0])[..., None].clip(0.1)
    rgb = rgb + (caustic * smooth(dx, 0.8, 1.2) * 0.16)[..., None] * (table + 0.12) * t
    planes = [Image.fromarray(np.ascontiguousarray(rgb[..., c], dtype=np.float32)) for c in range(3)]
    return np.stack([np.asarray(p.resize((W, W), Image.Resampling.BICUBIC)) for p in planes], -1)


def _lay(art: F32, x: F32, y: F32) -> F32:
    """Art at fractions (x, y) of its width and height, 0 outside."""
    h, w = art.shape
    return ndimage.map_coordinates(art, [y * h - 0.5, x * w - 0.5], order=1, mode="constant")


def _enlarge(art: F32, side: float) -> F32:
    """Art with about `side` px, so that laying it on the glass neither blurs nor jags it."""
    k = max(1.0, side / max(art.shape))
    size = (round(art.shape[1] * k), round(art.shape[0] * k))
    picture = Image.fromarray(np.ascontiguousarray(art, np.float32)).resize(size, Image.Resampling.BICUBIC)
    return np.clip(np.asarray(picture), 0, 1)


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

    motif: (H, W) ink in [0, 1] on 0 ground, roughly square; secondary: the same, a small ornament beside it.
    form, technique, style: of FORMS, TECHNIQUES, STYLES, ValueError otherwise. seed: the same one gives the
    same picture. size: px of the square picture.
    """
    for kind, value, known in (
        ("form", form, FORMS),
        ("technique", technique, TECHNIQUES),
        ("style", style, STYLES),
    ):
        if value not in known:
            raise ValueError(f"unknown {kind} {value!r}; one of {', '.join(known)}")
    rng = np.random.default_rng(seed)
    W = 2 * size
    T = trace(form, int(rng.integers(VARIANTS)), W)
    c, s = T.cos_sin
    axis = W // 2 + int(rng.integers(-W // 60, W // 60 + 1))
    if T.form.handle:
        axis -= int(0.09 * W)
    ground = int(rng.integers(len(GROUNDS)))
    tint = str(rng.choice(list(TINTS), p=[0.66, 0.08, 0.07, 0.06, 0.06, 0.07]))
    mirror, through, wall = _tables(int(rng.integers(3)))
    foot = float(T.r[T.h < 0.03 * T.scale].max())
    room = _ground(W, ground, (axis, T.base, foot), s, rng)

    half = T.first
    rows = np.flatnonzero(half.any(1))
    y0, y1, n = int(rows[0]), int(rows[-1]) + 1, min(half.shape[1], axis, W - axis)
    both = lambda m: np.concatenate([m[y0:y1, :n][:, ::-1], m[y0:y1, :n]], 1)  # noqa: E731
    view = (slice(y0, y1), slice(axis - n, axis + n))
    X = (np.arange(-n, n, dtype=np.float32) + 0.5)[None]

    def layer(code: NDArray[np.int16]) -> tuple[NDArray[np.int32], NDArray[np.bool_], F32, F32, F32]:
        code = both(code)
        i = np.maximum(np.abs(code).astype(np.int32) - 1, 0)
        u = np.clip(X / np.maximum(T.r[i], 1e-3), -1, 1)
        w = np.sqrt(1 - u * u) * np.sign(code)
        return i, code != 0, u, w, T.nr[i]

    i, hit, u, w, nr = layer(T.first)
    nh = T.nh[i]
    nx, ny = nr * u, nh * c - nr * w * s
    bg = room[view]
    mean = bg.mean((0, 1))
    lamp = np.stack([np.array([1.0, 0.95, 0.86]) * 9, np.array([0.84, 0.93, 1.0]) * 9, mean]).astype(
        np.float32
    )

    # what comes through
    ic, has, uc, wc, nrc = layer(T.cavity)
    inside = ~T.outside[i]
    rho = np.where(has, T.inner[i] / np.maximum(T.r[i], 1e-3), 0)
    ku = ((u + 1) * 255.5).astype(np.int32)
    kr = np.clip((rho - 0.8) * 315, 0, 63).astype(np.int32)
    seen = wall.reshape(-1, 4).take(ku * 64 + kr, axis=0)
    hollow = (has | inside)[..., None]
    dim = np.array([0.11, 0.09, 1.0], np.float32)  # lamps seen through glass are spread thin
    glass = np.where(hollow, seen[..., :3], _pick(through, -ny, nx)) * dim @ lamp
    straight = np.where(hollow, seen[..., 3:], 0) * np.where(inside, 1, 0.96)[..., None]
    out = straight * bg + (1 - straight) * glass
    path = np.clip(1 / np.maximum(np.sqrt(1 - u * u), 0.2), 1, 4)[..., None] * np.where(hollow, 1, 1.6)
    out *= np.exp(np.log(np.asarray(TINTS[tint], np.float32)) * 1.6 * path)
    # far wall and cavity mirror too
    il, _, ul, wl, nrl = layer(T.last)
    out += 0.5 * _pick(mirror, T.nh[il] * c - nrl * wl * s, -nrl * ul) @ lamp * (i != il)[..., None]
    flip = -np.sign(wc)
    out += (
        0.7
        * _pick(mirror, flip * -(T.nh[ic] * c - nrc * wc * s), flip * nrc * uc)
        @ lamp
        * (has & ~inside)[..., None]
    )

    gloss = _pick(mirror, ny * -1, nx)
    surface = _unroll(T, i, hit, u, w, (y0, axis - n))
    cut, corners = _cut(surface, motif, technique, rng)
    alpha, tone, shade = cut.alpha, cut.tone, cut.shade
    veil = ndimage.gaussian_filter(alpha, W / 190)
    ghost = np.roll(veil, (W // 64, W // 52), (0, 1))
    out *= (1 - 0.22 * ghost * (1 - alpha) - shade * 0.5 * (1 - alpha))[..., None]
    white = np.array([0.80, 0.81, 0.79], np.float32) + 0.25 * (mean / max(mean.max(), 1e-3) - 0.8)
    out = out * (1 - 0.93 * alpha[..., None]) + white * (0.82 * alpha * tone)[..., None]
    out += gloss * (1 - 0.85 * alpha)[..., None] @ lamp

    cover = ndimage.gaussian_filter(hit.astype(np.float32), 0.6)[..., None]
    room[view] = bg * (1 - cover) + out * cover
    return Glass(_develop(room, size, rng), tuple(float(k) / W for k in corners))


@dataclass(frozen=True)
class _Wall:
    """Where each pixel of a view lies on the surface: (H, W) px, x about the axis, y down the wall."""

    x: F32
    y: F32
    face: NDArray[np.bool_]  # (H, W) the pixel shows the side the motif is on
    side: float  # px that a motif may measure
    origin: tuple[int, int]  # row and column of the view's corner


def _unroll(
    T: Traced, i: NDArray[np.int32], hit: NDArray[np.bool_], u: F32, w: F32, origin: tuple[int, int]
) -> _Wall:
    """Flatten the front of a traced glass, its origin in the middle of the engraver's field."""
    c, s = T.cos_sin
    rows = (np.arange(i.shape[0], dtype=np.float32) + origin[0] + 0.5)[:, None]
    r, h, nh = T.r[i], T.h[i], T.nh[i]
    if T.form.flat:
        face = hit & ~T.outside[i] & (T.nh[i] > 0.9)
        return _Wall(
            u * r,
            (rows - (T.base - h * c)) / s,
            face,
            1.36 * float(T.r[~T.outside & (T.nh > 0.97)].max()),
            origin,
        )
    out = np.flatnonzero(T.outside)
    z0, z1 = (z * T.scale for z in T.form.zone)
    steep = out[(T.nr[out] > 0.72) & (T.h[out] > z0) & (T.h[out] < z1)]
    a0, a1 = float(T.arc[steep].min()), float(T.arc[steep].max())
    mid = (a0 + a1) / 2
    r_mid = float(np.interp(mid, T.arc[out], T.r[out]))
    # a sample is up to half a step off its pixel: move along the wall by what is left over
    slope = np.minimum(-T.nr[i] * c - s * nh / np.maximum(w, 0.05), -0.2)
    left = np.clip((rows - (T.base - h * c + w * r * s)) / slope, -1.5, 1.5)
    face = hit & T.outside[i] & (w > 0)
    return _Wall(
        np.arcsin(u) * r_mid, mid - T.arc[i] - left, face, min((a1 - a0) * 1.03, 2 * r_mid * 1.08), origin
    )


def _cut(wall: _Wall, motif: F32, technique: str, rng: Generator) -> tuple[Cut, tuple[int, int, int, int]]:
    """Engrave the motif; its alpha, tone, shade over the view; its box (x0, y0, x1, y1) on the canvas."""
    side = wall.side
    mx, my = wall.x / side + 0.5, wall.y / side + 0.5
    near = wall.face & (np.abs(mx - 0.5) < 0.54) & (np.abs(my - 0.5) < 0.54)
    ys, xs = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    at = (slice(ys[0], ys[-1] + 1), slice(xs[0], xs[-1] + 1))
    ink = smooth(np.where(near[at], _lay(_enlarge(motif, side), mx[at], my[at]), 0), 0.1, 0.9)
    piece = engrave(ink, wall.x[at], wall.y[at], technique, side, rng)
    whole = Cut(*(np.full(near.shape, fill, np.float32) for fill in (0, 1, 0)))
    whole.alpha[at], whole.tone[at], whole.shade[at] = np.clip(piece.alpha, 0, 1), piece.tone, piece.shade
    m = ink > 0.15
    by, bx = (
        np.flatnonzero(m.any(1)) + ys[0] + wall.origin[0],
        np.flatnonzero(m.any(0)) + xs[0] + wall.origin[1],
    )
    return Cut(whole.alpha * near, whole.tone, whole.shade * near), (bx[0], by[0], bx[-1] + 1, by[-1] + 1)


def _develop(rgb: F32, size: int, rng: Generator) -> Image.Image:
    """Linear light (2 size, 2 size, 3) to a picture: halve, bloom, soft shoulder, vignette, grain."""
    rgb = np.minimum(rgb, 4).reshape(size, 2, size, 2, 3).mean((1, 3))
    rgb = np.where(rgb > 0.6, 0.6 + 0.4 * (1 - np.exp(-(rgb - 0.6) / 0.4)), rgb)
    grey = np.maximum(rgb, 0) ** np.float32(1 / 2.2)
    grey += rng.standard_normal((size, size, 1), dtype=np.float32) * 0.006
    return Image.fromarray(
        (np.clip(grey, 0, 1) * 255 + rng.random(grey.shape, dtype=np.float32)).clip(0, 255).astype(np.uint8)
    )
