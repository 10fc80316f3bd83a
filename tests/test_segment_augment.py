"""What augmentation does to a photo it does to its mask, and light is for the photo alone."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from retrieval.segmentation import VOID
from tests.streets import HEIGHT, WIDTH, labels, photo
from train.segment.augment import GROUND, another, moved, relit
from train.segment.config import Augmentation, SegmenterConfig
from train.segment.data import categories_of

STILL = Augmentation(
    rotation=0, translation=0, zoom_out=1, zoom_in=1, stretch=1, flip=0, light=0, brightness=0, contrast=0,
    gamma=0, tint=0, saturation=0, hue=0, shade=0, blur=0, noise=0, jpeg=100,
)  # fmt: skip
CONFIG = SegmenterConfig(height=HEIGHT, width=WIDTH, crop_height=0, crop_width=0, augmentation=STILL)
PHOTO, MASK_HW = photo(labels()), categories_of(labels())


def rng(seed=0):
    return np.random.default_rng(seed)


def flat_photo(mask_HW):
    """RGB whose red is the id and whose green is a place of its own: 16 times the id."""
    return Image.fromarray(np.stack([mask_HW, mask_HW * 16, mask_HW * 0], axis=-1).astype(np.uint8))


def test_without_any_change_photo_and_mask_stay_as_they_are():
    image_CHW, mask_HW = another(PHOTO, MASK_HW, CONFIG, rng())
    assert np.array_equal(image_CHW, np.asarray(PHOTO).transpose(2, 0, 1))
    assert np.array_equal(mask_HW, MASK_HW)


def test_a_mirrored_photo_has_a_mirrored_mask():
    config = replace(CONFIG, augmentation=replace(STILL, flip=1.0))
    image_CHW, mask_HW = another(PHOTO, MASK_HW, config, rng())
    assert np.array_equal(image_CHW, np.asarray(PHOTO).transpose(2, 0, 1)[:, :, ::-1])
    assert np.array_equal(mask_HW, MASK_HW[:, ::-1])


@pytest.mark.parametrize("seed", range(4))
def test_photo_and_mask_are_moved_alike_and_the_mask_has_no_new_id(seed):
    moving = replace(STILL, rotation=20, translation=0.2, zoom_out=0.6, zoom_in=1.6, stretch=1.3, flip=0.5)
    config = replace(CONFIG, crop_height=32, crop_width=48, augmentation=moving)
    ids_HW = np.where(MASK_HW == VOID, 0, MASK_HW)
    image, mask = moved(flat_photo(ids_HW), Image.fromarray(ids_HW), config, rng(seed))
    pixels_HWC, mask_HW = np.asarray(image).astype(int), np.asarray(mask)
    assert (image.size, mask.size) == ((48, 32), (48, 32))
    assert set(np.unique(mask_HW)) <= {*np.unique(ids_HW), VOID}
    # Away from seams, where the photo is a mixture of two, both say the same.
    plain = (pixels_HWC[..., 1] == 16 * pixels_HWC[..., 0]) & (pixels_HWC[..., 0] < VOID)
    assert plain.mean() > 0.5
    agree = pixels_HWC[..., 0] == mask_HW
    assert agree[plain].mean() > 0.95


def test_outside_is_grey_and_void():
    small = replace(STILL, zoom_out=0.5, zoom_in=0.5)
    image, mask = moved(PHOTO, Image.fromarray(MASK_HW), replace(CONFIG, augmentation=small), rng())
    pixels_HWC, mask_HW = np.asarray(image), np.asarray(mask)
    outside = (pixels_HWC == GROUND).all(axis=-1)
    assert 0.6 < outside.mean() < 0.8
    assert (mask_HW[outside] == VOID).all()


def test_a_crop_shows_a_part_of_the_photo_as_it_is():
    config = replace(CONFIG, crop_height=32, crop_width=32)
    image_CHW, mask_HW = another(PHOTO, MASK_HW, config, rng(3))
    assert image_CHW.shape == (3, 32, 32)
    assert mask_HW.shape == (32, 32)
    assert VOID not in mask_HW[:-2]


def test_light_leaves_the_mask_and_the_size_alone_and_changes_the_photo():
    config = replace(CONFIG, augmentation=replace(Augmentation(), **still_in_place(), light=1.0))
    image_CHW, mask_HW = another(PHOTO, MASK_HW, config, rng())
    assert image_CHW.dtype == np.uint8
    assert image_CHW.shape == (3, HEIGHT, WIDTH)
    assert np.abs(image_CHW - np.asarray(PHOTO).transpose(2, 0, 1).astype(int)).mean() > 3
    assert np.array_equal(mask_HW, MASK_HW)


def still_in_place():
    names = ("rotation", "translation", "zoom_out", "zoom_in", "stretch", "flip")
    return {name: getattr(STILL, name) for name in names}


def test_light_that_changes_nothing_changes_nothing():
    assert np.abs(np.asarray(relit(PHOTO, STILL, rng())).astype(int) - np.asarray(PHOTO)).max() <= 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("brightness", 0.5), ("contrast", 0.5), ("gamma", 0.8), ("tint", 0.5), ("saturation", 1.0)),
        *(("hue", 0.3), ("shade", 0.8), ("blur", 3.0), ("noise", 40.0), ("jpeg", 5)),
    ],
)
def test_each_change_of_light_is_seen(name, value):
    how = replace(STILL, **{name: value})
    changed = [np.asarray(relit(PHOTO, how, rng(seed))).astype(int) for seed in range(8)]
    assert max(np.abs(one - np.asarray(PHOTO)).mean() for one in changed) > 0.8


def test_greys_stay_grey_when_hue_and_saturation_change():
    grey = Image.new("RGB", (16, 16), (90, 90, 90))
    pixels = np.asarray(relit(grey, replace(STILL, hue=0.4, saturation=1.0), rng(2)))
    assert np.abs(pixels.astype(int) - 90).max() <= 2


def test_the_same_seed_makes_the_same_picture():
    config = replace(CONFIG, augmentation=Augmentation())
    one, same, other = (another(PHOTO, MASK_HW, config, rng(seed)) for seed in (5, 5, 6))
    assert all(np.array_equal(*pair) for pair in zip(one, same, strict=True))
    assert not np.array_equal(one[0], other[0])
