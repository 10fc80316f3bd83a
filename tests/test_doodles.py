"""Quick, Draw! doodles: 28 pixels become lines, and the packed sample is what its table says."""

import gzip
import json

import numpy as np
import pytest

from train.starters import doodles
from train.starters.line_art import DEFAULT_CACHE

ARCHIVE = DEFAULT_CACHE / f"{doodles.PACKAGE.npm}-{doodles.PACKAGE.version}.tgz"


@pytest.fixture
def packed(monkeypatch):
    """Two things of four drawings each: a square outline and a cross."""
    square = np.zeros((28, 28))
    square[4, 4:24] = square[23, 4:24] = square[4:24, 4] = square[4:24, 23] = 1.0
    cross = np.zeros((28, 28))
    cross[14, 2:26] = cross[2:26, 14] = 0.8

    def lines(ink: np.ndarray) -> bytes:
        return gzip.compress("\n".join([json.dumps(ink.ravel().tolist())] * 4).encode() + b"\n")

    sample = {"Cross": lines(cross), "square": lines(square), "squiggle": lines(cross)}
    monkeypatch.setattr(doodles, "_packed", lambda: sample)
    doodles._pixels.cache_clear()
    yield
    doodles._pixels.cache_clear()


def test_titles_number_every_drawing_and_leave_out_what_looks_like_nothing(packed):
    titles = doodles.titles()
    assert len(titles) == 8
    assert titles["quick-draw:Cross/3"] == "cross"
    assert not any("squiggle" in source for source in titles)


@pytest.mark.parametrize("number", [0, 1])
def test_a_drawing_is_black_lines_on_white_at_the_place_they_had(packed, number):
    picture = doodles.render(f"quick-draw:square/{number}")
    assert picture.shape == (192, 192)
    assert picture.dtype == np.uint8
    assert picture[96, 96] > 245  # inside the square is paper
    rows, columns = np.nonzero(picture < 100)
    # Pixel 4 to 23 of 28, moved by the border of 2, of 32 in all.
    for low, high in ((rows.min(), rows.max()), (columns.min(), columns.max())):
        assert low == pytest.approx((4 + 2 + 0.5) / 32 * 192, abs=6)
        assert high == pytest.approx((23 + 2 + 0.5) / 32 * 192, abs=6)


def test_every_other_drawing_is_a_thin_line_in_the_middle_of_the_stroke(packed):
    thin, thick = ((doodles.render(f"quick-draw:Cross/{number}") < 128) for number in (0, 1))
    assert 0.15 < thin.sum() / thick.sum() < 0.6
    assert (thick[thin]).mean() > 0.95


@pytest.mark.parametrize("source", ["quick-draw:no such thing/0", "quick-draw:square/99"])
def test_one_that_is_not_there_is_an_error(packed, source):
    with pytest.raises((KeyError, IndexError)):
        doodles.render(source)


def test_the_packed_sample_has_a_hundred_of_each_of_its_345_things():
    if not ARCHIVE.exists():
        pytest.skip(f"{ARCHIVE} is not in the cache")
    doodles._packed.cache_clear()
    titles = doodles.titles()
    assert len(set(titles.values())) == 345 - len(doodles.SKIPPED)
    assert len(titles) == 100 * (345 - len(doodles.SKIPPED))
    assert (doodles.render("quick-draw:zebra/1") < 128).mean() > 0.02
