"""The one home of every training number: frozen dataclasses that the command line is built from.

No torch here: the page reads these defaults too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

MinerName = Literal["semi-hard", "batch-hard"]
MINERS: tuple[str, ...] = get_args(MinerName)


@dataclass(frozen=True)
class Phase:
    """A stretch of training. pictures: how many are shown. size: pixels a side it learns from; 96 take
    little more than half the time of 128. frozen_blocks: leading backbone stages that stay as they are (0:
    the whole network learns). learning_rate: peak of the one-cycle schedule for the backbone; the head's is
    `head_factor` times it. strength: of the simulated hand's geometry."""

    name: str
    miner: MinerName
    pictures: int
    size: int
    learning_rate: float
    frozen_blocks: int = 0
    strength: float = 1.0

    def __post_init__(self) -> None:
        if self.miner not in MINERS:
            raise ValueError(f"miner is {self.miner!r}; wanted: one of {', '.join(MINERS)}")
        in_range = self.pictures >= 1 and self.size >= 32 and self.learning_rate > 0 and self.strength >= 0
        if not in_range or not 0 <= self.frozen_blocks <= 7:
            raise ValueError(
                f"phase {self.name!r}: pictures, size, learning rate, strength or frozen blocks out of range"
            )


@dataclass(frozen=True)
class TrainConfig:
    """A whole run. ink_size, serve_size: pixels a side of the pictures kept in memory and of those the
    network is served with: at the size it learnt from last it finds most. labels_per_batch x
    records_per_label is the batch. contrast_weight, temperature: of the supervised contrast beside the
    triplets; 0 is triplets alone. anchor_weight: share of the cross-entropy to what the untrained backbone
    sees in photos (train/semantics.py). leave_out: concepts whose free-hand drawings, doodles and photos
    are never shown. before: folder of a finished run to begin with, instead of ImageNet's weights."""

    backbone: str = "tf_efficientnet_lite0"
    dim: int = 256
    ink_size: int = 160
    serve_size: int = 128
    labels_per_batch: int = 32
    records_per_label: int = 2
    drawn_share: float = 0.75
    margin: float = 0.2
    contrast_weight: float = 1.0
    temperature: float = 0.1
    anchor_weight: float = 0.5
    head_factor: float = 3.0
    weight_decay: float = 0.02
    average_decay: float = 0.998
    seed: int = 0
    before: str = ""
    leave_out: tuple[str, ...] = ()
    phases: tuple[Phase, ...] = field(
        default=(
            Phase("semi-hard", "semi-hard", 200_000, 96, 4e-4, strength=0.6),
            Phase("batch-hard", "batch-hard", 60_000, 128, 2e-4, strength=0.6),
        )
    )

    @property
    def batch(self) -> int:
        return self.labels_per_batch * self.records_per_label


# After a run that left drawings out: the same network, on all of them.
FINISH = (Phase("finish", "batch-hard", 64_000, 128, 2e-4, strength=0.6),)
