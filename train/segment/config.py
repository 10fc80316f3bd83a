"""The one home of every number of a segmenter's training; `fit-segmenter` builds its flags from it.

No torch here. A protocol is a SegmenterConfig as JSON (train/protocols/streets*.json).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, get_args

from train.config import read_object

# Three peers and the one that is served; train/segment/networks.py says what they are.
NetworkName = Literal["unet-mini", "vgg16-unet", "dilatednet", "lite0-fpn"]
NETWORKS: tuple[str, ...] = get_args(NetworkName)
LossName = Literal["cross-entropy", "cross-entropy+dice"]
LOSSES: tuple[str, ...] = get_args(LossName)
CHOICES: dict[str, tuple[str, ...]] = {"network": NETWORKS, "loss": LOSSES}
# What every network halves its pictures by, so that sizes have to divide.
STRIDE = 16


@dataclass(frozen=True)
class Augmentation:
    """How far a photo may differ from the one that was taken. 0 (1 for `zoom_out`, `zoom_in`, `stretch`, 100
    for `jpeg`) leaves a thing as it is.

    rotation: degrees to either side. translation: share of the sides, beside what the choice of a crop
    moves. zoom_out, zoom_in: bounds of the scale, against the whole photo at the network's size. stretch:
    of one side against the other, at most. flip: share that is mirrored. light: share whose light is
    changed at all. brightness, contrast: so much more or less of each. gamma, tint, saturation: of the
    exponent, of each colour's gain and of the colours, in logarithm. hue: share of the circle. shade: depth
    of uneven light, as a low sun or the shadow of a house gives it. blur: widest, in pixels. noise: largest
    standard deviation, of 255. jpeg: lowest quality."""

    rotation: float = 7.0
    translation: float = 0.05
    zoom_out: float = 0.7
    zoom_in: float = 1.8
    stretch: float = 1.15
    flip: float = 0.5
    light: float = 0.85
    brightness: float = 0.25
    contrast: float = 0.25
    gamma: float = 0.35
    tint: float = 0.1
    saturation: float = 0.6
    hue: float = 0.04
    shade: float = 0.4
    blur: float = 1.2
    noise: float = 10.0
    jpeg: int = 35

    def __post_init__(self) -> None:
        if not 0.0 < self.zoom_out <= self.zoom_in or self.stretch < 1.0:
            raise ValueError(
                f"zoom_out is {self.zoom_out}, zoom_in {self.zoom_in} and stretch {self.stretch}; wanted: "
                "above 0, at least zoom_out, and at least 1"
            )
        if not (0.0 <= self.flip <= 1.0 and 0.0 <= self.light <= 1.0 and 1 <= self.jpeg <= 100):
            raise ValueError("flip, light or jpeg is out of range; wanted: 0 to 1, 0 to 1, 1 to 100")
        if not (0.0 <= self.brightness < 1.0 and 0.0 <= self.contrast < 1.0 and 0.0 <= self.shade < 1.0):
            raise ValueError("brightness, contrast or shade is out of range; wanted: at least 0 and below 1")
        if min(self.rotation, self.translation, self.gamma, self.tint, self.saturation, self.hue) < 0.0:
            raise ValueError("rotation, translation, gamma, tint, saturation or hue is below 0")
        if min(self.blur, self.noise) < 0.0:
            raise ValueError("blur or noise is below 0")


@dataclass(frozen=True)
class SegmenterConfig:
    """A whole run of a segmenter.

    data: folder in Cityscapes' layout, below the data folder of the run. height, width: of what the network
    is served with; crop_height, crop_width: of what it learns from, 0 for the whole. channels: of the first
    level, 0 for the network's own number (16 in unet-mini, 64 in vgg16-unet, 32 in dilatednet, 96 in the
    decoder of lite0-fpn). imagenet: begin the encoder with ImageNet's weights, where the network has one
    (vgg16-unet with 64 channels, lite0-fpn). before: a finished run of the same network whose weights it
    begins with in their place, "" for none. before_share: how much of those weights is mixed back into what
    is kept (Wortsman et al., "Robust Fine-Tuning of Zero-Shot Models", CVPR 2022), so that what they knew of
    other streets stays. mirror: a served mask is that of the photo and of its mirror image together, for
    twice the time. dice_weight: of the Dice loss beside the cross-entropy.
    object_weight: of a pixel of the category object in the cross-entropy; poles and signs are few, and less
    surely seen in streets never met than in those it learnt from.
    learning_rate: peak of the one-cycle schedule; an encoder from ImageNet has `encoder_factor` times it.
    epochs, minutes: the run ends at whichever comes first, and the schedule with it; 0 minutes is no bound.
    average_decay: of the moving average of the weights that is kept; 0 keeps the weights themselves.
    hold_out: share of the frames of each sequence, its last ones, that validation looks at; 0 trains on all
    and keeps the last weights. checks: validations of a run. patience: of these without a better one before
    the run ends; 0 never ends one early."""

    network: NetworkName = "lite0-fpn"
    loss: LossName = "cross-entropy+dice"
    data: str = "streets"
    height: int = 480
    width: int = 640
    crop_height: int = 320
    crop_width: int = 384
    channels: int = 0
    imagenet: bool = True
    before: str = ""
    before_share: float = 0.0
    mirror: bool = False
    dice_weight: float = 1.0
    object_weight: float = 1.0
    learning_rate: float = 2e-3
    encoder_factor: float = 0.3
    weight_decay: float = 0.02
    batch: int = 8
    epochs: int = 60
    minutes: float = 0.0
    average_decay: float = 0.995
    hold_out: float = 0.1
    checks: int = 20
    patience: int = 8
    seed: int = 0
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        for name, known in CHOICES.items():
            if (value := getattr(self, name)) not in known:
                raise ValueError(f"{name} is {value!r}; wanted: one of {', '.join(known)}")
        sides = (self.height, self.width, *self.crop)
        if min(sides) < 2 * STRIDE or any(side % STRIDE for side in sides):
            raise ValueError(
                f"sizes are {self.height} x {self.width} and {self.crop[0]} x {self.crop[1]}; wanted: "
                f"multiples of {STRIDE}, from {2 * STRIDE}"
            )
        if self.imagenet and self.network == "vgg16-unet" and self.channels not in (0, 64):
            raise ValueError("ImageNet's weights of VGG16 have 64 channels; wanted: --no-imagenet, or 64")
        if min(self.channels, self.patience, self.seed) < 0 or min(self.batch, self.epochs, self.checks) < 1:
            raise ValueError("channels, patience, seed, batch, epochs or checks is out of range")
        if self.learning_rate <= 0 or self.minutes < 0 or not 0.0 <= self.hold_out < 1.0:
            raise ValueError("learning_rate, minutes or hold_out is out of range")
        if not 0.0 <= self.before_share < 1.0 or (self.before_share and not self.before):
            raise ValueError(
                f"before_share is {self.before_share}; wanted: 0 to below 1, and 0 without a run before"
            )
        if self.object_weight <= 0:
            raise ValueError(f"object_weight is {self.object_weight}; wanted: above 0")
        if (
            min(self.dice_weight, self.encoder_factor, self.weight_decay) < 0
            or not 0 <= self.average_decay < 1
        ):
            raise ValueError("dice_weight, encoder_factor, weight_decay or average_decay is out of range")

    @property
    def crop(self) -> tuple[int, int]:
        """(height, width) of what the network learns from."""
        return self.crop_height or self.height, self.crop_width or self.width


def to_json(config: SegmenterConfig) -> dict[str, Any]:
    return asdict(config)


def from_json(values: Mapping[str, Any]) -> SegmenterConfig:
    """Raises ValueError for a name or a value that is none."""
    given = dict(values)
    try:
        if "augmentation" in given:
            given["augmentation"] = Augmentation(**given["augmentation"])
        return SegmenterConfig(**given)
    except TypeError as error:
        raise ValueError(f"the configuration holds what no segmenter knows: {error}") from None


def load(path: Path) -> SegmenterConfig:
    """Raises ValueError for a file that is no configuration, OSError for one that cannot be read."""
    return from_json(read_object(path, "a configuration of a segmenter"))


def is_segmenter(run: Path) -> bool:
    """Whether the folder holds a segmenter's run."""
    try:
        return "network" in json.loads((run / "config.json").read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return False


def plain_fields(of: type = SegmenterConfig) -> dict[str, int | float | str | bool]:
    """Every plain number or name of a dataclass here and its default: the flags of `fit-segmenter`."""
    return {entry.name: entry.default for entry in fields(of) if isinstance(entry.default, int | float | str)}
