"""The words of Burin as types: what goes into a search, what comes out, and what can go wrong.

This module imports nothing of ours; every other room may import it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from PIL import Image

Kind = Literal["auto", "sketch", "photo"]
KINDS: tuple[str, ...] = get_args(Kind)
# What makes two pictures alike: how they look to the encoder, or what is where in them (a mask's layout).
By = Literal["look", "layout"]
BYS: tuple[str, ...] = get_args(By)

# What any collection answers at most, and the default of one that sets none of its own.
MAX_K = 50
DEFAULT_K = 10

# Anything images.load() can turn into a picture: encoded bytes, a file, a data URL, or an open picture.
Picture = bytes | str | Path | Image.Image


class BurinError(Exception):
    """Base of every error a person may cause. The text is written for that person: what was seen, what
    is wanted, what to do next. Anything else that is raised is a defect of ours."""


class ImageError(BurinError):
    """The bytes are no picture we can read, or the picture is unsafe, too large or empty."""


class RequestError(BurinError):
    """A parameter is outside what the search accepts (k, kind, tags)."""


class BusyError(BurinError):
    """Too many ask at the same time; the same question can be asked again."""


class NotFoundError(BurinError):
    """No such collection or record."""


class HubError(BurinError):
    """The Hub does not answer, does not have what is asked, or does not let this token have it."""


class BundleError(BurinError):
    """A bundle on disk is incomplete, altered, or made by another encoder than it says."""


@dataclass(frozen=True)
class Record:
    """One entry of a collection.

    id: unique in its collection. label: the name that the reading votes on. tags: lower-case words.
    fields: the collection's own columns, JSON-ready values in the order of the manifest.
    """

    id: str
    label: str
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Query:
    """A question to one collection: either a picture, or the id of a record to find the like of. k: how many
    matches; None leaves it to the collection, which may bound it lower still. by: what the matches are alike
    in.

    Raises RequestError at construction for a k outside 1..50, an unknown kind or by, or neither/both of
    picture and like: unknown values stop at the door.
    """

    collection: str
    picture: Picture | None = None
    like: str | None = None
    kind: Kind = "auto"
    k: int | None = None
    tags: tuple[str, ...] = ()
    by: By = "look"

    def __post_init__(self) -> None:
        if self.k is not None:
            check_k(self.k, MAX_K)
        for name, value, known in (("kind", self.kind, KINDS), ("by", self.by, BYS)):
            if value not in known:
                raise RequestError(f"{name} is {value!r}; wanted: one of {', '.join(known)}.")
        if not isinstance(self.collection, str) or isinstance(self.tags, str):
            raise RequestError("collection has to be a name, and tags a list of words.")
        if (self.picture is None) == (self.like is None):
            raise RequestError("A search needs one picture, or one record id to find the like of.")


def check_k(k: Any, most: int) -> None:
    """Raises RequestError unless k is a whole number from 1 to `most`."""
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= most:
        raise RequestError(f"k is {k!r}; wanted: a whole number from 1 to {most}.")


@dataclass(frozen=True)
class Match:
    """A record found. rank: from 1. similarity: cosine in [-1, 1], higher is closer; of the layouts, in
    [0, 1], where the query asked by them."""

    rank: int
    record: Record
    similarity: float

    def to_json(self) -> dict[str, Any]:
        return {
            "rank": self.rank,
            "id": self.record.id,
            "label": self.record.label,
            "similarity": round(self.similarity, 4),
            "tags": list(self.record.tags),
            "fields": dict(self.record.fields),
        }


@dataclass(frozen=True)
class SearchResult:
    """The answer to a Query.

    matches: best first, at most k; none where the collection has no records to search. label: the reading's
    best guess (by the look of all records, whatever is asked for and shown), None when the collection has
    no label reading. confidence: calibrated probability of that label in [0, 1]. in_domain: False when the
    query is far from everything here; the nearest are still listed. kind: what the picture was taken for
    ("sketch" or "photo").
    timings_ms: milliseconds spent per stage, "total" included. answered: when, in UTC.
    """

    matches: tuple[Match, ...]
    label: str | None
    confidence: float | None
    in_domain: bool
    collection: str
    version: str
    kind: str
    timings_ms: Mapping[str, float]
    answered: datetime = field(default_factory=lambda: datetime.now(UTC))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types only; the HTTP layer adds image_url to each match. processing_time is in seconds,
        timestamp ISO 8601."""
        return {
            "matches": [match.to_json() for match in self.matches],
            "label": self.label,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
            "in_domain": self.in_domain,
            "collection": self.collection,
            "version": self.version,
            "kind": self.kind,
            "total_results": len(self.matches),
            "processing_time": round(self.timings_ms.get("total", 0.0) / 1000, 5),
            "timestamp": self.answered.isoformat(timespec="milliseconds"),
            "timings_ms": _rounded(self.timings_ms),
        }


@dataclass(frozen=True)
class Segmentation:
    """What is where in a photo. mask_HW: (H, W) uint8 category ids at the photo's own size. shares: part of
    the pixels of each category, in [0, 1], in the order of the ids.
    timings_ms: milliseconds spent per stage, "total" included.
    """

    mask_HW: np.ndarray
    shares: Mapping[str, float]
    collection: str
    version: str
    timings_ms: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types only, without the mask; who answers adds it as a PNG."""
        height, width = self.mask_HW.shape
        return {
            "width": width,
            "height": height,
            "shares": {name: round(share, 4) for name, share in self.shares.items()},
            "collection": self.collection,
            "version": self.version,
            "timings_ms": _rounded(self.timings_ms),
        }


@dataclass(frozen=True)
class Comparison:
    """How alike two pictures are. similarity: cosine of their embeddings in [-1, 1]. score: probability in
    [0, 1] that both show the same label, None where the bundle has no comparison head. timings_ms:
    milliseconds spent per stage on both, "total" included.
    """

    similarity: float
    score: float | None
    collection: str
    version: str
    timings_ms: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types only."""
        return {
            "similarity": round(self.similarity, 4),
            "score": None if self.score is None else round(self.score, 4),
            "collection": self.collection,
            "version": self.version,
            "timings_ms": _rounded(self.timings_ms),
        }


def _rounded(timings_ms: Mapping[str, float]) -> dict[str, float]:
    return {stage: round(value, 2) for stage, value in timings_ms.items()}


# (D,) or (N, D) float32, unit norm along the last axis.
Embedding = np.ndarray
