"""Noodles, grains, bread, eggs, meat, fish and sauces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from train.starters.dishes import palette as hue
from train.starters.dishes.forms import TILT, ball, blob, ellipse, glint, heap, knots, log, outline, prism
from train.starters.dishes.ink import FINE, HAIR, LINE, Sheet, wash
from train.starters.dishes.tableware import Place
from train.starters.pen import Curve, arc, place, points, shift, smooth

_MUSSEL: Curve = outline("-1,0.05 -0.55,-0.42 0.2,-0.58 0.8,-0.4 1,0 0.7,0.3 0,0.42 -0.6,0.3", 6)


def strands(
    s: Sheet,
    at: Place,
    n: int,
    colour: str,
    width: float = 1.5,
    h: float = 8,
    wild: float = 0.12,
    edge: float = 0.2,
) -> None:
    """A nest of noodles h high: strands wind around its middle, the outermost lie lowest."""
    for k in range(n):
        share = 1 - k / n
        r = 0.15 + 0.82 * np.sqrt(share) * s.rng.uniform(0.75, 1.05)
        begin, span = s.rng.uniform(0, 2 * np.pi), s.rng.uniform(1.6, 4.2) * s.rng.choice([-1, 1])
        a = begin + span * np.linspace(0, 1, 26)
        wave = 1 + wild * np.sin(a * s.rng.uniform(1.5, 3.5) + s.rng.uniform(0, 6))
        rr = np.clip(r * wave, 0, 1.02)
        x, y = at.x + at.rx * rr * np.cos(a), at.y + at.ry * rr * np.sin(a) - h * (1 - rr**2)
        s.tube(np.stack([x, y], 1), width, colour, edge)


def sheaf(s: Sheet, at: Place, n: int, colour: str, width: float = 1.5, lean: float = 0.25) -> None:
    """Noodles combed one way, as they lie folded in broth."""
    for t in np.linspace(-0.85, 0.85, n):
        reach = np.sqrt(1 - t * t)
        u = np.linspace(-reach, reach, 24)
        wave = 0.1 * np.sin(3.2 * u + 2 * t + s.rng.uniform(-0.3, 0.3))
        y = t + wave + lean * u * (1 - abs(t))
        s.tube(np.stack([at.x + at.rx * u, at.y + at.ry * y], 1), width, colour, 0.2)


def grains(
    s: Sheet, at: Place, n: int, colours: Sequence[str], size: float = 1.0, h: float = 0, long: float = 0.45
) -> None:
    """Rice and the like over a place, or heaped h high. long: how slim a grain is."""
    for x, y in heap(s.rng, n, at.x, at.y, at.rx, h, at.ry):
        colour = colours[int(s.rng.integers(len(colours)))]
        s.speck(x, y, size * s.rng.uniform(0.85, 1.15), size * long, s.rng.uniform(0, 180), colour)


def drizzle(s: Sheet, at: Place, turns: int, colour: str, width: float = 1.1) -> None:
    """A zigzag of sauce over a place."""
    t = np.linspace(-0.9, 0.9, 2 * turns + 1)
    x = at.x + at.rx * t
    y = at.y + at.ry * np.where(np.arange(len(t)) % 2, 0.8, -0.8) * np.sqrt(1 - t * t)
    curve = smooth(np.stack([x, y], 1), 9)
    s.line(curve, width + 0.3, wash(hue.INK, 0.75))
    s.line(curve, width, colour)


def pool(s: Sheet, x: float, y: float, rx: float, ry: float, colour: str, rough: float = 0.1) -> Curve:
    """A spread sauce with a bright spot. Gives its outline."""
    shape = blob(s.rng, x, y, rx, ry, 11, rough)
    s.form(shape, colour, FINE, 0.4, 0.45, None, reach=1.5)
    s.line(arc(x, y, 0.75 * rx, 195, 250, 0.7 * ry), 0.6, wash(hue.GLOW, 0.7))
    return shape


def fried_egg(s: Sheet, x: float, y: float, r: float, ry: float | None = None) -> None:
    ry = TILT * r if ry is None else ry
    white = blob(s.rng, x, y, r, ry, 10, 0.1)
    s.form(shift(white, 0.3, 0.7), hue.OCHRE, FINE, 0.4, 0, None)
    s.form(white, hue.GLOW, FINE, 0.35, 0.2, 30)
    yolk = ellipse(x - 0.05 * r, y - 0.1 * ry, 0.42 * r, 0.44 * ry)
    s.form(yolk, hue.YOLK, FINE, 0.6, 0.4, None)
    glint(s, x - 0.2 * r, y - 0.26 * ry, 0.1 * r)


def half_egg(s: Sheet, x: float, y: float, r: float, degrees: float = -12, yolk: str = hue.YOLK) -> None:
    """A boiled egg cut in two."""
    shape = outline("-1,0 -0.7,-0.62 0,-0.78 0.75,-0.5 1.05,0 0.75,0.5 0,0.78 -0.7,0.62")
    s.form(shift(place(shape, (x, y), degrees, r), 0.2, 0.22 * r), hue.CREAM, LINE, 0.8, 0)
    s.form(place(shape, (x, y), degrees, r), hue.GLOW, LINE, 0.2, 0, None)
    s.form(place(shape * 0.56, (x, y), degrees, r), yolk, HAIR, 0.45, 0.4, None)


def loaf_slice(
    s: Sheet,
    x: float,
    y: float,
    w: float,
    h: float = 3.4,
    degrees: float = 0,
    crumb: str = hue.BUTTER,
    crust: str = hue.CRUST,
) -> Curve:
    """A slice of tin bread lying flat, w wide and h thick. Gives its top, closed."""
    shape = knots(
        "-0.42,0.5 -0.42,-0.1 -0.52,-0.28 -0.36,-0.48 0,-0.5 0.36,-0.48 0.52,-0.28 0.42,-0.1 0.42,0.5"
    )
    curve = np.concatenate([smooth(shape, 7), points((0, 0.5))])
    top = shift(place(curve, (0, 0), degrees, w) * (1, 0.7), x, y)
    prism(s, top, h, crust, [(1, crust)], rough=0)
    s.form(shift((top - (x, y)) * 0.91, x, y), crumb, HAIR, 0.3, 0.3, 30)
    return top


def oval_slice(
    s: Sheet,
    x: float,
    y: float,
    rx: float,
    h: float = 3,
    degrees: float = -20,
    crumb: str = hue.CREAM,
    crust: str = hue.CRUST,
    ry: float | None = None,
) -> None:
    """A slanting slice of baguette lying flat."""
    top = place(blob(s.rng, 0, 0, rx, 0.52 * rx if ry is None else ry, 10, 0.04), (x, y), degrees)
    prism(s, top, h, crust, [(1, crust)])
    inner = (top - (x, y)) * 0.88 + (x, y)
    s.form(inner, crumb, HAIR, 0.3, 0.4, 30)
    for u, v in heap(s.rng, 9, x, y, 0.6 * rx, ry=0.25 * rx):
        s.speck(u, v, 0.5, 0.3, degrees, wash(hue.OCHRE, 0.8), 0)


def shrimp(s: Sheet, x: float, y: float, r: float, degrees: float = 0, colour: str = hue.SALMON) -> None:
    """A peeled shrimp curled up, with its tail."""
    t = np.linspace(0, 1, 30)
    a = np.radians(200 - 250 * t)
    body = np.stack([0.62 * np.cos(a), 0.62 * np.sin(a)], 1)
    width = np.interp(t, [0, 0.15, 0.5, 0.85, 1], [0.5, 0.72, 0.66, 0.42, 0.3]) * r
    curve = place(body, (x, y), degrees, r)
    tail = curve[-1]
    d = np.degrees(np.arctan2(*(curve[-1] - curve[-3])[::-1]))
    for turn in (-24, 24):
        fin = knots("-0.05,-0.06 0.3,-0.17 0.55,0 0.3,0.17 -0.05,0.06")
        s.form(place(fin, tail, d + turn, r), hue.CORAL, FINE, 0.4, 0.2, None)
    log(s, curve, width, colour, FINE, 0.5, None)
    for k in range(4, 28, 5):
        n = np.array([np.cos(a[k]), np.sin(a[k])]) * width[k] / r / 2
        band = place(
            np.stack([body[k] - 0.9 * n, body[k] + (0.05, 0.03), body[k] + 0.95 * n]), (x, y), degrees, r
        )
        s.line(smooth(band, 5), 0.32, hue.BRICK)


def scallop(
    s: Sheet, x: float, y: float, r: float, h: float, top: str = hue.HONEY, side: str = hue.IVORY
) -> None:
    """A seared disc: also medallions and little cakes."""
    shape = blob(s.rng, x, y, r, 0.64 * r, 12, 0.035)
    s.shadow(shift(shape, 0, h), 0.4, 1.2, 0.8)
    prism(s, shape, h, top, [(0.12, top), (0.88, side)], rough=0.2, shade=0.6)
    s.form((shape - (x, y)) * 0.8 + (x, y), wash(hue.RUSSET, 0.5), 0, 0.1, 0.3, None)


def grill(s: Sheet, curve: Curve, n: int = 5, degrees: float = -25, width: float = 1.5) -> None:
    """Dark bars of the grill over a closed form."""
    middle, size = (curve.min(0) + curve.max(0)) / 2, np.ptp(curve, axis=0).max()
    with s.inside(curve):
        for t in (np.arange(n) + 0.5) / n - 0.5:
            bar = (
                place(points((-0.7, t), (0, t + 0.012), (0.7, t)), (0, 0), degrees, size) * (1, 0.8) + middle
            )
            s.line(bar, width, wash(hue.COCOA, 0.85))
        s.line(curve, LINE, closed=True)


def fillet(s: Sheet, top: Curve, h: float, colour: str, side: str) -> None:
    """A thick piece of meat or fish with rounded edges and a shadow under it."""
    s.shadow(shift(top, 0, h), 0.45, 1.5, 1.0)
    prism(s, top, h, colour, [(1, side)], shade=0.7)


def bone(s: Sheet, a: Sequence[float], b: Sequence[float], w: float) -> None:
    """A bare bone from a to its knuckle at b."""
    s.tube(points(a, b), w, hue.IVORY, LINE)
    d = np.degrees(np.arctan2(b[1] - a[1], b[0] - a[0]))
    for side in (-1, 1):
        ball(s, *place(points((0, side * 0.5 * w)), b, d)[0], 0.75 * w, hue.IVORY)
    s.tube(points(a, b), w, hue.IVORY, 0)


def rosette(s: Sheet, x: float, y: float, r: float, colour: str = hue.IVORY, tiers: int = 3) -> None:
    """Whipped cream from a star nozzle."""
    for k in range(tiers):
        size, up = r * (1 - 0.27 * k), 0.52 * r * k
        a = np.linspace(0, 2 * np.pi, 90, endpoint=False)
        rr = size * (1 + 0.06 * np.cos(10 * a + k))
        s.form(np.stack([x + rr * np.cos(a), y - up + 0.6 * rr * np.sin(a)], 1), colour, FINE, 0.5, 0.3, 60)
        for ray in np.radians(np.arange(20, 180, 32)):
            fold = points(
                (0.95 * np.cos(ray), 0.6 * np.sin(ray)), (0.6 * np.cos(ray + 0.3), 0.2 * np.sin(ray))
            )
            s.line(shift(fold * size, x, y - up), HAIR)
    tip = points((-0.16, 0.1), (0, -0.42), (0.16, 0.1), (0, 0.17)) * r
    s.form(
        shift(smooth(tip, 5, closed=True)[:-1], x, y - 0.55 * r * (tiers - 1) - 0.1 * r),
        colour,
        FINE,
        0.4,
        0.2,
        None,
    )


def sesame(s: Sheet, at: Place, n: int = 26, colour: str = hue.CREAM, h: float = 0) -> None:
    grains(s, at, n, [colour], 0.75, h, 0.55)


def crackling(s: Sheet, curve: Curve, n: int, colour: str = hue.RUSSET) -> None:
    """Spots of browning inside a closed form."""
    middle, size = (curve.min(0) + curve.max(0)) / 2, np.ptp(curve, axis=0) / 2
    with s.inside(curve):
        for x, y in heap(s.rng, n, *middle, size[0], ry=size[1]):
            s.speck(x, y, s.rng.uniform(0.4, 1.2), 0.5, s.rng.uniform(-40, 40), wash(colour, 0.55), 0)


def mussel(s: Sheet, x: float, y: float, r: float, degrees: float, open_: bool = True) -> None:
    """A mussel; open: its orange meat shows."""
    shell = place(_MUSSEL, (x, y), degrees, r)
    s.form(shell, "#3f4553", LINE, 0.6, 0.7)
    if not open_:
        for scale in (0.82, 0.62, 0.4):
            s.line((shell - shell[0]) * scale + shell[0], HAIR, wash(hue.SEA, 0.8), closed=True)
        return
    s.form(place(_MUSSEL * 0.84, (x, y), degrees, r), "#a9b0b6", HAIR, 0.6, 0.4, None, hollow=True)
    meat = place(_MUSSEL * (0.58, 0.62) + (0.06, 0.02), (x, y), degrees, r)
    s.form(meat, hue.CARROT, FINE, 0.6, 0.6, None)
    s.line(
        place(smooth(points((-0.35, 0.02), (0.1, 0.1), (0.5, 0.04)), 6), (x, y), degrees, r), 0.5, hue.BROWN
    )
