"""A small engraver's pen: curves as arrays of points, and a plate that cuts them as SVG.

Units are hundredths of the plate's height, y down. A curve is (N, 2) float. Everything an ornament
needs is here: smooth curves, arcs and spirals, swelled lines as a burin leaves them, leaves, flowers,
hatching, and straps that pass over and under each other.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Sequence

import numpy as np
import resvg_py
from PIL import Image

Curve = np.ndarray
INK, PAPER = "#000", "#fff"
FINE, LINE, BOLD = 1.1, 1.7, 2.6  # stroke widths


def points(*pairs: Sequence[float]) -> Curve:
    """(N, 2) from N pairs."""
    return np.asarray(pairs, float)


def smooth(knots: Curve | Sequence, n: int = 14, closed: bool = False) -> Curve:
    """A centripetal-like Catmull-Rom curve through the knots, n points between two of them."""
    knots = np.asarray(knots, float)
    ends = (knots[-1:], knots[:2]) if closed else (2 * knots[:1] - knots[1:2], 2 * knots[-1:] - knots[-2:-1])
    padded = np.concatenate([ends[0], knots, ends[1]])
    t = np.linspace(0, 1, n, endpoint=False)[:, None]
    parts = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        parts.append(
            0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        )
    return np.concatenate([*parts, knots[:1] if closed else knots[-1:]])


def arc(
    x: float, y: float, r: float, start: float, end: float, ry: float | None = None, n: int = 60
) -> Curve:
    """An elliptic arc about (x, y); degrees, clockwise from the right."""
    a = np.radians(np.linspace(start, end, n))
    return np.stack([x + r * np.cos(a), y + (r if ry is None else ry) * np.sin(a)], 1)


def spiral(x: float, y: float, r0: float, r1: float, start: float, turns: float, n: int = 90) -> Curve:
    """From radius r0 to r1 about (x, y), `turns` turns clockwise (negative: the other way)."""
    t = np.linspace(0, 1, n)
    a, r = np.radians(start) + 2 * np.pi * turns * t, r0 * (max(r1, 1e-3) / r0) ** t
    return np.stack([x + r * np.cos(a), y + r * np.sin(a)], 1)


def along(curve: Curve, n: int, start: float = 0.0, end: float = 1.0) -> Iterable[tuple[np.ndarray, float]]:
    """n places evenly spaced on the curve's length: the point, and the direction in degrees."""
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    length = np.concatenate([[0], np.cumsum(steps)])
    for share in np.linspace(start, end, n):
        i = int(np.clip(np.searchsorted(length, share * length[-1]), 1, len(curve) - 1))
        low, high = length[i - 1], length[i]
        t = (share * length[-1] - low) / max(high - low, 1e-9)
        a, b = curve[i - 1], curve[i]
        d = curve[min(i + 1, len(curve) - 1)] - curve[max(i - 2, 0)]
        yield a + t * (b - a), float(np.degrees(np.arctan2(d[1], d[0])))


def turn(curve: Curve, degrees: float, about: Sequence[float] = (0, 0)) -> Curve:
    a = np.radians(degrees)
    spin = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return (np.asarray(curve) - about) @ spin + about


def place(curve: Curve, at: Sequence[float], degrees: float, scale: float | tuple = 1.0) -> Curve:
    """A curve drawn about the origin pointing right, scaled, turned and moved to `at`."""
    return turn(np.asarray(curve) * scale, degrees) + np.asarray(at, float)


def shift(curve: Curve, x: float, y: float = 0.0) -> Curve:
    return np.asarray(curve) + np.array([x, y])


def normals(curve: Curve) -> Curve:
    d = np.gradient(curve, axis=0)
    d /= np.maximum(np.linalg.norm(d, axis=1, keepdims=True), 1e-9)
    return np.stack([-d[:, 1], d[:, 0]], 1)


def offset(curve: Curve, by: float | np.ndarray) -> Curve:
    """The parallel curve, `by` to the right of its direction."""
    return curve + normals(curve) * np.reshape(by, (-1, 1))


LEAVES: dict[str, Curve] = {
    # Upper half of each leaf, from the stem (0, 0) to the tip (1, 0).
    "bay": points((0, 0), (0.2, 0.13), (0.5, 0.2), (0.8, 0.11), (1, 0)),
    "willow": points((0, 0), (0.25, 0.09), (0.5, 0.115), (0.8, 0.05), (1, 0)),
    "round": points((0, 0), (0.08, 0.22), (0.4, 0.36), (0.75, 0.22), (1, 0)),
    "oak": points(
        (0, 0.01), (0.14, 0.07), (0.2, 0.2), (0.32, 0.2), (0.33, 0.1), (0.42, 0.14), (0.48, 0.28),
        (0.61, 0.27), (0.61, 0.14), (0.7, 0.16), (0.75, 0.25), (0.86, 0.2), (0.88, 0.1), (0.97, 0.08), (1, 0),
    ),
    "ivy": points((0, 0), (-0.12, 0.2), (0.02, 0.42), (0.28, 0.46), (0.42, 0.26), (0.7, 0.2), (1, 0)),
    "vine": points(
        (0, 0), (-0.18, 0.14), (-0.1, 0.36), (0.02, 0.36), (0.06, 0.52), (0.22, 0.48), (0.34, 0.54),
        (0.38, 0.34), (0.5, 0.24), (0.6, 0.32), (0.72, 0.24), (0.8, 0.24), (0.86, 0.1), (1, 0),
    ),
    "acanthus": points(
        (0, 0), (0.1, 0.16), (0.22, 0.3), (0.3, 0.16), (0.38, 0.2), (0.5, 0.32), (0.56, 0.15), (0.64, 0.17),
        (0.76, 0.24), (0.8, 0.1), (0.9, 0.1), (1, 0),
    ),
}  # fmt: skip


class Plate:
    """What has been cut so far. width and height in the plate's units; seeded, so a hand can tremble."""

    def __init__(self, width: float = 100, height: float = 100, seed: str = "") -> None:
        self.width, self.height, self.cropped = width, height, False
        self.rng = np.random.default_rng(zlib.crc32(seed.encode()))
        self.cuts: list[str] = []

    def band(self, width: float, height: float) -> None:
        """A band of this size, cut off at its edges: it runs on around the glass."""
        self.width, self.height, self.cropped = width, height, True

    def line(self, curve: Curve, width: float = LINE, ink: str = INK, closed: bool = False) -> None:
        self.cuts.append(
            f'<path d="{_d(curve, closed)}" fill="none" stroke="{ink}" stroke-width="{width:.2f}" '
            'stroke-linecap="round" stroke-linejoin="round"/>'
        )

    def shape(self, curve: Curve, width: float = LINE, fill: str = PAPER) -> None:
        """A closed form: filled with paper or ink, its edge cut with `width` (0: no edge)."""
        edge = f'stroke="{INK}" stroke-width="{width:.2f}" stroke-linejoin="round"' if width else ""
        self.cuts.append(f'<path d="{_d(curve, True)}" fill="{fill}" {edge}/>')

    def swell(self, curve: Curve, *widths: float) -> None:
        """A line whose width runs through `widths` from its start to its end, as a burin sinks and rises."""
        w = np.interp(np.linspace(0, 1, len(curve)), np.linspace(0, 1, len(widths)), widths) / 2
        self.shape(np.concatenate([offset(curve, w), offset(curve, -w)[::-1]]), 0.25, INK)

    def dot(self, at: Sequence[float], r: float, fill: str = INK, width: float = 0.0) -> None:
        edge = f'stroke="{INK}" stroke-width="{width:.2f}"' if width else ""
        self.cuts.append(f'<circle cx="{at[0]:.2f}" cy="{at[1]:.2f}" r="{r:.2f}" fill="{fill}" {edge}/>')

    def leaf(
        self,
        at: Sequence[float],
        degrees: float,
        length: float,
        form: str = "bay",
        cut: str = "rib",
        fat: float = 1,
    ) -> None:
        """cut: "solid", "plain" (outline), "rib", "veins", "half" (one side in ink) or "hatch"."""
        half = smooth(LEAVES[form] * (1, fat), 8)
        whole = np.concatenate([half, half[::-1] * (1, -1)])
        width = FINE if length < 14 else 1.4
        self.shape(place(whole, at, degrees, length), width, INK if cut == "solid" else PAPER)
        rib = place(points((0, 0), (0.86, 0)), at, degrees, length)
        if cut == "half":
            self.shape(place(np.concatenate([half, half[:1]]), at, degrees, length), 0.2, INK)
        if cut in ("rib", "veins", "hatch"):
            self.line(rib, width * 0.8)
        if cut == "veins":
            for x in (0.2, 0.4, 0.6):
                reach = np.interp(x + 0.12, half[:, 0], half[:, 1]) * 0.72
                for side in (-1, 1):
                    self.line(
                        place(points((x, 0), (x + 0.14, side * reach)), at, degrees, length), width * 0.6
                    )
        if cut == "hatch":
            for x in np.arange(0.1, 0.88, 1.9 / length):
                reach = np.interp(x, half[:, 0], half[:, 1]) * 0.9
                self.line(place(points((x, 0), (x, reach)), at, degrees, length), 0.6)

    def flower(
        self,
        at: Sequence[float],
        r: float,
        petals: int = 5,
        cut: str = "plain",
        start: float = -90,
        core: float = 0.3,
    ) -> None:
        """cut: how each petal is cut, as for a leaf; the heart is a ring with a dot."""
        fat = min(1.9, 7.6 / petals)
        for k in range(petals):
            self.leaf(at, start + 360 * k / petals, r, "round", cut, fat)
        self.dot(at, r * core, PAPER, FINE)
        self.dot(at, r * core * 0.4)

    def mirror(self) -> None:
        """Cut everything again, seen in a mirror on the plate's vertical middle."""
        self.cuts.append(f'<g transform="translate({self.width} 0) scale(-1 1)">{"".join(self.cuts)}</g>')

    def repeat(self, times: int, step: float | None = None) -> None:
        """Cut everything `times` times in all: moved on by `step`, or turned about the middle."""
        once, middle = "".join(self.cuts), f"{self.width / 2} {self.height / 2}"
        for k in range(1, times):
            move = (
                f"rotate({360 * k / times:.3f} {middle})" if step is None else f"translate({k * step:.3f} 0)"
            )
            self.cuts.append(f'<g transform="{move}">{once}</g>')

    def strap(self, curve: Curve, width: float = 7, closed: bool = True, inner: str = PAPER) -> None:
        """A band on the curve that goes over and under itself in turn, edged in ink."""
        crossings = _crossings(curve, closed)
        self.strip(curve, width, closed, inner)
        passes = sorted(t for pair in crossings for t in pair)
        reach = max(3, int(len(curve) * 0.75 * width / _length(curve)))
        for order, t in enumerate(passes):
            if order % 2 == 0:
                index = np.arange(t - reach - 2, t + reach + 4)
                piece = curve[index % (len(curve) - 1) if closed else np.clip(index, 0, len(curve) - 1)]
                self.strip(piece, width, False, inner, trim=2)

    def strip(
        self,
        curve: Curve,
        width: float,
        closed: bool = False,
        inner: str = PAPER,
        trim: int = 0,
        edge: float = 1.4,
    ) -> None:
        """A flat band on the curve. trim: points at each end where only its inside is cut, so that it can
        lie over another band."""
        outside = curve[trim : len(curve) - trim]
        for ink, piece, w in ((INK, outside, width), (inner, curve, width - 2 * edge)):
            self.cuts.append(
                f'<path d="{_d(piece, closed)}" fill="none" stroke="{ink}" stroke-width="{w:.2f}" '
                'stroke-linejoin="round"/>'
            )

    def hatch(self, form: Curve, degrees: float = 45, gap: float = 2.6, width: float = 0.8) -> None:
        """Parallel cuts across a closed form, `gap` apart, at an angle."""
        level = turn(form, -degrees)
        x, y = level[:, 0], level[:, 1]
        x1, y1 = np.roll(x, -1), np.roll(y, -1)
        for height in np.arange(y.min() + gap / 2, y.max(), gap):
            cut = (y <= height) != (y1 <= height)
            hits = np.sort(x[cut] + (height - y[cut]) / (y1[cut] - y[cut]) * (x1[cut] - x[cut]))
            for left, right in zip(hits[::2], hits[1::2], strict=False):
                self.line(turn(points((left, height), (right, height)), degrees), width)

    def svg(self, box: Sequence[float]) -> str:
        view = " ".join(f"{value:.3f}" for value in box)
        return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}">{"".join(self.cuts)}</svg>'

    def render(self, size: int) -> np.ndarray:
        """(H, W) uint8, black on white, cut to its ink, the longer side `size` pixels."""
        room = max(self.width, self.height) / 2
        wide = self.width + 2 * room
        proof = _pixels(self.svg((-room, -room, wide, self.height + 2 * room)), width=512)
        ys, xs = np.nonzero(proof < 200)
        left, right, top, bottom = (
            edge * wide / 512 - room for edge in (xs.min() - 1, xs.max() + 2, ys.min() - 1, ys.max() + 2)
        )
        if self.cropped:
            left, right, top, bottom = 0, self.width, max(top, 0), min(bottom, self.height)
        side = {"height": size} if bottom - top > right - left else {"width": size}
        return _pixels(self.svg((left, top, right - left, bottom - top)), **side)


def _pixels(svg: str, **side: int) -> np.ndarray:
    png = resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", skip_system_fonts=True, **side)
    return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("L"))


def _d(curve: Curve, closed: bool) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in curve) + ("Z" if closed else "")


def _length(curve: Curve) -> float:
    return float(np.linalg.norm(np.diff(curve, axis=0), axis=1).sum())


def _crossings(curve: Curve, closed: bool) -> list[tuple[int, int]]:
    """Index pairs (i, j), i < j, of segments of the curve that cross."""
    a, d = curve[:-1], np.diff(curve, axis=0)
    delta = a[None] - a[:, None]  # (I, J, 2)
    denominator = d[:, None, 0] * d[None, :, 1] - d[:, None, 1] * d[None, :, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (delta[..., 0] * d[None, :, 1] - delta[..., 1] * d[None, :, 0]) / denominator
        u = (delta[..., 0] * d[:, None, 1] - delta[..., 1] * d[:, None, 0]) / denominator
    i, j = np.nonzero((t >= 0) & (t < 1) & (u >= 0) & (u < 1))
    far = (j - i > 3) & ~(closed & (i < 2) & (j > len(a) - 3))
    return list(zip(i[far].tolist(), j[far].tolist(), strict=True))
