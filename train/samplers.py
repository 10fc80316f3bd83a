"""Batches of P labels x K records."""

from __future__ import annotations

import numpy as np

from train.concepts import hand
from train.data import Pictures


class LabelsByRecords:
    """Draws batches of `labels` concepts with `records` pictures each; P may equal the class count.

    Half of the concepts (drawn_share) come from those that people drew; of such a concept half the
    pictures are drawings and half line art where both exist, so that most positives cross the domains.
    Pictures of one concept come from different hands as far as there are enough. Concepts of a single
    picture are positives of themselves through augmentation.
    """

    def __init__(self, pictures: Pictures, labels: int, records: int, drawn_share: float, seed: int) -> None:
        self.concepts, self.label_ids = np.unique(pictures.concepts, return_inverse=True)
        if labels > len(self.concepts):
            raise ValueError(f"{labels} labels a batch, but the data has {len(self.concepts)}; lower it.")
        self._labels, self._records = labels, records
        self._rng = np.random.default_rng(seed)
        self._drawings: list[np.ndarray] = []
        self._hands: list[list[np.ndarray]] = []
        hands = np.array([hand(source) for source in pictures.sources])
        order = np.argsort(self.label_ids, kind="stable")
        for rows in np.split(order, np.flatnonzero(np.diff(self.label_ids[order])) + 1):
            art = rows[~pictures.drawn[rows]]
            self._drawings.append(rows[pictures.drawn[rows]])
            self._hands.append([art[hands[art] == name] for name in np.unique(hands[art])])
        drawn = np.array([len(rows) > 0 for rows in self._drawings])
        art_hands = np.array([len(found) for found in self._hands])
        self._drawn_ids = np.flatnonzero(drawn)
        # A concept with several hands teaches more than one with a single picture.
        self._weights = np.where(art_hands >= 2, np.minimum(art_hands, 6) + 1.0, 0.6)
        self._weights = self._weights / self._weights.sum()
        self._drawn_count = min(round(labels * drawn_share), len(self._drawn_ids)) if drawn.any() else 0

    def batch(self) -> np.ndarray:
        """(P * K,) picture indices, K of a label side by side."""
        chosen = (
            list(self._rng.choice(self._drawn_ids, self._drawn_count, replace=False))
            if self._drawn_count
            else []
        )
        for label in self._rng.choice(len(self._weights), 2 * self._labels, replace=False, p=self._weights):
            if len(chosen) == self._labels:
                break
            if label not in chosen:
                chosen.append(label)
        return np.concatenate([self._pictures_of(label) for label in chosen])

    def _pictures_of(self, label: int) -> np.ndarray:
        drawings, hands = self._drawings[label], self._hands[label]
        wanted = self._records // 2 if len(drawings) and hands else (self._records if len(drawings) else 0)
        drawn = self._rng.choice(drawings, wanted, replace=len(drawings) < wanted) if wanted else []
        rest = self._records - wanted
        if not rest:
            return np.asarray(drawn)
        turns = [self._rng.permutation(len(hands)) for _ in range(-(-rest // len(hands)))]
        art = [self._rng.choice(hands[index]) for index in np.concatenate(turns)[:rest]]
        return np.concatenate([np.asarray(drawn, dtype=np.int64), np.asarray(art)])
