"""What a collection's graphs make of one picture, which is decoded once whatever is wanted of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from retrieval import images, segmentation
from retrieval.collection import Collection
from retrieval.types import Embedding, Kind, Picture


@dataclass(frozen=True)
class Seen:
    """kind: what the picture was taken for, "record" for a record's own. The others are None where they were
    not wanted or the collection has none. layout_L: as retrieval.segmentation.layout gives it. mask_HW: at
    the picture's own size. row: the record's."""

    kind: str
    embedding_D: Embedding | None = None
    layout_L: Embedding | None = None
    mask_HW: np.ndarray | None = None
    row: int | None = None


def see_record(collection: Collection, record_id: str) -> Seen:
    """What is kept of a record. Raises NotFoundError for an id that is not here."""
    row, layouts_NL = collection.row(record_id), collection.layouts_NL
    layout_L = None if layouts_NL is None else layouts_NL[row]
    return Seen("record", collection.embeddings_ND[row], layout_L, row=row)


def see(
    collection: Collection,
    picture: Picture,
    kind: Kind,
    timings: dict[str, float],
    *,
    embedding: bool = False,
    layout: bool = False,
    mask: bool = False,
) -> Seen:
    """Decode a picture and ask the graphs for what is wanted; the collection needs to have them. Raises
    ImageError. The milliseconds of each stage are added to `timings`."""
    embedding_D = layout_L = mask_HW = None
    taken_for: str = kind
    with timed(timings, "load"):
        image, size = images.load_with_size(picture)
    if embedding:
        with timed(timings, "prepare"):
            prepared_CHW, taken_for = collection.encoder.prepare(image, kind)
        with timed(timings, "encode"):
            embedding_D = collection.encoder.encode(prepared_CHW[np.newaxis])[0]
    elif kind == "auto":
        taken_for = images.guess_kind(image)
    if layout or mask:
        with timed(timings, "segment"):
            logits_CHW = collection.segmenter.logits(image)
            if layout:
                layout_L = segmentation.layout_of(logits_CHW)
            if mask:
                mask_HW = segmentation.at_size(segmentation.mask_of(logits_CHW, image.size), size)
    return Seen(taken_for, embedding_D, layout_L, mask_HW)


@contextmanager
def timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    """Add the milliseconds of the block to the stage, which may come twice."""
    started = time.perf_counter()
    yield
    timings[stage] = timings.get(stage, 0.0) + (time.perf_counter() - started) * 1000
