"""Losses score what the miners chose."""

from __future__ import annotations

import torch
from torch import Tensor, nn
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


class ProxySoftmax(nn.Module):
    """Normalised softmax: one learnt unit proxy per concept, cosine logits times a scale.

    Source: Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning", BMVC 2019.
    """

    def __init__(self, concepts: int, dim: int, scale: float) -> None:
        super().__init__()
        self.proxies = nn.Parameter(F.normalize(torch.randn(concepts, dim), dim=1))
        self.scale = scale

    def forward(
        self, embeddings_BD: Tensor, label_ids_B: Tensor, comparable_BC: Tensor | None = None
    ) -> Tensor:
        """Mean cross-entropy. comparable_BC: bool, the concepts each picture may be told from; None for all.
        A picture's own concept has to be among them."""
        logits = self.scale * embeddings_BD @ F.normalize(self.proxies, dim=1).T
        if comparable_BC is not None:
            logits = logits.masked_fill(~comparable_BC, -4.0 * self.scale)
        return F.cross_entropy(logits, label_ids_B)
