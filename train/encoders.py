"""The serving encoder of anything that was trained, so that what is measured is what is served.

Exporting a graph takes longer than measuring a small run, so each is exported once and kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from retrieval import images
from retrieval.encoder import Encoder, EncoderConfig
from retrieval.types import ImageError
from train import export
from train.config import TrainConfig
from train.export import export_onnx
from train.loop import load_run
from train.model import EmbeddingModel
from train.template import GRAPHS

FROZEN_SIZE = 224


def open_encoder(model: str, size: int | None = None, threads: int = 0) -> Encoder:
    """The serving encoder of a run folder, of a bundle folder, or the frozen backbone on ink ("frozen").

    size: pixels a side to feed it, if not as served. Raises RuntimeError for a run that is not finished.
    """
    if (folder := Path(model) / "model").is_dir():
        config = json.loads((folder / "config.json").read_text())
        return Encoder(folder / "encoder.onnx", EncoderConfig.from_json(config), threads)
    if model == "frozen":
        return frozen_encoder(TrainConfig(), size or FROZEN_SIZE, threads)
    return run_encoder(Path(model), size, threads)


def run_encoder(run: Path, size: int | None = None, threads: int = 0) -> Encoder:
    """Of a finished run, from RUN/graphs/; exported where it is not there, or older than the weights or than
    the code that writes graphs."""
    network, config = load_run(run)
    size = size or config.serve_size
    mirror_size = config.mirrored_at(size)
    mirrored = f"-mirror-{mirror_size}" if mirror_size else ""
    path = run / "graphs" / f"encoder-{size}{mirrored}-{_code()}.onnx"
    weights = max(file.stat().st_mtime for file in run.glob("checkpoint-*.pt"))
    if not path.exists() or path.stat().st_mtime < weights:
        export_onnx(network, size, path, mirror_size)
    return Encoder(path, encoder_config(network, config, size), threads)


def encoder_config(network: EmbeddingModel, config: TrainConfig, size: int) -> EncoderConfig:
    """How a network is served at `size` pixels a side."""
    return EncoderConfig(size, network.dim, config.preparation, config.prepared_size(size))


def _code() -> str:
    """Of how graphs are written: a change of that must not find an old one."""
    return hashlib.sha256(Path(export.__file__).read_bytes()).hexdigest()[:8]


def frozen_encoder(config: TrainConfig, size: int = FROZEN_SIZE, threads: int = 0) -> Encoder:
    """The backbone of `config` as ImageNet left it, from the cache."""
    path = GRAPHS / f"{config.backbone}-{config.channels}-{size}-{_code()}.onnx"
    network = EmbeddingModel(config.backbone, dim=0, channels=config.channels)
    if not path.exists():
        export_onnx(network, size, path)
    return Encoder(path, encoder_config(network, config, size), threads)


def encode(
    encoder: Encoder, pictures: Sequence[Path | Image.Image | bytes], kind: str = "sketch", batch: int = 32
) -> np.ndarray:
    """(N, D) vectors through the serving preparation and the serving graph. A blank picture counts as white
    paper, so that no row goes missing."""
    vectors = []
    for start in range(0, len(pictures), batch):
        prepared = []
        for picture in pictures[start : start + batch]:
            try:
                prepared.append(encoder.prepare(images.load(picture), kind)[0])
            except ImageError:
                prepared.append(np.full(encoder.config.shape, 255, np.uint8))
        vectors.append(encoder.encode(np.stack(prepared)))
    return np.concatenate(vectors) if vectors else np.zeros((0, encoder.config.dim), np.float32)
