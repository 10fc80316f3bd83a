"""Scores of masks, all from confusion matrices: IoU, Dice and pixel accuracy, without void. Plain NumPy."""

from __future__ import annotations

import numpy as np

from retrieval.segmentation import ANSWERS
from train.metrics import interval_of

ROUNDS = 1000


def confusion(truth_HW: np.ndarray, predicted_HW: np.ndarray) -> np.ndarray:
    """(7, 7) int64 pixels: rows the truth, columns the answer. Pixels that are void in truth are left out.

    truth_HW, predicted_HW: uint8 category ids. Raises ValueError for masks of two sizes, and for an answer
    that is void: it would be right or wrong nowhere."""
    if truth_HW.shape != predicted_HW.shape:
        raise ValueError(f"masks of {truth_HW.shape} and {predicted_HW.shape}; wanted: the same photo")
    counted = truth_HW < ANSWERS
    if (predicted_HW[counted] >= ANSWERS).any():
        raise ValueError("the answer holds void; wanted: one of the seven categories for each pixel")
    pairs = truth_HW[counted].astype(np.int64) * ANSWERS + predicted_HW[counted]
    return np.bincount(pairs, minlength=ANSWERS**2).reshape(ANSWERS, ANSWERS)


def iou(confusion_CC: np.ndarray) -> np.ndarray:
    """(..., C) intersection over union of each category, in [0, 1]: TP / (TP + FP + FN), over all pixels of a
    data set at once. NaN for a category that is in neither truth nor answer.

    confusion_CC: (..., C, C) as of `confusion`, summed over frames. Source: Everingham et al., "The PASCAL
    Visual Object Classes Challenge", IJCV 2010; the score of Cityscapes too."""
    hits, told, true = _counts(confusion_CC)
    return _share(hits, told + true - hits)


def dice(confusion_CC: np.ndarray) -> np.ndarray:
    """(..., C) Dice coefficient of each category, in [0, 1]: 2 TP / (2 TP + FP + FN); NaN as in `iou`.

    Source: Dice, "Measures of the Amount of Ecologic Association Between Species", Ecology 26, 1945."""
    hits, told, true = _counts(confusion_CC)
    return _share(2 * hits, told + true)


def pixel_accuracy(confusion_CC: np.ndarray) -> np.ndarray:
    """(...) share of the pixels that are right, in [0, 1]; NaN where there are none."""
    hits, _, true = _counts(confusion_CC)
    return _share(hits.sum(axis=-1), true.sum(axis=-1))


def mean_over_categories(values_C: np.ndarray) -> np.ndarray:
    """(...) mean over the categories that have a value; NaN where none has one."""
    known = ~np.isnan(values_C)
    return _share(np.where(known, values_C, 0.0).sum(axis=-1), known.sum(axis=-1))


def resampled(confusion_NCC: np.ndarray, rounds: int = ROUNDS) -> np.ndarray:
    """(rounds, C, C) sums over frames drawn with replacement. The draws depend on the number of frames alone,
    so two models' rounds on the same frames are pairs."""
    count = len(confusion_NCC)
    times_BN = np.random.default_rng(0).multinomial(count, np.full(count, 1 / count), rounds)
    return np.einsum("bn,ncd->bcd", times_BN, confusion_NCC)


def interval(values_B: np.ndarray) -> tuple[float, float]:
    """The middle 95% of resampled values; rounds without a value are left out, NaN where none has one."""
    known = values_B[~np.isnan(values_B)]
    return interval_of(known) if len(known) else (float("nan"), float("nan"))


def _counts(confusion_CC: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    hits = np.diagonal(confusion_CC, axis1=-2, axis2=-1)
    return hits, confusion_CC.sum(axis=-2), confusion_CC.sum(axis=-1)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return np.where(whole > 0, part / np.maximum(whole, 1), np.nan)
