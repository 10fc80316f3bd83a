"""A trained model as files to serve: the ONNX graph and its safetensors."""

from __future__ import annotations

import io
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.torch import save_file
from torch import Tensor, nn

from train.beside import write_file
from train.model import EmbeddingModel
from train.template import GRAPHS, Features, keep, key_of, with_weights

# Initialisers below this many numbers stay float32: they weigh nothing.
_SMALL = 256


def export_onnx(model: EmbeddingModel, size: int, path: Path, mirror_size: int = 0) -> None:
    """Write the serving graph: (N, C, size, size) uint8 pixels in, (N, D) float32 unit vectors out.

    Normalisation is inside, N is dynamic. Weights are stored as float16 behind Cast nodes: half the
    file, the same speed (ONNX Runtime folds the casts when it loads), vectors within 1e-5 cosine.
    mirror_size: a vector is that of the picture and of its mirror image together, the latter at so many
    pixels a side, a multiple of 32 as `size`; 0 leaves it out.
    The backbone is traced once for networks of the same layers (train/template.py).
    Raises ValueError for a head of layers that have no node here.
    """
    model = model.eval().to(memory_format=torch.contiguous_format)
    kept = GRAPHS / f"{key_of(model, size, Path(__file__).read_bytes())}.onnx"
    graph = with_weights(kept, model, size)
    if graph is None:
        example = torch.zeros(2, model.mean.shape[1], size, size, dtype=torch.uint8, device=model.mean.device)
        graph = _traced(Features(model), example, "features")
        keep(graph, kept)
    _add_head(graph, model.head, model.dim)
    if mirror_size:
        _add_mirror(graph, size, mirror_size, model.dim)
    _write(graph, path)


def write_graph(model: nn.Module, example: Tensor, path: Path, output: str) -> None:
    """Write the graph of a network of uint8 "images", of which the number may differ, to `output`, with its
    larger weights as float16.

    example: a batch of two of them."""
    _write(_traced(model, example, output), path)


def _traced(model: nn.Module, example: Tensor, output: str) -> onnx.ModelProto:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        torch.onnx.export(
            model,
            (example,),
            buffer,
            input_names=["images"],
            output_names=[output],
            dynamo=True,
            dynamic_shapes={"images_BCHW": {0: torch.export.Dim("batch")}},
            external_data=False,
            verbose=False,
        )
    return onnx.load_from_string(buffer.getvalue())


def _add_head(model: onnx.ModelProto, head: nn.Module, dim: int) -> None:
    """From the graph's features to vectors of unit norm: the head's layers, then what F.normalize does."""
    graph, x = model.graph, "features"
    for number, layer in enumerate(head if isinstance(head, nn.Sequential) else [head]):
        y = f"head.{number}"
        if isinstance(layer, nn.Identity):
            continue
        if isinstance(layer, nn.Linear):
            names = []
            for name in ("weight", "bias"):
                value = getattr(layer, name)
                names.append(f"{y}.{name}")
                graph.initializer.append(numpy_helper.from_array(value.detach().cpu().numpy(), names[-1]))
            graph.node.append(helper.make_node("Gemm", [x, *names], [y], transB=1))
        elif isinstance(layer, nn.ReLU):
            graph.node.append(helper.make_node("Relu", [x], [y]))
        elif isinstance(layer, nn.Softmax):
            graph.node.append(helper.make_node("Softmax", [x], [y], axis=1))
        else:
            raise ValueError(f"the head has a {type(layer).__name__}, which no graph here knows")
        x = y
    _normalise(graph, x, "embeddings", dim)


def _normalise(graph: onnx.GraphProto, x: str, output: str, dim: int, of: str = "embedding") -> None:
    """(N, dim) to unit norm, as the only output of the graph. of: begins the names of what is between."""
    for name, value in ((f"{of}.axes", np.array([1], np.int64)), (f"{of}.least", np.float32(1e-12))):
        graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    graph.node.append(helper.make_node("ReduceL2", [x, f"{of}.axes"], [f"{of}.norm"], keepdims=1))
    graph.node.append(helper.make_node("Max", [f"{of}.norm", f"{of}.least"], [f"{of}.divisor"]))
    graph.node.append(helper.make_node("Div", [x, f"{of}.divisor"], [output]))
    batch = graph.output[0].type.tensor_type.shape.dim[0].dim_param
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(output, TensorProto.FLOAT, [batch, dim]))


def _add_mirror(model: onnx.ModelProto, size: int, mirror_size: int, dim: int) -> None:
    """The mirror image of every picture goes the same way, at its own size and with the same weights; the
    mean of the two vectors comes out, of unit norm."""
    graph, images = model.graph, model.graph.input[0].name
    # What slices the last axis backwards: from its end to before its beginning.
    bounds = {"start": -1, "end": np.iinfo(np.int64).min, "axis": 3, "step": -1}
    for name, value in bounds.items():
        graph.initializer.append(numpy_helper.from_array(np.array([value], np.int64), f"mirror.{name}"))
    own, turned = list(graph.node), "mirrored"
    graph.node.append(helper.make_node("Slice", [images, *(f"mirror.{name}" for name in bounds)], [turned]))
    if mirror_size != size:
        sides = np.array([mirror_size, mirror_size], np.int64)
        graph.initializer.append(numpy_helper.from_array(sides, "mirror.sides"))
        # Thin lines would break where pixels are left out: each of a smaller image is the mean of its own.
        resize = helper.make_node(
            "Resize",
            [turned, "", "", "mirror.sides"],
            ["mirrored.sized"],
            mode="linear",
            axes=[2, 3],
            antialias=int(mirror_size < size),
        )
        graph.node.append(resize)
        turned = resize.output[0]
    renamed = {images: turned} | {name: f"{name}.mirrored" for node in own for name in node.output}
    for node in own:
        copied = graph.node.add()
        copied.CopyFrom(node)
        copied.name = f"{node.name}.mirrored" if node.name else ""
        copied.input[:] = [renamed.get(name, name) for name in node.input]
        copied.output[:] = [renamed[name] for name in node.output]
    own[-1].output[0] = "embeddings.own"
    graph.node.append(helper.make_node("Add", ["embeddings.own", renamed["embeddings"]], ["embeddings.both"]))
    _normalise(graph, "embeddings.both", "embeddings", dim, "both")


def _write(graph: onnx.ModelProto, path: Path) -> None:
    _halve_weights(graph)
    onnx.checker.check_model(graph)
    write_file(path, graph.SerializeToString())


def _halve_weights(model: onnx.ModelProto) -> None:
    casts = []
    for weight in list(model.graph.initializer):
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < _SMALL:
            continue
        values = numpy_helper.to_array(weight)
        half = numpy_helper.from_array(values.astype(np.float16), name=f"{weight.name}.float16")
        model.graph.initializer.remove(weight)
        model.graph.initializer.append(half)
        casts.append(helper.make_node("Cast", [half.name], [weight.name], to=TensorProto.FLOAT))
    for cast in reversed(casts):
        model.graph.node.insert(0, cast)


def write_model(
    model: EmbeddingModel, folder: Path, config: dict[str, Any], graph: Path | None = None
) -> None:
    """Write model/: encoder.onnx, encoder.safetensors (float16) and config.json.

    graph: of this very model and size, where it was exported before.

    config: what retrieval.encoder.EncoderConfig reads (size, dim, preparation) and what people want to
    know (backbone, variant, training, metrics).
    """
    folder.mkdir(parents=True, exist_ok=True)
    if graph is None:
        export_onnx(model, config["size"], folder / "encoder.onnx")
    else:
        shutil.copyfile(graph, folder / "encoder.onnx")
    weights = {
        name: value.half() if value.is_floating_point() else value
        for name, value in model.state_dict().items()
    }
    save_file({name: value.contiguous() for name, value in weights.items()}, folder / "encoder.safetensors")
    (folder / "config.json").write_text(
        json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
