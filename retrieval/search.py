"""SearchService: Query in, SearchResult out; a photo in, Segmentation out; two pictures in, Comparison out.

The page, the API and the command line all come this way.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from retrieval import images, readings, segmentation
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
    Segmentation,
    check_k,
)

# Pictures encoded at the same time. A container may show the cores of its host: four are plenty.
AT_ONCE = min(os.cpu_count() or 1, 4)
TURN_WITHIN_S = 15.0


class SearchService:
    """The opened collections and the one way to ask them."""

    def __init__(
        self, collections: Mapping[str, Collection], told: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        """told: what else is to be known, a sentence by the name of a collection, open or not yet."""
        self.collections: Mapping[str, Collection] = dict(collections)
        # What was served before, whose pictures a page that is open may still show.
        self._replaced: Mapping[str, Collection] = {}
        self._told = told
        # A picture being decoded may take a few hundred MB: few at a time, whoever asks.
        self._turn = threading.BoundedSemaphore(AT_ONCE)

    @classmethod
    def open(cls, folders: Mapping[str, Path], source: str = "starter", threads: int = 0) -> SearchService:
        """Open bundle folders by name; where the main bundle of one does not verify, its siamese one.
        Raises BundleError for the first folder that has neither."""
        return cls({name: Collection.open(folder, source, threads) for name, folder in folders.items()})

    def place(self, name: str, collection: Collection, order: Sequence[str] = ()) -> None:
        """Serve a collection under a name from the next question on, in one assignment: questions that are
        being answered end on the one before. order: of the names. To be called by one thread at a time."""
        before = self.collections.get(name)
        opened = {**self.collections, name: collection}
        if before is not None:
            self._replaced = {**self._replaced, name: before}
        known = [one for one in order if one in opened]
        self.collections = {one: opened[one] for one in [*known, *(n for n in opened if n not in known)]}

    def collection(self, name: str) -> Collection:
        if not isinstance(name, str) or name not in self.collections:
            raise NotFoundError(f"There is no collection {name!r}; wanted: {', '.join(self.collections)}.")
        return self.collections[name]

    def search(self, query: Query) -> SearchResult:
        """Raises ImageError, RequestError, NotFoundError or BusyError, each a sentence for the person."""
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            collection = self.collection(query.collection)
            k = collection.default_k if query.k is None else query.k
            check_k(k, collection.most_k)
            if collection.encoder is None:
                return self._nothing_to_search(collection, query, timings)
            if query.like is not None:
                own_row = collection.row(query.like)
                query_D, kind = collection.embeddings_ND[own_row], "record"
            else:
                own_row = None
                query_D, kind = self._embed(collection, query.picture, query.kind, timings)
            with _timed(timings, "index"):
                voters = max(k, collection.calibration.k) + 1
                similarities_K, rows_K = _without(
                    own_row, *collection.index.search(query_D[np.newaxis], voters)
                )
            with _timed(timings, "reading"):
                reading = self._read(collection, query_D, similarities_K, rows_K)
            if any(tag.strip() for tag in query.tags):
                allowed = collection.rows_with(query.tags)
                if not len(allowed):
                    raise RequestError(
                        f"No record carries the tags {', '.join(query.tags)}; try fewer or others."
                    )
                found = collection.index.search(query_D[np.newaxis], k + 1, only=allowed)
                similarities_K, rows_K = _without(own_row, *found)
        return SearchResult(
            matches=tuple(
                Match(rank, collection.records[row], float(similarity))
                for rank, (row, similarity) in enumerate(
                    zip(rows_K[:k].tolist(), similarities_K.tolist(), strict=False), start=1
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

    @staticmethod
    def _read(
        collection: Collection, query_D: Embedding, similarities_K: np.ndarray, rows_K: np.ndarray
    ) -> readings.Reading:
        if not len(rows_K) and collection.classifier is None:
            return readings.NOTHING
        reading = readings.read(
            query_D,
            similarities_K,
            collection.labels_N[rows_K],
            collection.calibration,
            collection.classifier,
        )
        # Whether it looks like anything here is told all the same.
        return reading if "label" in collection.readings else replace(reading, label=None, confidence=None)

    def _nothing_to_search(
        self, collection: Collection, query: Query, timings: dict[str, float]
    ) -> SearchResult:
        """The answer of a collection of masks alone, in the words of every other: no match and no label. The
        picture is looked at all the same, so that a broken one is said."""
        if query.picture is None:
            collection.row(query.like)  # says that there are none
        with self._turn_to_decode(), _timed(timings, "load"):
            image = images.load(query.picture)
        kind = images.guess_kind(image) if query.kind == "auto" else query.kind
        return SearchResult((), None, None, True, query.collection, collection.version, kind, timings)

    def segment(self, collection: str, picture: Picture) -> Segmentation:
        """What is where in a photo, at the photo's own size. Raises ImageError, NotFoundError, BusyError, and
        RequestError for a collection that gives no mask, naming those that do."""
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            opened = self.collection(collection)
            if opened.segmenter is None:
                able = [name for name, one in self.collections.items() if one.segmenter is not None]
                raise RequestError(
                    f"The collection {collection!r} gives no mask; wanted: {', '.join(able) or 'none does'}."
                )
            with self._turn_to_decode():
                with _timed(timings, "load"):
                    image, size = images.load_with_size(picture)
                with _timed(timings, "segment"):
                    mask_HW = segmentation.at_size(opened.segmenter.segment(image), size)
            with _timed(timings, "reading"):
                shares = segmentation.shares(mask_HW)
        return Segmentation(mask_HW, shares, collection, opened.version, timings)

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
            opened = self._with_encoder(collection)
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
        return self._embed(self._with_encoder(asked.collection), asked.picture, asked.kind, {})[0]

    def _with_encoder(self, name: str) -> Collection:
        collection = self.collection(name)
        if collection.encoder is None:
            raise RequestError(f"The collection {name!r} gives masks alone; it makes no embedding.")
        return collection

    def record(self, collection: str, record_id: str) -> Record:
        return self.collection(collection).record(record_id)

    def records_by_tag(self, collection: str, text: str) -> list[Record]:
        """Every record that holds the words, those that carry them as label or tag first."""
        return self.collection(collection).by_words(text)

    def picture(self, collection: str, record_id: str, version: str = "") -> bytes:
        """The record's picture as encoded bytes (WebP, at most 384 px). version: that it was shown in, which
        may be the one before. Raises NotFoundError for none."""
        return self.of_version(collection, version).picture(record_id)

    def notices(self) -> dict[str, str]:
        """By name of a collection, a sentence where something is not as it was meant."""
        own = {name: one.notice for name, one in self.collections.items() if one.notice}
        return {**self._told(), **own}

    def replaced(self) -> list[Collection]:
        """What was served before, one for each name that had another."""
        return list(self._replaced.values())

    def of_version(self, name: str, version: str) -> Collection:
        """The collection at a version that is served, or was just now; the one of today for any other."""
        now, before = self.collection(name), self._replaced.get(name)
        return before if before is not None and before.version == version != now.version else now

    def info(self) -> dict[str, Any]:
        """What is open, as plain JSON."""
        notices = self.notices()
        return {
            "collections": [
                {
                    "name": name,
                    "titles": dict(collection.titles),
                    "version": collection.version,
                    "source": collection.source,
                    "notice": notices.get(name),
                    "repository": collection.repository or None,
                    "revision": collection.revision or None,
                    "model_revision": collection.model_revision or None,
                    "records": len(collection),
                    "labels": list(collection.labels),
                    "readings": list(collection.readings),
                    "query_kinds": list(collection.query_kinds),
                    "k": {"default": collection.default_k, "most": collection.most_k},
                    "dim": collection.embeddings_ND.shape[1],
                    "columns": [column.name for column in collection.columns],
                    "figures": dict(collection.figures),
                }
                for name, collection in self.collections.items()
            ]
        }

    def _embed(
        self, collection: Collection, picture: Picture, kind: Kind, timings: dict[str, float]
    ) -> tuple[Embedding, str]:
        with self._turn_to_decode():
            with _timed(timings, "load"):
                image = images.load(picture)
            with _timed(timings, "prepare"):
                prepared_CHW, taken_for = collection.encoder.prepare(image, kind)
            with _timed(timings, "encode"):
                embedding_D = collection.encoder.encode(prepared_CHW[np.newaxis])[0]
        return embedding_D, taken_for

    @contextmanager
    def _turn_to_decode(self) -> Iterator[None]:
        if not self._turn.acquire(timeout=TURN_WITHIN_S):
            raise BusyError("Too many searches are waiting. Try again in a moment.")
        try:
            yield
        finally:
            self._turn.release()


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
