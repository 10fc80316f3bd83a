"""SearchService: Query in, SearchResult out; a photo in, Segmentation out; two pictures in, Comparison out.

The page, the API and the command line all come this way.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from retrieval import readings, segmentation
from retrieval.collection import Collection
from retrieval.seeing import Seen, see, see_record, timed
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

    def remove(self, name: str) -> None:
        """Serve nothing under this name from the next question on. To be called as `place` is."""
        self.collections = {one: opened for one, opened in self.collections.items() if one != name}
        self._replaced = {one: opened for one, opened in self._replaced.items() if one != name}

    def collection(self, name: str) -> Collection:
        if not isinstance(name, str) or name not in self.collections:
            raise NotFoundError(f"There is no collection {name!r}; wanted: {', '.join(self.collections)}.")
        return self.collections[name]

    def search(self, query: Query) -> SearchResult:
        """Raises ImageError, RequestError, NotFoundError or BusyError, each a sentence for the person."""
        return self._answer(query, masked=False)[0]

    def ask(self, query: Query) -> tuple[SearchResult, Segmentation | None]:
        """What `search` answers and, of a photo and a collection that gives one, the mask: the photo is
        decoded once, and the milliseconds of both are those of the whole. Raises as `search` does."""
        return self._answer(query, masked=True)

    def _answer(self, query: Query, masked: bool) -> tuple[SearchResult, Segmentation | None]:
        timings: dict[str, float] = {}
        with timed(timings, "total"):
            collection = self.collection(query.collection)
            query = replace(query, k=collection.default_k if query.k is None else query.k)
            check_k(query.k, collection.most_k)
            by_layout = query.by == "layout"
            if by_layout and collection.layout_index is None:
                able = [name for name, one in self.collections.items() if one.layout_index is not None]
                raise RequestError(
                    f"The collection {query.collection!r} has no layouts to search by; "
                    f"wanted: {', '.join(able) or 'none has any'}."
                )
            if query.like is not None:
                seen = see_record(collection, query.like)
            else:
                masked = masked and collection.segmenter is not None
                encoded = collection.encoder is not None
                with self._turn_to_decode():
                    seen = see(
                        collection,
                        query.picture,
                        query.kind,
                        timings,
                        embedding=encoded,
                        layout=by_layout,
                        mask=masked,
                    )
            if seen.embedding_D is None:  # masks alone: there is no record, and nothing to read a label from
                reading, matches = readings.Reading(None, None, True, 1.0), ()
            else:
                reading, matches = self._nearest(collection, query, seen, timings)
            result = SearchResult(
                matches=matches,
                label=reading.label,
                confidence=reading.confidence,
                in_domain=reading.in_domain,
                collection=query.collection,
                version=collection.version,
                kind=seen.kind,
                timings_ms=timings,
            )
            mask = None
            if seen.mask_HW is not None:
                mask = _segmentation(query.collection, collection, seen.mask_HW, timings)
        return result, mask

    def _nearest(
        self, collection: Collection, query: Query, seen: Seen, timings: dict[str, float]
    ) -> tuple[readings.Reading, tuple[Match, ...]]:
        """The reading, which is of all records and by their look; and what is asked for, best first."""
        look_D, k = seen.embedding_D, query.k
        with timed(timings, "index"):
            voters = max(k, collection.calibration.k) + 1
            similarities_K, rows_K = _without(seen.row, *collection.index.search(look_D[np.newaxis], voters))
        with timed(timings, "reading"):
            reading = self._read(collection, look_D, similarities_K, rows_K)
        allowed = None
        if any(tag.strip() for tag in query.tags):
            allowed = collection.rows_with(query.tags)
            if not len(allowed):
                raise RequestError(
                    f"No record carries the tags {', '.join(query.tags)}; try fewer or others."
                )
        if allowed is not None or query.by == "layout":
            index, asked = collection.index, look_D
            if query.by == "layout":
                index, asked = collection.layout_index, seen.layout_L
            with timed(timings, "index"):
                found = index.search(asked[np.newaxis], k + 1, only=allowed)
            similarities_K, rows_K = _without(seen.row, *found)
        return reading, tuple(
            Match(rank, collection.records[row], float(similarity))
            for rank, (row, similarity) in enumerate(
                zip(rows_K[:k].tolist(), similarities_K.tolist(), strict=False), start=1
            )
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

    def segment(self, collection: str, picture: Picture) -> Segmentation:
        """What is where in a photo, at the photo's own size. Raises ImageError, NotFoundError, BusyError, and
        RequestError for a collection that gives no mask, naming those that do."""
        timings: dict[str, float] = {}
        with timed(timings, "total"):
            opened = self.collection(collection)
            if opened.segmenter is None:
                able = [name for name, one in self.collections.items() if one.segmenter is not None]
                raise RequestError(
                    f"The collection {collection!r} gives no mask; wanted: {', '.join(able) or 'none does'}."
                )
            with self._turn_to_decode():
                seen = see(opened, picture, "photo", timings, mask=True)
            return _segmentation(collection, opened, seen.mask_HW, timings)

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
        with timed(timings, "total"):
            asked = (
                Query(collection, picture=picture_a, kind=kind_a),
                Query(collection, picture=picture_b, kind=kind_b),
            )
            opened = self._with_encoder(collection)
            embeddings = []
            for place, query in zip(("first", "second"), asked, strict=True):
                try:
                    embeddings.append(self._embed(opened, query, timings))
                except ImageError as error:
                    raise ImageError(f"The {place} of the two pictures: {error}") from None
            a_D, b_D = embeddings
            with timed(timings, "reading"):
                similarity = float(np.clip(a_D @ b_D, -1.0, 1.0))
                score = None
                if opened.comparison is not None:
                    score = readings.same_label_score(a_D, b_D, opened.comparison)
        return Comparison(similarity, score, collection, opened.version, timings)

    def embedding(self, collection: str, picture: Picture, kind: Kind = "auto") -> Embedding:
        """(D,) float32 unit vector of a picture, as `collection` encodes it."""
        asked = Query(collection, picture=picture, kind=kind)  # checks kind, as a search does
        return self._embed(self._with_encoder(asked.collection), asked, {})

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
                    "by": list(collection.by),
                    "k": {"default": collection.default_k, "most": collection.most_k},
                    "dim": collection.embeddings_ND.shape[1],
                    "columns": [column.name for column in collection.columns],
                    "figures": dict(collection.figures),
                }
                for name, collection in self.collections.items()
            ]
        }

    def _embed(self, collection: Collection, asked: Query, timings: dict[str, float]) -> Embedding:
        with self._turn_to_decode():
            return see(collection, asked.picture, asked.kind, timings, embedding=True).embedding_D

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


def _segmentation(
    name: str, collection: Collection, mask_HW: np.ndarray, timings: dict[str, float]
) -> Segmentation:
    with timed(timings, "reading"):
        shares = segmentation.shares(mask_HW)
    return Segmentation(mask_HW, shares, name, collection.version, timings)
