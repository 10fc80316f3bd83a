"""How far a job is and how long it still takes, from its events: nothing is asked of the process itself.

What each part should take on one core was measured once; as the job goes on, its own pace takes the place
of that. Torch-free: the page asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from train.config import TrainConfig

# Seconds on one core of 2026, of pictures at 224 px through tf_efficientnet_lite0: to begin with, and for
# each picture. `fit` is what comes before its first phase: the imports, and every picture decoded.
BASE = {"fit": 6.0, "evaluate": 5.0, "errors": 0.2, "export": 1.5}
PER_PICTURE = {"fit": 0.03, "evaluate": 0.03, "errors": 0.0005, "export": 0.03}
# Of a phase: for each picture and view whose activations are computed once, and for each picture of a step.
ACTIVATED = 0.028
LEARNT = {"head": 0.0004, "end": 0.02, "all": 0.1}
SIZE = 224
# A pace that is known from less than this share of a part is no pace; and a part that only the clock tells of
# is never believed to be done.
ENOUGH, MOST_BY_CLOCK = 0.05, 0.95
# How much slower or faster than measured a whole job is believed to be.
PACES = (0.2, 20.0)


@dataclass(frozen=True)
class Progress:
    """share: of the whole job's time, 0 to 1. seconds_left: None before anything is known."""

    share: float
    seconds_left: float | None


@dataclass
class _Part:
    """A stretch of the job. expected, taken: seconds; None where nothing tells. done: its share."""

    expected: float
    taken: float | None = None
    done: float = 0.0

    def left(self, pace: float) -> float:
        if self.taken and self.done >= ENOUGH:
            pace = self.taken / (self.expected * self.done)
        return self.expected * (1.0 - self.done) * pace


def progress(
    config: TrainConfig, pictures: int, events: Sequence[Mapping[str, Any]], now: datetime
) -> Progress:
    """Where a running job is. pictures: that were handed in. now: with a time zone."""
    parts = _plan(config, pictures)
    names, current, since = list(parts), "", now
    for event in events:
        name, done = _place(event)
        if name not in parts or (current and names.index(name) < names.index(current)):
            continue
        at = datetime.fromisoformat(event["at"]) if "at" in event else None
        if name != current:
            for passed in names[: names.index(name)]:
                parts[passed].done = 1.0
            if at and current in BASE and parts[current].taken is None:
                parts[current].taken = (at - since).total_seconds()
            current, since = name, at or since
        elif at and name in BASE:  # it tells what it read
            parts[name].taken = (at - since).total_seconds()
        if done is None:
            continue
        before = parts[f"held {event['phase']}"].taken or 0.0 if name.startswith("steps") else 0.0
        parts[name].done = max(parts[name].done, done)
        parts[name].taken = max(0.0, float(event.get("seconds", 0.0)) - before) or parts[name].taken
    if not current:
        return Progress(0.0, None)
    known = [part for part in parts.values() if part.taken is not None and part.done]
    pace = sum(part.taken or 0.0 for part in known) / max(
        sum(part.expected * part.done for part in known), 1.0
    )
    pace = min(max(pace, PACES[0]), PACES[1]) if known else 1.0
    if current in BASE:  # nothing tells how far it is but the clock
        part = parts[current]
        part.done = min(MOST_BY_CLOCK, (now - since).total_seconds() / (part.expected * pace))
    left = sum(part.left(pace) for part in parts.values())
    spent = sum(part.taken or part.expected * part.done * pace for part in parts.values())
    return Progress(round(spent / max(spent + left, 1e-6), 4), round(left, 1))


def _place(event: Mapping[str, Any]) -> tuple[str, float | None]:
    """The part an event is of, and how much of it is done, where it tells."""
    if "job" in event:
        return ("" if "state" in event else str(event["job"])), None
    if event.get("pictures"):
        return f"held {event.get('phase')}", event["prepared"] / event["pictures"]
    if event.get("of"):
        return f"steps {event.get('phase')}", min(1.0, (event.get("step", 0) + 1) / event["of"])
    return "", None


def _plan(config: TrainConfig, pictures: int) -> dict[str, _Part]:
    """The parts in their order."""
    learnt = pictures * (1 - config.data.test_share) * (1 - config.data.validation_share)
    parts = {"fit": _Part(BASE["fit"] + PER_PICTURE["fit"] * pictures)}
    for phase in config.phases:
        area = (config.size_of(phase) / SIZE) ** 2
        shown = phase.pictures or phase.epochs * max(learnt, config.batch)
        views = 0 if phase.learns == "all" else (2 if config.flips else 1) + config.views
        parts[f"held {phase.name}"] = _Part(learnt * views * ACTIVATED * area)
        parts[f"steps {phase.name}"] = _Part(shown * LEARNT[phase.learns] * area)
    for name in ("evaluate", "errors", "export"):
        parts[name] = _Part(BASE[name] + PER_PICTURE[name] * pictures)
    return parts
