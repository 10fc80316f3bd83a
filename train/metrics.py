"""Figures from plain NumPy arrays. Each is tested on a case worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np


def hit_at_k(similarity_QG: np.ndarray, relevant_QG: np.ndarray, k: int) -> np.ndarray:
    """(Q,) bool: is a relevant record among the first k? The rate is its mean.

    similarity_QG: cosine of every query to every gallery record. relevant_QG: bool, same shape.
    Raises ValueError when a query has nothing to find.
    """
    if not relevant_QG.any(axis=1).all():
        raise ValueError(f"{int((~relevant_QG.any(axis=1)).sum())} queries have no relevant record")
    first = np.argpartition(-similarity_QG, min(k, similarity_QG.shape[1]) - 1, axis=1)[:, :k]
    return np.take_along_axis(relevant_QG, first, axis=1).any(axis=1)


def bootstrap_interval(
    values: np.ndarray, groups: np.ndarray | None = None, rounds: int = 2000
) -> tuple[float, float]:
    """95% percentile interval of the mean of per-query values.

    groups: resample whole groups instead of queries (all drawings of one source stand or fall together).
    """
    rng = np.random.default_rng(0)
    if groups is None:
        means = rng.choice(values, (rounds, len(values))).mean(axis=1)
    else:
        _, where = np.unique(groups, return_inverse=True)
        sums, counts = np.bincount(where, values), np.bincount(where)
        drawn = rng.integers(0, len(sums), (rounds, len(sums)))
        means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def with_interval(values: np.ndarray, groups: np.ndarray | None = None) -> dict[str, Any]:
    """The mean of per-query values as figures are kept: {"value", "interval"}, groups as above."""
    low, high = bootstrap_interval(values, groups)
    return {"value": round(float(values.mean()), 4), "interval": [round(low, 4), round(high, 4)]}


def expected_calibration_error(confidence_Q: np.ndarray, correct_Q: np.ndarray, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their queries.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    which = np.minimum((confidence_Q * bins).astype(int), bins - 1)
    gaps = np.bincount(which, confidence_Q - correct_Q.astype(np.float64), minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence_Q))


def ranked(similarity_QG: np.ndarray, own_row_Q: np.ndarray) -> np.ndarray:
    """(Q, K) int64 rows of the gallery, most similar first, equal similarities in the gallery's order.

    own_row_Q: the gallery row that is the query itself, -1 where it is none. Own rows are left out: K is
    G - 1 where every query has one. Where only some have, K stays G and an own row is the very last.
    """
    in_gallery_Q = own_row_Q >= 0
    if not in_gallery_Q.any():
        return np.argsort(-similarity_QG, axis=1, kind="stable")
    kept_QG = similarity_QG.copy()
    kept_QG[in_gallery_Q, own_row_Q[in_gallery_Q]] = -np.inf
    order_QG = np.argsort(-kept_QG, axis=1, kind="stable")
    return order_QG[:, :-1] if in_gallery_Q.all() else order_QG


def recall_at_k(relevant_QK: np.ndarray, k: int) -> np.ndarray:
    """(Q,) bool: hit_at_k of a ranking that is there already: (Q, K) bool hits in rank order.

    Raises ValueError when a query has nothing to find.
    """
    falling_QK = np.broadcast_to(-np.arange(relevant_QK.shape[1]), relevant_QK.shape)
    return hit_at_k(falling_QK, relevant_QK, k)


def _precisions(relevant_QK: np.ndarray, num_relevant_Q: np.ndarray, whole: bool) -> np.ndarray:
    """(Q, K) float64 precision at each rank; where `whole`, the ranking must hold all there is to find."""
    if (num_relevant_Q < 1).any():
        raise ValueError(f"{int((num_relevant_Q < 1).sum())} queries have no relevant record")
    if relevant_QK.shape[1] < num_relevant_Q.max():
        raise ValueError(f"rankings of {relevant_QK.shape[1]} are short of R = {num_relevant_Q.max()}")
    hits_QK = relevant_QK.cumsum(axis=1)
    if whole and (hits_QK[:, -1] != num_relevant_Q).any():
        raise ValueError("a ranking does not hold all that is relevant; wanted: the whole gallery in order")
    return hits_QK / np.arange(1, relevant_QK.shape[1] + 1)


def r_precision(relevant_QK: np.ndarray, num_relevant_Q: np.ndarray) -> np.ndarray:
    """(Q,) share of hits among each query's first R neighbours, in [0, 1]; the figure is its mean.

    relevant_QK: bool hits in rank order, the query itself excluded; K >= max R. num_relevant_Q: R of each
    query, the denominator. One value for each query, not their mean, because intervals resample queries.
    Raises ValueError if K < max R or any R is 0. Source: Musgrave, Belongie, Lim, "A Metric Learning
    Reality Check", ECCV 2020.
    """
    precision_QK = _precisions(relevant_QK, num_relevant_Q, whole=False)
    return np.take_along_axis(precision_QK, num_relevant_Q[:, None] - 1, axis=1)[:, 0]


def map_at_r(relevant_QK: np.ndarray, num_relevant_Q: np.ndarray) -> np.ndarray:
    """(Q,) average precision over each query's first R neighbours, in [0, 1]; MAP@R is its mean.

    Takes and raises as r_precision does; the denominator is R, so that a record among the first R that is
    not relevant costs its place. Source: Musgrave, Belongie, Lim, ECCV 2020.
    """
    precision_QK = _precisions(relevant_QK, num_relevant_Q, whole=False)
    first_QK = np.arange(relevant_QK.shape[1]) < num_relevant_Q[:, None]
    return (precision_QK * (relevant_QK & first_QK)).sum(axis=1) / num_relevant_Q


def average_precision(relevant_QK: np.ndarray, num_relevant_Q: np.ndarray) -> np.ndarray:
    """(Q,) average precision over the whole ranking, in (0, 1]; mAP@all is its mean.

    relevant_QK must rank the whole gallery; the denominator is num_relevant_Q, all there is to find.
    Raises ValueError as r_precision does, and for a ranking that was cut short.
    """
    precision_QK = _precisions(relevant_QK, num_relevant_Q, whole=True)
    return (precision_QK * relevant_QK).sum(axis=1) / num_relevant_Q


def sample_triplets(
    relevant_QG: np.ndarray, own_row_Q: np.ndarray, each: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of T triplets, `each` for every query that has both: anchors, positives, negatives. Seeded."""
    rng = np.random.default_rng(0)
    rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
    for query, relevant_G in enumerate(relevant_QG):
        other_G = ~relevant_G
        if own_row_Q[query] >= 0:
            other_G[own_row_Q[query]] = False
        positives, negatives = np.flatnonzero(relevant_G), np.flatnonzero(other_G)
        if len(positives) and len(negatives):
            rows.append(
                (np.full(each, query), rng.choice(positives, each), rng.choice(negatives, each)),
            )
    if not rows:
        return (np.zeros(0, dtype=np.int64),) * 3
    anchors, positives, negatives = (np.concatenate(column) for column in zip(*rows, strict=True))
    return anchors, positives, negatives


def triplet_accuracies(
    positive_T: np.ndarray, negative_T: np.ndarray, margin: float
) -> tuple[np.ndarray, np.ndarray]:
    """(T,) bool of triplet accuracy, sim(a, p) > sim(a, n), and of triplet margin accuracy, sim(a, p) -
    sim(a, n) > margin. Equality is a miss in both: a network that maps all to one point has 0."""
    return positive_T > negative_T, positive_T - negative_T > margin


def auroc(inside_I: np.ndarray, outside_O: np.ndarray) -> float:
    """Share of pairs in which what belongs here scores above what does not; an equal pair counts half.

    Raises ValueError when either side is empty. Source: Hanley and McNeil, Radiology 143, 1982.
    """
    if not len(inside_I) or not len(outside_O):
        raise ValueError("the area under the ROC curve needs scores from inside and from outside")
    ones_I, ones_O = np.ones((1, len(inside_I))), np.ones((1, len(outside_O)))
    return float(_weighted_auroc(inside_I, outside_O, ones_I, ones_O)[0])


def _weighted_auroc(
    inside_I: np.ndarray, outside_O: np.ndarray, times_BI: np.ndarray, times_BO: np.ndarray
) -> np.ndarray:
    """(B,) areas, each score counted so many times."""
    values_V, place = np.unique(np.concatenate([inside_I, outside_O]), return_inverse=True)
    inside_at, outside_at = place[: len(inside_I)], place[len(inside_I) :]
    areas = []
    for times_I, times_O in zip(times_BI, times_BO, strict=True):
        inside_V = np.bincount(inside_at, times_I, minlength=len(values_V))
        outside_V = np.bincount(outside_at, times_O, minlength=len(values_V))
        below_V = outside_V.cumsum() - outside_V / 2
        areas.append((inside_V * below_V).sum() / (inside_V.sum() * outside_V.sum()))
    return np.array(areas)


def _times_drawn(groups: np.ndarray, rounds: int, seed: int) -> np.ndarray:
    """(B, Q) how often each query is in each resample; a whole group is drawn at once."""
    _, where = np.unique(groups, return_inverse=True)
    count = where.max() + 1
    return np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), rounds)[:, where]


def bootstrap_auroc(
    inside_I: np.ndarray, outside_O: np.ndarray, groups_I: np.ndarray | None = None, rounds: int = 1000
) -> np.ndarray:
    """(rounds,) areas under the ROC curve, both sides resampled; groups_I as in bootstrap_interval.

    The draws depend on the groups alone, so two models' rounds on the same queries are pairs.
    """
    groups = np.arange(len(inside_I)) if groups_I is None else groups_I
    times_BO = _times_drawn(np.arange(len(outside_O)), rounds, seed=1)
    return _weighted_auroc(inside_I, outside_O, _times_drawn(groups, rounds, seed=0), times_BO)


def bootstrap_auroc_interval(
    inside_I: np.ndarray, outside_O: np.ndarray, groups_I: np.ndarray | None = None, rounds: int = 1000
) -> tuple[float, float]:
    """95% percentile interval of the area under the ROC curve."""
    return interval_of(bootstrap_auroc(inside_I, outside_O, groups_I, rounds))


def bootstrap_calibration_error(
    confidence_Q: np.ndarray,
    correct_Q: np.ndarray,
    groups_Q: np.ndarray | None = None,
    bins: int = 15,
    rounds: int = 1000,
) -> np.ndarray:
    """(rounds,) expected calibration errors of resampled queries, paired as those of bootstrap_auroc.

    Resampling adds noise and noise only widens gaps, so these lean upwards: a bound more from above.
    """
    groups = np.arange(len(confidence_Q)) if groups_Q is None else groups_Q
    times_BQ = _times_drawn(groups, rounds, seed=0)
    which = np.minimum((confidence_Q * bins).astype(int), bins - 1)
    gap_QN = (confidence_Q - correct_Q)[:, None] * (which[:, None] == np.arange(bins))
    return np.abs(times_BQ @ gap_QN).sum(axis=1) / times_BQ.sum(axis=1)


def interval_of(rounds_B: np.ndarray) -> tuple[float, float]:
    """The middle 95% of resampled values."""
    low, high = np.quantile(rounds_B, [0.025, 0.975])
    return float(low), float(high)


def paired_difference_interval(
    values_a: np.ndarray, values_b: np.ndarray, groups: np.ndarray | None = None
) -> tuple[float, float]:
    """95% interval of mean(a - b) over the same queries: both models meet the same resampled groups, so
    what is hard for both cancels. Raises ValueError when the two did not answer the same queries."""
    if len(values_a) != len(values_b):
        raise ValueError(f"{len(values_a)} and {len(values_b)} values; wanted: the same queries in both")
    return bootstrap_interval(np.asarray(values_a, float) - np.asarray(values_b, float), groups)
