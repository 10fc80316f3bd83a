"""Small classes filled by fresh augmentations of what they train on, after the split: no picture, and no
copy of one, is on two sides."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from retrieval.types import ImageError
from train.beside import new_folder
from train.config import DataConfig
from train.data import is_augmented, with_classes
from train.photo_augment import SIZE, Augmenter, check_apart, copied, read_pictures, write_versions
from train.samples import PictureSet, Sample, shown
from train.splits import LEFT_OUT, duplicate_lines, near_duplicates, split, split_lines, write_split


@dataclass(frozen=True)
class Plan:
    """before, after: training pictures of each class, with those of classes left out in `before` alone.
    left_out: classes with too few pictures, sorted. copies: row of a training picture -> how many fresh
    versions of it are to be made, at least 1."""

    before: Mapping[str, int]
    after: Mapping[str, int]
    left_out: tuple[str, ...]
    copies: Mapping[int, int]


def balance(
    samples: Sequence[Sample], sides: np.ndarray, minimum: int, threshold: int = 2, seed: int = 0
) -> Plan:
    """What to make so that every class has `minimum` training pictures or more.

    sides: (N,) as `train.splits.split` gives them. threshold: a class with fewer pictures, on all sides, is
    left out. The copies of a class are spread evenly over its training pictures; the seed chooses who gets
    one more.
    Raises ValueError for numbers out of range, or where fewer than two classes are left.
    """
    if minimum < 1 or threshold < 1:
        raise ValueError(f"the minimum is {minimum} and the threshold {threshold}; wanted: 1 or more of each")
    pictures = Counter(sample.label for sample in samples)
    left_out = tuple(sorted(label for label, count in pictures.items() if count < threshold))
    if len(pictures) - len(left_out) < 2:
        raise ValueError(
            f"{len(pictures) - len(left_out)} of {len(pictures)} classes have {threshold} pictures or more; "
            "wanted: two classes; lower the threshold or add pictures"
        )
    rows: dict[str, list[int]] = defaultdict(list)
    for row, (sample, side) in enumerate(zip(samples, sides, strict=True)):
        if side == "train":
            rows[sample.label].append(row)
    copies: dict[int, int] = {}
    rng = np.random.default_rng(seed)
    for label in sorted(rows):
        missing = 0 if label in left_out else max(0, minimum - len(rows[label]))
        each, more = divmod(missing, len(rows[label]))
        for place, row in enumerate(rng.permutation(rows[label]).tolist()):
            if count := each + (place < more):
                copies[row] = count
    before = {label: len(rows[label]) for label in sorted(pictures)}
    after = {
        label: before[label] + sum(copies.get(row, 0) for row in rows[label])
        for label in before
        if label not in left_out
    }
    return Plan(before, after, left_out, copies)


@dataclass(frozen=True)
class Balanced:
    """What `balance_folder` read, meant to do and did. samples: what was written, copies included, named by
    their files. duplicates: the report on near-duplicates."""

    read: PictureSet
    plan: Plan
    samples: tuple[Sample, ...]
    sides: np.ndarray
    duplicates: tuple[str, ...]

    def lines(self) -> list[str]:
        """The report for a person."""
        filled = sum(self.plan.after[label] > self.plan.before[label] for label in self.plan.after)
        made = sum(map(is_augmented, self.samples))
        told = [*self.read.lines(), *self.duplicates]
        if self.plan.left_out:
            told.append(f"left out, with too few pictures: {len(self.plan.left_out):,} classes")
            told += shown([f"  {label}" for label in self.plan.left_out])
        told.append(f"filled: {filled:,} classes; augmented pictures in all: {made:,}")
        return told + split_lines(self.samples, self.sides)


def balance_folder(
    input_dir: Path,
    output_dir: Path,
    min_per_class: int = 80,
    min_threshold: int = 2,
    data: DataConfig | None = None,
    drawing: bool | None = None,
    no_flip: Collection[str] = (),
    size: int = SIZE,
    progress: bool = False,
) -> Balanced:
    """Divide `input_dir`/<class>/, fill its small classes and write `output_dir`/<side>/<class>/, split.csv
    (names below `output_dir`) and histogram.png, the classes before and after.

    data: shares, seed and whether near-duplicates count, its defaults for None; its folders are not used.
    Copies are made of training pictures only. What `augment` made before is used in training alone: the
    other sides hold real pictures. Raises ValueError for a wrong folder or number, OSError where the output
    cannot be written; then nothing of it is left.
    """
    check_apart(input_dir, output_dir)
    data = data or DataConfig()
    found = with_classes(read_pictures(input_dir, drawing, progress))
    groups = near_duplicates(found.samples, progress) if data.near_duplicates else []
    sides = split(found.samples, data, groups)
    made_before = np.array([is_augmented(sample) for sample in found.samples])
    sides[made_before & (sides != "train")] = LEFT_OUT
    plan = balance(found.samples, sides, min_per_class, min_threshold, data.seed)
    written, broken = [], list(found.broken)
    with new_folder(output_dir) as part:
        kept = [
            (row, _moved(sample, part, str(side)))
            for row, (sample, side) in enumerate(zip(found.samples, sides, strict=True))
            if side != LEFT_OUT and sample.label not in plan.left_out
        ]
        written += [(sample, str(sides[row])) for row, sample in kept]
        augmenter = Augmenter(size, no_flip, data.seed)
        made = Counter()
        for row, sample in tqdm(kept, desc="balancing", disable=not progress, mininterval=1):
            if count := plan.copies.get(row, 0):
                try:
                    files = write_versions(sample, sample.path.parent, count, augmenter)
                except ImageError as error:  # a drawing without a line: kept as it is, with no copies
                    broken.append((found.samples[row].name, str(error)))
                    continue
                made[sample.label] += len(files)
                written += [(_at(sample, file, part), "train") for file in files]
        samples = tuple(_at(sample, output_dir / sample.name, output_dir) for sample, _ in written)
        sides = np.array([side for _, side in written])
        after = {label: plan.before[label] + made[label] for label in plan.after}
        plan = replace(plan, after=after)
        write_split(part / "split.csv", samples, sides)
        _histogram(plan, part / "histogram.png")
    lines = duplicate_lines(found.samples, groups)
    return Balanced(replace(found, broken=tuple(broken)), plan, samples, sides, tuple(lines))


def _moved(sample: Sample, part: Path, side: str) -> Sample:
    return _at(sample, copied(sample, part / side / sample.label), part)


def _at(sample: Sample, path: Path, root: Path) -> Sample:
    return replace(sample, path=path, name=path.relative_to(root).as_posix())


def _histogram(plan: Plan, path: Path) -> None:
    """PNG: training pictures of each class, before and after, the largest class first."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # it takes a second, and only this needs it
    from matplotlib.figure import Figure

    labels = sorted(plan.before, key=lambda label: (-plan.before[label], label))
    places = np.arange(len(labels))
    figure = Figure(figsize=(min(40.0, max(6.0, 0.22 * len(labels) + 2)), 4.5), layout="constrained")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.bar(places, [plan.after.get(label, 0) for label in labels], color="#c9b27c", label="after")
    axes.bar(places, [plan.before[label] for label in labels], width=0.5, color="#2f3e46", label="before")
    names = [label if len(label) <= 24 else f"{label[:23]}…" for label in labels]
    # A dollar sign would begin a formula.
    axes.set_xticks(places, [name.replace("$", r"\$") for name in names], rotation=90, fontsize=7)
    axes.set_ylabel("training pictures")
    axes.set_title("Classes before and after balancing; without a wide bar: left out")
    axes.legend()
    canvas.print_png(path)
