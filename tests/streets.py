"""Made street photos in Cityscapes' layout, small enough to learn in a test."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SKY, BUILDING, ROAD, CAR, POLE, PERSON, TREE, UNLABELLED = 23, 11, 7, 26, 17, 24, 21, 0
COLOURS = {
    SKY: (150, 190, 240), BUILDING: (120, 90, 70), ROAD: (90, 90, 95), CAR: (190, 30, 30),
    POLE: (220, 220, 60), PERSON: (240, 150, 130), TREE: (40, 130, 50), UNLABELLED: (0, 0, 0),
}  # fmt: skip
WIDTH, HEIGHT = 64, 48


def labels(number: int = 0) -> np.ndarray:
    """(48, 64) uint8 label ids: sky over houses over a road, and on it what a street has."""
    ids_HW = np.full((HEIGHT, WIDTH), SKY, np.uint8)
    ids_HW[14:] = BUILDING
    ids_HW[14:30, 48:] = TREE
    ids_HW[30:] = ROAD
    left = 4 + 5 * (number % 6)
    ids_HW[28:40, left : left + 14] = CAR
    ids_HW[8:34, 42:45] = POLE
    ids_HW[24:38, 52:57] = PERSON
    ids_HW[46:] = UNLABELLED
    return ids_HW


def photo(ids_HW: np.ndarray, seed: int = 0) -> Image.Image:
    """RGB: each label in its colour, with grain."""
    pixels = np.zeros((*ids_HW.shape, 3))
    for label, colour in COLOURS.items():
        pixels[ids_HW == label] = colour
    grain = np.random.default_rng(seed).normal(0, 6, pixels.shape)
    return Image.fromarray((pixels + grain).clip(0, 255).astype(np.uint8))


def photo_path(root: Path, name: str, split: str = "train", city: str = "town", ending: str = "png") -> Path:
    return root / "leftImg8bit" / split / city / f"{name}_leftImg8bit.{ending}"


def mask_path(root: Path, name: str, split: str = "train", city: str = "town") -> Path:
    return root / "gtFine" / split / city / f"{name}_gtFine_labelIds.png"


def write_frame(root: Path, name: str, ids_HW: np.ndarray, split: str = "train", ending: str = "png") -> None:
    picture, mask = photo_path(root, name, split, ending=ending), mask_path(root, name, split)
    picture.parent.mkdir(parents=True, exist_ok=True)
    mask.parent.mkdir(parents=True, exist_ok=True)
    photo(ids_HW).save(picture)
    Image.fromarray(ids_HW).save(mask)


def write_streets(root: Path, train: int = 6, val: int = 2) -> Path:
    """Frames town_0_00000, ... of both splits; returns the folder."""
    for split, count, first in (("train", train, 0), ("val", val, train)):
        for number in range(first, first + count):
            write_frame(root, f"town_0_{number:05d}", labels(number), split=split)
    return root
