"""One illustration for each dish of Food-101."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from train.starters.dishes import (
    breakfast,
    buns,
    cakes,
    creams,
    eggs,
    fried,
    japanese,
    meats,
    parcels,
    pasta,
    raw,
    rice,
    salads,
    sandwiches,
    seafood,
    shared,
    soups,
    sweets,
)
from train.starters.dishes.ink import Sheet

_DRAWINGS: dict[str, Callable[[Sheet], None]] = (
    breakfast.DRAWINGS
    | buns.DRAWINGS
    | cakes.DRAWINGS
    | creams.DRAWINGS
    | eggs.DRAWINGS
    | fried.DRAWINGS
    | japanese.DRAWINGS
    | meats.DRAWINGS
    | parcels.DRAWINGS
    | pasta.DRAWINGS
    | raw.DRAWINGS
    | rice.DRAWINGS
    | salads.DRAWINGS
    | sandwiches.DRAWINGS
    | seafood.DRAWINGS
    | shared.DRAWINGS
    | soups.DRAWINGS
    | sweets.DRAWINGS
)
DISHES: tuple[str, ...] = tuple(sorted(_DRAWINGS))


def illustration(dish: str) -> Image.Image:
    """(384, 384) RGB: the dish as a hand-coloured engraving, the same bytes each time.

    dish: a folder name of Food-101, such as "apple_pie". ValueError on any other.
    """
    if dish not in _DRAWINGS:
        raise ValueError(f"unknown dish {dish!r}; one of the {len(DISHES)} of Food-101: {', '.join(DISHES)}")
    sheet = Sheet(dish)
    _DRAWINGS[dish](sheet)
    return sheet.finish()
