"""A backbone is traced once; later networks of the same layers only put their weights in, and are checked."""

import copy
import shutil

import numpy as np
import onnx
import pytest
import torch

from retrieval.encoder import Encoder, EncoderConfig
from train import export
from train.model import EmbeddingModel

SIZE, DIM = 64, 8


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    made = EmbeddingModel(dim=DIM, pretrained=False)
    # Statistics as after training, so that BatchNorm does something.
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.1)
    return made.eval()


def pixels(count: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (count, 1, SIZE, SIZE), dtype=np.uint8)


class Untraced:
    """torch's exporter, where it must not be needed."""

    def __call__(self, *arguments, **options):
        raise AssertionError("it was traced again")


def learnt(model, seed):
    """Another network of the same layers, as after training."""
    torch.manual_seed(seed)
    made = copy.deepcopy(model)
    for weight in made.parameters():
        weight.data += 0.02 * torch.randn_like(weight)
    return made.eval()


def served_as_torch(model, path) -> bool:
    encoder = Encoder(path, EncoderConfig(SIZE, model.dim), threads=1)
    with torch.no_grad():
        trained = model(torch.from_numpy(pixels(2))).numpy()
    return bool((1 - (encoder.encode(pixels(2)) * trained).sum(axis=1)).max() < 1e-4)


@pytest.fixture(scope="module")
def kept(model, tmp_path_factory):
    """The cache's one graph after the first export. Tracing takes seconds, so all tests begin with it."""
    top = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "GRAPHS", top / "graphs")
        export.export_onnx(model, SIZE, top / "first.onnx")
    (graph,) = (top / "graphs").iterdir()
    return graph


@pytest.fixture
def traced_once(kept, tmp_path, monkeypatch):
    """A cache in which the network's graph was kept, and no way to trace it again."""
    (tmp_path / "graphs").mkdir()
    shutil.copy(kept, tmp_path / "graphs")
    monkeypatch.setattr(export, "GRAPHS", tmp_path / "graphs")
    monkeypatch.setattr(torch.onnx, "export", Untraced())
    return tmp_path


def test_a_network_of_the_same_layers_is_not_traced_again(model, traced_once):
    other = learnt(model, 1)
    export.export_onnx(other, SIZE, traced_once / "other.onnx")
    assert served_as_torch(other, traced_once / "other.onnx")
    assert not served_as_torch(model, traced_once / "other.onnx")


@pytest.mark.parametrize(
    "head",
    [
        torch.nn.Identity(),
        torch.nn.Sequential(torch.nn.Linear(1280, 16), torch.nn.ReLU(), torch.nn.Linear(16, DIM)),
        torch.nn.Sequential(torch.nn.Linear(1280, DIM), torch.nn.Softmax(dim=1)),
    ],
)
def test_any_head_is_put_on_the_same_graph(model, traced_once, head):
    other = learnt(model, 2)
    other.head = head
    other.dim = 1280 if isinstance(head, torch.nn.Identity) else DIM
    export.export_onnx(other, SIZE, traced_once / "other.onnx")
    assert served_as_torch(other, traced_once / "other.onnx")


def test_a_head_of_unknown_layers_is_refused(model, traced_once):
    other = learnt(model, 3)
    other.head = torch.nn.Tanh()
    with pytest.raises(ValueError, match="a Tanh, which no graph"):
        export.export_onnx(other, SIZE, traced_once / "other.onnx")


@pytest.mark.parametrize("harm", ["cut", "nodes", "names"])
def test_a_kept_graph_that_does_not_fit_is_not_believed(model, traced_once, harm):
    """Half a file, one that computes something else, one that lacks weights: each is traced anew."""
    path = next((traced_once / "graphs").iterdir())
    if harm == "cut":
        path.write_bytes(path.read_bytes()[:100_000])
    else:
        graph = onnx.load(path)
        if harm == "nodes":
            place = next(n for n, node in enumerate(graph.graph.node) if node.op_type == "Clip")
            graph.graph.node[place].op_type = "Max"
        else:
            weight = next(
                value for value in graph.graph.initializer if value.name.endswith("conv_head.weight")
            )
            graph.graph.initializer.remove(weight)
        path.write_bytes(graph.SerializeToString())
    with pytest.raises(AssertionError, match="traced again"):
        export.export_onnx(learnt(model, 4), SIZE, traced_once / "other.onnx")
