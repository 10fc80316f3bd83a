"""Batches of P labels x K records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.concepts import hand
from train.pictures import DOMAINS, Pictures

CAREFULLY_DRAWN = 6.0  # how much oftener a concept with careful drawings is shown than one with doodles alone


class LabelsByRecords:
    """Draws batches of `labels` labels with `records` pictures each; P may equal the class count.

    A share of the concepts (drawn_share) comes from those that people drew; their pictures are drawings
    and, in turn, line art, doodles and photos. The others are line art.
    Pictures of one concept come from different hands as far as there are enough.
    """

    def __init__(
        self,
        pictures: Pictures,
        labels: int,
        records: int,
        drawn_share: float,
        seed: int,
        by_tag: bool = False,
    ) -> None:
        """by_tag: half of a label's pictures are others that share a tag with it, where there are any; for
        collections whose labels have one record each.
        Raises ValueError when there are fewer labels than `labels`."""
        self.labels, self.label_ids = np.unique(pictures.labels, return_inverse=True)
        order = np.argsort(self.label_ids, kind="stable")
        groups = np.split(order, np.flatnonzero(np.diff(self.label_ids[order])) + 1)
        if labels > len(groups):
            raise ValueError(
                f"{labels} labels a batch, but the data has {len(groups)}; lower labels_per_batch."
            )
        self._labels, self._records, self._seed = labels, records, seed
        self._tags_NT = pictures.tags_NT if by_tag else None
        hands = np.array([hand(source) for source in pictures.sources])
        # Per label: the rows of its drawings, doodles and photos, and of its line art hand by hand.
        self._of: list[dict[str, list[np.ndarray]]] = []
        for rows in groups:
            by_domain = {domain: rows[pictures.domains[rows] == domain] for domain in DOMAINS}
            of = {domain: [found] if len(found) else [] for domain, found in by_domain.items()}
            art = by_domain["art"]
            of["art"] = [art[hands[art] == name] for name in np.unique(hands[art])]
            self._of.append(of)
        # The concepts that people drew, carefully or in twenty seconds.
        self.drawn_ids = np.array(
            [label for label, of in enumerate(self._of) if of["drawing"] or of["doodle"]], dtype=np.int64
        )
        careful = np.array([bool(self._of[label]["drawing"]) for label in self.drawn_ids], dtype=bool)
        self._drawn_weights = np.where(careful, CAREFULLY_DRAWN, 1.0)
        self._drawn_weights /= max(self._drawn_weights.sum(), 1.0)
        # A concept with several hands teaches more than one with two pictures of the same.
        art_hands = np.array([len(of["art"]) for of in self._of])
        self._weights = np.minimum(art_hands, 6) + 0.5
        self._weights = self._weights / self._weights.sum()
        self._drawn_count = min(round(labels * drawn_share), len(self.drawn_ids))

    def batch(self, step: int) -> np.ndarray:
        """(P * K,) picture indices, K of a label side by side; batch `step` is always the same one."""
        rng = np.random.default_rng((self._seed, step))
        chosen: list[int] = []
        if self._drawn_count:
            chosen += rng.choice(
                self.drawn_ids, self._drawn_count, replace=False, p=self._drawn_weights
            ).tolist()
        if missing := self._labels - len(chosen):
            rest = np.setdiff1d(np.arange(len(self._of)), chosen)
            weights = self._weights[rest] / self._weights[rest].sum()
            chosen += rng.choice(rest, missing, replace=False, p=weights).tolist()
        return np.concatenate([self._pictures_of(label, rng) for label in chosen])

    def sweep(self) -> Iterator[np.ndarray]:
        """(up to P * K,) picture indices at a time, until every concept was shown once."""
        rng = np.random.default_rng(self._seed)
        for start in range(0, len(self._of), self._labels):
            labels = range(start, min(start + self._labels, len(self._of)))
            yield np.concatenate([self._pictures_of(label, rng) for label in labels])

    def _pictures_of(self, label: int, rng: np.random.Generator) -> np.ndarray:
        of = self._of[label]
        turns = self._turns(of, rng)
        others = self._sharing_a_tag(label)
        of_others = self._records // 2 if len(others) else 0
        rows: list[int] = []
        unused = {domain: rng.permutation(len(of[domain])).tolist() for domain in DOMAINS}
        for turn in range(self._records - of_others):
            domain = turns[turn % len(turns)]
            unused[domain] = unused[domain] or rng.permutation(len(of[domain])).tolist()
            rows.append(int(rng.choice(of[domain][unused[domain].pop()])))
        if of_others:
            rows += rng.choice(others, of_others, replace=len(others) < of_others).tolist()
        return np.array(rows)

    def _sharing_a_tag(self, label: int) -> np.ndarray:
        """Rows of other labels that carry a tag of this one."""
        if self._tags_NT is None:
            return np.zeros(0, np.int64)
        own_N = self.label_ids == label
        tags_T = self._tags_NT[own_N].any(axis=0)
        return np.flatnonzero(self._tags_NT[:, tags_T].any(axis=1) & ~own_N)

    def _turns(self, of: dict[str, list[np.ndarray]], rng: np.random.Generator) -> list[str]:
        """The domains a concept shows, one picture after the other, so that most positives cross domains."""
        drawn = "drawing" if of["drawing"] else "doodle"
        if not of[drawn]:
            return ["art" if of["art"] else "photo"]
        # Photos carry most of the meaning: one always, then a second, a drawing or a doodle.
        last = str(rng.choice(["photo", drawn, "doodle"] if of["photo"] else ["art"]))
        return [domain for domain in (drawn, "art", "photo", last) if of[domain]]
