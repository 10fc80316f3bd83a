"""Readings: what the neighbours say of a query, and two pictures of each other. Plain NumPy, so that
evaluation calls the very same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from hub_assets.bundle import Calibration
from retrieval.types import BundleError, Embedding


@dataclass(frozen=True)
class Reading:
    """label: the winner of the vote. confidence: calibrated probability that it is right, in [0, 1].
    in_domain: False when the query is unlike anything here. in_domain_score: probability behind it."""

    label: str | None
    confidence: float | None
    in_domain: bool
    in_domain_score: float


# There is no neighbour to read: the like of the only record.
NOTHING = Reading(label=None, confidence=None, in_domain=False, in_domain_score=0.0)


def vote(similarities_K: np.ndarray, labels_K: np.ndarray, temperature: float) -> tuple[str, float]:
    """The label with the largest share of the weights exp(similarity / temperature), and its share.

    similarities_K: cosine, best first; labels_K: names of the same neighbours. A tie goes to the label
    whose nearest neighbour is nearest.
    """
    weights = np.exp((similarities_K - similarities_K[0]) / temperature)
    names, first, where = np.unique(labels_K, return_index=True, return_inverse=True)
    shares = np.bincount(where, weights) / weights.sum()
    best = max(range(len(names)), key=lambda index: (round(shares[index], 9), -first[index]))
    return str(names[best]), float(shares[best])


def confidence(share: float, best_similarity: float, calibration: Calibration) -> float:
    """Platt scaling on the winning share and the best similarity (Platt, 1999)."""
    slope, similarity, intercept = calibration.confidence
    share = min(max(share, 1e-3), 1 - 1e-3)
    return _sigmoid(slope * np.log(share / (1 - share)) + similarity * best_similarity + intercept)


def in_domain_score(query_D: Embedding, similarities_K: np.ndarray, calibration: Calibration) -> float:
    """Probability that the query is of this collection's kind: a logistic of the mean similarity of the
    nearest three and, where the bundle has one, of a linear probe on the embedding."""
    slope, intercept = calibration.in_domain
    value = slope * float(similarities_K[:3].mean()) + intercept
    if calibration.in_domain_probe:
        value += float(np.asarray(calibration.in_domain_probe) @ query_D)
    return _sigmoid(value)


def read(
    query_D: Embedding, similarities_K: np.ndarray, labels_K: np.ndarray, calibration: Calibration
) -> Reading:
    """The whole reading of one query from its nearest neighbours over the unfiltered gallery.

    Needs at least calibration.k neighbours, or all records of a smaller gallery.
    """
    voters = similarities_K[: calibration.k]
    label, share = vote(voters, labels_K[: calibration.k], calibration.temperature)
    score = in_domain_score(query_D, similarities_K, calibration)
    return Reading(
        label=label,
        confidence=confidence(share, float(voters[0]), calibration),
        in_domain=score >= calibration.threshold,
        in_domain_score=score,
    )


@dataclass(frozen=True)
class ComparisonHead:
    """What a siamese bundle learned to tell two pictures apart by; "comparison" in model/config.json.
    weights: one for each of the D numbers of an embedding."""

    weights: tuple[float, ...]
    bias: float

    @classmethod
    def from_json(cls, values: Any, dim: int) -> ComparisonHead:
        """values: {"weights": [D numbers], "bias": number}. Raises BundleError for anything else."""
        try:
            head = cls(tuple(map(_number, values["weights"])), _number(values["bias"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise BundleError(
                f"config.json: comparison lacks a usable value ({error}); export the bundle again."
            ) from None
        if len(head.weights) != dim:
            raise BundleError(
                f"config.json: comparison has {len(head.weights)} weights, the embeddings have {dim} "
                "numbers; export the bundle again."
            )
        return head


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no finite number")
    return float(value)


def same_label_score(a_D: Embedding, b_D: Embedding, head: ComparisonHead) -> float:
    """Probability in [0, 1] that two pictures show the same label: sigmoid(bias - sum_d w_d |a_d - b_d|).

    Source: Koch, Zemel, Salakhutdinov, "Siamese Neural Networks for One-shot Image Recognition", 2015.
    """
    return _sigmoid(head.bias - float(np.asarray(head.weights) @ np.abs(a_D - b_D)))


def _sigmoid(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-np.clip(value, -60, 60))))
