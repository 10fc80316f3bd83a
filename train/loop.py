"""The training loop, top to bottom: phases are data, each with its miner and what it lets learn."""

from __future__ import annotations

import contextlib
import ctypes
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from train.augment import simulate_drawing
from train.config import Phase, TrainConfig
from train.data import Pictures
from train.losses import ProxySoftmax, triplet_loss
from train.mining import MINERS
from train.model import EmbeddingModel
from train.samplers import LabelsByRecords
from train.semantics import ImageNetAnchor
from train.start import mixed_with_imagenet, place_proxies, whiten_head

LOG_EVERY = 20  # steps


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


def fit(pictures: Pictures, config: TrainConfig, run: Path, progress: bool = True) -> EmbeddingModel:
    """Train on `pictures` and return the averaged model.

    run: a folder; gets config.json, events.jsonl (one line every 20 steps) and, after each phase,
    checkpoint-<phase>.pt; phases that are there already are not run again. Raises RuntimeError when the loss
    is not a number any more.
    """
    before = Path(config.before) if config.before else None
    if before and before.resolve() == run.resolve():
        raise ValueError(f"{run} would overwrite the run it begins with; give another folder with --run")
    keep_memory()
    if any(run.glob("checkpoint-*.pt")) and not _goes_on(run, config):
        raise ValueError(f"{run} holds a run with other numbers; give another folder with --run")
    run.mkdir(parents=True, exist_ok=True)
    (run / "config.json").write_text(json.dumps(asdict(config), indent=1))
    torch.manual_seed(config.seed)
    pictures = pictures.only((pictures.domains == "art") | ~np.isin(pictures.concepts, config.leave_out))
    model = EmbeddingModel(config.backbone, config.dim).to(memory_format=torch.channels_last)
    concepts = np.unique(pictures.concepts).tolist()
    proxies = ProxySoftmax(len(concepts), config.dim, config.proxy_scale)
    anchor = ImageNetAnchor(config.backbone, pictures) if config.anchor_weight else None
    if not (run / f"checkpoint-{config.phases[0].name}.pt").exists():
        _start(pictures, config, model, proxies)
    with (run / "events.jsonl").open("a", buffering=1) as events:
        for number, phase in enumerate(config.phases):
            done = run / f"checkpoint-{phase.name}.pt"
            if not done.exists():
                average = _run_phase(
                    phase, number, config, pictures, model, proxies, anchor, events, progress
                )
                saved = {"model": average, "proxies": proxies.state_dict()}
                torch.save(saved, done.with_suffix(".part"))
                done.with_suffix(".part").rename(done)
            # Each phase starts from the averaged weights of the one before, so a run that was stopped
            # between two phases goes on as if it had not been.
            saved = torch.load(done, weights_only=True)
            model.load_state_dict(saved["model"])
            proxies.load_state_dict(saved["proxies"])
    return model.eval()


def _goes_on(run: Path, config: TrainConfig) -> bool:
    """Whether `config` is that of the run in this folder, or the same with more phases after its own."""
    there = json.loads((run / "config.json").read_text())
    wanted = json.loads(json.dumps(asdict(config)))
    wanted["phases"] = wanted["phases"][: len(there["phases"])]
    return there == wanted


def _drawn(
    pictures: Pictures, rows: np.ndarray, size: int, rng: torch.Generator, strength: float = 1.0
) -> torch.Tensor:
    """(B, 1, size, size) float32 in [0, 255]: a simulated drawing of each picture."""
    ink_B1HW = 1.0 - torch.from_numpy(pictures.ink_NHW[rows]).unsqueeze(1).float() / 255.0
    filled_B = torch.from_numpy(pictures.filled[rows])
    photo_B = torch.from_numpy(pictures.domains[rows] == "photo")
    drawn = simulate_drawing(ink_B1HW, filled_B, size, rng, strength, photo_B)
    return ((1.0 - drawn) * 255.0).contiguous(memory_format=torch.channels_last)


def _start(pictures: Pictures, config: TrainConfig, model: EmbeddingModel, proxies: ProxySoftmax) -> None:
    """Begin with ImageNet's weights or those of the run `config.before`, and with proxies that fit them."""
    rng = torch.Generator().manual_seed(config.seed)
    sampler = LabelsByRecords(pictures, config.labels_per_batch, config.records_per_label, 0.0, config.seed)
    features, labels = [], []
    if config.before:
        model.load_state_dict(load_run(Path(config.before))[0].state_dict())
    model.eval()
    with torch.no_grad():
        for rows in sampler.sweep():
            features.append(model.features(_drawn(pictures, rows, config.phases[0].size, rng)))
            labels.append(sampler.label_ids[rows])
        features_NF = torch.cat(features)
        if not config.before:
            whiten_head(features_NF, model)
        place_proxies(model.embed(features_NF), np.concatenate(labels), proxies)


def _batches(steps: int, pictures: Pictures, sampler: LabelsByRecords, phase: Phase, rng: torch.Generator):
    """Yield (rows, images, label_ids, whether each is a drawing or photo), made on a thread of its own while
    the step before learns."""

    def make() -> tuple[np.ndarray, torch.Tensor, torch.Tensor, torch.Tensor]:
        rows = sampler.batch()
        return (
            rows,
            _drawn(pictures, rows, phase.size, rng, phase.strength),
            torch.from_numpy(sampler.label_ids[rows]),
            torch.from_numpy(pictures.domains[rows] != "art"),
        )

    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as ahead:
        waiting = ahead.submit(make)
        for step in range(steps):
            ready = waiting.result()
            if step + 1 < steps:
                waiting = ahead.submit(make)
            yield ready


def load_config(run: Path) -> TrainConfig:
    values = json.loads((run / "config.json").read_text())
    phases = tuple(Phase(**phase) for phase in values.pop("phases"))
    return TrainConfig(**values | {"leave_out": tuple(values["leave_out"]), "phases": phases})


def load_run(run: Path) -> tuple[EmbeddingModel, TrainConfig]:
    """The model of a finished run, and its config. Raises RuntimeError for an unfinished one."""
    config = load_config(run)
    checkpoints = [run / f"checkpoint-{phase.name}.pt" for phase in config.phases]
    missing = [path.stem for path in checkpoints if not path.exists()]
    if missing or not checkpoints:
        raise RuntimeError(
            f"{run} is not finished ({', '.join(missing) or 'no phase'} is missing); wait for it, or go on "
            f"with: python -m train fit --run {run}"
        )
    model = EmbeddingModel(config.backbone, config.dim, pretrained=False)
    model.load_state_dict(torch.load(checkpoints[-1], weights_only=True)["model"])
    return model.eval(), config


def _optimizer(model: EmbeddingModel, proxies: nn.Module, phase: Phase, config: TrainConfig):
    backbone = [weight for weight in model.backbone.parameters() if weight.requires_grad]
    head = list(model.head.parameters())
    return torch.optim.AdamW(
        [
            {"params": backbone, "lr": phase.learning_rate},
            {"params": head, "lr": phase.learning_rate * config.head_factor},
            {"params": list(proxies.parameters()), "lr": config.proxy_rate, "weight_decay": 0.0},
        ],
        weight_decay=config.weight_decay,
        fused=True,
    )


def _moving_average(decay: float):
    """Exponential moving average that forgets where the phase began: short at first, `decay` later on."""

    def average(kept: torch.Tensor, current: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        weight = 1.0 - min(decay, (1.0 + float(count)) / (10.0 + float(count)))
        return torch.lerp(kept, current, weight) if kept.is_floating_point() else current

    return average


def _run_phase(
    phase: Phase,
    number: int,
    config: TrainConfig,
    pictures: Pictures,
    model: EmbeddingModel,
    proxies: ProxySoftmax,
    anchor: ImageNetAnchor | None,
    events,
    progress: bool,
) -> dict[str, torch.Tensor]:
    """Train `model` through one phase and return its averaged weights."""
    torch.manual_seed(config.seed + number)
    rng = torch.Generator().manual_seed(config.seed + number)
    sampler = LabelsByRecords(
        pictures, config.labels_per_batch, config.records_per_label, config.drawn_share, config.seed + number
    )
    average = AveragedModel(model, avg_fn=_moving_average(config.average_decay), use_buffers=True)
    model.freeze_blocks(phase.frozen_blocks)
    optimizer = _optimizer(model, proxies, phase, config)
    steps = max(2, phase.pictures // config.batch)
    schedule = OneCycleLR(
        optimizer,
        max_lr=[group["lr"] for group in optimizer.param_groups],
        total_steps=steps,
        pct_start=0.05,
        final_div_factor=100,
    )
    mine = MINERS[phase.miner]
    started = time.perf_counter()
    batches = _batches(steps, pictures, sampler, phase, rng)
    # Only some concepts have drawings. If a drawing were told from the others too, its very style would
    # come to mean "none of those", and a drawing of anything new could never find it.
    drawn_C = torch.zeros(len(sampler.concepts), dtype=torch.bool)
    drawn_C[sampler.drawn_ids] = True
    for step, (rows_B, images_B1HW, labels_B, free_B) in enumerate(
        tqdm(batches, total=steps, desc=phase.name, disable=not progress, mininterval=10)
    ):
        features_BF = model.features(images_B1HW)
        embeddings_BD = model.embed(features_BF)
        similarity_BB = embeddings_BD @ embeddings_BD.T
        told_apart_BC = drawn_C | ~free_B[:, None]
        told_apart_BB = told_apart_BC[:, labels_B]
        comparable_BB = told_apart_BB & told_apart_BB.T
        triplets = mine(similarity_BB.detach(), labels_B, config.margin, comparable_BB)
        triplet, active = triplet_loss(similarity_BB, triplets, config.margin)
        proxy = (
            proxies(embeddings_BD, labels_B, told_apart_BC)
            if config.proxy_weight
            else similarity_BB.new_zeros(())
        )
        known = anchor(features_BF, rows_B) if anchor else similarity_BB.new_zeros(())
        loss = triplet + config.proxy_weight * proxy + config.anchor_weight * known
        if not torch.isfinite(loss):
            raise RuntimeError(
                f"the loss is {float(loss)} at step {step} of {phase.name}; lower the learning rate"
            )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
        schedule.step()
        average.update_parameters(model)

        if step % LOG_EVERY == 0 or step == steps - 1:
            event = {
                "phase": phase.name,
                "step": step,
                "of": steps,
                "triplet": round(float(triplet.detach()), 4),
                "proxy": round(float(proxy.detach()), 4),
                "anchor": round(float(known.detach()), 4),
                "active": round(active, 3),
                "seconds": round(time.perf_counter() - started, 1),
            }
            events.write(json.dumps(event) + "\n")
    return mixed_with_imagenet(average.module.state_dict(), config.backbone, phase.imagenet_share)
