"""The training loop, top to bottom: phases are data, each with its miner and what it lets learn."""

from __future__ import annotations

import contextlib
import ctypes
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from train import checkpoint
from train.batches import held_activations, made_anew
from train.beside import write_file
from train.config import TrainConfig, from_json, to_json
from train.distributed import Ranks, join
from train.model import EmbeddingModel, build
from train.objective import Objective
from train.phase import PhaseTraining
from train.pictures import Pictures
from train.samplers import LabelsByRecords
from train.start import fit_probe, place_proxies, whiten_head
from train.stopping import Stop, never

# The names of the checkpoint before the first phase, and of the only one of a mean (train/averaging.py).
START, AVERAGE = "start", "average"


def keep_memory() -> None:
    """Let the C allocator keep what it has been given, where it is glibc's.

    By default every large tensor is mapped and unmapped anew at each step; the page faults of that cost
    as much as the arithmetic (24 against 52 ms a picture were measured on two cores).
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(-4, 0)  # M_MMAP_MAX: take no block from mmap
        libc.mallopt(-1, 2**31 - 1)  # M_TRIM_THRESHOLD: give nothing back
        libc.mallopt(-2, 256 * 2**20)  # M_TOP_PAD: grow by 256 MB


def fit(
    pictures: Pictures,
    config: TrainConfig,
    run: Path,
    validation: Pictures | None = None,
    ranks: Ranks | None = None,
    progress: bool = True,
    stop: Stop = never,
) -> EmbeddingModel:
    """Train on `pictures` and return the model of the last phase.

    validation: pictures kept out, to keep a phase's best weights by and to end it early; without them a
    phase keeps its last. run: a folder; gets config.json, events.jsonl (a line every 20 steps or oftener and
    for every validation), checkpoint-<phase>.pt of every finished phase, and last.pt, from which a killed run
    goes on as if it had not been. stop: asked after every step, of a process that trains alone; once it says
    so the phase ends with its best weights, the phases behind it change nothing, and the run is finished.
    Raises RuntimeError when the loss is not a number any more, ValueError for a folder that holds another
    run, OSError where the folder cannot be written.
    """
    if config.averaged:
        raise ValueError("this is the mean of other runs; make it with: python -m train average RUN RUN")
    before = Path(config.before) if config.before else None
    if before and before.resolve() == run.resolve():
        raise ValueError(f"{run} would overwrite the run it begins with; give another folder with --run")
    if any(run.glob("*.pt")) and not _goes_on(run, config):
        raise ValueError(f"{run} holds a run with other numbers; give another folder with --run")
    ranks = ranks or join()
    keep_memory()
    if ranks.leads:
        run.mkdir(parents=True, exist_ok=True)
        write_file(run / "config.json", json.dumps(to_json(config), indent=1).encode())
    torch.manual_seed(config.seed)
    pictures = pictures.only((pictures.domains == "art") | ~np.isin(pictures.labels, config.leave_out))
    model = build(config, len(np.unique(pictures.labels)))
    model = model.to(ranks.device, memory_format=torch.channels_last)
    objective = Objective(pictures, config, model.dim).to(ranks.device)
    with _events(run, ranks) as events:
        for number, phase in enumerate((None, *config.phases)):
            done = run / f"checkpoint-{phase.name if phase else START}.pt"
            if not done.exists():
                if phase is None:
                    _start(pictures, config, model, objective, ranks)
                elif not stop():
                    training = PhaseTraining(
                        phase, number - 1, config, pictures, validation, model, objective, ranks, events
                    )
                    training.run(run, progress, stop)
                elif events:
                    events.write(json.dumps({"phase": phase.name, "skipped": True}) + "\n")
                if ranks.leads:
                    state = {"model": checkpoint.weights_of(model), "objective": objective.learnt()}
                    checkpoint.save(state, done)
                    (run / "last.pt").unlink(missing_ok=True)
            else:
                saved = checkpoint.load(done)
                model.load_state_dict(saved["model"])
                objective.load_state_dict(saved["objective"], strict=False)
    return model.eval()


def _goes_on(run: Path, config: TrainConfig) -> bool:
    """Whether `config` is that of the run in this folder, or the same with more phases after its own."""
    # As it reads today: a run of before knows nothing of the values that came since.
    there = to_json(load_config(run))
    wanted = to_json(config)
    wanted["phases"] = wanted["phases"][: len(there["phases"])]
    return there == wanted


@contextlib.contextmanager
def _events(run: Path, ranks: Ranks) -> Iterator[TextIO | None]:
    if not ranks.leads:
        yield None
        return
    with (run / "events.jsonl").open("a", buffering=1) as events:
        yield events


def load_config(run: Path) -> TrainConfig:
    return from_json(json.loads((run / "config.json").read_text()))


def load_run(run: Path) -> tuple[EmbeddingModel, TrainConfig]:
    """The model of a finished run, and its config. Raises RuntimeError for an unfinished one."""
    saved, config = load_checkpoint(run)
    classes = len(saved["model"]["head.0.bias"]) if config.variant == "probe" else 0
    model = build(config, classes, pretrained=False)
    model.load_state_dict(saved["model"])
    return model.eval(), config


def load_checkpoint(run: Path) -> tuple[dict[str, Any], TrainConfig]:
    """The last checkpoint of a finished run, and its config. Raises RuntimeError for an unfinished one."""
    if not (run / "config.json").is_file():
        raise RuntimeError(f"{run} holds no run; make one with: python -m train fit --run {run}")
    config = load_config(run)
    names = [AVERAGE] if config.averaged else [START, *(phase.name for phase in config.phases)]
    missing = [name for name in names if not (run / f"checkpoint-{name}.pt").exists()]
    if missing:
        raise RuntimeError(
            f"{run} is not finished (checkpoint-{missing[0]} is missing); wait for it, or go on "
            f"with: python -m train fit --run {run}"
        )
    return checkpoint.load(run / f"checkpoint-{names[-1]}.pt"), config


def shipped_weights(folder: Path) -> dict[str, Tensor] | None:
    """Those that a bundle keeps, the larger ones as float16; None for a folder that holds none. Raises
    ValueError for a broken file."""
    shipped = folder / "model" / "encoder.safetensors"
    try:
        return load_file(shipped) if shipped.is_file() else None
    except SafetensorError as error:
        raise ValueError(f"{shipped} is broken ({error}); pull or export the bundle again") from None


def _begin_with(folder: Path, config: TrainConfig, model: EmbeddingModel) -> None:
    """The weights of a finished run, or of a bundle, which keeps them as float16. Raises ValueError for those
    of another network."""
    weights = shipped_weights(folder) or load_run(folder)[0].state_dict()
    try:
        model.load_state_dict(weights)
    except RuntimeError:
        raise ValueError(
            f"{folder} holds another network; wanted: {config.backbone} with {config.channels} channels of "
            f"input, a head of {config.hidden} and {config.dim} dimensions"
        ) from None


@torch.no_grad()
def _start(
    pictures: Pictures, config: TrainConfig, model: EmbeddingModel, objective: Objective, ranks: Ranks
) -> None:
    """Begin with ImageNet's weights or those of the run `config.before`, and with head and proxies in closed
    form where there is one."""
    if config.before:
        _begin_with(Path(config.before), config, model)
    model.eval()
    if config.variant == "probe":
        features_NF = _features(model, pictures, config.serve_size, ranks)
        fit_probe(features_NF, objective.label_ids_N, model)
        return
    whitens = isinstance(model.head, nn.Linear) and not config.before and len(pictures) >= model.dim
    if not config.phases or not (whitens or objective.proxies):
        return
    sampler = LabelsByRecords(pictures, config.labels_per_batch, config.records_per_label, 0.0, config.seed)
    features, labels = [], []
    first = config.phases[0]
    for number, rows in enumerate(sampler.sweep()):
        images = made_anew(pictures, rows, config.size_of(first), config.seed + number, 1.0, config.flips)
        features.append(model.features(images.to(ranks.device)).cpu())
        labels.append(objective.label_ids_N[rows])
    features_NF = torch.cat(features)
    if whitens and len(features_NF) >= model.dim:
        whiten_head(features_NF, model)
    if objective.proxies is not None:
        embeddings_ND = model.embed(features_NF.to(ranks.device))
        place_proxies(embeddings_ND, np.concatenate(labels), objective.proxies)


def _features(model: EmbeddingModel, pictures: Pictures, size: int, ranks: Ranks) -> torch.Tensor:
    model.let_learn("head")
    return held_activations(model, pictures, size, ranks.device, 1)[0].float()
