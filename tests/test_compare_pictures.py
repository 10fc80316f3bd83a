"""Two pictures asked how alike they are: the cosine always, a probability where the model learned one."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from gradio_client import Client, handle_file
from PIL import Image, ImageDraw

from retrieval.search import SearchService
from retrieval.types import ImageError, NotFoundError, RequestError
from tests.helpers import COMPARISON, SHAPES, encoded, shape, write_bundle
from tests.running import RunningApp, data_url, drawing
from tests.test_api import call, refusal


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> SearchService:
    """Two collections of the same pictures; one of them has a comparison head."""
    top = tmp_path_factory.mktemp("compare")
    folders = {
        "plain": write_bundle(top / "plain"),
        "siamese": write_bundle(top / "siamese", model={"comparison": COMPARISON}, version="v2"),
    }
    return SearchService.open(folders, source="folder", threads=1)


@pytest.mark.parametrize("name", SHAPES)
def test_the_similarity_is_the_cosine_of_the_embeddings(service: SearchService, name: str) -> None:
    a, b = shape(name), shape("ring", 2)
    a_D, b_D = (service.embedding("plain", one, "sketch") for one in (a, b))
    compared = service.compare("plain", a, b, "sketch", "sketch")
    assert compared.similarity == pytest.approx(float(a_D @ b_D), abs=1e-5)
    assert -1 <= compared.similarity <= 1
    assert (compared.score, compared.collection, compared.version) == (None, "plain", "v1")


def test_the_order_of_the_two_does_not_matter(service: SearchService) -> None:
    one = service.compare("siamese", shape("fork"), shape("bar"))
    other = service.compare("siamese", shape("bar"), shape("fork"))
    assert (one.similarity, one.score) == pytest.approx((other.similarity, other.score))


def test_with_a_comparison_head_the_score_is_worked_out_from_the_embeddings(service: SearchService) -> None:
    a, b = shape("cross"), shape("cross", 1)
    a_D, b_D = (service.embedding("siamese", one, "sketch") for one in (a, b))
    value = 2.0 - 3.0 * float(np.abs(a_D - b_D).sum())
    compared = service.compare("siamese", a, b, "sketch", "sketch")
    assert compared.score == pytest.approx(1 / (1 + math.exp(-value)), abs=1e-5)
    assert compared.version == "v2"


def test_a_picture_and_itself_are_as_alike_as_can_be(service: SearchService) -> None:
    same = service.compare("siamese", encoded(shape("ring")), encoded(shape("ring")))
    other = service.compare("siamese", encoded(shape("ring")), encoded(shape("bar")))
    assert same.similarity == pytest.approx(1.0, abs=1e-5)
    assert same.similarity <= 1.0
    assert same.score == pytest.approx(1 / (1 + math.exp(-2)), abs=1e-4)
    assert same.score > other.score
    assert same.similarity > other.similarity


def test_each_picture_is_prepared_as_its_own_kind(service: SearchService) -> None:
    """A black disc is all ink as a drawing; in a photo only its edge stands out."""
    disc = Image.new("RGB", (128, 128), "white")
    ImageDraw.Draw(disc).ellipse((20, 20, 108, 108), fill="black")
    both = service.compare("plain", disc, disc, "photo", "photo").similarity
    first = service.compare("plain", disc, disc, "photo", "sketch").similarity
    second = service.compare("plain", disc, disc, "sketch", "photo").similarity
    assert first == pytest.approx(second)
    assert first < both - 0.1


def test_the_stages_of_both_pictures_are_timed_together(service: SearchService) -> None:
    compared = service.compare("siamese", encoded(shape("ring")), encoded(shape("bar")))
    assert set(compared.timings_ms) == {"load", "prepare", "encode", "reading", "total"}
    parts = sum(value for stage, value in compared.timings_ms.items() if stage != "total")
    assert 0 < parts <= compared.timings_ms["total"]
    json.dumps(compared.to_json())


@pytest.mark.parametrize("bad", [b"", b"text", encoded(Image.new("RGB", (64, 64), "white"))])
def test_a_bad_picture_is_refused_saying_which_one_it_is(service: SearchService, bad: bytes) -> None:
    with pytest.raises(ImageError, match="The first of the two pictures: "):
        service.compare("plain", bad, shape("ring"))
    with pytest.raises(ImageError, match="The second of the two pictures: "):
        service.compare("plain", shape("ring"), bad)


def test_unknown_values_stop_before_a_picture_is_read(service: SearchService) -> None:
    with pytest.raises(NotFoundError, match="no collection 'stamps'"):
        service.compare("stamps", b"", b"")
    for kinds in (("film", "auto"), ("auto", "film")):
        with pytest.raises(RequestError, match="kind is 'film'"):
            service.compare("plain", b"", b"", *kinds)
    with pytest.raises(RequestError, match="one picture"):
        service.compare("plain", b"", None)


# ---- the endpoint, on the running app


def test_compare_answers_the_documented_json(app: RunningApp, client: Client, fish: Path) -> None:
    same = client.predict(handle_file(fish), handle_file(fish), api_name="/compare")
    assert set(same) == {"similarity", "score", "collection", "version", "timings_ms"}
    assert same["similarity"] == pytest.approx(1, abs=1e-3)
    assert same["collection"] == "engravings"
    other = call(
        app,
        "compare",
        image_a={"url": data_url(fish.read_bytes())},
        image_b=data_url(encoded(drawing().rotate(90))),
        collection="engravings",
        kind="sketch",
    )
    assert -1 <= other["similarity"] < same["similarity"]
    assert other["score"] is None or 0 <= other["score"] <= 1
    assert other["timings_ms"]["total"] > 0


def test_compare_says_which_picture_is_wrong(app: RunningApp) -> None:
    good, text = data_url(encoded(drawing())), data_url(b"this is no picture")
    assert "The first of the two pictures: This is not" in refusal(app, "compare", image_a=text, image_b=good)
    assert "The second of the two pictures" in refusal(app, "compare", image_a=good, image_b=text)
    assert "There is no image_a" in refusal(app, "compare", image_a={}, image_b=good)
    assert "There is no image_b" in refusal(app, "compare", image_a=good, image_b="/etc/hostname")
    wrong = {"image_a": good, "image_b": good}
    assert "kind is 'film'" in refusal(app, "compare", **wrong, kind="film")
    assert "There is no collection 'nowhere'" in refusal(app, "compare", **wrong, collection="nowhere")
    assert "collection is 7; wanted: text." in refusal(app, "compare", **wrong, collection=7)
