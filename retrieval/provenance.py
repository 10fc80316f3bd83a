"""What a bundle tells of itself, to be read by people: its figures, and how its model was trained."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

# Of these less is better, and none is a share of anything: said, not drawn.
SAID = ("ECE",)
# Of a protocol, for programs: no figure for people.
UNREAD = ("protocol",)


@dataclass(frozen=True)
class Figure:
    """A measured share in [0, 1]. interval: of 95%. counts: on how many of what, where that is its own.
    before, before_interval: the same of the encoder before it was trained, None where that was not asked."""

    name: str
    value: float
    interval: tuple[float, float] | None = None
    counts: tuple[tuple[str, float], ...] = ()
    before: float | None = None
    before_interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class FigureGroup:
    """What was measured in one go. name: "" for what stands in no group. shares: those with an interval.
    facts: counts, words, and values without an interval."""

    name: str
    shares: tuple[Figure, ...] = ()
    facts: tuple[tuple[str, str | float], ...] = ()


def figure_groups(measured: Mapping[str, Any], frozen: Any = None) -> list[FigureGroup]:
    """A manifest's figures as groups to read. A value stands as a number, as {"value", "interval"}, or as a
    number beside another of the same name and "interval". frozen: those of the encoder before it was trained,
    measured on the same."""
    before = {(group.name, one.name): one for group in _groups("", _object(frozen)) for one in group.shares}
    return [
        replace(group, shares=tuple(_beside(one, before.get((group.name, one.name))) for one in group.shares))
        for group in _groups("", measured)
    ]


def _beside(figure: Figure, before: Figure | None) -> Figure:
    if before is None:
        return figure
    return replace(figure, before=before.value, before_interval=before.interval)


def _groups(title: str, measured: Mapping[str, Any]) -> Iterator[FigureGroup]:
    shares, facts, below = [], [], []
    for name, value in measured.items():
        if name in UNREAD or (name.endswith(" interval") and name.removesuffix(" interval") in measured):
            continue
        interval = _interval(measured.get(f"{name} interval"))
        if isinstance(value, Mapping) and name in SAID and _is_number(value.get("value")):
            facts.append((name, value["value"]))
        elif isinstance(value, Mapping) and _is_share(value.get("value")):
            counts = tuple((key, one) for key, one in value.items() if key != "value" and _is_number(one))
            shares.append(Figure(name, float(value["value"]), _interval(value.get("interval")), counts))
        elif isinstance(value, Mapping):
            below += _groups(f"{title}: {name}" if title else name, value)
        elif _is_share(value) and interval:
            shares.append(Figure(name, float(value), interval))
        elif isinstance(value, list | tuple):
            facts.append((name, " × ".join(map(str, value))))
        elif isinstance(value, str) or _is_number(value):
            facts.append((name, value))
    if shares or facts:
        yield FigureGroup(title, tuple(shares), tuple(facts))
    yield from below


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_share(value: Any) -> bool:
    return _is_number(value) and 0.0 <= value <= 1.0


def _interval(ends: Any) -> tuple[float, float] | None:
    if isinstance(ends, list | tuple) and len(ends) == 2 and all(map(_is_share, ends)):
        return float(ends[0]), float(ends[1])
    return None


@dataclass(frozen=True)
class Stage:
    """A phase of a training. miner, learns: as of train.config.Phase. amount: of `unit`, "pictures", "epochs"
    or "minutes". size: pixels a side it learnt from, 0 for that of serving."""

    name: str
    miner: str
    learns: str
    amount: float
    unit: str
    size: int


@dataclass(frozen=True)
class Training:
    """How a model was made. size: pixels it takes, (height, width). dim: of its embeddings, 0 for masks.
    data: folders, tables or repositories it learnt from. curve: {"at": [steps], name: [values or None]},
    {} where it was not kept."""

    backbone: str
    variant: str
    dim: int
    size: tuple[int, int]
    stages: tuple[Stage, ...] = ()
    data: tuple[str, ...] = ()
    curve: Mapping[str, Any] = field(default_factory=dict)


def training_of(config: Mapping[str, Any]) -> Training:
    """From model/config.json, of which any part may be missing or of another kind than ours."""
    masks = _object(config.get("segmenter"))
    if masks and "backbone" not in config:
        learnt = _object(masks.get("training"))
        width = int(_number(learnt.get("crop_width")))
        stage = Stage("", "", "all", _number(learnt.get("minutes")), "minutes", width)
        return Training(
            backbone=str(masks.get("network", "")),
            variant=str(learnt.get("loss", "")),
            dim=0,
            size=(int(_number(masks.get("height"))), int(_number(masks.get("width")))),
            stages=(stage,) if stage.amount else (),
            data=_names(learnt.get("data")),
        )
    side = int(_number(config.get("size")))
    learnt = _object(config.get("training"))
    return Training(
        backbone=str(config.get("backbone", "")),
        variant=str(config.get("variant", "")),
        dim=int(_number(config.get("dim"))),
        size=(side, side),
        stages=tuple(_stages(learnt)),
        data=tuple(_data(_object(learnt.get("data")))),
        curve=_object(config.get("curve")),
    )


def _stages(learnt: Mapping[str, Any]) -> Iterator[Stage]:
    """Those of the runs it began with first."""
    before = _object(learnt.get("before"))
    if before:
        yield from _stages(before)
    phases = learnt.get("phases")
    for phase in map(_object, phases if isinstance(phases, list) else ()):
        unit = "epochs" if _number(phase.get("epochs")) else "pictures"
        yield Stage(
            str(phase.get("name", "")),
            str(phase.get("miner", "")),
            str(phase.get("learns", "all")),
            _number(phase.get(unit)),
            unit,
            int(_number(phase.get("size"))),
        )


def _data(named: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("photos", "drawings", "csv", "hub"):
        yield from _names(named.get(kind))


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: Any) -> float:
    return float(value) if _is_number(value) else 0.0
