"""What a step learns from: P x K pictures, drawn, engraved or photographed anew; or what the held stages
made of them, computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from train.augment import simulate_drawing
from train.blending import Blend, blend_of
from train.config import Phase, TrainConfig
from train.model import EmbeddingModel
from train.photo_augment import photo_augmentation
from train.pictures import Pictures
from train.samplers import LabelsByRecords

Made = TypeVar("Made")
ENCODED_AT_ONCE = 32
# A held network sees every picture as it is and mirrored. More views (TrainConfig.views) cost as much as the
# first; they are for those who have few pictures.
VIEWS = 2


class Batches:
    """Batch `step` of a phase: always the same one, whatever was asked before and by which process.

    So a run that was killed goes on with the very batch it would have seen, and two processes make the two
    halves of what one would make alone.
    """

    def __init__(self, pictures: Pictures, config: TrainConfig, phase: Phase, number: int) -> None:
        """number: of the phase in the run; phases differ in what they draw."""
        self._pictures, self._config, self._phase = pictures, config, phase
        self._seed = (config.seed, number)
        self.sampler = LabelsByRecords(
            pictures,
            config.labels_per_batch,
            config.records_per_label,
            config.drawn_share,
            config.seed + number,
            config.tag_positives,
        )

    def rows(self, step: int) -> np.ndarray:
        """(P * K,) rows of the pictures, K of a label side by side."""
        return self.sampler.batch(step)

    def images(self, step: int, labels: range) -> Tensor:
        """(len(labels) * K, C, S, S) float32 in [0, 255]: the pictures of those labels, each made anew,
        and blended where this batch is."""
        blend = self.blend(step)
        others = [(label + blend.shift) % self._config.labels_per_batch for label in labels] if blend else []
        rows = self.rows(step)
        made = {label: self._made(rows, step, label) for label in {*labels, *others}}
        images = torch.cat([made[label] for label in labels])
        if blend:
            images = blend.pictures(images, torch.cat([made[label] for label in others]))
        return images.contiguous(memory_format=torch.channels_last)

    def blend(self, step: int) -> Blend | None:
        """How the pictures of that batch are blended, if they are."""
        labels = self._config.labels_per_batch
        return blend_of(self._config.blended, labels, (*self._seed, step, labels))

    def _made(self, rows: np.ndarray, step: int, label: int) -> Tensor:
        each, size = self._config.records_per_label, self._config.size_of(self._phase)
        seed = int(np.random.SeedSequence((*self._seed, step, label)).generate_state(1)[0])
        part = rows[label * each : (label + 1) * each]
        return made_anew(self._pictures, part, size, seed, self._phase.strength, self._config.flips)

    def views(self, step: int, labels: range) -> Tensor:
        """(len(labels) * K,) int64: which of its views each picture is taken in."""
        rng = np.random.default_rng((*self._seed, step))
        count = (VIEWS if self._config.flips else 1) + self._config.views
        views = rng.integers(0, count, self._config.batch)
        each = self._config.records_per_label
        return torch.from_numpy(views[labels.start * each : labels.stop * each])


def made_anew(
    pictures: Pictures, rows: np.ndarray, size: int, seed: int, strength: float, flips: bool = True
) -> Tensor:
    """(B, C, size, size) float32 in [0, 255]: each picture as another hand or camera would have it."""
    images = torch.from_numpy(pictures.images_NCHW[rows])
    photo_B = torch.from_numpy(pictures.domains[rows] == "photo")
    made = torch.empty(len(rows), images.shape[1], size, size)
    # Grey photos pass with the drawings, half of them engraved; colour ones have no ink.
    camera_B = photo_B if images.shape[1] == 3 else torch.zeros_like(photo_B)
    if camera_B.any():
        change = photo_augmentation(size, flips, strength)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            made[camera_B] = torch.stack([change(image) for image in images[camera_B]]).float()
    hand_B = ~camera_B
    if hand_B.any():
        rng = Generator().manual_seed(seed)
        ink_B1HW = 1.0 - images[hand_B][:, :1].float() / 255.0
        filled_B = torch.from_numpy(pictures.filled[rows])[hand_B]
        flips_B = None if flips else torch.zeros(int(hand_B.sum()), dtype=torch.bool)
        drawn = simulate_drawing(ink_B1HW, filled_B, size, rng, strength, photo_B[hand_B], flips_B=flips_B)
        made[hand_B] = ((1.0 - drawn) * 255.0).expand(-1, images.shape[1], -1, -1)
    return made


def as_they_are(images_NCHW: np.ndarray, size: int) -> Tensor:
    """(N, C, size, size) float32 in [0, 255], nothing changed but the size."""
    images = torch.from_numpy(images_NCHW).float()
    if images.shape[-1] != size:
        images = F.interpolate(images, (size, size), mode="bicubic", antialias=True).clamp_(0, 255)
    return images.contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def held_activations(
    model: EmbeddingModel,
    pictures: Pictures,
    size: int,
    device: torch.device,
    views: int,
    told: Callable[[int, int], None] = lambda count, of: None,
) -> Tensor:
    """(views, N, ...) float16 activations at the model's cut: of the pictures as they are, then mirrored.

    float16 halves the memory; what it rounds is far below what an augmentation changes. told: gets how many
    there are, of how many, after every batch.
    """
    model.eval()
    kept: list[Tensor] = []
    for view in range(views):
        parts = []
        for start in range(0, len(pictures), ENCODED_AT_ONCE):
            images = as_they_are(pictures.images_NCHW[start : start + ENCODED_AT_ONCE], size)
            parts.append(model.trunk((images.flip(3) if view else images).to(device)).half().cpu())
            told(view * len(pictures) + start + len(images), views * len(pictures))
        kept.append(torch.cat(parts))
    return torch.stack(kept)


@torch.no_grad()
def augmented_activations(
    model: EmbeddingModel,
    pictures: Pictures,
    config: TrainConfig,
    phase: Phase,
    number: int,
    device: torch.device,
) -> Tensor:
    """(config.views, N, ...) float16 activations at the model's cut, each of another augmentation of the
    pictures. number: of the phase."""
    model.eval()
    kept: list[Tensor] = []
    for view in range(config.views):
        parts = []
        for start in range(0, len(pictures), ENCODED_AT_ONCE):
            rows = np.arange(start, min(start + ENCODED_AT_ONCE, len(pictures)))
            seed = int(np.random.SeedSequence((config.seed, number, view, start)).generate_state(1)[0])
            images = made_anew(pictures, rows, config.size_of(phase), seed, phase.strength, config.flips)
            parts.append(model.trunk(images.to(device)).half().cpu())
        kept.append(torch.cat(parts))
    return torch.stack(kept)


def ahead(make: Callable[[int], Made], first: int, last: int) -> Iterator[Made]:
    """make(first), ..., make(last - 1), each made on a thread of its own while the one before is used."""
    with ThreadPoolExecutor(1, initializer=torch.set_num_threads, initargs=(1,)) as one:
        waiting = one.submit(make, first) if first < last else None
        for step in range(first, last):
            ready = waiting.result()
            if step + 1 < last:
                waiting = one.submit(make, step + 1)
            yield ready
