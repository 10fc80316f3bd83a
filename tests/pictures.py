"""What a visitor brings to each embedded collection: our own picture always, a photo where the data is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from tests.helpers import DATA
from tests.running import drawing
from train.starters.dishes import illustration

# Folders of the data, which is never in the repository.
PHOTOS = {
    "dog": "pets/dog",
    "cat": "pets/cat",
    "pizza": "food3/pizza",
    "street": "streets/leftImg8bit/val/camvid",
}


def first_photo(name: str) -> Path | None:
    """The first of the folder; None on a machine without the data."""
    return min((DATA / PHOTOS[name]).glob("*.jpg"), default=None)


def photo(name: str) -> Path:
    """The same; skips the test where there is none."""
    found = first_photo(name)
    if found is None:
        pytest.skip(f"no photo of a {name}: {DATA / PHOTOS[name]} is not on this machine")
    return found


def made_for(collection: str) -> Image.Image:
    """RGB: a picture that code makes for an embedded collection. Pets have none of their own; theirs is
    neither cat nor dog."""
    if collection == "recipes":
        return illustration("pizza")
    return painted_street() if collection == "streets" else drawing()


def painted_street() -> Image.Image:
    """480 x 360, RGB: sky above, a road below, between them two houses with windows, a tree and a car."""
    picture = Image.new("RGB", (480, 360), (215, 225, 235))
    pen = ImageDraw.Draw(picture)
    for left, top, right, colour in ((0, 60, 150, (120, 95, 80)), (330, 40, 480, (135, 120, 105))):
        pen.rectangle((left, top, right, 230), fill=colour)
        for x in range(left + 12, right - 20, 32):
            for y in range(top + 15, 200, 36):
                pen.rectangle((x, y, x + 16, y + 22), fill=(60, 65, 75))
    road = [(0, 360), (0, 270), (200, 205), (280, 205), (480, 270), (480, 360)]
    pen.polygon(road, fill=(95, 95, 98))
    pen.ellipse((150, 120, 210, 200), fill=(50, 80, 40))
    pen.rectangle((260, 190, 300, 215), fill=(40, 40, 120))
    return picture
