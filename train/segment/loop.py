"""The training of a segmenter, top to bottom; killed at any step, it goes on as if it had not been."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from retrieval.segmentation import mask_of, prepared
from train import checkpoint
from train.batches import ahead
from train.beside import write_file
from train.loop import keep_memory
from train.phase import moving_average
from train.segment import metrics
from train.segment.augment import another
from train.segment.config import SegmenterConfig, from_json, to_json
from train.segment.data import Frame
from train.segment.losses import segmentation_loss
from train.segment.networks import Normalised, build

LOG_EVERY = 20  # steps
SAVE_EVERY = 100  # steps; a killed run loses no more
BEST, LAST = "best.pt", "last.pt"
WARM_UP = 0.05  # share of the run
FIRST, FINAL = 0.04, 0.004  # of the peak learning rate


def fit_segmenter(
    frames: Sequence[Frame],
    config: SegmenterConfig,
    run: Path,
    validation: Sequence[Frame] = (),
    progress: bool = True,
) -> Normalised:
    """Train on `frames` and return the best network.

    validation: frames kept out of training, to keep the best weights by and to end early; without them the
    last weights are kept. run: a folder; gets config.json, events.jsonl (a line every 20 steps and for every
    validation), best.pt, and last.pt, from which a killed run goes on. Raises RuntimeError when the loss is
    no number any more, ValueError for a folder that holds another run or no frames at all.
    """
    if not frames:
        raise ValueError("there is no frame to train on; wanted: photos with masks in Cityscapes' layout")
    keep_memory()
    run.mkdir(parents=True, exist_ok=True)
    if any(run.glob("*.pt")) and load_config(run) != config:
        raise ValueError(f"{run} holds a run with other numbers; give another folder with --run")
    write_file(run / "config.json", json.dumps(to_json(config), indent=1).encode())
    training = SegmenterTraining(frames, config, validation)
    if (run / LAST).exists():
        training.restore(checkpoint.load(run / LAST))
    with (run / "events.jsonl").open("a", buffering=1) as events:
        training.run(run, events, progress)
    model = build(config, pretrained=False)
    model.load_state_dict(checkpoint.load(run / BEST)["model"])
    return model.eval()


def load_config(run: Path) -> SegmenterConfig:
    """Raises RuntimeError for a folder without a segmenter's run."""
    try:
        return from_json(json.loads((run / "config.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise RuntimeError(
            f"{run} holds no run; make one with: python -m train fit-segmenter --run {run}"
        ) from None


def load_segmenter(run: Path) -> tuple[Normalised, SegmenterConfig]:
    """The best network of a finished run, and its config. Raises RuntimeError for an unfinished one."""
    config = load_config(run)
    if not (run / LAST).exists() or not checkpoint.load(run / LAST)["finished"]:
        raise RuntimeError(
            f"{run} is not finished; wait for it, or go on with: python -m train fit-segmenter --run {run}"
        )
    model = build(config, pretrained=False)
    model.load_state_dict(checkpoint.load(run / BEST)["model"])
    return model.eval(), config


def begun(config: SegmenterConfig) -> Normalised:
    """The network as the run finds it. Raises ValueError for a run before it of another network, RuntimeError
    for one that is not finished."""
    if not config.before:
        return build(config)
    before, its_config = load_segmenter(Path(config.before))
    if (its_config.network, its_config.channels) != (config.network, config.channels):
        raise ValueError(
            f"{config.before} holds {its_config.network}; wanted: {config.network} with as many channels"
        )
    return before


class SegmenterTraining:
    """A run under way: its network, its optimizer, where it is."""

    def __init__(
        self, frames: Sequence[Frame], config: SegmenterConfig, validation: Sequence[Frame] = ()
    ) -> None:
        self.config, self.frames, self.validation = config, frames, validation
        torch.manual_seed(config.seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.model = begun(config).to(self.device, memory_format=torch.channels_last)
        self.before = checkpoint.weights_of(self.model) if config.before_share else {}
        self.optimizer = self._optimizer()
        self.average = None
        if config.average_decay:
            self.average = AveragedModel(
                self.model, avg_fn=moving_average(config.average_decay), use_buffers=True
            )
        self.steps = max(2, config.epochs * len(frames) // config.batch)
        self.started, self.spent = time.perf_counter(), 0.0
        self.step, self.checked, self.stale, self.best = 0, 0, 0, -1.0
        self.finished = False

    def _optimizer(self) -> torch.optim.Optimizer:
        config = self.config
        encoder = {id(weight) for weight in getattr(self.model, "encoder", nn.Module()).parameters()}
        groups = []
        for pretrained in (True, False):
            factor = config.encoder_factor if pretrained and config.imagenet else 1.0
            for decays in (True, False):  # neither biases nor BatchNorm
                weights = [
                    weight
                    for weight in self.model.parameters()
                    if (id(weight) in encoder) == pretrained and (weight.ndim > 1) == decays
                ]
                decay = config.weight_decay if decays else 0.0
                rate = config.learning_rate * factor
                if weights:
                    groups.append({"params": weights, "lr": rate, "peak": rate, "weight_decay": decay})
        return torch.optim.AdamW(groups, fused=True)

    def run(self, run: Path, events: TextIO, progress: bool) -> None:
        """Train to the end, or until validation stops getting better."""
        if self.finished:
            return
        steps = ahead(self._made, self.step, self.steps)
        bar = tqdm(
            steps, desc=self.config.network, initial=self.step, total=self.steps, disable=not progress,
            mininterval=10,
        )  # fmt: skip
        parts: list[dict[str, float]] = []
        for images_BCHW, truth_BHW in bar:
            parts.append(self._learn(images_BCHW, truth_BHW))
            self.step += 1
            ends = self.step == self.steps or self.progress() >= 1.0
            if self.step % LOG_EVERY == 0 or ends:
                means = {name: round(float(np.mean([one[name] for one in parts])), 4) for name in parts[0]}
                bar.set_postfix(loss=f"{means['loss']:.3f}", mIoU=f"{max(self.best, 0):.3f}", refresh=False)
                self._tell(events, means | {"learning rate": self.optimizer.param_groups[-1]["lr"]})
                parts.clear()
            due = math.floor(self.progress() * self.config.checks) > self.checked
            if due or ends:
                self._check(run, events)
                ends = ends or 0 < self.config.patience <= self.stale
            if due or ends or self.step % SAVE_EVERY == 0:
                self.finished = ends
                checkpoint.save(self._state(), run / LAST)
            if ends:
                break
        steps.close()

    def progress(self) -> float:
        """How much of the run is over, 0 to 1: of its steps or of its minutes, whichever is more."""
        of_time = self._seconds() / (60 * self.config.minutes) if self.config.minutes else 0.0
        return min(1.0, max(self.step / self.steps, of_time))

    def rows(self, step: int) -> np.ndarray:
        """(B,) frames of a step: all of them in a new order for each epoch, whole batches throughout."""
        count, batch = len(self.frames), self.config.batch
        places = np.arange(step * batch, (step + 1) * batch)
        orders = {
            int(epoch): np.random.default_rng((self.config.seed, int(epoch))).permutation(count)
            for epoch in np.unique(places // count)
        }
        return np.array([orders[int(place // count)][place % count] for place in places])

    def _made(self, step: int) -> tuple[Tensor, Tensor]:
        """((B, 3, h, w) uint8, (B, h, w) int64): the step's crops; the same whenever they are made."""
        images, masks = [], []
        for place, row in enumerate(self.rows(step)):
            rng = np.random.default_rng((self.config.seed, step, place))
            image_CHW, mask_HW = another(*self.frames[row].open(), self.config, rng)
            images.append(image_CHW)
            masks.append(mask_HW)
        return torch.from_numpy(np.stack(images)), torch.from_numpy(np.stack(masks).astype(np.int64))

    def _learn(self, images_BCHW: Tensor, truth_BHW: Tensor) -> dict[str, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * one_cycle(self.progress())
        self.model.train()
        images_BCHW = images_BCHW.to(self.device).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.device.type == "cuda"):
            logits_BChw = self.model(images_BCHW)
        loss, parts = segmentation_loss(logits_BChw, truth_BHW.to(self.device), self.config)
        if not torch.isfinite(loss):
            raise RuntimeError(f"the loss is {loss.item()} at step {self.step}; lower the learning rate")
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimizer.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return parts

    def _learnt(self) -> nn.Module:
        """What is judged and kept: of the run before it, as much as it says."""
        learnt = self.average.module if self.average is not None else self.model
        if not self.before:
            return learnt
        mixed = copy.deepcopy(learnt)
        weights = checkpoint.weights_of(learnt)
        mixed.load_state_dict(checkpoint.mixed(weights, self.before, self.config.before_share))
        return mixed

    def _check(self, run: Path, events: TextIO) -> None:
        """Look at the validation frames and keep the weights if they are the best; without any, always."""
        learnt = self._learnt()
        figures = judged(learnt, self.validation, self.config) if self.validation else {}
        self.checked = math.floor(self.progress() * self.config.checks)
        better = not figures or figures["mIoU"] > self.best
        self.stale = 0 if better else self.stale + 1
        if better:
            self.best = figures.get("mIoU", self.best)
            state = {"model": checkpoint.weights_of(learnt), "step": self.step, "validation": figures}
            checkpoint.save(state, run / BEST)
        if figures:
            self._tell(events, {"validation": figures})

    def _tell(self, events: TextIO, what: dict[str, Any]) -> None:
        event = {"phase": self.config.network, "step": self.step, "of": self.steps}
        event |= what | {"seconds": round(self._seconds(), 1)}
        events.write(json.dumps(event) + "\n")

    def _seconds(self) -> float:
        """Spent so far, before a kill too."""
        return self.spent + time.perf_counter() - self.started

    def _state(self) -> dict[str, Any]:
        return {
            "model": checkpoint.weights_of(self.model),
            "average": None if self.average is None else checkpoint.weights_of(self.average),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self._seconds(),
            "checked": self.checked,
            "stale": self.stale,
            "best": self.best,
            "finished": self.finished,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.model.load_state_dict(state["model"])
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.spent, self.started = state["seconds"], time.perf_counter()
        self.step, self.checked, self.stale = state["step"], state["checked"], state["stale"]
        self.best, self.finished = state["best"], state["finished"]


def one_cycle(progress: float) -> float:
    """Share of the peak learning rate: up in a line, down in half a cosine.

    progress: 0 to 1 of the run, so that a run bounded by minutes comes down in time. Source: Smith and Topin,
    "Super-Convergence", 2018, without the cycle of the momentum."""
    if progress < WARM_UP:
        return FIRST + (1.0 - FIRST) * progress / WARM_UP
    down = (progress - WARM_UP) / (1.0 - WARM_UP)
    return FINAL + (1.0 - FINAL) * (1.0 + math.cos(math.pi * down)) / 2


@torch.no_grad()
def judged(model: nn.Module, frames: Sequence[Frame], config: SegmenterConfig) -> dict[str, float]:
    """Loss and mIoU of whole photos, each at its own size, as they are served but by torch."""
    model.eval()
    device = next(model.parameters()).device
    confusion_CC, losses = 0, []
    for frame in frames:
        image, mask_HW = frame.open()
        pixels_HWC = np.asarray(prepared(image, config.height, config.width))
        images = torch.from_numpy(pixels_HWC.transpose(2, 0, 1)[np.newaxis].copy()).to(device)
        logits_BChw = model(images.contiguous(memory_format=torch.channels_last)).float().cpu()
        truth_BHW = torch.from_numpy(mask_HW.astype(np.int64))[None]
        losses.append(segmentation_loss(logits_BChw, truth_BHW, config)[1])
        confusion_CC = confusion_CC + metrics.confusion(mask_HW, mask_of(logits_BChw[0].numpy(), image.size))
    means = {name: round(float(np.mean([one[name] for one in losses])), 4) for name in losses[0]}
    mean = metrics.mean_over_categories(metrics.iou(confusion_CC))
    return means | {"mIoU": round(float(mean), 4)}
