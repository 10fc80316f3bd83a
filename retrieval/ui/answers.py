"""What the page is told: the collections when it opens, and an answer for each question."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from retrieval import segmentation
from retrieval.search import SearchService
from retrieval.types import MAX_K, BurinError, Query, Record, Segmentation
from retrieval.ui.french import DEFECT, in_both
from retrieval.ui.texts import TEXTS

log = logging.getLogger(__name__)

# Similarity in plain words, highest first; below the last it is "far". A collection's calibration says from
# which cosine on each holds.
CLOSENESS = ("very_close", "close", "loose")
SAMPLES = 15


def picture_path(service: SearchService, collection: str, record_id: str, version: str = "") -> str | None:
    """Where a record's picture is served, below the app's root; None for one that has no picture.
    The version makes it cacheable for good. version: that the record was found in; another may be served by
    now."""
    opened = service.of_version(collection, version)
    if not opened.has(record_id) or not opened.has_picture(record_id):
        return None
    name, record, version = (quote(part, safe="") for part in (collection, record_id, opened.version))
    return f"pictures/{name}/{record}.webp?v={version}"


def notices(service: SearchService) -> dict[str, dict[str, str]]:
    """What is to be known of collections, in both languages: {name: {"en": ..., "fr": ...}}."""
    return {name: in_both(sentence) for name, sentence in service.notices().items()}


def record_json(service: SearchService, collection: str, record: Record) -> dict[str, Any]:
    """A record as the page draws it."""
    return {
        "id": record.id,
        "label": record.label,
        "tags": list(record.tags),
        "fields": dict(record.fields),
        "picture": picture_path(service, collection, record.id),
    }


def page_meta(service: SearchService) -> dict[str, Any]:
    """Everything the page needs before the first question, as plain JSON: texts, collections, limits."""
    collections, said = {}, notices(service)
    for name, collection in service.collections.items():
        collections[name] = {
            "titles": dict(collection.titles),
            "version": collection.version,
            "source": collection.source,
            "repository": collection.repository,
            "revision": collection.revision,
            "notice": said.get(name),
            "count": len(collection),
            "by": list(collection.by),
            # Records of a classifier that have no picture are its prototypes: nothing to look at.
            "gallery": collection.pictured or (bool(len(collection)) and collection.classifier is None),
            "kinds": list(collection.query_kinds),
            "k": {"least": 1, "most": collection.most_k, "value": collection.default_k},
            "closeness": {
                "look": list(zip(collection.calibration.closeness, CLOSENESS, strict=True)),
                "layout": list(zip(segmentation.LAYOUT_CLOSENESS, CLOSENESS, strict=True)),
            },
            "words": {language: dict(sentences) for language, sentences in collection.words.items()},
            "columns": {
                c.name: {"en": c.title_en, "fr": c.title_fr, "shown": c.shown} for c in collection.columns
            },
            "terms_fr": dict(collection.terms_fr),
            "samples": [record_json(service, name, record) for record in _samples(service, name)],
        }
    return {
        "texts": TEXTS,
        "collection": next(iter(collections)),
        "collections": collections,
        "categories": [
            {"name": name, "colour": "#{:02x}{:02x}{:02x}".format(*colour)}
            for name, colour in zip(segmentation.CATEGORIES, segmentation.PALETTE, strict=True)
        ],
    }


def page_about(service: SearchService) -> Callable[[Any], dict[str, Any]]:
    """The function the page asks when it opens: what is open then, which may not be what was at the start."""

    def about(_: Any = None) -> dict[str, Any]:  # Gradio always sends something
        return page_meta(service)

    return about


def _samples(service: SearchService, name: str) -> list[Record]:
    """A few records to look at before the first stroke, spread over the whole collection."""
    records = service.collections[name].records
    return records[:: max(1, len(records) // SAMPLES)][:SAMPLES]


def page_ask(service: SearchService) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """The function the page asks. Errors come back as sentences in both languages, never as traces."""

    def ask(question: dict[str, Any]) -> dict[str, Any]:
        """question: {picture: data URL | None, like: id | None, kind, collection, k, tags, by}; with neither
        picture nor like, the records that carry the tags.

        Returns {"answer": SearchResult as JSON, each match with its `picture` path, with "mask" where the
        collection reads one}, {"records": records as the page draws them} or {"error": {"en": sentence,
        "fr": sentence}}.
        """
        try:
            if question.get("picture") is None and question.get("like") is None:
                return {"records": _tagged(service, question)}
            result, segmented = service.ask(_query(question))
        except BurinError as error:
            return {"error": in_both(str(error))}
        except Exception:
            log.exception("a question of the page failed")
            return {"error": DEFECT}
        answer = result.to_json()
        for match in answer["matches"]:
            match["picture"] = picture_path(service, result.collection, match["id"], result.version)
        answer["mask"] = None if segmented is None else mask_json(segmented)
        return {"answer": answer}

    return ask


def mask_json(segmented: Segmentation) -> dict[str, Any]:
    """A mask as data URLs of two PNGs: `png` in the palette's colours, `ids_png` with the plain ids."""
    mask_HW = segmented.mask_HW
    return segmented.to_json() | {
        "png": _data_url(segmentation.png(mask_HW)),
        "ids_png": _data_url(segmentation.ids_png(mask_HW)),
    }


def _data_url(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _tagged(service: SearchService, question: dict[str, Any]) -> list[dict[str, Any]]:
    name, tags = str(question.get("collection")), tuple(str(tag) for tag in question.get("tags") or ())
    collection = service.collection(name)
    rows = collection.rows_with(tags)[:MAX_K]
    return [record_json(service, name, collection.records[row]) for row in rows]


def _query(question: dict[str, Any]) -> Query:
    picture = question.get("picture")
    if picture is not None and not (isinstance(picture, str) and picture.startswith("data:")):
        # Only what the browser carries itself: a path here would be a file of the server.
        picture = b""
    like = question.get("like")
    return Query(
        collection=str(question.get("collection")),
        picture=picture,
        like=None if like is None else str(like),
        kind=question.get("kind", "auto"),
        k=question.get("k"),
        tags=tuple(str(tag) for tag in question.get("tags") or ()),
        by=question.get("by", "look"),
    )
