"""The recipes starter: a cookbook with one recipe for each dish of Food-101, found by a photo of the dish.

    python -m train fit --config train/protocols/cookbook.json --run runs/cookbook
    python -m train.starters.cookbook --run runs/cookbook --data DATA --out hub_assets/starter/recipes

A recipe stands where the photos of its dish are: at the mean of their embeddings. No photo is in the bundle,
each recipe has an illustration of ours (train/starters/dishes/); the texts are in recipe_texts/.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from hub_assets.bundle import Calibration, Column, Manifest, write_manifest
from hub_assets.cards import dataset_card, model_card
from train import calibrate
from train.beside import replaced_folder
from train.bundling import write_run
from train.encoders import encode, run_encoder
from train.examine import outside_files, vectors_of
from train.import_recipes import DEFAULT_K, MOST_K, WORDS
from train.loop import load_run
from train.material import Material, gather
from train.metrics import expected_calibration_error, with_interval
from train.records import thumbnail, write_records
from train.starters.dishes import DISHES, illustration
from train.tables import RECIPE_SHOWN

TEXTS = Path(__file__).parent / "recipe_texts"
COLUMNS = (
    *RECIPE_SHOWN,
    Column("servings", "Servings", "Parts"),
    Column("minutes", "Minutes", "Minutes"),
)
TAGS_FR = {
    "starter": "entrée",
    "main": "plat principal",
    "side": "accompagnement",
    "dessert": "dessert",
    "breakfast": "petit déjeuner",
    "snack": "en-cas",
    "soup": "soupe",
    "salad": "salade",
    "sandwich": "sandwich",
    "american": "américain",
    "french": "français",
    "italian": "italien",
    "japanese": "japonais",
    "chinese": "chinois",
    "korean": "coréen",
    "vietnamese": "vietnamien",
    "thai": "thaï",
    "indian": "indien",
    "mexican": "mexicain",
    "greek": "grec",
    "spanish": "espagnol",
    "british": "britannique",
    "middle-eastern": "moyen-oriental",
    "canadian": "canadien",
    "german": "allemand",
    "peruvian": "péruvien",
    "hawaiian": "hawaïen",
    "belgian": "belge",
    "baked": "au four",
    "fried": "frit",
    "grilled": "grillé",
    "raw": "cru",
    "boiled": "bouilli",
    "steamed": "à la vapeur",
    "stewed": "mijoté",
    "roasted": "rôti",
    "chilled": "frais",
    "beef": "bœuf",
    "pork": "porc",
    "chicken": "poulet",
    "duck": "canard",
    "fish": "poisson",
    "seafood": "fruits de mer",
    "egg": "œuf",
    "cheese": "fromage",
    "pasta": "pâtes",
    "rice": "riz",
    "bread": "pain",
    "pastry": "pâtisserie",
    "vegetables": "légumes",
    "fruit": "fruit",
    "chocolate": "chocolat",
    "beans": "légumineuses",
    "potato": "pomme de terre",
    "noodles": "nouilles",
    "mushroom": "champignon",
    "nuts": "noix",
    "sweet": "sucré",
    "savoury": "salé",
    "spicy": "épicé",
    "vegetarian": "végétarien",
}
CREDIT = (
    "Recipes and illustrations were made for Burin. The embeddings are means over photos of Food-101 "
    "(Bossard et al., 2014); no photo is in here."
)


def recipe(dish: str) -> dict[str, Any]:
    """The recipe of a dish: title, title_fr, servings, minutes, ingredients, instructions, tags."""
    return json.loads((TEXTS / f"{dish}.json").read_text(encoding="utf-8"))


def means(embeddings_ND: np.ndarray, labels_N: np.ndarray) -> np.ndarray:
    """(len(DISHES), D) unit vectors: the mean of each dish. Raises ValueError where one has no photo."""
    if missing := sorted(set(DISHES) - set(labels_N.tolist())):
        raise ValueError(f"there is no photo of {', '.join(missing)}; wanted: all dishes of Food-101")
    means_CD = np.stack([embeddings_ND[labels_N == dish].mean(axis=0) for dish in DISHES])
    return means_CD / np.linalg.norm(means_CD, axis=1, keepdims=True)


def build(run: Path, data: Path, out: Path, version: str) -> dict[str, Any]:
    """Measure on the photos that neither the encoder nor the means saw, and write the bundle."""
    _, config = load_run(run)
    material = gather(config.data, data, run)
    encoder = run_encoder(run)

    def embedded(*sides: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        samples = material.on(*sides)
        labels, sources = ([getattr(one, name) for one in samples] for name in ("label", "source"))
        return vectors_of(encoder, samples, config, True), np.array(labels), np.array(sources)

    train_ND, train_labels, _ = embedded("train")
    validation_ND, validation_labels, validation_sources = embedded("validation")
    test_QD, test_labels, test_sources = embedded("test")
    # The confidence is fitted on validation photos, which the means of this step have not seen either.
    dishes = np.array(DISHES)
    seen_by = calibrate.neighbours(
        validation_ND, validation_labels, validation_sources, means(train_ND, train_labels), dishes
    )
    k, temperature = calibrate.fit_vote(seen_by)
    confidence, _ = calibrate.fit_confidence(seen_by, k, temperature)
    prototypes_CD = means(
        np.concatenate([train_ND, validation_ND]), np.concatenate([train_labels, validation_labels])
    )
    asked = calibrate.neighbours(test_QD, test_labels, test_sources, prototypes_CD, dishes)
    calibration = Calibration(k=k, temperature=temperature, confidence=confidence)
    figures: dict[str, Any] = {"an unseen photo of a dish finds its recipe": _recall(asked, material)}
    correct, sure = calibrate.read_all(asked, calibration)
    figures["an unseen photo of a dish finds its recipe"]["ECE"] = round(
        expected_calibration_error(sure, correct), 4
    )
    strangers_OD = encode(encoder, outside_files(config, data), "photo")

    fields, figures["no dish"] = calibrate.fit_in_domain(
        test_QD,
        calibrate.nearest_three(test_QD, prototypes_CD),
        test_sources,
        strangers_OD,
        calibrate.nearest_three(strangers_OD, prototypes_CD),
    )
    best_Q = np.sort((test_QD @ prototypes_CD.T).max(axis=1))
    steps = tuple(round(float(np.quantile(best_Q, share)), 3) for share in (0.75, 0.4, 0.1))
    calibration = Calibration(k=k, temperature=temperature, confidence=confidence, closeness=steps, **fields)
    with replaced_folder(out) as part:
        _write(part, run, prototypes_CD, calibration, figures, version)
    return figures


def _recall(asked: calibrate.Neighbours, material: Material) -> dict[str, Any]:
    """recall@1/5/10 over all test photos, and recall@1 over the 64-pixel thumbnails among them."""
    small_Q = np.array([sample.name.startswith("food101_small/") for sample in material.on("test")])
    figures: dict[str, Any] = {"photos": len(asked.truth_Q), "thumbnails": int(small_Q.sum())}
    for k in (1, 5, 10):
        hits = (asked.labels_QK[:, :k] == asked.truth_Q[:, None]).any(axis=1).astype(np.float64)
        figures[f"recall@{k}"] = with_interval(hits, asked.groups_Q)
        if k == 1:
            figures["recall@1 of thumbnails"] = with_interval(hits[small_Q], asked.groups_Q[small_Q])
    return figures


def _write(
    part: Path,
    run: Path,
    prototypes_CD: np.ndarray,
    calibration: Calibration,
    figures: dict[str, Any],
    version: str,
) -> None:
    write_run(run, part / "model")
    terms_fr = dict(TAGS_FR)
    rows = []
    for dish, embedding in zip(DISHES, prototypes_CD, strict=True):
        text = recipe(dish)
        terms_fr |= {dish: text["title_fr"].lower(), text["title"]: text["title_fr"]}
        rows.append(
            {
                "id": dish,
                "label": dish,
                "tags": text["tags"],
                "picture": thumbnail(illustration(dish)),
                "embedding": embedding,
                "title": text["title"],
                "ingredients": text["ingredients"],
                "instructions": "\n".join(text["instructions"]),
                "servings": str(text["servings"]),
                "minutes": str(text["minutes"]),
            }
        )
    write_records(part / "dataset", rows, [column.name for column in COLUMNS])
    manifest = Manifest(
        name="recipes",
        titles={"en": "Recipes", "fr": "Recettes"},
        version=version,
        dim=prototypes_CD.shape[1],
        rows=len(rows),
        encoder_sha256="",
        columns=COLUMNS,
        calibration=calibration,
        query_kinds=("photo",),
        default_k=DEFAULT_K,
        most_k=MOST_K,
        words=WORDS,
        terms_fr=terms_fr,
        figures=figures,
    )
    path = part / "model" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"metrics": figures}
    path.write_text(json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (part / "model" / "README.md").write_text(model_card(manifest, config, "apache-2.0"), encoding="utf-8")
    (part / "dataset" / "README.md").write_text(
        dataset_card(manifest, len(rows), "mit", CREDIT), encoding="utf-8"
    )
    write_manifest(part, manifest)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--version", default="v1")
    options = parser.parse_args()
    try:
        figures = build(options.run, options.data, options.out, options.version)
    except (OSError, ValueError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
