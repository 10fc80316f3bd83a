"""A table of recipes and a folder of their pictures as a bundle: python -m train import recipes.

The vectors are the frozen backbone's, a run's or another bundle's: to find a recipe by another photo of the
same plate the frozen one is best. Each recipe gets the tags of the dish that its picture looks like to a
cookbook.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from hub_assets.bundle import Calibration, Manifest, write_manifest
from hub_assets.cards import dataset_card, model_card
from train.beside import replaced_folder
from train.importing import found_again, measured, model_config, record_rows, write_encoder
from train.records import write_records
from train.samples import PictureSet, Sample
from train.tables import RECIPE_SHOWN, read_csv
from train.tagging import Dishes

# Matches of an answer: a cook wants a few.
DEFAULT_K, MOST_K = 3, 10
FIGURE = "a strongly changed photo finds its own recipe"
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
        opened = write_encoder(encoder, part / "model")
        config = model_config(part / "model")
        broken = list(found.broken)
        kept: list[Sample] = []
        look, told = _tagging(dishes)
        rows = record_rows(found.samples, opened, look, told, kept, broken, progress, "recipe")
        count = write_records(part / "dataset", rows, [column.name for column in RECIPE_SHOWN])
        if not count:
            raise ValueError(f"{table} has no recipe with a picture that can be read; first: {broken[:1]}")
        asked, closeness = measured(part / "dataset", kept, opened)
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
            figures={FIGURE: asked} if asked else {},
        )
        (part / "dataset" / "README.md").write_text(
            dataset_card(manifest, count, "other", CREDIT), encoding="utf-8"
        )
        (part / "model" / "README.md").write_text(model_card(manifest, config, "other"), encoding="utf-8")
        write_manifest(part, manifest)
    wrong = PictureSet(found.samples, tuple(broken)).lines()[1:]
    return [*wrong, f"{out}: {count:,} recipes{found_again(asked)}"]


def _tagging(dishes: Dishes | None) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """What `record_rows` asks of each picture, and makes of a batch: the tags of the dish it looks like."""
    if dishes is None:
        return lambda sample, picture: {}, list
    return (
        lambda sample, picture: dishes.prepare(picture),
        lambda prepared: [{"tags": tags} for tags in dishes.tags_of(prepared)],
    )
