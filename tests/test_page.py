"""The page in a real Chromium: drawn on with a mouse and a finger, read in both languages, at two widths."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from retrieval.ui.page import duplicate_link
from retrieval.ui.texts import TEXTS
from tests.running import drawing, encoded
from tests.visitor import (
    ASK,
    BODY,
    DESK,
    PHONE,
    STAR,
    STEM,
    answered,
    closed_in_haste,
    ids,
    paper,
    reading,
    settled,
    stroke,
)

page_test = pytest.mark.page


@page_test
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_visit_from_the_first_stroke_to_the_other_language(
    visit: Callable[..., Any], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport)
    first = answered(page, lambda: stroke(page, STEM))
    assert len(first) == 10
    more = answered(page, lambda: stroke(page, STAR))
    assert more != first, "the results follow the drawing without a click"
    assert re.search(r"10 results in [\d,]+ ms", reading(page))

    page.locator(".card-open").nth(1).click()
    record = page.locator("dialog.record[open]")
    assert record.locator("dd").first.inner_text() == more[1]
    assert record.locator("dt").count() >= 6
    assert record.locator("img").get_attribute("alt")
    alike = answered(page, lambda: record.get_by_role("button", name="More like this").click())
    assert more[1] not in alike, "a record is not like itself"
    assert "MORE LIKE" in reading(page).upper()

    page.get_by_role("tab", name="Upload").click()
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(encoded(drawing(900), "JPEG", quality=90))
    found = answered(page, lambda: page.set_input_files(".upload [name=file]", photo))
    assert found != alike
    assert "read as a drawing" in reading(page)
    page.wait_for_selector(".drop-picture:visible")
    answered(page, lambda: page.get_by_text("A photo of the glass").click())

    before = paper(page)
    page.get_by_role("button", name="Lire cette page en français").click()
    assert page.evaluate("document.documentElement.lang") == "fr"
    page.get_by_role("tab", name="Dessin").click()
    assert paper(page) == before, "the drawing survives the tabs and the language"
    assert "résultats en" in reading(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@page_test
def test_a_finger_draws_too(visit: Callable[..., Any]) -> None:
    page = visit(PHONE, has_touch=True, is_mobile=True)
    box = page.locator(".pad canvas").bounding_box()
    touch = page.context.new_cdp_session(page)

    def send(kind: str, points: list[tuple[float, float]]) -> None:
        places = [{"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    def finger() -> None:
        send("touchStart", [BODY[0]])
        for point in BODY[1:]:
            send("touchMove", [point])
        send("touchEnd", [])

    assert len(answered(page, finger)) == 10
    assert page.evaluate("scrollY") == 0, "drawing does not scroll the page"


@page_test
def test_a_late_answer_never_replaces_a_newer_one(visit: Callable[..., Any]) -> None:
    page = visit()
    held = []

    def hold_the_first(route: Any) -> None:
        if not held:
            held.append(route)
        else:
            route.continue_()

    page.route(ASK, hold_the_first)
    with page.expect_request(ASK):
        stroke(page, STEM)
    with page.expect_response(ASK):
        stroke(page, STAR)
    settled(page)
    newer = ids(page)
    with page.expect_response(ASK) as late:
        held[0].continue_()
    late_ids = [match["id"] for match in late.value.json()["answer"]["matches"]]
    assert late_ids != newer, "the two drawings find different records"
    # Another question and its answer: whatever the late answer did, it has done by then.
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert ids(page) == newer
    page.get_by_role("button", name="Clear").click()
    settled(page)
    assert "Draw a motif" in reading(page)


@page_test
def test_an_answer_after_clear_is_too_late(visit: Callable[..., Any]) -> None:
    page = visit()
    samples = ids(page)
    held = []
    page.route(ASK, lambda route: held.append(route))
    with page.expect_request(ASK):
        stroke(page, BODY)
    page.get_by_role("button", name="Clear").click()
    with page.expect_response(ASK):
        held[0].continue_()
    page.evaluate("new Promise((done) => setTimeout(done))")
    assert ids(page) == samples


@page_test
def test_undo_redo_erase_and_clear_refresh_the_results(visit: Callable[..., Any]) -> None:
    page = visit()
    samples = ids(page)
    one = answered(page, lambda: stroke(page, STEM))
    two = answered(page, lambda: stroke(page, STAR))
    assert answered(page, lambda: page.get_by_role("button", name="Undo").click()) == one
    assert answered(page, lambda: page.get_by_role("button", name="Redo").click()) == two
    assert answered(page, lambda: page.keyboard.press("Control+z")) == one
    page.get_by_role("button", name="Eraser").click()
    answered(page, lambda: stroke(page, [(0.4, 0.9), (0.6, 0.9)]))
    page.get_by_role("button", name="Clear").click()
    assert ids(page) == samples
    assert page.locator(".pad.is-empty").count() == 1
    assert page.get_by_role("button", name="Undo").is_disabled()
    # The pen is in hand again.
    answered(page, lambda: stroke(page, STEM))


@page_test
def test_an_empty_pad_gets_a_friendly_sentence(visit: Callable[..., Any]) -> None:
    page = visit()
    page.get_by_role("button", name="Search", exact=True).click()
    assert "The pad is empty" in reading(page)
    answered(page, lambda: stroke(page, [(0.2, 0.2), (0.21, 0.2)]))
    page.get_by_role("button", name="Eraser").click()
    page.locator("[name=size]").fill("24")
    answered(page, lambda: stroke(page, [(0.1, 0.2), (0.4, 0.2)]))
    assert "The picture is blank" in reading(page)
    page.get_by_role("button", name="Lire cette page en français").click()
    assert "L’image est vide" in reading(page)


@page_test
def test_examples_are_drawn_and_searched(visit: Callable[..., Any]) -> None:
    page = visit(reduced_motion="reduce")
    seen = [answered(page, button.click) for button in page.locator("[data-example]").all()]
    assert len({tuple(one) for one in seen}) == len(seen)


@page_test
def test_number_of_results_and_tags_narrow_the_search(visit: Callable[..., Any]) -> None:
    page = visit()
    answered(page, lambda: stroke(page, BODY))
    slider = page.locator("[name=k]")
    assert len(answered(page, lambda: (slider.fill("50"), slider.dispatch_event("change")))) == 50
    page.locator(".card-open").first.click()
    chip = page.locator("dialog .chip").first
    tag = chip.inner_text()
    answered(page, chip.click)
    page.locator(".card-open").first.click()
    assert tag in page.locator("dialog .chip").all_inner_texts()
    page.keyboard.press("Escape")
    answered(page, page.locator(".filters .chip").click)
    assert page.locator(".filters .chip").count() == 0


@page_test
def test_tags_of_a_sample_show_the_records_that_carry_them(visit: Callable[..., Any]) -> None:
    page = visit()
    samples = ids(page)
    page.locator(".card-open").nth(2).click()
    chip = page.locator("dialog .chip").first
    tag = chip.inner_text()
    found = answered(page, chip.click)
    assert found != samples
    page.locator(".card-open").last.click()
    assert tag in page.locator("dialog .chip").all_inner_texts()
    page.keyboard.press("Escape")
    page.locator(".pad canvas").scroll_into_view_if_needed()
    answered(page, lambda: stroke(page, BODY))
    found_again = answered(page, page.get_by_role("button", name="Clear").click)
    assert found_again == found, "without a drawing, the tag alone counts"
    page.get_by_role("button", name="Search", exact=True).click()  # the sentence of an empty pad
    settled(page)
    page.locator(".filters .chip").click()
    settled(page)
    assert ids(page) == samples


@page_test
def test_a_newer_question_stops_what_the_pad_was_about_to_ask(visit: Callable[..., Any]) -> None:
    page = visit()
    asked = []
    page.on("request", lambda request: asked.append(request.post_data) if ASK.search(request.url) else None)
    page.clock.install(time=0)
    page.clock.pause_at(1)  # seconds; from here the pad's 300 ms pass only when told to
    stroke(page, BODY)
    alike = answered(page, page.locator(".card-like").nth(3).click)
    page.clock.run_for(2000)
    page.locator("[data-example]").first.click()
    alike = answered(page, page.locator(".card-like").nth(3).click)
    page.clock.run_for(20000)
    settled(page)
    assert ids(page) == alike
    assert len(asked) == 2
    assert not page.get_by_role("button", name="Undo").is_disabled()


@page_test
def test_the_arrow_keys_turn_pages_wherever_the_focus_was(visit: Callable[..., Any]) -> None:
    page = visit()
    found = answered(page, lambda: stroke(page, BODY))
    page.locator(".card-open").first.click()
    for place in ("dialog .chip", "dialog .record-text .primary"):
        page.locator(place).first.focus()
        page.keyboard.press("ArrowRight")
    assert page.locator("dialog dd").first.inner_text() == found[2]
    assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")


@page_test
def test_the_pad_sends_a_small_picture(visit: Callable[..., Any]) -> None:
    page = visit()
    with page.expect_request(ASK) as asked:
        stroke(page, BODY)
    sent = re.search(r"data:image/png;base64,([A-Za-z0-9+/=]+)", asked.value.post_data)[1]
    picture = Image.open(io.BytesIO(base64.b64decode(sent)))
    assert picture.size == (320, 320)
    assert picture.getchannel("A").getextrema() == (255, 255)


@page_test
def test_records_are_leafed_through_with_the_keyboard(visit: Callable[..., Any]) -> None:
    page = visit()
    found = answered(page, lambda: stroke(page, BODY))
    page.locator(".card-open").first.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    assert page.locator("dialog dd").first.inner_text() == found[1]
    page.keyboard.press("Escape")
    # The focus is where one left off: on the card of the record just seen.
    page.wait_for_function("(id) => document.activeElement.dataset.id === id", arg=found[1])
    page.keyboard.press("Enter")
    assert closed_in_haste(page, "dialog.record", ".card:last-child .card-open"), (
        "and not where one has gone since"
    )


@page_test
def test_the_browser_language_is_taken_and_every_word_is_french(visit: Callable[..., Any]) -> None:
    page = visit(locale="fr-FR")
    answered(page, lambda: stroke(page, BODY))
    page.locator(".card-open").first.click()
    said = page.evaluate(
        """() => [...document.querySelectorAll("[data-t], [data-t-label]")].flatMap((node) => [
            [node.dataset.t, node.textContent], [node.dataset.tLabel, node.getAttribute("aria-label")],
        ].filter(([key]) => key))"""
    )
    plain = {key: text for key, text in said if "{" not in TEXTS["fr"][key]}
    assert plain == {key: TEXTS["fr"][key] for key in plain}
    assert page.get_by_role("tab").all_inner_texts() == ["Dessin", "Image"]
    assert page.locator("dialog dt").all_inner_texts()[:3] == ["Référence", "Motif", "Similarité"]
    assert not [text for text in page.locator("dialog dd").all_inner_texts() if text.startswith("c. ")]
    assert page.title() == TEXTS["fr"]["title"]
    similarity = page.locator(".card-similarity").first.inner_text()
    assert re.fullmatch(r"-?[01],\d\d", similarity)


@page_test
def test_every_control_has_a_name_and_is_reached_with_tab(visit: Callable[..., Any]) -> None:
    page = visit()
    nameless = page.evaluate(
        """() => {
            const hidden = ".visually-hidden, [aria-hidden=true]";
            const name = (node) => node.getAttribute("aria-label") || node.textContent.trim()
                || node.labels?.[0]?.textContent.trim();
            return [...document.querySelectorAll("button, input, select, a[href]")]
                .filter((node) => node.checkVisibility() && node.tabIndex >= 0 && !node.closest(hidden))
                .filter((node) => !name(node)).map((node) => node.outerHTML);
        }"""
    )
    assert nameless == []
    page.locator(".skip").focus()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.dataset.do || document.activeElement.name || ''"))
    assert {"language", "theme", "pen", "eraser", "size", "search", "k"} <= reached


@page_test
def test_the_paper_stays_white_in_the_dark(visit: Callable[..., Any]) -> None:
    page = visit(color_scheme="dark")
    assert page.evaluate("document.body.classList.contains('dark')")
    stroke(page, BODY)
    corner, ink = page.evaluate(
        """() => { const canvas = document.querySelector(".pad canvas"), pen = canvas.getContext("2d");
            const all = pen.getImageData(0, 0, canvas.width, canvas.height).data;
            return [[...all.slice(0, 4)], all.reduce((least, value) => Math.min(least, value), 255)]; }"""
    )
    assert corner == [255, 255, 255, 255]
    assert ink == 0
    page.get_by_role("button", name="Light theme").click()
    assert not page.evaluate("document.body.classList.contains('dark')")


@page_test
def test_record_texts_show_as_text(visit: Callable[..., Any]) -> None:
    page = visit()
    attack = "<img src=x onerror='window.hacked = 1'><script>window.hacked = 1</script>"

    def poison(route: Any) -> None:
        response = route.fetch()
        answer = response.json()
        for match in answer["answer"]["matches"]:
            match |= {
                "label": attack,
                "tags": [attack],
                "fields": {attack: attack, "url": "javascript:alert(1)"},
            }
        answer["answer"] |= {"label": attack, "in_domain": True}
        route.fulfill(response=response, body=json.dumps(answer))

    page.route(ASK, poison)
    answered(page, lambda: stroke(page, BODY))
    page.locator(".card-open").first.click()
    assert attack in page.locator("dialog.record").inner_text()
    assert page.locator("#results img[src=x], dialog img[src=x], dialog a").count() == 0
    assert page.evaluate("window.hacked") is None


@page_test
def test_a_silent_server_gets_a_sentence_and_the_next_question_works(visit: Callable[..., Any]) -> None:
    page = visit()
    page.route(ASK, lambda route: route.abort())
    with page.expect_event("requestfailed"):
        stroke(page, BODY)
    settled(page)
    page.wait_for_function("document.querySelector('.reading').textContent.includes('did not answer')")
    page.unroute(ASK)
    assert len(answered(page, page.get_by_role("button", name="Search", exact=True).click)) == 10


def test_a_space_can_be_duplicated_and_other_copies_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPACE_ID", raising=False)
    assert duplicate_link() == ""
    monkeypatch.setenv("SPACE_ID", 'ada/burin"><script>')
    assert "https://huggingface.co/spaces/ada/burin&quot;&gt;" in duplicate_link()
