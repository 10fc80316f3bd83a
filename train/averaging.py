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
from train.config import TrainConfig, from_json, read_object, to_json
from train.loop import AVERAGE, load_checkpoint, shipped_weights
from train.material import SPLIT
from train.report.run import read_events
from train.splits import SIDES, read_split

EVENTS = "events.jsonl"
# What two networks must share for a mean of them to be a network.
SHARED = ("backbone", "preparation", "hidden", "dim", "smoothing", "data", "leave_out")


def average(runs: Sequence[Path], out: Path) -> TrainConfig:
    """Write the mean of finished runs as a run of its own, to be evaluated and exported like any other.

    runs: their folders; one named twice counts twice. A bundle stands for the run or the mean it was made of;
    it keeps no events, and no split, which its data and their seed give again. The mean is served as the
    first of them is. Its events are those of all runs, one after the other, so its minutes are the sum.
    Raises ValueError for fewer than two, for two that differ in their network, their data or its split, and
    for bundles alone, RuntimeError for a run that is not finished, OSError where `out` cannot be written.
    """
    if len(runs) < 2:
        raise ValueError("a mean needs two runs or more")
    if all(_is_bundle(run) for run in runs):
        raise ValueError("these are bundles alone; wanted: a run among them, whose split the mean keeps")
    found = [_opened(run) for run in runs]
    configs = [config for _, config in found]
    divided = next(run for run in runs if not _is_bundle(run))
    for run, config in zip(runs, configs, strict=True):
        for name in SHARED:
            if _shared(config, name) != _shared(configs[0], name):
                raise ValueError(
                    f"{run} and {runs[0]} differ in {name}; wanted: runs of one network and data"
                )
        if not _is_bundle(run) and _division(run) != _division(divided):
            raise ValueError(f"{run} and {divided} divide their pictures differently; a test would be known")
    config = replace(configs[0], averaged=tuple(str(run) for run in runs))
    parts = ("model", "objective") if all("objective" in state for state, _ in found) else ("model",)
    learnt = {part: mean_of([state[part] for state, _ in found]) for part in parts}
    with new_folder(out) as part:
        write_file(part / "config.json", json.dumps(to_json(config), indent=1).encode())
        if (divided / SPLIT).exists():
            shutil.copyfile(divided / SPLIT, part / SPLIT)
        events = [event for run in runs for event in _events(run)]
        write_file(part / EVENTS, "".join(f"{json.dumps(event)}\n" for event in events).encode())
        checkpoint.save(learnt, part / f"checkpoint-{AVERAGE}.pt")
    return config


def _is_bundle(folder: Path) -> bool:
    return (folder / "model" / "config.json").is_file()


def _opened(folder: Path) -> tuple[dict[str, dict[str, Tensor]], TrainConfig]:
    """What was learnt, and the numbers it was learnt with. Of a bundle the network alone."""
    if not _is_bundle(folder):
        return load_checkpoint(folder)
    told = read_object(folder / "model" / "config.json", "the numbers of a bundle's model").get("training")
    weights = shipped_weights(folder)
    if not isinstance(told, dict) or weights is None:
        raise ValueError(f"{folder} keeps no weights to go on with; wanted: a bundle that `export` wrote")
    config = from_json(told | {"before": ""})
    if config.variant == "siamese":
        raise ValueError(f"{folder} is of a siamese network, whose comparison only its run keeps whole")
    whole = {name: value.float() if value.is_floating_point() else value for name, value in weights.items()}
    return {"model": whole}, config


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
