"""A picture that everybody can draw alike, and what a collection answers to it.

The answer is written into the manifest when a version is published, and asked again before the version is
served: the checksums say that the files are the ones that were meant, the probe that they work here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from retrieval import segmentation
from retrieval.collection import Collection
from retrieval.types import BundleError

NEAREST = 3
# Another processor, or another release of ONNX Runtime, moves a vector by far less.
LEAST_COSINE = 0.999
SIMILARITY_WITHIN = 0.005
SHARE_WITHIN = 0.01


def picture() -> Image.Image:
    """A house under the sun beside a tree, 320 x 240, in flat colours with dark outlines: RGB. Drawn without
    antialiasing, so that it has the same pixels everywhere."""
    drawn = Image.new("RGB", (320, 240), (168, 206, 240))
    pen = ImageDraw.Draw(drawn)
    ink = (24, 20, 26)
    pen.rectangle((0, 176, 319, 239), fill=(112, 108, 104), outline=ink, width=3)
    pen.ellipse((236, 20, 284, 68), fill=(250, 216, 90), outline=ink, width=3)
    pen.rectangle((60, 96, 168, 184), fill=(188, 92, 70), outline=ink, width=4)
    pen.polygon(((46, 98), (114, 40), (182, 98)), fill=(92, 58, 50), outline=ink, width=4)
    pen.rectangle((100, 128, 128, 184), fill=(60, 44, 40), outline=ink, width=3)
    pen.rectangle((236, 128, 248, 184), fill=(96, 68, 46), outline=ink, width=3)
    pen.ellipse((208, 76, 276, 140), fill=(74, 128, 60), outline=ink, width=4)
    return drawn


def answer(collection: Collection) -> dict[str, Any]:
    """What the collection makes of the picture, as plain JSON: "embedding" where it has an encoder, "nearest"
    ([id, similarity] of the first three) where it has records, "shares" where it reads a mask."""
    seen: dict[str, Any] = {}
    if collection.encoder is not None:
        embedding_D = _embedding(collection)
        seen["embedding"] = [round(float(value), 6) for value in embedding_D]
        if len(collection):
            similarities_1K, rows_1K = collection.index.search(embedding_D[np.newaxis], NEAREST)
            seen["nearest"] = [
                [collection.records[row].id, round(float(similarity), 5)]
                for row, similarity in zip(rows_1K[0].tolist(), similarities_1K[0], strict=True)
                if row >= 0
            ]
    if collection.segmenter is not None:
        seen["shares"] = _shares(collection)
    return seen


def check(collection: Collection) -> bool:
    """Whether the collection was asked: False for a manifest that says nothing of a probe.

    Raises BundleError when the answer is another than the one in the manifest, or the manifest's is none."""
    wanted = collection.probe
    if not wanted:
        return False
    seen = answer(collection)
    try:
        wrong = _differences(wanted, seen, collection)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise BundleError(
            f"{collection.name}: the manifest's probe is unusable ({error}); push it again."
        ) from None
    if wrong:
        raise BundleError(
            f"{collection.name} {collection.version} answers a known picture otherwise than when it was "
            f"published: {wrong}; publish it again from where it was made."
        )
    return True


def _differences(wanted: dict[str, Any], seen: dict[str, Any], collection: Collection) -> str:
    if set(wanted) != set(seen):
        return f"it gives {', '.join(seen) or 'nothing'}, the manifest has {', '.join(wanted)}"
    if "embedding" in wanted:
        meant_D = np.asarray(wanted["embedding"], dtype=np.float32)
        got_D = np.asarray(seen["embedding"], dtype=np.float32)
        if meant_D.shape != got_D.shape or not float(meant_D @ got_D) >= LEAST_COSINE:
            return "the encoder gives another embedding"
    for record_id, similarity in wanted.get("nearest", ()):
        # By similarity, not by rank: between two that are equally near either may come first.
        row = collection.row(record_id) if collection.has(record_id) else None
        if row is None:
            return f"the record {record_id!r} is not there"
        now = float(collection.embeddings_ND[row] @ np.asarray(seen["embedding"], dtype=np.float32))
        if not abs(now - float(similarity)) <= SIMILARITY_WITHIN:
            return f"{record_id} has the similarity {now:.3f}, it had {float(similarity):.3f}"
    if wanted.get("nearest") and abs(seen["nearest"][0][1] - wanted["nearest"][0][1]) > SIMILARITY_WITHIN:
        return f"the nearest is {seen['nearest'][0][0]}, it was {wanted['nearest'][0][0]}"
    for name, share in wanted.get("shares", {}).items():
        if not abs(seen["shares"][name] - float(share)) <= SHARE_WITHIN:
            return f"{name} has the share {seen['shares'][name]:.3f}, it had {float(share):.3f}"
    return ""


def _embedding(collection: Collection) -> np.ndarray:
    kind = collection.query_kinds[0]
    prepared_CHW, _ = collection.encoder.prepare(picture(), kind)
    return collection.encoder.encode(prepared_CHW[np.newaxis])[0]


def _shares(collection: Collection) -> dict[str, float]:
    mask_HW = collection.segmenter.segment(picture())
    return {name: round(share, 4) for name, share in segmentation.shares(mask_HW).items()}
