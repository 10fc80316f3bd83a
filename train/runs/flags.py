"""A configuration as the flags of `fit` that make it again, and the numbers of its phases as words.

No torch here: the page writes these flags for a job on another machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, Literal, get_origin, get_type_hints

from train.config import VARIANTS, DataConfig, Phase, TrainConfig, plain_fields


def flags_of(config: TrainConfig) -> tuple[str, ...]:
    """The flags of `python -m train fit` that make this configuration again, from the variant that it names.

    Raises ValueError for what no flag says: folders, other phases than the variant's, classes left out."""
    given = VARIANTS[config.variant]
    if [phase.name for phase in config.phases] != [phase.name for phase in given.phases]:
        raise ValueError(f"{config.variant} with other phases than its own cannot be said in flags")
    said = [f"--variant={config.variant}"]
    said += [_flag(name, getattr(config, name)) for name in plain_fields() if _differs(config, given, name)]
    for entry in fields(DataConfig):
        if _differs(config.data, given.data, entry.name):
            name = "data_seed" if entry.name == "seed" else entry.name
            said.append(_flag(name, getattr(config.data, entry.name)))
    for phase, usual in zip(config.phases, given.phases, strict=True):
        said += [
            f"--set={phase.name}.{entry.name}={getattr(phase, entry.name)}"
            for entry in fields(Phase)
            if _differs(phase, usual, entry.name)
        ]
    if config.leave_out != given.leave_out:
        raise ValueError("classes that are left out cannot be said in flags")
    return tuple(said)


def _differs(one: Any, other: Any, name: str) -> bool:
    return getattr(one, name) != getattr(other, name)


def _flag(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        raise ValueError(f"{name} cannot be said in one flag")
    name = name.replace("_", "-")
    if isinstance(value, bool):
        return f"--{name}" if value else f"--no-{name}"
    return f"--{name}={value}"


def with_values(phases: Sequence[Phase], said: Sequence[str]) -> tuple[Phase, ...]:
    """The phases with numbers of theirs changed, each said as PHASE.NAME=VALUE: head.epochs=3.

    Raises ValueError for a phase or a name that is none, or a value that is not of its kind."""
    phases = tuple(phases)
    for text in said:
        place, _, value = text.partition("=")
        phase, _, name = place.partition(".")
        kinds = _kinds()
        if name not in kinds or phase not in {one.name for one in phases}:
            known = ", ".join(one.name for one in phases) or "none"
            raise ValueError(
                f"{text!r} sets nothing; wanted: PHASE.NAME=VALUE, of the phases {known}, with one of "
                f"{', '.join(kinds)}"
            )
        try:
            changed = {name: kinds[name](value)}
        except ValueError:
            raise ValueError(f"{text!r}: {value!r} is no number") from None
        phases = tuple(replace(one, **changed) if one.name == phase else one for one in phases)
    return phases


def _kinds() -> dict[str, type]:
    """What a phase's values are read as, but for its name."""
    hints = get_type_hints(Phase)
    return {
        entry.name: str if get_origin(hints[entry.name]) is Literal else hints[entry.name]
        for entry in fields(Phase)
        if entry.name != "name"
    }
