"""Small classes are filled from what they train on, and no copy is on another side than its picture."""

import argparse
import csv
import errno
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.helpers import encoded
from tests.test_splits import landscape, sample, scribble
from train import balance as balancing
from train.balance import balance, balance_folder
from train.config import DataConfig
from train.data import is_augmented
from train.photo_augment import (
    augment_folder,
)
from train.splits import read_split
from train.verbs_data import add_verbs

SIZE = 48


def folder(root: Path, counts: dict[str, int], picture=landscape, ending: str = ".png") -> Path:
    """root/<class>/<n>.png, every picture unlike any other."""
    for place, (label, count) in enumerate(counts.items()):
        (root / label).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            data = encoded(picture(1000 * place + number), "JPEG" if ending == ".jpg" else "PNG")
            (root / label / f"{number}{ending}").write_bytes(data)
    return root


def files_of(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def original(path: str) -> str:
    return path.rpartition("/")[2].partition("~aug")[0].partition(".")[0]


# The plan


def rows(**classes: str):
    """Samples and sides from a letter a picture: t(rain), v(alidation), x (test)."""
    samples = [sample(f"{label}{n}", label) for label, sides in classes.items() for n in range(len(sides))]
    names = {"t": "train", "v": "validation", "x": "test"}
    return samples, np.array([names[side] for sides in classes.values() for side in sides])


def test_a_small_class_is_filled_evenly_and_a_large_one_left_alone():
    samples, sides = rows(big="ttttttvx", small="ttx", single="t", two="tt")
    plan = balance(samples, sides, minimum=5, threshold=2)
    assert plan.before == {"big": 6, "single": 1, "small": 2, "two": 2}
    assert plan.after == {"big": 6, "small": 5, "two": 5}
    assert plan.left_out == ("single",)
    by_label = {label: [] for label in plan.before}
    for row, count in plan.copies.items():
        assert sides[row] == "train"
        by_label[samples[row].label].append(count)
    assert {label: sorted(counts) for label, counts in by_label.items()} == {
        "big": [],
        "single": [],
        "small": [1, 2],
        "two": [1, 2],
    }


def test_the_seed_chooses_who_gets_one_more():
    samples, sides = rows(one="t" * 20, two="t" * 20)
    plans = [balance(samples, sides, 25, seed=seed).copies for seed in (0, 0, 1)]
    assert plans[0] == plans[1] != plans[2]


def test_a_plan_needs_two_classes_and_numbers_above_0():
    samples, sides = rows(one="tt", two="t")
    with pytest.raises(ValueError, match="1 of 2 classes have 2 pictures or more; wanted: two classes"):
        balance(samples, sides, 5, threshold=2)
    assert balance(samples, sides, 5, threshold=1).after == {"one": 5, "two": 5}
    for minimum, threshold in ((0, 2), (5, 0)):
        with pytest.raises(ValueError, match="wanted: 1 or more of each"):
            balance(samples, sides, minimum, threshold)


# The folder


@pytest.fixture(scope="module")
def balanced(tmp_path_factory):
    root = tmp_path_factory.mktemp("balanced")
    folder(root / "in", {"lion": 15, "owl": 5, "ape": 2, "lone": 1}, ending=".jpg")
    # The same photo of a lion twice, the second smaller.
    (root / "in" / "lion" / "again.jpg").write_bytes(encoded(landscape(3, (80, 60)), "JPEG"))
    (root / "in" / "owl" / "broken.jpg").write_bytes(b"?")
    done = balance_folder(root / "in", root / "out", 12, drawing=False, size=SIZE)
    return root, done


def test_every_class_has_its_training_pictures_and_the_held_out_ones_are_as_they_were(balanced):
    root, done = balanced
    count = Counter((one.label, side) for one, side in zip(done.samples, done.sides, strict=True))
    assert {label: count[label, "train"] for label in ("lion", "owl", "ape")} == {
        "lion": 12,
        "owl": 12,
        "ape": 12,
    }
    assert done.plan.left_out == ("lone",)
    assert done.plan.after == {"lion": 12, "owl": 12, "ape": 12}
    for one, side in zip(done.samples, done.sides, strict=True):
        assert one.path.is_file()
        assert one.name == one.path.relative_to(root / "out").as_posix()
        if not is_augmented(one):
            assert one.path.read_bytes() == (root / "in" / one.label / one.path.name).read_bytes()
        else:
            assert side == "train"


def test_no_copy_crosses_the_split(balanced):
    root, done = balanced
    sides = {}
    for name in (path for path in files_of(root / "out") if path.count("/") == 2):
        side, label, _ = name.split("/")
        sides.setdefault((label, original(name)), set()).add(side)
    assert all(len(found) == 1 for found in sides.values())
    assert len(sides) == 23
    assert sides["lion", "3"] == sides["lion", "again"]
    for source in {one.source for one in done.samples}:
        assert (
            len({side for one, side in zip(done.samples, done.sides, strict=True) if one.source == source})
            == 1
        )


def test_the_split_on_disk_names_every_file_and_the_plot_is_a_picture(balanced):
    root, done = balanced
    written = read_split(root / "out" / "split.csv")
    pictures = {name for name in files_of(root / "out") if name.count("/") == 2}
    assert set(written) == pictures == {one.name for one in done.samples}
    assert all(name.startswith(f"{side}/") for name, side in written.items())
    with Image.open(root / "out" / "histogram.png") as plot:
        assert min(plot.size) > 300
    assert {path.name for path in (root / "out").iterdir()} == {
        *("train", "validation", "test", "split.csv", "histogram.png"),
    } - ({"validation"} if "validation" not in done.sides else set())


def test_the_report_tells_what_was_broken_left_out_alike_and_made(balanced):
    told = balanced[1].lines()
    assert any("owl/broken.jpg: This is not a picture" in line for line in told)
    assert "  lion/3.jpg = lion/again.jpg" in told
    assert told[told.index("left out, with too few pictures: 1 classes") + 1] == "  lone"
    made = sum(map(is_augmented, balanced[1].samples))
    filled = {one.label for one in balanced[1].samples if is_augmented(one)}
    assert f"filled: {len(filled)} classes; augmented pictures in all: {made}" in told


def test_the_same_seed_writes_the_same_bytes_and_another_others(tmp_path):
    folder(tmp_path / "in", {"a": 4, "b": 3}, scribble)
    for name, seed in (("one", 1), ("same", 1), ("other", 2)):
        balance_folder(tmp_path / "in", tmp_path / name, 6, data=DataConfig(seed=seed), size=SIZE)
    one, same, other = (files_of(tmp_path / name) for name in ("one", "same", "other"))
    assert one == same
    assert one != other


def test_what_augment_made_is_trained_on_and_never_tested_with(tmp_path):
    folder(tmp_path / "in", {"a": 6, "b": 6}, scribble)
    augment_folder(tmp_path / "in", tmp_path / "more", copies=2, drawing=True, size=SIZE)
    done = balance_folder(tmp_path / "more", tmp_path / "out", 1, drawing=True, size=SIZE)
    sides = Counter((side, is_augmented(one)) for one, side in zip(done.samples, done.sides, strict=True))
    assert sides["train", True] == 2 * sides["train", False] > 0
    assert sides["test", False] > 0
    assert sides["test", True] == sides["validation", True] == 0


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "holds no picture; wanted: one sub-folder per class"),
        ({"a": 5}, "are of one class"),
        ({"a": 1, "b": 1}, "0 of 2 classes have 2 pictures or more"),
    ],
)
def test_a_folder_that_cannot_be_balanced_is_refused_and_nothing_is_written(tmp_path, counts, message):
    (tmp_path / "in").mkdir()
    folder(tmp_path / "in", counts)
    with pytest.raises(ValueError, match=message):
        balance_folder(tmp_path / "in", tmp_path / "out", 4, size=SIZE)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_the_output_may_lie_neither_in_the_input_nor_on_other_files(tmp_path):
    folder(tmp_path / "in", {"a": 2, "b": 2})
    for work in (augment_folder, balance_folder):
        with pytest.raises(ValueError, match=r"out lies within .*in; name a folder outside of it"):
            work(tmp_path / "in", tmp_path / "in" / "out")
        with pytest.raises(ValueError, match="holds files already"):
            work(tmp_path / "in", tmp_path, size=SIZE)
    assert len(files_of(tmp_path)) == 4


@pytest.mark.parametrize("work", [augment_folder, balance_folder])
def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch, work):
    folder(tmp_path / "in", {"a": 3, "b": 3})
    saved, save = [], Image.Image.save

    def until_full(image, path, *args, **options):
        saved.append(path)
        save(image, path, *args, **options)
        if len(saved) == 3:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", until_full)
    with pytest.raises(OSError, match=r"out was not written \(No space left on device\)"):
        work(tmp_path / "in", tmp_path / "out", 4, size=SIZE)
    assert len(saved) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_plot_that_fails_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(balancing, "_histogram", full)
    folder(tmp_path / "in", {"a": 3, "b": 3})
    with pytest.raises(OSError, match="No space left"):
        balance_folder(tmp_path / "in", tmp_path / "out", 4, size=SIZE)
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_an_output_that_cannot_be_made_is_named(tmp_path):
    folder(tmp_path / "in", {"a": 3, "b": 3})
    (tmp_path / "file").write_text("")
    for work in (augment_folder, balance_folder):
        with pytest.raises(OSError, match="out was not written"):
            work(tmp_path / "in", tmp_path / "file" / "out", size=SIZE)


# The command line


def run(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    add_verbs(parser.add_subparsers(required=True))
    options = parser.parse_args(arguments)
    options.run_verb(options)


def test_the_verbs_write_folders_and_tell_what_they_did(tmp_path, capsys):
    folder(tmp_path / "raw", {"lion": 4, "A": 3}, scribble)
    (tmp_path / "raw" / "lion" / "x.png").write_bytes(b"?")
    raw, more, even = (str(tmp_path / name) for name in ("raw", "more", "even"))
    run(
        "augment",
        "--raw-dir",
        raw,
        "--output-dir",
        more,
        "--copies",
        "1",
        "--size",
        "48",
        "--no-flip",
        "lion",
    )
    told = capsys.readouterr().out
    assert "7 pictures of 2 classes (7 drawings)" in told
    assert "lion/x.png: This is not a picture" in told
    assert f"what was done: {more}/contact-sheet.png" in told
    run("balance", "--input-dir", raw, "--output-dir", even, "--min-per-class", "6", "--size", "48")
    told = capsys.readouterr().out
    assert "train: 12 pictures" in told
    with (tmp_path / "even" / "split.csv").open() as opened:
        assert Counter(line["side"] for line in csv.DictReader(opened))["train"] == 12


def test_the_verbs_know_what_kinds_there_are_and_what_copies_mean(tmp_path, capsys):
    with pytest.raises(SystemExit):
        run("augment", "--raw-dir", "a", "--output-dir", "b", "--kind", "sculpture")
    assert "invalid choice: 'sculpture'" in capsys.readouterr().err
    folder(tmp_path / "raw", {"a": 1})
    with pytest.raises(ValueError, match="copies is 0"):
        run(
            "augment",
            "--raw-dir",
            str(tmp_path / "raw"),
            "--output-dir",
            str(tmp_path / "out"),
            "--copies",
            "0",
        )
