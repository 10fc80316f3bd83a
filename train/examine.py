"""A run's test: what was kept out of its training is asked of the encoder that would be served."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from retrieval import images
from retrieval.encoder import Encoder
from train import calibrate
from train.answers import Answers, read_answers
from train.asked import changed_samples
from train.config import TrainConfig
from train.data import ENDINGS
from train.encoders import encode, run_encoder
from train.evaluate import figures, write_report
from train.loop import load_run
from train.material import SPLIT, Material, gather, prepare
from train.model import EmbeddingModel
from train.report.run import Layer, read_events, stopped_early, stopped_words
from train.samples import Sample, on_threads
from train.smoothing import smoothed
from train.splits import SIDES

OUTSIDE = 300  # pictures that belong nowhere; more would only take longer


def examine(
    run: Path,
    root: Path,
    smoothing: int | None = None,
    size: int | None = None,
    progress: bool = True,
    threads: int = 0,
) -> dict:
    """Ask the run its test pictures, write RUN/report/ and return the figures.

    Where drawings ask photos, the photos of the test are searched; where whole classes were kept out, each
    of their pictures is asked of the others; where it asks with changed pictures, every picture there is;
    otherwise everything that is not in the test is searched, as
    the app would. root: the data folder. smoothing, size (pixels a side): in place of the run's. threads: of
    an encoding; 0 is one per core. Raises RuntimeError for an unfinished run, ValueError for data that is not
    the run's any more.
    """
    network, config = load_run(run)
    if smoothing is not None:
        config = replace(config, smoothing=smoothing)
    config = replace(config, serve_size=size or config.serve_size)
    material = gather(config.data, root, run, progress)
    encoder = run_encoder(run, config.serve_size, threads)
    answers = answers_of(encoder, material, config, root, progress)
    measured, per_query = figures(answers, config.margin, intervals_over(config))
    measured["variant"] = config.variant
    measured["protocol"] = protocol(config, run)
    measured["training minutes"] = training_minutes(run)
    events = run / "events.jsonl"
    if events.exists() and (early := stopped_early(read_events(events))):
        measured["stopped early"] = early
    report = run / "report"
    report.mkdir(exist_ok=True)
    answers.save(report / "answers.npz")
    by_name = {sample.name: sample for sample in (*material.samples, *asked_of(material, config))}

    def open_picture(name: str) -> Image.Image:
        return by_name[name].open() if name in by_name else images.load(root / name)

    layers = network_layers(network, config)
    write_report(report, answers, measured, per_query, open_picture, events, layers)
    return measured


def is_divided(run: Path) -> bool:
    """Whether this is the folder of a run on pictures of one's own, with a test of its own."""
    return (run / SPLIT).is_file()


HEADLINES = (
    *("recall@1", "recall@5", "recall@10", "R-precision", "MAP@R", "mAP@all", "kNN accuracy"),
    *("triplet accuracy", "triplet margin accuracy", "ECE", "out-of-domain AUROC"),
    *("instance recall@1", "instance recall@10"),
)


def summary(measured: dict) -> str:
    """The figures as lines for a person."""
    head = (
        f"{measured['queries']:,} queries, {measured['gallery']:,} records, {measured['classes']} classes; "
        f"trained for {measured['training minutes']} minutes; intervals: {measured['intervals']}"
    )
    if early := measured.get("stopped early"):
        head += f"\n{stopped_words(early)}"
    lines = [
        f"{name:24} {measured[name]['value']:.3f}  ({measured[name]['interval'][0]:.3f} to "
        f"{measured[name]['interval'][1]:.3f})"
        for name in HEADLINES
        if name in measured
    ]
    return "\n".join([head, *lines])


def protocol(config: TrainConfig, run: Path) -> dict[str, str]:
    """What two runs must share to be compared: the data and how it was divided."""
    return {
        "data": json.dumps(asdict(config.data), sort_keys=True),
        "smoothing": str(config.smoothing),
        "split": hashlib.sha256((run / SPLIT).read_bytes()).hexdigest(),
    }


def training_minutes(run: Path) -> float:
    """Minutes spent in the phases, what was computed once included."""
    seconds: dict[str, float] = {}
    for event in read_events(run / "events.jsonl"):
        if "seconds" in event:
            seconds[event["phase"]] = event["seconds"]
    return round(sum(seconds.values()) / 60, 2)


def intervals_over(config: TrainConfig) -> str:
    """What stands or falls together: pictures of one source, or all of a class nobody trained on."""
    return "label" if config.data.held_out == "classes" else "source"


def answers_of(
    encoder: Encoder, material: Material, config: TrainConfig, root: Path, progress: bool
) -> Answers:
    """Everything the encoder answers on the test of a run's material, its reading too."""
    crosses, by_class = config.data.crosses_domains, config.data.held_out == "classes"
    asks = "drawing" if crosses else None
    searched = "photo" if crosses else None
    queries = asked_of(material, config)
    gallery = material.on(*searched_sides(config), domain=searched)
    # To fit the vote on: asked in the same manner, of records that are not the test's.
    voters = material.on("validation", domain=asks)
    fit_gallery = material.on("validation" if crosses or by_class else "train", domain=searched)
    if not queries or not gallery:
        raise ValueError(
            f"the test has {len(queries)} queries and {len(gallery)} records to search; wanted: some of "
            "both, so more pictures of a class, or a larger test_share"
        )
    outside = outside_files(config, root)
    once = list({sample.name: sample for sample in (*queries, *gallery, *voters, *fit_gallery)}.values())
    vectors_ND = vectors_of(encoder, once, config, progress)
    vectors = {sample.name: vector for sample, vector in zip(once, vectors_ND, strict=True)}
    query_QD = _of(vectors, queries)
    gallery_ND = smoothed(_of(vectors, gallery), config.smoothing)
    row_of = {sample.name: row for row, sample in enumerate(gallery)}
    answers = Answers(
        query_names=_names(queries),
        query_labels=_labels(queries),
        query_sources=_sources(queries),
        query_QD=query_QD,
        gallery_names=_names(gallery),
        gallery_labels=_labels(gallery),
        gallery_sources=_sources(gallery),
        gallery_ND=gallery_ND,
        own_row_Q=np.array([row_of.get(sample.name, -1) for sample in queries]),
        outside_names=np.array([path.relative_to(root).as_posix() for path in outside], dtype=np.str_),
        outside_OD=encode(encoder, outside, "auto"),
    )
    validation = None
    if voters and fit_gallery:
        # A picture never finds itself: what shares its source is left out.
        validation = calibrate.neighbours(
            _of(vectors, voters),
            _labels(voters),
            _sources(voters),
            smoothed(_of(vectors, fit_gallery), config.smoothing),
            _labels(fit_gallery),
            None if crosses else _sources(fit_gallery),
        )
    return read_answers(answers, validation)


def asked_of(material: Material, config: TrainConfig) -> list[Sample]:
    """What the test asks with."""
    kept = material.on("test", domain="drawing" if config.data.crosses_domains else None)
    return changed_samples(kept) if config.data.asked == "changed" else kept


def searched_sides(config: TrainConfig) -> tuple[str, ...]:
    """The sides that the test searches: a changed picture has its own to find among all."""
    if config.data.asked == "changed":
        return SIDES
    by_class = config.data.held_out == "classes"
    return ("test",) if config.data.crosses_domains or by_class else ("train", "validation")


def outside_files(config: TrainConfig, root: Path) -> list[Path]:
    """At most OUTSIDE pictures of the folders that belong nowhere here, evenly over them."""
    found = [
        path
        for folder in config.data.outside
        for path in sorted((root / folder).rglob("*"))
        if path.suffix.lower() in ENDINGS
    ]
    return found[:: max(1, -(-len(found) // OUTSIDE))]


def vectors_of(
    encoder: Encoder, samples: list[Sample], config: TrainConfig, progress: bool, batch: int = 32
) -> np.ndarray:
    """(N, D) vectors of the samples, through the serving preparation and graph."""
    size = encoder.config.size
    prepared = on_threads(
        lambda sample: prepare(sample, config.preparation, size), samples, "pictures", progress
    )
    parts = [np.stack(prepared[start : start + batch]) for start in range(0, len(prepared), batch)]
    return np.concatenate([encoder.encode(part) for part in parts])


def _of(vectors: dict[str, np.ndarray], samples: list[Sample]) -> np.ndarray:
    return np.stack([vectors[sample.name] for sample in samples])


def _names(samples: list[Sample]) -> np.ndarray:
    return np.array([sample.name for sample in samples], dtype=np.str_)


def _labels(samples: list[Sample]) -> np.ndarray:
    return np.array([sample.label for sample in samples], dtype=np.str_)


def _sources(samples: list[Sample]) -> np.ndarray:
    return np.array([sample.source for sample in samples], dtype=np.str_)


@torch.no_grad()
def network_layers(network: EmbeddingModel, config: TrainConfig) -> list[Layer]:
    """The rows of the network's diagram, with the shapes one picture takes on its way."""
    size = config.serve_size
    network.let_learn("all")
    network.eval()
    x = torch.zeros(1, config.channels, size, size)
    rows = [Layer("picture", "pixels, 0 to 255", tuple(x.shape[1:]), 0)]
    x = network.trunk(x)
    net = network.backbone
    stages = [("conv_stem", net.conv_stem), ("bn1", net.bn1)]
    stages += [(f"blocks.{number}", group) for number, group in enumerate(net.blocks)]
    stages += [("conv_head", net.conv_head), ("bn2", net.bn2), ("global_pool", net.global_pool)]
    if network.dim != net.num_features:
        stages.append(("head", network.head))
    for name, stage in stages:
        x = stage(x)
        kind = "blocks" if name.startswith("blocks") else type(stage).__name__
        weights = sum(weight.numel() for weight in stage.parameters())
        rows.append(Layer(name, kind, tuple(x.shape[1:]), weights))
    return [*rows, Layer("embedding", "unit norm", (network.dim,), 0)]
