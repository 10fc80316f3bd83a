"""The graph of a backbone, exported once: a later run of the same network only puts its own weights in.

Tracing a network takes ten seconds of a run whose training takes five, and gives the same nodes each time.
The weights are put where the tracing left them, each convolution's with its BatchNorm folded in; what comes
of it is compared with torch, and where it differs the network is traced after all.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import numpy_helper
from torch import Tensor, nn
from torch.nn.utils import fusion

from train.beside import write_file
from train.model import EmbeddingModel

GRAPHS = Path("cache") / "graphs"
# Cosine to torch's own features, of noise. What is put in wrongly is far below.
ALIKE = 0.9999


class Features(nn.Module):
    """Plain pixels to pooled features: an EmbeddingModel without its head."""

    def __init__(self, model: EmbeddingModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, images_BCHW: Tensor) -> Tensor:
        return self.model.features(images_BCHW)


def key_of(model: EmbeddingModel, size: int, code: bytes) -> str:
    """The same for networks of the same layers, whatever their weights and their head."""
    layers = f"{model.backbone}/{model.mean.shape[1]}/{size}/{torch.__version__}/{onnx.__version__}"
    return hashlib.sha256(layers.encode() + code).hexdigest()[:16]


def with_weights(path: Path, model: EmbeddingModel, size: int) -> onnx.ModelProto | None:
    """The graph that was kept at `path` with the weights of this model; None where there is none, or where
    it does not fit."""
    if not path.is_file():
        return None
    try:
        graph = onnx.load(path)
        return graph if _put_in(graph, folded(model.backbone)) and _agrees(graph, model, size) else None
    except Exception:  # of half a file, or of a graph that cannot run, each library has an error of its own
        return None


def _put_in(graph: onnx.ModelProto, weights: dict[str, np.ndarray]) -> bool:
    """Whether every weight found its place."""
    for value in graph.graph.initializer:
        name = value.name.partition("backbone.")[2]
        if name in weights and list(value.dims) == list(weights[name].shape):
            value.CopyFrom(numpy_helper.from_array(weights.pop(name), value.name))
    return not weights


def keep(graph: onnx.ModelProto, path: Path) -> None:
    """For the next run; where nothing can be kept it is traced again."""
    with contextlib.suppress(OSError):
        write_file(path, graph.SerializeToString())


def folded(backbone: nn.Module) -> dict[str, np.ndarray]:
    """Name -> float32 weights of every convolution, "<name>.weight_bias" for what its BatchNorm adds."""
    weights: dict[str, np.ndarray] = {}
    waiting: tuple[str, nn.Conv2d] | None = None
    for name, module in backbone.named_modules():
        if isinstance(module, nn.Conv2d) and module.bias is None:
            waiting = name, module
        elif isinstance(module, nn.Conv2d):  # of a squeeze-excite: nothing is folded in
            weights |= {f"{name}.weight": _plain(module.weight), f"{name}.bias": _plain(module.bias)}
        elif isinstance(module, nn.BatchNorm2d) and waiting:
            (name, conv), waiting = waiting, None
            statistics = module.running_mean, module.running_var, module.eps
            weight, bias = fusion.fuse_conv_bn_weights(
                conv.weight, None, *statistics, module.weight, module.bias
            )
            weights |= {f"{name}.weight": _plain(weight), f"{name}.weight_bias": _plain(bias)}
    return weights


def _plain(value: Tensor) -> np.ndarray:
    return value.detach().cpu().numpy()


@torch.no_grad()
def _agrees(graph: onnx.ModelProto, model: EmbeddingModel, size: int) -> bool:
    pixels_NCHW = np.random.default_rng(0).integers(
        0, 256, (2, model.mean.shape[1], size, size), dtype=np.uint8
    )
    session = ort.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    served_NF = session.run(None, {"images": pixels_NCHW})[0]
    trained_NF = model.eval().features(torch.from_numpy(pixels_NCHW).to(model.mean.device)).cpu().numpy()
    norms_N = np.linalg.norm(served_NF, axis=1) * np.linalg.norm(trained_NF, axis=1)
    return bool(((served_NF * trained_NF).sum(axis=1) >= ALIKE * norms_N).all())
