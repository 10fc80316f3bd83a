"""Street photos with their masks, in Cityscapes' layout; and what is kept out of a training.

leftImg8bit/<split>/<city>/<stem>_leftImg8bit.png (or jpg) is the photo,
gtFine/<split>/<city>/<stem>_gtFine_labelIds.png its label ids.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError
from tqdm import tqdm

from retrieval import images
from retrieval.segmentation import CATEGORIES, VOID, at_size
from retrieval.types import ImageError
from train.samples import shown

PHOTO, MASK = "_leftImg8bit", "_gtFine_labelIds"
ENDINGS = (".jpg", ".jpeg", ".png")
# Cityscapes' own grouping of its 35 labels (cityscapesscripts/helpers/labels.py).
_LABELS = {
    "void": range(7),
    "flat": range(7, 11),
    "construction": range(11, 17),
    "object": range(17, 21),
    "nature": range(21, 23),
    "sky": (23,),
    "human": range(24, 26),
    "vehicle": (*range(26, 34), 255),  # 255 is -1, license plate, in eight bits
}
_UNKNOWN = 254
# (256,) uint8: label id -> category id.
CATEGORY_OF = np.full(256, _UNKNOWN, dtype=np.uint8)
for _name, _ids in _LABELS.items():
    CATEGORY_OF[list(_ids)] = CATEGORIES.index(_name)
# A sequence with fewer frames is held out together with the others of its city: Cityscapes labels one frame
# of most of its sequences.
FEWEST = 10


def categories_of(labels_HW: np.ndarray) -> np.ndarray:
    """(H, W) label ids -> (H, W) uint8 category ids, 0 to 7 in the order of CATEGORIES.

    Every id from -1 to 33 has the category that Cityscapes gives it, those too that its benchmark does not
    score (parking, rail track, guard rail, bridge, tunnel, pole group, caravan, trailer, license plate). Id 7
    is void: unlabelled, ego vehicle, rectification border, out of roi, static, dynamic and ground. As in the
    benchmark it is in no loss and no score: a pixel that is void in truth counts neither for nor against
    anything, and a network has no such answer.
    Raises ValueError for ids that Cityscapes does not have, naming them.
    """
    labels = labels_HW.astype(np.int64)
    labels[labels == -1] = 255
    outside = (labels < 0) | (labels > 255)
    categories_HW = CATEGORY_OF[np.where(outside, _UNKNOWN, labels)]
    if (unknown := categories_HW == _UNKNOWN).any():
        seen = ", ".join(map(str, np.unique(labels[unknown])[:8]))
        raise ValueError(f"the mask holds ids that Cityscapes does not have: {seen}; wanted: -1 to 33")
    return categories_HW


@dataclass(frozen=True)
class Frame:
    """A photo and its mask. name: the stem, with its city. sequence: what was filmed in one go."""

    name: str
    sequence: str
    photo: Path
    mask: Path

    def open(self) -> tuple[Image.Image, np.ndarray]:
        """RGB, at most 1024 px a side as it is served, and (H, W) uint8 category ids of that size.

        Raises ImageError or ValueError with what is wrong with either of them."""
        image, size = images.load_with_size(self.photo)
        return image, at_size(self._categories(size), image.size)

    def truth(self) -> np.ndarray:
        """(H, W) uint8 category ids, at the mask's own size."""
        return self._categories(None)

    def _categories(self, size: tuple[int, int] | None) -> np.ndarray:
        try:
            with Image.open(self.mask) as opened:
                labels_HW = np.asarray(opened)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
            raise ValueError(f"the mask cannot be read ({type(error).__name__})") from None
        if labels_HW.ndim != 2 or labels_HW.dtype == bool:
            raise ValueError("the mask has colours; wanted: one label id for each pixel")
        if size is not None and labels_HW.shape != size[::-1]:
            height, width = labels_HW.shape
            raise ValueError(f"the mask is {width} x {height} and the photo {size[0]} x {size[1]}")
        return categories_of(labels_HW)


@dataclass(frozen=True)
class FrameSet:
    """frames: what can be used, in the order of their names. broken: (file, reason) of what cannot. notes:
    what else a person should know, a sentence each. pixels_C: (8,) int64 pixels of each category."""

    frames: tuple[Frame, ...]
    broken: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    pixels_C: np.ndarray

    def lines(self) -> list[str]:
        """What was read, for a person."""
        sequences = len({frame.sequence for frame in self.frames})
        told = [f"{len(self.frames):,} street photos with masks, of {sequences:,} sequences", *self.notes]
        if self.broken:
            told.append(f"left out: {len(self.broken):,}")
            told += shown([f"  {name}: {reason}" for name, reason in self.broken])
        return told


def read_streets(root: Path, split: str, progress: bool = False) -> FrameSet:
    """The frames of a split. Every photo and mask is opened once.

    A photo without mask or the other way round, a mask of another size than its photo, with unknown ids or
    of no pixel but void, and a broken file are left out, each with a sentence. A category that no pixel has
    is told of in the notes. Raises ValueError where there is no such folder, or nothing is left.
    """
    photos = photos_of(root, split)
    masks = _files(root / "gtFine" / split, MASK, (".png",))
    broken = [
        (_below(root, path), "the photo has no mask") for name, path in photos.items() if name not in masks
    ]
    broken += [
        (_below(root, path), "the mask has no photo") for name, path in masks.items() if name not in photos
    ]
    both = [Frame(name, sequence_of(name), photos[name], masks[name]) for name in photos if name in masks]
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        looked = pool.map(_look_at, both)
        seen = list(
            tqdm(looked, total=len(both), desc=f"reading {split}", disable=not progress, mininterval=1)
        )
    frames, pixels_C = [], np.zeros(len(CATEGORIES), dtype=np.int64)
    for frame, (counts_C, reason) in zip(both, seen, strict=True):
        if counts_C is None:
            broken.append((_below(root, frame.photo), reason))
        else:
            frames.append(frame)
            pixels_C += counts_C
    if not frames:
        raise ValueError(f"{root}: no photo of {split} can be used; {broken[0][0]}: {broken[0][1]}")
    empty = [name for name, count in zip(CATEGORIES[:VOID], pixels_C, strict=False) if not count]
    notes = [f"no pixel of {split} is {name}; it cannot be learnt or measured there" for name in empty]
    return FrameSet(tuple(frames), tuple(broken), tuple(notes), pixels_C)


def held_out(frames: Sequence[Frame], share: float) -> tuple[list[Frame], list[Frame]]:
    """(what is trained on, what is kept out): of each sequence the last `share` of its frames, at least one.

    Frames next to each other are almost the same picture, so what is kept out is one stretch at the end.
    Sequences of fewer than ten frames are taken together within their city. Raises ValueError where nothing
    would be left to train on."""
    if not share:
        return list(frames), []
    sequences: dict[str, list[Frame]] = defaultdict(list)
    for frame in frames:
        sequences[frame.sequence].append(frame)
    groups: dict[str, list[Frame]] = defaultdict(list)
    for name, members in sequences.items():
        groups[name if len(members) >= FEWEST else city_of(name)] += members
    kept, out = [], []
    for members in groups.values():
        members.sort(key=lambda frame: frame.name)
        count = min(max(1, round(share * len(members))), len(members) - 1)
        kept += members[: len(members) - count]
        out += members[len(members) - count :]
    if not kept or not out:
        raise ValueError(
            f"{len(frames)} frames cannot be divided; wanted: two or more of a city, or --hold-out 0"
        )
    return kept, out


def photos_of(root: Path, split: str) -> dict[str, Path]:
    """<city>/<stem> -> photo of each frame of a split, with a mask or without, in the order of the names.

    Raises ValueError where there is none."""
    photos = _files(root / "leftImg8bit" / split, PHOTO, ENDINGS)
    if not photos:
        raise ValueError(
            f"{root} has no photo leftImg8bit/{split}/<city>/<stem>{PHOTO}.png or .jpg; wanted: a folder in "
            "Cityscapes' layout"
        )
    return photos


def _files(folder: Path, mark: str, endings: tuple[str, ...]) -> dict[str, Path]:
    """<city>/<stem> -> file, in the order of the names."""
    found = {}
    for path in sorted(folder.glob("*/*")):
        if path.suffix.lower() in endings and path.stem.endswith(mark):
            found[f"{path.parent.name}/{path.stem.removesuffix(mark)}"] = path
    return found


def _below(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()


def sequence_of(name: str) -> str:
    """aachen/aachen_000003_000019 -> aachen/aachen_000003: a name ends with the number of its frame."""
    return name.rpartition("_")[0] or name


def city_of(name: str) -> str:
    """aachen/aachen_000003_000019, or its sequence -> aachen."""
    return name.partition("/")[0]


def _look_at(frame: Frame) -> tuple[np.ndarray | None, str]:
    """((8,) pixels of each category, "") of a sound frame; (None, reason) of another."""
    try:
        _, mask_HW = frame.open()
    except (ImageError, ValueError) as error:
        return None, str(error)
    counts_C = np.bincount(mask_HW.ravel(), minlength=len(CATEGORIES))
    if counts_C[VOID] == mask_HW.size:
        return None, "every pixel of the mask is void; there is nothing to learn or measure"
    return counts_C, ""
