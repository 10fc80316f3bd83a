"""What an opened collection is like: where its records lie, and which labels it takes for one another.
Computed from what is served, by the same index and the same vote.
"""

from __future__ import annotations

import threading
import weakref
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np

from retrieval import readings
from retrieval.collection import Collection
from retrieval.search import SearchService
from retrieval.types import RequestError

# Points of a map, and records that are asked of the others: more would only take longer.
MAP_POINTS, ASKED = 2000, 2000
# Up to so many labels a whole matrix can be read; beyond, only the pairs that are mixed up most.
MATRIX_LABELS, PAIRS = 12, 12
_Made = TypeVar("_Made")


@dataclass(frozen=True)
class EmbeddingMap:
    """The records in two dimensions. rows_M: of the collection, at most MAP_POINTS, evenly over it.
    points_M2: float32 in [-1, 1], one scale for both axes. explained: the variance along each, a share."""

    rows_M: np.ndarray
    points_M2: np.ndarray
    explained: tuple[float, float]


@dataclass(frozen=True)
class Mixed:
    """Two labels taken for one another, most often `label` for `other`. count: of the `of` records of `label`
    that were asked; back: of the `back_of` of `other` that were taken for `label`. row, nearest: a
    record of each, of those that were mixed up the two most alike."""

    label: str
    other: str
    count: int
    of: int
    back: int
    back_of: int
    row: int
    nearest: int


@dataclass(frozen=True)
class Confusion:
    """Each record asked of the others. asked, right: records. alone: records that are the only one of their
    label, which none of the others could be right about; they are not asked. labels, counts_LL: rows are what
    a record is, columns what it is taken for; () and None beyond MATRIX_LABELS. pairs: the most mixed up
    first."""

    asked: int
    right: int
    alone: int
    labels: tuple[str, ...] = ()
    counts_LL: np.ndarray | None = None
    pairs: tuple[Mixed, ...] = ()


@dataclass
class _Kept:
    """What was computed of one opened collection."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    made: dict[str, Any] = field(default_factory=dict)


class Overview:
    """Looks at the collections of a service. What takes time is computed once for each that is opened, and
    goes with it when another version takes its place."""

    def __init__(self, service: SearchService) -> None:
        self._service = service
        self._kept: weakref.WeakKeyDictionary[Collection, _Kept] = weakref.WeakKeyDictionary()
        self._keeping = threading.Lock()

    def map(self, name: str) -> EmbeddingMap:
        """Raises NotFoundError, and RequestError for a collection with too few records to draw."""
        collection = self._service.collection(name)
        if len(collection) < 3:
            raise RequestError(
                f"The collection {name!r} has {len(collection)} records; wanted: 3 to draw a map."
            )
        return self._once(collection, "map", lambda: project(collection.embeddings_ND))

    def confusion(self, name: str) -> Confusion:
        """Raises NotFoundError, and RequestError for a collection whose label is no vote of its records, or
        that has no two records of one label."""
        collection = self._service.collection(name)
        if "label" not in collection.readings or collection.classifier is not None or not len(collection):
            raise RequestError(f"The collection {name!r} reads no label from its records.")
        if len(collection.labels) == len(collection):
            raise RequestError(f"Every record of {name!r} has a label of its own; none can vote for another.")
        return self._once(collection, "confusion", lambda: confusion(collection))

    def _once(self, collection: Collection, what: str, make: Callable[[], _Made]) -> _Made:
        with self._keeping:
            kept = self._kept.setdefault(collection, _Kept())
        with kept.lock:
            if what not in kept.made:
                kept.made[what] = make()
            return kept.made[what]


def project(embeddings_ND: np.ndarray, most: int = MAP_POINTS) -> EmbeddingMap:
    """The two directions in which the embeddings differ most: PCA by a singular value decomposition."""
    rows_M = np.unique(
        np.linspace(0, len(embeddings_ND) - 1, min(most, len(embeddings_ND))).round().astype(int)
    )
    centred_MD = embeddings_ND[rows_M] - embeddings_ND[rows_M].mean(axis=0)
    _, values, directions = np.linalg.svd(centred_MD, full_matrices=False)
    directions_2D = directions[:2]
    # The sign of a singular vector is nobody's choice; with this one the map is the same on every machine.
    strongest = np.abs(directions_2D).argmax(axis=1)
    directions_2D = (
        directions_2D * np.sign(directions_2D[np.arange(len(directions_2D)), strongest])[:, np.newaxis]
    )
    points_M2 = centred_MD @ directions_2D.T
    low, high = points_M2.min(axis=0), points_M2.max(axis=0)
    half = max(float((high - low).max()) / 2, 1e-9)
    shares = values**2 / max(float((values**2).sum()), 1e-12)
    return EmbeddingMap(
        rows_M,
        ((points_M2 - (low + high) / 2) / half).astype(np.float32),
        (float(shares[0]), float(shares[1])),
    )


def confusion(collection: Collection, most: int = ASKED) -> Confusion:
    """Each record asked of all others, with the vote that is served."""
    labels_N, calibration = collection.labels_N, collection.calibration
    sizes = Counter(labels_N.tolist())
    able = np.flatnonzero([sizes[label] > 1 for label in labels_N.tolist()])
    asked = able[np.unique(np.linspace(0, len(able) - 1, min(most, len(able))).round().astype(int))]
    similarities_QK, rows_QK = collection.index.search(collection.embeddings_ND[asked], calibration.k + 1)
    seen: Counter[str] = Counter()
    counts: Counter[tuple[str, str]] = Counter()
    wrong: dict[tuple[str, str], tuple[float, int, int]] = {}
    for row, similarities_K, rows_K in zip(asked.tolist(), similarities_QK, rows_QK, strict=True):
        others = rows_K != row
        voters_K = similarities_K[others][: calibration.k]
        labels_K = labels_N[rows_K[others]][: calibration.k]
        label, taken_for = str(labels_N[row]), readings.vote(voters_K, labels_K, calibration.temperature)[0]
        seen[label] += 1
        counts[label, taken_for] += 1
        if label != taken_for:
            first = int(np.flatnonzero(labels_K == taken_for)[0])
            example = (float(voters_K[first]), row, int(rows_K[others][first]))
            wrong[label, taken_for] = max(example, wrong.get((label, taken_for), example))
    few = len(collection.labels) <= MATRIX_LABELS
    labels = collection.labels if few else ()
    return Confusion(
        asked=len(asked),
        right=sum(count for (label, taken_for), count in counts.items() if label == taken_for),
        alone=len(labels_N) - len(able),
        labels=labels,
        counts_LL=np.array([[counts[a, b] for b in labels] for a in labels]) if few else None,
        pairs=tuple(_pairs(counts, seen, wrong)[:PAIRS]),
    )


def _pairs(
    counts: Counter[tuple[str, str]],
    seen: Counter[str],
    wrong: dict[tuple[str, str], tuple[float, int, int]],
) -> list[Mixed]:
    """Each two labels once, in the direction that is more frequent."""
    found = []
    for label, other in wrong:
        there, back = counts[label, other], counts[other, label]
        if (there, other) > (back, label):
            _, row, nearest = wrong[label, other]
            found.append(Mixed(label, other, there, seen[label], back, seen[other], row, nearest))
    return sorted(found, key=lambda one: (-one.count - one.back, -one.count / one.of, one.label, one.other))
