"""A table of recipes becomes a bundle: what is wrong with a row is said, the rest is kept."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from hub_assets import bundle
from hub_assets.bundle import Calibration
from retrieval.search import SearchService
from retrieval.types import Query
from tests.helpers import SHAPES, encoded, shape, write_bundle
from train.__main__ import main
from train.changed import strongly_changed
from train.tagging import Dishes

HEADER = ["", "Title", "Ingredients", "Instructions", "Image_Name", "Cleaned_Ingredients"]


def write_table(folder, rows, header=HEADER):
    pictures = folder / "images"
    pictures.mkdir(parents=True)
    with (folder / "recipes.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return folder / "recipes.csv", pictures


def a_row(number, name, title=None, ingredients="['200 g flour', '2 eggs']"):
    return [number, title or f"{name.title()} pie", ingredients, "Mix.\nBake.", name, ingredients]


@pytest.fixture
def encoder(tmp_path):
    """A cookbook of shapes, whose colour encoder the import takes."""
    rows = [
        {
            "id": name,
            "label": name,
            "tags": ["baked"],
            "picture": encoded(shape(name), "WEBP"),
            "form": "",
            "title": name,
        }
        for name in SHAPES
    ]
    return write_bundle(
        tmp_path / "cookbook",
        rows,
        calibration=Calibration(k=1, confidence=(0.0, 0.0, 4.0)),
        model={"preparation": "colour"},
    )


def imported(tmp_path, table, pictures, encoder):
    out = tmp_path / "bundles" / "recipes"
    arguments = ["import", "recipes", "--csv", table, "--images", pictures, "--out", out]
    arguments += ["--encoder", encoder, "--cookbook", encoder]
    return main([str(one) for one in arguments]), out


def test_every_recipe_is_found_by_its_own_photo_and_carries_its_dish_as_a_tag(tmp_path, encoder, capsys):
    table, pictures = write_table(tmp_path / "table", [a_row(n, name) for n, name in enumerate(SHAPES)])
    for name in SHAPES:
        shape(name, side=300).save(pictures / f"{name}.jpg")
    status, out = imported(tmp_path, table, pictures, encoder)
    assert status == 0
    assert "4 recipes" in capsys.readouterr().out
    service = SearchService.open({"recipes": out}, threads=1)
    for name in SHAPES:
        answer = service.search(Query("recipes", picture=pictures / f"{name}.jpg"))
        assert len(answer.matches) == 3
        first = answer.matches[0].record
        assert first.fields == {
            "title": f"{name.title()} pie",
            "ingredients": ["200 g flour", "2 eggs"],
            "instructions": "Mix.\nBake.",
        }
        assert first.tags == (name, "baked")
        assert (answer.label, answer.in_domain) == (None, True)
    manifest = bundle.read(out).manifest
    assert (manifest.default_k, manifest.most_k, manifest.query_kinds) == (3, 10, ("photo",))
    asked = manifest.figures["a strongly changed photo finds its own recipe"]
    assert asked["queries"] == 4
    assert 0 <= asked["recall@1"]["value"] <= asked["recall@10"]["value"] == 1.0


def test_what_is_wrong_is_said_by_row_and_the_rest_is_kept(tmp_path, encoder, capsys):
    rows = [
        a_row(0, "bar"),
        a_row(1, "gone"),
        a_row(2, "ring", ingredients="['unclosed"),
        a_row(3, "fork", title="Bar pie"),
        a_row(4, "broken"),
        a_row(5, "cross", title=" "),
    ]
    table, pictures = write_table(tmp_path / "table", rows)
    for name in ("bar", "ring", "fork", "cross"):
        shape(name).save(pictures / f"{name}.jpg")
    (pictures / "broken.jpg").write_bytes(b"no picture")
    status, out = imported(tmp_path, table, pictures, encoder)
    said = capsys.readouterr().out
    assert status == 0
    assert "row 3: there is no picture 'gone.jpg'" in said
    assert "row 4: its ingredients are no list of strings" in said
    assert "row 5: its title is that of row 2 too; both are kept" in said
    assert "recipes.csv:6: This is not a picture" in said
    assert "row 7: it has no title" in said
    assert bundle.read(out).manifest.rows == 2


@pytest.mark.parametrize("header", [HEADER[:-1], ["a", "b"]])
def test_a_table_without_its_columns_is_refused_and_nothing_is_written(tmp_path, encoder, header, capsys):
    table, pictures = write_table(tmp_path / "table", [], header)
    status, out = imported(tmp_path, table, pictures, encoder)
    assert status == 1
    assert "has no column" in capsys.readouterr().err
    assert not out.exists()
    assert not list(out.parent.glob("*")) if out.parent.exists() else True


def test_an_import_that_fails_leaves_the_bundle_that_was_there(tmp_path, encoder, capsys):
    table, pictures = write_table(tmp_path / "table", [a_row(0, "bar")])
    (pictures / "bar.jpg").write_bytes(b"no picture")
    write_bundle(tmp_path / "bundles" / "recipes")
    status, out = imported(tmp_path, table, pictures, encoder)
    assert status == 1
    assert "no recipe with a picture that can be read" in capsys.readouterr().err
    assert bundle.read(out).manifest.name == "shapes"


def test_an_encoder_that_is_not_there_is_said_in_one_sentence(tmp_path, capsys):
    table, pictures = write_table(tmp_path / "table", [a_row(0, "bar")])
    shape("bar").save(pictures / "bar.jpg")
    assert imported(tmp_path, table, pictures, "nowhere")[0] == 1
    assert "There is no collection 'nowhere'" in capsys.readouterr().err


def test_records_of_several_shards_are_one_collection(tmp_path, encoder, monkeypatch, capsys):
    from train import records

    monkeypatch.setattr(records, "SHARD_BYTES", 4_000)
    rows = [a_row(n, f"p{n}", ingredients="[]" if n < 3 else "['salt']") for n in range(9)]
    table, pictures = write_table(tmp_path / "table", rows)
    for n in range(9):
        shape(SHAPES[n % 4], n // 4).save(pictures / f"p{n}.jpg")
    status, out = imported(tmp_path, table, pictures, encoder)
    assert status == 0
    assert len(list((out / "dataset").glob("records-*.parquet"))) > 1
    opened = SearchService.open({"recipes": out}, threads=1).collections["recipes"]
    assert [record.fields["title"] for record in opened.records] == [f"P{n} pie" for n in range(9)]
    assert [record.fields["ingredients"] for record in opened.records] == [[]] * 3 + [["salt"]] * 6
    assert all(opened.picture(record.id)[:4] == b"RIFF" for record in opened.records)


def test_an_uncertain_dish_and_what_is_no_dish_give_no_tag(encoder):
    dishes = Dishes.open(str(encoder))
    prepared = [dishes.prepare(shape("fork")), dishes.prepare(shape("ring"))]
    assert dishes.tags_of(prepared) == [["fork", "baked"], ["ring", "baked"]]
    for unsure in (
        Calibration(confidence=(0.0, 0.0, -1.0)),
        Calibration(in_domain=(0.0, -1.0), threshold=0.5),
    ):
        assert replace(dishes, calibration=unsure).tags_of(prepared) == [[], []]


def test_a_strong_change_keeps_two_fifths_to_seven_tenths_of_the_photo_and_is_repeatable():
    photo = Image.fromarray(np.random.default_rng(0).integers(0, 255, (200, 300, 3), np.uint8))
    one, other = (strongly_changed(photo, np.random.default_rng(7)) for _ in range(2))
    assert one.tobytes() == other.tobytes()
    rng = np.random.default_rng(1)
    kept = [
        changed.width * changed.height / (300 * 200)
        for changed in (strongly_changed(photo, rng) for _ in range(20))
    ]
    assert 0.38 < min(kept) < max(kept) < 0.72
    assert json.dumps(kept)
