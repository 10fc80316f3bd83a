"""What was handed in to learn from, and what a look at it found: plain data that the page reads too.

No torch and no unpacking here; train/runs/unpack.py fills the folders, train/runs/check.py looks at them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from train.config import DataConfig, TrainConfig, load, read_object

INTAKE, CHECK, SHEET = "intake.json", "check.json", "sheet.png"
RECIPES = Path(__file__).parent.parent / "protocols" / "recipes.json"
# Names that a page lists; more are only counted.
LISTED = 200
# Validation needs two pictures of a class to find one by the other.
LEAST_VALIDATED = 2
MOST_VALIDATED = 0.25

AdviceCode = Literal[
    "good", "lone", "few", "uneven", "broken", "twins", "duplicates", "small", "rough", "untested"
]
ADVICE: tuple[str, ...] = get_args(AdviceCode)
_Data = TypeVar("_Data")


@dataclass(frozen=True)
class Limits:
    """What a stranger may ask of this machine. queued: runs that wait. kept: finished runs that stay.
    disk_bytes: of all runs and their pictures together. zip_files, zip_bytes: entries of a zip, and bytes
    they may unpack to. zip_ratio: how many times its own size a zip may unpack to. threads, nice: of a run.
    unused_hours: after so many, pictures that no run uses are removed."""

    queued: int = 4
    kept: int = 20
    disk_bytes: int = 5 * 10**9
    zip_files: int = 20_000
    zip_bytes: int = 10**9
    zip_ratio: int = 100
    threads: int = 1
    nice: int = 10
    unused_hours: float = 24.0

    def __post_init__(self) -> None:
        """Raises ValueError for a limit below 1 (nice: outside 0 to 19)."""
        if min(asdict(self).values()) < 0 or not 0 <= self.nice <= 19:
            raise ValueError(f"a limit is out of range: {self}")
        if min(self.kept, self.disk_bytes, self.zip_files, self.zip_bytes, self.zip_ratio, self.threads) < 1:
            raise ValueError(f"a limit is out of range: {self}")


@dataclass(frozen=True)
class Intake:
    """Pictures that were handed in. id: of their folder. classes: name -> pictures of it. domains: "photo"
    or "drawing" -> pictures. broken: (file, reason) of pictures left out, at most LISTED, of broken_total.
    notes: what else was done, a sentence each. data: where they lie, below the folder. ready: whether
    anything can learn from them; `notes` say why not."""

    id: str = ""
    name: str = ""
    owner: str = ""
    made: str = ""
    classes: Mapping[str, int] = field(default_factory=dict)
    domains: Mapping[str, int] = field(default_factory=dict)
    broken: tuple[tuple[str, str], ...] = ()
    broken_total: int = 0
    notes: tuple[str, ...] = ()
    data: DataConfig = field(default_factory=DataConfig)
    ready: bool = False

    @property
    def pictures(self) -> int:
        return sum(self.classes.values())

    @property
    def of_photos(self) -> bool:
        """Whether it is photos in class folders or of the Hub, and neither drawings nor recipes."""
        return bool(self.data.hub or self.data.photos) and not (self.data.drawings or self.data.csv)

    @classmethod
    def read(cls, folder: Path) -> Intake:
        """Raises ValueError for a folder whose intake.json is none, OSError where there is none."""
        return _from_json(cls, read_object(folder / INTAKE, "what was handed in"))


@dataclass(frozen=True)
class Advice:
    """One thing to know before training. text: the English sentence; code and values: for other languages."""

    code: AdviceCode
    text: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NearDuplicate:
    """Two pictures that look the same; alike: whether they are of one class too."""

    one: str
    other: str
    alike: bool


@dataclass(frozen=True)
class Check:
    """What a look at the pictures found. classes, domains, broken: as in Intake, of what can be read.
    near_duplicates: those of two classes first, at most LISTED of near_duplicates_total. sides: pictures to
    train on, to stop by and to test with."""

    classes: Mapping[str, int]
    domains: Mapping[str, int]
    sides: Mapping[str, int]
    broken: tuple[tuple[str, str], ...] = ()
    broken_total: int = 0
    near_duplicates: tuple[NearDuplicate, ...] = ()
    near_duplicates_total: int = 0
    advice: tuple[Advice, ...] = ()

    @property
    def pictures(self) -> int:
        return sum(self.classes.values())

    @classmethod
    def read(cls, folder: Path) -> Check:
        """Raises ValueError for a folder whose check.json is none, OSError where there is none."""
        return _from_json(cls, read_object(folder / CHECK, "what a check found"))


def to_text(told: Intake | Check) -> str:
    """The JSON that `read` reads."""
    return json.dumps(asdict(told), ensure_ascii=False, indent=1)


def _from_json(kind: type[_Data], values: Mapping[str, Any]) -> _Data:
    known = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]
    made = {"data": _data, "advice": _advice, "near_duplicates": _near, "broken": _pairs, "notes": tuple}
    try:
        return kind(
            **{
                name: made[name](value) if name in made else value
                for name, value in values.items()
                if name in known
            }
        )
    except (TypeError, ValueError) as error:
        raise ValueError(f"{kind.__name__} cannot be read: {error}") from None


def _data(values: Mapping[str, Any]) -> DataConfig:
    return DataConfig(**{name: tuple(one) if isinstance(one, list) else one for name, one in values.items()})


def _advice(values: list[dict[str, Any]]) -> tuple[Advice, ...]:
    return tuple(Advice(**one) for one in values)


def _near(values: list[dict[str, Any]]) -> tuple[NearDuplicate, ...]:
    return tuple(NearDuplicate(**one) for one in values)


def _pairs(values: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(name), str(reason)) for name, reason in values)


def fitted(config: TrainConfig, intake: Intake) -> TrainConfig:
    """The configuration, on the pictures that were handed in and no larger than they are.

    A batch has no more labels than there are, and validation at least two pictures of a usual class. What
    the page or a protocol says of shares, seeds and limits stays. Drawings that ask photos are cut to their
    ink unless the configuration takes ink alone. Recipes with one picture each are learnt from as the
    protocol of recipes has it: from their tags and from changes of the one picture."""
    where = ("photos", "drawings", "csv", "images", "hub", "image_column", "label_column")
    data = replace(config.data, **{name: getattr(intake.data, name) for name in where})
    sizes = sorted(intake.classes.values()) or [1]
    usual = sizes[len(sizes) // 2]
    if data.csv and usual == 1:
        protocol = load(RECIPES)
        own = ("cookbook", "held_out", "asked", "test_share", "validation_share")
        data = replace(data, **{name: getattr(protocol.data, name) for name in own})
        config = replace(config, tag_positives=protocol.tag_positives, views=protocol.views)
    elif data.validation_share:
        least = LEAST_VALIDATED / max(usual * (1 - data.test_share), 1.0)
        data = replace(data, validation_share=max(data.validation_share, min(MOST_VALIDATED, least)))
    classes = len(intake.classes) or config.labels_per_batch
    if data.held_out == "classes":
        classes -= max(1, round(data.test_share * classes))
    preparation = config.preparation
    if data.crosses_domains and preparation != "ink":
        preparation = "drawing-or-colour"
    labels = max(2, min(config.labels_per_batch, classes))
    return replace(config, data=data, labels_per_batch=labels, preparation=preparation)
