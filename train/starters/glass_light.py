"""The studio an engraved glass stands in: lamps, ground, shadow, and the development of the picture.

What a point of glass mirrors and what it lets through depend only on its normal, so both are baked into
small tables once; a picture is then a handful of look-ups. Light is linear, 1 is paper white.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

F32 = NDArray[np.float32]

LIGHTS = 4  # settings of the lamps
# wall, table: sRGB of the ground behind and below
GROUNDS = (
    ((28, 42, 68), (21, 31, 50)),  # ink blue
    ((28, 57, 49), (19, 39, 34)),  # bottle green
    ((60, 53, 48), (43, 38, 35)),  # warm charcoal
    ((62, 41, 62), (44, 29, 45)),  # aubergine
    ((90, 103, 97), (69, 80, 75)),  # sage
    ((83, 75, 98), (60, 53, 72)),  # dusk
    ((50, 66, 76), (37, 49, 57)),  # slate
    ((84, 58, 50), (60, 41, 36)),  # umber
)
# what one wall of the glass leaves of white light
TINTS = {
    "clear": (0.985, 0.992, 0.988),
    "green": (0.84, 0.96, 0.86),
    "cobalt": (0.36, 0.55, 0.96),
    "amber": (0.97, 0.82, 0.5),
    "smoke": (0.82, 0.81, 0.85),
    "ruby": (0.88, 0.22, 0.25),
    "rose": (0.97, 0.82, 0.84),
}
WARM, COOL = np.array([1.0, 0.965, 0.9], np.float32), np.array([0.88, 0.95, 1.0], np.float32)


def smooth(x: F32, lo: float, hi: float) -> F32:
    """Hermite step: 0 at lo and below, 1 at hi and above."""
    t = np.clip((x - lo) * (1.0 / (hi - lo)), 0, 1)
    return t * t * (3 - 2 * t)


def _box(x: F32, lo: float, hi: float, soft: float) -> F32:
    return smooth(x, lo - soft, lo + soft) * (1 - smooth(x, hi - soft, hi + soft))


def _studio(x: F32, y: F32, z: F32, lights: int) -> F32:
    """What is seen in a direction (right, up, to the camera): (..., 3) of warm lamp, cool lamp, ground."""
    az, el = np.arctan2(x, z), np.arcsin(np.clip(y, -1, 1))
    tall = _box(el, -0.5, 1.0, 0.22)
    strip = _box(az, -1.92, -1.56, 0.035) + 0.45 * np.exp(-np.maximum(az + 1.6, 0) * 5.0) * smooth(
        az, -1.65, -1.6
    )
    warm = strip * tall * (0.72 + 0.28 * np.sin(el + 0.6))
    if lights in (1, 3):  # a window with its cross
        a, e = (-1.16, 0.2) if lights == 1 else (-0.98, 0.34)
        bars = (1 - _box(az, a + 0.2, a + 0.23, 0.02)) * (1 - _box(el, e + 0.27, e + 0.3, 0.02))
        warm = 0.7 * warm + 0.5 * _box(az, a, a + 0.43, 0.03) * _box(el, e, e + 0.6, 0.03) * bars
    elif lights == 2:
        warm = warm + 0.22 * _box(az, -1.12, -1.0, 0.05) * _box(el, -0.3, 0.9, 0.25)
    cool = 0.6 * _box(az, 1.7, 1.84, 0.03) * tall + 0.1 * _box(az, 1.28, 1.62, 0.1) * tall
    behind = np.pi - np.abs(az)
    rim = _box(behind, 0.52, 0.7, 0.08) * _box(el, -0.9, 0.9, 0.25)
    cool = cool + rim * np.where(az < 0, 0.6, 0.28)
    cool = cool + 0.25 * _box(el, 0.95, 1.45, 0.2) + 0.05 * _box(el, -0.75, -0.45, 0.12)
    wall = 0.14 + 0.9 * np.exp(-((behind / 0.5) ** 2)) * (0.75 + 0.25 * np.sin(el))
    return np.stack([warm, cool, wall + 0.45 * _box(el, -1.6, -0.25, 0.2)], -1).astype(np.float32)


@lru_cache(maxsize=LIGHTS)
def tables(lights: int) -> tuple[F32, F32, F32]:
    """Light a point of glass mirrors, passes where it is solid, and passes where it is a wall.

    The first two are (256, 256, 3), indexed by the normal's (y, x) from -1 to 1. The third is (512, 64, 4),
    by the place across the glass from -1 to 1 and by inner over outer radius from 0.8 to 1; its fourth
    value says how straight one sees through, in [0, 1]. lights: from 0 to LIGHTS - 1.
    """
    n = np.linspace(-1, 1, 256, dtype=np.float32)
    x, y = np.meshgrid(n, n)
    far = np.maximum(np.hypot(x, y), 1e-6)
    rr = np.minimum(far, 0.995)
    x, y, z = x * rr / far, y * rr / far, np.sqrt(1 - rr * rr)
    fresnel = 0.04 + 0.6 * (1 - z) ** 4
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
    wall *= (0.96 - 0.75 * (1 - np.sqrt(1 - a * a)) ** 4)[..., None]
    straight = 1 - smooth(np.abs(turn), 0.06, 0.3)
    return mirror, through, np.concatenate([wall, straight[..., None]], -1).astype(np.float32)


def look_up(table: F32, ny: F32, nx: F32) -> F32:
    """(..., 3) of a (256, 256, 3) table at a normal."""
    k = ((ny + 1) * 127.5).astype(np.int32) * 256 + ((nx + 1) * 127.5).astype(np.int32)
    return table.reshape(-1, table.shape[-1]).take(np.clip(k, 0, 65535), axis=0)


def glow_of(tint: F32) -> F32:
    """(3,) light that coloured glass gives back on a dark ground. tint: (3,) what a wall leaves of white."""
    return 0.14 * float(tint.max() - tint.min()) * (tint / tint.max()) ** 2


def draw_rod(
    room: F32, points: list[tuple[float, float]], rod: float, lamp: F32, tint: F32, lights: int
) -> None:
    """Draw a bent rod of solid glass, a handle, into the room (W, W, 3).

    points: (x, y) of its middle line, px; rod: half its thickness, px. lamp: (3, 3) colours of the two
    lamps and the ground; tint: what glass leaves of white light; lights: from 0 to LIGHTS - 1.
    """
    x0, y0 = (int(min(p[k] for p in points) - rod - 2) for k in (0, 1))
    x1, y1 = (int(max(p[k] for p in points) + rod + 3) for k in (0, 1))
    line = Image.new("L", (x1 - x0, y1 - y0))
    ImageDraw.Draw(line).line([(x - x0, y - y0) for x, y in points], fill=255, width=1)
    far, (ky, kx) = ndimage.distance_transform_edt(np.asarray(line) == 0, return_indices=True)
    far, ky, kx = (ndimage.gaussian_filter(k.astype(np.float32), 2.0) for k in (far, ky, kx))
    ny, nx = (ky - np.arange(y1 - y0)[:, None]) / rod, (np.arange(x1 - x0) - kx) / rod
    mirror, through, _ = tables(lights)
    solid = look_up(through, -ny, nx) * np.array([0.12, 0.1, 1], np.float32) @ lamp * tint**2 + glow_of(tint)
    cover = np.clip(rod - far + 0.5, 0, 1)[..., None].astype(np.float32)
    view = room[y0:y1, x0:x1]
    view += cover * (solid + look_up(mirror, ny, nx) @ lamp - view)


def empty_room(W: int, ground: int, foot: tuple[float, float, float], squash: float, rng: Generator) -> F32:
    """The table with a glass's shadow and caustic but no glass, (W, W, 3).

    ground: index into GROUNDS. foot: x, y, radius of the ellipse it stands on, px; squash: its flatness.
    """
    y, x = (np.mgrid[:192, :192].astype(np.float32) + 0.5) / 192
    fx, fy, fr = (f / W for f in foot)
    wall, table = ((np.asarray(k, np.float32) / 255) ** np.float32(2.2) for k in GROUNDS[ground])
    edge = fy - rng.uniform(0.08, 0.13)
    t = smooth(y, edge - 0.07, edge + 0.07)
    glow = np.exp(-(((x - 0.52 + rng.uniform(-0.1, 0.1)) / 0.42) ** 2 + ((y - 0.4) / 0.42) ** 2))
    pool = np.exp(-(((x - fx - 0.1) / 0.45) ** 2 + ((y - fy - 0.02) / 0.14) ** 2))
    dx, dy = (x - fx) / fr, (y - fy) / (fr * max(squash, 0.15))
    contact = np.exp(-np.maximum(np.hypot(dx, dy) - 0.9, 0) * 5.0)
    along, aside = dx + 0.25 * dy, dy - 0.22 * dx  # the shadow leans away from the lamp on the left
    reach = smooth(along, 0.3, 1.0) * np.exp(-np.maximum(along - 1.0, 0) / 1.1)
    cast = reach * np.exp(-((aside / 0.95) ** 2))
    fold = 0.52 * np.exp(
        -np.maximum(along - 0.9, 0) / 1.3
    )  # the two arms of a caustic meet far from the glass
    arms = np.exp(-(((np.abs(aside) - fold) / 0.13) ** 2)) + 0.55 * np.exp(-((aside / 0.2) ** 2)) * smooth(
        along, 1.0, 2.2
    )
    caustic = arms * smooth(along, 0.85, 1.15) * np.exp(-np.maximum(along - 1.0, 0) / 0.75)
    dark = (1 - 0.62 * contact * (0.35 + 0.65 * t)) * (1 - 0.5 * cast * t)
    rgb = wall * (0.45 + 1.1 * glow * (1 - t))[..., None] * (1 - t)[..., None]
    rgb = (rgb + table * ((0.5 + 1.0 * pool) * t)[..., None]) * dark[..., None]
    rgb = rgb + (0.3 * caustic * t)[..., None] * (table + 0.10) * WARM
    planes = [Image.fromarray(np.ascontiguousarray(rgb[..., c], dtype=np.float32)) for c in range(3)]
    return np.stack([np.asarray(p.resize((W, W), Image.Resampling.BICUBIC)) for p in planes], -1)


def develop(light: F32, rng: Generator) -> Image.Image:
    """Light (2 S, 2 S, 3) to a picture of S x S: halved, with a little bloom, a soft shoulder and grain."""
    size = len(light) // 2
    light = np.minimum(light, 1.6)
    rgb = 0.25 * (light[::2, ::2] + light[::2, 1::2] + light[1::2, ::2] + light[1::2, 1::2])
    glow = ndimage.gaussian_filter(np.maximum(rgb[::4, ::4].mean(-1) - 0.5, 0), 2.0)
    glow = np.asarray(Image.fromarray(glow).resize((size, size), Image.Resampling.BICUBIC))
    rgb = rgb + 0.16 * glow[..., None]
    rgb = np.where(rgb > 0.55, 0.55 + 0.42 * (1 - np.exp((0.55 - rgb) / 0.42)), rgb)
    grey = np.maximum(rgb, 0) ** np.float32(1 / 2.2)
    grey += rng.standard_normal((size, size, 1), dtype=np.float32) * 0.0035
    grey = grey * 255 + rng.random(grey.shape, dtype=np.float32)  # dither instead of rounding
    return Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8))
