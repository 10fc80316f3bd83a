"""Bytes made to hurt: only ever a safe picture or an ImageError, in bounded memory."""

import base64
import functools
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from retrieval import images
from retrieval.types import ImageError
from tests.helpers import assert_safe, encoded, exif, marked, png_header, run_python


def load_or_refuse(picture) -> None:
    try:
        loaded = images.load(picture)
    except ImageError as error:
        sentence = str(error)
    else:
        return assert_safe(loaded)
    assert 20 < len(sentence) < 300
    return None


@functools.cache
def real_files() -> tuple[bytes, ...]:
    picture = marked(50, 40).filter(ImageFilter.GaussianBlur(3))
    grey = np.asarray(picture.convert("L"))
    tags = {"exif": exif(6)}
    frames = {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(30)]}
    return (
        encoded(picture, "JPEG", **tags),
        encoded(picture.convert("CMYK"), "JPEG", progressive=True),
        encoded(picture, "PNG", **tags),
        encoded(picture.convert("P"), "PNG", transparency=3),
        encoded(picture.convert("LA"), "PNG"),
        encoded(Image.fromarray(grey.astype(np.uint16) * 200), "PNG"),
        encoded(picture, "PNG", **frames),
        encoded(picture, "WEBP"),
        encoded(picture.convert("RGBA"), "WEBP", lossless=True, **tags),
        encoded(picture, "GIF", **frames),
        encoded(picture, "BMP"),
        encoded(picture.convert("P"), "BMP"),
        encoded(picture, "TIFF", compression="tiff_lzw", **tags),
        encoded(picture.convert("1"), "TIFF", compression="packbits"),
        encoded(picture.convert("CMYK"), "TIFF", compression="tiff_adobe_deflate"),
        encoded(Image.fromarray(grey.astype(np.float32)), "TIFF"),
        encoded(Image.fromarray(grey.astype(np.int32)), "TIFF"),
    )


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
@example(b"\xff\xd8\xff")
@example(b"\x89PNG\r\n\x1a\n")
@example(b"II*\x00\x08\x00\x00\x00")
def test_arbitrary_bytes_give_a_safe_picture_or_an_image_error(content):
    load_or_refuse(content)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0", b"RIFF"]), st.binary(max_size=400))
def test_bytes_behind_a_real_beginning_give_a_safe_picture_or_an_image_error(start, rest):
    load_or_refuse(start + rest)


@settings(max_examples=400, deadline=None)
@given(
    which=st.integers(0, len(real_files()) - 1),
    edits=st.lists(
        st.tuples(
            st.sampled_from(["set", "insert", "delete", "cut"]),
            # Most of what can go wrong is in the first bytes: sizes, offsets, chunk lengths.
            st.one_of(st.floats(0, 1), st.floats(0, 0.05)),
            st.binary(min_size=1, max_size=6),
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_altered_real_files_give_a_safe_picture_or_an_image_error(which, edits):
    content = bytearray(real_files()[which])
    for edit, share, value in edits:
        at = int(share * len(content))
        if edit == "set":
            content[at : at + len(value)] = value
        elif edit == "insert":
            content[at:at] = value
        elif edit == "delete":
            del content[at : at + len(value)]
        elif at:
            del content[at:]
    load_or_refuse(bytes(content))


@settings(max_examples=100, deadline=None)
@given(
    head=st.sampled_from(
        ["data:", "data:image/png;base64,", "data:image/png,", "data:;base64,", "DATA:x;base64,"]
    ),
    body=st.one_of(
        st.text(max_size=60),
        st.sampled_from(real_files()).map(lambda content: base64.b64encode(content).decode()),
        st.text("ABCxyz+/=09 \n", max_size=60),
    ),
)
def test_any_data_url_gives_a_safe_picture_or_an_image_error(head, body):
    load_or_refuse(head + body)


# --- memory -----------------------------------------------------------------------------------------

MEASURE = """
    import re, sys
    from pathlib import Path
    from retrieval import images
    from retrieval.types import ImageError

    def peak():
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])

    images.load(images.Image.new("RGB", (9, 9)))
    before = peak()
    try:
        images.load({path!r})
    except ImageError:
        pass
    print((peak() - before) // 1024)
"""
needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")


def peak_mb(path: Path) -> int:
    """Megabytes that loading the file adds to a fresh process at its peak."""
    done = run_python("-c", textwrap.dedent(MEASURE.format(path=str(path))))
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


@needs_proc
def test_a_bomb_costs_no_memory(tmp_path):
    (tmp_path / "bomb.png").write_bytes(png_header(30_000, 30_000))
    assert peak_mb(tmp_path / "bomb.png") < 10


@needs_proc
@pytest.mark.parametrize(
    ("mode", "kind", "size"),
    [
        ("RGB", "PNG", (4000, 4000)),
        ("RGBA", "PNG", (4000, 4000)),
        ("P", "PNG", (4000, 4000)),
        ("CMYK", "JPEG", (4000, 4000)),
        ("I;16", "PNG", (4000, 4000)),
        ("F", "TIFF", (4000, 4000)),
    ],
)
def test_loading_takes_at_most_ten_bytes_a_pixel_so_640_megabytes_for_the_largest(tmp_path, mode, kind, size):
    options = {"compression": "tiff_adobe_deflate"} if kind == "TIFF" else {}
    Image.new(mode, size).save(tmp_path / "large", kind, **options)
    assert peak_mb(tmp_path / "large") < 10 * size[0] * size[1] / 2**20


def test_a_picture_of_countless_rows_is_refused_by_its_header(tmp_path):
    (tmp_path / "long.png").write_bytes(png_header(1, 16_000_000))
    with pytest.raises(ImageError, match="too large"):
        images.load(tmp_path / "long.png")
