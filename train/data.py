"""Data sets in: folders with a sub-folder per class, tables of recipes, data sets of the Hub.

Nothing is kept decoded here. A broken picture is listed and left out; what makes a whole set useless (an
empty folder, a single class) is a ValueError that says what to do.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from retrieval import images
from train.config import DataConfig
from train.samples import Domain, PictureSet, Sample, shown, sound
from train.tables import read_csv, read_hub, read_records
from train.tagging import tagged

ENDINGS = frozenset(
    ending for ending, kind in Image.registered_extensions().items() if kind in images.FORMATS
)
# What `python -m train augment` puts behind a picture's name: its copies stay with it in every split.
AUGMENTED = "~aug"
_AUGMENTED = re.compile(rf"({AUGMENTED}\d+)+$")
_COUNTED = re.compile(r"-\d+$")
# Sketchy and PACS have at most 13 drawings of one photo. A name with more numbers behind it than this
# (lion-001, lion-002, ...) only counts, and its drawings are of different things.
MAX_DRAWINGS_OF_A_PHOTO = 20


def read_folder(
    root: Path,
    domain: Domain,
    source_of: Callable[[str], str] | None = None,
    *,
    named_from: Path | None = None,
    verify: bool = True,
    progress: bool = False,
) -> PictureSet:
    """Every picture of `root`/<class>/, in sorted order. What is no picture by its ending is left out.

    source_of: stem of a file -> what it was made from, within its class. By default the stem itself, and of
    a drawing `<photo>-<k>` the photo, in the manner of Sketchy; so a drawing and its photo share their
    source. named_from: the folder that names are relative to (default: root). verify: decode each picture
    once, so that every broken one is listed now.
    Raises ValueError where there is no such folder, or no picture in a class of it.
    """
    if not root.is_dir():
        raise ValueError(f"{root} is no folder; wanted: a folder with one sub-folder of pictures per class")
    samples = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")):
        files = _pictures_in(folder)
        source = source_of or _source_rule(files, domain)
        samples += [
            Sample(
                name=path.relative_to(named_from or root).as_posix(),
                label=folder.name,
                source=f"{folder.name}/{source(path.stem)}",
                domain=domain,
                path=path,
            )
            for path in files
        ]
    if not samples:
        loose = len(_pictures_in(root))
        seen = f"{loose} pictures outside any class" if loose else "no picture"
        raise ValueError(f"{root} holds {seen}; wanted: one sub-folder per class, with its pictures in it")
    if not verify:
        return PictureSet(tuple(samples))
    good, broken = sound(samples, progress)
    if not good:
        raise ValueError(f"none of the {len(samples)} pictures in {root} can be read; {broken[0][1]}")
    return PictureSet(tuple(good), tuple(broken))


def _pictures_in(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in ENDINGS and not path.is_dir() and not path.name.startswith(".")
    )


def _source_rule(files: Sequence[Path], domain: Domain) -> Callable[[str], str]:
    """How the files of one class say what they were made from."""
    if domain == "photo":
        return _unaugmented
    drawn = Counter(_COUNTED.sub("", stem) for stem in {_unaugmented(path.stem) for path in files})

    def source(stem: str) -> str:
        stem = _unaugmented(stem)
        photo = _COUNTED.sub("", stem)
        return photo if drawn[photo] <= MAX_DRAWINGS_OF_A_PHOTO else stem

    return source


def _unaugmented(stem: str) -> str:
    return _AUGMENTED.sub("", stem)


def is_augmented(sample: Sample) -> bool:
    """Whether the picture is a copy that `augment` made."""
    return sample.path is not None and _unaugmented(sample.path.stem) != sample.path.stem


def read(data: DataConfig, root: Path, progress: bool = False) -> PictureSet:
    """Everything a DataConfig names, below the data folder `root`, at most `limit` of a class and domain.

    The notes tell of classes whose pictures all come from one source: those can only be trained on.
    Raises ValueError where nothing is named or found, for a single class, and where no class is both drawn
    and photographed though the one is to find the other; OSError where the Hub cannot be reached.
    """
    parts = [
        read_folder(root / folder, domain, named_from=root, verify=False)
        for folders, domain in ((data.photos, "photo"), (data.drawings, "drawing"))
        for folder in folders
    ]
    if data.csv:
        pictures = root / data.images if data.images else (root / data.csv).parent / "images"
        table = read_csv(root / data.csv, pictures, verify=False)
        parts.append(tagged(table, data.cookbook) if data.cookbook else table)
    if data.hub:
        name = str(root / data.hub) if (root / data.hub).exists() else data.hub
        columns = (data.image_column, data.label_column)
        chosen = {"limit": data.limit, "seed": data.seed, "revision": data.hub_revision or None}
        parts.append(read_hub(name, *columns, **chosen, verify=False))
    if parts and data.records:
        parts.append(read_records(data.records))
    if not parts:
        raise ValueError("the data names no pictures; wanted: photos, drawings, csv or hub")
    found = [sample for part in parts for sample in part.samples]
    if len({sample.name for sample in found}) < len(found):
        raise ValueError("the data names a folder, table or data set twice; wanted: each once")
    samples, broken = _limited(found, data.limit, data.seed, progress)
    if not samples:
        raise ValueError(f"none of the {len(found)} pictures below {root} can be read; {broken[0][1]}")
    if data.crosses_domains:
        _check_domains(samples)
    notes = tuple(note for part in parts for note in part.notes)
    return with_classes(
        PictureSet(tuple(samples), (*(entry for part in parts for entry in part.broken), *broken), notes),
        data.held_out == "pictures",
    )


def with_classes(found: PictureSet, divided: bool = True) -> PictureSet:
    """The set, with notes on classes that cannot be divided, where each is to be. Raises ValueError for fewer
    than two classes."""
    labels = sorted({sample.label for sample in found.samples})
    if len(labels) < 2:
        raise ValueError(
            f"all {len(found.samples)} pictures are of one class ({', '.join(labels)}); wanted: two or more, "
            "for there is nothing to tell it from"
        )
    sources = defaultdict(set)
    for sample in found.samples:
        sources[sample.label].add(sample.source)
    lone = [label for label in labels if len(sources[label]) == 1]
    notes = found.notes
    if lone and divided:
        notes += (
            f"only trained on, because all they have comes from one source: {len(lone):,} of "
            f"{len(labels):,} classes",
            *shown([f"  {label}" for label in lone]),
        )
    return PictureSet(found.samples, found.broken, notes)


def _check_domains(samples: Sequence[Sample]) -> None:
    drawn = {sample.label for sample in samples if sample.domain == "drawing"}
    photographed = {sample.label for sample in samples if sample.domain == "photo"}
    if not drawn & photographed:
        raise ValueError(
            f"no class has drawings and photos (drawn: {', '.join(sorted(drawn)[:5])}; photos: "
            f"{', '.join(sorted(photographed)[:5])}); name their folders alike"
        )


def _limited(
    samples: Sequence[Sample], limit: int, seed: int, progress: bool
) -> tuple[list[Sample], list[tuple[str, str]]]:
    """`limit` sound pictures of each class and domain, in order, and those that were found broken.

    Each class is drawn by a seed of its own: a class more or less leaves the others' choice as it is. Only
    what is chosen is decoded, and a broken picture's place goes to the next one.
    """
    if not limit:
        return sound(samples, progress)
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, sample in enumerate(samples):
        waiting[sample.domain, sample.label].append(row)
    for (domain, label), rows in waiting.items():
        rng = np.random.default_rng([seed, zlib.crc32(f"{domain}/{label}".encode(errors="surrogateescape"))])
        waiting[domain, label] = rng.permutation(rows).tolist()
    kept, broken = [], []
    missing = dict.fromkeys(waiting, limit)
    while tried := [row for key, rows in waiting.items() for row in rows[: missing[key]]]:
        for key, rows in waiting.items():
            waiting[key] = rows[missing[key] :]
        good, bad = sound([samples[row] for row in tried], progress)
        kept += good
        broken += bad
        for key, count in Counter((sample.domain, sample.label) for sample in good).items():
            missing[key] -= count
    place = {sample.name: row for row, sample in enumerate(samples)}
    return sorted(kept, key=lambda sample: place[sample.name]), sorted(broken)
