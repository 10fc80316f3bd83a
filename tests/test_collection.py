"""An opened collection gives back its records, pictures and tags as they were written."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from hub_assets.bundle import Calibration, Column
from retrieval.collection import Collection
from retrieval.types import BundleError, NotFoundError
from tests.helpers import (
    COMPARISON,
    DIM,
    SHAPES,
    drop_pictures,
    shape,
    small_records,
    vectors_of,
    write_bundle,
)


@pytest.fixture(scope="module")
def collection(tmp_path_factory):
    return Collection(write_bundle(tmp_path_factory.mktemp("collection") / "shapes"))


def test_records_come_in_the_order_they_were_written_with_their_own_columns(collection):
    assert len(collection) == 12
    for record, row in zip(collection.records, small_records(), strict=True):
        assert (record.id, record.label, record.tags) == (row["id"], row["label"], tuple(row["tags"]))
        assert dict(record.fields) == {"form": row["form"], "title": row["title"]}
    assert collection.labels == tuple(sorted(SHAPES))
    assert collection.source == "folder"


def test_vectors_are_those_of_the_encoder_that_answers_queries(collection):
    pictures = [shape(label, copy) for label in SHAPES for copy in range(3)]
    assert collection.embeddings_ND.shape == (12, DIM)
    np.testing.assert_allclose(collection.embeddings_ND, vectors_of(collection.encoder, pictures), atol=1e-5)


def test_pictures_come_back_byte_for_byte_and_decode(collection):
    for row in small_records():
        picture = collection.picture(row["id"])
        assert picture == row["picture"]
        assert Image.open(io.BytesIO(picture)).size == (128, 128)


def test_pictures_beyond_the_first_row_group_are_found(tmp_path, monkeypatch):
    from train import records

    monkeypatch.setattr(records, "ROW_GROUP", 5)
    opened = Collection(write_bundle(tmp_path / "shapes"))
    for row in small_records():
        assert opened.picture(row["id"]) == row["picture"]


def test_a_bundle_without_a_column_of_pictures_opens_and_says_of_each_that_there_is_none(tmp_path):
    opened = Collection(drop_pictures(write_bundle(tmp_path / "b")))
    assert [record.id for record in opened.records] == [row["id"] for row in small_records()]
    assert not any(opened.has_picture(record.id) for record in opened.records)
    with pytest.raises(NotFoundError, match=r"'ring-0' of 'shapes' has no picture"):
        opened.picture("ring-0")


@pytest.mark.parametrize(
    "gone", [["bar-1"], ["bar-0", "ring-2"], [row["id"] for row in small_records()]], ids=len
)
def test_pictures_that_are_null_are_told_from_those_there_are(tmp_path, gone):
    opened = Collection(drop_pictures(write_bundle(tmp_path / "b"), only=gone))
    for row in small_records():
        assert opened.has_picture(row["id"]) is (row["id"] not in gone)
        if row["id"] not in gone:
            assert opened.picture(row["id"]) == row["picture"]
        else:
            with pytest.raises(NotFoundError, match="has no picture"):
                opened.picture(row["id"])


def test_opening_reads_no_picture_when_all_or_none_are_there(tmp_path, monkeypatch):
    whole, bare = write_bundle(tmp_path / "whole"), write_bundle(tmp_path / "bare")
    drop_pictures(bare, only=[row["id"] for row in small_records()])

    def refuse(*arguments, **options):
        raise AssertionError("a picture was read")

    monkeypatch.setattr(pq.ParquetFile, "read_row_group", refuse)
    for folder in (whole, bare):
        Collection(folder)


def test_the_comparison_head_is_opened_with_the_bundle_and_checked(tmp_path, collection):
    assert collection.comparison is None
    assert Collection(write_bundle(tmp_path / "b", model={"comparison": COMPARISON})).comparison.bias == 2.0
    write_bundle(tmp_path / "c", model={"comparison": {"weights": [1.0], "bias": 0.0}})
    with pytest.raises(BundleError, match=rf"1 weights, the embeddings have {DIM}"):
        Collection(tmp_path / "c")


def test_threads_may_read_pictures_at_the_same_time(collection):
    rows = small_records() * 20
    with ThreadPoolExecutor(8) as pool:
        read = list(pool.map(lambda row: collection.picture(row["id"]), rows))
    assert read == [row["picture"] for row in rows]


def test_an_unknown_record_is_refused_with_an_example_of_an_id(collection):
    for ask in (collection.row, collection.record, collection.picture, collection.has_picture):
        with pytest.raises(NotFoundError, match=r"no record 'bar-99' in 'shapes'; ids look like bar-0"):
            ask("bar-99")


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        (("goblet",), ["bar-0", "cross-0", "fork-0", "ring-0"]),
        (("round",), ["ring-0", "ring-1", "ring-2"]),
        (("round", "flute"), ["ring-2"]),
        (("ring",), ["ring-0", "ring-1", "ring-2"]),  # a label counts as a tag
        ((" Ring ", "FLUTE"), ["ring-2"]),
        (("ring", "straight"), []),
        (("gob",), []),  # whole tags, not parts
    ],
)
def test_rows_with_carry_every_tag(collection, tags, wanted):
    assert [collection.records[row].id for row in collection.rows_with(tags)] == wanted


def test_labels_and_tags_with_capitals_are_found_in_any_case(tmp_path):
    rows = small_records()
    rows[0] |= {"label": "letter A", "tags": ["Egypt"]}
    opened = Collection(write_bundle(tmp_path / "b", rows))
    for tag in ("letter A", "letter a", "Egypt", "egypt"):
        assert opened.rows_with((tag,)).tolist() == [0]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("ring flute", ["ring-2"]),
        ("RING Goblet", ["ring-0"]),
        ("anneau", ["ring-0", "ring-1", "ring-2"]),
        ("ánneau", ["ring-0", "ring-1", "ring-2"]),
        ("rin", []),
        ("verre pied", ["bar-0", "cross-0", "fork-0", "ring-0"]),
        ("alert('fork')", ["fork-0", "fork-1", "fork-2"]),
        ("", []),
        ("   ", []),
        ("nonsense", []),
    ],
)
def test_records_are_found_by_words_in_english_and_french(collection, text, wanted):
    assert [record.id for record in collection.by_words(text)] == wanted


def test_a_label_or_tag_that_is_the_text_comes_before_one_that_holds_it_and_before_a_field(tmp_path):
    rows = [dict(row) for row in small_records()[:5]]
    rows[0] |= {"label": "bar", "tags": ["goblet"], "title": "owl and star"}
    rows[1] |= {"label": "barn owl", "tags": ["bowl"]}
    rows[2] |= {"label": "medal", "tags": ["owl"]}
    rows[3] |= {"label": "owl", "tags": ["goblet"]}
    rows[4] |= {"label": "bowl", "tags": ["fowl"], "title": "prowler"}
    write_bundle(tmp_path / "b", rows=rows)
    found = Collection(tmp_path / "b").by_words("owl")
    assert [record.label for record in found] == ["owl", "medal", "barn owl", "bar"]


def test_a_collection_without_columns_of_its_own_opens(tmp_path):
    opened = Collection(write_bundle(tmp_path / "b", columns=()))
    assert all(dict(record.fields) == {} for record in opened.records)


def test_a_column_the_records_lack_is_refused_by_name(tmp_path):
    write_bundle(tmp_path / "b", columns=(Column("period", "Period", "Période"),))
    with pytest.raises(BundleError, match="period"):
        Collection(tmp_path / "b")


def test_a_bundle_without_a_single_record_is_refused(tmp_path):
    write_bundle(tmp_path / "b", rows=[], embeddings_ND=np.zeros((0, DIM), np.float32))
    with pytest.raises(BundleError, match="record"):
        Collection(tmp_path / "b")


@pytest.mark.parametrize(
    "calibration",
    [Calibration(in_domain_probe=(0.5, 0.5)), Calibration(k=0), Calibration(temperature=0.0)],
    ids=["a probe of another length", "no voters", "no temperature"],
)
def test_a_calibration_that_cannot_work_is_refused_when_opened_not_at_the_first_search(tmp_path, calibration):
    write_bundle(tmp_path / "b", calibration=calibration)
    with pytest.raises(BundleError, match="calibration"):
        Collection(tmp_path / "b")
