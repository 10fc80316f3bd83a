"""Blends of pictures of two labels, for who has few pictures of each: none of them is seen twice.

Either one picture shows through the other, or a box of it is replaced by the other's. The loss is that of
both labels, each by its share of the picture. Sources: Zhang et al., "mixup: Beyond Empirical Risk
Minimization", ICLR 2018; Yun et al., "CutMix", ICCV 2019. torchvision's own pair each picture with the one
beside it in the batch, which here is of the same label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor

# Of the Beta distribution that shares are drawn from: most blends are mostly one picture.
ALPHA = 0.4


@dataclass(frozen=True)
class Blend:
    """How the pictures of one batch are blended.

    shift: how many labels further in the batch the other picture stands. share: of the picture itself, 0 to
    1. box: top, left, bottom, right of what the other fills, as shares of the side; None where it shows
    through."""

    shift: int
    share: float
    box: tuple[float, float, float, float] | None = None

    def others(self, rows_B: np.ndarray, records: int) -> np.ndarray:
        """(B,) the other picture's row of each, where a label has so many records side by side."""
        return np.roll(rows_B, -self.shift * records)

    def pictures(self, own_BCHW: Tensor, other_BCHW: Tensor) -> Tensor:
        """(B, C, H, W), of the same range as the two."""
        if self.box is None:
            return self.share * own_BCHW + (1.0 - self.share) * other_BCHW
        height, width = own_BCHW.shape[-2:]
        top, left, bottom, right = self.box
        rows = slice(round(top * height), round(bottom * height))
        columns = slice(round(left * width), round(right * width))
        blended = own_BCHW.clone()
        blended[..., rows, columns] = other_BCHW[..., rows, columns]
        return blended


def blend_of(probability: float, labels: int, seed: Sequence[int]) -> Blend | None:
    """The blend of a batch of so many labels, always the same for a seed; None for the batches that are left
    as they are."""
    rng = np.random.default_rng(seed)
    if rng.random() >= probability:
        return None
    shift, share = int(rng.integers(1, labels)), float(rng.beta(ALPHA, ALPHA))
    if rng.random() < 0.5:
        return Blend(shift, share)
    side = (1.0 - share) ** 0.5
    top, left = rng.random(2) * (1.0 - side)
    return Blend(shift, share, (float(top), float(left), float(top + side), float(left + side)))
