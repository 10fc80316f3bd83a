"""How fast a training step is: ours against the plain loop, side by side; on a GPU also how long it waits.

    .venv/bin/python tests/benchmarks/train.py [--steps 12] [--size 128]

The plain loop is what a tutorial would have: contiguous tensors, float32, the next batch made between two
steps. Ours is the training's own (train/phase.py): channels_last, the batch made on a thread ahead of the
step, memory kept between steps, bf16 where there is a GPU. Both take turns, a few steps at a time, on the
same pictures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch

from train.batches import Batches, ahead
from train.config import Phase, TrainConfig
from train.distributed import join
from train.loop import keep_memory
from train.model import build
from train.objective import Objective
from train.phase import PhaseTraining
from train.pictures import Pictures, without_tags

LABELS, EACH = 16, 10


def pictures(size: int) -> Pictures:
    """Made-up drawings and photos of 16 labels: only their number and size matter here."""
    count = LABELS * EACH
    noise = np.random.default_rng(0).integers(0, 256, (count, 3, size, size), dtype=np.uint8)
    labels = np.repeat([f"label {label:02d}" for label in range(LABELS)], EACH)
    domains = np.tile(["drawing", "photo"], count // 2)
    return without_tags(noise, labels, np.array([str(row) for row in range(count)]), domains)


class Plain:
    """The loop without anything of ours: makes a batch, learns from it, and again."""

    def __init__(self, given: Pictures, config: TrainConfig, device: torch.device) -> None:
        self.model = build(config).to(device)
        self.objective = Objective(given, config, self.model.dim).to(device)
        self.batches = Batches(given, config, config.phases[0], 0)
        self.phase, self.device, self.step = config.phases[0], device, 0
        weights = [*self.model.parameters(), *self.objective.parameters()]
        self.optimizer = torch.optim.AdamW(weights, lr=1e-4)

    def run(self, steps: int) -> float:
        started = time.perf_counter()
        for _ in range(steps):
            rows_B = self.batches.rows(self.step)
            images = self.batches.images(self.step, range(LABELS)).contiguous().to(self.device)
            features = self.model.features(images)
            rng = torch.Generator(self.device).manual_seed(self.step)
            loss, _ = self.objective(features, self.model.embed(features), rows_B, self.phase, rng)
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            self.step += 1
        if self.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started


class Ours:
    """The training's own step, and how long it waited for pictures."""

    def __init__(self, given: Pictures, config: TrainConfig) -> None:
        self.ranks = join()
        model = build(config).to(self.ranks.device, memory_format=torch.channels_last)
        objective = Objective(given, config, model.dim).to(self.ranks.device)
        self.training = PhaseTraining(config.phases[0], 0, config, given, None, model, objective, self.ranks)
        self.waited = 0.0

    def run(self, steps: int) -> float:
        training, started = self.training, time.perf_counter()
        batches = ahead(training._made, training.step, training.step + steps)
        for _ in range(steps):
            asked = time.perf_counter()
            rows_B, made = next(batches)
            self.waited += time.perf_counter() - asked
            training._learn(rows_B, made)
            training.step += 1
        batches.close()
        if self.ranks.device.type == "cuda":
            torch.cuda.synchronize()
        return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=4, help="of each in a turn")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--size", type=int, default=128)
    options = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.2f}, {torch.get_num_threads()} threads")
    config = TrainConfig(
        preparation="colour",
        anchor_weight=0.0,
        phases=(Phase("all", "semi-hard", 128, 1e-4, pictures=10**6),),
    )
    config = replace(config, phases=(replace(config.phases[0], size=options.size),))
    given = pictures(160)
    plain = Plain(given, config, join().device)
    before = [plain.run(2)]  # the allocator as it is, as in a plain loop
    before = [plain.run(options.steps) for _ in range(options.turns)]
    keep_memory()
    ours = Ours(given, config)
    for side in (plain, ours):
        side.run(2)
    ours.waited = 0.0
    turns = [(plain.run(options.steps), ours.run(options.steps)) for _ in range(options.turns)]
    shown = options.steps * config.batch
    rates = [[shown / seconds for seconds in side] for side in zip(*turns, strict=True)]
    for name, values in (
        ("plain loop, its allocator as it comes", [shown / seconds for seconds in before]),
        ("plain loop, memory kept", rates[0]),
        ("ours", rates[1]),
    ):
        middle = statistics.median(values)
        print(f"{name}: {middle:.1f} pictures a second ({min(values):.1f} to {max(values):.1f})")
    together = sum(seconds for _, seconds in turns)
    print(f"ours against plain, taken in turns: {statistics.median(a / b for a, b in turns):.2f}x")
    print(f"waited for pictures: {ours.waited / together:.1%} of the time, on {ours.ranks.device.type}")
    print(f"load average {os.getloadavg()[0]:.2f} at the end")


if __name__ == "__main__":
    main()
