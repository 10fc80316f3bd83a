"""What every import into a bundle shares: an encoder that exists, pictures made into records a batch at a
time, and how often a photo of somebody else's would find its own."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow.parquet as pq
from PIL import Image

from hub_assets import bundle as bundles
from hub_assets.bundle import Calibration
from retrieval.encoder import Encoder, EncoderConfig
from retrieval.types import ImageError
from train.changed import strongly_changed
from train.metrics import with_interval
from train.records import thumbnail
from train.samples import Sample, on_threads

# Pictures encoded at once: 64 of them at 224 px held a gigabyte more than 16, and were no quicker.
BATCH = 16
# Records whose picture is asked for, changed, to measure the bundle.
ASKED = 500
_Looked = TypeVar("_Looked")


def write_encoder(name: str, folder: Path) -> Encoder:
    """Write model/ of the bundle to be and open its encoder.

    name: of a bundle, or a bundle's folder, a run folder, or "raw" for the frozen backbone. Raises
    NotFoundError or RuntimeError for one that is not there, ValueError for a bundle without an encoder."""
    if name == "raw" or (Path(name) / "config.json").is_file():
        # They need torch, which an import with another bundle's encoder does without.
        from train.bundling import write_frozen, write_run

        write_frozen(folder) if name == "raw" else write_run(Path(name), folder)
    else:
        opened = bundles.read(bundles.find(name))
        if opened.encoder is None:
            raise ValueError(f"the bundle {name} has no encoder; wanted: one that finds pictures")
        # Its segmenter, if it has one, would make this a bundle of masks.
        shutil.copytree(opened.encoder.parent, folder, ignore=shutil.ignore_patterns("segmenter.*"))
        config = {name: value for name, value in opened.config.items() if name != "segmenter"}
        write_config(folder, config)
    return Encoder(folder / bundles.ENCODER, EncoderConfig.from_json(model_config(folder)))


def model_config(folder: Path) -> dict[str, Any]:
    """config.json of a model folder that was just written."""
    return json.loads((folder / "config.json").read_text(encoding="utf-8"))


def write_config(folder: Path, values: Mapping[str, Any]) -> None:
    (folder / "config.json").write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", "utf-8")


def record_rows(
    samples: Sequence[Sample],
    encoder: Encoder,
    look: Callable[[Sample, Image.Image], _Looked],
    told: Callable[[Sequence[_Looked]], Sequence[Mapping[str, Any]]],
    kept: list[Sample],
    broken: list[tuple[str, str]],
    progress: bool,
    unit: str,
) -> Iterator[dict[str, Any]]:
    """Rows of train.records.write_records, a batch of pictures in memory at a time. Each sample is added to
    `kept`, or to `broken` where its picture cannot be read.

    look: at each picture, RGB, on one of several threads. told: what that means for a batch, values of its
    rows beside or in place of what every row has: a number as id, the sample's label, tags and fields."""
    from tqdm import tqdm

    def seen(sample: Sample) -> tuple[Sample, np.ndarray, _Looked, bytes] | str:
        try:
            picture = sample.open()
            return sample, encoder.prepare(picture, "photo")[0], look(sample, picture), thumbnail(picture)
        except ImageError as error:
            return str(error)

    with tqdm(total=len(samples), desc="import", unit=unit, disable=not progress) as bar:
        for start in range(0, len(samples), BATCH):
            batch = samples[start : start + BATCH]
            looked = on_threads(seen, batch, "")
            broken += [
                (sample.name, one) for sample, one in zip(batch, looked, strict=True) if isinstance(one, str)
            ]
            good = [one for one in looked if not isinstance(one, str)]
            if good:
                chosen, prepared, things, pictures = zip(*good, strict=True)
                embeddings_ND = encoder.encode(np.stack(prepared))
                for sample, more, picture, embedding_D in zip(
                    chosen, told(things), pictures, embeddings_ND, strict=True
                ):
                    yield {
                        "id": f"{len(kept):06d}",
                        "label": sample.label,
                        "tags": list(sample.tags),
                        "picture": picture,
                        "embedding": embedding_D,
                        **sample.fields,
                        **more,
                    }
                    kept.append(sample)
            bar.update(len(batch))


def measured(
    dataset: Path, kept: Sequence[Sample], encoder: Encoder
) -> tuple[dict[str, Any], tuple[float, float, float]]:
    """How often a strongly changed photo finds its own record; and the similarity that half, three quarters
    and 95% of such photos have to their own: very close, close, loosely alike. ({}, the usual steps) where
    every such photo is of one flat colour."""
    columns = [
        pq.read_table(shard, columns=["embedding"])["embedding"].combine_chunks()
        for shard in sorted(dataset.glob("*.parquet"))
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
    if not ranks:
        return {}, Calibration().closeness
    figures: dict[str, Any] = {"queries": len(ranks)}
    for k in (1, 10):
        figures[f"recall@{k}"] = with_interval((np.array(ranks) < k).astype(np.float64))
    loose, close, very_close = (round(float(np.quantile(own, share)), 3) for share in (0.05, 0.25, 0.5))
    return figures, (very_close, close, loose)


def found_again(figures: Mapping[str, Any]) -> str:
    """What `measured` found, as the end of a sentence; nothing where it found nothing."""
    if not figures:
        return ""
    first = figures["recall@1"]["value"]
    return f"; a strongly changed photo finds its own as the first: {first:.1%} of {figures['queries']}"
