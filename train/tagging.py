"""Tags of photos of dishes, given by a cookbook: which dish is it, and what is said of that dish there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from hub_assets import bundle as bundles
from hub_assets.bundle import Calibration
from retrieval import readings
from retrieval.encoder import Encoder, EncoderConfig
from retrieval.types import ImageError
from train.samples import PictureSet, Sample, on_threads

# A dish is believed, and its tags are taken, from this confidence on.
SURE = 0.5
BATCH = 16


@dataclass(frozen=True)
class Dishes:
    """The dishes of a cookbook bundle, by which recipes are tagged. labels_N, embeddings_ND: of its records.
    tags: of each label."""

    encoder: Encoder
    labels_N: np.ndarray
    embeddings_ND: np.ndarray
    tags: dict[str, tuple[str, ...]]
    calibration: Calibration

    @classmethod
    def open(cls, name: str) -> Dishes:
        """Of a bundle, by name or folder. Raises NotFoundError or BundleError where there is none, ValueError
        where it names no dishes."""
        opened = bundles.read(bundles.find(name))
        if "label" not in opened.manifest.readings or not opened.manifest.rows or opened.encoder is None:
            raise ValueError(f"the bundle {name} names no dishes; wanted: one whose records have labels")
        rows = [
            row
            for shard in opened.shards
            for row in pq.read_table(shard, columns=["label", "tags", "embedding"]).to_pylist()
        ]
        return cls(
            Encoder(opened.encoder, EncoderConfig.from_json(opened.config)),
            np.array([row["label"] for row in rows]),
            np.array([row["embedding"] for row in rows], np.float32),
            {row["label"]: tuple(row["tags"]) for row in rows},
            opened.manifest.calibration,
        )

    def prepare(self, picture: Image.Image) -> np.ndarray:
        """The picture as `tags_of` takes it."""
        return self.encoder.prepare(picture, "photo")[0]

    def tags_of(self, prepared: Sequence[np.ndarray]) -> list[list[str]]:
        """Of each picture the dish that it shows and its tags; none where that is uncertain, or it is no
        dish."""
        if not prepared:
            return []
        return [self._tags(embedding_D) for embedding_D in self.encoder.encode(np.stack(prepared))]

    def _tags(self, embedding_D: np.ndarray) -> list[str]:
        similarity_N = self.embeddings_ND @ embedding_D
        nearest = np.argsort(-similarity_N)[: max(3, self.calibration.k)]
        reading = readings.read(embedding_D, similarity_N[nearest], self.labels_N[nearest], self.calibration)
        if not reading.in_domain or reading.confidence is None or reading.confidence < SURE:
            return []
        return [str(reading.label).replace("_", " "), *self.tags[str(reading.label)]]


def tagged(found: PictureSet, cookbook: str) -> PictureSet:
    """The set with the tags that a cookbook gives its pictures, and a note of how many have any. A picture
    that cannot be read has none. Raises as `Dishes.open` does."""
    dishes = Dishes.open(cookbook)

    def prepared(sample: Sample) -> np.ndarray | None:
        try:
            return dishes.prepare(sample.open())
        except ImageError:
            return None

    samples: list[Sample] = []
    for start in range(0, len(found.samples), BATCH):
        some = found.samples[start : start + BATCH]
        seen = on_threads(prepared, some, "")
        given = iter(dishes.tags_of([one for one in seen if one is not None]))
        samples += [
            replace(sample, tags=() if one is None else tuple(next(given)))
            for sample, one in zip(some, seen, strict=True)
        ]
    count = sum(bool(sample.tags) for sample in samples)
    note = f"tagged by the dishes of {cookbook}: {count:,} of {len(samples):,} pictures"
    return PictureSet(tuple(samples), found.broken, (*found.notes, note))
