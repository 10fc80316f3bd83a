"""Tables in: recipes in Kaggle's layout and data sets of the Hub; a faulty row is told and never fatal."""

import csv
import io
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.helpers import drop_pictures, encoded, shape, small_records, write_bundle
from tests.test_training_data import write
from train.config import DataConfig
from train.data import read
from train.material import LEARNT_TIMES, gather
from train.tables import RECIPE_COLUMNS, read_csv, read_hub, read_records, string_list


def recipes(root: Path, rows: list[list[str]], header: tuple[str, ...] = ("", *RECIPE_COLUMNS)) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([header, *rows])
    (root / "recipes.csv").write_text(text.getvalue(), encoding="utf-8")
    return root / "recipes.csv"


def row(title: str, image: str, cleaned: str = "['salt']", steps: str = "Stir.") -> list[str]:
    return ["0", title, "['*salt*']", steps, image, cleaned]


@pytest.fixture
def dishes(tmp_path: Path) -> Path:
    for name in ("soup", "cake"):
        write(tmp_path / "images" / f"{name}.jpg", kind="JPEG")
    return tmp_path / "images"


def test_a_recipe_has_its_title_as_label_and_its_lists_as_fields(tmp_path, dishes):
    table = recipes(
        tmp_path,
        [row("  Älpler  soup ", "soup", "['1 onion ', '', 'salt, \\'fine\\'']", "Cut.\n\n Boil. \n")],
    )
    (sample,) = read_csv(table, dishes).samples
    assert (sample.label, sample.name, sample.domain) == ("Älpler soup", "recipes.csv:2", "photo")
    assert sample.fields == {
        "title": "Älpler soup",
        "ingredients": ["1 onion", "salt, 'fine'"],
        "instructions": "Cut.\nBoil.",
    }
    assert sample.open().size == (32, 32)


def test_faulty_rows_are_told_by_their_number_and_left_out(tmp_path, dishes):
    (tmp_path / "secret.jpg").write_bytes((dishes / "soup.jpg").read_bytes())
    write(dishes / "broken.jpg", b"?")
    table = recipes(
        tmp_path,
        [
            row("Soup", "soup"),
            row("", "cake"),
            row("No picture", "gone"),
            row("No list", "cake", "salt and pepper"),
            row("Numbers", "cake", "[1, 2]"),
            row("Elsewhere", "../secret"),
            row("Kaggle's own", "#NAME?"),
            row("Broken", "broken"),
            [*row("Too long", "cake"), "more"],
            ["0", "Too short"],
            row("Soup", "cake"),
        ],
    )
    found = read_csv(table, dishes)
    assert [(one.name, one.label) for one in found.samples] == [
        ("recipes.csv:2", "Soup"),
        ("recipes.csv:12", "Soup"),
    ]
    told = dict(found.broken)
    assert told["row 3"] == "it has no title"
    assert "there is no picture 'gone.jpg' in" in told["row 4"]
    assert told["row 5"] == "its ingredients are no list of strings: 'salt and pepper'"
    assert "no list of strings" in told["row 6"]
    assert "'../secret.jpg'" in told["row 7"]
    assert "'#NAME?.jpg'" in told["row 8"]
    assert told["row 10"] == "it has more cells than the header"
    assert "no list of strings" in told["row 11"]
    assert told["row 12"] == "its title is that of row 2 too; both are kept"
    assert "not a picture" in told["recipes.csv:9"]


def test_two_recipes_with_one_picture_share_their_source(tmp_path, dishes):
    found = read_csv(recipes(tmp_path, [row("A", "soup"), row("B", "soup"), row("C", "cake")]), dishes)
    one, two, three = (sample.source for sample in found.samples)
    assert one == two != three


def test_a_table_of_another_layout_is_refused_with_the_columns_it_lacks(tmp_path, dishes):
    table = recipes(tmp_path, [], ("Title", "Ingredients", "Picture"))
    with pytest.raises(ValueError, match="no column Instructions, Image_Name, Cleaned_Ingredients"):
        read_csv(table, dishes)
    for content, message in ((b"", "no column"), (b"\xff\xfe\x00T", "is no CSV in UTF-8")):
        table.write_bytes(content)
        with pytest.raises(ValueError, match=message):
            read_csv(table, dishes)
    with pytest.raises(ValueError, match=r"has no recipe with a picture in .*; row 2: there is no picture"):
        read_csv(recipes(tmp_path, [row("Soup", "gone")]), dishes)


@given(st.lists(st.text()))
def test_any_list_of_strings_is_read_as_it_was_written(values):
    assert string_list(repr(values)) == [value.strip() for value in values if value.strip()]


@given(st.text() | st.from_regex(r"[\[\]\(\){}'\",:0-9a-z \\\-+*]{0,40}", fullmatch=True))
@settings(max_examples=200)
def test_what_is_no_list_of_strings_is_refused_and_never_run(literal):
    try:
        values = string_list(literal)
    except ValueError as error:
        assert "no list of strings" in str(error)  # noqa: PT017
    else:
        assert all(isinstance(value, str) for value in values)


@pytest.mark.parametrize(
    "literal", ["[" * 100_000, "(" * 300 + ")" * 300, "__import__('os').getcwd()", "9" * 5000]
)
def test_a_hostile_literal_is_no_list(literal):
    with pytest.raises(ValueError, match="no list of strings"):
        string_list(literal)


@given(cells=st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=7))
@settings(max_examples=100, deadline=None)
def test_any_row_is_read_or_told_and_never_fatal(cells, tmp_path_factory):
    root = tmp_path_factory.mktemp("rows")
    write(root / "images" / "soup.jpg", kind="JPEG")
    found = read_csv(recipes(root, [row("Soup", "soup"), cells]), root / "images")
    assert len(found.samples) >= 1
    assert found.samples[0].label == "Soup"


# The Hub, from files of its format: there is no network here


def hub_file(path: Path, labels: list[int | None], pictures: list[bytes | None]) -> str:
    import datasets

    features = datasets.Features(
        {"image": datasets.Image(decode=False), "label": datasets.ClassLabel(names=["cat", "dog"])}
    )
    rows = {"image": [one and {"bytes": one, "path": None} for one in pictures], "label": labels}
    datasets.Dataset.from_dict(rows, features=features).to_parquet(path)
    return str(path)


def test_a_data_set_of_the_hub_gives_encoded_pictures_and_names_of_classes(tmp_path):
    ring, bar = encoded(shape("ring", side=32)), encoded(shape("bar", side=32))
    file = hub_file(tmp_path / "pets.parquet", [1, 0, None, 1, 0], [ring, bar, ring, b"?", None])
    found = read_hub(file, cache=tmp_path / "cache")
    assert [(one.label, one.data) for one in found.samples] == [("dog", ring), ("cat", bar)]
    assert found.samples[0].open().size == (32, 32)
    assert [(name.rpartition(":")[2], reason[:15]) for name, reason in found.broken] == [
        ("2", "it has no label"),
        ("4", "it has no pictu"),
        ("3", "This is not a p"),
    ]
    with pytest.raises(ValueError, match="has no column picture; wanted: some of image, label"):
        read_hub(file, image_column="picture", cache=tmp_path / "cache")
    with pytest.raises(ValueError, match=r"column label of .* is no picture"):
        read_hub(file, image_column="label", label_column="image", cache=tmp_path / "cache")


def test_a_run_may_name_a_parquet_file_as_its_hub_data_set(tmp_path, monkeypatch):
    import datasets

    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", str(tmp_path / "cache"))
    ring = encoded(shape("ring", side=32))
    hub_file(tmp_path / "pets.parquet", [0, 0, 0, 1], [ring] * 4)
    found = read(DataConfig(hub="pets.parquet", limit=2), tmp_path)
    assert sorted(one.label for one in found.samples) == ["cat", "cat", "dog"]


def test_a_data_set_that_cannot_be_read_says_so_in_one_sentence(tmp_path):
    (tmp_path / "broken.parquet").write_bytes(b"PAR?")
    with pytest.raises(OSError, match=r"the data set .*broken.parquet \(train\) cannot be read: ") as caught:
        read_hub(str(tmp_path / "broken.parquet"), cache=tmp_path / "cache")
    assert "\n" not in str(caught.value)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ValueError, match="holds no parquet file"):
        read_hub(str(tmp_path / "empty"), cache=tmp_path / "cache")


# Records of a bundle


def test_what_a_page_shows_is_learnt_and_neither_asked_nor_searched(tmp_path):
    bundle = write_bundle(tmp_path / "bundle")
    shown = read_records(str(bundle)).samples
    assert [one.label for one in shown] == [row["label"] for row in small_records()]
    assert all(one.only_learnt and one.open().size for one in shown)
    for label in {one.label for one in shown}:
        for copy in range(5):
            write(tmp_path / "photos" / label / f"{copy}.png")
    data = DataConfig(photos=("photos",), records=str(bundle), near_duplicates=False)
    material = gather(data, tmp_path, tmp_path / "run")
    times = Counter(one.name for one in material.learnt())
    assert {times[one.name] for one in shown} == {LEARNT_TIMES}
    assert {times[one.name] for one in material.on("train")} == {1}
    others = material.on("train", "validation", "test")
    assert {one.path.parts[-3] for one in others} == {"photos"}
    again = gather(data, tmp_path, tmp_path / "run")
    assert [one.name for one in again.learnt()] == [one.name for one in material.learnt()]
    alone = gather(DataConfig(photos=("photos",), near_duplicates=False), tmp_path, tmp_path / "alone")
    assert [one.name for one in alone.on("test")] == [one.name for one in material.on("test")]


def test_a_bundle_that_shows_nothing_is_refused(tmp_path):
    bundle = drop_pictures(write_bundle(tmp_path / "bundle"))
    with pytest.raises(ValueError, match=r"no record of .* has a label and a picture"):
        read_records(str(bundle))
