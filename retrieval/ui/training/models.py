"""What the page is told of the models in use: anyone may ask, and nothing here changes anything."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from retrieval import segmentation
from retrieval.collection import Collection
from retrieval.overview import Confusion, Overview
from retrieval.provenance import figure_groups, training_of
from retrieval.search import SearchService
from retrieval.types import RequestError
from retrieval.ui.answers import notices, picture_path, record_json

# Pictures on the card of a collection.
SHOWN = 4


class Models:
    """The read-only half: each public method is asked by the page with one argument, and answers JSON."""

    def __init__(self, service: SearchService) -> None:
        self._service, self._overview = service, Overview(service)

    def models(self, _: Any = None) -> dict[str, Any]:
        """Every open collection: what it is, where it came from, how it was made, what was measured."""
        said = notices(self._service)
        return {
            "models": [
                self._model(name, collection) | {"notice": said.get(name)}
                for name, collection in self._service.collections.items()
            ]
        }

    def embedding_map(self, name: Any) -> dict[str, Any]:
        """{"points": [[x, y, label number, record id]], "labels", "explained", "version", "records"}; x and y
        in [-1, 1], y upwards."""
        collection = self._service.collection(name)
        drawn = self._overview.map(name)
        labels = {label: number for number, label in enumerate(collection.labels)}
        points = [
            [
                round(float(x), 4),
                round(float(y), 4),
                labels[collection.records[row].label],
                collection.records[row].id,
            ]
            for row, (x, y) in zip(drawn.rows_M.tolist(), drawn.points_M2, strict=True)
        ]
        return {
            "points": points,
            "labels": list(collection.labels),
            "explained": [round(share, 4) for share in drawn.explained],
            "version": collection.version,
            "records": len(collection),
        }

    def mixed_up(self, name: Any) -> dict[str, Any]:
        """Each record asked of the others: how many were right, and who was taken for whom."""
        collection = self._service.collection(name)
        found = self._overview.confusion(name)
        return _confusion_json(found) | {
            "pairs": [
                {
                    "label": mixed.label,
                    "other": mixed.other,
                    "count": mixed.count,
                    "of": mixed.of,
                    "back": mixed.back,
                    "back_of": mixed.back_of,
                    "record": self._record(name, collection, mixed.row),
                    "nearest": self._record(name, collection, mixed.nearest),
                }
                for mixed in found.pairs
            ],
        }

    def look_at(self, question: Any) -> dict[str, Any]:
        """A record and the three most like it. question: {"collection", "id", "version"}."""
        if not isinstance(question, dict):
            raise RequestError('wanted: {"collection", "id", "version"}.')
        name, version = str(question.get("collection")), str(question.get("version") or "")
        collection = self._service.of_version(name, version)
        row = collection.row(str(question.get("id")))
        similarities_1K, rows_1K = collection.index.search(collection.embeddings_ND[row : row + 1], 4)
        near = [
            self._record(name, collection, other) | {"similarity": round(float(similarity), 4)}
            for similarity, other in zip(similarities_1K[0], rows_1K[0].tolist(), strict=True)
            if other != row
        ]
        return {"record": self._record(name, collection, row), "nearest": near[:3]}

    def _record(self, name: str, collection: Collection, row: int) -> dict[str, Any]:
        record = collection.records[row]
        path = picture_path(self._service, name, record.id, collection.version)
        return record_json(self._service, name, record) | {"picture": path}

    def _model(self, name: str, collection: Collection) -> dict[str, Any]:
        step = max(1, len(collection) // SHOWN)
        pictured = [
            record
            for record in collection.records[step // 2 :: step][:SHOWN]
            if collection.has_picture(record.id)
        ]
        measured = figure_groups(collection.figures, collection.config.get("before"))
        return {
            "name": name,
            "titles": dict(collection.titles),
            "version": collection.version,
            "source": collection.source,
            "repository": collection.repository,
            "revision": collection.revision,
            "model_repository": collection.model_repository,
            "model_revision": collection.model_revision,
            "records": len(collection),
            "labels": len(_labels(collection)),
            "names": list(_labels(collection)[:SHOWN]),
            "readings": list(collection.readings),
            "votes": collection.calibration.k if collection.classifier is None and len(collection) else 0,
            "map": len(collection) >= 3,
            "samples": [record_json(self._service, name, record) for record in pictured],
            "terms_fr": dict(collection.terms_fr),
            "columns": {
                column.name: {"en": column.title_en, "fr": column.title_fr, "shown": column.shown}
                for column in collection.columns
            },
            "figures": [asdict(group) for group in measured],
            "training": asdict(training_of(collection.config)),
        }


def _labels(collection: Collection) -> tuple[str, ...]:
    """What it can say of a picture."""
    if collection.classifier is not None:
        return collection.classifier.labels
    if "mask" in collection.readings:
        return segmentation.CATEGORIES[: segmentation.ANSWERS]
    return collection.labels


def _confusion_json(found: Confusion) -> dict[str, Any]:
    return {
        "asked": found.asked,
        "right": found.right,
        "alone": found.alone,
        "labels": list(found.labels),
        "counts": None if found.counts_LL is None else found.counts_LL.tolist(),
    }
