"""What a model answered, as plain arrays in one file: vectors of all pictures, and the reading of queries.

A model has answered once its pictures are vectors; from there on nobody needs to know what kind of model it
was. The vote and its confidence are the functions that are served.
"""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from hub_assets.bundle import Calibration
from retrieval import readings
from train import calibrate, metrics
from train.beside import write_file

GROUPS = ("source", "label")
NO_NAMES = np.zeros(0, dtype=np.str_)


@dataclass(frozen=True)
class Answers:
    """Everything a model answered. Vectors are float32 of unit norm, all others strings in the same order.

    query_*: Q pictures asked about; gallery_*: N records searched; outside_*: O pictures that belong
    nowhere here. *_sources: equal where pictures come from one ("" where nothing is known). own_row_Q: int64
    gallery row that is the query itself, -1 where there is none; it is never an answer.
    The rest is the reading, which read_answers fills in: predicted_Q and confidence_Q in [0, 1] for the
    queries, the same for the strangers, and `calibration`, fitted on `fitted_on` validation queries (0: the
    defaults).
    """

    query_names: np.ndarray
    query_labels: np.ndarray
    query_sources: np.ndarray
    query_QD: np.ndarray
    gallery_names: np.ndarray
    gallery_labels: np.ndarray
    gallery_sources: np.ndarray
    gallery_ND: np.ndarray
    own_row_Q: np.ndarray
    outside_names: np.ndarray
    outside_OD: np.ndarray
    predicted_Q: np.ndarray = field(default_factory=lambda: NO_NAMES)
    confidence_Q: np.ndarray = field(default_factory=lambda: np.zeros(0))
    outside_predicted_O: np.ndarray = field(default_factory=lambda: NO_NAMES)
    outside_confidence_O: np.ndarray = field(default_factory=lambda: np.zeros(0))
    calibration: Calibration = field(default_factory=Calibration)
    fitted_on: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError when lengths differ, an own row is outside the gallery or no query is asked."""
        wanted = {
            "query": (len(self.query_names), self.query_labels, self.query_sources, self.query_QD),
            "own_row": (len(self.query_names), self.own_row_Q),
            "gallery": (
                *(len(self.gallery_names), self.gallery_labels, self.gallery_sources, self.gallery_ND),
            ),
            "outside": (len(self.outside_names), self.outside_OD),
        }
        for name, (count, *others) in wanted.items():
            if any(len(other) != count for other in others):
                raise ValueError(
                    f"{name} arrays have lengths {[count, *map(len, others)]}; wanted: one length"
                )
        if not len(self.query_names) or not len(self.gallery_names):
            raise ValueError("wanted: at least one query and one gallery record")
        if ((self.own_row_Q < -1) | (self.own_row_Q >= len(self.gallery_names))).any():
            raise ValueError(f"own_row_Q leaves the gallery of {len(self.gallery_names)} records")

    @property
    def is_read(self) -> bool:
        return len(self.predicted_Q) == len(self.query_names)

    @property
    def reading(self) -> dict[str, Any]:
        """How the vote and its confidence came about, for a report."""
        shared = self.calibration.confidence == Calibration().confidence
        return {
            "k": self.calibration.k,
            "temperature": self.calibration.temperature,
            "fitted on validation queries": self.fitted_on,
            "confidence": "share of the vote, not calibrated" if shared else "Platt scaling",
        }

    def similarities(self) -> np.ndarray:
        """(Q, G) cosines of every query to every record."""
        return self.query_QD @ self.gallery_ND.T

    def relevant(self) -> np.ndarray:
        """(Q, G) bool: records of the query's label, the query itself left out."""
        return self._without_own(_equal(self.query_labels, self.gallery_labels))

    def same_source(self) -> np.ndarray:
        """(Q, G) bool: records of the query's source (the very photo that was drawn), itself left out."""
        same_QG = _equal(self.query_sources, self.gallery_sources)
        return self._without_own(same_QG & (self.query_sources != "")[:, None])

    def _without_own(self, relevant_QG: np.ndarray) -> np.ndarray:
        rows = np.flatnonzero(self.own_row_Q >= 0)
        relevant_QG[rows, self.own_row_Q[rows]] = False
        return relevant_QG

    def groups_of(self, groups: str) -> np.ndarray:
        """(Q,) which queries stand or fall together; one of an unknown source stands alone."""
        if groups not in GROUPS:
            raise ValueError(f"no groups {groups!r}; wanted: one of {', '.join(GROUPS)}")
        if groups == "label":
            return self.query_labels
        return np.where(self.query_sources == "", self.query_names, self.query_sources)

    def save(self, path: Path) -> None:
        """One npz without pickle, written beside and then renamed."""
        arrays = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        arrays["calibration"] = json.dumps(asdict(self.calibration))
        save_arrays(path, arrays)

    @classmethod
    def load(cls, path: Path) -> Answers:
        """Raises OSError for a file that cannot be read, ValueError for one that holds no answers."""
        with np.load(path, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        if missing := {entry.name for entry in fields(cls)} - set(arrays):
            raise ValueError(f"{path} lacks {', '.join(sorted(missing))}; write it with Answers.save")
        values = json.loads(str(arrays.pop("calibration")))
        listed = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        fitted_on = int(arrays.pop("fitted_on"))
        return cls(**arrays, calibration=Calibration(**listed), fitted_on=fitted_on)


def _equal(one_Q: np.ndarray, other_G: np.ndarray) -> np.ndarray:
    """(Q, G) bool. Numbers are told apart many times faster than text."""
    _, ids = np.unique(np.concatenate([one_Q, other_G]), return_inverse=True)
    return ids[: len(one_Q), None] == ids[None, len(one_Q) :]


def save_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """An npz that NumPy can open without pickle. Raises ValueError for what could only be pickled."""
    plain = {name: np.asarray(value) for name, value in arrays.items()}
    plain = {name: value.astype(np.str_) if value.dtype == object else value for name, value in plain.items()}
    packed = io.BytesIO()
    np.savez_compressed(packed, **plain)
    write_file(path, packed.getvalue())


def read_answers(answers: Answers, validation: calibrate.Neighbours | None) -> Answers:
    """The same answers with their reading: the vote and the confidence that would be served.

    validation: queries that are neither in the gallery nor among these; k, temperature and confidence are
    fitted on them. Without any, k is 10, the temperature 0.05 and the confidence the share of the vote;
    it is the share too where the validation queries are all read right or all wrong.
    """
    calibration = Calibration()
    fitted_on = 0 if validation is None else len(validation.truth_Q)
    if fitted_on:
        k, temperature = calibrate.fit_vote(validation)
        calibration = replace(calibration, k=k, temperature=temperature)
        # scikit-learn's word for a half of the queries that holds one outcome only: nothing to fit.
        with contextlib.suppress(ValueError):
            fitted, _ = calibrate.fit_confidence(validation, k, temperature)
            calibration = replace(calibration, confidence=fitted)

    def read(similarity_QG: np.ndarray, own_row_Q: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        labels, values = [], []
        for row, order_K in enumerate(metrics.ranked(similarity_QG, own_row_Q)):
            voters = order_K[: calibration.k]
            voters = voters[voters != own_row_Q[row]]  # a gallery of fewer records than voters
            similarities = similarity_QG[row, voters]
            if not len(voters):
                labels.append("")
                values.append(0.0)
                continue
            label, share = readings.vote(
                similarities, answers.gallery_labels[voters], calibration.temperature
            )
            labels.append(label)
            values.append(readings.confidence(share, float(similarities[0]), calibration))
        return np.array(labels, dtype=np.str_), np.array(values, dtype=np.float64)

    predicted_Q, confidence_Q = read(answers.similarities(), answers.own_row_Q)
    nowhere = np.full(len(answers.outside_names), -1)
    outside_predicted, outside_confidence = read(answers.outside_OD @ answers.gallery_ND.T, nowhere)
    return replace(
        answers,
        predicted_Q=predicted_Q,
        confidence_Q=confidence_Q,
        outside_predicted_O=outside_predicted,
        outside_confidence_O=outside_confidence,
        calibration=calibration,
        fitted_on=fitted_on,
    )


@dataclass(frozen=True)
class Triplet:
    """Three pictures by name, their labels, and the cosine of the anchor to the other two."""

    anchor: str
    anchor_label: str
    positive: str
    positive_similarity: float
    negative: str
    negative_label: str
    negative_similarity: float

    @property
    def gap(self) -> float:
        return self.positive_similarity - self.negative_similarity


def triplets_of(answers: Answers, count: int) -> tuple[list[Triplet], list[Triplet]]:
    """Random triplets of `count` queries, and the hardest of the `count` queries where they are worst: the
    least similar positive with the most similar negative, the widest wrong gap first."""
    similarity_QG, relevant_QG = answers.similarities(), answers.relevant()
    anchors, positives, negatives = metrics.sample_triplets(relevant_QG, answers.own_row_Q, 1)
    chosen = np.random.default_rng(1).permutation(len(anchors))[:count]
    rows = np.flatnonzero(answers.own_row_Q >= 0)
    furthest_QG = np.where(relevant_QG, similarity_QG, np.inf)
    nearest_QG = np.where(relevant_QG, -np.inf, similarity_QG)
    nearest_QG[rows, answers.own_row_Q[rows]] = -np.inf
    gap_A = furthest_QG[anchors].min(axis=1) - nearest_QG[anchors].max(axis=1)
    worst = anchors[np.argsort(gap_A, kind="stable")[:count]]

    def triplet(anchor: int, positive: int, negative: int) -> Triplet:
        return Triplet(
            anchor=str(answers.query_names[anchor]),
            anchor_label=str(answers.query_labels[anchor]),
            positive=str(answers.gallery_names[positive]),
            positive_similarity=float(similarity_QG[anchor, positive]),
            negative=str(answers.gallery_names[negative]),
            negative_label=str(answers.gallery_labels[negative]),
            negative_similarity=float(similarity_QG[anchor, negative]),
        )

    hardest = [triplet(row, furthest_QG[row].argmin(), nearest_QG[row].argmax()) for row in worst]
    return [triplet(anchors[row], positives[row], negatives[row]) for row in chosen], hardest
