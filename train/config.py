"""The one home of every training number: frozen dataclasses that the command line is built from.

No torch here: the page reads these defaults too. A protocol is a TrainConfig as JSON (train/protocols/),
so that a figure is one command; VARIANTS are the mission's models, each one of these and none a class.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

MinerName = Literal["random", "hard", "semi-hard", "batch-hard", "pairs"]
MINERS: tuple[str, ...] = get_args(MinerName)
# What of the network a phase lets learn: the head alone (the backbone's features are then computed once),
# the end of the backbone too, or everything behind the first `frozen_blocks` stages.
Learns = Literal["head", "end", "all"]
LEARNS: tuple[str, ...] = get_args(Learns)
# How a picture becomes what the network takes: ink on paper in one grey channel, the picture in colour, or
# the one for drawings and the other for photos, both in three channels.
Preparation = Literal["ink", "colour", "thumbnail", "letterbox", "drawing-or-colour"]
PREPARATIONS: tuple[str, ...] = get_args(Preparation)
# What is kept for the test: some pictures of every class, or every picture of some classes.
HeldOut = Literal["pictures", "classes"]
HELD_OUT: tuple[str, ...] = get_args(HeldOut)
# What the test asks with: its pictures, of all others; or strong changes of each, of all pictures, so that a
# label with a single picture has something to find, itself.
Asked = Literal["pictures", "changed"]
ASKED: tuple[str, ...] = get_args(Asked)
# Which classes a figure of unseen classes asks: the gate's, or those that recipes are chosen by.
Split = Literal["gate", "validation"]
SPLITS: tuple[str, ...] = get_args(Split)
_COMMIT = re.compile(r"[0-9a-f]{40}")


def _one_of(name: str, value: Any, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"{name} is {value!r}; wanted: one of {', '.join(known)}")


@dataclass(frozen=True)
class DataConfig:
    """Where pictures come from and how they are divided. Folders are below the data folder of the run.

    photos, drawings: folders with one sub-folder per class; with both, drawings ask and photos are
    searched. csv, images: a table of recipes in Kaggle's layout and the folder of its pictures. hub: a
    dataset of the Hub with an image and a label column. hub_revision: the commit of it that is read; ""
    reads main as it is. cookbook: name or folder of the bundle whose dishes
    tag the table's pictures. records: name or folder of a bundle whose records' pictures are learnt from
    too, and neither asked nor searched: what a page shows is what its visitors bring back. limit: at most
    so many pictures of a class; 0 is all. held_out: whether the test keeps `test_share` of the sources of
    every class, or of the classes. asked: what the test asks with. validation_share: of what is left, to
    stop by. outside: folders of pictures that belong nowhere here.
    near_duplicates: keep pictures that look the same on one side of the split."""

    photos: tuple[str, ...] = ()
    drawings: tuple[str, ...] = ()
    csv: str = ""
    images: str = ""
    cookbook: str = ""
    records: str = ""
    hub: str = ""
    hub_revision: str = ""
    image_column: str = "image"
    label_column: str = "label"
    outside: tuple[str, ...] = ()
    held_out: HeldOut = "pictures"
    asked: Asked = "pictures"
    test_share: float = 0.2
    validation_share: float = 0.1
    near_duplicates: bool = True
    limit: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        _one_of("held_out", self.held_out, HELD_OUT)
        _one_of("asked", self.asked, ASKED)
        if self.asked == "changed" and self.crosses_domains:
            raise ValueError("asked is 'changed', but drawings ask photos already; wanted: photos alone")
        if not 0.0 < self.test_share < 1.0 or not 0.0 <= self.validation_share < 1.0 or self.limit < 0:
            raise ValueError("test_share, validation_share or limit is out of range")
        if self.hub_revision and not _COMMIT.fullmatch(self.hub_revision):
            raise ValueError(f"hub_revision is {self.hub_revision!r}; wanted: a commit, 40 hex digits")

    @property
    def named(self) -> bool:
        """Whether any pictures are named; without, a run takes those of the engravings starter."""
        return bool(self.photos or self.drawings or self.csv or self.hub)

    @property
    def crosses_domains(self) -> bool:
        return bool(self.drawings and self.photos)


@dataclass(frozen=True)
class Phase:
    """A stretch of training. Either `pictures`, how many are shown, or `epochs`, how often each is. size:
    pixels a side it learns from; 96 take little more than half the time of 128. frozen_blocks: leading
    backbone stages that stay as they are where all learns. learning_rate: peak of the one-cycle schedule
    for the backbone; the head's is `head_factor` times it. strength: of the augmentation's geometry.
    imagenet_share: how much of ImageNet's weights is mixed back into the backbone in the end (Wortsman et
    al., "Robust Fine-Tuning of Zero-Shot Models", CVPR 2022): what was never drawn is found better."""

    name: str
    miner: MinerName
    size: int  # 0: as the run is served
    learning_rate: float
    pictures: int = 0
    epochs: int = 0
    learns: Learns = "all"
    frozen_blocks: int = 0
    strength: float = 1.0
    imagenet_share: float = 0.0

    def __post_init__(self) -> None:
        _one_of("miner", self.miner, MINERS)
        _one_of("learns", self.learns, LEARNS)
        if (self.pictures > 0) == (self.epochs > 0) or min(self.pictures, self.epochs) < 0:
            raise ValueError(f"phase {self.name!r}: wanted: pictures or epochs, above 0, and not both")
        if self.strength < 0.0 or not 0.0 <= self.imagenet_share < 1.0:
            raise ValueError(f"phase {self.name!r}: strength or ImageNet's share out of range")
        if 0 != self.size < 32 or self.learning_rate <= 0 or not 0 <= self.frozen_blocks <= 7:
            raise ValueError(f"phase {self.name!r}: size, learning rate or frozen blocks out of range")


@dataclass(frozen=True)
class TrainConfig:
    """A whole run.

    hidden, dim: of the head; 0 hidden is a linear one, 0 dim none at all (the backbone's own features).
    picture_size, serve_size: pixels a side of the pictures kept in memory and of those the network is
    served with: alone, at the size it learnt from last it finds most. labels_per_batch x records_per_label is
    the batch; drawn_share of its labels come from those that people drew. margin: of the triplets, in cosine.
    proxy_weight: share of the normalised softmax over all labels that steadies the triplets (Zhai & Wu,
    "Classification is a Strong Baseline for Deep Metric Learning", 2019); 0 is triplets alone. proxy_rate:
    peak learning rate of the proxies, which are many and each seldom met. anchor_weight: share of the
    cross-entropy to what the untrained backbone sees in photos (train/semantics.py). average_decay: of the
    moving average of the weights that is kept; 0 keeps the weights themselves. patience: validations
    without a better one before a phase ends; 0 never ends one early. flips: whether a mirrored picture
    still is its label (not for letters). mirror: a served vector is that of a picture and of its mirror
    image together, for twice the time; mirror_size: pixels a side of that image, 0 as the picture: two sizes
    see more than one. smoothing: each photo that drawings ask is searched by its mean
    with so many of its nearest (train/smoothing.py); 0 leaves it as it is. tag_positives: records that
    share a tag are positives too. views: how many augmented versions of each picture a held network
    sees, beside the picture and its mirror; an epoch shows them all. blended: share of the batches whose
    pictures are blends of two labels' (train/blending.py), in phases where all of the network learns.
    leave_out: labels whose drawings, doodles and photos are never shown. before: folder of a finished run
    or of a bundle to begin with, instead of ImageNet's weights. averaged: folders of the runs whose mean
    this is, which `average` makes; the rest then is the first one's."""

    variant: str = "engraving"
    backbone: str = "tf_efficientnet_lite0"
    preparation: Preparation = "ink"
    hidden: int = 0
    dim: int = 256
    picture_size: int = 160
    serve_size: int = 128
    labels_per_batch: int = 16
    records_per_label: int = 4
    drawn_share: float = 0.6
    margin: float = 0.2
    proxy_weight: float = 1.0
    proxy_scale: float = 16.0
    proxy_rate: float = 5e-3
    anchor_weight: float = 0.5
    head_factor: float = 3.0
    weight_decay: float = 0.02
    average_decay: float = 0.998
    patience: int = 0
    flips: bool = True
    mirror: bool = False
    mirror_size: int = 0
    smoothing: int = 0
    tag_positives: bool = False
    views: int = 0
    blended: float = 0.0
    seed: int = 0
    before: str = ""
    leave_out: tuple[str, ...] = ()
    averaged: tuple[str, ...] = ()
    data: DataConfig = field(default_factory=DataConfig)
    phases: tuple[Phase, ...] = ()

    def __post_init__(self) -> None:
        _one_of("preparation", self.preparation, PREPARATIONS)
        if self.smoothing and not self.data.crosses_domains:
            raise ValueError("smoothing is for drawings that ask photos; a query of the gallery would leak")
        least = min(self.hidden, self.dim, self.patience, self.smoothing, self.views)
        if least < 0 or self.labels_per_batch < 2:
            raise ValueError("hidden, dim, patience, smoothing, views or labels_per_batch is out of range")
        sizes = (self.serve_size, self.mirror_size)
        if self.mirror_size and (not self.mirror or min(sizes) < 32 or any(size % 32 for size in sizes)):
            raise ValueError(
                f"mirror_size is {self.mirror_size}, serve_size {self.serve_size} and mirror {self.mirror}; "
                "wanted: multiples of 32, which go through one graph, and a mirror image, or 0"
            )
        if not 0.0 <= self.blended <= 1.0 or (self.blended and not self.proxy_weight):
            raise ValueError(
                f"blended is {self.blended} and proxy_weight {self.proxy_weight}; wanted: 0 to 1, and "
                "proxies above 0, for blends have no triplets"
            )
        if self.blended and self.phases and all(phase.learns != "all" for phase in self.phases):
            raise ValueError(
                f"blended is {self.blended}, but no phase lets all of the network learn; wanted: 0, or one "
                "that does, for what is held is computed once, of pictures as they are"
            )
        if self.records_per_label < 2 and self.phases:
            raise ValueError("records_per_label is 1; a positive needs a second: wanted 2 or more")

    @property
    def batch(self) -> int:
        return self.labels_per_batch * self.records_per_label

    def size_of(self, phase: Phase) -> int:
        """Pixels a side that the phase learns from."""
        return phase.size or self.serve_size

    def prepared_size(self, size: int) -> int:
        """Pixels a side that a picture served at `size` is prepared at; 0 is that size itself. Ink is made as
        small as training makes it: what is drawn small at once has darker lines than were learnt."""
        return self.picture_size if self.preparation == "ink" and self.picture_size > size else 0

    def mirrored_at(self, size: int) -> int:
        """Pixels a side of the mirror image of a picture served at `size`; 0 for none."""
        return (self.mirror_size or size) if self.mirror else 0

    @property
    def channels(self) -> int:
        return 1 if self.preparation == "ink" else 3


# Colour photos: a head of the mission's size on the backbone as ImageNet left it.
_PHOTOS = TrainConfig(
    preparation="colour",
    hidden=1024,
    dim=512,
    picture_size=224,
    serve_size=224,
    proxy_weight=0.0,
    anchor_weight=0.0,
    average_decay=0.0,
    head_factor=1.0,
    patience=4,
)
_HEAD = Phase("head", "hard", 0, 1e-3, epochs=6, learns="head")
VARIANTS: dict[str, TrainConfig] = {
    "raw": replace(_PHOTOS, variant="raw", hidden=0, dim=0),
    # The frozen backbone's logistic regression, its probabilities as vectors: the peer to beat.
    "probe": replace(_PHOTOS, variant="probe", hidden=0, dim=0),
    "head-random": replace(
        _PHOTOS,
        variant="head-random",
        margin=0.3,
        phases=(replace(_HEAD, miner="random", epochs=10),),
    ),
    "head-hard": replace(_PHOTOS, variant="head-hard", margin=0.8, phases=(replace(_HEAD, epochs=15),)),
    "two-phase": replace(
        _PHOTOS,
        variant="two-phase",
        margin=0.8,
        head_factor=5.0,
        phases=(_HEAD, Phase("end", "hard", 0, 2e-4, epochs=20, learns="end")),
    ),
    "siamese": replace(
        _PHOTOS,
        variant="siamese",
        phases=(Phase("pairs", "pairs", 0, 1e-3, epochs=10, learns="head"),),
    ),
    "engraving": TrainConfig(
        phases=(
            Phase("semi-hard", "semi-hard", 96, 4e-4, pictures=160_000, strength=0.6),
            Phase("batch-hard", "batch-hard", 128, 2e-4, pictures=120_000, strength=0.6),
        )
    ),
}
# After an engraving run that left drawings out: the same network, on all of them.
FINISH = (Phase("finish", "batch-hard", 128, 3e-4, pictures=80_000, strength=0.6),)


def to_json(config: TrainConfig) -> dict[str, Any]:
    return json.loads(json.dumps(asdict(config)))


def from_json(values: Mapping[str, Any]) -> TrainConfig:
    """A TrainConfig from a protocol or a run's config.json: the variant it names, changed by what it says.

    Raises ValueError for a name or a value that is none."""
    variant = values.get("variant", "engraving")
    _one_of("variant", variant, tuple(VARIANTS))
    given = dict(values)
    try:
        if "data" in given:
            given["data"] = DataConfig(**{name: _frozen(value) for name, value in given["data"].items()})
        if "phases" in given:
            given["phases"] = tuple(Phase(**phase) for phase in given["phases"])
        return replace(VARIANTS[variant], **{name: _frozen(value) for name, value in given.items()})
    except TypeError as error:
        raise ValueError(f"the configuration holds what no run knows: {error}") from None


def load(path: Path) -> TrainConfig:
    """Raises ValueError for a file that is no configuration, OSError for one that cannot be read."""
    return from_json(read_object(path, "a configuration of a run"))


def read_object(path: Path, wanted: str) -> dict[str, Any]:
    """The JSON object in a file. Raises ValueError, naming what was `wanted`, where it holds none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path} is no JSON ({error}); wanted: {wanted}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{path} holds no JSON object; wanted: {wanted}")
    return values


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def plain_fields() -> dict[str, int | float | str | bool]:
    """Every plain number or name of TrainConfig and its default: the flags of `fit`."""
    return {
        entry.name: entry.default
        for entry in fields(TrainConfig)
        if isinstance(entry.default, int | float | str) and entry.name != "variant"
    }
