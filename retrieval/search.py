"""SearchService: Query in, SearchResult out. The page, the API and the command line all come this way."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from retrieval import images, readings
from retrieval.collection import Collection
from retrieval.types import (
    BusyError,
    Embedding,
    Kind,
    Match,
    NotFoundError,
    Picture,
    Query,
    Record,
    RequestError,
    SearchResult,
)

# Pictures encoded at the same time. A container may show the cores of its host: four are plenty.
AT_ONCE = min(os.cpu_count() or 1, 4)
TURN_WITHIN_S = 15.0


class SearchService:
    """The opened collections and the one way to ask them."""

    def __init__(self, collections: Mapping[str, Collection]) -> None:
        self.collections = dict(collections)
        # A picture being decoded may take a few hundred MB: few at a time, whoever asks.
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    @classmethod
    def open(cls, folders: Mapping[str, Path], source: str = "starter", threads: int = 0) -> SearchService:
        """Open bundle folders by name. Raises BundleError for the first that does not verify."""
        return cls({name: Collection(folder, source, threads) for name, folder in folders.items()})

    def collection(self, name: str) -> Collection:
        if not isinstance(name, str) or name not in self.collections:
            raise NotFoundError(f"There is no collection {name!r}; wanted: {', '.join(self.collections)}.")
        return self.collections[name]

    def search(self, query: Query) -> SearchResult:
        """Raises ImageError, RequestError, NotFoundError or BusyError, each a sentence for the person."""
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            collection = self.collection(query.collection)
            if query.like is not None:
                own_row = collection.row(query.like)
                query_D, kind = collection.embeddings_ND[own_row], "record"
            else:
                own_row = None
                query_D, kind = self._embed(collection, query.picture, query.kind, timings)
            with _timed(timings, "index"):
                voters = max(query.k, collection.calibration.k) + 1
                similarities_K, rows_K = _without(
                    own_row, *collection.index.search(query_D[np.newaxis], voters)
                )
            with _timed(timings, "reading"):
                reading = readings.NOTHING
                if len(rows_K):
                    reading = readings.read(
                        query_D, similarities_K, collection.labels_N[rows_K], collection.calibration
                    )
            if any(tag.strip() for tag in query.tags):
                allowed = collection.rows_with(query.tags)
                if not len(allowed):
                    raise RequestError(
                        f"No record carries the tags {', '.join(query.tags)}; try fewer or others."
                    )
                found = collection.index.search(query_D[np.newaxis], query.k + 1, only=allowed)
                similarities_K, rows_K = _without(own_row, *found)
        return SearchResult(
            matches=tuple(
                Match(rank, collection.records[row], float(similarity))
                for rank, (row, similarity) in enumerate(
                    zip(rows_K[: query.k].tolist(), similarities_K.tolist(), strict=False), start=1
                )
            ),
            label=reading.label,
            confidence=reading.confidence,
            in_domain=reading.in_domain,
            collection=collection.name,
            version=collection.version,
            kind=kind,
            timings_ms=timings,
        )

    def embedding(self, collection: str, picture: Picture, kind: Kind = "auto") -> Embedding:
        """(D,) float32 unit vector of a picture, as `collection` encodes it."""
        asked = Query(collection, picture=picture, kind=kind)  # checks kind, as a search does
        return self._embed(self.collection(asked.collection), asked.picture, asked.kind, {})[0]

    def record(self, collection: str, record_id: str) -> Record:
        return self.collection(collection).record(record_id)

    def records_by_tag(self, collection: str, text: str) -> list[Record]:
        """Every record that holds the words, those that carry them as label or tag first."""
        return self.collection(collection).by_words(text)

    def picture(self, collection: str, record_id: str) -> bytes:
        """The record's picture as encoded bytes (WebP, at most 384 px)."""
        return self.collection(collection).picture(record_id)

    def info(self) -> dict[str, Any]:
        """What is open, as plain JSON."""
        return {
            "collections": [
                {
                    "name": collection.name,
                    "titles": dict(collection.titles),
                    "version": collection.version,
                    "source": collection.source,
                    "records": len(collection),
                    "labels": list(collection.labels),
                    "dim": collection.encoder.config.dim,
                    "columns": [column.name for column in collection.columns],
                    "figures": dict(collection.figures),
                }
                for collection in self.collections.values()
            ]
        }

    def _embed(
        self, collection: Collection, picture: Picture, kind: Kind, timings: dict[str, float]
    ) -> tuple[Embedding, str]:
        if not self._turn.acquire(timeout=TURN_WITHIN_S):
            raise BusyError("Too many searches are waiting. Try again in a moment.")
        try:
            with _timed(timings, "load"):
                image = images.load(picture)
            with _timed(timings, "prepare"):
                prepared_CHW, taken_for = collection.encoder.prepare(image, kind)
            with _timed(timings, "encode"):
                embedding_D = collection.encoder.encode(prepared_CHW[np.newaxis])[0]
        finally:
            self._turn.release()
        return embedding_D, taken_for


def _without(
    row: int | None, similarities_1K: np.ndarray, rows_1K: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Drop the query's own row and the batch axis."""
    similarities_K, rows_K = similarities_1K[0], rows_1K[0]
    keep = rows_K != (-1 if row is None else row)
    return similarities_K[keep], rows_K[keep]


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    timings[stage] = (time.perf_counter() - started) * 1000
