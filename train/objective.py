"""What a step is scored by: triplets or pairs, proxies that steady them, and what ImageNet saw."""

from __future__ import annotations

import numpy as np
import torch
from torch import Generator, Tensor, nn

from train.blending import Blend
from train.checkpoint import weights_of
from train.config import Phase, TrainConfig
from train.losses import Comparison, ProxySoftmax, pair_loss, triplet_loss
from train.mining import MINERS, alike
from train.pictures import Pictures
from train.semantics import ImageNetAnchor


class Objective(nn.Module):
    """The loss of a batch, and what it knows beside the network: proxies, a comparison, fixed targets.

    labels: sorted names. label_ids_N: of every picture.
    """

    def __init__(self, pictures: Pictures, config: TrainConfig, dim: int) -> None:
        super().__init__()
        self._config = config
        self.labels, self.label_ids_N = np.unique(pictures.labels, return_inverse=True)
        pairs = any(phase.miner == "pairs" for phase in config.phases)
        self.proxies = (
            ProxySoftmax(len(self.labels), dim, config.proxy_scale) if config.proxy_weight else None
        )
        self.comparison = Comparison(dim) if pairs else None
        self.anchor = ImageNetAnchor(config.backbone, pictures) if config.anchor_weight else None
        self._tags_NT = torch.from_numpy(pictures.tags_NT).float()
        # Only some labels have drawings. If a drawing were told from the others too, its very style would
        # come to mean "none of those", and a drawing of anything new could never find it.
        self._free_N = torch.from_numpy(pictures.domains != "art")
        drawn = np.isin(pictures.domains, ("drawing", "doodle"))
        self._drawn_C = torch.from_numpy(np.bincount(self.label_ids_N[drawn], minlength=len(self.labels)) > 0)
        if not drawn.any():
            self._drawn_C[:] = True

    def forward(
        self,
        features_BF: Tensor,
        embeddings_BD: Tensor,
        rows_B: np.ndarray,
        phase: Phase,
        rng: Generator,
        blend: Blend | None = None,
    ) -> tuple[Tensor, dict[str, float]]:
        """The loss of the whole batch, and its parts as numbers.

        rows_B: the rows in the pictures, of the whole batch, however many processes embedded it. blend: of
        the pictures, if they are blended; no triplet is made of such, for they have two labels.
        """
        if blend:
            return self._of_blends(features_BF, embeddings_BD, rows_B, blend)
        device = embeddings_BD.device
        labels_B, told_apart_BC = self._labels(rows_B)
        told_apart_BB = told_apart_BC[:, labels_B]
        comparable_BB = (told_apart_BB & told_apart_BB.T).to(device)
        labels_B, told_apart_BC = labels_B.to(device), told_apart_BC.to(device)
        same_BB = alike(labels_B)
        if self._config.tag_positives:
            tags_BT = self._tags_NT[rows_B].to(device)
            same_BB = same_BB | (tags_BT @ tags_BT.T > 0)

        parts: dict[str, float] = {}
        similarity_BB = embeddings_BD @ embeddings_BD.T
        if phase.miner == "pairs":
            loss, parts["wrong"] = pair_loss(self.comparison(embeddings_BD), same_BB, comparable_BB)
            parts["pairs"] = float(loss.detach())
        else:
            triplets = MINERS[phase.miner](
                similarity_BB.detach(), same_BB, self._config.margin, comparable_BB, rng
            )
            loss, active_T = triplet_loss(similarity_BB, triplets, self._config.margin)
            # Of the pictures, not of the triplets: a semi-hard triplet is active by the way it is chosen.
            parts["active"] = len(triplets[0][active_T].unique()) / len(rows_B)
            parts["triplet"] = float(loss.detach())
        if self.proxies is not None:
            proxy = self.proxies(embeddings_BD, labels_B, told_apart_BC)
            parts["proxy"] = float(proxy.detach())
            loss = loss + self._config.proxy_weight * proxy
        if self.anchor is not None:
            known = self.anchor(features_BF, rows_B)
            parts["anchor"] = float(known.detach())
            loss = loss + self._config.anchor_weight * known
        return loss, parts | {"loss": float(loss.detach()), "crowding": _crowding(similarity_BB)}

    def _of_blends(
        self, features_BF: Tensor, embeddings_BD: Tensor, rows_B: np.ndarray, blend: Blend
    ) -> tuple[Tensor, dict[str, float]]:
        """Both labels of each picture, and what ImageNet saw in both, by their shares."""
        others_B = blend.others(rows_B, self._config.records_per_label)
        loss, parts = embeddings_BD.sum() * 0.0, {"proxy": 0.0, "anchor": 0.0}
        for rows, share in ((rows_B, blend.share), (others_B, 1.0 - blend.share)):
            labels_B, told_apart_BC = (part.to(embeddings_BD.device) for part in self._labels(rows))
            proxy = self.proxies(embeddings_BD, labels_B, told_apart_BC)
            parts["proxy"] += share * float(proxy.detach())
            loss = loss + share * self._config.proxy_weight * proxy
            if self.anchor is not None:
                known = self.anchor(features_BF, rows)
                parts["anchor"] += share * float(known.detach())
                loss = loss + share * self._config.anchor_weight * known
        similarity_BB = embeddings_BD @ embeddings_BD.T
        return loss, parts | {"loss": float(loss.detach()), "crowding": _crowding(similarity_BB)}

    def _labels(self, rows_B: np.ndarray) -> tuple[Tensor, Tensor]:
        """(B,) label ids, and (B, C) bool, the labels each picture may be told from."""
        told_apart_BC = self._drawn_C | ~self._free_N[rows_B][:, None]
        return torch.from_numpy(self.label_ids_N[rows_B]), told_apart_BC

    def learnt(self) -> dict[str, Tensor]:
        """A copy of what was learnt; the fixed targets are made again from the data."""
        weights = weights_of(self)
        return {name: value for name, value in weights.items() if not name.startswith("anchor.")}


def _crowding(similarity_BB: Tensor) -> float:
    """How near every picture is to every other: 1 when the network has collapsed to a point."""
    count = len(similarity_BB)
    return float((similarity_BB.detach().sum() - count) / (count**2 - count))
