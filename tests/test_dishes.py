"""Every dish of the cookbook has its own illustration, always the same to the byte."""

import warnings
from functools import cache

import numpy as np
import pytest

from train.starters.dishes import DISHES, illustration

SAMPLE = (
    "carrot_cake",
    "chicken_curry",
    "chocolate_cake",
    "clam_chowder",
    "french_fries",
    "hot_dog",
    "ice_cream",
    "lasagna",
    "miso_soup",
    "omelette",
    "panna_cotta",
    "sushi",
)


@cache
def drawn(dish: str) -> np.ndarray:
    """(384, 384, 3) uint8; a warning while drawing is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        image = illustration(dish)
    assert image.mode == "RGB"
    return np.asarray(image)


def test_there_is_one_name_for_each_dish_of_food_101_in_order():
    assert len(DISHES) == len(set(DISHES)) == 101
    assert list(DISHES) == sorted(DISHES)
    assert {"apple_pie", "pho", "waffles"} <= set(DISHES)


@pytest.mark.parametrize("dish", SAMPLE)
def test_an_illustration_fills_a_square_of_warm_paper(dish):
    picture_HWC = drawn(dish).astype(int)
    assert picture_HWC.shape == (384, 384, 3)
    border = np.concatenate([picture_HWC[:6].reshape(-1, 3), picture_HWC[-6:].reshape(-1, 3)])
    assert np.abs(np.median(border, axis=0) - (246, 240, 228)).max() < 8
    covered_HW = np.abs(picture_HWC - (246, 240, 228)).max(axis=-1) > 40
    rows, columns = np.nonzero(covered_HW)
    assert max(np.ptp(rows), np.ptp(columns)) > 0.7 * 384
    assert 0.1 < covered_HW.mean() < 0.8
    assert abs((rows.min() + rows.max()) / 2 - 192) < 40
    assert abs((columns.min() + columns.max()) / 2 - 192) < 40


def test_a_dish_is_drawn_the_same_to_the_byte():
    assert illustration("ice_cream").tobytes() == drawn("ice_cream").tobytes()


def test_no_two_dishes_look_the_same():
    small = np.array([drawn(dish)[::4, ::4].astype(float).ravel() for dish in SAMPLE])
    apart = np.abs(small[:, None] - small[None]).mean(axis=-1) + 255 * np.eye(len(SAMPLE))
    assert apart.min() > 10


def test_an_unknown_dish_is_refused_with_what_is_wanted():
    with pytest.raises(ValueError, match=r"unknown dish 'stone_soup'; one of the 101 .*apple_pie"):
        illustration("stone_soup")
