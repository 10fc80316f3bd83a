"""Data sets come in from folders, tables and the Hub; what is broken is told and never fatal."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from retrieval.types import ImageError
from tests.helpers import SHAPES, encoded, shape
from train.config import DataConfig
from train.data import MAX_DRAWINGS_OF_A_PHOTO, is_augmented, read, read_folder
from train.samples import SHOWN, PictureSet, Sample


def write(path: Path, picture: Image.Image | bytes | None = None, kind: str = "PNG") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = shape("ring", side=32) if picture is None else picture
    path.write_bytes(picture if isinstance(picture, bytes) else encoded(picture, kind))
    return path


def folder(root: Path, names: dict[str, list[str]]) -> Path:
    """root/<class>/<file> for every class; the pictures are the four shapes in turn."""
    for label, files in names.items():
        for place, file in enumerate(files):
            kind = "JPEG" if file.endswith(".jpg") else "PNG"
            write(root / label / file, shape(SHAPES[place % 4], copy=place // 4, side=32), kind)
    return root


def sources(found: PictureSet) -> dict[str, str]:
    return {sample.name: sample.source for sample in found.samples}


# Folders


def test_a_folder_gives_every_class_and_picture_in_sorted_order(tmp_path):
    folder(tmp_path, {"owl": ["b.png", "a.jpg"], "lion": ["c.png"]})
    found = read_folder(tmp_path, "photo")
    assert [(one.name, one.label, one.domain) for one in found.samples] == [
        ("lion/c.png", "lion", "photo"),
        ("owl/a.jpg", "owl", "photo"),
        ("owl/b.png", "owl", "photo"),
    ]
    assert not found.broken
    assert found.samples[0].open().mode == "RGB"


def test_what_is_no_picture_by_its_ending_or_is_hidden_is_left_out(tmp_path):
    folder(tmp_path, {"owl": ["a.png"], ".cache": ["a.png"]})
    for name in ("owl/notes.txt", "owl/._a.png", "owl/Thumbs.db", "labels.csv"):
        (tmp_path / name).write_bytes(b"?")
    found = read_folder(tmp_path, "photo")
    assert [one.name for one in found.samples] == ["owl/a.png"]
    assert not found.broken


def test_mixed_sizes_modes_and_formats_all_come_in(tmp_path):
    kinds = {"1": "PNG", "L": "PNG", "LA": "PNG", "P": "GIF", "RGBA": "PNG", "CMYK": "JPEG", "I;16": "TIFF"}
    for place, (mode, kind) in enumerate(kinds.items()):
        picture = Image.new("L", (20 + 7 * place, 30), 90)
        picture = picture.convert("I").convert("I;16") if mode == "I;16" else picture.convert(mode)
        write(tmp_path / "owl" / f"{mode.replace(';', '')}.{kind.lower()}", picture, kind)
    found = read_folder(tmp_path, "photo")
    assert len(found.samples) == len(kinds)
    assert not found.broken
    assert {one.open().mode for one in found.samples} == {"RGB"}


def test_broken_pictures_are_listed_with_their_reason_and_skipped(tmp_path):
    folder(tmp_path, {"owl": ["a.png", "b.png"]})
    whole = encoded(shape("ring"), "PNG")
    write(tmp_path / "owl" / "cut.png", whole[: len(whole) // 2])
    write(tmp_path / "owl" / "empty.png", b"")
    write(tmp_path / "owl" / "text.jpg", b"not a picture")
    (tmp_path / "owl" / "gone.png").symlink_to(tmp_path / "nowhere.png")
    found = read_folder(tmp_path, "photo")
    assert [one.name for one in found.samples] == ["owl/a.png", "owl/b.png"]
    reasons = dict(found.broken)
    assert set(reasons) == {"owl/cut.png", "owl/empty.png", "owl/gone.png", "owl/text.jpg"}
    assert "broken" in reasons["owl/cut.png"]
    assert "empty" in reasons["owl/empty.png"]
    assert any("owl/text.jpg: This is not a picture" in line for line in found.lines())


def test_without_the_check_a_broken_picture_fails_where_it_is_opened(tmp_path):
    write(tmp_path / "owl" / "text.jpg", b"not a picture")
    (sample,) = read_folder(tmp_path, "photo", verify=False).samples
    with pytest.raises(ImageError, match="not a picture"):
        sample.open()


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda root: None, "is no folder; wanted: a folder with one sub-folder"),
        (lambda root: root.mkdir(), "holds no picture; wanted: one sub-folder per class"),
        (lambda root: (root / "owl").mkdir(parents=True), "holds no picture"),
        (lambda root: write(root / "a.png"), "holds 1 pictures outside any class"),
        (lambda root: write(root / "owl" / "a.png", b"?"), "none of the 1 pictures in .* can be read"),
    ],
)
def test_a_folder_without_pictures_is_refused_with_what_is_wanted(tmp_path, made, message):
    made(tmp_path / "data")
    with pytest.raises(ValueError, match=message):
        read_folder(tmp_path / "data", "photo")


def test_the_source_of_a_drawing_is_its_photo_and_the_two_share_it(tmp_path):
    photos = folder(tmp_path / "photos", {"owl": ["n01_5.jpg", "n01-7.jpg"]})
    drawings = folder(tmp_path / "drawings", {"owl": ["n01_5-1.png", "n01_5-12.png", "free.png"]})
    assert sources(read_folder(photos, "photo")) == {
        "owl/n01-7.jpg": "owl/n01-7",
        "owl/n01_5.jpg": "owl/n01_5",
    }
    assert sources(read_folder(drawings, "drawing")) == {
        "owl/free.png": "owl/free",
        "owl/n01_5-1.png": "owl/n01_5",
        "owl/n01_5-12.png": "owl/n01_5",
    }


def test_numbers_that_only_count_a_class_are_no_photo(tmp_path):
    """lion-1 to lion-21 are 21 lions; as drawings of one photo they could never be divided."""
    count = MAX_DRAWINGS_OF_A_PHOTO + 1
    folder(tmp_path, {"lion": [f"lion-{number}.png" for number in range(count)], "owl": ["owl-1.png"]})
    found = read_folder(tmp_path, "drawing")
    assert len({one.source for one in found.samples if one.label == "lion"}) == count


@pytest.mark.parametrize("domain", ["drawing", "photo"])
def test_augmented_copies_have_the_source_of_their_picture(tmp_path, domain):
    folder(tmp_path, {"owl": ["a.png", "a~aug1.png", "a~aug12.jpg", "a~aug1~aug3.png"]})
    found = read_folder(tmp_path, domain)
    assert set(sources(found).values()) == {"owl/a"}
    assert [one.name for one in found.samples if not is_augmented(one)] == ["owl/a.png"]


def test_equal_names_in_two_classes_are_two_sources_and_a_rule_of_ones_own_is_followed(tmp_path):
    folder(tmp_path, {"owl": ["1.png"], "lion": ["1.png"]})
    assert len(set(sources(read_folder(tmp_path, "photo")).values())) == 2
    found = read_folder(tmp_path, "photo", source_of=lambda stem: f"<{stem}>")
    assert sources(found)["owl/1.png"] == "owl/<1>"


# Everything a run names


def both_domains(root: Path) -> DataConfig:
    folder(root / "photos", {"lion": ["p1.jpg", "p2.jpg", "p3.jpg"], "owl": ["p4.jpg", "p5.jpg"]})
    folder(root / "drawings", {"lion": ["p1-1.png", "p1-2.png", "p2-1.png"], "owl": ["p4-1.png"]})
    return DataConfig(photos=("photos",), drawings=("drawings",))


def test_photos_and_drawings_come_together_named_from_the_data_folder(tmp_path):
    found = read(both_domains(tmp_path), tmp_path)
    names = sources(found)
    assert len(names) == 9
    assert names["photos/lion/p1.jpg"] == names["drawings/lion/p1-2.png"]
    assert found.lines()[0] == "9 pictures of 2 classes (4 drawings, 5 photos)"


def test_a_limit_holds_for_each_class_and_domain_and_repeats_with_the_seed(tmp_path):
    folder(
        tmp_path / "photos",
        {"lion": [f"{n}.png" for n in range(12)], "owl": [f"{n}.png" for n in range(9)], "ape": ["1.png"]},
    )
    one, same, other = (
        [sample.name for sample in read(DataConfig(photos=("photos",), limit=4, seed=seed), tmp_path).samples]
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert one == sorted(one)
    assert [sum(f"/{label}/" in name for name in one) for label in ("lion", "owl", "ape")] == [4, 4, 1]
    # A class more leaves the others' choice as it was.
    folder(tmp_path / "photos", {"bee": ["1.png", "2.png"]})
    again = read(DataConfig(photos=("photos",), limit=4, seed=1), tmp_path).samples
    assert set(one) <= {sample.name for sample in again}


def test_within_a_limit_the_place_of_a_broken_picture_goes_to_the_next(tmp_path):
    folder(tmp_path, {"lion": [f"{n}.png" for n in range(4)], "owl": ["1.png", "2.png", "3.png"]})
    for number in range(30):
        write(tmp_path / "lion" / f"x{number}.png", b"?")
    found = read(DataConfig(photos=(".",), limit=3), tmp_path)
    assert [sum(one.label == label for one in found.samples) for label in ("lion", "owl")] == [3, 3]
    assert found.broken
    assert all(name.startswith("lion/x") for name, _ in found.broken)


def test_classes_that_can_only_be_trained_on_are_told(tmp_path):
    folder(tmp_path, {"lion": ["1.png", "2.png"], "owl": ["1.png"]})
    found = read(DataConfig(photos=(".",)), tmp_path)
    assert "1 of 2 classes" in found.notes[0]
    assert found.notes[1:] == ("  owl",)


def test_data_that_teaches_nothing_is_refused(tmp_path):
    folder(tmp_path / "one", {"owl": ["1.png", "2.png"]})
    folder(tmp_path / "drawn", {"lion": ["1.png"]})
    for named, message in (
        ({}, "names no pictures; wanted: photos, drawings, csv or hub"),
        ({"photos": ("none",)}, "none is no folder"),
        ({"photos": ("one",)}, r"all 2 pictures are of one class \(owl\); wanted: two or more"),
        ({"photos": ("one",), "drawings": ("drawn",)}, "no class has drawings and photos"),
        ({"photos": ("one", "one")}, "names a folder, table or data set twice"),
        ({"csv": "none.csv"}, "none.csv is no file; wanted: a CSV with the columns Title"),
    ):
        with pytest.raises(ValueError, match=message):
            read(DataConfig(**named), tmp_path)


def test_a_long_list_of_broken_pictures_is_cut_and_counted():
    told = PictureSet((), tuple((f"{n}.png", "?") for n in range(SHOWN + 5))).lines()
    assert told[-1].strip() == "... and 5 more"
    assert len(told) == 2 + SHOWN + 1


def test_a_sample_opens_bytes_as_it_opens_a_file(tmp_path):
    picture = shape("fork", side=48)
    of_bytes = Sample(name="1", label="a", source="1", domain="photo", data=encoded(picture))
    of_file = Sample(name="2", label="a", source="2", domain="photo", path=write(tmp_path / "a.png", picture))
    assert np.array_equal(np.asarray(of_bytes.open()), np.asarray(of_file.open()))
