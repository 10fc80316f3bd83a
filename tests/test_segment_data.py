"""Frames in: which ids are which category, what is left out and why, and what is kept out of training."""

import numpy as np
import pytest
from PIL import Image

from retrieval.segmentation import CATEGORIES
from tests.streets import HEIGHT, SKY, WIDTH, labels, mask_path, photo_path, write_frame, write_streets
from train.segment.data import Frame, categories_of, held_out, read_streets

# Cityscapes' table, one category a label id.
OFFICIAL = {
    "void": (0, 1, 2, 3, 4, 5, 6),
    "flat": (7, 8, 9, 10),
    "construction": (11, 12, 13, 14, 15, 16),
    "object": (17, 18, 19, 20),
    "nature": (21, 22),
    "sky": (23,),
    "human": (24, 25),
    "vehicle": (26, 27, 28, 29, 30, 31, 32, 33, -1),
}


@pytest.mark.parametrize("name", CATEGORIES)
def test_every_label_has_the_category_that_cityscapes_gives_it(name):
    ids = np.array([OFFICIAL[name]], dtype=np.int16)
    assert (categories_of(ids) == CATEGORIES.index(name)).all()


def test_license_plate_is_vehicle_in_eight_bits_too():
    assert categories_of(np.array([[255]], np.uint8)) == CATEGORIES.index("vehicle")


@pytest.mark.parametrize(
    ("unknown", "dtype"), [(34, np.uint8), (254, np.uint8), (300, np.int32), (-2, np.int16)]
)
def test_ids_that_cityscapes_does_not_have_are_named(unknown, dtype):
    with pytest.raises(ValueError, match=f"does not have: {unknown}"):
        categories_of(np.array([[7, unknown]], dtype))


def test_frames_are_read_in_the_order_of_their_names(tmp_path):
    found = read_streets(write_streets(tmp_path), "train")
    assert [frame.name for frame in found.frames] == [f"town/town_0_{number:05d}" for number in range(6)]
    assert {frame.sequence for frame in found.frames} == {"town/town_0"}
    image, mask_HW = found.frames[0].open()
    assert (image.size, image.mode) == ((WIDTH, HEIGHT), "RGB")
    assert np.array_equal(mask_HW, categories_of(labels(0)))
    assert found.pixels_C.sum() == 6 * WIDTH * HEIGHT
    assert "6 street photos with masks, of 1 sequences" in found.lines()[0]


def test_a_jpeg_photo_is_read_too(tmp_path):
    write_frame(tmp_path, "town_0_00001", labels(), ending="jpg")
    assert len(read_streets(tmp_path, "train").frames) == 1


def _without_mask(root, name):
    mask_path(root, name).unlink()


def _without_photo(root, name):
    photo_path(root, name).unlink()


def _smaller_mask(root, name):
    Image.fromarray(labels()[:40]).save(mask_path(root, name))


def _unknown_id(root, name):
    ids_HW = labels()
    ids_HW[0, 0] = 77
    Image.fromarray(ids_HW).save(mask_path(root, name))


def _coloured_mask(root, name):
    Image.new("RGB", (WIDTH, HEIGHT)).save(mask_path(root, name))


def _void_mask(root, name):
    Image.fromarray(labels() * 0).save(mask_path(root, name))


def _broken_mask(root, name):
    path = mask_path(root, name)
    path.write_bytes(path.read_bytes()[:90])


def _no_mask_at_all(root, name):
    mask_path(root, name).write_bytes(b"nothing of the kind")


def _broken_photo(root, name):
    photo_path(root, name).write_bytes(photo_path(root, name).read_bytes()[:200])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_without_mask, "the photo has no mask"),
        (_without_photo, "the mask has no photo"),
        (_smaller_mask, "the mask is 64 x 40 and the photo 64 x 48"),
        (_unknown_id, "ids that Cityscapes does not have: 77"),
        (_coloured_mask, "the mask has colours"),
        (_void_mask, "every pixel of the mask is void"),
        (_broken_mask, "the mask cannot be read"),
        (_no_mask_at_all, "the mask cannot be read"),
        (_broken_photo, "broken"),
    ],
)
def test_a_frame_that_is_not_as_it_should_be_is_left_out_with_a_sentence(tmp_path, spoil, reason):
    write_streets(tmp_path)
    spoil(tmp_path, "town_0_00002")
    found = read_streets(tmp_path, "train")
    assert len(found.frames) == 5
    ((file, why),) = found.broken
    assert "town_0_00002" in file
    assert reason in why
    assert any(reason in line for line in found.lines())


def test_when_nothing_is_left_it_is_refused_with_the_first_reason(tmp_path):
    write_frame(tmp_path, "town_0_00000", labels())
    _unknown_id(tmp_path, "town_0_00000")
    with pytest.raises(ValueError, match=r"no photo of train can be used.*does not have: 77"):
        read_streets(tmp_path, "train")


def test_a_folder_of_another_layout_is_refused(tmp_path):
    with pytest.raises(ValueError, match="wanted: a folder in Cityscapes' layout"):
        read_streets(tmp_path, "train")


def test_an_empty_category_is_told_of(tmp_path):
    ids_HW = labels()
    ids_HW[ids_HW == SKY] = 11
    write_frame(tmp_path, "town_0_00000", ids_HW)
    (note,) = read_streets(tmp_path, "train").notes
    assert "no pixel of train is sky" in note


def frames_of(*names):
    return [Frame(name, name.rpartition("_")[0], None, None) for name in names]


def test_the_last_frames_of_every_sequence_are_held_out():
    frames = frames_of(*(f"town/{film}_{number:03d}" for film in "ab" for number in range(20)))
    kept, out = held_out(frames[::-1], 0.1)
    assert [frame.name for frame in out] == ["town/b_018", "town/b_019", "town/a_018", "town/a_019"]
    assert len(kept) == 36
    assert not {frame.name for frame in kept} & {frame.name for frame in out}


def test_sequences_of_one_frame_are_held_out_by_city():
    frames = frames_of(
        *(f"{city}/{city}_{film:06d}_000019" for city in ("ulm", "bonn") for film in range(10))
    )
    kept, out = held_out(frames, 0.2)
    assert {frame.name for frame in out} == {
        f"{city}/{city}_{film:06d}_000019" for city in ("ulm", "bonn") for film in (8, 9)
    }
    assert len(kept) == 16


def test_nothing_is_held_out_of_a_share_of_zero():
    frames = frames_of("town/a_001")
    assert held_out(frames, 0.0) == (frames, [])
    with pytest.raises(ValueError, match="cannot be divided"):
        held_out(frames, 0.1)
