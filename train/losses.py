"""Losses score what the miners chose."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from train.mining import Triplets


def triplet_loss(similarity_BB: Tensor, triplets: Triplets, margin: float) -> tuple[Tensor, float]:
    """Mean hinge of margin + sim(a, n) - sim(a, p) over the triplets, and the share that is active.

    An empty set gives a zero that still has a gradient path, so that a step never breaks.
    """
    anchors, positives, negatives = triplets
    if not len(anchors):
        return similarity_BB.sum() * 0.0, 0.0
    gap = margin + similarity_BB[anchors, negatives] - similarity_BB[anchors, positives]
    return F.relu(gap).mean(), float((gap > 0).float().mean())


def contrast_loss(
    similarity_BB: Tensor, label_ids_B: Tensor, temperature: float, comparable_BB: Tensor
) -> Tensor:
    """Supervised contrast: mean over the pictures of -log of the share that each of their positives has
    among all others of the batch. A picture without a positive counts as zero.

    comparable_BB: bool, which pictures may be told from which.
    Source: Khosla et al., "Supervised Contrastive Learning", NeurIPS 2020, equation 2.
    """
    itself_BB = torch.eye(len(label_ids_B), dtype=torch.bool)
    log_share_BB = (similarity_BB / temperature).masked_fill(itself_BB | ~comparable_BB, -1e9).log_softmax(1)
    positive_BB = (label_ids_B[:, None] == label_ids_B) & ~itself_BB
    return -((log_share_BB * positive_BB).sum(1) / positive_BB.sum(1).clamp(min=1)).mean()
