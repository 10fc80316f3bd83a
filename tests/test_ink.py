"""Ink on paper, the one preparation of everything searched: the same drawing gives the same ink."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageFilter, ImageOps

from retrieval import images
from retrieval.types import ImageError
from tests.helpers import DATA, SHAPES, encoded, shape


def ink_of(picture: Image.Image, kind: str = "sketch", size: int = 64) -> np.ndarray:
    return 255.0 - images.ink_on_paper(picture, kind, size)[0].astype(np.float64)


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Cosine of two inks, softened by a pixel: 1 is the same ink, thin lines a pixel apart still count."""
    soft = [
        np.asarray(Image.fromarray(ink.astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.5)), np.float64)
        for ink in (one, other)
    ]
    return float((soft[0] * soft[1]).sum() / np.sqrt((soft[0] ** 2).sum() * (soft[1] ** 2).sum()))


def on_page(drawing: Image.Image, page: tuple[int, int], at: tuple[int, int], side: int) -> Image.Image:
    sheet = Image.new("RGB", page, "white")
    sheet.paste(drawing.resize((side, side), Image.Resampling.LANCZOS), at)
    return sheet


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(
    ("page", "at", "side"),
    [
        ((400, 400), (10, 200), 128),
        ((900, 300), (600, 20), 250),
        ((512, 512), (0, 0), 512),
        ((300, 800), (9, 9), 100),
    ],
)
def test_the_same_drawing_elsewhere_or_larger_is_the_same_ink(name, page, at, side):
    assert overlap(ink_of(shape(name)), ink_of(on_page(shape(name), page, at, side))) > 0.9


@pytest.mark.parametrize("name", SHAPES)
def test_chalk_on_a_board_is_the_same_ink_as_ink_on_paper(name):
    chalk = Image.eval(shape(name), lambda value: 255 - value)
    board = Image.eval(shape(name), lambda value: 225 - round(value * 0.8))
    assert overlap(ink_of(shape(name)), ink_of(chalk)) > 0.99
    assert overlap(ink_of(shape(name)), ink_of(board)) > 0.95


def solid(margin: int, side: int = 200) -> Image.Image:
    """A black disc with a white eye, `margin` pixels of paper around it."""
    page = Image.new("L", (side + 2 * margin,) * 2, 255)
    pen = ImageDraw.Draw(page)
    pen.ellipse((margin, margin, margin + side - 1, margin + side - 1), fill=0)
    pen.ellipse((margin + 60, margin + 50, margin + 90, margin + 80), fill=255)
    return page


def test_a_solid_shape_that_fills_its_picture_is_the_ink_not_the_ground():
    tight, loose = ink_of(solid(0)), ink_of(solid(60))
    assert tight[32, 32] > 200
    assert overlap(tight, loose) > 0.98


def test_a_board_in_a_light_frame_is_still_a_board():
    drawing = shape("fork", side=128).convert("L")
    board = ImageOps.expand(ImageOps.invert(ImageOps.expand(drawing, 60, 255)), 4, 230)
    plain = ImageOps.invert(ImageOps.expand(drawing, 60, 255))
    inside = board.crop((4, 4, board.width - 4, board.height - 4))
    assert np.array_equal(ink_of(inside), ink_of(plain))
    # The frame is dark once the board is paper: what is drawn is in there, not the whole board in black.
    assert ink_of(board).mean() < 0.5 * 255


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_paper_photographed_in_uneven_light_gives_the_same_ink(name, seed):
    rng = np.random.default_rng(seed)
    paper = np.asarray(shape(name, side=400).convert("L"), np.float64) / 255
    across, down = np.meshgrid(np.linspace(-1, 1, 400), np.linspace(-1, 1, 400))
    turn = rng.uniform(0, 2 * np.pi)
    light = 170 + 55 * (np.cos(turn) * across + np.sin(turn) * down)  # 115 in one corner, 225 in the other
    photo = (0.25 + 0.75 * paper) * light + rng.normal(0, 3, paper.shape)
    photographed = Image.fromarray(np.clip(photo, 0, 255).astype(np.uint8)).convert("RGB")
    content = encoded(photographed, "JPEG", quality=75)
    assert overlap(ink_of(shape(name)), ink_of(images.load(content))) > 0.9


@pytest.mark.parametrize("name", SHAPES)
def test_pale_lines_on_glass_give_the_ink_of_the_drawing(name):
    """An engraving: lines a little brighter than a ground that changes slowly."""
    across, down = np.meshgrid(np.linspace(0, 1, 384), np.linspace(0, 1, 384))
    glass = 70 + 60 * across + 30 * np.sin(3 * down)
    lines = 1 - np.asarray(shape(name, side=384).convert("L"), np.float64) / 255
    engraved = Image.fromarray(np.clip(glass + 55 * lines, 0, 255).astype(np.uint8)).convert("RGB")
    assert images.guess_kind(engraved) == "photo"
    assert overlap(ink_of(shape(name)), ink_of(engraved, "photo")) > 0.8


def test_different_drawings_stay_different():
    inks = {name: ink_of(shape(name)) for name in SHAPES}
    for name in SHAPES:
        for other in set(SHAPES) - {name}:
            assert overlap(inks[name], inks[other]) < 0.75


@pytest.mark.parametrize("size", [32, 64, 160, 700])
@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_the_result_is_a_grey_square_of_the_size_asked_for_with_white_edges(size, mode):
    square, taken_for = images.ink_on_paper(shape("fork").convert(mode), "auto", size)
    assert (square.shape, square.dtype, taken_for) == ((size, size), np.uint8, "sketch")
    assert square.min() == 0
    edges = np.concatenate([square[0], square[-1], square[:, 0], square[:, -1]])
    assert edges.min() > 200


def test_the_ink_fills_the_square_and_keeps_its_proportions():
    sheet = Image.new("L", (600, 600), 255)
    ImageDraw.Draw(sheet).rectangle((200, 100, 260, 340), outline=0, width=4)
    dark = ink_of(sheet, size=200) > 100
    height, width = np.ptp(np.flatnonzero(dark.any(axis=1))), np.ptp(np.flatnonzero(dark.any(axis=0)))
    assert 170 <= height <= 190
    assert width / height == pytest.approx(60 / 240, abs=0.03)


def test_a_speck_far_out_does_not_shrink_the_drawing():
    sheet = on_page(shape("ring", side=256), (512, 512), (60, 60), 256)
    clean = ink_of(sheet)
    ImageDraw.Draw(sheet).point((505, 505), fill="black")
    assert overlap(clean, ink_of(sheet)) > 0.99


def test_a_thin_pale_pencil_line_is_drawn_in_full_black():
    sheet = Image.new("L", (1024, 1024), 255)
    ImageDraw.Draw(sheet).ellipse((100, 100, 900, 900), outline=120, width=2)
    assert images.ink_on_paper(sheet, "sketch", 128)[0].min() < 40


@pytest.mark.parametrize("colour", ["white", "black", "grey", (250, 240, 200)])
@pytest.mark.parametrize("kind", ["auto", "sketch", "photo"])
@pytest.mark.parametrize("side", [1, 7, 300, 1024])
def test_a_blank_picture_is_refused_with_the_advice_to_draw(colour, kind, side):
    with pytest.raises(ImageError, match=r"blank: no line stands out\. Draw something"):
        images.ink_on_paper(Image.new("RGB", (side, side), colour), kind, 64)


def test_paper_grain_alone_is_blank():
    noise = np.random.default_rng(0).normal(248, 3, (400, 400))
    grain = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    with pytest.raises(ImageError, match="blank"):
        images.ink_on_paper(grain, "sketch", 64)


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(1, 90),
    height=st.integers(1, 90),
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["auto", "sketch", "photo"]),
)
def test_any_picture_gives_ink_or_is_called_blank(width, height, seed, kind):
    rng = random.Random(seed)
    pixels = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    pixels[: rng.randrange(height + 1)] = rng.randrange(256)
    try:
        square, taken_for = images.ink_on_paper(Image.fromarray(pixels), kind, 32)
    except ImageError:
        return
    assert (square.shape, square.dtype) == ((32, 32), np.uint8)
    assert taken_for in ("sketch", "photo")


# --- drawing or photo -------------------------------------------------------------------------------


def noise_photo(seed: int) -> Image.Image:
    """Soft coloured patches over the whole frame, as a photo has."""
    patches = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(patches).resize((480, 360), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("name", SHAPES)
def test_a_drawing_is_taken_for_a_sketch(name):
    assert images.guess_kind(shape(name)) == "sketch"
    cream = Image.composite(
        Image.new("RGB", (128, 128), (245, 238, 215)),
        Image.new("RGB", (128, 128), (40, 40, 90)),
        shape(name).convert("L"),
    )
    assert images.guess_kind(cream) == "sketch"


@pytest.mark.parametrize("seed", range(5))
def test_a_frame_full_of_tones_is_taken_for_a_photo(seed):
    assert images.guess_kind(noise_photo(seed)) == "photo"


def test_a_dark_frame_is_taken_for_a_photo():
    night = Image.new("RGB", (200, 200), (20, 22, 30))
    ImageDraw.Draw(night).ellipse((60, 60, 140, 140), fill=(90, 90, 110))
    assert images.guess_kind(night) == "photo"


@pytest.mark.parametrize(
    ("files", "step", "kind", "at_least"),
    [
        ("sketchy/sketches/*/*.png", 50, "sketch", 0.95),
        ("pacs/sketch/*/*.png", 55, "sketch", 0.95),
        ("engravings/*/*.png", 20, "sketch", 0.95),
        ("pets/*/*.jpg", 40, "photo", 0.9),
        ("food3/*/*.jpg", 6, "photo", 0.9),
        ("streets/leftImg8bit/*/*/*.jpg", 9, "photo", 0.95),
    ],
)
def test_real_drawings_and_real_photos_are_told_apart(files, step, kind, at_least):
    chosen = sorted(DATA.glob(files))[::step]
    if not chosen:
        pytest.skip(f"there is no {files} below {DATA}")
    guessed = [images.guess_kind(images.load(path)) for path in chosen]
    assert len(chosen) >= 40
    assert guessed.count(kind) / len(guessed) >= at_least


@pytest.mark.parametrize("files", ["sketchy/sketches/*/*.png", "engravings/*/*.png", "recipes/images/*.jpg"])
def test_real_pictures_all_have_ink(files):
    chosen = sorted(DATA.glob(files))[::60]
    if not chosen:
        pytest.skip(f"there is no {files} below {DATA}")
    for path in chosen:
        square, _ = images.ink_on_paper(images.load(path), "auto", 64)
        assert 2 < (255 - square.astype(float)).mean() < 230, path
