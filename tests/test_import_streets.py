"""Photos of streets become a bundle that is searched by looks and by layout; what cannot be read is said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from hub_assets import bundle, cards
from hub_assets.bundle import Column
from retrieval import segmentation
from retrieval.search import SearchService
from retrieval.segmentation import CATEGORIES, LAYOUT
from retrieval.types import Query
from retrieval.ui.texts import TEXTS
from tests.helpers import write_bundle, write_mask_bundle
from tests.scenes import write_scenes
from tests.streets import labels, photo_path, write_frame, write_streets
from tests.test_import import a_row, write_table
from train.__main__ import main
from train.import_streets import SHARES

LICENCE = "---\nlicense: cc-by-nc-4.0\n---\n# Light: the segmenter\n\nTrained on lamps.\n"


@pytest.fixture
def segmenter(tmp_path: Path) -> Path:
    folder = write_mask_bundle(tmp_path / "segmenter")
    (folder / "model" / "README.md").write_text(LICENCE, encoding="utf-8")
    return folder


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "encoder", model={"preparation": "colour"})


def import_streets(data: Path, out: Path, encoder: Path, segmenter: Path, *more: str) -> int:
    arguments = ["import", "streets", "--data-dir", data, "--out", out]
    arguments += ["--encoder", encoder, "--segmenter", segmenter, *more]
    return main([str(one) for one in arguments])


def test_every_photo_is_found_by_its_own_layout_and_tells_what_is_in_it(tmp_path, encoder, segmenter, capsys):
    data = write_streets(tmp_path / "data", train=6, val=2)
    shutil.rmtree(data / "gtFine")  # masks that people drew are not needed
    assert import_streets(data, tmp_path / "out", encoder, segmenter) == 0
    assert "6 scenes, each with its layout; a strongly changed photo finds its own" in capsys.readouterr().out
    service = SearchService.open({"streets": tmp_path / "out"}, threads=1)
    opened = service.collections["streets"]
    assert (opened.by, opened.readings, opened.query_kinds) == (("look", "layout"), ("mask",), ("photo",))
    assert [record.id for record in opened.records] == [f"town_0_{n:05d}" for n in range(6)]
    for record in opened.records:
        path = photo_path(data, record.id)
        asked = Query("streets", picture=path, by="layout")
        result, segmented = service.ask(asked)
        assert result.matches[0].similarity == pytest.approx(1.0, abs=1e-5)
        assert record.id in {one.record.id for one in result.matches if one.similarity > 1 - 1e-5}
        assert (record.label, record.tags) == ("town", ("town", "town_0"))
        assert list(record.fields) == list(CATEGORIES[:7])
        assert record.fields == pytest.approx({k: segmented.shares[k] for k in record.fields}, abs=1e-4)
        assert service.search(Query("streets", picture=path)).matches[0].record.id == record.id
        assert opened.picture(record.id)[:4] == b"RIFF"
    columns = pq.read_schema(min((tmp_path / "out" / "dataset").glob("*.parquet")))
    assert columns.field("layout").type.list_size == LAYOUT


def test_the_split_that_is_named_is_taken(tmp_path, encoder, segmenter):
    data = write_streets(tmp_path / "data", train=2, val=3)
    assert import_streets(data, tmp_path / "out", encoder, segmenter, "--split", "val") == 0
    assert bundle.read(tmp_path / "out").manifest.rows == 3


def test_photos_that_cannot_be_read_are_said_and_the_rest_is_kept(tmp_path, encoder, segmenter, capsys):
    data = write_streets(tmp_path / "data", train=3, val=0)
    photo_path(data, "town_0_00001").write_bytes(b"no picture")
    Image.new("RGB", (64, 48), "grey").save(photo_path(data, "town_0_00009"))
    (data / "leftImg8bit" / "train" / "town" / "notes.txt").write_text("not a photo")
    assert import_streets(data, tmp_path / "out", encoder, segmenter) == 0
    said = capsys.readouterr().out
    assert "left out: 2" in said
    assert "town/town_0_00001: This is not a picture" in said
    assert "town/town_0_00009: The picture is blank: all of it is one flat colour" in said
    opened = SearchService.open({"streets": tmp_path / "out"}, threads=1).collections["streets"]
    assert [record.id for record in opened.records] == ["town_0_00000", "town_0_00002"]


def test_photos_of_the_same_name_in_two_cities_are_two_records(tmp_path, encoder, segmenter):
    data = tmp_path / "data"
    for number, city in enumerate(("aachen", "bonn")):
        write_frame(data, "one_0_00001", labels(number))
        target = photo_path(data, "one_0_00001", city=city)
        target.parent.mkdir(parents=True)
        photo_path(data, "one_0_00001").rename(target)
    write_frame(data, "two_0_00001", labels(3))
    assert import_streets(data, tmp_path / "out", encoder, segmenter) == 0
    records = SearchService.open({"streets": tmp_path / "out"}, threads=1).collections["streets"].records
    assert [(record.id, record.label) for record in records] == [
        ("aachen-one_0_00001", "aachen"),
        ("bonn-one_0_00001", "bonn"),
        ("two_0_00001", "town"),
    ]


def test_what_cannot_be_imported_is_said_in_one_sentence_and_nothing_is_written(
    tmp_path, encoder, segmenter, capsys
):
    data = write_streets(tmp_path / "data", train=1, val=0)
    out = tmp_path / "out"
    for arguments, wanted in (
        ((tmp_path / "nowhere", out, encoder, segmenter), "wanted: a folder in Cityscapes' layout"),
        ((data, out, encoder, segmenter, "--split", "test"), "has no photo leftImg8bit/test/"),
        ((data, out, encoder, encoder), "has no segmenter; wanted: one that gives masks"),
        ((data, out, segmenter, segmenter), "has no encoder; wanted: one that finds pictures"),
        ((data, out, encoder, tmp_path / "nothing"), "There is no collection"),
    ):
        assert import_streets(*arguments) == 1
        assert wanted in capsys.readouterr().err
    photo_path(data, "town_0_00000").write_bytes(b"no picture")
    assert import_streets(data, out, encoder, segmenter) == 1
    said = capsys.readouterr().err
    assert "has no photo of train that can be read; town/town_0_00000: This is not a picture" in said
    assert not out.exists()
    assert not list(tmp_path.glob(".*part"))


def test_a_bundle_may_be_made_again_out_of_itself(tmp_path, encoder, segmenter):
    data, out = write_streets(tmp_path / "data", train=3, val=0), tmp_path / "out"
    assert import_streets(data, out, encoder, segmenter) == 0
    before = {path.name: path.read_bytes() for path in (out / "dataset").glob("*.parquet")}
    assert import_streets(data, out, out, out, "--version", "v2") == 0
    assert {path.name: path.read_bytes() for path in (out / "dataset").glob("*.parquet")} == before
    assert bundle.read(out).manifest.version == "v2"


def test_the_card_tells_the_licence_of_what_the_segmenter_learnt_from(tmp_path, encoder, segmenter):
    data = write_streets(tmp_path / "data", train=2, val=0)
    assert import_streets(data, tmp_path / "out", encoder, segmenter) == 0
    card = (tmp_path / "out" / "model" / "README.md").read_text(encoding="utf-8")
    assert "\nlicense: cc-by-nc-4.0\n" in card
    assert card.count("license:") == 1
    assert "## The masks\n\n## Light: the segmenter\n\nTrained on lamps.\n" in card
    config = json.loads((tmp_path / "out" / "model" / "config.json").read_text(encoding="utf-8"))
    assert config["segmenter"] == {"height": 24, "width": 32}


def test_joined_cards_have_no_marks_and_keep_their_own_licence_where_the_other_names_none():
    mine = "---\nlicense: mit\ntags:\n- a\n---\n# Mine\n\nText.\n"
    theirs = "<!-- generated: begin -->\n# Theirs\n## Measured\n<!-- generated: end -->\n"
    assert cards.joined(mine, theirs, "More") == (
        "---\nlicense: mit\ntags:\n- a\n---\n# Mine\n\nText.\n\n## More\n\n## Theirs\n### Measured\n"
    )


def test_recipes_take_the_encoder_of_a_bundle_that_gives_masks_without_its_masks(tmp_path):
    scenes = write_scenes(tmp_path / "scenes")
    table, pictures = write_table(tmp_path / "table", [a_row(0, "bar")])
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)).save(
        pictures / "bar.jpg"
    )
    out = tmp_path / "bundles" / "recipes"
    asked = ["import", "recipes", "--csv", table, "--images", pictures, "--out", out]
    assert main([str(one) for one in (*asked, "--encoder", scenes, "--cookbook", "")]) == 0
    opened = SearchService.open({"recipes": out}, threads=1).collections["recipes"]
    assert (opened.segmenter, opened.by) == (None, ("look",))


@pytest.mark.parametrize("column", SHARES, ids=lambda column: column.name)
def test_a_record_names_what_is_in_it_as_the_page_does(column: Column):
    key = f"category_{column.name}"
    assert (column.title_en.lower(), column.title_fr.lower()) == (TEXTS["en"][key], TEXTS["fr"][key])


def test_the_layout_of_a_record_is_that_of_its_photo(tmp_path, encoder, segmenter):
    data = write_streets(tmp_path / "data", train=2, val=0)
    assert import_streets(data, tmp_path / "out", encoder, segmenter) == 0
    opened = SearchService.open({"streets": tmp_path / "out"}, threads=1).collections["streets"]
    with Image.open(photo_path(data, "town_0_00001")) as photo:
        expected = segmentation.layout_of(opened.segmenter.logits(photo.convert("RGB")))
    assert np.allclose(opened.layouts_NL[1], expected, atol=1e-6)
