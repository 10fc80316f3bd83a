"""The page of mistakes in a real Chromium: filtered, walked with the keyboard, read on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from tests.visitor import DESK, PHONE, closed_in_haste
from train.answers import NO_NAMES, Answers
from train.report.errors_page import write_page

pytestmark = pytest.mark.page

HOSTILE = "</script><script>alert(1)</script>"
# Of each: true label, label answered, and the confidences of the wrong answers.
MISTAKES = (("ring", "disc", (0.9, 0.8, 0.3)), ("disc", "ring", (0.55,)), (HOSTILE, "ring", (0.95, 0.1)))
WRONG, RIGHT = 6, 14


def some_answers(mistakes: tuple = MISTAKES) -> Answers:
    wrong = [(label, said, confidence) for label, said, all_of in mistakes for confidence in all_of]
    queries = [*wrong, *[("ring", "ring", 0.9)] * RIGHT]
    labels, predicted, confidence = zip(*queries, strict=True)
    records = ["ring", "disc", HOSTILE] * 8
    rng = np.random.default_rng(0)

    def vectors(count: int) -> np.ndarray:
        found = rng.normal(size=(count, 16)).astype(np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    names = np.array([f"records/{row}.png" for row in range(len(records))])
    asked = np.array([f"queries/{row}.png" for row in range(len(queries))])
    return Answers(
        query_names=asked,
        query_labels=np.array(labels),
        query_sources=asked,
        query_QD=vectors(len(queries)),
        gallery_names=names,
        gallery_labels=np.array(records),
        gallery_sources=names,
        gallery_ND=vectors(len(records)),
        own_row_Q=np.full(len(queries), -1),
        outside_names=NO_NAMES,
        outside_OD=np.zeros((0, 1), np.float32),
        predicted_Q=np.array(predicted),
        confidence_Q=np.array(confidence),
    )


def draw(name: str) -> Image.Image:
    image = Image.new("RGB", (120, 120), "white")
    ImageDraw.Draw(image).ellipse((20, 20, 100, 100), outline="black", width=3 + len(name) % 5)
    return image


@pytest.fixture
def visit_errors(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page of some answers. When the test ends, the page may have asked for nothing but itself and
    what it carries, and logged nothing."""
    contexts, asked, said = [], [], []
    path = tmp_path / "errors.html"

    def open_page(viewport: dict[str, int] = DESK, answers: Answers | None = None, **options: Any) -> Any:
        write_page(answers or some_answers(), draw, f"rings {HOSTILE}", path, "drawn for a test")
        context = browser.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert {url for url in asked if not url.startswith("data:")} == {path.as_uri()}
    assert not said


def shown(page: Any) -> int:
    """The number that is said, after seeing that it is the number of cards."""
    count = int(re.match(r"Showing (\d+) of 6 wrong answers", page.get_by_role("status").inner_text())[1])
    assert page.locator("#wrong .card:visible").count() == count
    return count


def slide(page: Any, name: str, value: int) -> None:
    page.locator(f"[name={name}]").evaluate(
        """(slider, value) => {
            slider.value = value;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        value,
    )


def focused(page: Any) -> str:
    return page.evaluate("document.activeElement.getAttribute('aria-label')")


def test_filters_by_class_and_by_confidence_change_the_count(visit_errors: Callable[..., Any]) -> None:
    page = visit_errors()
    assert shown(page) == WRONG
    page.select_option("[name=label]", label="ring (3)")
    assert shown(page) == 3
    slide(page, "from", 50)
    assert shown(page) == 2
    assert page.locator(".between").inner_text() == "50% to 100%"
    slide(page, "to", 85)
    assert shown(page) == 1
    page.select_option("[name=predicted]", label="ring (3)")
    assert shown(page) == 0
    assert page.get_by_text("No wrong answer fits these filters.").is_visible()
    page.get_by_role("button", name="Clear the filters").click()
    assert shown(page) == WRONG
    slide(page, "to", 30)
    slide(page, "from", 80)
    assert page.locator(".between").inner_text() == "30% to 30%", "the lower bound stops at the upper"


def test_a_pair_shows_its_wrong_answers_and_lets_them_go(visit_errors: Callable[..., Any]) -> None:
    page = visit_errors()
    pair = page.get_by_role("button", name="ring for disc")
    assert "18% of 17" in pair.inner_text()
    assert "the other way 1" in pair.inner_text()
    pair.click()
    assert shown(page) == 3
    assert pair.get_attribute("aria-pressed") == "true"
    page.select_option("[name=label]", "all")
    assert pair.get_attribute("aria-pressed") == "false"
    pair.click()
    pair.click()
    assert shown(page) == WRONG


def test_the_order_is_as_asked(visit_errors: Callable[..., Any]) -> None:
    page = visit_errors()
    first = page.locator("#wrong .card:visible").first
    assert "95% sure" in first.inner_text()
    page.select_option("[name=order]", "least confident first")
    assert "10% sure" in first.inner_text()
    page.select_option("[name=order]", "by class")
    assert HOSTILE in first.inner_text()


def test_the_keyboard_alone_filters_walks_opens_and_closes(visit_errors: Callable[..., Any]) -> None:
    page = visit_errors()
    page.locator("[name=order]").focus()
    page.keyboard.press("Tab")
    first = focused(page)
    assert first.startswith(f"{HOSTILE} taken for ring, confidence 95%")
    page.keyboard.press("ArrowRight")
    second = focused(page)
    assert second.startswith("ring taken for disc, confidence 90%")
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("disc taken for ring"), "two columns: the second card of the next row"
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("heading").inner_text() == "ring taken for disc"
    assert dialog.locator("img").count() == 3
    assert dialog.locator(".place").inner_text() == "2 of 6"
    page.keyboard.press("ArrowRight")
    assert dialog.locator(".place").inner_text() == "3 of 6"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    assert page.get_by_role("dialog").count() == 0
    assert focused(page) == second, "the focus is back where the look began"
    page.keyboard.press("End")
    assert "confidence 10%" in focused(page)
    page.keyboard.press("Home")
    assert focused(page) == first
    slider = page.get_by_label("Confidence at least")
    slider.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "99"
    assert shown(page) == 0


def test_a_reader_who_is_quicker_than_the_closing_keeps_the_focus(visit_errors: Callable[..., Any]) -> None:
    page = visit_errors()
    page.locator("#wrong .card").first.click()
    page.keyboard.press("ArrowRight")
    assert closed_in_haste(page, ".closer", "#wrong li:last-child .card")


def test_hostile_words_are_read_as_words(visit_errors: Callable[..., Any]) -> None:
    page = visit_errors()
    assert page.locator("h1").inner_text() == f"rings {HOSTILE}"
    assert page.title() == f"rings {HOSTILE}"
    assert page.locator("#wrong .card-names").first.inner_text() == f"{HOSTILE} taken for ring"
    assert page.locator("script").count() == 2


def test_the_policy_lets_nothing_else_run(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "errors.html"
    write_page(some_answers(), draw, "rings", path)
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("</main>", "<script>window.ran = true</script></main>"), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.locator("#wrong .card").count() == WRONG, "our own script runs"
    assert page.evaluate("window.ran === undefined")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_nothing_scrolls_sideways_and_every_picture_is_seen(
    visit_errors: Callable[..., Any], viewport: dict[str, int], scheme: str
) -> None:
    page = visit_errors(viewport, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.wait_for_function("[...document.images].every((image) => image.complete)")
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth === 112)")
    page.locator("#wrong .card").first.click()
    body = page.locator(".closer-body")
    assert body.evaluate("(node) => node.scrollWidth <= node.clientWidth")
    page.get_by_role("button", name="Close").click()
    assert page.get_by_role("dialog").count() == 0
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(12, 21, 19)"
    assert dark == (scheme == "dark")


def test_no_mistake_at_all_is_said_with_grace(visit_errors: Callable[..., Any]) -> None:
    page = visit_errors(answers=some_answers(mistakes=()))
    assert page.get_by_text(f"No mistake: all {RIGHT} queries were answered right.").is_visible()
    assert not page.locator("#wrong").is_visible()
    assert page.locator("#suspects").is_visible()
