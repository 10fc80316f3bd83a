"""Four collections of four kinds on one page: what each shows and takes is what its bundle declares."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from hub_assets.bundle import Column
from tests.helpers import (
    SIDES,
    drop_pictures,
    encoded,
    shape,
    small_records,
    street,
    write_bundle,
    write_mask_bundle,
)
from tests.running import RunningApp, run_app
from tests.scenes import SCENES, halves, write_scenes
from tests.visitor import DESK, PHONE, answered, ids, reading, settled

pytestmark = pytest.mark.page

COLUMNS = (
    Column("title", "Title", "Titre", "title"),
    Column("ingredients", "Ingredients", "Ingrédients", "list"),
    Column("instructions", "Instructions", "Préparation", "steps"),
    Column("minutes", "Minutes", "Minutes"),
    Column("secret", "Secret", "Secret", "hidden"),
)
WORDS = {
    "en": {"not_here": "No dish, I think.", "invitation": "Bring a dish.", "label": "Dish"},
    "fr": {"not_here": "Pas un plat, je crois.", "invitation": "Apportez un plat.", "label": "Plat"},
}


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    top = tmp_path_factory.mktemp("kitchen")
    dishes = [
        row
        | {
            "title": f"{row['label'].title()} <b>pie</b>",
            "ingredients": ["200 g flour", "<i>2 eggs</i>"],
            "instructions": "Mix.\nBake for 20 minutes.\nServe.",
            "minutes": "35",
            "secret": "hidden-from-people",
        }
        for row in small_records()
    ]
    photo = {"query_kinds": ("photo",)}
    write_bundle(top / "b" / "a-shapes")
    write_bundle(
        top / "b" / "b-dishes",
        dishes,
        columns=COLUMNS,
        default_k=3,
        most_k=5,
        words=WORDS,
        titles={"en": "Dishes", "fr": "Plats"},
        **photo,
    )
    drop_pictures(
        write_bundle(
            top / "b" / "c-sides",
            model={"classifier": SIDES},
            titles={"en": "Sides", "fr": "Côtés"},
            terms_fr={"left": "gauche", "right": "droite"},
            **photo,
        )
    )
    write_mask_bundle(top / "b" / "d-light")
    write_scenes(top / "b" / "e-scenes")
    with run_app(top, COLLECTIONS=str(top / "b")) as app:
        yield app


@pytest.fixture
def page(browser: Any, kitchen: RunningApp, request: pytest.FixtureRequest) -> Iterator[Any]:
    context = browser.new_context(viewport=getattr(request, "param", DESK), locale="en-GB")
    context.set_default_timeout(20_000)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(kitchen.url)
    opened.wait_for_selector(".pad.is-empty canvas")
    opened.wait_for_selector(".card-open")
    yield opened
    context.close()
    assert not errors


def bring(page: Any, tmp_path: Path, picture: Image.Image) -> list[str]:
    path = tmp_path / "brought.png"
    path.write_bytes(encoded(picture))
    return answered(page, lambda: page.set_input_files(".upload [name=file]", path))


def choose(page: Any, name: str) -> None:
    page.select_option("[name=collection]", name)
    settled(page)


@pytest.mark.parametrize("page", [DESK, PHONE], indirect=True, ids=["desk", "phone"])
def test_a_dish_is_found_by_a_photo_and_its_recipe_is_read(page: Any, tmp_path: Path) -> None:
    choose(page, "b-dishes")
    assert not page.get_by_role("tab", name="Sketch").is_visible()
    assert "Bring a dish." in reading(page)
    found = bring(page, tmp_path, shape("ring"))
    assert len(found) == 3
    assert not page.locator(".kinds").is_visible()
    assert page.locator("[name=k]").get_attribute("max") == "5"
    first = page.locator(".card").first
    assert first.locator(".card-label").inner_text() == "Ring <b>pie</b>"
    first.locator(".card-open").click()
    record = page.locator("dialog.record")
    assert record.locator("h2").inner_text() == "Ring <b>pie</b>"
    assert record.locator("ul.is-list li").all_inner_texts() == ["200 g flour", "<i>2 eggs</i>"]
    assert record.locator("ol.is-steps li").all_inner_texts() == ["Mix.", "Bake for 20 minutes.", "Serve."]
    text = record.inner_text()
    assert "35" in text
    assert "hidden-from-people" not in text
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with page.expect_response("**"):
        record.get_by_role("button", name="More like this").click()
    settled(page)
    assert "Ring <b>pie</b>, ring-0" in reading(page)


def test_the_same_photo_is_asked_of_the_next_collection_in_its_own_words(page: Any, tmp_path: Path) -> None:
    choose(page, "b-dishes")
    bring(page, tmp_path, shape("bar"))
    noise_HWC = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    bring(page, tmp_path, Image.fromarray(noise_HWC))
    said = reading(page)
    assert ("No dish, I think." in said) == (page.locator(".sentence[data-kind=far]").count() == 1)
    bring(page, tmp_path, shape("bar"))
    answered(page, lambda: page.select_option("[name=collection]", "c-sides"))
    assert ids(page) == [], "prototypes of a classifier are nothing to look at"
    assert not page.locator(".controls").is_visible()
    assert reading(page).splitlines()[1] in ("Left", "Right")
    page.locator("[data-do=language]").click()
    assert reading(page).splitlines()[1] in ("Gauche", "Droite")
    assert "Réponse en" in reading(page)
    answered(page, lambda: page.select_option("[name=collection]", "a-shapes"))
    assert len(ids(page)) == 10
    assert page.get_by_role("tab", name="Dessin").is_visible()


@pytest.mark.parametrize("page", [DESK, PHONE], indirect=True, ids=["desk", "phone"])
def test_a_street_photo_gets_its_mask_legend_and_files(page: Any, tmp_path: Path) -> None:
    choose(page, "d-light")
    bring(page, tmp_path, street(64, 48))
    mask = page.locator("figure.mask")
    assert mask.is_visible()
    assert mask.locator(".legend li").count() == 2
    assert "sky" in mask.locator(".legend").inner_text()
    assert "%" in mask.locator(".legend .share").first.inner_text()
    strength = mask.locator("[name=opacity]")
    strength.fill("25")
    assert page.evaluate("document.querySelector('.mask-layer').style.opacity") == "0.25"
    assert "sky" in mask.locator(".mask-layer").get_attribute("alt")
    for name, mode in (("Mask as PNG", "P"), ("Plain ids", "L")):
        with page.expect_download() as waiting:
            mask.get_by_role("link", name=name).click()
        with Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes())) as saved:
            assert (saved.mode, saved.size, saved.format) == (mode, (64, 48), "PNG")
            assert set(np.asarray(saved).ravel().tolist()) == {0, 4}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("[data-do=language]").click()
    assert "ciel" in mask.locator(".legend").inner_text()
    choose(page, "a-shapes")
    assert not mask.is_visible()


@pytest.mark.parametrize("page", [DESK, PHONE], indirect=True, ids=["desk", "phone"])
def test_scenes_alike_in_looks_or_in_layout_lie_below_the_mask(page: Any, tmp_path: Path) -> None:
    choose(page, "e-scenes")
    ways = page.get_by_role("group", name="What the results are alike in")
    assert ways.is_visible()
    assert bring(page, tmp_path, halves())[:3] == ["plain", "low", "pale"]
    mask, cards = page.locator("figure.mask"), page.locator(".card")
    assert mask.is_visible()
    assert mask.bounding_box()["y"] < ways.bounding_box()["y"] < cards.first.bounding_box()["y"]
    near = ["very close"] * 3  # by looks: 1.00, 0.89 and 0.86
    assert page.locator(".card-words").all_inner_texts()[:3] == near
    # By the keyboard: the arrow chooses the other way, and it is asked again.
    ways.get_by_role("radio", name="Alike in looks").focus()
    by_layout = answered(page, lambda: page.keyboard.press("ArrowRight"))
    assert ways.get_by_role("radio", name="Alike in layout").is_checked()
    assert (set(by_layout[:2]), by_layout[2]) == ({"plain", "pale"}, "low")
    # Layouts are measured with their own rule: 0.83 is close, and not very.
    assert page.locator(".card-words").all_inner_texts()[:3] == ["very close", "very close", "close"]
    assert mask.is_visible()
    # What is more like a record is asked in the way that is chosen, too.
    like = answered(page, lambda: page.get_by_role("button", name="More like this: Town, plain").click())
    assert like[0] == "pale"
    assert not mask.is_visible()
    cards.first.locator(".card-open").click()
    record = page.locator("dialog.record")
    assert ["Sky", "50%"] in [row.split("\n") for row in record.locator("dl > div").all_inner_texts()]
    page.keyboard.press("Escape")
    page.locator("[data-do=language]").click()
    assert page.get_by_role("radio", name="Même disposition").is_checked()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Another collection knows no layouts; back here, looks are what is asked for first.
    choose(page, "a-shapes")
    assert not page.locator(".ways").is_visible()
    choose(page, "e-scenes")
    assert len(ids(page)) == len(SCENES)
    assert page.get_by_role("radio", name="Même aspect").is_checked()


def test_a_wrong_file_is_said_and_the_next_photo_still_gets_its_mask(page: Any, tmp_path: Path) -> None:
    choose(page, "d-light")
    wrong = tmp_path / "wrong.png"
    wrong.write_text("no picture")
    answered(page, lambda: page.set_input_files(".upload [name=file]", wrong))
    assert "This is not a picture" in reading(page)
    assert not page.locator("figure.mask").is_visible()
    bring(page, tmp_path, street(64, 48))
    assert page.locator("figure.mask").is_visible()
