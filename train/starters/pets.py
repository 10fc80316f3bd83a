"""The pets starter: cat or dog, with a confidence one can believe. No photo is in it.

    python -m train.starters.pets --data DATA --out hub_assets/starter/pets --report runs/pets-starter

The backbone stays as ImageNet left it; what is learnt is a logistic regression on its embeddings, a
temperature, and a test for what is neither. The records are centres of the embeddings of each, so that
there is something to be near to.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from scipy.optimize import minimize_scalar
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from hub_assets.bundle import Calibration, Manifest, write_manifest
from hub_assets.cards import dataset_card, model_card
from retrieval.readings import Classifier
from train import calibrate
from train.beside import replaced_folder
from train.bundling import write_frozen
from train.config import VARIANTS
from train.encoders import encode, frozen_encoder
from train.metrics import expected_calibration_error, with_interval
from train.records import write_records

LABELS = ("cat", "dog")
SIZE = 288  # pixels a side: at 224 a third more are wrong
CONFIG = replace(VARIANTS["raw"], preparation="letterbox", serve_size=SIZE)
STRENGTH = 30.0  # C of the logistic regression; 10 to 100 are alike
FOLDS = 5
CENTRES = 12  # records of each label
# Of cats and dogs, refused as neither. Photos that are neither are told apart so well that few need be.
REFUSED = 0.01
# Photos that are neither. Every second of a folder is never fitted on and gives the figure.
NEITHER = {
    "food": "food3/*/*.jpg",
    "small food": "food101_small/*/*.jpg",
    "streets": "streets/leftImg8bit/*/*/*.jpg",
    "PACS photos but dogs": "pacs/photo/[!d]*/*.jpg",
    "recipes": "recipes/images/*.jpg",
}
WORDS = {
    "en": {
        "invitation": "Bring a photo of a cat or a dog.",
        "not_here": "Neither cat nor dog, I think.",
        "label": "Animal",
    },
    "fr": {
        "invitation": "Apportez la photo d’un chat ou d’un chien.",
        "not_here": "Ni chat ni chien, je crois.",
        "label": "Animal",
    },
}
CREDIT = "It holds no photo: its records are centres of embeddings, learnt from Kaggle's Dogs vs. Cats."


@dataclass(frozen=True)
class Folded:
    """Every photo read by a model that did not see it. (N,) predicted label ids and confidences, the
    confidence by a temperature fitted on the other folds."""

    predicted_N: np.ndarray
    confidence_N: np.ndarray


def fit_classifier(embeddings_ND: np.ndarray, label_ids_N: np.ndarray) -> Classifier:
    """The logistic regression as two logits of opposite sign, not yet with a temperature."""
    fitted = LogisticRegression(C=STRENGTH, max_iter=3000).fit(embeddings_ND, label_ids_N)
    half_D, half = fitted.coef_[0] / 2, float(fitted.intercept_[0]) / 2
    return Classifier(
        LABELS,
        np.stack([-half_D, half_D]).astype(np.float32),
        np.array([-half, half], np.float32),
    )


def log_odds(classifier: Classifier, embeddings_ND: np.ndarray) -> np.ndarray:
    """(N,) log-odds of the second label."""
    logits_NL = embeddings_ND @ classifier.weights_LD.T + classifier.bias_L
    return logits_NL[:, 1] - logits_NL[:, 0]


def fit_temperature(log_odds_N: np.ndarray, label_ids_N: np.ndarray) -> float:
    """What the log-odds are divided by so that their likelihood is greatest (Guo et al., ICML 2017)."""
    signed_N = np.where(label_ids_N == 1, log_odds_N, -log_odds_N)

    def loss(log_temperature: float) -> float:
        return float(np.logaddexp(0.0, -signed_N / np.exp(log_temperature)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 3.0), method="bounded").x))


def folded(embeddings_ND: np.ndarray, label_ids_N: np.ndarray) -> tuple[Folded, float]:
    """Five-fold cross-validation; and the temperature of all the folds' log-odds together."""
    odds_N, fold_N = np.zeros(len(label_ids_N)), np.zeros(len(label_ids_N), int)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(embeddings_ND, label_ids_N)
    for fold, (train, test) in enumerate(folds):
        odds_N[test] = log_odds(fit_classifier(embeddings_ND[train], label_ids_N[train]), embeddings_ND[test])
        fold_N[test] = fold
    scaled_N = np.zeros(len(odds_N))
    for fold in range(FOLDS):
        others = fold_N != fold
        scaled_N[~others] = odds_N[~others] / fit_temperature(odds_N[others], label_ids_N[others])
    probability_N = 1 / (1 + np.exp(-np.abs(scaled_N)))
    return Folded((odds_N > 0).astype(int), probability_N), fit_temperature(odds_N, label_ids_N)


def centres(embeddings_ND: np.ndarray, label_ids_N: np.ndarray) -> tuple[np.ndarray, list[str]]:
    """(CENTRES x 2, D) unit vectors, and their labels."""
    found, labels = [], []
    for label_id, label in enumerate(LABELS):
        own = KMeans(CENTRES, n_init=4, random_state=0).fit(embeddings_ND[label_ids_N == label_id])
        found.append(own.cluster_centers_ / np.linalg.norm(own.cluster_centers_, axis=1, keepdims=True))
        labels += [label] * CENTRES
    return np.concatenate(found).astype(np.float32), labels


def build(data: Path, out: Path, report: Path, version: str) -> dict[str, Any]:
    """Measure, fit on every photo, write the bundle and a sheet of the photos that were read wrong."""
    encoder = frozen_encoder(CONFIG, SIZE)
    photos = [sorted((data / "pets" / label).glob("*.jpg")) for label in LABELS]
    if not all(photos):
        raise FileNotFoundError(f"there are no photos in {data / 'pets'}; wanted: folders cat and dog")
    files = [path for one in photos for path in one]
    label_ids_N = np.repeat([0, 1], [len(one) for one in photos])
    embeddings_ND = encode(encoder, files, "photo")
    read, temperature = folded(embeddings_ND, label_ids_N)
    right_N = read.predicted_N == label_ids_N
    figures: dict[str, Any] = {
        "five folds": {
            "photos": len(files),
            "accuracy": with_interval(right_N.astype(float)),
            "ECE": round(expected_calibration_error(read.confidence_N, right_N), 4),
        }
    }
    centres_MD, centre_labels = centres(embeddings_ND, label_ids_N)
    calibration, figures["neither cat nor dog"] = _refusals(encoder, data, embeddings_ND, centres_MD)
    fitted = replace(fit_classifier(embeddings_ND, label_ids_N), temperature=temperature)
    with replaced_folder(out) as part:
        _write(part, fitted, centres_MD, centre_labels, calibration, figures, version)
    report.mkdir(parents=True, exist_ok=True)
    (report / "figures.json").write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    wrong = np.flatnonzero(~right_N)
    captions = [f"{LABELS[read.predicted_N[row]]} {read.confidence_N[row]:.2f}" for row in wrong]
    _sheet([files[row] for row in wrong], captions).save(report / "wrong.png")
    return figures


def _refusals(
    encoder: Any, data: Path, embeddings_ND: np.ndarray, centres_MD: np.ndarray
) -> tuple[Calibration, dict[str, Any]]:
    """The test for what is neither, fitted on every second photo of NEITHER, measured on the others; of the
    pets the share that is refused is cross-fitted (train/calibrate.py)."""

    far = {name: encode(encoder, sorted(data.glob(pattern)), "photo") for name, pattern in NEITHER.items()}
    fitted_on_QD = np.concatenate([one[::2] for one in far.values()])
    groups = np.array([f"pet {row}" for row in range(len(embeddings_ND))])
    fields, crossed = calibrate.fit_in_domain(
        embeddings_ND,
        calibrate.nearest_three(embeddings_ND, centres_MD),
        groups,
        fitted_on_QD,
        calibrate.nearest_three(fitted_on_QD, centres_MD),
        refused_share=REFUSED,
    )
    calibration = Calibration(**fields)
    slope, intercept = calibration.in_domain
    probe_D = np.array(calibration.in_domain_probe)
    bound = np.log(calibration.threshold / (1 - calibration.threshold))
    taken: dict[str, Any] = {"pets refused, cross-fitted": crossed}
    accepted = []
    for name, all_QD in far.items():
        asked_QD = all_QD[1::2]
        score_Q = slope * calibrate.nearest_three(asked_QD, centres_MD) + intercept + asked_QD @ probe_D
        accepted.append((score_Q >= bound).astype(float))
        taken[f"taken for a pet: {name}"] = {"photos": len(asked_QD)} | with_interval(accepted[-1])
    taken["taken for a pet: all"] = with_interval(np.concatenate(accepted))
    steps = tuple(
        round(float(np.quantile(calibrate.nearest_three(embeddings_ND, centres_MD), share)), 3)
        for share in (0.5, 0.25, 0.05)
    )
    return replace(calibration, closeness=steps), taken


def _write(
    part: Path,
    classifier: Classifier,
    centres_MD: np.ndarray,
    centre_labels: list[str],
    calibration: Calibration,
    figures: dict[str, Any],
    version: str,
) -> None:
    write_frozen(part / "model", CONFIG, SIZE)
    rows = [
        {
            "id": f"{label}-{number % CENTRES:02d}",
            "label": label,
            "tags": [],
            "picture": None,
            "embedding": vector,
        }
        for number, (label, vector) in enumerate(zip(centre_labels, centres_MD, strict=True))
    ]
    write_records(part / "dataset", rows, [])
    manifest = Manifest(
        name="pets",
        titles={"en": "Cats and dogs", "fr": "Chats et chiens"},
        version=version,
        dim=centres_MD.shape[1],
        rows=len(rows),
        encoder_sha256="",
        calibration=calibration,
        query_kinds=("photo",),
        terms_fr={"cat": "chat", "dog": "chien"},
        words=WORDS,
        figures=figures,
    )
    path = part / "model" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {
        "classifier": {
            "labels": list(classifier.labels),
            "weights": [[round(float(weight), 6) for weight in row] for row in classifier.weights_LD],
            "bias": [round(float(bias), 6) for bias in classifier.bias_L],
            "temperature": round(classifier.temperature, 6),
        },
        "metrics": figures,
    }
    path.write_text(json.dumps(config, ensure_ascii=False) + "\n", encoding="utf-8")
    (part / "model" / "README.md").write_text(model_card(manifest, config, "apache-2.0"), encoding="utf-8")
    (part / "dataset" / "README.md").write_text(
        dataset_card(manifest, len(LABELS), "cc0-1.0", CREDIT), encoding="utf-8"
    )
    write_manifest(part, manifest)


def _sheet(files: list[Path], captions: list[str], side: int = 160, across: int = 6) -> Image.Image:
    """Photos in a grid, each with what it was read as."""
    down = max(1, -(-len(files) // across))
    sheet = Image.new("RGB", (across * side, down * (side + 18)), "white")
    pen = ImageDraw.Draw(sheet)
    for place, (path, caption) in enumerate(zip(files, captions, strict=True)):
        left, top = place % across * side, place // across * (side + 18)
        photo = Image.open(path).convert("RGB")
        photo.thumbnail((side - 4, side - 4))
        sheet.paste(photo, (left, top))
        pen.text((left, top + side - 2), caption, fill="black")
    return sheet


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--version", default="v1")
    options = parser.parse_args()
    try:
        figures = build(options.data, options.out, options.report, options.version)
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
