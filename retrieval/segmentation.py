"""What is where in a street photo: a mask in Cityscapes' eight categories, with ONNX Runtime."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from retrieval.graph import open_graph
from retrieval.types import BundleError

# By id. The last is what belongs to none of them; no network says it, labelled masks do.
CATEGORIES = ("flat", "construction", "object", "nature", "sky", "human", "vehicle", "void")
# RGB: what Cityscapes gives road, building, pole, vegetation, sky, person, car and unlabelled.
PALETTE = (
    (128, 64, 128),
    (70, 70, 70),
    (153, 153, 153),
    (107, 142, 35),
    (70, 130, 180),
    (220, 20, 60),
    (0, 0, 142),
    (0, 0, 0),
)
VOID = len(CATEGORIES) - 1
ANSWERS = VOID  # categories that a network can say
# The cells in which a layout tells what is where: rows and columns.
GRID = (6, 8)
LAYOUT = GRID[0] * GRID[1] * ANSWERS  # numbers of one
# The least similarity of very close, close and loosely alike layouts: 4%, 16% and 38% of the pairs of
# CamVid's 367 training frames have it.
LAYOUT_CLOSENESS = (0.9, 0.82, 0.75)


class Segmenter:
    """An opened segmenter.onnx. Safe to share between threads."""

    def __init__(self, path: Path, height: int, width: int, threads: int = 0) -> None:
        """height, width: of what the graph takes. threads: of one mask; 0 leaves the choice to ONNX Runtime
        (one per physical core). Raises BundleError when the file is no graph, or takes pictures of another
        size, or gives anything but logits of the seven categories."""
        self.path, self.height, self.width = path, height, width
        self._session = open_graph(path, threads)
        takes, gives = self._session.get_inputs()[0], self._session.get_outputs()[0]
        self._input = takes.name
        if takes.type != "tensor(uint8)" or list(takes.shape[1:]) != [3, height, width]:
            raise BundleError(
                f"{path.name} takes {takes.type} of {' x '.join(map(str, takes.shape[1:]))}, config.json "
                f"says uint8 of 3 x {height} x {width}; export the bundle again."
            )
        if len(gives.shape) != 4 or gives.shape[1] != ANSWERS:
            raise BundleError(
                f"{path.name} gives {' x '.join(map(str, gives.shape[1:]))}; wanted: logits of {ANSWERS} "
                "categories, height and width. Export the bundle again."
            )

    @classmethod
    def open(cls, path: Path, values: Mapping[str, Any] | None, threads: int = 0) -> Segmenter:
        """values: "segmenter" of config.json, with height and width. Raises BundleError as the class does,
        and for missing or unusable values."""
        try:
            height, width = int(values["height"]), int(values["width"])
        except (KeyError, TypeError, ValueError):
            raise BundleError(
                "config.json says neither height nor width of the segmenter; export the bundle again."
            ) from None
        return cls(path, height, width, threads)

    def segment(self, image: Image.Image) -> np.ndarray:
        """RGB photo -> (H, W) uint8 category ids at the photo's own size."""
        return mask_of(self.logits(image), image.size)

    def logits(self, image: Image.Image) -> np.ndarray:
        """RGB photo -> (7, h, w) float32, at the size that the graph gives."""
        pixels_HWC = np.asarray(prepared(image, self.height, self.width))
        pixels_NCHW = np.ascontiguousarray(pixels_HWC.transpose(2, 0, 1)[np.newaxis])
        return self._session.run(None, {self._input: pixels_NCHW})[0][0]


def prepared(image: Image.Image, height: int, width: int) -> Image.Image:
    """The photo at the size that a network takes; its sides may change their ratio."""
    return image.resize((width, height), Image.Resampling.BILINEAR)


def mask_of(logits_CHW: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """(H, W) uint8 ids: the likeliest category of each pixel, the logits brought to `size` bilinearly.

    size: (width, height). Between equal logits the lower id wins."""
    scaled = [Image.fromarray(one_HW).resize(size, Image.Resampling.BILINEAR) for one_HW in logits_CHW]
    mask_HW = np.zeros(size[::-1], dtype=np.uint8)
    best_HW = np.asarray(scaled[0]).copy()
    for category, one in enumerate(scaled[1:], start=1):
        logits_HW = np.asarray(one)
        mask_HW[logits_HW > best_HW] = category
        np.maximum(best_HW, logits_HW, out=best_HW)
    return mask_HW


def at_size(mask_HW: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The mask at another (width, height); every pixel keeps an id that was there."""
    if mask_HW.shape == size[::-1]:
        return mask_HW
    return np.asarray(Image.fromarray(mask_HW).resize(size, Image.Resampling.NEAREST))


def shares(mask_HW: np.ndarray) -> dict[str, float]:
    """Part of the pixels of each category, in [0, 1], in the order of the ids; together they are 1."""
    counts = np.bincount(mask_HW.ravel(), minlength=len(CATEGORIES))
    return {name: float(count / mask_HW.size) for name, count in zip(CATEGORIES, counts, strict=True)}


def layout(mask_HW: np.ndarray) -> np.ndarray:
    """(H, W) uint8 category ids -> (336,) float32 of unit norm: what is where, whatever it looks like.

    The mask is cut into 6 x 8 cells; of each, the square roots of the seven categories' shares. The cosine of
    two layouts without void is then the mean over the cells of the Bhattacharyya coefficient of their shares:
    1 for the same shares in every cell, 0 where no cell has anything in common, and for cells of one category
    each the part of the picture where both say the same. Void pixels count for nothing.
    Raises ValueError for a mask of nothing but void, which has no layout.
    Sources: Bhattacharyya, "On a measure of divergence between two statistical populations", 1943; the cells
    as in Lazebnik, Schmid, Ponce, "Beyond Bags of Features", CVPR 2006; the roots as in Arandjelovic,
    Zisserman, "Three things everyone should know to improve object retrieval", CVPR 2012.
    """
    rows, columns = GRID
    height, width = max(mask_HW.shape[0], rows), max(mask_HW.shape[1], columns)
    mask_HW = at_size(mask_HW, (width, height))  # so that no cell is empty
    row_H1 = (np.arange(height) * rows // height)[:, np.newaxis]
    cell_HW = row_H1 * columns + np.arange(width) * columns // width
    all_ids = len(CATEGORIES)
    counts = np.bincount((cell_HW * all_ids + mask_HW).ravel(), minlength=rows * columns * all_ids)
    counts_NC = counts.reshape(rows * columns, all_ids)
    shares_NC = counts_NC[:, :ANSWERS] / counts_NC.sum(axis=1, keepdims=True)
    if not shares_NC.any():
        raise ValueError("every pixel of the mask is void; wanted: one with something in it")
    return np.sqrt(shares_NC / shares_NC.sum()).ravel().astype(np.float32)


def layout_of(logits_CHW: np.ndarray) -> np.ndarray:
    """(7, h, w) logits -> the layout of the mask they give at their own size, so that one photo has the same
    layout at every size it is kept in."""
    return layout(logits_CHW.argmax(axis=0).astype(np.uint8))


def coloured(mask_HW: np.ndarray) -> Image.Image:
    """A "P" picture: the ids as they are, shown in the palette's colours."""
    picture = Image.fromarray(mask_HW).convert("L")
    picture.putpalette([value for colour in PALETTE for value in colour])
    return picture


def overlay(image: Image.Image, mask_HW: np.ndarray, opacity: float = 0.5) -> Image.Image:
    """RGB: the photo under the mask's colours. opacity: of the mask, 0 to 1; void stays the photo.

    Raises ValueError for an opacity out of range or a mask of another size."""
    if not 0.0 <= opacity <= 1.0 or mask_HW.shape != image.size[::-1]:
        raise ValueError(
            f"opacity is {opacity} and the mask {mask_HW.shape[1]} x {mask_HW.shape[0]}; wanted: 0 to 1 and "
            f"{image.width} x {image.height}"
        )
    veil = Image.fromarray(np.where(mask_HW == VOID, 0, round(opacity * 255)).astype(np.uint8))
    return Image.composite(coloured(mask_HW).convert("RGB"), image.convert("RGB"), veil)


def png(mask_HW: np.ndarray) -> bytes:
    """The mask as a PNG in the palette's colours; its pixels still are the ids."""
    return _png(coloured(mask_HW))


def ids_png(mask_HW: np.ndarray) -> bytes:
    """The mask as a grey PNG whose values are the ids."""
    return _png(Image.fromarray(mask_HW).convert("L"))


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()
