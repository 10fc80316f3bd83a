"""A look at pictures before training says what there is, what is wrong with it, and what to do."""

import numpy as np
import pytest
from PIL import Image

from tests.helpers import encoded, shape
from tests.zips import CLASSES, drawn
from train.__main__ import main
from train.config import VARIANTS, DataConfig
from train.data import read_folder
from train.runs.check import FEW, SHEET_PICTURES, SHEET_SIDE, check, contact_sheet
from train.runs.intake import CHECK, SHEET, Check, Intake, Limits, fitted

PHOTOS = DataConfig(photos=("photos",))


def write(root, counts, picture=drawn):
    """photos/<class>/ with so many pictures each, of what CLASSES know how to draw."""
    for name, count in counts.items():
        folder = root / "photos" / name
        folder.mkdir(parents=True)
        for number in range(count):
            (folder / f"{number:02d}.png").write_bytes(picture(name, number))
    return root


def codes(looked: Check) -> list[str]:
    return [one.code for one in looked.advice]


def noise(name: str, number: int) -> bytes:
    """Pictures that are all different, of 128 pixels a side."""
    rng = np.random.default_rng([number, *name.encode()])
    small = Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8))
    return encoded(small.resize((128, 128)))


def test_good_pictures_are_counted_shown_and_kept(tmp_path):
    write(tmp_path, dict.fromkeys(CLASSES, 20))
    (tmp_path / "photos" / "ring" / "bad.jpg").write_bytes(b"no picture")
    looked = check(PHOTOS, tmp_path, tmp_path / "out")
    assert looked.classes == dict.fromkeys(CLASSES, 20)
    assert looked.sides == {"train": 42, "validation": 6, "test": 12}
    assert looked.broken[0][0] == "photos/ring/bad.jpg"
    assert {"rough", "broken"} <= set(codes(looked))
    assert looked == Check.read(tmp_path / "out")
    with Image.open(tmp_path / "out" / SHEET) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > SHEET_PICTURES * SHEET_SIDE
    assert {path.name for path in (tmp_path / "out").iterdir()} == {CHECK, SHEET}


def test_nothing_is_said_against_many_different_pictures(tmp_path):
    write(tmp_path, {"a": 250, "b": 250}, noise)
    assert codes(check(PHOTOS, tmp_path, tmp_path)) == ["good"]


def test_each_fault_is_named_with_its_numbers(tmp_path):
    write(tmp_path, {"a": 24, "b": 4, "c": 1}, noise)
    photos = tmp_path / "photos"
    twin = noise("a", 0)
    (photos / "b" / "twin.png").write_bytes(twin)
    (photos / "a" / "again.png").write_bytes(twin)
    looked = check(PHOTOS, tmp_path, tmp_path)
    told = {one.code: one for one in looked.advice}
    assert list(told) == ["lone", "rough", "twins", "duplicates", "few", "uneven"]
    assert told["lone"].values["classes"] == ["c"]
    assert told["few"].values["classes"] == ["c", "b"]
    assert f"fewer than {FEW} pictures (c, b)" in told["few"].text
    assert told["uneven"].values == {"largest": "a", "most": 25, "smallest": "c", "fewest": 1}
    assert not looked.near_duplicates[0].alike
    assert {looked.near_duplicates[0].one, looked.near_duplicates[0].other} & {"photos/b/twin.png"}
    assert looked.near_duplicates_total == 2


def test_small_photos_are_told_and_small_drawings_are_not(tmp_path):
    tiny = encoded(shape("ring").resize((40, 40)))
    write(tmp_path, {"a": 12, "b": 12}, lambda name, number: noise(name, number) if number else tiny)
    for path in (tmp_path / "photos" / "a").iterdir():
        with Image.open(path) as picture:
            picture.resize((60, 60)).save(path)
    assert "small" in codes(check(PHOTOS, tmp_path, tmp_path))
    (tmp_path / "photos").rename(tmp_path / "drawings")
    assert "small" not in codes(check(DataConfig(drawings=("drawings",)), tmp_path, tmp_path))


def test_classes_of_one_picture_each_cannot_be_tested_and_it_is_said(tmp_path):
    write(tmp_path, dict.fromkeys("abcd", 1), noise)
    assert codes(check(PHOTOS, tmp_path, tmp_path))[0] == "untested"
    # Where whole classes are kept out, that is what was asked for.
    by_class = DataConfig(photos=("photos",), held_out="classes")
    assert "lone" not in codes(check(by_class, tmp_path, tmp_path))


def test_one_class_is_one_sentence(tmp_path, capsys):
    write(tmp_path, {"ring": 3})
    with pytest.raises(ValueError, match="of one class"):
        check(PHOTOS, tmp_path, tmp_path)
    arguments = ["--data", str(tmp_path), "check", "--photos", "photos", "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: all 3 pictures are of one class")
    assert not (tmp_path / "out").exists()


def test_the_command_line_says_it_all(tmp_path, capsys):
    write(tmp_path, dict.fromkeys(CLASSES, 6))
    arguments = ["--data", str(tmp_path), "check", "--photos", "photos", "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "18 pictures of 3 classes" in said
    assert "  fork: 6" in said
    assert "- 3 pictures are kept to test with" in said
    assert main(["check"]) == 1


def test_a_contact_sheet_shows_a_row_for_each_class_evenly(tmp_path):
    colours = ["red", "lime", "blue", "white"]

    def plain(name, number):
        return encoded(Image.new("RGB", (50, 50), colours[number // 4]))

    write(tmp_path, {"a": 16, "Ω": 3}, plain)
    sheet = contact_sheet(read_folder(tmp_path / "photos", "photo").samples)
    seen = {colour for _, colour in sheet.getcolors(100_000)}
    assert {(255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)} <= seen


def test_a_configuration_is_fitted_to_what_was_handed_in():
    few = Intake(classes={"a": 10, "b": 10, "c": 12}, data=DataConfig(photos=("photos",)), ready=True)
    made = fitted(VARIANTS["head-random"], few)
    assert made.data.photos == ("photos",)
    assert made.labels_per_batch == 3
    assert made.data.validation_share == 0.25  # two of the eight that are not tested
    assert made.phases == VARIANTS["head-random"].phases
    many = Intake(classes=dict.fromkeys(map(str, range(200)), 100), data=DataConfig(photos=("photos",)))
    assert fitted(VARIANTS["head-random"], many).data.validation_share == 0.1
    assert fitted(VARIANTS["head-random"], many).labels_per_batch == 16
    both = Intake(classes={"a": 9, "b": 9}, data=DataConfig(photos=("photos",), drawings=("drawings",)))
    assert fitted(VARIANTS["two-phase"], both).preparation == "drawing-or-colour"


def test_recipes_of_one_picture_each_are_learnt_from_their_tags_and_asked_by_changes():
    one = Intake(classes=dict.fromkeys("abcdefghij", 1), data=DataConfig(csv="recipes.csv", images="images"))
    made = fitted(VARIANTS["head-random"], one)
    assert (made.data.asked, made.data.held_out, made.tag_positives) == ("changed", "classes", True)
    assert made.views > 0
    assert made.labels_per_batch <= 10


@pytest.mark.parametrize(
    "wrong", [{"kept": 0}, {"zip_ratio": 0}, {"nice": 20}, {"queued": -1}, {"threads": 0}]
)
def test_limits_that_allow_nothing_are_refused(wrong):
    with pytest.raises(ValueError, match="out of range"):
        Limits(**wrong)
