"""What a collection answers, and how many matches of which queries, is what its bundle declares."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from hub_assets import bundle
from retrieval.__main__ import main
from retrieval.collection import Collection
from retrieval.readings import Classifier
from retrieval.search import SearchService
from retrieval.types import BundleError, ImageError, NotFoundError, Query, RequestError
from tests.helpers import (
    ANSWER_KEYS,
    COPIES,
    DIM,
    SHAPES,
    SIDES,
    edit_manifest,
    encoded,
    exif,
    shape,
    street,
    write_bundle,
    write_mask_bundle,
)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    top = tmp_path_factory.mktemp("capabilities")
    return SearchService.open(
        {
            "shapes": write_bundle(top / "shapes"),
            "few": write_bundle(top / "few", default_k=3, most_k=5, readings=()),
            "sides": write_bundle(top / "sides", model={"classifier": SIDES}),
            "light": write_mask_bundle(top / "light"),
        },
        source="folder",
        threads=1,
    )


def test_a_collection_sets_how_many_matches_are_shown_and_at_most(service):
    picture = encoded(shape("ring"))
    assert len(service.search(Query("few", picture=picture)).matches) == 3
    assert len(service.search(Query("few", picture=picture, k=5)).matches) == 5
    with pytest.raises(RequestError, match="k is 6; wanted: a whole number from 1 to 5"):
        service.search(Query("few", picture=picture, k=6))


def test_a_collection_without_a_label_reading_gives_no_label_but_still_refuses(service, tmp_path):
    near = service.search(Query("few", picture=shape("bar")))
    rows = np.zeros((12, DIM), np.float32)
    rows[:, -1] = 1  # all ink in the last corner, where no drawing has any
    folder = write_bundle(tmp_path / "far", embeddings_ND=rows, readings=())
    far = SearchService.open({"far": folder}, threads=1).search(Query("far", picture=shape("ring")))
    assert (near.label, near.confidence, near.in_domain) == (None, None, True)
    assert (far.label, far.confidence, far.in_domain) == (None, None, False)
    assert len(far.matches) == 10


def test_a_classifier_names_the_label_and_its_softmax_is_the_confidence(service):
    query_D = service.embedding("sides", shape("bar"), "sketch")
    answer = service.search(Query("sides", picture=shape("bar"), kind="sketch"))
    left, right = query_D[: DIM // 2].sum() / 0.5, query_D[DIM // 2 :].sum() / 0.5
    assert answer.label == ("left" if left > right else "right")
    assert answer.confidence == pytest.approx(1 / (1 + np.exp(-abs(left - right))), abs=1e-5)
    # The matches are still the nearest records.
    assert answer.matches[0].record.label == "bar"


@pytest.mark.parametrize(
    "wrong",
    [
        {"labels": ["one"]},
        {"weights": [[1.0, 2.0], [3.0, 4.0]]},
        {"bias": [0.0]},
        {"bias": [0.0, float("nan")]},
        {"temperature": 0.0},
        {"temperature": "warm"},
        {"weights": None},
    ],
)
def test_a_classifier_that_cannot_work_is_refused(wrong):
    with pytest.raises(BundleError, match="classifier"):
        Classifier.from_json(SIDES | wrong, DIM)


def test_a_mask_has_the_photos_own_size_and_its_shares_are_those_of_its_pixels(service):
    segmented = service.segment("light", encoded(street(64, 48)))
    assert segmented.mask_HW.shape == (48, 64)
    assert set(np.unique(segmented.mask_HW)) == {0, 4}
    assert segmented.mask_HW[2].tolist() == [4] * 64
    assert segmented.mask_HW[-2].tolist() == [0] * 64
    assert segmented.shares["sky"] == pytest.approx(float((segmented.mask_HW == 4).mean()))
    assert sum(segmented.shares.values()) == pytest.approx(1.0)
    assert segmented.timings_ms["total"] >= segmented.timings_ms["segment"]


def test_a_photo_above_the_working_size_gets_a_mask_of_its_own_size(service):
    assert service.segment("light", encoded(street(3000, 1500), "JPEG")).mask_HW.shape == (1500, 3000)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_photo_is_masked_upright(service, kind, orientation):
    turned = encoded(street(64, 48), kind, exif=exif(orientation))
    segmented = service.segment("light", turned)
    sideways = orientation in (6, 8)
    assert segmented.mask_HW.shape == ((64, 48) if sideways else (48, 64))


def test_masks_alone_answer_a_search_in_the_words_of_every_other(service):
    answer = service.search(Query("light", picture=encoded(street()))).to_json()
    assert set(answer) == ANSWER_KEYS
    assert (answer["matches"], answer["label"], answer["in_domain"], answer["kind"]) == (
        [],
        None,
        True,
        "photo",
    )
    with pytest.raises(ImageError):
        service.search(Query("light", picture=b"no picture"))
    with pytest.raises(NotFoundError, match="it has none at all"):
        service.search(Query("light", like="x"))
    with pytest.raises(RequestError, match="makes no embedding"):
        service.embedding("light", encoded(street()))


def test_a_collection_that_gives_no_mask_names_the_one_that_does(service):
    with pytest.raises(RequestError, match="'shapes' gives no mask; wanted: light"):
        service.segment("shapes", encoded(street()))


def test_info_says_what_each_collection_can_do(service):
    by_name = {one["name"]: one for one in service.info()["collections"]}
    assert by_name["few"]["k"] == {"default": 3, "most": 5}
    assert by_name["few"]["readings"] == []
    assert (by_name["light"]["readings"], by_name["light"]["records"], by_name["light"]["dim"]) == (
        ["mask"],
        0,
        0,
    )
    assert by_name["shapes"]["readings"] == ["label"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"readings": ["smell"]}, "readings"),
        ({"readings": ["label", "label"]}, "readings"),
        ({"query_kinds": []}, "query_kinds"),
        ({"default_k": 9, "most_k": 5}, "default_k 9 and most_k 5"),
        ({"most_k": 51}, "most_k 51"),
        ({"words": {"en": {"title": "Mine"}}}, "words"),
        ({"columns": [{"name": "x", "title_en": "X", "title_fr": "X", "shown": "big"}]}, "'big'"),
        ({"readings": ["label", "mask"]}, "a mask needs a segmenter"),
        ({"encoder_sha256": ""}, "there is no encoder"),
    ],
)
def test_what_no_collection_can_be_is_refused_by_name(tmp_path, changes, said):
    folder = write_bundle(tmp_path / "shapes")
    edit_manifest(folder, **changes)
    with pytest.raises(BundleError, match=said):
        Collection(folder)


def test_an_altered_segmenter_is_refused(tmp_path):
    folder = write_mask_bundle(tmp_path / "light")
    (folder / "model" / bundle.SEGMENTER).write_bytes(b"other")
    with pytest.raises(BundleError, match=r"segmenter\.onnx is missing or altered"):
        Collection(folder)


def test_records_and_masks_can_live_in_one_bundle(tmp_path):
    from tests.helpers import write_segmenter

    folder = tmp_path / "both"
    config = write_segmenter(folder / "model" / bundle.SEGMENTER)
    write_bundle(folder, model={"segmenter": config}, readings=("label", "mask"))
    both = SearchService.open({"both": folder}, threads=1)
    assert both.search(Query("both", picture=shape("fork"))).label == "fork"
    assert both.segment("both", encoded(street())).shares["sky"] > 0.3


def test_the_command_line_writes_a_mask_for_each_photo_and_one_file_of_shares(tmp_path, capsys):
    photos = tmp_path / "photos"
    (photos / "north").mkdir(parents=True)
    street(64, 48).save(photos / "a.png")
    street(30, 80).save(photos / "north" / "b.jpg")
    (photos / "broken.jpg").write_bytes(b"no picture")
    street(8, 8).save(photos / "a.webp")  # the same stem again
    folder, out = write_mask_bundle(tmp_path / "light"), tmp_path / "masks"
    assert main(["segment", str(photos), "--collection", str(folder), "--out", str(out)]) == 0
    with Image.open(out / "a.png") as mask:
        assert (mask.mode, mask.size) == ("L", (64, 48))
        assert set(np.asarray(mask).ravel().tolist()) == {0, 4}
    with Image.open(out / "north" / "b.png") as mask:
        assert mask.size == (30, 80)
    shares = json.loads((out / "shares.json").read_text(encoding="utf-8"))
    assert set(shares) == {"a", "north/b"}
    assert list(shares["a"]) == [
        "flat",
        "construction",
        "object",
        "nature",
        "sky",
        "human",
        "vehicle",
        "void",
    ]
    said = capsys.readouterr().err
    assert "2 masks, 2 pictures left out" in said
    assert "broken.jpg: This is not a picture" in said
    assert "same stem" in said
    assert not list(out.rglob("*.part"))


def test_the_nearest_records_are_those_of_a_bundle_without_the_new_values(tmp_path):
    """A bundle of before: its manifest knows nothing of readings, kinds and bounds."""
    folder = write_bundle(tmp_path / "shapes")
    path = folder / "dataset" / "manifest.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    for name in ("readings", "query_kinds", "default_k", "most_k", "words", "segmenter_sha256"):
        del values[name]
    del values["calibration"]["closeness"]
    for column in values["columns"]:
        del column["shown"]
    path.write_text(json.dumps(values), encoding="utf-8")
    opened = Collection(folder)
    assert (opened.readings, opened.default_k, opened.most_k) == (("label",), 10, 50)
    assert len(opened) == len(SHAPES) * COPIES
    assert Image.open(io.BytesIO(opened.picture("ring-0"))).size == (128, 128)
