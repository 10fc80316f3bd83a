"""The door for strangers' bytes: a safe picture or one clear sentence, never anything else."""

import base64
import struct

import numpy as np
import pytest
from PIL import Image

from retrieval import images
from retrieval.types import ImageError
from tests.helpers import UPRIGHT_BY_ROTATION, assert_safe, encoded, exif, marked, png_header, shape


def dark_corner(picture: Image.Image) -> str:
    grey = np.asarray(picture.convert("L"))
    corners = {"top left": grey[2, 2], "top right": grey[2, -3], "bottom left": grey[-3, 2]}
    return min(corners, key=corners.get)


# --- what is read -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_each_promised_format_is_read(kind):
    loaded = images.load(encoded(marked(), kind))
    assert_safe(loaded)
    assert loaded.size == (60, 40)
    assert dark_corner(loaded) == "top left"


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_keeps_its_picture(mode):
    if mode == "I;16":
        picture = Image.fromarray(np.asarray(marked(mode="L")).astype(np.uint16) * 257)
    else:
        picture = marked(mode=mode)
    loaded = images.load(encoded(picture))
    assert_safe(loaded)
    np.testing.assert_array_equal(np.asarray(loaded), np.asarray(marked()))


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_ink_is_read_as_its_colour(kind):
    red = images.load(encoded(Image.new("CMYK", (30, 30), (0, 255, 255, 0)), kind)).getpixel((15, 15))
    assert red[0] > 230
    assert max(red[1:]) < 40


def test_sixteen_bits_keep_their_scale():
    grey = Image.fromarray(np.full((20, 20), 32768, np.uint16))
    assert images.load(encoded(grey)).getpixel((5, 5)) in ((127,) * 3, (128,) * 3)


@pytest.mark.parametrize("white", [1.0, 255.0, 40000.0])
def test_float_tiffs_are_stretched_to_the_values_they_hold(white):
    values = np.full((20, 20), white, np.float32)
    values[:10] = 0
    loaded = np.asarray(images.load(encoded(Image.fromarray(values), "TIFF")).convert("L"))
    assert (loaded[:10] == 0).all()
    assert (loaded[10:] == 255).all()


def test_float_tiffs_with_no_numbers_in_them_are_read_without_them():
    values = np.full((20, 20), 200.0, np.float32)
    values[0, :3] = np.nan, np.inf, -np.inf
    loaded = np.asarray(images.load(encoded(Image.fromarray(values), "TIFF")).convert("L"))
    assert loaded[0, :3].tolist() == [0, 0, 0]
    assert (loaded[1:] == 255).all()


def test_thirty_two_bit_whole_numbers_are_read():
    values = np.full((20, 20), 70_000, np.int32)
    values[:10] = -5
    loaded = np.asarray(images.load(encoded(Image.fromarray(values), "TIFF")).convert("L"))
    assert (loaded[:10].max(), loaded[10:].min()) == (0, 255)


def test_transparency_is_laid_on_white_whatever_colour_hides_behind_it():
    behind = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    assert images.load(encoded(behind)).getpixel((5, 5)) == (255, 255, 255)
    half = Image.new("RGBA", (20, 20), (0, 0, 0, 128))
    assert images.load(encoded(half)).getpixel((5, 5))[0] in (126, 127, 128)
    grey = Image.new("LA", (20, 20), (0, 0))
    assert images.load(encoded(grey)).getpixel((5, 5)) == (255, 255, 255)


def test_transparency_of_a_palette_is_laid_on_white():
    palette = Image.new("P", (20, 20), 0)
    palette.putpalette([0, 0, 0, 200, 30, 30])
    palette.paste(1, (10, 0, 20, 20))
    for transparency in (0, b"\x00\xff"):
        loaded = images.load(encoded(palette, transparency=transparency))
        assert loaded.getpixel((5, 5)) == (255, 255, 255)
        assert loaded.getpixel((15, 5)) == (200, 30, 30)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("side", [60, 3000])
def test_a_turned_photo_is_set_upright_small_or_large(kind, side):
    lossless = {"TIFF": {"compression": "tiff_lzw"}}.get(kind, {})
    content = encoded(marked(side, side * 2 // 3), kind, exif=exif(UPRIGHT_BY_ROTATION), **lossless)
    loaded = images.load(content)
    assert_safe(loaded)
    assert loaded.height > loaded.width
    assert dark_corner(loaded) == "top right"


def test_a_turned_16_bit_picture_is_set_upright():
    grey = np.asarray(marked(mode="L")).astype(np.uint16) * 257
    for kind in ("PNG", "TIFF"):
        loaded = images.load(encoded(Image.fromarray(grey), kind, exif=exif(UPRIGHT_BY_ROTATION)))
        assert loaded.size == (40, 60)
        assert dark_corner(loaded) == "top right"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("tags", [b"garbage", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff"])
def test_broken_exif_does_not_cost_the_picture(kind, tags):
    loaded = images.load(encoded(marked(), kind, exif=b"Exif\0\0" + tags))
    assert dark_corner(loaded) == "top left"


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_of_an_animation_the_first_frame_is_read(kind):
    later = [Image.new("RGB", (60, 40), colour) for colour in ("red", "blue")]
    loaded = images.load(encoded(marked(), kind, save_all=True, append_images=later))
    assert_safe(loaded)
    assert dark_corner(loaded) == "top left"
    assert loaded.getpixel((50, 30)) == (255, 255, 255)


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 1), (2049, 1), (5000, 3)])
@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_tiny_and_very_thin_pictures_are_read_and_kept_in_bounds(size, mode):
    loaded = images.load(encoded(Image.new(mode, size)))
    assert_safe(loaded)
    assert (loaded.width >= loaded.height) == (size[0] >= size[1])


def test_a_large_photo_is_made_smaller_and_keeps_its_shape():
    loaded = images.load(encoded(marked(6000, 4000), "JPEG"))
    assert loaded.size == (1024, 683)
    assert dark_corner(loaded) == "top left"


def test_pictures_of_every_kind_of_argument_are_the_same(tmp_path):
    content = encoded(marked())
    (tmp_path / "a.png").write_bytes(content)
    url = "data:image/png;base64," + base64.b64encode(content).decode()
    for picture in (content, tmp_path / "a.png", str(tmp_path / "a.png"), url, marked(), marked(mode="P")):
        np.testing.assert_array_equal(np.asarray(images.load(picture)), np.asarray(marked()))


def test_an_open_picture_is_not_changed_by_loading_it():
    large = marked(3000, 2000)
    images.load(large)
    assert large.size == (3000, 2000)


# --- what is refused --------------------------------------------------------------------------------


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "empty.png").touch()
    for picture in (b"", tmp_path / "empty.png", "data:image/png;base64,"):
        with pytest.raises(ImageError, match=r"empty \(0 bytes\)"):
            images.load(picture)


@pytest.mark.parametrize(
    "content",
    [
        b"hello, this is text\n" * 50,
        b"<svg xmlns='http://www.w3.org/2000/svg'></svg>",
        b"%PDF-1.7\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
        b"\x00" * 500,
        "GIF89a".encode("utf-16"),
    ],
)
def test_what_is_no_picture_is_refused_naming_the_formats(tmp_path, content):
    (tmp_path / "renamed.png").write_bytes(content)
    for picture in (content, tmp_path / "renamed.png"):
        with pytest.raises(ImageError, match="not a picture Burin can read; wanted: JPEG, PNG, WebP"):
            images.load(picture)


@pytest.mark.parametrize("kind", ["ICO", "PPM", "EPS", "PDF", "TGA", "JPEG2000", "DIB"])
def test_formats_that_were_not_promised_stay_outside(kind):
    try:
        content = encoded(marked(), kind)
    except (OSError, KeyError):
        pytest.skip(f"this Pillow does not write {kind}")
    with pytest.raises(ImageError):
        images.load(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_file_is_called_broken_not_shown_half(kind, share):
    noise = np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    with pytest.raises(ImageError, match=r"broken|not a picture"):
        images.load(content[: int(len(content) * share)])


@pytest.mark.parametrize("size", [(30_000, 30_000), (10_000, 10_000), (2**31 - 1, 1), (65_000, 65_000)])
def test_a_bomb_is_refused_by_its_header(size):
    with pytest.raises(ImageError, match="too large"):
        images.load(png_header(*size))


@pytest.mark.parametrize("side", [200, 3000])
@pytest.mark.parametrize("orientation", ["6", -6, 0, 9, 2.5, b"\x00"], ids=repr)
def test_odd_exif_is_no_reason_to_refuse_a_photo_small_or_large(side, orientation):
    """A raw EXIF block whose Orientation has another type or value than it may have."""
    kinds = {str: (2, b"6\0\0\0"), bytes: (7, b"\0\0\0\0"), float: (5, b"\x1a\0\0\0")}
    number = struct.pack("<i", orientation) if isinstance(orientation, int) else b""
    kind, value = kinds.get(type(orientation), (9, number))
    block = b"Exif\0\0II*\0\x08\0\0\0\x01\0" + struct.pack("<HHI", 0x112, kind, 1) + value + bytes(12)
    loaded = images.load(encoded(Image.new("RGB", (side, side // 10), "gray"), "JPEG", exif=block))
    assert loaded.width > loaded.height


def test_a_large_palette_is_made_smaller_with_its_transparency():
    wide = Image.new("P", (4096, 2048), 1)
    wide.putpalette([255, 0, 0, 0, 0, 255])
    wide.paste(0, (0, 0, 2048, 2048))
    loaded = images.load(encoded(wide, "PNG", transparency=0))
    assert loaded.size == (1024, 512)
    assert loaded.getpixel((100, 256)) == (255, 255, 255)
    assert loaded.getpixel((900, 256)) == (0, 0, 255)


def test_a_file_above_ten_megabytes_is_refused_unread(tmp_path):
    (tmp_path / "huge.bmp").write_bytes(b"BM" + bytes(images.MAX_BYTES))
    with pytest.raises(ImageError, match=r"at most 10 MB are read"):
        images.load(tmp_path / "huge.bmp")
    with pytest.raises(ImageError, match=r"at most 10 MB are read"):
        images.load("data:image/bmp;base64," + "A" * (images.MAX_BYTES * 4 // 3 + 8))


@pytest.mark.parametrize(
    "url",
    ["data:", "data:image/png,abc", "data:image/png;base64", "data:image/png;base64,@@@@", "data:;base64,a"],
)
def test_a_data_url_that_is_none_is_refused_with_an_example(url):
    with pytest.raises(ImageError, match=r"wanted: data:image/png;base64,"):
        images.load(url)


def test_a_file_that_cannot_be_opened_is_named_without_its_folder(tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    for path in (secret / "bird.png", str(secret / "bird.png"), secret, "bird\0.png", "x" * 5000):
        with pytest.raises(ImageError, match="cannot be opened") as caught:
            images.load(path)
        assert str(tmp_path) not in str(caught.value)


# --- in colour --------------------------------------------------------------------------------------


def test_a_colour_square_is_the_whole_picture_stretched():
    for size in ((120, 40), (40, 120), (60, 60), (20, 1000)):
        square = images.colour_square(marked(*size), "photo", 60)[0]
        assert (square.shape, square.dtype) == ((3, 60, 60), np.uint8)
        assert square.flags.c_contiguous
        assert square[:, 10, 10].tolist() == [0, 0, 0]  # a third of each side is black, whatever its length
        assert square[:, 10, 30].tolist() == square[:, 30, 10].tolist() == [255, 255, 255]


@pytest.mark.parametrize("side", [32, 300])
def test_a_colour_square_is_pillows_bicubic_one(side):
    noise = np.random.default_rng(0).integers(0, 255, (90, 160, 3), dtype=np.uint8)
    picture = Image.fromarray(noise)
    wanted_HWC = np.asarray(picture.resize((side, side), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(
        images.colour_square(picture, "photo", side)[0], np.moveaxis(wanted_HWC, 2, 0)
    )


def test_grey_becomes_three_equal_channels():
    square = images.colour_square(marked(mode="L"), "sketch", 32)[0]
    np.testing.assert_array_equal(square[0], square[1])
    np.testing.assert_array_equal(square[0], square[2])


def test_in_colour_the_kind_is_what_was_said_and_otherwise_guessed():
    drawing, photo = marked(), Image.linear_gradient("L").convert("RGB")
    for said in ("sketch", "photo"):
        assert images.colour_square(drawing, said, 32)[1] == images.colour_square(photo, said, 32)[1] == said
    assert images.colour_square(drawing, "auto", 32)[1] == "sketch"
    assert images.colour_square(photo, "auto", 32)[1] == "photo"


@pytest.mark.parametrize("colour", ["white", "black", (200, 30, 30)])
def test_one_flat_colour_is_refused_and_a_nearly_blank_picture_is_not(colour):
    flat = Image.new("RGB", (300, 200), colour)
    for kind in ("auto", "sketch", "photo"):
        with pytest.raises(ImageError, match="blank: all of it is one flat colour"):
            images.colour_square(flat, kind, 64)
    flat.paste((90, 90, 200), (0, 0, 12, 12))
    assert images.colour_square(flat, "auto", 64)[0].shape == (3, 64, 64)


def test_made_smaller_even_planes_stay_even_slopes_stay_slopes_and_thin_lines_grow_pale():
    slope_HW = np.tile(np.arange(0, 160, 2, dtype=np.uint8), (80, 1))
    even_HW = np.full((80, 80), 77, np.uint8)
    line_HW = np.full((80, 80), 255, np.uint8)
    line_HW[:, 40] = 0
    made = images.smaller(np.stack([slope_HW, even_HW, line_HW]), 40)
    assert (made.shape, made.dtype) == ((3, 40, 40), np.uint8)
    # Pixel i lies between pixels 2i and 2i + 1, of 4i and 4i + 2.
    assert np.abs(made[0, :, 2:-2].astype(int) - (4 * np.arange(2, 38) + 1)).max() <= 1
    assert (made[1] == 77).all()
    assert 100 < made[2].min() < 200
    assert made[2][:, 20].tolist() == [made[2].min()] * 40


def test_of_its_own_size_a_picture_stays_as_it_is():
    pixels_CSS = np.random.default_rng(0).integers(0, 256, (1, 32, 32), dtype=np.uint8)
    assert images.smaller(pixels_CSS, 32) is pixels_CSS


def test_a_drawing_is_cut_to_its_ink_beside_photos_in_colour():
    canvas = Image.new("RGB", (256, 256), "white")
    canvas.paste(shape("ring", side=64), (180, 180))
    ink_HW, _ = images.ink_on_paper(canvas, "sketch", 64)
    drawn, taken_for = images.drawing_or_colour(canvas, "sketch", 64)
    assert taken_for == "sketch"
    assert all(np.array_equal(channel, ink_HW) for channel in drawn)
    assert images.drawing_or_colour(canvas, "auto", 64)[1] == "sketch"
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8))
    coloured, taken_for = images.drawing_or_colour(photo, "auto", 64)
    assert taken_for == "photo"
    assert np.array_equal(coloured, images.colour_square(photo, "photo", 64)[0])
