"""The mistakes of an evaluation: what is confused with what, and which labels look wrong.

The functions read the arrays of `train.answers.Answers` and give back rows into them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from train.answers import Answers

SURE = 0.8  # confidence from which an answer is sure of itself
NEIGHBOURS, HEARD = 10, 5  # of a gallery record, when its label is doubted, and how many there must be
MOSTLY = 0.7  # of them must carry one other label
BLOCK = 512  # rows of similarities held at once


class Pair(NamedTuple):
    """`count` queries of `label` were answered `predicted`: `share` of the label's `of` queries."""

    label: str
    predicted: str
    count: int
    share: float
    of: int


@dataclass(frozen=True)
class Wrong:
    """query: its row. nearest: row of the nearest gallery record of the label answered; right: of the true
    label; None where the gallery has none. right_rank: place of `right` among all records, from 1."""

    query: int
    confidence: float
    nearest: int | None
    nearest_similarity: float | None
    right: int | None
    right_similarity: float | None
    right_rank: int | None


@dataclass(frozen=True)
class Suspect:
    """A picture whose label may be wrong. row: in the gallery, or in the queries if `is_query`. score: in
    [0, 1], higher is more doubtful. looks_like: the other label. evidence: gallery rows that carry it."""

    row: int
    is_query: bool
    looks_like: str
    score: float
    reason: str
    evidence: tuple[int, ...]


def confused_pairs(labels: np.ndarray, predicted: np.ndarray) -> list[Pair]:
    """Every ordered pair of a true label and another answered for it, the most frequent first.

    labels, predicted: (Q,) names. A tie goes to the larger share of the class, then to the alphabet.
    """
    sizes = Counter(labels.tolist())
    counts = Counter(zip(labels.tolist(), predicted.tolist(), strict=True))
    pairs = [
        Pair(label, other, count, count / sizes[label], sizes[label])
        for (label, other), count in counts.items()
        if label != other
    ]
    return sorted(pairs, key=lambda pair: (-pair.count, -pair.share, pair.label, pair.predicted))


def wrong_queries(answers: Answers) -> list[Wrong]:
    """Every wrong query beside its nearest record of the label answered and of the right label, the most
    confident first. A query that is itself in the gallery is never its own neighbour."""
    rows = np.flatnonzero(answers.predicted_Q != answers.query_labels)
    rows = rows[np.argsort(-answers.confidence_Q[rows], kind="stable")]
    found = []
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        similarity_BN = _similarities(answers.query_QD[block], answers.gallery_ND, answers.own_row_Q[block])
        for row, similarity_N in zip(block.tolist(), similarity_BN, strict=True):
            nearest = _nearest(similarity_N, answers.gallery_labels == answers.predicted_Q[row])
            right = _nearest(similarity_N, answers.gallery_labels == answers.query_labels[row])
            found.append(
                Wrong(
                    query=row,
                    confidence=float(answers.confidence_Q[row]),
                    nearest=nearest,
                    nearest_similarity=None if nearest is None else float(similarity_N[nearest]),
                    right=right,
                    right_similarity=None if right is None else float(similarity_N[right]),
                    right_rank=None if right is None else 1 + int((similarity_N > similarity_N[right]).sum()),
                )
            )
    return found


def _similarities(query_BD: np.ndarray, gallery_ND: np.ndarray, own_row_B: np.ndarray) -> np.ndarray:
    """(B, N) cosines, -inf where a query meets itself."""
    similarity_BN = query_BD @ gallery_ND.T
    inside = np.flatnonzero(own_row_B >= 0)
    similarity_BN[inside, own_row_B[inside]] = -np.inf
    return similarity_BN


def _nearest(similarity_N: np.ndarray, wanted_N: np.ndarray) -> int | None:
    rows = np.flatnonzero(wanted_N & np.isfinite(similarity_N))
    return int(rows[np.argmax(similarity_N[rows])]) if len(rows) else None


def likely_mislabelled(answers: Answers) -> list[Suspect]:
    """Gallery records among records of one other label, and queries that are surely wrong; the most
    doubtful first. A picture that is both is listed once, as a record.

    A record's chance of carrying a label is the label's share of its 10 nearest of other sources. It is
    doubted where one other label has most of them, and at least what that label's own records see of
    each other on average; score: that share less the share of its own label. A query is doubted where it
    is wrong with a confidence of at least 0.8 and of what right answers of that label have on average;
    score: the confidence.
    Source of both thresholds and of the margin: Northcutt, Jiang, Chuang, "Confident Learning: Estimating
    Uncertainty in Dataset Labels", JAIR 2021.
    """
    suspects = _doubted_records(answers)
    listed = {suspect.row for suspect in suspects}
    usual = {
        label: float(answers.confidence_Q[right_Q].mean())
        for label in np.unique(answers.predicted_Q).tolist()
        if (right_Q := (answers.predicted_Q == label) & (answers.query_labels == label)).any()
    }
    for wrong in wrong_queries(answers):
        looks_like = str(answers.predicted_Q[wrong.query])
        average = usual.get(looks_like)
        if wrong.confidence < max(SURE, average or 0.0) or int(answers.own_row_Q[wrong.query]) in listed:
            continue
        reason = f"answered {looks_like} with {wrong.confidence:.0%} confidence"
        reason += "" if average is None else f"; right answers of {looks_like} have {average:.0%} on average"
        evidence = () if wrong.nearest is None else (wrong.nearest,)
        suspects.append(Suspect(wrong.query, True, looks_like, wrong.confidence, reason, evidence))
    return sorted(suspects, key=lambda suspect: -suspect.score)


def _doubted_records(answers: Answers) -> list[Suspect]:
    labels_N = answers.gallery_labels
    near_NK = _neighbours(answers.gallery_ND, answers.gallery_sources)
    own_N = np.array([np.mean(labels_N[near_K] == labels_N[row]) for row, near_K in near_NK.items()])
    asked_N = labels_N[list(near_NK)]
    usual = {label: own_N[asked_N == label].mean() for label in np.unique(asked_N).tolist()}
    suspects = []
    for (row, near_K), own in zip(near_NK.items(), own_N.tolist(), strict=True):
        label, say = str(labels_N[row]), Counter(labels_N[near_K].tolist())
        looks_like, count = max(say.items(), key=lambda entry: (entry[0] != label, entry[1]))
        share = count / len(near_K)
        # A mean of tenths may be a hair above the tenth it is.
        if looks_like == label or share + 1e-9 < max(MOSTLY, usual.get(looks_like, 0.0)):
            continue
        reason = f"{count} of its {len(near_K)} nearest records say {looks_like}, {say[label]} say {label}"
        evidence_K = near_K[labels_N[near_K] == looks_like][:3]
        suspects.append(Suspect(row, False, looks_like, share - own, reason, tuple(evidence_K.tolist())))
    return suspects


def _neighbours(gallery_ND: np.ndarray, sources_N: np.ndarray) -> dict[int, np.ndarray]:
    """Rows of the 10 nearest of every record, the nearest first; no entry where fewer than 5 are to be heard.
    Pictures of one source would vouch for each other: they are left out, and with them the record itself."""
    count = len(gallery_ND)
    source_N = np.unique(sources_N, return_inverse=True)[1]
    source_N = np.where(sources_N == "", count + np.arange(count), source_N)  # one unknown stands alone
    near = {}
    for start in range(0, count, BLOCK):
        similarity_BN = gallery_ND[start : start + BLOCK] @ gallery_ND.T
        similarity_BN[source_N[start : start + BLOCK, None] == source_N] = -np.inf
        for row, similarity_N in enumerate(similarity_BN, start):
            first_K = np.argpartition(-similarity_N, min(NEIGHBOURS, count) - 1)[:NEIGHBOURS]
            first_K = first_K[np.isfinite(similarity_N[first_K])]
            if len(first_K) >= HEARD:
                near[row] = first_K[np.argsort(-similarity_N[first_K], kind="stable")]
    return near
