"""Runs side by side: the numbers of the table, who wins and who does not, and what is refused."""

import argparse
import json

import numpy as np
import pytest
from PIL import Image

from train import verbs_report
from train.answers import save_arrays
from train.compare import compare, plot, table

PROTOCOL = {"data": "shapes", "split": "3fa1", "gallery": 50, "queries": 200}
RNG = np.random.default_rng(0)
EASE_Q = RNG.random(200)  # what makes a query easy is the same for every model


def found_by(skill, ease_Q=EASE_Q):
    """(Q,) 1.0 where a query is easier than the skill."""
    return (ease_Q < skill).astype(np.float64)


def write_run(folder, skill, variant="head-hard", minutes=12.5, protocol=PROTOCOL, margin=0.2, **changed):
    """A run whose figures follow from made-up hits: see found_by."""
    hits_Q = found_by(skill)
    confidence_Q = np.full(200, changed.get("confidence", skill))
    per_query = {
        "names": np.array([f"query {row}" for row in range(200)]),
        "groups": np.array([f"source {row // 2}" for row in range(200)]),
        "recall@1": hits_Q,
        "kNN accuracy": hits_Q,
        "triplet margin accuracy": hits_Q,
        "confidence": confidence_Q,
        "in-domain score": EASE_Q + 2 * skill,
        "outside score": np.linspace(0, 2.2, 60),
    }
    per_query |= changed.get("per_query", {})
    error = abs(confidence_Q[0] - hits_Q.mean())
    figures = {
        "protocol": protocol,
        "queries": 200,
        "gallery": 50,
        "outside": 60,
        "margin": margin,
        "ECE": {"value": error, "interval": [error, error + 0.05]},
        "out-of-domain AUROC": {"value": 0.5 + skill / 3, "interval": [0.4, 0.9]},
        "training minutes": minutes,
    }
    for name in ("recall@1", "kNN accuracy", "triplet margin accuracy"):
        mean = round(float(per_query[name].mean()), 4)
        figures[name] = {"value": mean, "interval": [mean - 0.05, mean + 0.05]}
    report = folder / "report"
    report.mkdir(parents=True)
    (report / "figures.json").write_text(json.dumps(figures))
    (folder / "config.json").write_text(json.dumps({"variant": variant}))
    save_arrays(report / "per_query.npz", per_query)
    return folder


def verdict(comparison, metric):
    return next(one for one in comparison.verdicts if one.metric == metric)


@pytest.fixture
def clear(tmp_path):
    return [
        write_run(tmp_path / "a", 0.5, "raw", minutes=0.0),
        write_run(tmp_path / "b", 0.9, "two-phase", minutes=61.04),
        write_run(tmp_path / "c", 0.6, "siamese"),
    ]


def test_a_clear_winner_is_named_with_the_difference_to_the_second(clear):
    comparison = compare(clear)
    found = verdict(comparison, "recall@1")
    assert (found.winner, found.leader, found.second) == ("two-phase", "two-phase", "siamese")
    expected = found_by(0.9).mean() - found_by(0.6).mean()
    assert found.difference == pytest.approx(expected, abs=1e-9)
    assert 0 < found.interval[0] < expected < found.interval[1]
    assert str(found).startswith("recall@1: two-phase wins, +0.")


def test_a_lead_within_the_interval_wins_nothing(tmp_path):
    hits = found_by(0.44, 1.0 - EASE_Q)  # as many, but those that are hard for the other
    runs = [
        write_run(tmp_path / "a", 0.5, "raw"),
        write_run(tmp_path / "b", 0.52, "siamese", per_query={"recall@1": hits}),
    ]
    found = verdict(compare(runs), "recall@1")
    assert found.winner is None
    assert found.interval[0] < 0 < found.interval[1]
    assert "no winner outside the intervals" in str(found)


def test_overlapping_intervals_still_have_a_winner_when_it_is_better_on_the_same_queries(tmp_path):
    # Six in a hundred more and never one less: each interval alone is wider than that.
    runs = [write_run(tmp_path / "a", 0.5, "raw"), write_run(tmp_path / "b", 0.56, "siamese")]
    comparison = compare(runs)
    intervals = [run.figures["recall@1"]["interval"] for run in comparison.runs]
    assert intervals[0][1] > intervals[1][0]
    assert comparison.winner("recall@1") == "siamese"


def test_equal_runs_have_no_winner_in_anything(tmp_path):
    runs = [write_run(tmp_path / "a", 0.5, "raw"), write_run(tmp_path / "b", 0.5, "siamese")]
    assert all(one.winner is None for one in compare(runs).verdicts)


def test_a_winner_must_be_apart_from_the_third_too(tmp_path):
    third = found_by(0.36, 1.0 - EASE_Q)
    runs = [
        write_run(tmp_path / "a", 0.56, "raw"),
        write_run(tmp_path / "b", 0.50, "siamese"),
        write_run(tmp_path / "c", 0.49, "probe", per_query={"recall@1": third}),
    ]
    found = verdict(compare(runs), "recall@1")
    assert (found.leader, found.second, found.winner) == ("raw", "probe", None)


def test_of_the_calibration_error_less_is_better(tmp_path):
    runs = [
        write_run(tmp_path / "a", 0.6, "sure", confidence=0.99),
        write_run(tmp_path / "b", 0.6, "honest", confidence=float(found_by(0.6).mean())),
    ]
    found = verdict(compare(runs), "ECE")
    assert found.winner == found.leader == "honest"
    assert found.difference < 0
    assert found.interval[1] < 0


def test_the_area_under_the_curve_is_compared_on_the_same_draws(clear):
    assert compare(clear).winner("out-of-domain AUROC") == "two-phase"


def test_different_margins_leave_triplet_margin_accuracy_out(tmp_path):
    runs = [
        write_run(tmp_path / "a", 0.5, "raw", margin=0.3),
        write_run(tmp_path / "b", 0.9, "siamese", margin=0.8),
    ]
    comparison = compare(runs)
    assert verdict(comparison, "triplet margin accuracy").note == "not compared, the margins differ: 0.3, 0.8"
    assert comparison.winner("triplet margin accuracy") is None
    assert comparison.winner("recall@1") == "siamese"


def test_another_protocol_is_refused_with_what_differs(tmp_path):
    runs = [
        write_run(tmp_path / "a", 0.5),
        write_run(tmp_path / "b", 0.5, protocol=PROTOCOL | {"split": "77bc", "note": "new"}),
    ]
    with pytest.raises(ValueError, match=r"differ in split \('3fa1' and '77bc'\), note \(None and 'new'\)"):
        compare(runs)


def test_other_queries_are_refused_even_under_the_same_protocol(tmp_path):
    swapped = {"names": np.array([f"query {199 - row}" for row in range(200)])}
    runs = [write_run(tmp_path / "a", 0.5), write_run(tmp_path / "b", 0.5, per_query=swapped)]
    with pytest.raises(ValueError, match="differ in names of the queries"):
        compare(runs)


def test_a_run_without_a_report_is_told_what_to_run(tmp_path):
    runs = [write_run(tmp_path / "a", 0.5), tmp_path / "b"]
    with pytest.raises(ValueError, match=r"b has no figures.json; run: python -m train evaluate .*b"):
        compare(runs)


def test_a_report_that_names_no_protocol_is_refused(tmp_path):
    runs = [write_run(tmp_path / "a", 0.5), write_run(tmp_path / "b", 0.5, protocol={})]
    with pytest.raises(ValueError, match="does not say how it was measured"):
        compare(runs)


def test_one_run_is_no_comparison(tmp_path):
    run = write_run(tmp_path / "a", 0.5)
    with pytest.raises(ValueError, match="two or more"):
        compare([run])
    with pytest.raises(ValueError, match="given twice"):
        compare([run, run])


def test_runs_of_one_variant_are_told_apart_by_their_folders(tmp_path):
    runs = [write_run(tmp_path / name, skill) for name, skill in (("first", 0.5), ("second", 0.9))]
    comparison = compare(runs)
    assert [run.name for run in comparison.runs] == ["head-hard (first)", "head-hard (second)"]
    assert comparison.winner("recall@1") == "head-hard (second)"


def test_the_table_holds_values_intervals_minutes_and_marks_the_winner(clear):
    comparison = compare(clear)
    lines = table(comparison).splitlines()
    mean = f"{found_by(0.9).mean():.3f}"
    assert lines[0].split()[:2] == ["variant", "recall@1"]
    assert lines[0].endswith("training minutes")
    assert lines[2].startswith("two-phase")
    assert f"{mean}* [" in lines[2]
    assert "*" not in lines[1] + lines[3]
    assert [line.split()[-1] for line in lines[1:4]] == ["0.0", "61.0", "12.5"]
    places = {line.index("[") for line in (lines[1], lines[3])}
    assert len(places) == 1  # the columns stand under one another

    markdown = table(comparison, "markdown").splitlines()
    assert f"**{mean}** [" in markdown[3]
    bars = [line.count("|") for line in markdown[:5]]
    assert len(set(bars)) == 1
    assert markdown[1].strip("|-: ") == ""
    with pytest.raises(ValueError, match="text or markdown"):
        table(comparison, "html")


def test_the_plot_is_a_picture(clear, tmp_path):
    plot(compare(clear), tmp_path / "plot.png")
    picture = Image.open(tmp_path / "plot.png")
    assert picture.width > 600
    assert len(picture.convert("RGB").getcolors(1 << 20)) > 20
    assert not list(tmp_path.glob("*.part"))


def test_the_verb_prints_the_table_and_writes_it_with_the_plot(clear, tmp_path, capsys):
    parser = argparse.ArgumentParser()
    verbs_report.add_verbs(parser.add_subparsers(required=True))
    options = parser.parse_args(["compare", *map(str, clear), "--out", str(tmp_path / "out")])
    options.run_verb(options)
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "out" / "table.txt").read_text(encoding="utf-8")
    assert "two-phase wins" in printed
    assert (tmp_path / "out" / "table.md").read_text(encoding="utf-8").startswith("| variant")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["plot.png", "table.md", "table.txt"]
