"""When a collection's main bundle does not verify, its siamese one answers, and everyone is told."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from PIL import Image

from hub_assets import bundle
from retrieval.collection import Collection
from retrieval.search import SearchService
from retrieval.types import BundleError, Query
from retrieval.ui.answers import page_meta
from retrieval.ui.api import health
from tests.helpers import (
    drop_pictures,
    edit_manifest,
    encoded,
    shape,
    spoil,
    write_bundle,
    write_encoder,
    write_two_bundles,
)
from tests.running import RunningApp, data_url, run_app
from tests.test_api import call
from tests.test_texts import STANDS_IN
from tests.visitor import DESK, PHONE, STEM, answered, stroke


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_two_bundles(tmp_path_factory.mktemp("pristine") / "shapes")


@pytest.fixture
def folder(pristine: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return shutil.copytree(pristine, tmp_path / "shapes")


def opened(folder: Path) -> SearchService:
    return SearchService.open({"shapes": folder}, threads=1)


def no_manifest(folder: Path) -> None:
    (folder / "dataset" / "manifest.json").unlink()


def no_main_bundle(folder: Path) -> None:
    shutil.rmtree(folder / "model")
    shutil.rmtree(folder / "dataset")


def broken_config(folder: Path) -> None:
    (folder / "model" / "config.json").write_text("{")


def another_encoder(folder: Path) -> None:
    write_encoder(folder / "model" / "encoder.onnx", seed=1)


SPOILS: dict[Callable[[Path], Any], str] = {
    spoil: "records-00000-of-00001.parquet is missing or altered",
    no_manifest: "manifest.json cannot be read",
    no_main_bundle: "manifest.json cannot be read",
    broken_config: "config.json cannot be read",
    another_encoder: "was encoded by",
}


def test_a_main_bundle_that_works_is_opened_and_nothing_of_the_siamese_one_is_read(folder: Path) -> None:
    (folder / "siamese" / "dataset" / "manifest.json").write_text("broken")
    service = opened(folder)
    collection = service.collections["shapes"]
    assert (collection.source, collection.version, collection.notice) == ("starter", "v1", "")
    assert service.info()["collections"][0]["notice"] is None
    assert health(service)["notices"] == []


@pytest.mark.parametrize("break_it", SPOILS, ids=lambda one: one.__name__)
def test_the_siamese_bundle_answers_when_the_main_one_does_not_verify(
    folder: Path, break_it: Callable[[Path], Any]
) -> None:
    break_it(folder)
    service = opened(folder)
    collection = service.collections["shapes"]
    assert (collection.source, collection.version) == ("siamese", "s1")
    assert collection.notice.startswith(STANDS_IN)
    assert SPOILS[break_it] in collection.notice
    result = service.search(Query("shapes", picture=shape("ring", 1)))
    assert (result.matches[0].record.id, result.label, result.version) == ("ring-1", "ring", "s1")
    assert service.compare("shapes", shape("ring"), shape("ring")).score > 0.8


def test_the_notice_is_told_in_both_languages_and_does_not_say_where_the_files_are(folder: Path) -> None:
    no_manifest(folder)
    service = opened(folder)
    told = health(service)
    assert told["status"] == "ok"
    (notice,) = told["notices"]
    assert notice["collection"] == "shapes"
    assert notice["en"].startswith(STANDS_IN)
    assert notice["fr"].startswith("Le modèle siamois répond")
    shelf = page_meta(service)["collections"]["shapes"]
    assert (shelf["source"], shelf["notice"]) == ("siamese", {"en": notice["en"], "fr": notice["fr"]})
    assert str(folder.parent) not in json.dumps([told, shelf, service.info()])


def test_when_both_fail_the_error_names_both_reasons(folder: Path) -> None:
    spoil(folder)
    (folder / "siamese" / "model" / "config.json").write_text("[]")
    with pytest.raises(BundleError) as caught:
        opened(folder)
    assert "records-00000-of-00001.parquet is missing or altered" in str(caught.value)
    assert "The siamese bundle does not open either: config.json holds no JSON object" in str(caught.value)


def test_without_a_siamese_bundle_the_reason_stands_alone(tmp_path: Path) -> None:
    folder = spoil(write_bundle(tmp_path / "shapes"))
    with pytest.raises(BundleError, match="is missing or altered") as caught:
        opened(folder)
    assert "siamese" not in str(caught.value)


def test_a_collection_opened_as_itself_does_not_fall_back(folder: Path) -> None:
    spoil(folder)
    with pytest.raises(BundleError, match="is missing or altered"):
        Collection(folder)


def test_the_collection_keeps_its_name_whatever_the_siamese_bundle_calls_itself(tmp_path: Path) -> None:
    folder = tmp_path / "shapes"
    write_bundle(folder / bundle.SIAMESE, name="shapes-siamese")
    service = opened(folder)
    result = service.search(Query("shapes", picture=shape("bar")))
    assert result.collection == service.compare("shapes", shape("bar"), shape("bar")).collection == "shapes"
    assert [one["name"] for one in service.info()["collections"]] == ["shapes"]


# ---- the app, with a broken main bundle and a siamese one that has no thumbnails


@pytest.fixture(scope="module")
def fallen_back(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningApp]:
    """Beside it a collection in order. The reason holds markup, as a hostile bundle could have it."""
    top = tmp_path_factory.mktemp("fallen back")
    titles = {"en": "Whole, with a title longer than a phone is wide", "fr": "Entiers"}
    write_bundle(top / "collections" / "whole", name="whole", titles=titles)
    edit_manifest(write_two_bundles(top / "collections" / "shapes"), format="<img src=x onerror=hacked=1>")
    with run_app(top, BURIN_USERS="", COLLECTIONS=str(top / "collections")) as running:
        yield running


def test_the_endpoints_say_that_the_siamese_model_answers(fallen_back: RunningApp) -> None:
    told = httpx.get(f"{fallen_back.url}/health").json()
    assert told["status"] == "ok"
    assert told["collections"] == {
        "shapes": {"version": "s1", "records": 12, "source": "siamese", "revision": None},
        "whole": {"version": "v1", "records": 12, "source": "folder", "revision": None},
    }
    assert [one["collection"] for one in told["notices"]] == ["shapes"]
    info, whole = call(fallen_back, "info")["collections"]
    assert (info["source"], whole["source"], whole["notice"]) == ("siamese", "folder", None)
    assert info["notice"] == {language: told["notices"][0][language] for language in ("en", "fr")}
    assert "has format '<img src=x onerror=hacked=1>'" in info["notice"]["en"]


def test_a_record_without_a_picture_has_null_for_its_address(fallen_back: RunningApp) -> None:
    found = call(fallen_back, "search", image=data_url(encoded(shape("ring"))), kind="sketch", k=3)
    assert [match["image_url"] for match in found["matches"]] == [None] * 3
    client = Client(fallen_back.url, verbose=False)
    record = client.predict("shapes", "ring-0", api_name="/record")
    assert record["image_url"] is None
    assert {one["image_url"] for one in client.predict("shapes", "bar", api_name="/tags")["records"]} == {
        None
    }
    answer = httpx.get(f"{fallen_back.url}/pictures/shapes/ring-0.webp")
    assert answer.status_code == 404
    assert answer.json()["error"] == "The record 'ring-0' of 'shapes' has no picture."


def test_two_pictures_are_compared_by_the_siamese_model(fallen_back: RunningApp) -> None:
    ring, bar = (data_url(encoded(shape(name))) for name in ("ring", "bar"))
    same = call(fallen_back, "compare", image_a=ring, image_b=ring, kind="sketch")
    other = call(fallen_back, "compare", image_a=ring, image_b=bar, kind="sketch")
    assert 0 <= other["score"] < same["score"] <= 1
    assert (same["version"], same["similarity"]) == ("s1", pytest.approx(1, abs=1e-3))


@pytest.mark.page
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_shows_the_notice_and_a_tile_for_each_missing_picture(
    browser: Any, fallen_back: RunningApp, viewport: dict[str, int]
) -> None:
    context = browser.new_context(viewport=viewport, locale="en-GB")
    context.set_default_timeout(20_000)
    page = context.new_page()
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(fallen_back.url)
    page.wait_for_selector(".pad.is-empty canvas")
    page.wait_for_selector(".card-open")

    notice = page.locator(".notice")
    assert notice.is_visible()
    assert notice.inner_text().startswith(STANDS_IN)
    assert "<img src=x onerror=hacked=1>" in notice.inner_text(), "it is text, whatever it holds"
    assert page.locator("img[src=x]").count() == 0
    assert page.evaluate("window.hacked") is None
    assert "siamese model s1" in page.locator(".provenance").text_content()
    last = page.locator("[data-do=theme]").bounding_box()
    assert last["x"] + last["width"] <= viewport["width"], "a long title pushes no button off the page"

    found = answered(page, lambda: stroke(page, STEM))
    assert page.locator(".card .no-picture").count() == len(found)
    assert page.locator(".card .no-picture").first.inner_text() in ("Bar", "Cross", "Fork", "Ring")
    box = page.locator(".card .no-picture").first.bounding_box()
    assert box["width"] == pytest.approx(box["height"], abs=2)
    page.locator(".card-open").first.click()
    tile = page.locator("dialog figure .no-picture")
    assert tile.get_attribute("aria-label").startswith(f"There is no picture of record {found[0]}")
    assert page.locator(".results img, dialog img").count() == 0
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Lire cette page en français").click()
    assert notice.inner_text().startswith("Le modèle siamois répond")
    assert not [url for url in asked if "/pictures/" in url or url.endswith("/null")]

    answered(page, lambda: page.select_option("[name=collection]", "whole"))
    assert notice.is_hidden(), "that collection is in order"
    assert page.locator(".card .no-picture").count() == 0
    page.wait_for_function("document.querySelector('.card img').naturalWidth === 128")
    assert not errors
    context.close()


@pytest.mark.page
def test_a_picture_that_cannot_be_fetched_becomes_a_tile_too(browser: Any, app: RunningApp) -> None:
    page = browser.new_page(viewport=DESK, locale="en-GB")
    page.set_default_timeout(20_000)
    page.route("**/pictures/**", lambda route: route.fulfill(status=404))
    page.goto(app.url)
    page.wait_for_selector(".card .no-picture")
    page.wait_for_function("document.querySelector('.card').querySelector('img') === null")
    assert page.locator(".notice").is_hidden(), "the main bundle works: there is nothing to say"
    page.close()


def test_a_collection_with_some_pictures_shows_those(tmp_path: Path) -> None:
    """One record of the twelve has none: the page is told so of that one alone."""
    service = opened(drop_pictures(write_bundle(tmp_path / "shapes"), only=["ring-2"]))
    samples = page_meta(service)["collections"]["shapes"]["samples"]
    assert [one["id"] for one in samples if one["picture"] is None] == ["ring-2"]
    assert Image.open(io.BytesIO(service.picture("shapes", "ring-1"))).format == "WEBP"
