"""Losses score what the miners chose."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train.mining import Triplets


def triplet_loss(similarity_BB: Tensor, triplets: Triplets, margin: float) -> tuple[Tensor, Tensor]:
    """Mean hinge of margin + sim(a, n) - sim(a, p) over the triplets, and (T,) bool, which are active.

    An empty set gives a zero that still has a gradient path, so that a step never breaks.
    """
    anchors, positives, negatives = triplets
    if not len(anchors):
        return similarity_BB.sum() * 0.0, anchors.bool()
    gap = margin + similarity_BB[anchors, negatives] - similarity_BB[anchors, positives]
    return F.relu(gap).mean(), gap > 0


class ProxySoftmax(nn.Module):
    """Normalised softmax: one learnt unit proxy per label, cosine logits times a scale.

    Source: Zhai and Wu, "Classification is a Strong Baseline for Deep Metric Learning", BMVC 2019.
    """

    def __init__(self, labels: int, dim: int, scale: float) -> None:
        super().__init__()
        self.proxies = nn.Parameter(F.normalize(torch.randn(labels, dim), dim=1))
        self.scale = scale

    def forward(
        self, embeddings_BD: Tensor, label_ids_B: Tensor, comparable_BC: Tensor | None = None
    ) -> Tensor:
        """Mean cross-entropy. comparable_BC: bool, the labels each picture may be told from; None for all.
        A picture's own label has to be among them."""
        logits = self.scale * embeddings_BD @ F.normalize(self.proxies, dim=1).T
        if comparable_BC is not None:
            logits = logits.masked_fill(~comparable_BC, -4.0 * self.scale)
        return F.cross_entropy(logits, label_ids_B)


class Comparison(nn.Module):
    """How likely two embeddings show the same label, from a weighted distance between them.

    The head of a twin network: score = sigmoid(bias - sum over d of weight_d * |a_d - b_d|), weights at
    least 0. Source: Koch, Zemel, Salakhutdinov, "Siamese Neural Networks for One-shot Image Recognition",
    2015.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        # softplus(0.5) is about 1: at first all dimensions count alike.
        self.raw_D = nn.Parameter(torch.full((dim,), 0.5))
        self.bias = nn.Parameter(torch.tensor(float(dim) ** 0.5 * 0.8))

    @property
    def weights(self) -> Tensor:
        """(D,)"""
        return F.softplus(self.raw_D)

    def forward(self, embeddings_BD: Tensor) -> Tensor:
        """(B, B) logits of every picture with every other."""
        apart_BBD = (embeddings_BD[:, None] - embeddings_BD[None, :]).abs()
        return self.bias - apart_BBD @ self.weights


def pair_loss(logits_BB: Tensor, same_BB: Tensor, comparable_BB: Tensor) -> tuple[Tensor, float]:
    """Mean cross-entropy over pairs, those that match and those that do not weighing the same, and the share
    that is on the wrong side. same_BB, comparable_BB: bool; a picture with itself is no pair."""
    pair = ~torch.eye(len(same_BB), dtype=torch.bool, device=same_BB.device)
    parts, wrong = [], []
    for chosen, target in ((same_BB & pair, 1.0), (~same_BB & comparable_BB, 0.0)):
        if chosen.any():
            logits = logits_BB[chosen]
            parts.append(F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, target)))
            wrong.append(((logits > 0).float() != target).float().mean())
    if not parts:
        return logits_BB.sum() * 0.0, 0.0
    return torch.stack(parts).mean(), float(torch.stack(wrong).mean())
