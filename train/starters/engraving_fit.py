"""What the engravings starter's encoder learns from, and the classes a run keeps out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from train.config import TrainConfig
from train.engravings_protocol import left_out_concepts
from train.pictures import Pictures
from train.starters.engraving_pictures import load_pictures, summary


def engraving_pictures(
    config: TrainConfig, leave_out: str | None, root: Path, cache: Path
) -> tuple[TrainConfig, Pictures, None]:
    """The run with what it leaves out, its pictures, and no validation: its classes are asked afterwards.

    leave_out: a split whose classes are not drawn, "nothing", or None for the gate.
    """
    if leave_out != "nothing":
        config = replace(config, leave_out=left_out_concepts(root, leave_out or "gate"))
    pictures = load_pictures(root, config.picture_size, cache)
    print(summary(pictures))
    return config, pictures, None
