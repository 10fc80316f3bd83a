"""What a run learns from and is asked: its samples, divided once, and opened as the network takes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.encoder import PREPARATIONS
from retrieval.types import ImageError
from train.config import DataConfig, TrainConfig
from train.data import read
from train.pictures import Pictures
from train.samples import Sample, on_threads
from train.splits import (
    LEARNT,
    duplicate_lines,
    near_duplicates,
    read_split,
    sides_of,
    split,
    split_lines,
    write_split,
)

SPLIT = "split.csv"
# A label has dozens of photos and one picture on the page; shown no oftener than one of them, in a style of
# its own, it would not be learnt.
LEARNT_TIMES = 4


@dataclass(frozen=True)
class Material:
    """samples, and (N,) the side each is on: train, validation, test, only learnt or left out. notes: for a
    person."""

    samples: tuple[Sample, ...]
    sides: np.ndarray
    notes: tuple[str, ...] = ()

    def on(self, *sides: str, domain: str | None = None) -> list[Sample]:
        """The samples of these sides, of one domain or of both."""
        return [
            sample
            for sample, side in zip(self.samples, self.sides, strict=True)
            if side in sides and domain in (None, sample.domain)
        ]

    def learnt(self) -> list[Sample]:
        """All that training sees, what is only learnt several times."""
        return [*self.on("train"), *self.on(LEARNT) * LEARNT_TIMES]


def gather(data: DataConfig, root: Path, run: Path, progress: bool = True) -> Material:
    """Read what `data` names below `root`, divided as RUN/split.csv says; without one it is made and written.

    Raises ValueError for data that cannot be used, OSError where the run's folder cannot be written.
    """
    found = read(data, root, progress)
    file = run / SPLIT
    if file.exists():
        sides = sides_of(found.samples, read_split(file))
        return Material(found.samples, sides, (*found.lines(), *split_lines(found.samples, sides)))
    groups = near_duplicates(found.samples, progress) if data.near_duplicates else []
    sides = split(found.samples, data, groups)
    run.mkdir(parents=True, exist_ok=True)
    write_split(file, found.samples, sides)
    notes = [*found.lines(), *duplicate_lines(found.samples, groups), *split_lines(found.samples, sides)]
    return Material(found.samples, sides, tuple(notes))


def opened(samples: Sequence[Sample], config: TrainConfig, progress: bool = False) -> Pictures | None:
    """The samples as the network takes them, `picture_size` pixels a side; None for none."""
    if not samples:
        return None
    prepared = on_threads(
        lambda sample: prepare(sample, config.preparation, config.picture_size), samples, "pictures", progress
    )
    return Pictures(
        np.stack(prepared),
        np.array([sample.label for sample in samples]),
        np.array([sample.source for sample in samples]),
        np.array([sample.domain for sample in samples]),
        np.zeros(len(samples), np.float32),
        _tags(samples),
    )


def prepare(sample: Sample, preparation: str, size: int) -> np.ndarray:
    """(C, size, size) uint8 of one sample, by the serving preparation. One that is blank counts as white
    paper, so that no row goes missing."""
    how = PREPARATIONS[preparation]
    kind = "sketch" if sample.domain == "drawing" else "photo"
    try:
        made, _ = how.apply(sample.open(), kind, size)
    except ImageError:
        made = np.full((how.channels, size, size), 255, np.uint8)
    return made.reshape(how.channels, size, size)


def _tags(samples: Iterable[Sample]) -> np.ndarray:
    """(N, T) bool: which of the tags that two samples or more carry each sample has."""
    listed = [set(sample.tags) for sample in samples]
    names = sorted(set().union(*listed))
    shared = [name for name in names if sum(name in tags for tags in listed) > 1]
    carried = [[name in tags for name in shared] for tags in listed]
    return np.array(carried, dtype=bool).reshape(len(listed), len(shared))
