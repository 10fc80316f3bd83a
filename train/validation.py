"""What a phase is stopped by: how well pictures kept out of training find their like."""

from __future__ import annotations

import numpy as np
import torch

from train.batches import ENCODED_AT_ONCE, as_they_are, held_activations
from train.metrics import average_precision, ranked
from train.model import EmbeddingModel
from train.pictures import Pictures


class Judge:
    """mAP@all and recall@1 of the validation pictures: drawings asked of photos, or each of all the others.

    What the held stages make of the pictures is computed once, as for training.
    """

    def __init__(self, pictures: Pictures, model: EmbeddingModel, size: int, device: torch.device) -> None:
        self._pictures, self._size, self._device = pictures, size, device
        self._held = held_activations(model, pictures, size, device, 1)[0] if model.cut else None
        photo_N = pictures.domains == "photo"
        crosses = photo_N.any() and not photo_N.all()
        queries = np.flatnonzero(~photo_N) if crosses else np.arange(len(pictures))
        gallery = np.flatnonzero(photo_N) if crosses else queries
        self.own_row_Q = np.full(len(queries), -1) if crosses else np.arange(len(queries))
        relevant_QG = pictures.labels[queries][:, None] == pictures.labels[gallery][None, :]
        others_Q = relevant_QG.sum(axis=1) - (self.own_row_Q >= 0)
        # A picture without any like it kept out too has nothing to find.
        self._asked = others_Q > 0
        self._queries, self._gallery = queries[self._asked], gallery
        self._relevant_QG, self._others_Q = relevant_QG[self._asked], others_Q[self._asked]

    def __bool__(self) -> bool:
        return bool(self._asked.any())

    def __call__(self, model: EmbeddingModel) -> dict[str, float]:
        vectors_ND = self._vectors(model)
        order_QK = ranked(
            vectors_ND[self._queries] @ vectors_ND[self._gallery].T, self.own_row_Q[self._asked]
        )
        relevant_QK = np.take_along_axis(self._relevant_QG, order_QK, axis=1)
        return {
            "mAP": round(float(average_precision(relevant_QK, self._others_Q).mean()), 4),
            "recall@1": round(float(relevant_QK[:, 0].mean()), 4),
        }

    @torch.no_grad()
    def _vectors(self, model: EmbeddingModel) -> np.ndarray:
        model.eval()
        parts = []
        for start in range(0, len(self._pictures), ENCODED_AT_ONCE):
            part = slice(start, start + ENCODED_AT_ONCE)
            if self._held is not None:
                features = model.rest(self._held[part].float().to(self._device))
            else:
                images = as_they_are(self._pictures.images_NCHW[part], self._size)
                features = model.features(images.to(self._device))
            parts.append(model.embed(features).float().cpu())
        return torch.cat(parts).numpy()
