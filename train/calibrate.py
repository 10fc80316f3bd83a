"""Fits what a reading needs, on queries that are not in the gallery: vote, confidence, in-domain test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from hub_assets.bundle import Calibration
from retrieval import readings
from train.metrics import expected_calibration_error

VOTERS = (5, 10, 15, 20)
TEMPERATURES = (0.02, 0.03, 0.05, 0.08)
NEAREST = 50
# Of drawings that belong here, this share may be refused when the threshold is set; the promise is 5%.
REFUSED = 0.03


@dataclass(frozen=True)
class Neighbours:
    """Q queries with a known answer: (Q, K) similarities and labels of their nearest, best first;
    (Q,) true labels; (Q,) groups that must not be split (the source drawing); (Q, D) embeddings."""

    similarities_QK: np.ndarray
    labels_QK: np.ndarray
    truth_Q: np.ndarray
    groups_Q: np.ndarray
    embeddings_QD: np.ndarray


def neighbours(
    queries_QD: np.ndarray,
    truth_Q: np.ndarray,
    groups_Q: np.ndarray,
    gallery_ND: np.ndarray,
    labels_N: np.ndarray,
    hands_N: np.ndarray | None = None,
) -> Neighbours:
    """Nearest gallery records of every query; with hands_N, records of the query's own group are left out."""
    similarity_QN = queries_QD @ gallery_ND.T
    if hands_N is not None:
        similarity_QN[groups_Q[:, None] == hands_N[None, :]] = -1.0
    order_QK = np.argsort(-similarity_QN, axis=1)[:, :NEAREST]
    return Neighbours(
        np.take_along_axis(similarity_QN, order_QK, axis=1), labels_N[order_QK], truth_Q, groups_Q, queries_QD
    )


def _votes(found: Neighbours, k: int, temperature: float) -> tuple[np.ndarray, np.ndarray]:
    """(Q,) bool correct, (Q, 2) features of the confidence: log-odds of the share, best similarity."""
    correct, features = [], []
    for similarities_K, labels_K, truth in zip(
        found.similarities_QK, found.labels_QK, found.truth_Q, strict=True
    ):
        label, share = readings.vote(similarities_K[:k], labels_K[:k], temperature)
        share = min(max(share, 1e-3), 1 - 1e-3)
        correct.append(label == truth)
        features.append((np.log(share / (1 - share)), similarities_K[0]))
    return np.array(correct), np.array(features)


def nearest_three(queries_QD: np.ndarray, gallery_ND: np.ndarray) -> np.ndarray:
    """(Q,) mean similarity of each query's three nearest records."""
    return np.sort(queries_QD @ gallery_ND.T, axis=1)[:, -3:].mean(axis=1)


def _halves(groups: np.ndarray) -> np.ndarray:
    """(Q,) bool: which half a query is in; a group is never split. Seeded."""
    names = np.unique(groups)
    return np.isin(groups, np.random.default_rng(0).permutation(names)[: len(names) // 2])


def fit_vote(found: Neighbours) -> tuple[int, float]:
    """The (k, temperature) of the best accuracy."""
    grid = [(k, temperature) for k in VOTERS for temperature in TEMPERATURES]
    return max(grid, key=lambda pair: _votes(found, *pair)[0].mean())


def fit_confidence(found: Neighbours, k: int, temperature: float) -> tuple[tuple[float, float, float], dict]:
    """Platt scaling, and figures from the other half: accuracy, mean confidence and ECE, cross-fitted."""
    correct, features = _votes(found, k, temperature)
    half = _halves(found.groups_Q)
    crossed = np.zeros(len(correct))
    for part in (half, ~half):
        crossed[~part] = _logistic(features[part], correct[part]).predict_proba(features[~part])[:, 1]
    whole = _logistic(features, correct)
    slope, similarity = whole.coef_[0]
    figures = {
        "queries": len(correct),
        "motif accuracy": round(float(correct.mean()), 4),
        "mean confidence": round(float(crossed.mean()), 4),
        "ECE": round(expected_calibration_error(crossed, correct), 4),
    }
    return (float(slope), float(similarity), float(whole.intercept_[0])), figures


def read_all(found: Neighbours, calibration: Calibration) -> tuple[np.ndarray, np.ndarray]:
    """(Q,) whether the served vote is right, and (Q,) the confidence it is served with."""
    correct, features = _votes(found, calibration.k, calibration.temperature)
    slope, similarity, intercept = calibration.confidence
    log_odds = features @ np.array([slope, similarity]) + intercept
    return correct, 1 / (1 + np.exp(-log_odds))


def _logistic(features: np.ndarray, truth: np.ndarray, strength: float = 1.0) -> LogisticRegression:
    return LogisticRegression(C=strength, class_weight=None, max_iter=2000).fit(features, truth)


def fit_in_domain(
    here_QD: np.ndarray,
    here_similarity_Q: np.ndarray,
    here_groups: np.ndarray,
    far_QD: np.ndarray,
    far_similarity_Q: np.ndarray,
    refused_share: float = REFUSED,
) -> tuple[dict, dict]:
    """The in-domain logistic on [embedding, mean similarity of the nearest three], and its threshold, which
    refuses `refused_share` of what belongs here.

    Returns the fields of Calibration and cross-fitted figures: the share refused of what belongs here and
    of what does not.
    """
    features = np.concatenate(
        [np.column_stack([here_similarity_Q, here_QD]), np.column_stack([far_similarity_Q, far_QD])]
    )
    truth = np.arange(len(features)) < len(here_QD)
    groups = np.concatenate([here_groups, [f"far {index}" for index in range(len(far_QD))]])
    half = _halves(groups)

    def fitted(part: np.ndarray) -> LogisticRegression:
        model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=3000)
        return model.fit(features[part], truth[part])

    crossed = np.zeros(len(truth))
    for part in (half, ~half):
        crossed[~part] = fitted(part).predict_proba(features[~part])[:, 1]
    threshold = float(np.quantile(crossed[truth], refused_share))
    # What the figures say is refused is judged by the threshold of the other half.
    refused = np.zeros(len(truth), dtype=bool)
    for part in (half, ~half):
        refused[part] = crossed[part] < np.quantile(crossed[truth & ~part], refused_share)
    whole = fitted(np.ones(len(truth), dtype=bool))
    fields = {
        "in_domain": (float(whole.coef_[0][0]), float(whole.intercept_[0])),
        "in_domain_probe": tuple(round(float(weight), 5) for weight in whole.coef_[0][1:]),
        "threshold": round(threshold, 5),
    }
    figures = {
        "belongs here": int(truth.sum()),
        "refused of these": round(float(refused[truth].mean()), 4),
        "does not": int((~truth).sum()),
        "refused of those": round(float(refused[~truth].mean()), 4),
    }
    return fields, figures
