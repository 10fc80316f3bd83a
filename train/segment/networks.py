"""The four networks that say what is where: three peers, and the one that is served.

Each takes (B, 3, H, W) pixels in [0, 255], H and W multiples of 16, normalises them itself and gives
(B, 7, h, w) logits at its own stride; whoever needs them larger scales them bilinearly, as serving does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from retrieval.segmentation import ANSWERS
from train import torchvision_ops  # noqa: F401  (must come before timm and torchvision)
from train.segment.config import SegmenterConfig
from train.weights import imagenet_weights

import timm  # isort: skip
from torchvision.models import get_weight, vgg  # isort: skip

_IMAGENET = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_EVEN = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
_VGG_WEIGHTS = "VGG16_BN_Weights.IMAGENET1K_V1"


class Normalised(nn.Module):
    """The base of all four: pixels in [0, 255] to about zero mean and unit deviation. What may begin with
    ImageNet's weights is called `encoder`."""

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        for name, values in (("mean", mean), ("std", std)):
            self.register_buffer(name, torch.tensor(values).view(1, 3, 1, 1) * 255.0, persistent=False)

    def normalised(self, images_BCHW: Tensor) -> Tensor:
        return (images_BCHW.float() - self.mean) / self.std


def _conv(inside: int, outside: int, kernel: int = 3, dilation: int = 1, **options: int) -> nn.Sequential:
    """Convolution, BatchNorm, ReLU; height and width stay unless a stride is among the options."""
    padding = dilation * (kernel // 2)
    conv = nn.Conv2d(inside, outside, kernel, padding=padding, dilation=dilation, bias=False, **options)
    return nn.Sequential(conv, nn.BatchNorm2d(outside), nn.ReLU(inplace=True))


def _twice(inside: int, outside: int) -> nn.Sequential:
    return nn.Sequential(_conv(inside, outside), _conv(outside, outside))


def _separable(inside: int, outside: int, dilation: int = 1, kernel: int = 3) -> nn.Sequential:
    """Depthwise, then pointwise: a ninth of the arithmetic of a full convolution."""
    return nn.Sequential(_conv(inside, inside, kernel, dilation, groups=inside), _conv(inside, outside, 1))


def _scaled_like(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, like.shape[-2:], mode="bilinear", align_corners=False)


class _Ascent(nn.Module):
    """The right side of a U-Net: up by two, beside what the left side had there, two convolutions."""

    def __init__(self, widths: Sequence[int], lowest: int) -> None:
        """widths: of the left side's levels, the finest first. lowest: channels of the finest result."""
        super().__init__()
        below, steps = widths[-1], []
        for width, given in zip(widths[-2::-1], [*widths[-3::-1], lowest], strict=True):
            steps.append(_twice(below + width, given))
            below = given
        self.steps = nn.ModuleList(steps)

    def forward(self, levels: Sequence[Tensor]) -> Tensor:
        x = levels[-1]
        for step, beside in zip(self.steps, levels[-2::-1], strict=True):
            x = step(torch.cat([_scaled_like(x, beside), beside], dim=1))
        return x


class UNetMini(Normalised):
    """A small U-Net: five levels of two convolutions, from scratch; logits at every pixel.

    Source: Ronneberger, Fischer, Brox, "U-Net", MICCAI 2015, with BatchNorm and a quarter of the channels."""

    def __init__(self, channels: int = 16) -> None:
        super().__init__(*_EVEN)
        widths = [channels * 2**level for level in range(5)]
        self.descent = nn.ModuleList(map(_twice, [3, *widths[:-1]], widths))
        self.ascent = _Ascent(widths, channels)
        self.logits = nn.Conv2d(channels, ANSWERS, 1)

    def forward(self, images_BCHW: Tensor) -> Tensor:
        x, levels = self.normalised(images_BCHW), []
        for level, step in enumerate(self.descent):
            x = step(F.max_pool2d(x, 2) if level else x)
            levels.append(x)
        return self.logits(self.ascent(levels))


class VGG16UNet(Normalised):
    """The thirteen convolutions of VGG16 as the left side of a U-Net; logits at every pixel.

    Source: Simonyan and Zisserman, "Very Deep Convolutional Networks", ICLR 2015, with BatchNorm; Iglovikov
    and Shvets, "TernausNet", 2018, for the U-Net on it."""

    def __init__(self, channels: int = 64, imagenet: bool = False) -> None:
        """imagenet: torchvision's weights; raises RuntimeError where they cannot be fetched."""
        super().__init__(*_IMAGENET)
        widths = [channels * factor for factor in (1, 2, 4, 8, 8)]
        layers: list[int | str] = []
        for width, count in zip(widths, (2, 2, 3, 3, 3), strict=True):
            layers += [*([width] * count), "M"]
        self.encoder = vgg.make_layers(layers[:-1], batch_norm=True)
        if imagenet:
            self.encoder.load_state_dict(_vgg_weights())
        self.ascent = _Ascent(widths, max(channels // 2, ANSWERS))
        self.logits = nn.Conv2d(max(channels // 2, ANSWERS), ANSWERS, 1)

    def forward(self, images_BCHW: Tensor) -> Tensor:
        x, levels = self.normalised(images_BCHW), []
        for layer in self.encoder:
            if isinstance(layer, nn.MaxPool2d):
                levels.append(x)
            x = layer(x)
        return self.logits(self.ascent([*levels, x]))


class DilatedNet(Normalised):
    """VGG's convolutions with the last two poolings left out and dilated in their place, then the context
    module: at one eighth of the size, each layer looks twice as far as the one before. Logits at stride 8.

    Source: Yu and Koltun, "Multi-Scale Context Aggregation by Dilated Convolutions", ICLR 2016; half of VGG's
    channels (at 64), 3 x 3 where the paper has 7 x 7, BatchNorm, and the context starts near the identity."""

    def __init__(self, channels: int = 32) -> None:
        super().__init__(*_EVEN)
        c = channels
        self.front = nn.Sequential(
            *(_twice(3, c), nn.MaxPool2d(2), _twice(c, 2 * c), nn.MaxPool2d(2)),
            *(_twice(2 * c, 4 * c), _conv(4 * c, 4 * c), nn.MaxPool2d(2)),
            *(_twice(4 * c, 8 * c), _conv(8 * c, 8 * c)),
            *(_conv(8 * c, 8 * c, dilation=2) for _ in range(3)),
            *(_conv(8 * c, 8 * c, dilation=4), _conv(8 * c, 2 * c, kernel=1)),
        )
        dilations = (1, 1, 2, 4, 8, 16, 1)
        self.context = nn.Sequential(*(_conv(2 * c, 2 * c, dilation=dilation) for dilation in dilations))
        for layer in self.context:
            conv = layer[0]
            nn.init.normal_(conv.weight, std=0.01)
            with torch.no_grad():
                conv.weight[range(2 * c), range(2 * c), 1, 1] += 1.0
        self.logits = nn.Conv2d(2 * c, ANSWERS, 1)

    def forward(self, images_BCHW: Tensor) -> Tensor:
        return self.logits(self.context(self.front(self.normalised(images_BCHW))))


class Lite0FPN(Normalised):
    """EfficientNet-Lite0 with a light decoder; logits at stride 4.

    The coarsest level is looked at with three dilations and on the whole, then goes up level by level, each
    added to what the encoder had there; at stride 4 it meets the encoder's stride 2, where poles still are
    poles. All by depthwise-separable convolutions.
    Source: Lin et al., "Feature Pyramid Networks for Object Detection", CVPR 2017; Chen et al.,
    "Encoder-Decoder with Atrous Separable Convolution" (DeepLabv3+), ECCV 2018, for the dilations and the
    fine level."""

    def __init__(self, channels: int = 96, imagenet: bool = False) -> None:
        super().__init__(*_EVEN)
        name = "tf_efficientnet_lite0"
        self.encoder = timm.create_model(name, pretrained=False, features_only=True)
        if imagenet:
            self.encoder.load_state_dict(imagenet_weights(name, self.encoder.state_dict()))
        fine, *widths, coarsest = self.encoder.feature_info.channels()
        self.enter = _conv(coarsest, channels, kernel=1)
        self.around = nn.ModuleList(_separable(channels, channels, dilation) for dilation in (1, 2, 4))
        self.gather = _conv(4 * channels, channels, kernel=1)
        self.laterals = nn.ModuleList(nn.Conv2d(width, channels, 1) for width in reversed(widths))
        self.merged = nn.ModuleList(_separable(channels, channels, kernel=5) for _ in widths)
        self.fine = _conv(fine, channels // 2, stride=2)
        self.last = nn.Sequential(
            _separable(channels + channels // 2, channels), _separable(channels, channels)
        )
        self.logits = nn.Conv2d(channels, ANSWERS, 1)

    def forward(self, images_BCHW: Tensor) -> Tensor:
        fine, *levels, coarsest = self.encoder(self.normalised(images_BCHW))
        x = self.enter(coarsest)
        x = self.gather(torch.cat([x, *(look(x) for look in self.around)], dim=1))
        for lateral, merge, level in zip(self.laterals, self.merged, reversed(levels), strict=True):
            x = merge(_scaled_like(x, level) + lateral(level))
        return self.logits(self.last(torch.cat([x, self.fine(fine)], dim=1)))


def _vgg_weights() -> dict[str, Tensor]:
    try:
        loaded = get_weight(_VGG_WEIGHTS).get_state_dict(progress=False)
    except Exception as error:  # the network raises many types of its own
        raise RuntimeError(
            f"the ImageNet weights of VGG16 cannot be fetched here ({type(error).__name__}); connect to the "
            "network, or begin without them: --no-imagenet"
        ) from None
    prefix = "features."
    return {name.removeprefix(prefix): value for name, value in loaded.items() if name.startswith(prefix)}


def build(config: SegmenterConfig, pretrained: bool = True) -> Normalised:
    """The network of a run. pretrained: False leaves out ImageNet's weights, for those that are loaded next.

    Raises RuntimeError where ImageNet's weights are wanted and cannot be had."""
    imagenet = pretrained and config.imagenet
    networks: dict[str, Callable[..., Normalised]] = {
        "unet-mini": UNetMini,
        "vgg16-unet": lambda **options: VGG16UNet(imagenet=imagenet, **options),
        "dilatednet": DilatedNet,
        "lite0-fpn": lambda **options: Lite0FPN(imagenet=imagenet, **options),
    }
    return networks[config.network](**({"channels": config.channels} if config.channels else {}))
