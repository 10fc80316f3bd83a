"""Photos of streets in Cityscapes' layout as a bundle: python -m train import streets.

Each photo becomes a record with its thumbnail, the embedding by which it is found by looks, and what a
bundle's segmenter sees where in it, by which it is found by layout. Masks that people drew are not needed.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image

from hub_assets import bundle as bundles
from hub_assets.bundle import Bundle, Calibration, Column, Manifest, write_manifest
from hub_assets.cards import dataset_card, joined, model_card
from retrieval import segmentation
from retrieval.segmentation import CATEGORIES, VOID, Segmenter
from train.beside import replaced_folder
from train.importing import found_again, measured, model_config, record_rows, write_config, write_encoder
from train.records import write_records
from train.samples import Sample, shown
from train.segment.data import city_of, photos_of, sequence_of

# The share of each category in the photo, which no network calls void.
SHARES = tuple(
    Column(name, english, french, "share")
    for name, english, french in (
        ("flat", "Road and ground", "Chaussée et sol"),
        ("construction", "Buildings", "Bâtiments"),
        ("object", "Poles and signs", "Poteaux et panneaux"),
        ("nature", "Plants", "Végétation"),
        ("sky", "Sky", "Ciel"),
        ("human", "People", "Personnes"),
        ("vehicle", "Vehicles", "Véhicules"),
    )
)
WORDS = {
    "en": {
        "invitation": "Bring a photo of a street. "
        "What is where in it appears here, and the scenes most like it.",
        "label": "City",
    },
    "fr": {
        "invitation": "Apportez la photo d’une rue. Ce qui s’y trouve paraît ici, avec les scènes qui lui "
        "ressemblent le plus.",
        "label": "Ville",
    },
}
CREDIT = (
    "The photos are those of the folder they were imported from; so is their licence. `layout` is what the "
    "segmenter sees where in each."
)
FIGURE = "a strongly changed photo finds its own scene"


def import_streets(
    data: Path,
    split: str,
    out: Path,
    encoder: str,
    segmenter: str,
    name: str,
    version: str,
    progress: bool = False,
) -> list[str]:
    """Write the bundle beside `out`, put it in its place, and say what is in it and what was left out.

    data: a folder in Cityscapes' layout, of which the photos of `split` are taken. encoder: a bundle's name
    or folder, a run folder, or "raw" for the frozen backbone. segmenter: a bundle's name or folder.
    Raises ValueError for a folder without photos or a bundle that gives no mask, NotFoundError or
    RuntimeError for a bundle or run that is not there.
    """
    samples = [_sample(frame, path) for frame, path in photos_of(data, split).items()]
    source = bundles.read(bundles.find(segmenter))
    if source.segmenter is None:
        raise ValueError(f"the bundle {segmenter} has no segmenter; wanted: one that gives masks")
    with replaced_folder(out) as part:
        model, dataset = part / "model", part / "dataset"
        opened = write_encoder(encoder, model)
        look = _look(_copied(source, model), _ids(samples))
        kept: list[Sample] = []
        broken: list[tuple[str, str]] = []
        rows = record_rows(samples, opened, look, list, kept, broken, progress, "photo")
        count = write_records(dataset, rows, [column.name for column in SHARES])
        if not count:
            raise ValueError(f"{data} has no photo of {split} that can be read; {': '.join(broken[0])}")
        asked, closeness = measured(dataset, kept, opened)
        config = model_config(model)
        looks = {FIGURE: asked} if asked else {}
        masks = {"the masks": metrics} if (metrics := config["segmenter"].get("metrics")) else {}
        manifest = Manifest(
            name=name,
            titles={"en": "Street scenes", "fr": "Scènes de rue"},
            version=version,
            dim=opened.config.dim,
            rows=count,
            encoder_sha256="",
            columns=SHARES,
            calibration=Calibration(closeness=closeness),
            readings=("mask",),
            query_kinds=("photo",),
            words=WORDS,
            figures=looks | masks,
        )
        cities = len({sample.label for sample in kept})
        (dataset / "README.md").write_text(dataset_card(manifest, cities, "other", CREDIT), "utf-8")
        (model / "README.md").write_text(_card(manifest, looks, config, source), "utf-8")
        write_manifest(part, manifest)
    told = [f"left out: {len(broken):,}", *shown([f"  {one}: {reason}" for one, reason in broken])]
    said = f"{out}: {count:,} scenes, each with its layout{found_again(asked)}"
    return [*(told if broken else []), said]


def _sample(frame: str, path: Path) -> Sample:
    """frame: <city>/<stem>."""
    city, sequence = city_of(frame), sequence_of(frame)
    tags = dict.fromkeys((city.lower(), sequence.rpartition("/")[2].lower()))
    return Sample(name=frame, label=city, source=sequence, domain="photo", path=path, tags=tuple(tags))


def _ids(samples: list[Sample]) -> dict[str, str]:
    """By name, the stem of each; with its city, where two cities have the same."""
    stems = Counter(sample.name.rpartition("/")[2] for sample in samples)
    return {
        sample.name: stem if stems[stem] == 1 else f"{sample.label}-{stem}"
        for sample in samples
        for stem in (sample.name.rpartition("/")[2],)
    }


def _look(segmenter: Segmenter, ids: dict[str, str]) -> Callable[[Sample, Image.Image], dict[str, Any]]:
    def look(sample: Sample, picture: Image.Image) -> dict[str, Any]:
        """What a row has beside what every row has."""
        logits_CHW = segmenter.logits(picture)
        shares = segmentation.shares(segmentation.mask_of(logits_CHW, picture.size))
        return {
            "id": ids[sample.name],
            "layout": segmentation.layout_of(logits_CHW),
            **{name: round(shares[name], 4) for name in CATEGORIES[:VOID]},
        }

    return look


def _copied(source: Bundle, model: Path) -> Segmenter:
    """Put the segmenter of a bundle into model/ beside the encoder, and open it."""
    for path in source.segmenter.parent.glob("segmenter.*"):
        shutil.copyfile(path, model / path.name)
    values = model_config(model) | {"segmenter": source.config.get("segmenter")}
    write_config(model, values)
    return Segmenter.open(model / bundles.SEGMENTER, values["segmenter"])


def _card(manifest: Manifest, looks: dict[str, Any], config: dict[str, Any], source: Bundle) -> str:
    """Of the encoder and, as its own bundle tells it, of the segmenter: what it learnt from decides what may
    be done with its masks. looks: the figures of the encoder alone."""
    card = model_card(replace(manifest, figures=looks), config, "other")
    theirs = source.folder / "model" / "README.md"
    if not theirs.is_file():
        return card
    return joined(card, theirs.read_text("utf-8", errors="replace"), "The masks")
