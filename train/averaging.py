"""One network out of several that learnt the same: the mean of their weights, served at the price of one.

Runs that began with the same weights and differ in their seed or length end in one valley of the loss; the
mean lies lower for pictures that none of them met. Source: Wortsman et al., "Model soups", ICML 2022.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from train import checkpoint
from train.beside import new_folder, write_file
from train.config import TrainConfig, to_json
from train.loop import AVERAGE, load_checkpoint
from train.material import SPLIT
from train.report.run import read_events
from train.splits import SIDES, read_split

EVENTS = "events.jsonl"
# What two networks must share for a mean of them to be a network.
SHARED = (
    "backbone",
    "preparation",
    "hidden",
    "dim",
    "serve_size",
    "mirror",
    "smoothing",
    "data",
    "leave_out",
)


def average(runs: Sequence[Path], out: Path) -> TrainConfig:
    """Write the mean of finished runs as a run of its own, to be evaluated and exported like any other.

    Its events are those of all, one after the other, so its minutes are the sum. Raises ValueError for fewer
    than two runs, or two that differ in their network, their data or its split, RuntimeError for one that is
    not finished, OSError where `out` cannot be written.
    """
    if len(runs) < 2:
        raise ValueError("a mean needs two runs or more")
    found = [load_checkpoint(run) for run in runs]
    configs = [config for _, config in found]
    for run, config in zip(runs, configs, strict=True):
        for name in SHARED:
            if _shared(config, name) != _shared(configs[0], name):
                raise ValueError(
                    f"{run} and {runs[0]} differ in {name}; wanted: runs of one network and data"
                )
        if _division(run) != _division(runs[0]):
            raise ValueError(f"{run} and {runs[0]} divide their pictures differently; a test would be known")
    config = replace(configs[0], averaged=tuple(str(run) for run in runs))
    learnt = {part: mean_of([state[part] for state, _ in found]) for part in ("model", "objective")}
    with new_folder(out) as part:
        write_file(part / "config.json", json.dumps(to_json(config), indent=1).encode())
        if (runs[0] / SPLIT).exists():
            shutil.copyfile(runs[0] / SPLIT, part / SPLIT)
        events = [event for run in runs for event in _events(run)]
        write_file(part / EVENTS, "".join(f"{json.dumps(event)}\n" for event in events).encode())
        checkpoint.save(learnt, part / f"checkpoint-{AVERAGE}.pt")
    return config


def _shared(config: TrainConfig, name: str) -> Any:
    """What is only learnt, beside the data that are divided, may differ: no test asks for it."""
    value = getattr(config, name)
    return replace(value, records="") if name == "data" else value


def mean_of(weights: Sequence[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of each weight by its name; what only counts is the first's. Raises ValueError where the names
    or shapes differ."""
    first, *others = weights
    mean = {}
    for name, value in first.items():
        same = [other.get(name) for other in others]
        if any(one is None or one.shape != value.shape for one in same):
            raise ValueError(f"the runs differ in the weight {name}; wanted: runs of one network")
        mean[name] = sum(same, value) / len(weights) if value.is_floating_point() else value
    return mean


def _events(run: Path) -> list[dict[str, Any]]:
    """Of a run, its phases named after it, so that none is taken for another's."""
    path = run / EVENTS
    told = read_events(path) if path.exists() else []
    return [event | {"phase": f"{run.name}: {event['phase']}"} for event in told if "phase" in event]


def _division(run: Path) -> dict[str, str]:
    """Which side each picture is on, of those that a test or a training may have; none without a split."""
    path = run / SPLIT
    written = read_split(path) if path.exists() else {}
    return {name: side for name, side in written.items() if side in SIDES}
