"""SearchService: Query in, SearchResult out; two pictures in, Comparison out.

The page, the API and the command line all come this way.
"""

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
    Comparison,
    Embedding,
    ImageError,
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
        """Open bundle folders by name; where the main bundle of one does not verify, its siamese one.
        Raises BundleError for the first folder that has neither."""
        return cls({name: Collection.open(folder, source, threads) for name, folder in folders.items()})

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
            collection=query.collection,
            version=collection.version,
            kind=kind,
            timings_ms=timings,
        )

    def compare(
        self,
        collection: str,
        picture_a: Picture,
        picture_b: Picture,
        kind_a: Kind = "auto",
        kind_b: Kind = "auto",
    ) -> Comparison:
        """How alike two pictures are to the encoder of `collection`. Raises what `search` raises; what is
        wrong with a picture says whether it is the first or the second."""
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            asked = (
                Query(collection, picture=picture_a, kind=kind_a),
                Query(collection, picture=picture_b, kind=kind_b),
            )
            opened = self.collection(collection)
            embeddings = []
            for place, query in zip(("first", "second"), asked, strict=True):
                try:
                    embeddings.append(self._embed(opened, query.picture, query.kind, timings)[0])
                except ImageError as error:
                    raise ImageError(f"The {place} of the two pictures: {error}") from None
            a_D, b_D = embeddings
            with _timed(timings, "reading"):
                similarity = float(np.clip(a_D @ b_D, -1.0, 1.0))
                score = None
                if opened.comparison is not None:
                    score = readings.same_label_score(a_D, b_D, opened.comparison)
        return Comparison(similarity, score, collection, opened.version, timings)

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
        """The record's picture as encoded bytes (WebP, at most 384 px). Raises NotFoundError for none."""
        return self.collection(collection).picture(record_id)

    def info(self) -> dict[str, Any]:
        """What is open, as plain JSON."""
        return {
            "collections": [
                {
                    "name": name,
                    "titles": dict(collection.titles),
                    "version": collection.version,
                    "source": collection.source,
                    "notice": collection.notice or None,
                    "records": len(collection),
                    "labels": list(collection.labels),
                    "dim": collection.encoder.config.dim,
                    "columns": [column.name for column in collection.columns],
                    "figures": dict(collection.figures),
                }
                for name, collection in self.collections.items()
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
    """Add the milliseconds of the block to the stage, which may come twice."""
    started = time.perf_counter()
    yield
    timings[stage] = timings.get(stage, 0.0) + (time.perf_counter() - started) * 1000
