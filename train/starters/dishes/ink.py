"""A sheet of paper on which copperplate lines are cut and washes of colour laid.

Lengths are hundredths of the sheet's side, y down, and the light falls from the upper left. A curve is
(N, 2) float; a closed one doesn't repeat its first point. Everything is drawn OVER times too large and
brought down at the end, so that edges are clean.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from train.starters.dishes.palette import GLOW, INK, PAPER, SHADE
from train.starters.pen import Curve, normals, shift

SIDE, OVER = 384, 3  # px
DOT = SIDE / 100  # finished pixels in a unit
UNIT = DOT * OVER  # drawn pixels in a unit
HAIR, FINE, LINE, BOLD = 0.2, 0.28, 0.38, 0.55  # widths of lines
FILLED = 0.92  # share of the finished square that the drawing may take
PERIOD = 1.15  # between two lines of hatching

_SHARE = {share: [round(share * level) for level in range(256)] for share in (0.5, 0.55, 0.62, 0.78)}


@cache
def _pattern(degrees: int) -> Image.Image:
    """(SIDE * OVER) square, L: 255 on the middle of a hatching line, 0 half way to the next one."""
    y, x = np.mgrid[: 100 + 1, : 100 + 1].astype(np.float32)
    a = np.radians(degrees)
    across, along = x * np.sin(a) - y * np.cos(a), x * np.cos(a) + y * np.sin(a)
    coarse = across / PERIOD + 0.1 * np.sin(along / 3.1) + 0.12 * np.sin(along / 7.3 + across / 5)
    whole = Image.fromarray(coarse.astype(np.float32))
    phase = np.asarray(whole.resize((SIDE * OVER, SIDE * OVER), Image.Resampling.BICUBIC))
    return Image.fromarray((255 * (1 - np.abs(2 * (phase % 1) - 1))).astype(np.uint8))


@cache
def _tooth() -> np.ndarray:
    """(SIDE, SIDE, 1) float32 about 1: the paper's tooth and the clouds of a drying wash."""
    rng = np.random.default_rng(101)
    tooth = np.zeros((SIDE, SIDE), np.float32)
    for cells, strength in ((9, 0.006), (28, 0.009), (90, 0.009), (SIDE, 0.012)):
        grain = Image.fromarray(rng.standard_normal((cells, cells)).astype(np.float32))
        tooth += strength * np.asarray(grain.resize((SIDE, SIDE), Image.Resampling.BICUBIC))
    return 1 + tooth[..., None]


def wash(colour: str, opacity: float) -> str:
    """The colour thinned with water; opacity in [0, 1]."""
    return f"{colour}{round(255 * opacity):02x}"


def _even(curve: Curve, closed: bool, step: float = 0.7) -> Curve:
    """The same curve with points `step` apart; closed: the first point comes again at the end."""
    if closed:
        curve = np.concatenate([curve, curve[:1]])
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    at = np.linspace(0, length[-1], max(6, int(length[-1] / step)))
    return np.stack([np.interp(at, length, curve[:, 0]), np.interp(at, length, curve[:, 1])], 1)


def _hatching(degrees: float) -> Image.Image:
    return _pattern(round(degrees / 15) * 15 % 180)


class Sheet:
    """The drawing so far. Seeded: the hand trembles the same way each time."""

    def __init__(self, seed: str) -> None:
        self.rng = np.random.default_rng(zlib.crc32(seed.encode()))
        self._begin(Image.new("RGB", (SIDE * OVER, SIDE * OVER), PAPER))

    def _begin(self, image: Image.Image) -> None:
        self.image, self.draw = image, ImageDraw.Draw(image, "RGBA")

    def flat(self, curve: Curve, colour: str) -> None:
        """A wash without an edge; the colour may carry an opacity."""
        self.draw.polygon((np.asarray(curve) * UNIT).ravel().tolist(), fill=colour)

    def form(
        self,
        curve: Curve,
        colour: str,
        edge: float = LINE,
        shade: float = 0.5,
        light: float = 0.4,
        hatch: float | None = 45,
        reach: float | None = None,
        hollow: bool = False,
    ) -> None:
        """A closed form: washed, modelled by light and shade, edged. The rest as for `model`."""
        self.flat(curve, colour)
        self.model(curve, shade, light, hatch, reach, hollow)
        if edge:
            self.line(curve, edge, closed=True)

    def model(
        self,
        curve: Curve,
        shade: float = 0.5,
        light: float = 0.4,
        hatch: float | None = 45,
        reach: float | None = None,
        hollow: bool = False,
    ) -> None:
        """Round off what lies inside a closed curve.

        shade, light: strengths in [0, 1]. hatch: direction of the lines in the shade, degrees; None: no
        lines. reach: how far the shade comes in from the edge. hollow: lit like the inside of a bowl.
        """
        reach = reach or float(np.clip(0.3 * np.ptp(curve, axis=0).min(), 0.5, 8))
        mask, box = self._mask(curve, int(np.ceil(1.6 * reach * DOT)) + 1)
        soft = np.asarray(mask.reduce(OVER).filter(ImageFilter.GaussianBlur(reach * DOT * 0.55)), np.float32)
        step = max(1, round(reach * DOT * 0.5)) * (-1 if hollow else 1)

        def tone(towards: int, strength: float) -> Image.Image:
            """How near the edge of that side is, times `strength`; L, as large as the mask."""
            level = np.clip((255 - np.roll(soft, (towards, towards), (0, 1))) * strength, 0, 255)
            return Image.fromarray(level.astype(np.uint8)).resize(mask.size, Image.Resampling.BILINEAR)

        if light:
            self.image.paste(GLOW, box, ImageChops.multiply(tone(step, light), mask))
        if shade:
            dark = tone(-step, 0.8 * shade)
            self.image.paste(SHADE, box, ImageChops.multiply(dark.point(_SHARE[0.78]), mask))
            if hatch is not None:
                area = (*box, box[0] + mask.width, box[1] + mask.height)
                lines = ImageChops.add(_hatching(hatch).crop(area), dark, scale=1 / 5, offset=-5 * 262)
                self.image.paste(INK, box, ImageChops.multiply(lines.point(_SHARE[0.62]), mask))

    def line(
        self, curve: Curve, width: float = LINE, colour: str = INK, closed: bool = False, tremble: float = 0.1
    ) -> None:
        """A cut line: open ones taper at their ends, closed ones swell on the side away from the light."""
        c = _even(np.asarray(curve, float), closed)
        t = np.linspace(0, 1, len(c))
        knots = self.rng.uniform(-1, 1, (2, max(4, len(c) // 9)))
        knots[:, -1] = knots[:, 0]
        at = np.linspace(0, 1, knots.shape[1])
        weight = 0.85 + 0.22 * np.interp(t, at, knots[0])
        side = normals(np.concatenate([c[-2:-1], c, c[1:2]]))[1:-1] if closed else normals(c)
        if closed:
            x, y = c.T
            outward = np.sign(np.sum(x[1:] * y[:-1] - x[:-1] * y[1:])) or 1
            weight += 0.4 * np.clip(outward * side @ (0.6, 0.8), 0, 1)
        else:
            weight *= np.clip(2.6 * np.sin(np.pi * t), 0.3, 1)
        c = c + side * (tremble * np.interp(t, at, knots[1]))[:, None]
        half = side * (width * weight / 2)[:, None]
        self.flat(np.concatenate([c + half, (c - half)[::-1]]), colour)

    def lines(self, curves: list[Curve], width: float = FINE, colour: str = INK) -> None:
        for curve in curves:
            self.line(curve, width, colour)

    def tube(self, curve: Curve, width: float, colour: str, edge: float = FINE, shade: float = 0.3) -> None:
        """A strand of even width with a shaded under side: noodles, stalks, handles, strings."""
        line = self.draw.line
        at = [tuple(p) for p in (np.asarray(curve) * UNIT)]
        line(at, INK, round((width + 2 * edge) * UNIT), "curve")
        line(at, colour, round(width * UNIT), "curve")
        under = [(x + 0.16 * width * UNIT, y + 0.22 * width * UNIT) for x, y in at]
        line(under, wash(SHADE, shade), max(1, round(0.34 * width * UNIT)))

    def speck(
        self, x: float, y: float, rx: float, ry: float, degrees: float, colour: str, edge: float = 0.13
    ) -> None:
        """A small oval: a grain, a seed, a crumb."""
        a, t = np.radians(degrees), np.linspace(0, 2 * np.pi, 13)[:-1]
        u, v = rx * np.cos(t), ry * np.sin(t)
        curve = np.stack([x + u * np.cos(a) - v * np.sin(a), y + u * np.sin(a) + v * np.cos(a)], 1) * UNIT
        ink = {"outline": wash(INK, 0.8), "width": round(edge * UNIT)} if edge else {}
        self.draw.polygon(curve.ravel().tolist(), colour, **ink)

    def shadow(self, curve: Curve, strength: float = 0.5, dx: float = 2.2, dy: float = 2.6) -> None:
        """What a thing throws on what it stands on: a soft wash and level lines."""
        mask, (left, top) = self._mask(shift(curve, dx, dy), 14)
        soft = mask.reduce(OVER).filter(ImageFilter.GaussianBlur(0.5 * DOT * max(dx, 1)))
        soft = soft.resize(mask.size, Image.Resampling.BILINEAR)
        tone = soft.point([round(strength * level) for level in range(256)])
        self.image.paste(SHADE, (left, top), tone.point(_SHARE[0.55]))
        lines = _hatching(0).crop((left, top, left + mask.width, top + mask.height))
        lines = ImageChops.add(lines, tone, scale=1 / 5, offset=-5 * 290)
        self.image.paste(INK, (left, top), lines.point(_SHARE[0.5]))

    @staticmethod
    def _mask(curve: Curve, pad: int) -> tuple[Image.Image, tuple[int, int]]:
        """L mask of a closed curve, `pad` finished pixels of room around it; and its corner, drawn pixels."""
        low = np.floor(curve.min(0) * DOT).astype(int) - pad
        width, height = (np.ceil(curve.max(0) * DOT).astype(int) + pad - low) * OVER
        mask = Image.new("L", (int(width), int(height)))
        ImageDraw.Draw(mask).polygon((curve * UNIT - low * OVER).ravel().tolist(), fill=255)
        return mask, (int(low[0]) * OVER, int(low[1]) * OVER)

    @contextmanager
    def inside(self, curve: Curve) -> Iterator[None]:
        """What is drawn meanwhile stays inside the closed curve."""
        before = self.image.copy()
        yield
        mask = Image.new("L", before.size)
        ImageDraw.Draw(mask).polygon((np.asarray(curve) * UNIT).ravel().tolist(), fill=255)
        before.paste(self.image, (0, 0), mask)
        self._begin(before)

    def finish(self) -> Image.Image:
        """(SIDE, SIDE) RGB: what is drawn, in the middle of the square, brought down on toothed paper."""
        left, top, right, bottom = ImageChops.difference(
            self.image, Image.new("RGB", self.image.size, PAPER)
        ).getbbox() or (0, 0, *self.image.size)
        side = max(round(max(right - left, bottom - top) / FILLED), round(0.8 * SIDE * OVER))
        whole = Image.new("RGB", (side, side), PAPER)
        whole.paste(self.image, ((side - left - right) // 2, (side - top - bottom) // 2))
        small = whole.resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        return Image.fromarray(np.clip(np.asarray(small) * _tooth(), 0, 255).astype(np.uint8))
