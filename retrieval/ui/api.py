"""The named endpoints: the same search as the page, for programs.

`image_url` of a match is absolute: the address the caller itself used (or GRADIO_ROOT_PATH, or what a
proxy forwards), then /pictures/..., so it can be fetched as it is, with the same sign-in. It is null for a
record that has no picture.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from typing import Any, Literal

import gradio as gr
from gradio.blocks import BlockFunction
from gradio.components.api_component import Api
from gradio.components.base import Component
from gradio.context import Context, get_blocks_context
from gradio.data_classes import FileData
from gradio.route_utils import get_root_url
from gradio_client.utils import is_http_url_like

from retrieval.search import AT_ONCE, SearchService
from retrieval.types import BurinError, ImageError, Query, Record, RequestError, check_k
from retrieval.ui.answers import mask_json, notices, picture_path

log = logging.getLogger(__name__)

TAGGED_AT_MOST = 50  # records of one answer of /tags; `total` says how many there are

# Written out because Gradio builds the documentation of the parameters from the annotations.
KindName = Literal["auto", "sketch", "photo"]
ByName = Literal["look", "layout"]


@contextmanager
def _said_clearly():
    """Our own errors reach the caller as one sentence; Gradio masks every other one."""
    try:
        yield
    except BurinError as error:
        raise gr.Error(str(error), print_exception=False) from None


def picture_of(image: Any, name: str = "image") -> str:
    """A data URL, or the path of a file that came through Gradio's upload (and was checked by it).

    image: {"path": ..., "meta": {"_type": "gradio.FileData"}} as gradio_client sends it,
    {"url": "data:image/png;base64,..."}, or such a data URL itself. name: of the parameter, for the error.
    Raises ImageError for anything else: a bare path would be a file of the server.
    """
    if isinstance(image, FileData):
        return image.path
    if isinstance(image, dict):
        if image.get("path") and (image.get("meta") or {}).get("_type") == "gradio.FileData":
            return str(image["path"])
        image = image.get("url")
    if isinstance(image, str) and image.startswith("data:"):
        return image
    raise ImageError(
        f"There is no {name}; wanted: an uploaded file (handle_file in gradio_client) or "
        '{"url": "data:image/png;base64,..."}.'
    )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise RequestError(f"{name} is {value!r}; wanted: text.")
    return value


def _tags(tags: Any) -> tuple[str, ...]:
    if tags is None:
        return ()
    if isinstance(tags, str):
        tags = tags.split(",")
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise RequestError(f'tags is {tags!r}; wanted: a list of words, as ["goblet", "wheel"].')
    return tuple(tag.strip() for tag in tags if tag.strip())


def _query(
    image: Any, collection: Any, kind: Any, k: Any = None, tags: Any = None, by: Any = "look"
) -> Query:
    """The parameters as a Query, which checks kind, k and by. Raises RequestError or ImageError."""
    collection, kind, by = _text("collection", collection), _text("kind", kind), _text("by", by)
    return Query(collection, picture=picture_of(image), kind=kind, k=k, tags=_tags(tags), by=by)


def _root(request: gr.Request) -> str:
    """The public address of the app, without a trailing slash."""
    http = request.request
    return get_root_url(http, route_path=http.url.path, root_path=http.app.root_path)


def add_endpoints(service: SearchService) -> None:
    """Add /search, /segment, /compare, /embedding, /record, /tags, /info and /health to the Blocks."""
    default = next(iter(service.collections))
    masks = next((name for name, one in service.collections.items() if one.segmenter is not None), default)

    def shown(collection: str, record_id: str, request: gr.Request, version: str = "") -> str | None:
        path = picture_path(service, collection, record_id, version)
        return f"{_root(request)}/{path}" if path else None

    def as_json(collection: str, record: Record, request: gr.Request) -> dict[str, Any]:
        return {
            "id": record.id,
            "label": record.label,
            "tags": list(record.tags),
            "image_url": shown(collection, record.id, request),
            "fields": dict(record.fields),
        }

    def search(
        image: FileData,
        collection: str = default,
        kind: KindName = "auto",
        k: int | None = None,
        tags: list[str] = [],  # noqa: B006 - shown as the default in the documentation, never changed
        by: ByName = "look",
        request: gr.Request = None,  # type: ignore[assignment]
    ) -> dict:
        """Find the records most like a drawing or photo: the k nearest, best first, and the best guess.
        Without k as many as the collection sets. Alike in look or, where the collection tells what is where
        in its pictures, in layout."""
        with _said_clearly():
            if k is not None:  # a Query knows only the bound of all collections
                check_k(k, service.collection(_text("collection", collection)).most_k)
            query = _query(image, collection, kind, k, tags, by)
            answer = service.search(query).to_json()
        for match in answer["matches"]:
            match["image_url"] = shown(collection, match["id"], request, answer["version"])
        return answer

    def segment(image: FileData, collection: str = masks) -> dict:
        """What is where in a street photo: the mask as two PNGs of the photo's own size (`png` in colours,
        `ids_png` with the category ids) and the share of each category."""
        with _said_clearly():
            return mask_json(service.segment(_text("collection", collection), picture_of(image)))

    def compare(
        image_a: FileData, image_b: FileData, collection: str = default, kind: KindName = "auto"
    ) -> dict:
        """How alike two pictures are: the cosine of their embeddings and, where the collection's model was
        trained for it, the probability that both show the same label."""
        with _said_clearly():
            pictures = picture_of(image_a, "image_a"), picture_of(image_b, "image_b")
            collection, kind = _text("collection", collection), _text("kind", kind)
            return service.compare(collection, *pictures, kind, kind).to_json()

    def embedding(image: FileData, collection: str = default, kind: KindName = "auto") -> dict:
        """The picture as the collection's encoder sees it: a unit-norm vector."""
        with _said_clearly():
            query = _query(image, collection, kind)
            vector = service.embedding(query.collection, query.picture, query.kind)
        return {
            "embedding": [float(value) for value in vector],
            "dim": len(vector),
            "collection": collection,
            "version": service.collections[collection].version,
        }

    def record(collection: str, id: str, request: gr.Request) -> dict:
        """One record of a collection with all its fields."""
        with _said_clearly():
            return as_json(
                collection, service.record(_text("collection", collection), _text("id", id)), request
            )

    def tags(collection: str, text: str, request: gr.Request) -> dict:
        """The records that hold every word of the text, English or French; label and tags come first."""
        with _said_clearly():
            found = service.records_by_tag(_text("collection", collection), _text("text", text))
        records = [as_json(collection, one, request) for one in found[:TAGGED_AT_MOST]]
        return {"collection": collection, "total": len(found), "records": records}

    def info() -> dict:
        """The open collections: where they come from, their versions, columns and labels."""
        opened = service.info()["collections"]
        said = notices(service)
        return {"collections": [one | {"notice": said.get(one["name"])} for one in opened]}

    def _health() -> dict:
        """Whether the app answers, and with which collections. GET /health says the same without sign-in."""
        return health(service)

    for function, name, shares in (
        (search, "search", "search"),
        (segment, "segment", "search"),
        (compare, "compare", "search"),
        (embedding, "embedding", "search"),
        (record, "record", "records"),
        (tags, "tags", "records"),
        (info, "info", "records"),
        (_health, "health", "records"),
    ):
        _add(function, name, shares)
    _fetch_nothing()
    _fill_in()


def _fetch_nothing() -> None:
    """Let no caller have the server fetch an address: Gradio would, whole and before our code is asked."""

    def checked(block: Component) -> Callable[[Any], Awaitable[str | None]]:
        move = block.async_move_resource_to_block_cache

        async def uploaded_only(path: Any) -> str | None:
            if is_http_url_like(str(path)):
                raise gr.Error(
                    "An address is not fetched; send the picture itself, as a file or a data URL.",
                    print_exception=False,
                )
            return await move(path)

        return uploaded_only

    for block in get_blocks_context().blocks.values():
        if isinstance(block, Api):
            block.async_move_resource_to_block_cache = checked(block)


def _fill_in() -> None:
    """Let a caller who lists the values leave out the last ones. Gradio would refuse that without a word, and
    one parameter more would break every request of before."""
    blocks = Context.root_block
    check = blocks.validate_inputs

    def filled(function: BlockFunction, values: list[Any]) -> None:
        left_out = function.inputs[len(values) :]
        if all(isinstance(one, Api) for one in left_out):
            values += [one.value for one in left_out]
        check(function, values)

    blocks.validate_inputs = filled


def _add(function: Callable, name: str, shares: str) -> None:
    gr.api(function, api_name=name, concurrency_id=shares, concurrency_limit=AT_ONCE)


def health(service: SearchService) -> dict[str, Any]:
    """{"status": "ok", "notices": [{"collection", "en", "fr"}], "collections": {name: {"version",
    "records", "source", "revision"}}}: safe to show to anyone. A notice says what does not work as meant."""
    return {
        "status": "ok",
        "notices": [{"collection": name, **sentences} for name, sentences in notices(service).items()],
        "collections": {
            name: {
                "version": collection.version,
                "records": len(collection),
                "source": collection.source,
                "revision": collection.revision or None,
            }
            for name, collection in service.collections.items()
        },
    }
