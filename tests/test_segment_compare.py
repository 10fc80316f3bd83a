"""Segmenters side by side: the numbers of the table, who wins and who does not, and what is refused."""

import json

import numpy as np
import pytest
from PIL import Image

from retrieval.segmentation import CATEGORIES
from train.segment.compare import compare, plot, table


def with_confusion(folder, counts_NCC, network="lite0-fpn", **changed):
    figure = {"value": 0.5 + 0.1 * (counts_NCC[0, 0, 0] / 100), "interval": [0.4, 0.6]}
    names = ("mean IoU", "mean Dice", "pixel accuracy")
    figures = {"network": network, "protocol": {"frames": "a1"}, "IoU": dict.fromkeys(CATEGORIES[:7], figure)}
    figures |= dict.fromkeys(names, figure) | {"training loss": 0.21, "milliseconds": 48.6} | changed
    (folder / "report").mkdir(parents=True)
    (folder / "report" / "figures.json").write_text(json.dumps(figures))
    np.savez(folder / "report" / "per_frame.npz", confusion=counts_NCC)
    return folder


def counts(right):
    """Ten frames, each with so many of 100 pixels right."""
    made = np.zeros((10, 7, 7), np.int64)
    made[:, 0, 0], made[:, 0, 1], made[:, 1, 1] = right, 100 - right, 100
    return made


def test_a_run_that_is_better_on_every_frame_wins(tmp_path):
    comparison = compare(
        [with_confusion(tmp_path / "a", counts(60)), with_confusion(tmp_path / "b", counts(90))]
    )
    assert comparison.winner == comparison.leader == "lite0-fpn (b)"
    assert "is better than lite0-fpn (a)" in comparison.verdicts[0]
    assert "*" in table(comparison)


def test_equal_runs_have_no_winner(tmp_path):
    folders = [with_confusion(tmp_path / name, counts(80), name) for name in ("unet-mini", "dilatednet")]
    comparison = compare(folders)
    assert comparison.winner is None
    assert "cannot be told from" in comparison.verdicts[0]


def test_runs_of_other_frames_or_too_few_are_refused(tmp_path):
    one = with_confusion(tmp_path / "a", counts(80))
    other = with_confusion(tmp_path / "b", counts(80), protocol={"frames": "b2"})
    with pytest.raises(ValueError, match="not asked the same"):
        compare([one, other])
    with pytest.raises(ValueError, match="two or more different ones"):
        compare([one, one])
    with pytest.raises(ValueError, match=r"run: python -m train evaluate-segmenter"):
        compare([one, tmp_path / "c"])


def test_the_table_holds_losses_every_category_summaries_and_costs(tmp_path):
    absent = {"value": None, "interval": None}
    missing = {name: {"value": 0.5, "interval": [0.4, 0.6]} for name in CATEGORIES[:7]} | {"sky": absent}
    one = with_confusion(tmp_path / "a", counts(60), "unet-mini")
    comparison = compare([one, with_confusion(tmp_path / "b", counts(90), IoU=missing)])
    head, first, second = table(comparison).splitlines()[:3]
    assert [name for name in CATEGORIES if f"IoU {name}" in head] == list(CATEGORIES[:7])
    for column in ("training loss", "validation loss", "mean IoU", "mean Dice", "pixel accuracy"):
        assert column in head
    assert first.split() == [
        *("unet-mini", "0.210", "–", *["0.560"] * 7),
        *(*["0.560", "[0.400,", "0.600]"] * 3, "–", "49"),
    ]
    assert second.split()[1:8] == ["0.210", "–", *["0.500"] * 4, "–"]
    assert table(comparison, "markdown").startswith("| model")
    plot(comparison, tmp_path / "plot.png")
    assert Image.open(tmp_path / "plot.png").width > 800


def test_another_style_is_refused(tmp_path):
    folders = [with_confusion(tmp_path / name, counts(80), name) for name in ("unet-mini", "dilatednet")]
    with pytest.raises(ValueError, match="wanted: text or markdown"):
        table(compare(folders), "html")
