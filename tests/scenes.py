"""A bundle of small made streets, each with what is where in it: what look and layout find differs by hand.

The segmenter is that of write_segmenter: light is sky, dark is flat.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from hub_assets import bundle
from hub_assets.bundle import Column
from retrieval.segmentation import Segmenter, layout_of, shares
from tests.helpers import encoded, write_bundle, write_segmenter

SIZE = (64, 48)
COLUMNS = (Column("sky", "Sky", "Ciel", "share"), Column("weather", "Weather", "Temps"))


def halves(light: int = 255, dark: int = 0, sky: float = 0.5) -> Image.Image:
    """RGB: light above, dark below. sky: part of the height that is light."""
    picture = Image.new("RGB", SIZE, (light,) * 3)
    picture.paste((dark,) * 3, (0, round(SIZE[1] * sky), *SIZE))
    return picture


# By what is where, "pale" is "plain"; by looks, "low" is nearer to it.
SCENES = {
    "plain": halves(),
    "pale": halves(light=160, dark=95),
    "low": halves(sky=3 / 8),
    "upside-down": ImageOps.flip(halves()),
    "left": halves().rotate(90, expand=True).resize(SIZE),
}


def scene_rows(segmenter: Segmenter, layouts: bool = True) -> list[dict[str, Any]]:
    rows = []
    for name, picture in SCENES.items():
        row = {
            "id": name,
            "label": "town",
            "tags": ["pale" if name == "pale" else "strong"],
            "picture": encoded(picture, "WEBP", lossless=True),
            "sky": shares(segmenter.segment(picture))["sky"],
            "weather": "fair",
        }
        rows.append(row | ({"layout": layout_of(segmenter.logits(picture))} if layouts else {}))
    return rows


def write_scenes(folder: Path, layouts: bool = True, **manifest: Any) -> Path:
    """A whole, valid bundle of SCENES that reads a mask; returns its folder."""
    config = write_segmenter(folder / "model" / bundle.SEGMENTER)
    segmenter = Segmenter(folder / "model" / bundle.SEGMENTER, config["height"], config["width"], threads=1)
    values = {
        "name": "scenes",
        "titles": {"en": "Scenes", "fr": "Scènes"},
        "readings": ("mask",),
        "query_kinds": ("photo",),
        "terms_fr": {"fair": "beau", "town": "ville"},
    }
    return write_bundle(
        folder,
        scene_rows(segmenter, layouts),
        model={"segmenter": config, "preparation": "colour"},
        columns=COLUMNS,
        **values | manifest,
    )
