"""Figures from plain NumPy arrays. Each is tested on a case worked out by hand."""

from __future__ import annotations

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


def expected_calibration_error(confidence_Q: np.ndarray, correct_Q: np.ndarray, bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over equal-width bins, weighted by their queries.

    Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017.
    """
    which = np.minimum((confidence_Q * bins).astype(int), bins - 1)
    gaps = np.bincount(which, confidence_Q - correct_Q.astype(np.float64), minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence_Q))
