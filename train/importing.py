"""A table of recipes and a folder of their pictures as a bundle, without training: python -m train import.

The vectors are the frozen backbone's, a run's or another bundle's: to find a recipe by another photo of the
same plate the frozen one is best. Each recipe gets the tags of the dish that its picture looks like to a
cookbook.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from hub_assets import bundle as bundles
from hub_assets.bundle import Calibration, Manifest, write_manifest
from hub_assets.cards import dataset_card, model_card
from retrieval import readings
from retrieval.encoder import Encoder, EncoderConfig
from retrieval.types import ImageError
from train.beside import replaced_folder
from train.changed import strongly_changed
from train.metrics import with_interval
from train.records import thumbnail, write_records
from train.samples import PictureSet, Sample, on_threads
from train.tables import RECIPE_SHOWN, read_csv

BATCH = 64
# Matches of an answer: a cook wants a few.
DEFAULT_K, MOST_K = 3, 10
# Recipes whose picture is asked for, changed, to measure the bundle.
ASKED = 500
# A dish is believed, and its tags are taken, from this confidence on.
SURE = 0.5
WORDS = {
    "en": {
        "invitation": "Bring a photo of a dish. The recipes that look most like it appear here.",
        "not_here": "This does not look like a dish. These are the nearest.",
        "label": "Dish",
    },
    "fr": {
        "invitation": "Apportez la photo d’un plat. Les recettes qui lui ressemblent le plus paraissent ici.",
        "not_here": "Cela ne ressemble pas à un plat. Voici les plus proches.",
        "label": "Plat",
    },
}
CREDIT = "The recipes and pictures are those of the table they were imported from; so is their licence."


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

    def tags_of(self, picture: Image.Image) -> list[str]:
        """The dish that a picture shows and its tags; none where that is uncertain, or it is no dish."""
        embedding_D = self.encoder.encode(self.encoder.prepare(picture, "photo")[0][np.newaxis])[0]
        similarity_N = self.embeddings_ND @ embedding_D
        nearest = np.argsort(-similarity_N)[: max(3, self.calibration.k)]
        reading = readings.read(embedding_D, similarity_N[nearest], self.labels_N[nearest], self.calibration)
        if not reading.in_domain or reading.confidence is None or reading.confidence < SURE:
            return []
        return [str(reading.label).replace("_", " "), *self.tags[str(reading.label)]]


def import_recipes(
    table: Path,
    pictures: Path,
    out: Path,
    encoder: str,
    cookbook: str,
    name: str,
    version: str,
    progress: bool = False,
) -> list[str]:
    """Write the bundle beside `out`, put it in its place, and say what is in it and what was left out.

    encoder: a bundle's name or folder, a run folder, or "raw" for the frozen backbone. cookbook: name or
    folder of the bundle whose dishes give the tags; "" for none.
    Raises ValueError for a table that is none, NotFoundError or RuntimeError for an encoder that is not
    there.
    """
    found = read_csv(table, pictures, verify=False)
    dishes = Dishes.open(cookbook) if cookbook else None
    with replaced_folder(out) as part:
        _write_encoder(encoder, part / "model")
        config = json.loads((part / "model" / "config.json").read_text(encoding="utf-8"))
        opened = Encoder(part / "model" / bundles.ENCODER, EncoderConfig.from_json(config))
        broken = list(found.broken)
        kept: list[Sample] = []
        rows = _rows(found, opened, dishes, kept, broken, progress)
        count = write_records(part / "dataset", rows, [column.name for column in RECIPE_SHOWN])
        if not count:
            raise ValueError(f"{table} has no recipe with a picture that can be read; first: {broken[:1]}")
        figures, closeness = _measured(part, kept, opened)
        manifest = Manifest(
            name=name,
            titles={"en": "Recipes", "fr": "Recettes"},
            version=version,
            dim=opened.config.dim,
            rows=count,
            encoder_sha256="",
            columns=RECIPE_SHOWN,
            calibration=Calibration(closeness=closeness),
            readings=(),
            query_kinds=("photo",),
            default_k=DEFAULT_K,
            most_k=MOST_K,
            words=WORDS,
            figures=figures,
        )
        (part / "dataset" / "README.md").write_text(
            dataset_card(manifest, count, "other", CREDIT), encoding="utf-8"
        )
        (part / "model" / "README.md").write_text(model_card(manifest, config, "other"), encoding="utf-8")
        write_manifest(part, manifest)
    told = PictureSet(found.samples, tuple(broken)).lines()[1:]
    asked = figures["a strongly changed photo finds its own recipe"]
    return [
        *told,
        f"{out}: {count:,} recipes; a strongly changed photo finds its own as the first: "
        f"{asked['recall@1']['value']:.1%} of {asked['queries']}",
    ]


def _write_encoder(name: str, folder: Path) -> None:
    """Write model/ of the bundle to be."""
    if name == "raw" or (Path(name) / "config.json").is_file():
        # They need torch, which an import with another bundle's encoder does without.
        from train.bundling import write_frozen, write_run

        write_frozen(folder) if name == "raw" else write_run(Path(name), folder)
        return
    opened = bundles.read(bundles.find(name))
    if opened.encoder is None:
        raise ValueError(f"the bundle {name} has no encoder; wanted: one that finds pictures")
    shutil.copytree(opened.encoder.parent, folder)


def _rows(
    found: PictureSet,
    encoder: Encoder,
    dishes: Dishes | None,
    kept: list[Sample],
    broken: list[tuple[str, str]],
    progress: bool,
) -> Iterator[dict[str, Any]]:
    """Rows of `write_records`, a batch of pictures in memory at a time. Each sample is added to `kept`, or to
    `broken` where its picture cannot be read."""
    from tqdm import tqdm

    def opened(sample: Sample) -> tuple[np.ndarray, list[str], bytes] | str:
        try:
            picture = sample.open()
            tags = dishes.tags_of(picture) if dishes else []
            return encoder.prepare(picture, "photo")[0], tags, thumbnail(picture)
        except ImageError as error:
            return str(error)

    with tqdm(total=len(found.samples), desc="import", unit="recipe", disable=not progress) as bar:
        for start in range(0, len(found.samples), BATCH):
            samples = found.samples[start : start + BATCH]
            seen = on_threads(opened, samples, "")
            broken += [
                (sample.name, one) for sample, one in zip(samples, seen, strict=True) if isinstance(one, str)
            ]
            good = [
                (sample, *one) for sample, one in zip(samples, seen, strict=True) if not isinstance(one, str)
            ]
            if good:
                embeddings_ND = encoder.encode(np.stack([prepared for _, prepared, *_ in good]))
                for (sample, _, tags, picture), embedding_D in zip(good, embeddings_ND, strict=True):
                    yield {
                        "id": f"{len(kept):06d}",
                        "label": sample.label,
                        "tags": tags,
                        "picture": picture,
                        "embedding": embedding_D,
                        **sample.fields,
                    }
                    kept.append(sample)
            bar.update(len(samples))


def _measured(
    part: Path, kept: list[Sample], encoder: Encoder
) -> tuple[dict[str, Any], tuple[float, float, float]]:
    """How often a strongly changed photo finds its own recipe; and the similarity that half, three quarters
    and 95% of such photos have to their own: very close, close, loosely alike."""
    gallery_ND = np.concatenate(
        [
            np.array(pq.read_table(shard, columns=["embedding"]).column("embedding").to_pylist(), np.float32)
            for shard in sorted((part / "dataset").glob("*.parquet"))
        ]
    )
    rng = np.random.default_rng(0)
    ranks, own = [], []
    for row in rng.permutation(len(kept))[:ASKED]:
        try:
            changed = strongly_changed(kept[row].open(), rng)
            query_D = encoder.encode(encoder.prepare(changed, "photo")[0][np.newaxis])[0]
        except ImageError:  # what is left of it is one flat colour
            continue
        similarity_N = gallery_ND @ query_D
        mine = similarity_N[row]
        ranks.append(int((similarity_N > mine).sum()))
        own.append(float(mine))
    figures: dict[str, Any] = {"queries": len(ranks)}
    for k in (1, 10):
        hits = (np.array(ranks) < k).astype(np.float64)
        figures[f"recall@{k}"] = with_interval(hits)
    steps = tuple(round(float(np.quantile(own, share)), 3) for share in (0.5, 0.25, 0.05))
    return {"a strongly changed photo finds its own recipe": figures}, steps
