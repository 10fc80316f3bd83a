"""Measures what a model answered: figures with 95% intervals, the values of each query, and the report."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from train import metrics
from train.answers import GROUPS, Answers, read_answers, save_arrays
from train.report import plots, sheets
from train.report import run as of_the_run
from train.report.run import Layer

__all__ = ["GROUPS", "Answers", "figures", "read_answers", "write_report"]

# About so many triplets, the same number for every query and, for one protocol, the same for every model.
TRIPLETS = 10_000
OUTSIDE_NEAREST = 3  # records whose mean similarity is the out-of-domain score, as in the served reading
RECALLS = (1, 5, 10)
INSTANCE_RECALLS = (1, 10)
# What a report may hold besides figures.json and per_query.npz. What a second evaluation does not make
# again is taken away: a report is of one evaluation.
PICTURED = (
    *("confusion_matrix.png", "confusion.csv", "classification_report.txt", "reliability.png"),
    *("reliability.csv", "embedding_map.png", "map.json", "triplets.png", "triplets.txt"),
    *("curves.png", "curves.csv", "network.png", "network.txt"),
)


def figures(
    answers: Answers, margin: float, groups: str = "source"
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Figures ready for JSON, and the values behind them of each query.

    Every metric is {"value": mean, "interval": [low, high]}, the 95% bootstrap interval over `groups`, one of
    GROUPS: what stands or falls together is drawn together. Retrieval asks only queries that have a relevant
    record, and says how many had none; triplets have a query as anchor and two gallery records. The values
    are (Q,) arrays, NaN where a query has no say, beside names, groups and what ECE and AUROC come from.
    Raises ValueError for unread answers and unknown groups.
    """
    if not answers.is_read:
        raise ValueError("the answers have no reading yet; wanted: read_answers(answers, validation)")
    groups_Q = answers.groups_of(groups)
    similarity_QG, relevant_QG = answers.similarities(), answers.relevant()
    order_QK = metrics.ranked(similarity_QG, answers.own_row_Q)
    correct_Q = answers.predicted_Q == answers.query_labels
    per_query = (
        _retrieval(np.take_along_axis(relevant_QG, order_QK, axis=1))
        | {"kNN accuracy": correct_Q.astype(np.float64)}
        | _triplet_values(similarity_QG, relevant_QG, answers, margin)
        | _instances(np.take_along_axis(answers.same_source(), order_QK, axis=1))
    )
    measured: dict[str, Any] = {}
    for name, values_Q in per_query.items():
        if (asked := ~np.isnan(values_Q)).any():
            interval = metrics.bootstrap_interval(values_Q[asked], groups_Q[asked])
            measured[name] = _figure(values_Q[asked].mean(), interval)
    error = metrics.expected_calibration_error(answers.confidence_Q, correct_Q)
    low, high = metrics.interval_of(
        metrics.bootstrap_calibration_error(answers.confidence_Q, correct_Q, groups_Q)
    )
    measured["ECE"] = _figure(error, (min(low, error), high))
    inside_Q = _nearest_mean(similarity_QG, order_QK)
    outside_OG = answers.outside_OD @ answers.gallery_ND.T
    outside_O = _nearest_mean(outside_OG, metrics.ranked(outside_OG, np.full(len(outside_OG), -1)))
    if len(outside_O):
        interval = metrics.bootstrap_auroc_interval(inside_Q, outside_O, groups_Q)
        measured["out-of-domain AUROC"] = _figure(metrics.auroc(inside_Q, outside_O), interval)
    about = {
        "queries": len(answers.query_names),
        "gallery": len(answers.gallery_names),
        "classes": len(np.unique(answers.query_labels)),
        "outside": len(answers.outside_names),
        "queries with nothing to find": int(np.isnan(per_query["mAP@all"]).sum()),
        "margin": margin,
        "intervals": f"95%, bootstrap over each {groups} ({len(np.unique(groups_Q))})",
        "reading": answers.reading,
    }
    raw = {
        "names": answers.query_names,
        "groups": groups_Q,
        "confidence": answers.confidence_Q,
        "in-domain score": inside_Q,
        "outside score": outside_O,
    }
    return about | measured | {"per class": _per_class(answers, per_query)}, per_query | raw


def _figure(value: float, interval: tuple[float, float]) -> dict[str, Any]:
    return {"value": round(float(value), 4), "interval": [round(float(end), 4) for end in interval]}


def _retrieval(hits_QK: np.ndarray) -> dict[str, np.ndarray]:
    num_relevant_Q = hits_QK.sum(axis=1)
    asked = num_relevant_Q > 0
    found, wanted = hits_QK[asked], num_relevant_Q[asked]
    names = (*(f"recall@{k}" for k in RECALLS), "R-precision", "MAP@R", "mAP@all")
    if not asked.any():
        return {name: np.full(len(asked), np.nan) for name in names}
    values = (
        *(metrics.recall_at_k(found, k) for k in RECALLS),
        metrics.r_precision(found, wanted),
        metrics.map_at_r(found, wanted),
        metrics.average_precision(found, wanted),
    )
    return {name: _spread(one, asked) for name, one in zip(names, values, strict=True)}


def _instances(hits_QK: np.ndarray) -> dict[str, np.ndarray]:
    asked = hits_QK.any(axis=1)
    if not asked.any():
        return {}
    return {
        f"instance recall@{k}": _spread(metrics.recall_at_k(hits_QK[asked], k), asked)
        for k in INSTANCE_RECALLS
    }


def _spread(values: np.ndarray, asked_Q: np.ndarray) -> np.ndarray:
    """(Q,) float64: the values at the queries that were asked, NaN at the others."""
    values_Q = np.full(len(asked_Q), np.nan)
    values_Q[asked_Q] = values
    return values_Q


def _nearest_mean(similarity_QG: np.ndarray, order_QK: np.ndarray) -> np.ndarray:
    """(Q,) mean similarity of the nearest three, the query itself left out."""
    return np.take_along_axis(similarity_QG, order_QK[:, :OUTSIDE_NEAREST], axis=1).mean(axis=1)


def _triplet_values(
    similarity_QG: np.ndarray, relevant_QG: np.ndarray, answers: Answers, margin: float
) -> dict[str, np.ndarray]:
    each = max(1, round(TRIPLETS / len(similarity_QG)))
    anchors, positives, negatives = metrics.sample_triplets(relevant_QG, answers.own_row_Q, each)
    apart, by_margin = metrics.triplet_accuracies(
        similarity_QG[anchors, positives], similarity_QG[anchors, negatives], margin
    )
    asked_Q = np.isin(np.arange(len(similarity_QG)), anchors)
    return {
        "triplet accuracy": _spread(apart.reshape(-1, each).mean(axis=1), asked_Q),
        "triplet margin accuracy": _spread(by_margin.reshape(-1, each).mean(axis=1), asked_Q),
    }


def _per_class(answers: Answers, per_query: dict[str, np.ndarray]) -> dict[str, dict[str, Any]]:
    """Queries, gallery records and retrieval of each class, in the order of the alphabet."""
    found = {}
    for label in np.unique(answers.query_labels):
        mine_Q = answers.query_labels == label
        sizes = {"queries": int(mine_Q.sum()), "gallery": int((answers.gallery_labels == label).sum())}
        means = {
            name: None
            if np.isnan(values := per_query[name][mine_Q]).all()
            else round(float(np.nanmean(values)), 4)
            for name in ("recall@1", "mAP@all", "kNN accuracy")
        }
        found[str(label)] = sizes | means
    return found


def write_report(
    folder: Path,
    answers: Answers,
    measured: dict[str, Any],
    per_query: dict[str, np.ndarray],
    open_picture: Callable[[str], Image.Image] | None = None,
    events: Path | None = None,
    layers: Sequence[Layer] = (),
) -> None:
    """The report of an evaluation: figures.json, per_query.npz, and every plot with its twin in text.

    measured, per_query: of `figures`, with what the caller has to add (protocol, training minutes).
    open_picture: a picture by its name in `answers`; without it no map and no triplets. events: the run's
    events.jsonl; layers: rows of the network's diagram. Without these, and for a run that never trained, no
    curves and no diagram. All is written beside the folder and moved into it at the end, figures.json last.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as made:
        beside = Path(made)
        plots.confusion_matrix(answers.query_labels, answers.predicted_Q, beside)
        plots.reliability(
            answers.confidence_Q, answers.predicted_Q == answers.query_labels, measured["ECE"], beside
        )
        if open_picture is not None:
            sheets.embedding_map(answers, open_picture, beside)
            sheets.write_triplets(answers, open_picture, beside)
        if events is not None and events.exists():
            of_the_run.curves(of_the_run.read_events(events), beside)
        if layers:
            of_the_run.network(layers, beside)
        save_arrays(beside / "per_query.npz", per_query)
        text = json.dumps(measured, ensure_ascii=False, indent=1)
        (beside / "figures.json").write_text(text, encoding="utf-8")
        for name in PICTURED:
            if not (beside / name).exists():
                (folder / name).unlink(missing_ok=True)
        for path in sorted(beside.iterdir(), key=lambda path: (path.name == "figures.json", path.name)):
            path.replace(folder / path.name)
