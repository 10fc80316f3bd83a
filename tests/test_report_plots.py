"""The report's pictures are pictures, and their twins in text say the right numbers."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.test_evaluate import clustered
from train.evaluate import figures, read_answers, write_report
from train.report import plots as report_plots
from train.report import run as report_run
from train.report import sheets as report_sheets
from train.report.run import Layer

LAYERS = (
    Layer("picture", "input", (3, 128, 128), 0),
    Layer("stem", "Conv2d", (32, 64, 64), 928),
    Layer("embedding", "Linear", (512,), 16896),
)
EVENTS = (
    {"phase": "head", "step": 0, "of": 40, "loss": 1.0, "triplet": 0.5, "active": 0.9, "seconds": 1.0},
    {"phase": "head", "step": 39, "of": 40, "loss": 0.8, "triplet": 0.4, "active": 0.7, "seconds": 30.0},
    {"phase": "head", "step": 40, "of": 40, "validation": {"mAP": 0.31, "recall@1": 0.5}},
    {"phase": "end", "step": 0, "of": 60, "loss": 0.6, "triplet": 0.3, "active": 0.5, "seconds": 2.0},
    {"phase": "end", "step": 59, "of": 60, "loss": 0.4, "triplet": 0.2, "active": 0.25, "seconds": 90.0},
    {"validation": {"mAP": 0.47, "recall@1": 0.66}},
)


def open_picture(name: str) -> Image.Image:
    """A square of a grey that the name decides."""
    return Image.new("L", (50, 40), sum(name.encode()) % 200)


def assert_picture(path: Path, least: int = 300) -> None:
    """A PNG with something on it, on our paper."""
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert min(picture.size) >= least
        pixels = np.asarray(picture.convert("RGB"))
    assert tuple(pixels[1, 1]) == (0xFA, 0xF8, 0xF3)
    assert (pixels != pixels[1, 1]).any(axis=2).mean() > 0.01


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.reader(lines))


def test_confusion_counts_are_worked_out_by_hand():
    truth, answer = np.array(["a", "a", "b", "b", "b"]), np.array(["a", "b", "b", "b", "c"])
    names, counts = report_plots.confusion(truth, answer)
    assert names.tolist() == ["a", "b", "c"]
    assert counts.tolist() == [[1, 1, 0], [0, 2, 1], [0, 0, 0]]


def test_the_confusion_table_holds_shares_of_each_truth_and_the_report_holds_scikit_learns(tmp_path):
    truth, answer = np.array(["a", "a", "b", "b", "b"]), np.array(["a", "b", "b", "b", "c"])
    report_plots.confusion_matrix(truth, answer, tmp_path)
    assert rows_of(tmp_path / "confusion.csv") == [
        ["label", "queries", "a", "b", "c"],
        ["a", "2", "0.5000", "0.5000", "0.0000"],
        ["b", "3", "0.0000", "0.6667", "0.3333"],
        ["c", "0", "0.0000", "0.0000", "0.0000"],
    ]
    report = (tmp_path / "classification_report.txt").read_text(encoding="utf-8")
    of_b = next(line.split() for line in report.splitlines() if line.split()[:1] == ["b"])
    assert of_b == ["b", "0.667", "0.667", "0.667", "3"]  # 2 of 3 answered, 2 of 3 found
    assert_picture(tmp_path / "confusion_matrix.png")


def test_of_many_classes_the_picture_shows_the_most_confused_and_the_table_all(tmp_path):
    truth = np.repeat([f"class {label:02d}" for label in range(50)], 4)
    answer = truth.copy()
    answer[160:] = np.roll(answer[160:], 4)  # the last ten are all wrong
    _, counts = report_plots.confusion(truth, answer)
    assert report_plots._most_confused(counts, 10).tolist() == list(range(40, 50))
    report_plots.confusion_matrix(truth, answer, tmp_path)
    assert len(rows_of(tmp_path / "confusion.csv")) == 51
    assert_picture(tmp_path / "confusion_matrix.png")
    with Image.open(tmp_path / "confusion_matrix.png") as picture:
        assert max(picture.size) < 2400


def test_a_name_in_a_script_that_the_font_lacks_is_drawn_without_a_warning(tmp_path):
    """A warning of ours would be an error here."""
    names = np.array(["包子", "ring"])
    report_plots.confusion_matrix(names, names, tmp_path)
    assert_picture(tmp_path / "confusion_matrix.png")
    assert "包子" in (tmp_path / "confusion.csv").read_text(encoding="utf-8")


def test_reliability_is_worked_out_by_hand(tmp_path):
    confidence, correct = np.array([0.85, 0.83, 0.25, 1.0]), np.array([True, False, False, True])
    report_plots.reliability(confidence, correct, {"value": 0.2, "interval": [0.1, 0.3]}, tmp_path)
    assert rows_of(tmp_path / "reliability.csv") == [
        ["from", "to", "queries", "mean confidence", "accuracy"],
        ["0.2000", "0.2667", "1", "0.2500", "0.0000"],
        ["0.8000", "0.8667", "2", "0.8400", "0.5000"],
        ["0.9333", "1.0000", "1", "1.0000", "1.0000"],
    ]
    assert_picture(tmp_path / "reliability.png")


def test_curves_lay_the_phases_end_to_end(tmp_path):
    report_run.curves(EVENTS, tmp_path)
    header, *rows = rows_of(tmp_path / "curves.csv")
    told = [dict(zip(header, row, strict=True)) for row in rows]
    # Validation counts the steps that are done: after 40 of 40 the next phase begins. The last does not say
    # when it was, and stands beside the step before it.
    assert [row["at"] for row in told] == ["0", "39", "40", "40", "99"]
    assert [row["active"] for row in told] == ["0.9", "0.7", "", "0.5", "0.25"]
    assert [row["validation mAP"] for row in told] == ["", "", "0.31", "", "0.47"]
    assert_picture(tmp_path / "curves.png")


def test_a_bundle_keeps_how_it_was_learnt_in_few_numbers():
    events = [
        {"phase": "head", "step": step, "of": 900, "loss": 1.0 - step / 900, "active": 0.5}
        for step in range(900)
    ]
    checks = [
        {"phase": "head", "step": step, "of": 900, "validation": {"mAP": 0.3, "recall@1": step / 900}}
        for step in (301, 601)
    ]
    told = report_run.curve([*events, *checks, {"phase": "end", "step": 0, "of": 10, "loss": 0.25}], most=100)
    assert 100 <= len(told["at"]) <= 120
    assert {len(told[name]) for name in ("loss", "active", "recall@1")} == {len(told["at"])}
    assert [round(value, 3) for value in told["recall@1"] if value is not None] == [0.334, 0.668]
    assert (told["phases"], told["of"]) == ({"head": 0, "end": 900}, 901)
    assert told["loss"][0] == 1.0
    json.dumps(told)


def test_a_run_that_made_no_step_keeps_no_curve():
    assert report_run.curve([{"job": "fit", "at": "2026-01-01"}]) == {}


def test_a_phase_that_ended_early_is_as_long_as_it_was(tmp_path):
    early = [{"phase": "head", "step": step, "of": 1000, "triplet": 0.5} for step in (0, 20)]
    report_run.curves([*early, {"phase": "end", "step": 0, "of": 50, "triplet": 0.4}], tmp_path)
    header, *rows = rows_of(tmp_path / "curves.csv")
    assert [row[header.index("at")] for row in rows] == ["0", "20", "21"]


def test_a_phase_that_was_run_again_keeps_what_it_said_last(tmp_path):
    again = {"phase": "head", "step": 0, "of": 40, "triplet": 0.45}
    report_run.curves([*EVENTS[:2], again], tmp_path)
    header, *rows = rows_of(tmp_path / "curves.csv")
    assert [row[header.index("triplet")] for row in rows] == ["0.45", "0.4"]


@pytest.mark.parametrize(
    "event", [{"triplet": 0.5}, {"active": 0.5, "step": 3}, {"validation": {"mAP": 0.5}}]
)
def test_events_that_lack_keys_are_drawn_as_far_as_they_go(event, tmp_path):
    report_run.curves([event], tmp_path)
    assert_picture(tmp_path / "curves.png", least=200)


def test_events_that_say_nothing_leave_no_curves(tmp_path):
    for events in ([], [{"phase": "head", "step": 0}]):
        report_run.curves(events, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_line_that_was_not_written_to_its_end_is_left_out(tmp_path):
    path = tmp_path / "events.jsonl"
    path.write_text('{"step": 0, "triplet": 0.5}\n\n[1]\n{"step": 20, "trip', encoding="utf-8")
    assert report_run.read_events(path) == [{"step": 0, "triplet": 0.5}]


def test_the_network_is_told_in_rows_with_a_total(tmp_path):
    report_run.network(LAYERS, tmp_path)
    lines = (tmp_path / "network.txt").read_text(encoding="utf-8").splitlines()
    assert [line.split()[0] for line in lines] == ["layer", "picture", "stem", "embedding", "total"]
    assert "32 × 64 × 64" in lines[2]
    assert lines[2].endswith("928")
    assert lines[-1].endswith("17,824")
    assert len({len(line) for line in lines}) == 1
    assert_picture(tmp_path / "network.png", least=250)
    with pytest.raises(ValueError, match="without layers"):
        report_run.network([], tmp_path)


def test_the_map_lists_every_picture_it_shows_and_keeps_neighbours_together(tmp_path):
    answers = clustered(0, spread=0.2)
    opened = []
    report_sheets.embedding_map(answers, lambda name: opened.append(name) or open_picture(name), tmp_path)
    points = json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))
    assert len(points) == 216
    assert {point["kind"] for point in points} == {"gallery", "query"}
    known = dict(zip(answers.gallery_names, answers.gallery_labels, strict=True))
    assert all(known[point["name"]] == point["label"] for point in points if point["kind"] == "gallery")
    places = np.array([[point["x"], point["y"]] for point in points])
    assert places.min() == 0.0
    assert places.max() == 1.0
    apart = np.abs(places[:, None] - places[None, :]).sum(axis=2) + 9 * np.eye(len(places))
    labels = np.array([point["label"] for point in points])
    assert (labels[apart.argmin(axis=1)] == labels).mean() > 0.95
    assert 10 < len(opened) <= 150
    assert len(set(opened)) == len(opened)
    assert_picture(tmp_path / "embedding_map.png")


def test_a_map_of_many_shows_600_and_queries_that_are_the_gallery_once(tmp_path):
    own = clustered(0, own=True)
    many = replace(
        own,
        **{
            name: np.tile(getattr(own, name), 6)
            for name in ("gallery_names", "gallery_labels", "gallery_sources")
        },
        gallery_ND=np.tile(own.gallery_ND, (6, 1)),
    )
    report_sheets.embedding_map(many, open_picture, tmp_path)
    points = json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))
    assert len(points) == report_sheets.MAP_POINTS
    assert {point["kind"] for point in points} == {"gallery"}


def test_a_handful_of_pictures_has_a_map_too(tmp_path):
    own = clustered(0, own=True)
    names = ("names", "labels", "sources")
    few = replace(
        own,
        **{
            f"{side}_{name}": getattr(own, f"{side}_{name}")[:3]
            for side in ("query", "gallery")
            for name in names
        },
        query_QD=own.query_QD[:3],
        gallery_ND=own.gallery_ND[:3],
        own_row_Q=np.arange(3),
    )
    report_sheets.embedding_map(few, open_picture, tmp_path)
    assert len(json.loads((tmp_path / "map.json").read_text(encoding="utf-8"))) == 3


def test_no_thumbnail_lies_over_another_or_over_a_name():
    rng = np.random.default_rng(0)
    places, labels = rng.random((300, 2)), rng.choice(["a", "b"], 300)
    name = (0.5, 0.5, 0.2, 0.1)
    kept = report_sheets._without_overlap(places, labels, [name], 0.05, 0.06)
    shown = places[kept]
    assert len(kept) > 30
    for one, place in enumerate(shown):
        others = np.abs(np.delete(shown, one, axis=0) - place)
        assert ((others[:, 0] >= 0.05) | (others[:, 1] >= 0.06)).all()
        assert abs(place[0] - 0.5) >= 0.125 or abs(place[1] - 0.5) >= 0.08


def test_triplets_are_told_with_their_similarities(tmp_path):
    answers = clustered(0)
    report_sheets.write_triplets(answers, open_picture, tmp_path)
    text = (tmp_path / "triplets.txt").read_text(encoding="utf-8")
    assert text.startswith("random triplets (24)")
    assert "hardest triplets (24)" in text
    similarity = dict(zip(answers.gallery_names, answers.similarities().T, strict=True))
    row_of = {name: row for row, name in enumerate(answers.query_names)}
    blocks = [block.splitlines()[-4:] for block in text.split("\n\n") if block.strip()]
    assert len(blocks) == 48
    for anchor, positive, negative, gap in blocks:
        row = row_of[anchor.split()[1]]
        told = []
        for line in (positive, negative):
            _, value, name, *_ = line.split()
            assert float(value) == pytest.approx(similarity[name][row], abs=6e-4)
            told.append(float(value))
        assert float(gap.split()[1]) == pytest.approx(told[0] - told[1], abs=2e-3)
    assert_picture(tmp_path / "triplets.png")


def write(folder: Path, **options) -> tuple[dict, dict]:
    answers = read_answers(clustered(0), None)
    measured, per_query = figures(answers, 0.2)
    measured |= {"protocol": {"data": "made up"}, "training minutes": 3.5}
    write_report(folder, answers, measured, per_query, **options)
    return measured, per_query


def test_a_report_holds_all_that_it_can_tell(tmp_path):
    events = tmp_path / "events.jsonl"
    events.write_text("\n".join(map(json.dumps, EVENTS)), encoding="utf-8")
    folder = tmp_path / "run" / "report"
    measured, per_query = write(folder, open_picture=open_picture, events=events, layers=LAYERS)
    assert sorted(path.name for path in folder.iterdir()) == [
        "classification_report.txt", "confusion.csv", "confusion_matrix.png", "curves.csv", "curves.png",
        "embedding_map.png", "figures.json", "map.json", "network.png", "network.txt", "per_query.npz",
        "reliability.csv", "reliability.png", "triplets.png", "triplets.txt",
    ]  # fmt: skip
    assert json.loads((folder / "figures.json").read_text(encoding="utf-8")) == measured
    with np.load(folder / "per_query.npz", allow_pickle=False) as saved:
        assert set(saved.files) == set(per_query)
        np.testing.assert_array_equal(saved["mAP@all"], per_query["mAP@all"])
    assert [path.name for path in folder.parent.iterdir()] == ["report"]  # nothing is left beside it


def test_a_second_report_takes_away_what_it_does_not_tell_and_nothing_else(tmp_path):
    folder = tmp_path / "report"
    write(folder, open_picture=open_picture, layers=LAYERS)
    (folder / "notes.txt").write_text("mine")
    write(folder)
    left = {path.name for path in folder.iterdir()}
    assert {"figures.json", "per_query.npz", "confusion_matrix.png", "notes.txt"} <= left
    assert not left & {"network.png", "map.json", "triplets.png", "curves.png"}


def test_a_report_that_fails_leaves_the_one_before(tmp_path):
    folder = tmp_path / "report"
    write(folder, layers=LAYERS)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def lost(name: str) -> Image.Image:
        raise FileNotFoundError(name)

    with pytest.raises(FileNotFoundError):
        write(folder, open_picture=lost)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_drawing_leaves_the_settings_of_matplotlib_alone(tmp_path):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    report_run.network(LAYERS, tmp_path)
    assert dict(mpl.rcParams) == before
