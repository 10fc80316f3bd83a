"""Ornaments by our own hand, as line art: the borders, wreaths, bows and ciphers engravers live by.

Each design of an ornament is a different construction, not a variation of one; the same name and design
always give the same pixels. Sources in the motif table name them `ornament:<name>/<design>`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from train.starters import ornament_bands as bands
from train.starters import ornament_emblems as emblems
from train.starters import ornament_letters as letters
from train.starters import ornament_plants as plants
from train.starters import ornament_scrolls as scrolls
from train.starters import ornament_vessels as vessels
from train.starters import ornament_weaves as weaves
from train.starters import ornament_wreaths as wreaths
from train.starters.pen import Plate

LICENCE = "MIT"

_CUTTERS: dict[str, tuple[Callable[[Plate, int], None], int]] = {
    "laurel-wreath": (wreaths.wreath, 7),
    "garland": (wreaths.garland, 7),
    "vine": (wreaths.vine, 7),
    "ivy": (wreaths.ivy, 6),
    "fern": (plants.fern, 6),
    "wheat-ear": (plants.wheat, 6),
    "oak": (plants.oak, 6),
    "thistle": (plants.thistle, 5),
    "lily-of-the-valley": (plants.lily_of_the_valley, 4),
    "greek-key": (bands.greek_key, 7),
    "wave-band": (bands.wave, 7),
    "guilloche": (bands.guilloche, 6),
    "moulding": (bands.moulding, 7),
    "basket-weave": (weaves.basket_weave, 7),
    "knot": (weaves.knot, 8),
    "ribbon": (scrolls.ribbon, 7),
    "rosette": (scrolls.rosette, 8),
    "scroll": (scrolls.scroll, 7),
    "star": (emblems.star, 8),
    "heart": (emblems.heart, 8),
    "shell": (scrolls.shell, 5),
    "dragonfly": (emblems.dragonfly, 5),
    "lyre": (emblems.lyre, 5),
    "harp": (emblems.harp, 4),
    "wedding-rings": (emblems.wedding_rings, 5),
    "compass-rose": (emblems.compass_rose, 5),
    "cross": (emblems.cross, 4),
    "chalice": (vessels.chalice, 4),
    "barrel": (vessels.barrel, 3),
    "cornucopia": (vessels.cornucopia, 4),
    "sea-horse": (vessels.sea_horse, 4),
} | {f"letter-{letter.lower()}": (partial(letters.initial, letter), 7) for letter in letters.STROKES["roman"]}

DESIGNS: dict[str, int] = {name: count for name, (_, count) in _CUTTERS.items()}


def draw(name: str, design: int, size: int = 256) -> np.ndarray:
    """(H, W) uint8, black on white paper (255), cut to the ink, the longer side `size` pixels.

    Raises KeyError for an unknown ornament, ValueError for a design it has not.
    """
    cutter, count = _CUTTERS[name]
    if not 0 <= design < count:
        raise ValueError(f"ornament {name!r} has the designs 0 to {count - 1}, not {design}")
    plate = Plate(seed=f"{name}/{design}")
    cutter(plate, design)
    return plate.render(size)


def render(source: str, size: int = 256) -> np.ndarray:
    """The drawing of an `ornament:<name>/<design>` source, or of its part after the colon."""
    name, _, design = source.removeprefix("ornament:").partition("/")
    return draw(name, int(design), size)
