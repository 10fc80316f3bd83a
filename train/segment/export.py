"""A trained segmenter as files to serve: the ONNX graph and its safetensors."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save
from torch import Tensor, nn

from retrieval.segmentation import CATEGORIES
from train.beside import write_file
from train.export import write_graph
from train.segment.config import SegmenterConfig, to_json
from train.segment.loop import BEST, load_segmenter
from train.segment.networks import Normalised

GRAPH, WEIGHTS = "segmenter.onnx", "segmenter.safetensors"


def as_served(
    config: SegmenterConfig, height: int | None = None, width: int | None = None, mirror: bool | None = None
) -> SegmenterConfig:
    """The configuration with what is given in place of the run's: a network that learnt at one size can be
    served at another."""
    return replace(
        config,
        height=height or config.height,
        width=width or config.width,
        mirror=config.mirror if mirror is None else mirror,
        crop_height=0,
        crop_width=0,
    )


class _WithMirror(nn.Module):
    """The mean of a network's logits of the photos and, mirrored back, of their mirror images."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, images_BCHW: Tensor) -> Tensor:
        return (self.network(images_BCHW) + self.network(images_BCHW.flip(3)).flip(3)) / 2


def export_segmenter(model: Normalised, config: SegmenterConfig, path: Path) -> None:
    """Write the serving graph: "images" (N, 3, H, W) uint8 RGB in, "logits" (N, 7, h, w) float32 out.

    H, W: height and width of the configuration; h, w: these by the network's stride (4 of lite0-fpn).
    Normalisation is inside, N is dynamic. Weights are stored as float16 behind Cast nodes, as those of an
    encoder are: half the file, the same speed, and a mask that differs in a few pixels at most."""
    model = model.eval().to("cpu", memory_format=torch.contiguous_format)
    served = _WithMirror(model).eval() if config.mirror else model
    example = torch.zeros(2, 3, config.height, config.width, dtype=torch.uint8)
    write_graph(served, example, path, "logits")


def graph_of(run: Path, model: Normalised, config: SegmenterConfig) -> Path:
    """The graph of a finished run's network, exported into RUN/graphs/ where it is not there already."""
    name = f"{config.height}x{config.width}{'-mirror' if config.mirror else ''}"
    path = run / "graphs" / name / GRAPH
    if not path.is_file() or path.stat().st_mtime < (run / BEST).stat().st_mtime:
        export_segmenter(model, config, path)
    return path


def write_segmenter(
    model: Normalised,
    config: SegmenterConfig,
    folder: Path,
    metrics: dict[str, Any] | None = None,
    training: SegmenterConfig | None = None,
    graph: Path | None = None,
) -> None:
    """Write model/: segmenter.onnx, segmenter.safetensors (float16) and config.json.

    config.json gets "segmenter": what retrieval.segmentation.Segmenter.open reads (height, width) and what
    people want to know (network, categories, training, metrics). What else a config.json there says stays.
    training: the configuration that it was trained with, where it is served with another. graph: of this
    very model and configuration, where it was exported before."""
    folder.mkdir(parents=True, exist_ok=True)
    if graph is None:
        export_segmenter(model, config, folder / GRAPH)
    else:
        shutil.copyfile(graph, folder / GRAPH)
    weights = {
        name: (value.half() if value.is_floating_point() else value).contiguous()
        for name, value in model.state_dict().items()
    }
    write_file(folder / WEIGHTS, save(weights))
    path = folder / "config.json"
    values = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    values["segmenter"] = {
        "network": config.network,
        "height": config.height,
        "width": config.width,
        "categories": list(CATEGORIES),
        "training": to_json(training or config),
        "metrics": metrics or {},
    }
    write_file(path, json.dumps(values, indent=1, ensure_ascii=False).encode() + b"\n")


def export_run(
    run: Path, folder: Path, height: int | None = None, width: int | None = None, mirror: bool | None = None
) -> str:
    """Write model/ of a finished run, with the figures of its report where these are of the same size, and
    say in one line what was written. height, width, mirror: in place of the run's. Raises RuntimeError for
    an unfinished run."""
    network, config = load_segmenter(run)
    served = as_served(config, height, width, mirror)
    report = run / "report" / "figures.json"
    figures = json.loads(report.read_text(encoding="utf-8")) if report.is_file() else {}
    measured = figures.get("size") == [served.height, served.width] and figures["mirror"] == served.mirror
    # What was learnt is told as it was; only what is served may differ from it.
    graph = graph_of(run, network, served)
    write_segmenter(network, served, folder, figures if measured else None, config, graph)
    size = (folder / GRAPH).stat().st_size / 1e6
    return f"{folder}: {config.network} at {served.width} x {served.height}, {size:.1f} MB"
