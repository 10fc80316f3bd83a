"""The contract of the endpoints for each embedded collection, over HTTP and with gradio_client."""

from __future__ import annotations

import base64
import io
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError
from PIL import Image

from retrieval.segmentation import CATEGORIES, PALETTE
from tests.helpers import ANSWER_KEYS
from tests.pictures import made_for, photo
from tests.running import RunningApp, data_url, encoded
from tests.test_api import call, refusal

COLLECTIONS = ("engravings", "recipes", "pets", "streets")
WITH_ENCODER = ("engravings", "recipes", "pets")
MATCH_KEYS = {"rank", "id", "label", "similarity", "tags", "image_url", "fields"}
MASK_KEYS = {"png", "ids_png", "width", "height", "shares", "collection", "version", "timings_ms"}
# Each collection's own columns, as matches[].fields carries them.
COLUMNS = {
    "engravings": {"form", "technique", "style", "date", "secondary", "box", "drawing", "licence"},
    "recipes": {"title", "ingredients", "instructions", "servings", "minutes"},
    "pets": set(),
    "streets": set(),
}
READINGS = {"engravings": ["label"], "recipes": ["label"], "pets": ["label"], "streets": ["mask"]}
K = {"engravings": (10, 50), "recipes": (3, 10), "pets": (10, 50), "streets": (10, 50)}


@pytest.fixture(scope="module")
def about(client: Client) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in client.predict(api_name="/info")["collections"]}


@pytest.fixture(params=["gradio_client", "HTTP"])
def ask(request: pytest.FixtureRequest, app: RunningApp, client: Client, tmp_path: Path) -> Any:
    """ask(endpoint, picture or file, **parameters): an upload by the client, a data URL in one request."""

    def by_client(endpoint: str, picture: Image.Image | Path, **parameters: Any) -> dict[str, Any]:
        if isinstance(picture, Image.Image):
            picture.save(tmp_path / "brought.png")
            picture = tmp_path / "brought.png"
        return client.predict(image=handle_file(picture), api_name=f"/{endpoint}", **parameters)

    def by_http(endpoint: str, picture: Image.Image | Path, **parameters: Any) -> dict[str, Any]:
        data = picture.read_bytes() if isinstance(picture, Path) else encoded(picture)
        return call(app, endpoint, image={"url": data_url(data)}, **parameters)

    return by_client if request.param == "gradio_client" else by_http


def check_answer(answer: dict[str, Any], about: dict[str, Any], k: int) -> None:
    """What README says of every answer of /search. about: the collection's entry in /info."""
    assert set(answer) == ANSWER_KEYS
    assert (answer["collection"], answer["version"]) == (about["name"], about["version"])
    assert answer["total_results"] == len(answer["matches"]) == min(k, about["records"])
    assert answer["processing_time"] == pytest.approx(answer["timings_ms"]["total"] / 1000, abs=1e-4)
    assert datetime.fromisoformat(answer["timestamp"]).tzinfo is not None
    assert answer["kind"] in ("sketch", "photo")
    assert answer["in_domain"] in (True, False)
    if "label" in about["readings"]:
        assert answer["label"] in about["labels"]
        assert 0 <= answer["confidence"] <= 1
    else:
        assert (answer["label"], answer["confidence"]) == (None, None)
    assert [match["rank"] for match in answer["matches"]] == list(range(1, len(answer["matches"]) + 1))
    similarities = [match["similarity"] for match in answer["matches"]]
    assert similarities == sorted(similarities, reverse=True)
    for match in answer["matches"]:
        assert set(match) == MATCH_KEYS
        assert -1 <= match["similarity"] <= 1
        assert match["label"] in about["labels"]
        assert set(match["fields"]) == COLUMNS[about["name"]]


@pytest.mark.parametrize("name", COLLECTIONS)
def test_every_collection_answers_a_search_in_the_same_words(ask: Any, about: dict, name: str) -> None:
    check_answer(ask("search", made_for(name), collection=name), about[name], K[name][0])


@pytest.mark.parametrize("name", COLLECTIONS)
def test_info_tells_what_each_collection_is_and_can_do(about: dict, name: str) -> None:
    one = about[name]
    assert set(one) == {
        *("name", "titles", "version", "source", "notice", "repository", "revision", "model_revision"),
        *("records", "labels", "readings", "query_kinds", "by", "k", "dim", "columns", "figures"),
    }
    assert set(one["titles"]) == {"en", "fr"}
    assert (one["source"], one["notice"], one["readings"]) == ("starter", None, READINGS[name])
    assert one["k"] == {"default": K[name][0], "most": K[name][1]}
    assert set(one["columns"]) == COLUMNS[name]
    assert one["by"] == (["look"] if name in WITH_ENCODER else [])
    assert one["query_kinds"] == (["sketch", "photo"] if name == "engravings" else ["photo"])
    assert (one["dim"] > 0) == (name in WITH_ENCODER)
    assert one["figures"], "what it was measured at"
    assert one["labels"] == sorted(set(one["labels"]))


# ---- recipes


@pytest.mark.parametrize("k", [1, 10])
def test_a_dish_gets_as_many_recipes_as_are_asked_for(ask: Any, about: dict, k: int) -> None:
    check_answer(ask("search", made_for("recipes"), collection="recipes", k=k), about["recipes"], k)


@pytest.mark.parametrize("k", [0, 11, 51, "many"])
def test_more_recipes_than_there_may_be_are_refused_with_the_bounds_of_recipes(
    app: RunningApp, client: Client, tmp_path: Path, k: Any
) -> None:
    wanted = f"k is {k!r}; wanted: a whole number from 1 to 10."
    picture = made_for("recipes")
    picture.save(tmp_path / "dish.png")
    assert refusal(app, "search", image=data_url(encoded(picture)), collection="recipes", k=k) == wanted
    with pytest.raises(AppError) as raised:
        client.predict(handle_file(tmp_path / "dish.png"), collection="recipes", k=k, api_name="/search")
    assert str(raised.value) == wanted


def test_an_illustration_finds_its_recipe_whole(ask: Any, app: RunningApp) -> None:
    first = ask("search", made_for("recipes"), collection="recipes")["matches"][0]
    assert (first["id"], first["label"]) == ("pizza", "pizza")
    recipe = first["fields"]
    assert isinstance(recipe["title"], str)
    assert len(recipe["ingredients"]) >= 3
    assert all(isinstance(one, str) for one in recipe["ingredients"])
    assert len(recipe["instructions"].splitlines()) >= 3
    assert (int(recipe["servings"]) > 0, int(recipe["minutes"]) > 0) == (True, True)
    assert first["image_url"].startswith(f"{app.url}/pictures/recipes/pizza.webp")
    picture = httpx.get(first["image_url"])
    assert picture.headers["content-type"] == "image/webp"
    assert max(Image.open(io.BytesIO(picture.content)).size) <= 384


def test_a_tag_leaves_only_the_recipes_that_carry_it(ask: Any) -> None:
    answer = ask("search", made_for("recipes"), collection="recipes", k=10, tags=["dessert"])
    assert len(answer["matches"]) == 10
    assert all("dessert" in match["tags"] for match in answer["matches"])
    assert answer["label"] == "pizza", "the reading is of all records"


def test_a_real_pizza_finds_the_pizza_recipe(ask: Any, about: dict) -> None:
    answer = ask("search", photo("pizza"), collection="recipes")
    check_answer(answer, about["recipes"], 3)
    assert (answer["label"], answer["in_domain"]) == ("pizza", True)
    assert answer["matches"][0]["id"] == "pizza"


# ---- pets


@pytest.mark.parametrize("name", ["dog", "cat"])
def test_a_pet_is_named_with_a_confidence_one_can_believe(ask: Any, about: dict, name: str) -> None:
    answer = ask("search", photo(name), collection="pets")
    check_answer(answer, about["pets"], 10)
    assert (answer["label"], answer["in_domain"]) == (name, True)
    assert answer["confidence"] > 0.9


@pytest.mark.parametrize("collection", ["engravings", "recipes", "streets"])
def test_what_our_code_drew_is_refused_as_a_pet_and_still_gets_one_of_two_labels(
    ask: Any, about: dict, collection: str
) -> None:
    answer = ask("search", made_for(collection), collection="pets")
    check_answer(answer, about["pets"], 10)
    assert answer["in_domain"] is False
    assert answer["label"] in ("cat", "dog")


@pytest.mark.parametrize("name", ["pizza", "street"])
def test_a_photo_of_neither_is_refused_as_a_pet(ask: Any, name: str) -> None:
    answer = ask("search", photo(name), collection="pets")
    assert answer["in_domain"] is False
    assert answer["label"] in ("cat", "dog")


def test_prototypes_of_pets_have_no_picture(ask: Any) -> None:
    matches = ask("search", made_for("pets"), collection="pets")["matches"]
    assert {match["image_url"] for match in matches} == {None}
    assert {match["label"] for match in matches} <= {"cat", "dog"}


@pytest.mark.parametrize(
    ("name", "collection"), [("dog", "recipes"), ("street", "recipes"), ("pizza", "engravings")]
)
def test_a_photo_of_another_collection_is_refused_and_the_nearest_are_listed(
    ask: Any, about: dict, name: str, collection: str
) -> None:
    answer = ask("search", photo(name), collection=collection)
    check_answer(answer, about[collection], K[collection][0])
    assert answer["in_domain"] is False


# ---- streets


def opened(url: str) -> Image.Image:
    kind, data = url.split(",", 1)
    assert kind == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def check_mask(answer: dict[str, Any], about: dict[str, Any], size: tuple[int, int]) -> np.ndarray:
    """(H, W) category ids of an answer of /segment, everything else of it held against README."""
    assert set(answer) == MASK_KEYS
    assert (answer["collection"], answer["version"]) == (about["name"], about["version"])
    assert (answer["width"], answer["height"]) == size
    coloured, plain = opened(answer["png"]), opened(answer["ids_png"])
    assert (coloured.mode, plain.mode) == ("P", "L")
    assert coloured.size == plain.size == size
    ids_HW = np.asarray(plain)
    assert np.array_equal(np.asarray(coloured), ids_HW)
    assert np.array_equal(np.asarray(coloured.convert("RGB")), np.array(PALETTE, np.uint8)[ids_HW])
    assert list(answer["shares"]) == list(CATEGORIES)
    shares = np.bincount(ids_HW.ravel(), minlength=len(CATEGORIES)) / ids_HW.size
    assert list(answer["shares"].values()) == pytest.approx(shares.tolist(), abs=1e-4)
    assert answer["timings_ms"]["total"] > 0
    return ids_HW


def test_a_painted_street_has_its_sky_above_and_its_road_below(ask: Any, about: dict) -> None:
    ids_HW = check_mask(ask("segment", made_for("streets")), about["streets"], (480, 360))
    assert (ids_HW[:20] == CATEGORIES.index("sky")).mean() > 0.9
    assert (ids_HW[-60:] == CATEGORIES.index("flat")).mean() > 0.9


def test_a_real_street_is_mostly_road_houses_and_trees(ask: Any, about: dict) -> None:
    answer = ask("segment", photo("street"), collection="streets")
    check_mask(answer, about["streets"], (480, 360))
    assert sum(answer["shares"][name] for name in ("flat", "construction", "nature")) > 0.6


@pytest.mark.parametrize("name", WITH_ENCODER)
def test_a_collection_without_masks_names_the_one_that_has_them(app: RunningApp, name: str) -> None:
    said = refusal(app, "segment", image=data_url(encoded(made_for("streets"))), collection=name)
    assert said == f"The collection {name!r} gives no mask; wanted: streets."


# ---- what is common to them


@pytest.mark.parametrize("name", WITH_ENCODER)
def test_the_embedding_of_a_picture_is_as_long_as_info_says(ask: Any, about: dict, name: str) -> None:
    answer = ask("embedding", made_for(name), collection=name)
    assert set(answer) == {"embedding", "dim", "collection", "version"}
    assert len(answer["embedding"]) == answer["dim"] == about[name]["dim"]
    assert np.linalg.norm(answer["embedding"]) == pytest.approx(1, abs=1e-3)


def test_streets_make_no_embedding_and_say_so(app: RunningApp) -> None:
    said = refusal(app, "embedding", image=data_url(encoded(made_for("streets"))), collection="streets")
    assert said == "The collection 'streets' gives masks alone; it makes no embedding."


@pytest.mark.parametrize("name", COLLECTIONS)
def test_no_collection_takes_a_file_that_is_no_picture(app: RunningApp, name: str) -> None:
    wrong = data_url(b"this is no picture, it is text")
    endpoints = ("search", "segment") if name == "streets" else ("search",)
    for endpoint in endpoints:
        said = refusal(app, endpoint, image=wrong, collection=name)
        assert said.startswith("This is not a picture")
        assert "\n" not in said
