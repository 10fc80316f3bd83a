"""One phase of a training: what learns, by which steps, and the best weights so far."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import torch
from torch import Generator, nn
from torch.optim.lr_scheduler import OneCycleLR
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from train import checkpoint
from train.batches import VIEWS, Batches, ahead, augmented_activations, held_activations
from train.config import Phase, TrainConfig
from train.distributed import Ranks, agreed, average_gradients, gathered
from train.health import Watch
from train.model import EmbeddingModel
from train.objective import Objective
from train.pictures import Pictures
from train.start import mixed_with_imagenet
from train.stopping import Stop, never
from train.validation import Judge

LOG_EVERY = 20  # steps, at most
LOGGED = 40  # times, at least, where a phase has so many steps
SAVE_EVERY = 200  # steps; a killed run loses no more
CHECKS = 8  # validations of a phase that counts pictures, not epochs


def moving_average(decay: float):
    """Exponential moving average that forgets where the phase began: short at first, `decay` later on."""

    def average(kept: torch.Tensor, current: torch.Tensor, count: torch.Tensor) -> torch.Tensor:
        weight = 1.0 - min(decay, (1.0 + float(count)) / (10.0 + float(count)))
        return torch.lerp(kept, current, weight) if kept.is_floating_point() else current

    return average


class PhaseTraining:
    """One phase under way: its optimizer, its schedule, the best weights so far."""

    def __init__(
        self,
        phase: Phase,
        number: int,
        config: TrainConfig,
        pictures: Pictures,
        validation: Pictures | None,
        model: EmbeddingModel,
        objective: Objective,
        ranks: Ranks,
        events: TextIO | None = None,
    ) -> None:
        self.started, self.spent = time.perf_counter(), 0.0
        self.phase, self.number, self.config, self.ranks = phase, number, config, ranks
        self.events = events
        self.model, self.objective = model, objective
        torch.manual_seed(config.seed + number)
        model.let_learn(phase.learns, phase.frozen_blocks)
        self.batches = Batches(pictures, config, phase, number)
        self.labels = ranks.part_of(config.labels_per_batch)
        self.held = None
        if phase.learns != "all":
            views = VIEWS if config.flips else 1
            self.held = held_activations(
                model, pictures, config.size_of(phase), ranks.device, views, self._prepared
            )
            if config.views:
                more = augmented_activations(model, pictures, config, phase, number, ranks.device)
                self.held = torch.cat([self.held, more])
        judge = (
            Judge(validation, model, config.size_of(phase), ranks.device) if validation is not None else None
        )
        self.judge = judge or None
        shown = len(pictures) * (1 if self.held is None else 1 + config.views)
        each_epoch = max(1, -(-shown // config.batch))
        self.steps = max(2, phase.epochs * each_epoch or phase.pictures // config.batch)
        self.check_every = each_epoch if phase.epochs else max(1, self.steps // CHECKS)
        self.log_every = min(LOG_EVERY, max(1, self.steps // LOGGED))
        self.optimizer, self.schedule = self._optimizer()
        self.average = None
        if config.average_decay:
            self.average = AveragedModel(model, avg_fn=moving_average(config.average_decay), use_buffers=True)
        self.watch = Watch(config.margin)
        self.step, self.stale, self.best = 0, 0, -1.0
        self.best_weights: dict[str, torch.Tensor] | None = None

    def _optimizer(self):
        config, phase = self.config, self.phase
        groups = [
            (self.model.backbone, phase.learning_rate, config.weight_decay),
            (self.model.head, phase.learning_rate * config.head_factor, config.weight_decay),
            (self.objective.proxies, config.proxy_rate, 0.0),
            (self.objective.comparison, phase.learning_rate * config.head_factor, 0.0),
        ]
        chosen = []
        for module, rate, decay in groups:
            weights = [weight for weight in module.parameters() if weight.requires_grad] if module else []
            if weights:
                chosen.append({"params": weights, "lr": rate, "weight_decay": decay})
        if not chosen:
            raise ValueError(
                f"phase {phase.name!r} lets nothing learn; wanted: a head (dim) or 'end' or 'all'"
            )
        self.learning = [weight for group in chosen for weight in group["params"]]
        optimizer = torch.optim.AdamW(chosen, fused=True)
        schedule = OneCycleLR(
            optimizer,
            max_lr=[group["lr"] for group in chosen],
            total_steps=self.steps,
            pct_start=0.05,
            final_div_factor=100,
        )
        return optimizer, schedule

    def run(self, run: Path, progress: bool, stop: Stop = never) -> None:
        """Train to the end of the phase, or until validation stops getting better or `stop` says so, and
        leave the model with the phase's best weights."""
        if (run / "last.pt").exists():
            self._restore(checkpoint.load(run / "last.pt"))
        elif self.judge:
            self._check()  # what it begins with may be the best there is
        steps = ahead(self._made, self.step, self.steps)
        bar = tqdm(
            steps,
            desc=self.phase.name,
            initial=self.step,
            total=self.steps,
            disable=not (progress and self.ranks.leads),
            mininterval=10,
        )
        for rows_B, made in bar:
            parts = self._learn(rows_B, made)
            self.step += 1
            stopped = self.step < self.steps and stop()
            ends = stopped or self.step == self.steps
            if (self.step - 1) % self.log_every == 0 or ends:
                told = {name: round(value, 4) for name, value in parts.items()}
                self._tell(step=self.step - 1, of=self.steps, **told, seconds=round(self._seconds(), 1))
            if (
                self.events
                and ((self.step - 1) % LOG_EVERY == 0 or ends)
                and (said := self.watch.sees(parts))
            ):
                tqdm.write(f"warning: {said}")
                self._tell(warning=said)
            if stopped:
                self._tell(step=self.step, of=self.steps, stopped=True)
            if self.judge and (self.step % self.check_every == 0 or ends):
                self._check()
                if agreed(0 < self.config.patience <= self.stale, self.ranks):
                    break
            if stopped:
                break
            if self.ranks.leads and self.step % SAVE_EVERY == 0 and not ends:
                checkpoint.save(self._state(), run / "last.pt")
        steps.close()
        kept = self.best_weights or checkpoint.weights_of(self._learnt())
        self.model.load_state_dict(mixed_with_imagenet(kept, self.config, self.phase.imagenet_share))

    def _made(self, step: int):
        rows_B = self.batches.rows(step)
        if self.held is None:
            return rows_B, self.batches.images(step, self.labels)
        each = self.config.records_per_label
        mine = rows_B[self.labels.start * each : self.labels.stop * each]
        return rows_B, self.held[self.batches.views(step, self.labels), mine].float()

    def _learn(self, rows_B: np.ndarray, made: torch.Tensor) -> dict[str, float]:
        """One step on the whole batch; this process embeds its part of it."""
        device = self.ranks.device
        self.model.train()
        with torch.autocast(device.type, torch.bfloat16, enabled=device.type == "cuda"):
            made = made.to(device, non_blocking=True)
            features_bF = self.model.features(made) if self.held is None else self.model.rest(made)
            embeddings_bD = self.model.embed(features_bF)
        embeddings_BD = gathered(embeddings_bD.float(), self.ranks)
        features_BF = gathered(features_bF.float(), self.ranks)
        rng = Generator(device).manual_seed(self.config.seed + self.step)
        blend = self.batches.blend(self.step) if self.held is None else None
        loss, parts = self.objective(features_BF, embeddings_BD, rows_B, self.phase, rng, blend)
        if not torch.isfinite(loss):
            raise RuntimeError(
                f"the loss is {loss.item()} at step {self.step} of {self.phase.name}; lower the learning rate"
            )
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        average_gradients(self.learning, self.ranks)
        nn.utils.clip_grad_norm_(self.learning, 5.0)
        self.optimizer.step()
        self.schedule.step()
        if self.average is not None:
            self.average.update_parameters(self.model)
        return parts

    def _tell(self, **told: Any) -> None:
        """A line of the run's events."""
        if self.events:
            self.events.write(json.dumps({"phase": self.phase.name} | told) + "\n")

    def _prepared(self, count: int, of: int) -> None:
        """So many activations of the held stages are there, of the pictures and their mirror images."""
        self._tell(prepared=count, pictures=of, seconds=round(self._seconds(), 1))

    def _seconds(self) -> float:
        """Spent on the phase so far, before a kill too."""
        return self.spent + time.perf_counter() - self.started

    def _learnt(self) -> EmbeddingModel:
        return self.average.module if self.average is not None and self.step else self.model

    def _check(self) -> None:
        figures = self.judge(self._learnt())
        better = figures["mAP"] > self.best
        self.stale = 0 if better else self.stale + 1
        if better:
            self.best, self.best_weights = figures["mAP"], checkpoint.weights_of(self._learnt())
        self._tell(step=self.step, of=self.steps, validation=figures)

    def _state(self) -> dict[str, Any]:
        return {
            "phase": self.number,
            "model": checkpoint.weights_of(self.model),
            "objective": self.objective.learnt(),
            "average": None if self.average is None else checkpoint.weights_of(self.average),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "step": self.step,
            "seconds": self._seconds(),
            "stale": self.stale,
            "best": self.best,
            "best_weights": self.best_weights,
        }

    def _restore(self, state: dict[str, Any]) -> None:
        if state["phase"] != self.number:
            return
        self.model.load_state_dict(state["model"])
        self.objective.load_state_dict(state["objective"], strict=False)
        if self.average is not None:
            self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.spent = state["seconds"]
        self.step, self.stale, self.best = state["step"], state["stale"], state["best"]
        self.best_weights = state["best_weights"]
