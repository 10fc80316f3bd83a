"""Our own ornaments are drawings: ink on paper, always the same, and no design repeats another."""

from functools import cache

import numpy as np
import pytest
from PIL import Image

from train.starters.ornaments import DESIGNS, draw, render


@cache
def drawn(name: str, design: int) -> np.ndarray:
    return draw(name, design, 96)


@pytest.mark.parametrize("name", DESIGNS)
def test_every_design_is_ink_on_white_paper_cut_to_its_ink(name):
    for design in range(DESIGNS[name]):
        art_HW = drawn(name, design)
        assert art_HW.dtype == np.uint8
        assert max(art_HW.shape) == 96
        share = (art_HW < 128).mean()
        assert 0.02 < share < 0.6, f"{name}/{design}: {share:.2f} of it is ink"


@pytest.mark.parametrize("name", DESIGNS)
def test_designs_of_one_ornament_differ(name):
    arts = []
    for design in range(DESIGNS[name]):
        art = Image.fromarray(drawn(name, design)).resize((32, 32))
        ink = 1 - np.asarray(art, float).ravel() / 255
        arts.append(ink / np.linalg.norm(ink))
    alike = np.array(arts) @ np.array(arts).T - np.eye(len(arts))
    assert alike.max() < 0.95


def test_a_drawing_is_the_same_every_time():
    assert np.array_equal(draw("knot", 2, 128), render("ornament:knot/2", 128))


def test_an_unknown_design_is_refused():
    with pytest.raises(ValueError, match="designs 0 to 7, not 8"):
        draw("star", 8)
    with pytest.raises(KeyError):
        draw("nothing", 0)
