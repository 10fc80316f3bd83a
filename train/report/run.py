"""What a report shows of the run itself: how it learnt, and the network it trained."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from train.report.plots import (
    ACCENT,
    GREY,
    INK,
    OCHRE,
    PAPER,
    headed,
    house_style,
    ink_scale,
    write_table,
    written,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Layer(NamedTuple):
    """A row of the network's diagram. shape: of its output without the batch, (C, H, W) or (D,)."""

    name: str
    type: str
    shape: tuple[int, ...]
    parameters: int


def read_events(path: Path) -> list[dict[str, Any]]:
    """The events of a run, one JSON object a line; a line that was not written to its end is left out."""
    events = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            event = json.loads(line)
        except json.JSONDecodeError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


def stopped_early(events: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Where a run was asked to end: its phase, the steps done and those it would have had (0 before the
    first); None where it went to its end."""
    for event in reversed(events):
        if event.get("stopped"):
            return {name: event[name] for name in ("phase", "step", "of")}
    skipped = next((event["phase"] for event in events if event.get("skipped")), None)
    return {"phase": skipped, "step": 0, "of": 0} if skipped else None


def stopped_words(early: Mapping[str, Any]) -> str:
    """The same for a person."""
    if not early["of"]:
        return f"stopped early, before {early['phase']}"
    return f"stopped early, in {early['phase']} at step {early['step']:,} of {early['of']:,}"


def curve(events: Sequence[Mapping[str, Any]], most: int = 200) -> dict[str, Any]:
    """How a run learnt, in few numbers: {"at": [steps], "loss": [...], "active": [...], "recall@1": [...],
    "phases": {name: the step it began at}, "of": steps}; None where a step did not tell. At most about `most`
    steps, and every validation; {} for a run that made no step."""
    rows, begins, steps = _laid_end_to_end(events)
    every = max(1, len(rows) // most)
    kept = [row for number, row in enumerate(rows) if number % every == 0 or "validation recall@1" in row]
    if not any("loss" in row for row in kept):
        return {}
    names = {"at": "at", "loss": "loss", "active": "active", "recall@1": "validation recall@1"}
    told = {name: [row.get(key) for row in kept] for name, key in names.items()}
    return told | {"phases": begins, "of": steps}


def _laid_end_to_end(events: Sequence[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, int], int]:
    """One row for each place of the run, "at" so many steps; where each phase begins; the number of steps.

    A phase that was run again keeps what it said last. Validation belongs to the step before it.
    """
    of_phase: dict[str, dict[int, dict[str, Any]]] = {}
    phase, step = "", 0
    for event in events:
        if "job" in event or "skipped" in event:  # of no step of any phase
            continue
        named = str(event.get("phase", phase))
        phase, step = named, int(event.get("step", step if named == phase else 0))
        row = of_phase.setdefault(phase, {}).setdefault(step, {"phase": phase, "step": step})
        row |= {name: event[name] for name in ("of", "loss", "triplet", "active", "seconds") if name in event}
        row |= {f"validation {name}": value for name, value in (event.get("validation") or {}).items()}
    rows, begins, offset = [], {}, 0
    for name, steps in of_phase.items():
        begins[name] = offset
        ordered = [steps[number] for number in sorted(steps)]
        rows += [row | {"at": offset + row["step"]} for row in ordered]
        # A phase that ended early is as long as it was; validation counts the steps that are done.
        offset += min([ordered[-1]["step"] + 1, *(int(row["of"]) for row in ordered if row.get("of"))])
    return rows, begins, offset


def curves(events: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """curves.png and curves.csv: loss, share of active triplets and validation over the steps of all phases.

    Keys an event lacks are left out of its row. Nothing is written where there is nothing to draw, as of a
    run that only computed what it needed to be measured.
    """
    from matplotlib.figure import Figure

    rows, begins, steps = _laid_end_to_end(events)
    names = list(dict.fromkeys(name for row in rows for name in row))
    numbers = [name for name in names if any(isinstance(row.get(name), int | float) for row in rows)]
    validation = [name for name in numbers if name.startswith("validation ") and not name.endswith("loss")]
    panels = [
        ("loss", [name for name in ("loss", "triplet") if name in numbers]),
        ("active triplets", [name for name in ("active",) if name in numbers]),
        ("validation", validation),
    ]
    panels = [(title, shown) for title, shown in panels if shown]
    if not panels:
        return
    write_table(folder / "curves.csv", [names, *([row.get(name, "") for name in names] for row in rows)])
    with house_style():
        height = 1.65 + 1.75 * len(panels)
        figure = Figure(figsize=(8.4, height))
        grid = figure.add_gridspec(
            len(panels), left=0.09, right=0.87, top=1 - 1.25 / height, bottom=0.5 / height, hspace=0.28
        )
        for number, (title, shown) in enumerate(panels):
            axes = figure.add_subplot(grid[number])
            _curves_of(axes, rows, shown)
            axes.set_title(title, fontsize=9, color=GREY, pad=4 if number else 18)
            axes.set_xlim(0, max(row["at"] for row in rows) or 1)
            for name, begin in begins.items():
                axes.axvline(begin, color=GREY, linewidth=0.6, linestyle=(0, (2, 3)))
                if number == 0:
                    label = f" {name}"
                    axes.text(
                        begin, 1.01, label, transform=axes.get_xaxis_transform(), fontsize=8, color=ACCENT
                    )
            axes.grid(visible=True, axis="y")
            if title != "validation":
                axes.set_ylim(0, 1.02 if title == "active triplets" else None)
            if number == len(panels) - 1:
                axes.set_xlabel("steps")
            else:
                axes.set_xticklabels([])
        minutes = (
            sum(
                max((row["seconds"] for row in rows if row["phase"] == name and "seconds" in row), default=0)
                for name in begins
            )
            / 60
        )
        headed(figure, "How it learnt", f"{steps:,} steps in {minutes:,.1f} minutes")
        written(figure, folder / "curves.png")


def _curves_of(axes: Axes, rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> None:
    """Lines named at their right end; few points are dots as well."""
    looks = [(ACCENT, "-"), (OCHRE, (0, (5, 2))), (GREY, "-"), (INK, (0, (1, 1.5)))]
    ends = []
    for (colour, style), name in zip(looks * len(names), names, strict=False):
        points = [(row["at"], row[name]) for row in rows if isinstance(row.get(name), int | float)]
        at, values = zip(*points, strict=True)
        few = {"marker": "o", "markersize": 3} if len(points) <= 40 else {}
        axes.plot(at, values, color=colour, linestyle=style, linewidth=1.3, **few)
        ends.append((values[-1], name.removeprefix("validation "), colour))
    low, high = axes.get_ylim()
    least = 0.13 * (high - low)  # a line of type
    place = -np.inf
    for value, name, colour in sorted(ends):
        place = max(value, place + least)
        axes.annotate(
            f"{name} {value:.3g}", (1.01, place), xycoords=("axes fraction", "data"), color=colour,
            fontsize=8, va="center", annotation_clip=False,
        )  # fmt: skip


def network(layers: Sequence[Layer], folder: Path) -> None:
    """network.png and network.txt: the layers from the picture to the embedding, with their output shapes.

    Raises ValueError for no layers at all.
    """
    from matplotlib.figure import Figure
    from matplotlib.patches import FancyBboxPatch

    if not layers:
        raise ValueError("a network without layers has no diagram")
    shapes = [" × ".join(map(str, layer.shape)) for layer in layers]
    total = sum(layer.parameters for layer in layers)
    cells = [
        ("layer", "type", "output", "parameters"),
        *(
            (layer.name, layer.type, shape, f"{layer.parameters:,}")
            for layer, shape in zip(layers, shapes, strict=True)
        ),
        ("total", "", "", f"{total:,}"),
    ]
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        f"{name:<{wide[0]}}  {kind:<{wide[1]}}  {shape:>{wide[2]}}  {count:>{wide[3]}}"
        for name, kind, shape, count in cells
    ]
    (folder / "network.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    sides = [math.log2(1 + (layer.shape[-1] if len(layer.shape) > 1 else 1)) for layer in layers]
    depths = [math.log2(1 + layer.shape[0]) for layer in layers]
    with house_style():
        width, height = 8.2, 1.2 + 0.42 * len(layers)
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0, 0.2 / height, 1, 1 - 1.0 / height))
        axes.set(xlim=(0, width), ylim=(len(layers) - 0.4, -0.6))
        axes.axis("off")
        middle, widest, scale = 4.05, 2.3, ink_scale()
        for row, (layer, shape, side, depth) in enumerate(zip(layers, shapes, sides, depths, strict=True)):
            across = widest * side / max(sides)
            tone = 0.12 + 0.88 * depth / max(depths)
            box = (middle - across / 2, row - 0.31)
            if row:
                axes.plot([middle, middle], [row - 0.69, row - 0.31], color=GREY, linewidth=0.8, zorder=0)
            look = {"boxstyle": "round,pad=0,rounding_size=0.06", "linewidth": 0.7, "edgecolor": ACCENT}
            axes.add_patch(FancyBboxPatch(box, across, 0.62, facecolor=scale(tone), **look))
            inside = len(layer.shape) > 1 and across > 0.085 * len(shape)
            axes.text(
                middle if inside else middle + across / 2 + 0.1, row, shape, va="center", fontsize=8.5,
                ha="center" if inside else "left", color=PAPER if inside and tone > 0.6 else INK,
            )  # fmt: skip
            axes.text(0.25, row - 0.13, layer.name, va="center", fontsize=8.5)
            axes.text(0.25, row + 0.2, layer.type, va="center", fontsize=7, color=GREY)
            count = f"{layer.parameters:,}" if layer.parameters else "–"
            axes.text(width - 0.25, row, count, va="center", ha="right", fontsize=8.5, color=INK)
        axes.text(width - 0.25, -0.75, "parameters", ha="right", fontsize=7.5, color=GREY)
        note = f"{total:,} parameters; wider: a larger picture, darker: more channels (both as logarithms)"
        headed(figure, "From the picture to its vector", note)
        written(figure, folder / "network.png")
