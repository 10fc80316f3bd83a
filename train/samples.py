"""Pictures with a label, before they are decoded; and the check that each can be."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from PIL import Image
from tqdm import tqdm

from retrieval import images
from retrieval.types import ImageError

Domain = Literal["drawing", "photo"]
# The names of a report's list; the others are counted.
SHOWN = 20
_Made = TypeVar("_Made")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One picture of a data set: a file (`path`) or encoded bytes (`data`).

    name: unique in its set: the path below the folder it was read from, with slashes, or a row's name.
    source: what must stay on one side of a split; equal where two pictures come from one. tags, fields:
    as in a record. only_learnt: training sees it, but nothing asks or finds it."""

    name: str
    label: str
    source: str
    domain: Domain
    path: Path | None = None
    data: bytes | None = None
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    only_learnt: bool = False

    def open(self) -> Image.Image:
        """RGB, upright, at most 1024 px a side. Raises ImageError where it is no picture or a broken one."""
        return images.load(self.path if self.data is None else self.data)


@dataclass(frozen=True)
class PictureSet:
    """samples: what can be used. broken: (name, reason) of what cannot, or only with the doubt that the
    reason tells. notes: what else a person should know of the set, a sentence each."""

    samples: tuple[Sample, ...]
    broken: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """What was read, for a person."""
        domains = Counter(sample.domain for sample in self.samples)
        made_of = ", ".join(f"{count:,} {name}s" for name, count in sorted(domains.items()))
        labels = len({sample.label for sample in self.samples})
        told = [f"{len(self.samples):,} pictures of {labels:,} classes ({made_of})", *self.notes]
        if self.broken:
            told.append(f"not as they should be: {len(self.broken):,}")
            told += shown([f"  {name}: {reason}" for name, reason in self.broken])
        return told


def shown(lines: Sequence[str]) -> list[str]:
    """The first lines of a long list, and how many more there are."""
    more = len(lines) - SHOWN
    return [*lines[:SHOWN], f"  ... and {more:,} more"] if more > 0 else list(lines)


def sound(samples: Sequence[Sample], progress: bool = False) -> tuple[list[Sample], list[tuple[str, str]]]:
    """Those that decode, in their order, and (name, reason) of the others."""
    reasons = on_threads(_reason, samples, "decoding", progress)
    good = [sample for sample, reason in zip(samples, reasons, strict=True) if not reason]
    bad = [(sample.name, reason) for sample, reason in zip(samples, reasons, strict=True) if reason]
    return good, bad


def on_threads(
    work: Callable[[Sample], _Made], samples: Sequence[Sample], task: str, progress: bool = False
) -> list[_Made]:
    """`work` of each, in order. Decoding and scaling leave Python's lock, so threads are enough."""
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        made: Iterable[_Made] = pool.map(work, samples)
        return list(tqdm(made, total=len(samples), desc=task, disable=not progress, mininterval=1))


def _reason(sample: Sample) -> str:
    try:
        sample.open()
    except ImageError as error:
        return str(error)
    return ""
