"""A visitor's own picture, uploaded on the page to each embedded collection."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.pictures import first_photo, made_for
from tests.visitor import DESK, PHONE, answered, ids, reading, settled

pytestmark = [
    pytest.mark.page,
    pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"]),
]


def choose(page: Any, collection: str) -> None:
    page.select_option("[name=collection]", collection)
    settled(page)


def bring(page: Any, picture: Path | Image.Image, folder: Path) -> list[str]:
    """Upload a file, or a picture as PNG; returns the ids of the gallery that answers."""
    if isinstance(picture, Image.Image):
        picture.save(folder / "brought.png")
        picture = folder / "brought.png"
    page.get_by_role("tab", name="Upload").click()
    return answered(page, lambda: page.set_input_files(".upload [name=file]", picture))


def speak_french(page: Any) -> None:
    page.locator("[data-do=language]").click()
    assert page.evaluate("document.documentElement.lang") == "fr"


def nothing_is_cut(page: Any) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


# Pixels of a collection's name, and of the room it has.
NAME_AND_ROOM = """() => {
    const select = document.querySelector(".collections select"), style = getComputedStyle(select);
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = style.font;
    const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    return [pen.measureText(select.selectedOptions[0].text).width, room];
}"""


def test_a_scan_finds_engravings_and_their_motif(
    visit: Callable[..., Any], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport)
    choose(page, "engravings")
    assert len(bring(page, made_for("engravings"), tmp_path)) == 10
    assert "\nFish\n" in reading(page)
    assert "read as a drawing" in reading(page)
    assert page.locator(".card img").first.get_attribute("alt").startswith("Picture of record BUR-")
    speak_french(page)
    assert "\nPoisson\n" in reading(page)
    assert nothing_is_cut(page)


def test_a_pizza_finds_its_recipe_which_is_read(
    visit: Callable[..., Any], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport)
    choose(page, "recipes")
    assert "photo of a dish" in reading(page)
    found = bring(page, first_photo("pizza") or made_for("recipes"), tmp_path)
    assert len(found) == 3
    assert found[0] == "pizza"
    assert "\nPizza\n" in reading(page)
    page.locator(".card-open").first.click()
    record = page.locator("dialog.record[open]")
    assert record.locator("ul.is-list li").count() >= 3
    assert record.locator("ol.is-steps li").count() >= 3
    assert "Minutes" in record.inner_text()
    picture = record.locator("figure img")
    picture.evaluate("image => image.decode()")
    assert picture.evaluate("image => image.naturalWidth") > 0
    alike = answered(page, lambda: record.get_by_role("button", name="More like this").click())
    assert len(alike) == 3
    assert "pizza" not in alike, "a record is not like itself"
    speak_french(page)
    assert "3 résultats" in reading(page)
    assert nothing_is_cut(page)


def test_a_tag_of_the_recipe_filters_the_next_answer(
    visit: Callable[..., Any], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport)
    choose(page, "recipes")
    bring(page, first_photo("pizza") or made_for("recipes"), tmp_path)
    page.locator(".card-open").first.click()
    tag = page.locator("dialog.record[open] .chip").first
    word = tag.inner_text()
    only = answered(page, tag.click)
    assert 1 <= len(only) <= 3
    assert word in page.locator(".filters").inner_text()


def test_a_dog_is_called_one_and_what_is_neither_is_refused(
    visit: Callable[..., Any], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport)
    choose(page, "pets")
    for name, english, french in (("dog", "Dog", "Chien"), ("cat", "Cat", "Chat")):
        photo = first_photo(name)
        if not photo:
            continue
        bring(page, photo, tmp_path)
        assert f"\n{english}\n" in reading(page)
        assert "99% sure" in reading(page)
        speak_french(page)
        assert f"\n{french}\n" in reading(page)
        page.locator("[data-do=language]").click()
    assert bring(page, made_for("pets"), tmp_path) == [], "prototypes are nothing to look at"
    assert "either cat nor dog, I think" in reading(page)
    assert "sure" not in reading(page)
    speak_french(page)
    assert "ni chat ni chien" in reading(page).lower()
    assert nothing_is_cut(page)


def test_a_street_gets_its_mask_and_the_files_have_its_size(
    visit: Callable[..., Any], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport)
    choose(page, "streets")
    bring(page, first_photo("street") or made_for("streets"), tmp_path)
    mask = page.locator("figure.mask")
    layer = mask.locator(".mask-layer")
    layer.evaluate("image => image.decode()")
    assert layer.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [480, 360]
    for category in ("road", "sky"):
        assert category in mask.locator(".legend").inner_text()
    ids_HW: dict[str, np.ndarray] = {}
    for name, mode in (("Mask as PNG", "P"), ("Plain ids", "L")):
        with page.expect_download() as waiting:
            mask.get_by_role("link", name=name).click()
        with Image.open(io.BytesIO(Path(waiting.value.path()).read_bytes())) as saved:
            assert (saved.mode, saved.size) == (mode, (480, 360))
            ids_HW[mode] = np.asarray(saved)
    assert np.array_equal(ids_HW["P"], ids_HW["L"])
    speak_french(page)
    assert "ciel" in mask.locator(".legend").inner_text()
    assert nothing_is_cut(page)


def test_the_names_of_the_collections_are_whole_and_the_answers_are_explained(
    visit: Callable[..., Any], viewport: dict[str, int]
) -> None:
    narrow = {"width": 320, "height": 640}
    for size in (viewport, narrow) if viewport == PHONE else (viewport,):
        page = visit(size)
        for _ in ("en", "fr"):
            for collection in ("engravings", "recipes", "pets", "streets"):
                choose(page, collection)
                name, room = page.evaluate(NAME_AND_ROOM)
                assert name <= room + 1, (size, collection)
            page.locator("[data-do=language]").click()
        page.locator(".how summary").click()
        told = [text.strip() for text in page.locator(".how .steps p").all_inner_texts()]
        assert len(told) == 7
        assert all(told)
        assert nothing_is_cut(page)


def test_one_photo_is_asked_of_all_collections_in_turn(
    visit: Callable[..., Any], tmp_path: Path, viewport: dict[str, int]
) -> None:
    page = visit(viewport)
    choose(page, "streets")
    bring(page, first_photo("street") or made_for("streets"), tmp_path)
    counts = {}
    for collection in ("recipes", "pets", "engravings", "streets"):
        answered(page, lambda name=collection: page.select_option("[name=collection]", name))
        counts[collection] = len(ids(page))
        assert page.locator("figure.mask").is_visible() == (collection == "streets")
    assert counts == {"recipes": 3, "pets": 0, "engravings": 10, "streets": 0}
