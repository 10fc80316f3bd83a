"""A table of recipes and a folder of their pictures as a bundle, without training: python -m train import.

The vectors are the frozen backbone's, a run's or another bundle's: to find a recipe by another photo of the
same plate the frozen one is best. Each recipe gets the tags of the dish that its picture looks like to a
cookbook.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from hub_assets import bundle as bundles
from hub_assets.bundle import Calibration, Manifest, write_manifest
from hub_assets.cards import dataset_card, model_card
from retrieval.encoder import Encoder, EncoderConfig
from retrieval.types import ImageError
from train.beside import replaced_folder
from train.changed import strongly_changed
from train.metrics import with_interval
from train.records import thumbnail, write_records
from train.samples import PictureSet, Sample, on_threads
from train.tables import RECIPE_SHOWN, read_csv
from train.tagging import Dishes

# Pictures encoded at once: 64 of them at 224 px held a gigabyte more than 16, and were no quicker.
BATCH = 16
# Matches of an answer: a cook wants a few.
DEFAULT_K, MOST_K = 3, 10
# Recipes whose picture is asked for, changed, to measure the bundle.
ASKED = 500
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

    def opened(sample: Sample) -> tuple[np.ndarray, np.ndarray | None, bytes] | str:
        try:
            picture = sample.open()
            for_dishes = dishes.prepare(picture) if dishes else None
            return encoder.prepare(picture, "photo")[0], for_dishes, thumbnail(picture)
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
                chosen, prepared, for_dishes, thumbnails = zip(*good, strict=True)
                embeddings_ND = encoder.encode(np.stack(prepared))
                tagged = dishes.tags_of(for_dishes) if dishes else [[]] * len(good)
                for sample, picture, tags, embedding_D in zip(
                    chosen, thumbnails, tagged, embeddings_ND, strict=True
                ):
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
    columns = [
        pq.read_table(shard, columns=["embedding"])["embedding"].combine_chunks()
        for shard in sorted((part / "dataset").glob("*.parquet"))
    ]
    # Never as Python's numbers: of 13,463 recipes these held half a gigabyte.
    gallery_ND = np.concatenate([np.from_dlpack(one.flatten()) for one in columns]).reshape(len(kept), -1)
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
