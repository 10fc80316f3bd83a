"""The controls of a new run, made from the fields of train.config and their defaults: no number stands here
twice. What comes back is checked by the same dataclasses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import fields, replace
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from retrieval.types import RequestError
from train.config import VARIANTS, DataConfig, Phase, TrainConfig

# Of the engravings alone: it learns from drawings that come with no zip, for hours.
NOT_OFFERED = ("engraving",)
# At least as good as head-hard on both data sets of train/README.md, and as quick.
DEFAULT = "head-random"
# What is asked first; all others stand behind "all parameters".
FIRST = ("margin", "serve_size", "held_out", "test_share", "epochs", "learning_rate")
# The least and most that is taken of a number: beyond, there is nothing to see, or this machine would run out
# of memory before it learnt anything. Numbers that are not here have a range of their own in train.config, or
# none that could do harm.
LEAST = {"picture_size": 32, "serve_size": 32}
MOST = {
    "hidden": 8192,
    "dim": 4096,
    "picture_size": 512,
    "serve_size": 512,
    "mirror_size": 512,
    "size": 512,
    "labels_per_batch": 256,
    "records_per_label": 64,
    "views": 20,
    "epochs": 1000,
    "pictures": 10_000_000,
    "limit": 100_000,
}


@cache
def controls(kind: type) -> dict[str, dict[str, Any]]:
    """Of a configuration's numbers, choices and switches; names and folders are nobody's to set from a page.
    {name: {"kind": "number" | "whole" | "switch" | "choice", "choices", "least", "most"}}"""
    found = {}
    hints = get_type_hints(kind)
    for entry in fields(kind):
        hint = hints[entry.name]
        if get_origin(hint) is Literal:
            found[entry.name] = {"kind": "choice", "choices": list(get_args(hint))}
        elif hint in (bool, int, float):
            found[entry.name] = {"kind": {bool: "switch", int: "whole", float: "number"}[hint]}
        for end, bounds in (("least", LEAST), ("most", MOST)):
            if entry.name in found and entry.name in bounds:
                found[entry.name][end] = bounds[entry.name]
    return found


def offered() -> dict[str, TrainConfig]:
    return {name: config for name, config in VARIANTS.items() if name not in NOT_OFFERED}


def form() -> dict[str, Any]:
    """What the page builds its form from: per variant every control with its default."""
    return {
        "default": DEFAULT,
        "first": list(FIRST),
        "run": controls(TrainConfig),
        "data": controls(DataConfig),
        "phase": controls(Phase),
        "variants": {
            name: {
                "run": _values(config),
                "data": _values(config.data),
                "phases": [{"name": phase.name} | _values(phase) for phase in config.phases],
            }
            for name, config in offered().items()
        },
    }


def config_of(filled: Any) -> TrainConfig:
    """The run that a filled form describes: {"variant", "run": {...}, "data": {...}, "phases": [{...}]}, each
    with what differs from the defaults. Raises RequestError for a value that no run takes."""
    known = offered()
    if not isinstance(filled, Mapping) or str(filled.get("variant")) not in known:
        raise RequestError(f"The variant is none; wanted: one of {', '.join(known)}.")
    config = known[str(filled["variant"])]
    phases = filled.get("phases") or [{} for _ in config.phases]
    if not isinstance(phases, list) or len(phases) != len(config.phases):
        raise RequestError(f"{config.variant} has {len(config.phases)} phases; wanted: values for each.")
    try:
        return replace(
            config,
            **_checked(TrainConfig, filled.get("run")),
            data=replace(config.data, **_checked(DataConfig, filled.get("data"))),
            phases=tuple(
                replace(phase, **_checked(Phase, values))
                for phase, values in zip(config.phases, phases, strict=True)
            ),
        )
    except ValueError as error:
        raise RequestError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None


def _values(config: Any) -> dict[str, Any]:
    return {name: getattr(config, name) for name in controls(type(config))}


def _checked(kind: type, values: Any) -> dict[str, Any]:
    """Raises ValueError for a name that is no control, or a value that is not of its kind."""
    known = controls(kind)
    if not isinstance(values or {}, Mapping):
        raise ValueError(f"{values!r} holds no values")
    for name, value in (values or {}).items():
        if name not in known:
            raise ValueError(f"{name!r} is nothing a run takes; wanted: one of {', '.join(known)}")
        control = known[name]
        fits = {
            "switch": isinstance(value, bool),
            "whole": isinstance(value, int) and not isinstance(value, bool),
            "number": isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value),
            "choice": value in control.get("choices", ()),
        }[control["kind"]]
        if not fits:
            wanted = {"switch": "true or false", "whole": "a whole number", "number": "a number"}
            choices = ", ".join(control.get("choices", ()))
            raise ValueError(f"{name} is {value!r}; wanted: {wanted.get(control['kind'], choices)}")
        if value < control.get("least", value) or value > control.get("most", value):
            raise ValueError(f"{name} is {value!r}; wanted: {control.get('least', 0)} to {control['most']:,}")
    return dict(values or {})
