"""The one home of every training number: frozen dataclasses that the command line is built from.

No torch here: the page reads these defaults too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

MinerName = Literal["semi-hard", "batch-hard"]
MINERS: tuple[str, ...] = get_args(MinerName)
# Which classes a figure of unseen classes asks: the gate's, or those that recipes are chosen by.
Split = Literal["gate", "validation"]
SPLITS: tuple[str, ...] = get_args(Split)


@dataclass(frozen=True)
class Phase:
    """A stretch of training. pictures: how many are shown. size: pixels a side it learns from; 96 take
    little more than half the time of 128. frozen_blocks: leading backbone stages that stay as they are (0:
    the whole network learns). learning_rate: peak of the one-cycle schedule for the backbone; the head's is
    `head_factor` times it. strength: of the simulated hand's geometry.
    imagenet_share: how much of ImageNet's weights is mixed back into the backbone in the end (Wortsman et
    al., "Robust Fine-Tuning of Zero-Shot Models", CVPR 2022): what was never drawn is found better."""

    name: str
    miner: MinerName
    pictures: int
    size: int
    learning_rate: float
    frozen_blocks: int = 0
    strength: float = 1.0
    imagenet_share: float = 0.0

    def __post_init__(self) -> None:
        if self.miner not in MINERS:
            raise ValueError(f"miner is {self.miner!r}; wanted: one of {', '.join(MINERS)}")
        if not 0.0 <= self.imagenet_share < 1.0 or self.strength < 0.0:
            raise ValueError(f"phase {self.name!r}: strength or ImageNet's share out of range")
        if self.pictures < 1 or self.size < 32 or self.learning_rate <= 0 or not 0 <= self.frozen_blocks <= 7:
            raise ValueError(
                f"phase {self.name!r}: pictures, size, learning rate or frozen blocks out of range"
            )


@dataclass(frozen=True)
class TrainConfig:
    """A whole run. ink_size, serve_size: pixels a side of the pictures kept in memory and of those the
    network is served with: at the size it learnt from last it finds most. labels_per_batch x
    records_per_label is the batch. proxy_weight: share of the normalised softmax over all concepts that
    steadies the triplets (Zhai & Wu, "Classification is a Strong Baseline for Deep Metric Learning",
    2019); 0 is triplets alone. proxy_rate: peak learning rate of the proxies, which are many and each
    seldom met. anchor_weight: share of the cross-entropy to what the untrained backbone sees in photos
    (train/semantics.py). leave_out: concepts whose free-hand drawings, doodles and photos are never
    shown. before: folder of a finished run to begin with, instead of ImageNet's weights."""

    backbone: str = "tf_efficientnet_lite0"
    dim: int = 256
    ink_size: int = 160
    serve_size: int = 128
    labels_per_batch: int = 16
    records_per_label: int = 4
    drawn_share: float = 0.6
    margin: float = 0.2
    proxy_weight: float = 1.0
    proxy_scale: float = 16.0
    proxy_rate: float = 5e-3
    anchor_weight: float = 0.5
    head_factor: float = 3.0
    weight_decay: float = 0.02
    average_decay: float = 0.998
    seed: int = 0
    before: str = ""
    leave_out: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = field(
        default=(
            Phase("semi-hard", "semi-hard", 160_000, 96, 4e-4, strength=0.6),
            Phase("batch-hard", "batch-hard", 120_000, 128, 2e-4, strength=0.6),
        )
    )

    @property
    def batch(self) -> int:
        return self.labels_per_batch * self.records_per_label


# After a run that left drawings out: the same network, on all of them.
FINISH = (Phase("finish", "batch-hard", 80_000, 128, 3e-4, strength=0.6),)
