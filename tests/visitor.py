"""What a visitor of the page does, and sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

DESK, PHONE = {"width": 1360, "height": 900}, {"width": 390, "height": 844}
ASK = re.compile(r"/gradio_api/component_server/?$")

# Strokes by hand in shares of the paper: a fish, and what makes it another thing.
BODY = [
    *((0.1, 0.5), (0.3, 0.33), (0.55, 0.32), (0.75, 0.48), (0.92, 0.32)),
    *((0.9, 0.66), (0.75, 0.53), (0.52, 0.68), (0.28, 0.66), (0.1, 0.5)),
]
STEM = [(0.5, 0.35), (0.48, 0.6), (0.5, 0.95)]
STAR = [
    *((0.5, 0.1), (0.61, 0.38), (0.91, 0.39), (0.67, 0.57), (0.76, 0.87), (0.5, 0.69)),
    *((0.25, 0.87), (0.33, 0.57), (0.09, 0.39), (0.39, 0.38), (0.5, 0.1)),
]


def stroke(page: Any, points: list[tuple[float, float]]) -> None:
    box = page.locator(".pad canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    page.mouse.up()


def settled(page: Any) -> None:
    page.wait_for_selector("#results:not(.is-busy)")


def answered(page: Any, action: Callable[[], Any]) -> list[str]:
    """Do it, wait until the answer it leads to is on the page, and return the ids of the gallery."""
    with page.expect_response(ASK):
        action()
    settled(page)
    return ids(page)


def ids(page: Any) -> list[str]:
    return page.eval_on_selector_all(".card-open", "cards => cards.map((card) => card.dataset.id)")


def reading(page: Any) -> str:
    return page.locator(".reading").inner_text()


def paper(page: Any) -> str:
    return page.evaluate("document.querySelector('.pad canvas').toDataURL()")


def closed_in_haste(page: Any, dialog: str, card: str) -> bool:
    """Closes the dialog and goes on to a card before the page has heard of the closing.

    Returns:
        Whether the focus is still on that card once it has.
    """
    return page.evaluate(
        """async ([dialog, card]) => {
            const open = document.querySelector(dialog);
            const heard = new Promise((resolve) => open.addEventListener("close", resolve));
            open.close();
            const next = document.querySelector(card);
            next.focus();
            await heard;
            return document.activeElement === next;
        }""",
        [dialog, card],
    )
