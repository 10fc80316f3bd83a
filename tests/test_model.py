"""The network's cut: what is held is computed once and gives the same vectors, and only the rest learns."""

import pytest
import torch

from tests.test_export import pixels
from train import weights
from train.model import EmbeddingModel
from train.weights import imagenet_classifier, imagenet_weights, renamed

COLOUR = torch.from_numpy(pixels(2)).repeat(1, 3, 1, 1)


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    return EmbeddingModel(dim=8, pretrained=False, channels=3, hidden=16)


@pytest.mark.parametrize(("learns", "frozen"), [("all", 0), ("all", 3), ("end", 0), ("head", 0)])
def test_the_held_part_and_the_rest_make_the_whole(model, learns, frozen):
    model.let_learn("all")
    with torch.no_grad():
        whole = model.eval().features(COLOUR)
        model.let_learn(learns, frozen)
        halves = model.eval().rest(model.trunk(COLOUR))
    assert torch.allclose(whole, halves, atol=1e-5)


def learning(model):
    return {name for name, weight in model.named_parameters() if weight.requires_grad}


def test_the_head_learns_alone(model):
    model.let_learn("head")
    assert learning(model) == {f"head.{layer}.{part}" for layer in (0, 2) for part in ("weight", "bias")}


def test_the_end_is_the_last_forty_layers_in_keras_counting_without_batchnorm(model):
    model.let_learn("end")
    backbone = {name for name in learning(model) if name.startswith("backbone.")}
    blocks = {name.split(".")[2:4][0] + "." + name.split(".")[3] for name in backbone if ".blocks." in name}
    assert blocks == {"5.2", "5.3", "6.0"}
    assert "backbone.conv_head.weight" in backbone
    assert not any("bn" in name for name in backbone)
    norms = [part for part in model.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    model.train()
    assert not any(norm.training for norm in norms)


def test_letting_all_learn_again_frees_what_was_held(model):
    model.let_learn("head")
    model.let_learn("all")
    assert all(weight.requires_grad for weight in model.parameters())
    assert all(part.training for part in model.modules())


def test_a_backbone_scales_pixels_as_it_was_trained():
    lite0 = EmbeddingModel(dim=0, pretrained=False, channels=3)
    b0 = EmbeddingModel("efficientnet_b0", dim=0, pretrained=False, channels=3)
    assert lite0.mean.flatten().tolist() == pytest.approx([127.5] * 3)
    assert lite0.std.flatten().tolist() == pytest.approx([127.5] * 3)
    assert b0.mean.flatten().tolist() == pytest.approx([255 * part for part in (0.485, 0.456, 0.406)])
    assert b0.std.flatten().tolist() == pytest.approx([255 * part for part in (0.229, 0.224, 0.225)])
    assert b0.eval()(COLOUR).shape == (2, 1280)


def test_what_is_no_efficientnet_is_refused_by_name():
    with pytest.raises(ValueError, match="resnet18 is no EfficientNet"):
        EmbeddingModel("resnet18", pretrained=False)


def test_weights_of_efficientnet_b0_load_from_the_hub(monkeypatch):
    made = weights.timm.create_model("efficientnet_b0", pretrained=False)
    create = weights.timm.create_model

    def fetched(name, pretrained=False, **options):
        return made if pretrained else create(name, pretrained=False, **options)

    monkeypatch.setattr(weights.timm, "create_model", fetched)
    model = EmbeddingModel("efficientnet_b0", dim=0, channels=3)
    assert torch.equal(model.backbone.conv_head.weight, made.conv_head.weight)
    weight, bias = imagenet_classifier("efficientnet_b0")
    assert torch.equal(weight, made.classifier.weight)
    assert torch.equal(bias, made.classifier.bias)


def test_weights_of_efficientnet_b0_load_from_torchvision_where_the_hub_is_out_of_reach(monkeypatch):
    torch.manual_seed(3)
    there = weights.torchvision.models.efficientnet_b0(weights=None).eval()
    monkeypatch.setattr(weights, "_from_hub", _out_of_reach)
    monkeypatch.setattr(
        weights.torchvision.models.EfficientNet_B0_Weights,
        "get_state_dict",
        lambda *_, **__: there.state_dict(),
    )
    model = EmbeddingModel("efficientnet_b0", dim=0, channels=3).eval()
    with torch.no_grad():
        scaled = (COLOUR.float() - model.mean) / model.std
        wanted = there.avgpool(there.features(scaled)).flatten(1)
        assert torch.allclose(model.features(COLOUR), wanted, atol=1e-4)


def test_without_any_network_the_error_says_what_to_do(monkeypatch):
    monkeypatch.setattr(weights, "_from_hub", _out_of_reach)
    monkeypatch.setattr(weights.torchvision.models.EfficientNet_B0_Weights, "get_state_dict", _out_of_reach)
    with pytest.raises(RuntimeError, match="connect to the Hub, or take --backbone tf_efficientnet_lite0"):
        EmbeddingModel("efficientnet_b0")


def _out_of_reach(*_, **__):
    raise OSError("no route to host")


def test_weights_by_position_want_every_shape_to_fit():
    with pytest.raises(RuntimeError, match="the moon: b has shape"):
        renamed({"a": torch.zeros(2)}, {"b": torch.zeros(3)}, "the moon")
    assert set(imagenet_weights("tf_efficientnet_lite0", {"stem": torch.zeros(32, 3, 3, 3)})) == {"stem"}
