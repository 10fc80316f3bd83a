"""Readings: what the neighbours or a classifier say of a query, and two pictures of each other. Plain NumPy,
so that evaluation calls the very same."""

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
    value = intercept
    if len(similarities_K):  # a classifier needs no records
        value += slope * float(similarities_K[:3].mean())
    if calibration.in_domain_probe:
        value += float(np.asarray(calibration.in_domain_probe) @ query_D)
    return _sigmoid(value)


def read(
    query_D: Embedding,
    similarities_K: np.ndarray,
    labels_K: np.ndarray,
    calibration: Calibration,
    classifier: Classifier | None = None,
) -> Reading:
    """The whole reading of one query from its nearest neighbours over the unfiltered gallery, the label and
    its confidence from the classifier where there is one.

    Needs at least calibration.k neighbours, or all records of a smaller gallery.
    """
    if classifier is not None:
        label, sure = classifier.classify(query_D)
    else:
        voters = similarities_K[: calibration.k]
        label, share = vote(voters, labels_K[: calibration.k], calibration.temperature)
        sure = confidence(share, float(voters[0]), calibration)
    score = in_domain_score(query_D, similarities_K, calibration)
    return Reading(
        label=label, confidence=sure, in_domain=score >= calibration.threshold, in_domain_score=score
    )


@dataclass(frozen=True)
class Classifier:
    """A linear head on the embedding; "classifier" in model/config.json. labels: L names. weights_LD, bias_L:
    float32, of the logits. temperature: the logits are divided by it, so that confidence is accuracy (Guo et
    al., "On Calibration of Modern Neural Networks", ICML 2017)."""

    labels: tuple[str, ...]
    weights_LD: np.ndarray
    bias_L: np.ndarray
    temperature: float = 1.0

    @classmethod
    def from_json(cls, values: Any, dim: int) -> Classifier:
        """values: {"labels": [L names], "weights": L lists of D numbers, "bias": [L numbers], "temperature"}.
        Raises BundleError for anything else."""
        try:
            head = cls(
                tuple(map(str, values["labels"])),
                np.array(values["weights"], np.float32),
                np.array(values["bias"], np.float32),
                _number(values["temperature"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise BundleError(
                f"config.json: classifier lacks a usable value ({error}); export the bundle again."
            ) from None
        labels = len(head.labels)
        fits = head.weights_LD.shape == (labels, dim) and head.bias_L.shape == (labels,)
        finite = np.isfinite(head.weights_LD).all() and np.isfinite(head.bias_L).all()
        if labels < 2 or not fits or not finite or head.temperature <= 0:
            raise BundleError(
                f"config.json: the classifier of {labels} labels does not fit embeddings of {dim} numbers; "
                "export the bundle again."
            )
        return head

    def classify(self, query_D: Embedding) -> tuple[str, float]:
        """The likeliest label of (D,) and its probability in [0, 1]."""
        logits_L = (self.weights_LD @ query_D + self.bias_L) / self.temperature
        weights_L = np.exp(logits_L - logits_L.max())
        best = int(weights_L.argmax())
        return self.labels[best], float(weights_L[best] / weights_L.sum())


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
