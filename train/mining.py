"""Miners choose triplets from a batch; they return indices and know nothing of losses."""

from __future__ import annotations

import torch
from torch import Tensor

Triplets = tuple[Tensor, Tensor, Tensor]  # anchor, positive, negative: (T,) indices each


def _pairs(labels_B: Tensor, comparable_BB: Tensor | None) -> tuple[Tensor, Tensor]:
    """(B, B) bool masks of positives (the picture itself excluded) and negatives."""
    same = labels_B[:, None] == labels_B[None, :]
    positive = same & ~torch.eye(len(labels_B), dtype=torch.bool, device=labels_B.device)
    return positive, ~same if comparable_BB is None else ~same & comparable_BB


def semi_hard(
    similarity_BB: Tensor, labels_B: Tensor, margin: float, comparable_BB: Tensor | None = None
) -> Triplets:
    """For every anchor-positive pair the most similar negative that is still farther than the positive
    and inside the margin; pairs without one are left out.

    comparable_BB: bool, the pairs that may be a negative; None for all.

    Source: Schroff, Kalenichenko, Philbin, "FaceNet", CVPR 2015, in cosine form.
    """
    positive, negative = _pairs(labels_B, comparable_BB)
    anchors, positives = positive.nonzero(as_tuple=True)
    to_positive = similarity_BB[anchors, positives][:, None]
    to_all = similarity_BB[anchors]
    allowed = negative[anchors] & (to_all < to_positive) & (to_all > to_positive - margin)
    closest, negatives = to_all.masked_fill(~allowed, -2.0).max(dim=1)
    found = closest > -2.0
    return anchors[found], positives[found], negatives[found]


def batch_hard(
    similarity_BB: Tensor, labels_B: Tensor, margin: float, comparable_BB: Tensor | None = None
) -> Triplets:
    """For every anchor its least similar positive and its most similar negative.

    margin is not used; it keeps one signature for all miners. comparable_BB: as of semi_hard.
    Source: Hermans, Beyer, Leibe, "In Defense of the Triplet Loss", 2017.
    """
    positive, negative = _pairs(labels_B, comparable_BB)
    usable = positive.any(dim=1) & negative.any(dim=1)
    anchors = usable.nonzero(as_tuple=True)[0]
    positives = similarity_BB.masked_fill(~positive, 2.0).argmin(dim=1)[anchors]
    negatives = similarity_BB.masked_fill(~negative, -2.0).argmax(dim=1)[anchors]
    return anchors, positives, negatives


MINERS = {"semi-hard": semi_hard, "batch-hard": batch_hard}
