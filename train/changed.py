"""A photo as somebody else would have taken it: a part of it, turned, in another light, as a small JPEG.

The question "does this dish find its own recipe" is asked with such photos, by the benchmark and by every
import of recipes.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageEnhance

AREA = (0.40, 0.70)  # part of the photo's area that is kept
TURN = 20.0  # degrees either way, at most
LIGHT = (0.6, 1.4)  # factors of brightness, contrast and colour
JPEG_QUALITY = 40


def strongly_changed(photo: Image.Image, rng: np.random.Generator) -> Image.Image:
    """RGB to RGB: cropped to AREA of its area, turned, in another light, squeezed by JPEG_QUALITY."""
    return Image.open(io.BytesIO(changed_file(photo, rng))).convert("RGB")


def changed_file(photo: Image.Image, rng: np.random.Generator) -> bytes:
    """The same, as the JPEG file that somebody sends."""
    turned = photo.rotate(rng.uniform(-TURN, TURN), Image.Resampling.BICUBIC, fillcolor=(127, 127, 127))
    side = float(np.sqrt(rng.uniform(*AREA)))
    width, height = max(1, round(turned.width * side)), max(1, round(turned.height * side))
    left = int(rng.integers(0, turned.width - width + 1))
    top = int(rng.integers(0, turned.height - height + 1))
    changed = turned.crop((left, top, left + width, top + height))
    for enhance in (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color):
        changed = enhance(changed).enhance(rng.uniform(*LIGHT))
    squeezed = io.BytesIO()
    changed.save(squeezed, "JPEG", quality=JPEG_QUALITY)
    return squeezed.getvalue()
