"""Miners choose triplets from a batch; they return indices and know nothing of losses.

All share one signature. labels_B: (B,) label ids, or (B, B) bool, True where two pictures count as the same
thing (share a tag). rng: for those that draw.
"""

from __future__ import annotations

import torch
from torch import Generator, Tensor

Triplets = tuple[Tensor, Tensor, Tensor]  # anchor, positive, negative: (T,) indices each


def alike(labels_B: Tensor) -> Tensor:
    """(B, B) bool: which pictures count as the same thing, each with itself too."""
    return labels_B if labels_B.dim() == 2 else labels_B[:, None] == labels_B[None, :]


def _pairs(labels_B: Tensor, comparable_BB: Tensor | None) -> tuple[Tensor, Tensor]:
    """(B, B) bool masks of positives (the picture itself excluded) and negatives."""
    same = alike(labels_B)
    positive = same & ~torch.eye(len(same), dtype=torch.bool, device=same.device)
    return positive, ~same if comparable_BB is None else ~same & comparable_BB


def _every_pair(labels_B: Tensor, comparable_BB: Tensor | None) -> tuple[Tensor, Tensor, Tensor]:
    """(T,) anchors and (T,) positives of every pair whose anchor has a negative, and the (B, B) negatives."""
    positive, negative = _pairs(labels_B, comparable_BB)
    anchors, positives = (positive & negative.any(dim=1, keepdim=True)).nonzero(as_tuple=True)
    return anchors, positives, negative


def random_negatives(
    similarity_BB: Tensor,
    labels_B: Tensor,
    margin: float,
    comparable_BB: Tensor | None = None,
    rng: Generator | None = None,
) -> Triplets:
    """For every anchor-positive pair one negative, any of them with the same chance.

    rng: on the device of the similarities; None draws from torch's own. margin: not used. comparable_BB: as
    of semi_hard.
    """
    anchors, positives, negative = _every_pair(labels_B, comparable_BB)
    if not len(anchors):
        return anchors, positives, anchors
    chances = negative[anchors].to(torch.float32)
    return anchors, positives, torch.multinomial(chances, 1, generator=rng).squeeze(1)


def hard(
    similarity_BB: Tensor,
    labels_B: Tensor,
    margin: float,
    comparable_BB: Tensor | None = None,
    rng: Generator | None = None,
) -> Triplets:
    """For every anchor-positive pair the most similar negative. margin: not used; as of semi_hard else."""
    anchors, positives, negative = _every_pair(labels_B, comparable_BB)
    negatives = similarity_BB.masked_fill(~negative, -2.0).argmax(dim=1)
    return anchors, positives, negatives[anchors]


def semi_hard(
    similarity_BB: Tensor,
    labels_B: Tensor,
    margin: float,
    comparable_BB: Tensor | None = None,
    rng: Generator | None = None,
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
    similarity_BB: Tensor,
    labels_B: Tensor,
    margin: float,
    comparable_BB: Tensor | None = None,
    rng: Generator | None = None,
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


MINERS = {"random": random_negatives, "hard": hard, "semi-hard": semi_hard, "batch-hard": batch_hard}
