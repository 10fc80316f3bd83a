"""Zips as people pack them, and as those do who mean harm."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from tests.helpers import encoded, shape

CLASSES = ("cross", "fork", "ring")


def zipped(path: Path, files: Mapping[str, bytes] | Iterable[tuple[str, bytes]], **options: int) -> Path:
    """A zip of these files in this order, deflated unless told otherwise."""
    items = files.items() if isinstance(files, Mapping) else files
    with zipfile.ZipFile(path, "w", **{"compression": zipfile.ZIP_DEFLATED, **options}) as packed:
        for name, data in items:
            packed.writestr(name, data)
    return path


def drawn(name: str, number: int) -> bytes:
    """PNG: one of CLASSES on paper of some colour, turned a little; no two numbers below 20 look alike."""
    tint = np.random.default_rng(number)
    ground = tuple(int(value) for value in tint.integers(200, 256, 3))
    turn = number * 7 % 40 - 20
    picture = shape(name, number % 5, 96).rotate(turn, fillcolor="white")
    picture = picture.crop((number, number // 2, 96, 96)) if number else picture
    inked = Image.composite(Image.new("RGB", picture.size, ground), picture, picture.convert("L"))
    return encoded(inked)


def sixty(path: Path, each: int = 20, **more: bytes) -> Path:
    """A wrapping folder with 20 pictures of each of three classes, and what archivers leave beside them."""
    files = {
        f"shapes/{name}/{number:02d}.png": drawn(name, number) for name in CLASSES for number in range(each)
    }
    litter = {
        "__MACOSX/shapes/ring/._00.png": b"resource fork",
        "shapes/ring/.DS_Store": b"finder",
        "shapes/ring/Thumbs.db": b"explorer",
    }
    return zipped(path, files | litter | more)


def special(path: Path, kind: int, target: bytes = b"/etc/passwd") -> Path:
    """A zip with one entry of a kind of file that no picture is: stat.S_IFLNK, S_IFCHR, S_IFIFO."""
    info = zipfile.ZipInfo("ring/1.png")
    info.create_system = 3
    info.external_attr = (kind | stat.S_IRWXU) << 16
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("ring/0.png", drawn("ring", 0))
        packed.writestr(info, target)
    return path


def locked(path: Path) -> Path:
    """A zip whose headers say that its entries are encrypted."""
    data = bytearray(zipped(path, {"ring/0.png": drawn("ring", 0)}).read_bytes())
    for header, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(header) + place] |= 1
    path.write_bytes(data)
    return path
