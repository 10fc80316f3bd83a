"""A street photo and its mask as another camera, place and hour would have given them.

Place is changed in both together, by one mapping: bilinear in the photo, nearest in the mask, so that a mask
never holds an id that was not there. What the mapping fetches from outside is grey in the photo and void in
the mask. Light is changed in the photo alone.
"""

from __future__ import annotations

import io
import math

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageChops, ImageFilter

from retrieval.segmentation import VOID
from train.segment.config import Augmentation, SegmenterConfig

# A grey that is no edge in most photos.
GROUND = (127, 127, 127)
# Of the photos whose light is changed: share that gets each of shade, blur, noise and JPEG.
SOMETIMES = 0.3
_LUMA = np.array([0.299, 0.587, 0.114])
_SHADE_CELLS = (4, 3)  # of the uneven light, across and down
_STEPS = np.arange(256) / 255.0


def another(
    image: Image.Image, mask_HW: np.ndarray, config: SegmenterConfig, rng: Generator
) -> tuple[np.ndarray, np.ndarray]:
    """((3, h, w) uint8 photo, (h, w) uint8 category ids), h and w of the run's crop; all chance is rng's."""
    photo, mask = moved(image, Image.fromarray(mask_HW), config, rng)
    if rng.random() < config.augmentation.light:
        photo = relit(photo, config.augmentation, rng)
    return np.asarray(photo).transpose(2, 0, 1), np.asarray(mask)


def moved(
    photo: Image.Image, mask: Image.Image, config: SegmenterConfig, rng: Generator
) -> tuple[Image.Image, Image.Image]:
    """Both at a random scale, turned, shifted, mirrored and cut to (h, w) of the run's crop, alike."""
    how = config.augmentation
    zoom = math.exp(rng.uniform(math.log(how.zoom_out), math.log(how.zoom_in)))
    stretch = math.exp(rng.uniform(-1.0, 1.0) * math.log(how.stretch) / 2)
    size = max(1, round(config.width * zoom * stretch)), max(1, round(config.height * zoom / stretch))
    crop = config.crop[::-1]
    centre = [_centre(side, cut, how.translation, rng) for side, cut in zip(size, crop, strict=True)]
    angle = math.radians(rng.uniform(-how.rotation, how.rotation))
    mirrored = -1.0 if rng.random() < how.flip else 1.0
    cos, sin = math.cos(angle), math.sin(angle)
    # What of the scaled photo each point of the crop is: turned about the middle of the crop.
    across, down = (mirrored * cos, -sin), (mirrored * sin, cos)
    mapping = []
    for (x, y), middle in zip((across, down), centre, strict=True):
        mapping += [x, y, middle - x * crop[0] / 2 - y * crop[1] / 2]
    bilinear, nearest = Image.Resampling.BILINEAR, Image.Resampling.NEAREST
    affine = Image.Transform.AFFINE
    scaled = photo.resize(size, bilinear)
    return (
        scaled.transform(crop, affine, mapping, bilinear, fillcolor=GROUND),
        mask.resize(size, nearest).transform(crop, affine, mapping, nearest, fillcolor=VOID),
    )


def _centre(side: int, cut: int, translation: float, rng: Generator) -> float:
    """Where along a side the middle of the crop lies: within the photo, or the photo within the crop."""
    low, high = sorted((cut / 2, side - cut / 2))
    return rng.uniform(low, high) + rng.uniform(-translation, translation) * side


def relit(photo: Image.Image, how: Augmentation, rng: Generator) -> Image.Image:
    """The RGB photo in another light, by another camera."""
    photo = photo.convert("RGB", _colour_matrix(how, rng))
    if how.shade and rng.random() < SOMETIMES:
        depth = 1.0 - rng.uniform(0.0, how.shade) * rng.random(_SHADE_CELLS[::-1])
        field = Image.fromarray((depth * 255).astype(np.uint8)).resize(photo.size, Image.Resampling.BICUBIC)
        photo = ImageChops.multiply(photo, Image.merge("RGB", (field, field, field)))
    photo = photo.point(_tones(photo, how, rng))
    if how.blur and rng.random() < SOMETIMES:
        photo = photo.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, how.blur)))
    if how.noise and rng.random() < SOMETIMES:
        grain = rng.standard_normal((photo.height, photo.width, 3), dtype=np.float32)
        grainy = np.asarray(photo) + np.float32(rng.uniform(0.0, how.noise)) * grain
        photo = Image.fromarray(grainy.clip(0, 255).astype(np.uint8))
    if how.jpeg < 100 and rng.random() < SOMETIMES:
        buffer = io.BytesIO()
        photo.save(buffer, "JPEG", quality=int(rng.integers(how.jpeg, 100)))
        photo = Image.open(buffer).convert("RGB")
    return photo


def _colour_matrix(how: Augmentation, rng: Generator) -> tuple[float, ...]:
    """Saturation and hue, as the 3 x 4 matrix that Image.convert takes: a turn about the axis of the greys,
    then towards grey or away from it."""
    angle = 2 * math.pi * rng.uniform(-how.hue, how.hue)
    cross = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / math.sqrt(3)
    turn = math.cos(angle) * np.eye(3) + (1 - math.cos(angle)) / 3 * np.ones((3, 3)) + math.sin(angle) * cross
    saturation = math.exp(rng.uniform(-how.saturation, how.saturation))
    mixed = saturation * turn + (1 - saturation) * np.tile(_LUMA, (3, 1)) @ turn
    return tuple(np.hstack([mixed, np.zeros((3, 1))]).ravel().tolist())


def _tones(photo: Image.Image, how: Augmentation, rng: Generator) -> list[int]:
    """Brightness, tint, contrast about the photo's mean, and gamma, as one table of 256 values a channel."""
    mean = np.asarray(photo.convert("L").reduce(8)).mean() / 255.0
    gain = 1.0 + rng.uniform(-how.brightness, how.brightness)
    contrast = 1.0 + rng.uniform(-how.contrast, how.contrast)
    exponent = math.exp(rng.uniform(-how.gamma, how.gamma))
    table = []
    for gain_of_channel in gain * np.exp(rng.uniform(-how.tint, how.tint, 3)):
        values = ((_STEPS - mean) * contrast + mean) * gain_of_channel
        table += (values.clip(0.0, 1.0) ** exponent * 255.0).round().astype(int).tolist()
    return table
