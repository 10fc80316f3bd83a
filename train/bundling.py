"""A run on pictures of one's own as a bundle: the encoder that did best, every picture a record, cards."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from hub_assets.bundle import Calibration, Column, Manifest, write_manifest
from hub_assets.cards import dataset_card, model_card
from retrieval.encoder import Encoder
from train import calibrate
from train.answers import Answers
from train.beside import replaced_folder
from train.config import VARIANTS, TrainConfig, to_json
from train.encoders import FROZEN_SIZE, encoder_config, frozen_encoder, run_encoder
from train.evaluate import figures
from train.examine import HEADLINES, answers_of, intervals_over, vectors_of
from train.export import write_model
from train.loop import load_checkpoint, load_config, load_run
from train.losses import Comparison
from train.material import Material, gather
from train.metrics import paired_difference_interval
from train.model import EmbeddingModel
from train.records import thumbnail, write_records
from train.report.run import curve, read_events
from train.samples import Sample
from train.smoothing import smoothed
from train.tables import RECIPE_SHOWN

JUDGED_BY = "mAP@all"


def export_run(
    run: Path,
    root: Path,
    out: Path,
    name: str,
    version: str,
    force: bool = False,
    threads: int = 0,
    progress: bool = True,
    answers: Answers | None = None,
) -> str:
    """Write the bundle beside `out`, put it in its place, and say in one line what is in it.

    A trained encoder that does not find more than the frozen backbone, outside the 95% interval of their
    difference on the test's queries, gives way to it; force keeps the trained one. A siamese bundle holds no
    pictures: it stands in for one that does. threads: of an encoding; 0 is one per core. answers: of the
    run's evaluation as it would be served, where it was just made. Raises as train.examine.examine does.
    """
    network, config = load_run(run)
    material = gather(config.data, root, run, progress)
    with replaced_folder(out) as part:
        encoder = run_encoder(run, threads=threads)
        answers = answers or answers_of(encoder, material, config, root, progress)
        said = _write(
            run, network, config, material, root, part, name, version, force, encoder, answers, threads
        )
    return f"{out}: {said}"


def _write(
    run: Path,
    network: EmbeddingModel,
    config: TrainConfig,
    material: Material,
    root: Path,
    out: Path,
    name: str,
    version: str,
    force: bool,
    encoder: Encoder,
    answers: Answers,
    threads: int,
) -> str:
    measured, per_query = figures(answers, config.margin, intervals_over(config))
    served = served_config(network, config, config.serve_size, training(run))
    said = f"the encoder of {run.name} ({config.variant})"
    if config.variant != "raw":
        frozen = EmbeddingModel(config.backbone, 0, channels=config.channels)
        peer = frozen_encoder(config, threads=threads)
        peer_answers = answers_of(peer, material, config, root, False)
        peer_measured, peer_per_query = figures(peer_answers, config.margin, intervals_over(config))
        low, high = _difference(per_query, peer_per_query)
        mine, peers = (one[JUDGED_BY]["value"] for one in (measured, peer_measured))
        compared = f"{JUDGED_BY} {mine:.3f}, frozen {peers:.3f}, difference {low:+.3f} to {high:+.3f}"
        if low > 0:
            said += f", better than the frozen backbone: {compared}"
        elif force:
            said += f", kept by --force though no better than the frozen backbone: {compared}"
        else:
            said = f"the frozen backbone, which {run.name} does not beat: {compared}; --force keeps the run's"
            network, encoder, answers, measured = frozen, peer, peer_answers, peer_measured
            served = served_config(frozen, config, FROZEN_SIZE, training(run)) | {"variant": "raw"}
        if network is not frozen:
            served |= {"before": _headlines(peer_measured), "curve": curve(read_events(run / "events.jsonl"))}
    if config.variant == "siamese" and network is not None and served["variant"] == "siamese":
        served["comparison"] = _comparison(run)
    records = material.on("train", "validation", "test", domain=_shown(config))
    vectors_ND = smoothed(_vectors(records, encoder, answers, config), config.smoothing)
    headlines = _headlines(measured)
    own = sorted({column for record in records for column in record.fields})
    known = {column.name: column for column in RECIPE_SHOWN}
    manifest = Manifest(
        name=name,
        titles={"en": name, "fr": name},
        version=version,
        dim=network.dim,
        rows=len(records),
        encoder_sha256="",
        columns=tuple(known.get(column, Column(column, column, column)) for column in own),
        calibration=_calibration(answers),
        figures=headlines,
    )
    write_model(network, out / "model", served | {"metrics": headlines}, encoder.path)
    pictures = config.variant != "siamese"
    rows = (
        _row(record, number, own, pictures) | {"embedding": vectors_ND[number]}
        for number, record in enumerate(records)
    )
    write_records(out / "dataset", rows, own)
    credit = "The pictures are those of the folder or table it was made from; their licence is their owner's."
    labels = len({record.label for record in records})
    (out / "dataset" / "README.md").write_text(
        dataset_card(manifest, labels, "other", credit), encoding="utf-8"
    )
    (out / "model" / "README.md").write_text(model_card(manifest, served, "other"), encoding="utf-8")
    write_manifest(out, manifest)
    return f"{len(records):,} records of {labels:,} labels; {said}"


def _headlines(measured: dict[str, Any]) -> dict[str, Any]:
    return {key: measured[key] for key in HEADLINES if key in measured}


def _vectors(records: list[Sample], encoder: Encoder, answers: Answers, config: TrainConfig) -> np.ndarray:
    """(N, D) vectors of the records, not smoothed; those that the test had need no second look."""
    known = dict(zip(answers.query_names.tolist(), answers.query_QD, strict=True))
    if not config.smoothing:
        known |= dict(zip(answers.gallery_names.tolist(), answers.gallery_ND, strict=True))
    missing = [record for record in records if record.name not in known]
    if missing:
        made = vectors_of(encoder, missing, config, False)
        known |= {record.name: vector for record, vector in zip(missing, made, strict=True)}
    return np.stack([known[record.name] for record in records])


def write_frozen(folder: Path, config: TrainConfig = VARIANTS["raw"], size: int = FROZEN_SIZE) -> None:
    """model/ of the frozen backbone, as the variant raw serves it. size: pixels a side of what it takes."""
    network = EmbeddingModel(config.backbone, 0, channels=config.channels)
    graph = frozen_encoder(config, size).path
    write_model(network, folder, served_config(network, config, size, to_json(config)), graph)


def write_run(run: Path, folder: Path) -> None:
    """model/ of a finished run. Raises as train.loop.load_run does."""
    network, config = load_run(run)
    served = served_config(network, config, config.serve_size, training(run))
    write_model(network, folder, served, run_encoder(run).path)


def training(folder: Path) -> dict[str, Any]:
    """Every number of a run or of a bundle's, and in place of its `before` those of what it began with; of
    that the name alone, where it is there no more; of runs that it is the mean of, their names."""
    shipped = folder / "model" / "config.json"
    if shipped.is_file():
        return json.loads(shipped.read_text(encoding="utf-8"))["training"]
    config = load_config(folder)
    before = Path(config.before) if config.before else None
    there = before and any((before / name).is_file() for name in ("config.json", "model/config.json"))
    begun = training(before) if there else before.name if before else ""
    return to_json(config) | {"before": begun, "averaged": [Path(one).name for one in config.averaged]}


def served_config(
    network: EmbeddingModel, config: TrainConfig, size: int, learnt: dict[str, Any]
) -> dict[str, Any]:
    """model/config.json, as serving and people read it; an export adds "before", the figures of the frozen
    backbone on the same test, and "curve", how the run learnt. learnt: the numbers of the training."""
    return {
        "backbone": config.backbone,
        "variant": config.variant,
        **asdict(encoder_config(network, config, size)),
        "training": learnt,
    }


def _comparison(run: Path) -> dict[str, Any]:
    """The comparison head of a twin network as plain numbers."""
    learnt = load_checkpoint(run)[0]["objective"]
    head = Comparison(len(learnt["comparison.raw_D"]))
    head.load_state_dict({name: learnt[f"comparison.{name}"] for name in ("raw_D", "bias")})
    return {
        "weights": [round(float(weight), 6) for weight in head.weights.detach()],
        "bias": round(float(head.bias.detach()), 6),
    }


def _difference(mine: dict[str, np.ndarray], peers: dict[str, np.ndarray]) -> tuple[float, float]:
    asked = ~np.isnan(mine[JUDGED_BY])
    return paired_difference_interval(mine[JUDGED_BY][asked], peers[JUDGED_BY][asked], mine["groups"][asked])


def _shown(config: TrainConfig) -> str | None:
    """Where drawings ask photos, the photos are the gallery."""
    return "photo" if config.data.crosses_domains else None


def _calibration(answers: Answers) -> Calibration:
    """The vote as the test was read with it, and a test for strangers where the run named some."""
    vote = answers.calibration
    if not len(answers.outside_names):
        return vote
    inside_QG, outside_OG = answers.similarities(), answers.outside_OD @ answers.gallery_ND.T
    own = np.flatnonzero(answers.own_row_Q >= 0)
    inside_QG[own, answers.own_row_Q[own]] = -1.0

    def nearest_three(similarity_QG: np.ndarray) -> np.ndarray:
        return np.sort(similarity_QG, axis=1)[:, -3:].mean(axis=1)

    fields, _ = calibrate.fit_in_domain(
        answers.query_QD,
        nearest_three(inside_QG),
        answers.groups_of("source"),
        answers.outside_OD,
        nearest_three(outside_OG),
    )
    return Calibration(k=vote.k, temperature=vote.temperature, confidence=vote.confidence, **fields)


def _row(record: Sample, number: int, own: list[str], pictures: bool) -> dict[str, Any]:
    fields = {column: _text(record.fields.get(column, "")) for column in own}
    return {
        "id": f"{number:06d}",
        "label": record.label,
        "tags": [tag.lower() for tag in record.tags],
        "picture": thumbnail(record.open()) if pictures else None,
    } | fields


def _text(value: Any) -> Any:
    return list(value) if isinstance(value, tuple | list) else value
