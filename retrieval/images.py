"""Pictures in: untrusted bytes to a safe RGB picture, and that to what an encoder sees.

`load` is the only door for a stranger's bytes. Behind it a collection has one preparation, the same for
gallery and query. `ink_on_paper` is that of engravings: always dark ink on white paper, cut to the ink and
squared, so that a drawing and an engraving differ by hand alone. `colour_square`, `colour_thumbnail` and
`colour_letterbox` are those of photos, `drawing_or_colour` that of photos which drawings ask.
"""

from __future__ import annotations

import base64
import binascii
import io
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageFilter, ImageOps, UnidentifiedImageError

from retrieval.types import ImageError, Kind, Picture

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 10_000_000
# A 50-megapixel phone photo passes; a 30,000 x 30,000 bomb (900 megapixels) is refused by its header.
MAX_PIXELS = 64_000_000
# Rows cost memory of their own: 64 million rows of one pixel would take 2 GB. No JPEG is longer.
MAX_SIDE = 65_535
# Everything after `load` works on at most this many pixels a side.
WORK_SIDE = 1024
# Ink is found on a copy of this size: enough for a pen stroke, small enough for 2 ms.
INK_SIDE = 512
THUMBNAIL_SIDE = 64
MARGIN = 0.06  # white around the ink, as a share of its longer side
# Pillow gives every picture's memory back and fetches it anew for the next, which costs a query about a
# millisecond. It may keep a few blocks of its allocator instead (at most 16 MB each).
Image.core.set_blocks_max(4)

_FLAT = "The picture is blank: all of it is one flat colour. Choose another picture."
_WANTED = "JPEG, PNG, WebP, GIF, BMP or TIFF"
_TOO_HEAVY = f"The picture is too heavy; at most {MAX_BYTES // 10**6} MB are read. Make it smaller."


def load(picture: Picture) -> Image.Image:
    """Decode a picture to RGB, upright, first frame, transparency on white, at most 1024 px a side.

    picture: encoded bytes, a path, a `data:image/...;base64,` URL, or an open PIL picture.
    Raises ImageError with a sentence for the person: not a picture, broken, empty or too large.
    """
    return load_with_size(picture)[0]


def load_with_size(picture: Picture) -> tuple[Image.Image, tuple[int, int]]:
    """The picture as `load` gives it, and the (width, height) it has itself, upright."""
    if isinstance(picture, Image.Image):
        return _upright_rgb(picture.copy()), _upright_size(picture, picture.size)
    data = _read(picture)
    if not data:
        raise ImageError(f"The file is empty (0 bytes); wanted: a picture ({_WANTED}).")
    if len(data) > MAX_BYTES:
        raise ImageError(_TOO_HEAVY)
    try:
        with warnings.catch_warnings():
            # Our own bound on pixels, below, is the stricter one.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise ImageError(_too_many_pixels("over 178 megapixels")) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        raise ImageError(f"This is not a picture Burin can read; wanted: {_WANTED}.") from None
    width, height = opened.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise ImageError(_too_many_pixels(f"{width} x {height} px"))
    try:
        size = _upright_size(opened, (width, height))
        opened.draft("RGB", (WORK_SIDE, WORK_SIDE))  # JPEG only: decode at a fraction of the size
        return _upright_rgb(opened), size
    except ImageError:
        raise
    except Exception as error:  # a decoder may raise nearly anything on hostile bytes
        raise ImageError(
            f"The picture is broken ({type(error).__name__}); save it again or choose another."
        ) from None


def _too_many_pixels(seen: str) -> str:
    return f"The picture is too large ({seen}); at most {MAX_PIXELS // 10**6} megapixels are read."


def _read(picture: bytes | str | Path) -> bytes:
    if isinstance(picture, bytes):
        return picture
    if isinstance(picture, str) and picture.startswith("data:"):
        head, comma, body = picture.partition(",")
        if not comma or not head.endswith(";base64"):
            raise ImageError("The data URL is not base64; wanted: data:image/png;base64,...")
        if len(body) > MAX_BYTES * 4 // 3 + 4:
            raise ImageError(_TOO_HEAVY)
        try:
            return base64.b64decode(body, validate=True)
        except (binascii.Error, ValueError):
            raise ImageError("The data URL holds broken base64; wanted: data:image/png;base64,...") from None
    try:
        with Path(picture).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except (OSError, ValueError):
        raise ImageError(f"The file {Path(str(picture)[:80]).name!r} cannot be opened.") from None


def _upright_rgb(image: Image.Image) -> Image.Image:
    if min(image.size) < 1:
        raise ImageError("The picture has no pixels.")
    image.load()  # a truncated file must fail here, inside the door; and a TIFF turns itself
    turn = _turn(image)
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        image = _to_8_bit(image)
    if max(image.size) > 2 * WORK_SIDE:
        image = _reduced(image, max(image.size) // WORK_SIDE)
    if turn is not None:
        image = image.transpose(turn)
    if image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB")  # a canvas: the channel is there, but nothing shows through
    elif image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba.getchannel("A"))
    elif image.mode != "RGB":
        image = image.convert("RGB")
    if max(image.size) > WORK_SIDE:
        image.thumbnail((WORK_SIDE, WORK_SIDE), Image.Resampling.BILINEAR)
    return image


# What brings a picture upright, by its EXIF orientation.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _turn(image: Image.Image) -> Image.Transpose | None:
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation))
    except Exception:  # broken EXIF is no reason to refuse the picture: it is taken for upright
        return None


def _upright_size(image: Image.Image, size: tuple[int, int]) -> tuple[int, int]:
    if image.format == "TIFF":  # Pillow turns the size when it opens one, the pixels when it loads them
        return size
    sideways = (Image.Transpose.TRANSPOSE, Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE)
    return size[::-1] if _turn(image) in (*sideways, Image.Transpose.ROTATE_90) else size


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """The picture at 1/factor of its size. A palette cannot be averaged: it is turned to colours first, a
    strip at a time, since 64 megapixels of RGBA would take 256 MB."""
    if image.mode in ("L", "RGB", "CMYK", "RGBA", "LA", "I", "F"):
        return image.reduce(factor)
    mode = "RGBA" if image.has_transparency_data else "RGB"
    width, height = image.size
    small = Image.new(mode, (-(-width // factor), -(-height // factor)))
    rows = factor * max(1, WORK_SIDE // 8)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height))).convert(mode)
        small.paste(strip.reduce(factor), (0, top // factor))
    return small


def _to_8_bit(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float grey to 8-bit. Sixteen bits keep their scale; wider ones are stretched
    to the values they hold, since no file says what their white is."""
    sixteen = image.mode.startswith("I;16")
    if max(image.size) > 2 * WORK_SIDE:
        wide = image.convert("I") if sixteen else image
        image = wide.reduce(max(image.size) // WORK_SIDE)
    values = np.asarray(image).astype(np.float32)
    values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    white = 65535.0 if sixteen else max(float(values.max()), 1.0)
    return Image.fromarray(np.clip(values * (255.0 / white), 0, 255).astype(np.uint8))


def guess_kind(image: Image.Image) -> Kind:
    """Take a picture for a drawing ("sketch") or a photo ("photo").

    A drawing or scan is a near-uniform ground (one brightness holds most pixels, little colour) with
    some ink on it; everything else is a photo.
    """
    small = image.resize((96, 96), Image.Resampling.BOX)
    hsv = np.asarray(small.convert("HSV"), dtype=np.uint8)
    grey = np.asarray(small.convert("L"), dtype=np.float32)
    ground = float(np.median(grey))
    near_ground = float(np.mean(np.abs(grey - ground) < 40))
    colour = float(np.mean((hsv[..., 1] > 80) & (hsv[..., 2] > 60)))
    light = ground > 150
    return "sketch" if light and near_ground > 0.62 and colour < 0.25 else "photo"


def ink_on_paper(image: Image.Image, kind: Kind, size: int) -> tuple[np.ndarray, str]:
    """Turn a drawing, scan or photo into dark ink on white paper, cut to the ink and squared.

    image: RGB or L. kind: "sketch" (ink darker or lighter than an even ground), "photo" (lines that stand
    out from what surrounds them: an engraving on glass), or "auto". size: side of the square in pixels.
    Returns ((size, size) uint8, 255 is paper, and the kind it was taken for).
    Raises ImageError when there is no ink at all.
    """
    if kind == "auto":
        kind = guess_kind(image)
    grey = image if image.mode == "L" else image.convert("L")
    if max(grey.size) > INK_SIDE:
        scale = INK_SIDE / max(grey.size)
        shape = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
        grey = grey.resize(shape, Image.Resampling.BOX)
    ink = _ink_of_sketch(grey) if kind == "sketch" else _ink_of_photo(grey)
    left, top, right, bottom = _ink_box(ink)
    square = _squared(ink[top:bottom, left:right])
    if square.shape[0] != size:
        pasted = Image.fromarray(square)
        square = np.asarray(
            pasted.resize(
                (size, size), Image.Resampling.BOX if square.shape[0] > size else Image.Resampling.BILINEAR
            )
        )
    # A one-pixel line drawn large fades when it is made small: the darkest ink is black again.
    darkest = max(float(np.quantile(square[square > 0], 0.95)) if (square > 0).any() else 0.0, 1.0)
    return (255 - np.minimum(square.astype(np.float32) * (255.0 / darkest), 255.0)).astype(np.uint8), kind


def smaller(prepared_CSS: np.ndarray, size: int) -> np.ndarray:
    """(C, S, S) uint8 of a prepared picture -> (C, size, size), its lines kept in their grey."""
    if prepared_CSS.shape[-1] == size:
        return prepared_CSS
    planes = [
        Image.fromarray(plane).resize((size, size), Image.Resampling.BILINEAR) for plane in prepared_CSS
    ]
    return np.stack([np.asarray(plane) for plane in planes])


def colour_square(image: Image.Image, kind: Kind, size: int) -> tuple[np.ndarray, str]:
    """The picture in colour, stretched to a square: nothing is cut off, nothing is added.

    image: RGB or L. kind: told apart as for ink, but the picture is the same for each. size: side in pixels.
    Returns ((3, size, size) uint8 RGB, and the kind it was taken for).
    Raises ImageError when all of it is one flat colour.
    """
    image = image.convert("RGB")
    square_HWC = np.asarray(image.resize((size, size), Image.Resampling.BICUBIC))
    if (square_HWC == square_HWC[0, 0]).all():
        raise ImageError(_FLAT)
    taken_for = guess_kind(image) if kind == "auto" else kind
    return np.ascontiguousarray(square_HWC.transpose(2, 0, 1)), taken_for


def colour_thumbnail(image: Image.Image, kind: Kind, size: int) -> tuple[np.ndarray, str]:
    """As `colour_square`, of a thumbnail of the picture: sharp photos and small ones look alike.

    For labels learnt from thumbnails: where only some labels have sharp photos too, sharpness itself would
    come to mean one of those. Arguments, answer and errors are those of `colour_square`.
    """
    taken_for = guess_kind(image) if kind == "auto" else kind
    small = image.convert("RGB").resize((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BICUBIC)
    return colour_square(small, taken_for, size)


def colour_letterbox(image: Image.Image, kind: Kind, size: int) -> tuple[np.ndarray, str]:
    """The whole picture in colour, in its own proportions, in the middle of a grey square.

    For small things whose shape counts, cats and dogs: stretched to a square, they are confused more often.
    Arguments, answer and errors are those of `colour_square`.
    """
    image = image.convert("RGB")
    if all(low == high for low, high in image.getextrema()):
        raise ImageError(_FLAT)
    side = max(image.size)
    square = Image.new("RGB", (side, side), (127, 127, 127))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    square_HWC = np.asarray(square.resize((size, size), Image.Resampling.BICUBIC))
    taken_for = guess_kind(image) if kind == "auto" else kind
    return np.ascontiguousarray(square_HWC.transpose(2, 0, 1)), taken_for


def drawing_or_colour(image: Image.Image, kind: Kind, size: int) -> tuple[np.ndarray, str]:
    """A drawing as ink on paper in three equal channels, a photo as `colour_square` has it.

    For collections of photos that drawings ask: people draw small and in a corner, and what counts is the
    ink. Arguments, answer and errors are those of the two.
    """
    taken_for = guess_kind(image) if kind == "auto" else kind
    if taken_for != "sketch":
        return colour_square(image, taken_for, size)
    ink_HW, _ = ink_on_paper(image, "sketch", size)
    return np.repeat(ink_HW[np.newaxis], 3, axis=0), taken_for


# Paper grain and JPEG noise (below 12% darkness) are paper; 50% darkness is already full ink.
_INK_OF_GREY = [int(min(max((225 - grey) * 255 / 98, 0), 255)) for grey in range(256)]


def _ink_of_sketch(grey: Image.Image) -> np.ndarray:
    """(H, W) uint8 ink, 255 is full. Uneven light on the paper is divided out first."""
    small = np.asarray(grey.resize((64, 64), Image.Resampling.NEAREST))
    ground = np.median(small)
    if ground < 110:
        edge = np.median(np.concatenate([small[0], small[-1], small[1:-1, 0], small[1:-1, -1]]))
        # Chalk on a board, within a light frame too, or a drawing in dark mode.
        if edge < 110 or np.mean(small < 110) > 0.85:
            grey = ImageOps.invert(grey)
            ground = 255 - ground
        else:  # a solid shape that fills its picture: the paper is around it
            ground = edge
    if ground < 250:
        grey = Image.fromarray(_without_shadows(grey))
    return np.asarray(grey.point(_INK_OF_GREY))


def _without_shadows(grey: Image.Image) -> np.ndarray:
    """(H, W) uint8, paper at 255: each pixel against the brightest paper around it."""
    paper = grey.resize((32, 32), Image.Resampling.BOX).filter(ImageFilter.MaxFilter(5))
    paper = paper.filter(ImageFilter.GaussianBlur(2)).resize(grey.size, Image.Resampling.BILINEAR)
    ratio = np.asarray(grey, dtype=np.float32) / np.maximum(np.asarray(paper, dtype=np.float32), 1.0)
    return (np.minimum(ratio * 1.06, 1.0) * 255.0).astype(np.uint8)


def _ink_of_photo(grey: Image.Image) -> np.ndarray:
    """(H, W) uint8 ink: what is brighter than its surroundings (an engraving on glass is pale), or, where
    that finds little, darker. Slow changes of light are removed by the wide blur."""
    fine = grey.filter(ImageFilter.GaussianBlur(0.8))
    wide = grey.filter(ImageFilter.BoxBlur(max(grey.size) / 24))
    contrast = np.asarray(fine, dtype=np.float32) - np.asarray(wide, dtype=np.float32)
    pale, dark = np.maximum(contrast, 0.0), np.maximum(-contrast, 0.0)
    lines = pale if float((pale**2).sum()) >= 0.6 * float((dark**2).sum()) else dark
    full = max(float(np.quantile(lines, 0.985)), 10.0)
    return np.clip((lines / full - 0.25) * (255.0 / 0.6), 0, 255).astype(np.uint8)


def _ink_box(ink: np.ndarray) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the ink. A lone speck far out (0.1% of the ink) does not widen it."""
    # A column or row holds at most 512 x 255: 32 bits do, in half the time of 64.
    columns, rows = ink.sum(axis=0, dtype=np.uint32), ink.sum(axis=1, dtype=np.uint32)
    total = float(rows.sum(dtype=np.int64))
    if total < 255 * 12:
        raise ImageError(
            "The picture is blank: no line stands out. Draw something, or choose another picture."
        )

    def span(profile: np.ndarray) -> tuple[int, int]:
        share = np.cumsum(profile, dtype=np.float64) / total
        first = int(np.searchsorted(share, 0.001))
        last = int(np.searchsorted(share, 0.999))
        return first, min(last + 1, len(profile))

    left, right = span(columns)
    top, bottom = span(rows)
    return left, top, right, bottom


def _squared(ink: np.ndarray) -> np.ndarray:
    """Centre the cut on a square of blank paper with a small margin."""
    height, width = ink.shape
    side = max(height, width)
    side += 2 * max(1, round(side * MARGIN))
    square = np.zeros((side, side), dtype=np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = ink
    return square
