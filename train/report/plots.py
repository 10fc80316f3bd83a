"""Plots of a report and their text twins: confusion and reliability; and how every plot here looks.

One look for all: green ink on warm paper, grey for what is beside the point, no frame that says nothing. Tone
and shape tell things apart before hue does, so that nothing is lost on a colour-blind reader or in print.
"""

from __future__ import annotations

import csv
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER, INK, GREY, HAIRLINE, ACCENT, OCHRE = "#faf8f3", "#2b2a26", "#7d7a70", "#e2ddd0", "#1f4d3a", "#b9822b"
SHOWN_CLASSES = 30  # of more, the confusion matrix shows those that are confused most
NUMBERED_CLASSES = 12  # up to which its cells say their share
LONGEST_NAME = 24
BINS = 15


@contextmanager
def house_style() -> Iterator[None]:
    """Sizes, colours and type of every plot here; matplotlib's other settings come back after.

    matplotlib is imported where it draws: nobody else should have to wait for it."""
    import matplotlib as mpl

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "figure.facecolor": PAPER, "axes.facecolor": PAPER, "savefig.facecolor": PAPER,
                "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": GREY,
                "xtick.color": GREY, "ytick.color": GREY, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
                "font.family": "DejaVu Sans", "font.size": 9, "axes.titlesize": 10, "axes.titlepad": 10,
                "axes.titlelocation": "left", "axes.labelsize": 9, "axes.linewidth": 0.6,
                "xtick.major.width": 0.6, "ytick.major.width": 0.6, "xtick.labelsize": 8,
                "ytick.labelsize": 8,
                "axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
                "grid.color": HAIRLINE, "grid.linewidth": 0.6, "axes.axisbelow": True,
            }
        )  # fmt: skip
        yield


def headed(figure: Figure, title: str, note: str) -> None:
    """A serif title and a grey line of explanation, the same distance from the top of any picture."""
    height, width = figure.get_figheight(), figure.get_figwidth()
    figure.text(0.22 / width, 1 - 0.34 / height, title, fontfamily="DejaVu Serif", fontsize=14, color=ACCENT)
    figure.text(0.22 / width, 1 - 0.6 / height, note, fontsize=8.5, color=GREY)


def written(figure: Figure, path: Path, dpi: int = 150) -> None:
    """The figure as PNG, beside and then renamed."""
    beside = path.with_name(path.name + ".part")
    with warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; the twin in text has it.
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from font")
        figure.savefig(beside, dpi=dpi, format="png")
    beside.replace(path)


def ink_scale() -> Any:
    """Paper to green ink: one hue, so that darker is more and nothing else."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("ink", [PAPER, "#cfdccb", "#7fa58e", "#3d7259", ACCENT])


def write_table(path: Path, rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(rows)


def confusion(truth_Q: np.ndarray, predicted_Q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(C,) names met as truth or answer, and (C, C) int64 counts: rows are the truth, columns the answer."""
    names_C, where = np.unique(np.concatenate([truth_Q, predicted_Q]), return_inverse=True)
    counts_CC = np.zeros((len(names_C),) * 2, dtype=np.int64)
    np.add.at(counts_CC, (where[: len(truth_Q)], where[len(truth_Q) :]), 1)
    return names_C, counts_CC


def _most_confused(counts_CC: np.ndarray, count: int) -> np.ndarray:
    """Rows of the classes with the most wrong answers, given or received, in their old order."""
    wrong_CC = counts_CC - np.diag(np.diag(counts_CC))
    return np.sort(np.argsort(-(wrong_CC.sum(axis=0) + wrong_CC.sum(axis=1)), kind="stable")[:count])


def confusion_matrix(truth_Q: np.ndarray, predicted_Q: np.ndarray, folder: Path) -> None:
    """confusion_matrix.png, confusion.csv and classification_report.txt.

    Each row is divided by the queries of its class. The table holds all classes, with the number of queries
    beside the shares; the picture of more than 30 classes shows the 30 that are confused most.
    """
    from matplotlib.figure import Figure
    from sklearn.metrics import classification_report

    names_C, counts_CC = confusion(truth_Q, predicted_Q)
    queries_C = counts_CC.sum(axis=1)
    share_CC = counts_CC / np.maximum(queries_C, 1)[:, None]
    lines = [
        [name, queries, *(f"{share:.4f}" for share in row)]
        for name, queries, row in zip(names_C, queries_C, share_CC, strict=True)
    ]
    write_table(folder / "confusion.csv", [["label", "queries", *names_C], *lines])
    report = classification_report(truth_Q, predicted_Q, digits=3, zero_division=0)
    (folder / "classification_report.txt").write_text(report, encoding="utf-8")

    shown = np.arange(len(names_C))
    if len(shown) > SHOWN_CLASSES:
        shown = _most_confused(counts_CC, SHOWN_CLASSES)
    names, share, count = names_C[shown], share_CC[np.ix_(shown, shown)], len(shown)
    cell = 0.62 if count <= NUMBERED_CLASSES else 0.27
    short = [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in names]
    room = 0.2 + 0.068 * max(map(len, short))  # inches that a name takes at 8 points
    side = max(cell * count, 2.4)
    with house_style():
        width, height = max(0.2 + room + side + 0.35, 5.6), 0.75 + room + side + 0.3
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes(((0.2 + room) / width, 0.3 / height, side / width, side / height))
        axes.imshow(share, cmap=ink_scale(), vmin=0, vmax=1)
        axes.set_xticks(range(count), short, rotation=90)
        axes.set_yticks(range(count), short)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.spines[:].set(visible=True, color=HAIRLINE)
        axes.set_xticks(np.arange(count + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(count + 1) - 0.5, minor=True)
        axes.grid(which="minor", color=HAIRLINE, linewidth=0.5)
        axes.tick_params(which="minor", length=0)
        if count <= NUMBERED_CLASSES:
            for row, column in np.argwhere(share >= 0.005):
                value = share[row, column]
                colour = PAPER if value > 0.45 else INK
                axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=8, color=colour)
        about = f"rows: the truth, columns: the answer; {len(truth_Q):,} queries"
        left_out = f"; the {count} most confused of {len(names_C)}" if count < len(names_C) else ""
        headed(figure, "What was taken for what", about + left_out)
        written(figure, folder / "confusion_matrix.png")


def reliability(
    confidence_Q: np.ndarray, correct_Q: np.ndarray, error: Mapping[str, Any], folder: Path
) -> None:
    """reliability.png and reliability.csv: accuracy against confidence, in the bins of the ECE.

    error: the figure {"value": ECE, "interval": [low, high]} that the note states.
    """
    from matplotlib.figure import Figure

    which = np.minimum((confidence_Q * BINS).astype(int), BINS - 1)
    rows = []
    for number in np.unique(which):
        mine = which == number
        means = confidence_Q[mine].mean(), correct_Q[mine].mean()
        rows.append((number / BINS, (number + 1) / BINS, int(mine.sum()), *map(float, means)))
    header = ["from", "to", "queries", "mean confidence", "accuracy"]
    shown = [
        [f"{low:.4f}", f"{high:.4f}", n, f"{mean:.4f}", f"{right:.4f}"] for low, high, n, mean, right in rows
    ]
    write_table(folder / "reliability.csv", [header, *shown])
    _, _, counts, means, rights = (np.array(column) for column in zip(*rows, strict=True))
    with house_style():
        figure = Figure(figsize=(5.2, 6.4))
        above = figure.add_axes((0.13, 0.31, 0.81, 0.56))
        below = figure.add_axes((0.13, 0.09, 0.81, 0.15))
        above.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=(0, (4, 3)))
        above.vlines(means, means, rights, color=OCHRE, linewidth=2.2, alpha=0.75)
        above.plot(means, rights, color=ACCENT, linewidth=1)
        above.scatter(
            means,
            rights,
            s=18 + 130 * counts / counts.max(),
            color=ACCENT,
            zorder=3,
            linewidths=0,
            clip_on=False,
        )
        above.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="share that is right")
        above.grid(visible=True)
        below.bar((np.array([row[0] for row in rows]) + 0.5 / BINS), counts, 0.8 / BINS, color="#7fa58e")
        below.set(xlim=(0, 1), xlabel="confidence", ylabel="queries")
        low, high = error["interval"]
        headed(
            figure,
            "Is it right as often as it says?",
            f"ECE {error['value']:.3f} [{low:.3f}, {high:.3f}]; ochre: how far off",
        )
        written(figure, folder / "reliability.png")
