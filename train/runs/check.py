"""A look at pictures before anything learns from them: what there is, what is wrong, what to do about it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageOps

from retrieval.types import ImageError
from train.beside import write_file
from train.config import DataConfig, HeldOut
from train.data import read
from train.runs.intake import CHECK, LISTED, SHEET, Advice, Check, NearDuplicate, to_text
from train.samples import Sample
from train.splits import SIDES, near_duplicates, split

# Below so many pictures a class is learnt from luck.
FEW = 10
# How many times the smallest class the largest may be.
UNEVEN = 5.0
# Pixels of the shorter side, below which a photo says little; and the share of such from which it is said.
SMALL, SMALL_SHARE = 96, 0.2
# A test that tells a good model from a better one has a 95% interval of 5 points to either side. The interval
# of a share of one half, where it is widest, is the root of _HALF over the number of pictures.
PRECISE = 0.05
_HALF = 1.96**2 * 0.25
# The contact sheet: classes, pictures of each, pixels a side.
SHEET_CLASSES, SHEET_PICTURES, SHEET_SIDE = 40, 8, 96
_PAPER, _INK, _GREY = "#faf8f3", "#2b2a26", "#7d7a70"


def check(data: DataConfig, root: Path, out: Path, progress: bool = False) -> Check:
    """Look at everything `data` names below `root`; write check.json and sheet.png to `out`.

    Raises ValueError for data that nothing can learn from, OSError where `out` cannot be written.
    """
    found = read(data, root, progress)
    groups = near_duplicates(found.samples, progress)
    sides = split(found.samples, data, groups if data.near_duplicates else [])
    pairs = _pairs(found.samples, groups)
    looked = Check(
        classes=dict(sorted(Counter(sample.label for sample in found.samples).items())),
        domains=dict(Counter(sample.domain for sample in found.samples)),
        sides={side: int((sides == side).sum()) for side in SIDES},
        broken=found.broken[:LISTED],
        broken_total=len(found.broken),
        near_duplicates=tuple(pairs[:LISTED]),
        near_duplicates_total=len(pairs),
    )
    told = advice(looked, found.samples, sides, pairs, data.held_out)
    looked = replace(looked, advice=tuple(told))
    out.mkdir(parents=True, exist_ok=True)
    part = out / f".{SHEET}.part"
    contact_sheet(found.samples).save(part, "PNG")
    part.replace(out / SHEET)
    write_file(out / CHECK, to_text(looked).encode("utf-8", "replace"))
    return looked


def _pairs(samples: Sequence[Sample], groups: Sequence[np.ndarray]) -> list[NearDuplicate]:
    """The first of each group with each of the others; those of two classes first."""
    pairs = []
    for group in groups:
        first = samples[group[0]]
        for row in group[1:]:
            pairs.append(NearDuplicate(first.name, samples[row].name, first.label == samples[row].label))
    return sorted(pairs, key=lambda pair: pair.alike)


def advice(
    looked: Check,
    samples: Sequence[Sample],
    sides: np.ndarray,
    pairs: Sequence[NearDuplicate],
    held_out: HeldOut = "pictures",
) -> list[Advice]:
    """What to know before training, the gravest first; one "good" where there is nothing."""
    told = [
        *_of_the_test(looked, samples, sides, held_out),
        *_of_pairs(pairs),
        *_of_sizes(looked.classes),
        *_of_pixels(samples),
    ]
    if looked.broken_total:
        told.append(
            Advice(
                "broken",
                f"{looked.broken_total:,} pictures or rows are not as they should be; they are left out, and "
                "listed below.",
                {"count": looked.broken_total},
            )
        )
    return told or [Advice("good", "Nothing speaks against training with these pictures.")]


def _of_the_test(
    looked: Check, samples: Sequence[Sample], sides: np.ndarray, held_out: HeldOut
) -> list[Advice]:
    tested = {sample.label for sample, side in zip(samples, sides, strict=True) if side == "test"}
    if not tested:
        return [
            Advice(
                "untested",
                "Nothing can be kept out to test with: no class has pictures of two different things. Add "
                "pictures to the classes you have.",
            )
        ]
    told = []
    lone = sorted(set(looked.classes) - tested)
    if lone and held_out == "pictures":
        told.append(
            Advice(
                "lone",
                f"{len(lone):,} of {len(looked.classes):,} classes are learnt but cannot be tested, for all "
                f"they have looks the same or is one picture: {_some(lone)}.",
                {"count": len(lone), "classes": lone[:LISTED]},
            )
        )
    count, wanted = looked.sides["test"], math.ceil(_HALF / PRECISE**2 / 100) * 100
    around = math.sqrt(_HALF / count)
    if around > 2 * PRECISE:
        told.append(
            Advice(
                "rough",
                f"{count:,} pictures are kept to test with, so a figure may be off by up to {around:.0%} "
                f"either way; about {wanted:,} would bring that to {PRECISE:.0%}.",
                {"count": count, "around": round(around, 3), "wanted": wanted, "precise": PRECISE},
            )
        )
    return told


def _of_pairs(pairs: Sequence[NearDuplicate]) -> list[Advice]:
    told = []
    twins = [pair for pair in pairs if not pair.alike]
    if twins:
        told.append(
            Advice(
                "twins",
                f"{len(twins):,} pairs look the same but are of two classes; one of the two is wrong: "
                f"{twins[0].one} and {twins[0].other}.",
                {"count": len(twins), "one": twins[0].one, "other": twins[0].other},
            )
        )
    if alike := len(pairs) - len(twins):
        told.append(
            Advice(
                "duplicates",
                f"{alike:,} pictures look like another of their class; they stay on one side of the test, so "
                "they flatter no figure, but they teach little.",
                {"count": alike},
            )
        )
    return told


def _of_sizes(sizes: Mapping[str, int]) -> list[Advice]:
    told = []
    few = sorted((name for name, count in sizes.items() if count < FEW), key=lambda name: (sizes[name], name))
    if few:
        told.append(
            Advice(
                "few",
                f"{len(few):,} classes have fewer than {FEW} pictures ({_some(few)}); with 20 and more of "
                "each they are told apart much better.",
                {"count": len(few), "least": FEW, "classes": few[:LISTED]},
            )
        )
    smallest, largest = min(sizes, key=lambda name: sizes[name]), max(sizes, key=lambda name: sizes[name])
    if sizes[largest] > UNEVEN * sizes[smallest]:
        told.append(
            Advice(
                "uneven",
                f"{largest} has {sizes[largest]:,} pictures, {smallest} only {sizes[smallest]:,}; the large "
                "class will be guessed too often. Add to the small ones.",
                {
                    "largest": largest,
                    "most": sizes[largest],
                    "smallest": smallest,
                    "fewest": sizes[smallest],
                },
            )
        )
    return told


def _of_pixels(samples: Sequence[Sample]) -> list[Advice]:
    photos = [sample for sample in samples if sample.domain == "photo"]
    small = sum(min(_size(sample)) < SMALL for sample in photos)
    if not photos or small < SMALL_SHARE * len(photos):
        return []
    return [
        Advice(
            "small",
            f"{small:,} photos have fewer than {SMALL} pixels a side; larger ones show more to tell them by.",
            {"count": small, "least": SMALL},
        )
    ]


def _size(sample: Sample) -> tuple[int, int]:
    """Width and height by the file's header, which costs nothing; of bytes in memory large enough."""
    if sample.path is None:
        return SMALL, SMALL
    try:
        with Image.open(sample.path) as opened:
            return opened.size
    except OSError:
        return SMALL, SMALL


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def contact_sheet(samples: Sequence[Sample]) -> Image.Image:
    """RGB: a row for each of the first 40 classes, with eight of its pictures, evenly over them."""
    rows: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        rows[sample.label].append(sample)
    labels = sorted(rows)[:SHEET_CLASSES]
    side, gap, line = SHEET_SIDE, 6, 22
    width = SHEET_PICTURES * (side + gap) + gap
    sheet = Image.new("RGB", (width, len(labels) * (side + line + gap) + gap), _PAPER)
    pen, font = ImageDraw.Draw(sheet), _font(13)
    for row, label in enumerate(labels):
        top, mine = row * (side + line + gap) + gap, rows[label]
        pen.text((gap, top), label[:60], fill=_INK, font=font)
        pen.text((width - gap, top), f"{len(mine):,}", fill=_GREY, font=font, anchor="ra")
        step = max(1.0, len(mine) / SHEET_PICTURES)
        shown = [mine[int(number * step)] for number in range(min(SHEET_PICTURES, len(mine)))]
        for column, sample in enumerate(shown):
            try:
                picture = ImageOps.pad(sample.open(), (side, side), color="white")
            except ImageError:  # it was there a moment ago
                continue
            sheet.paste(picture, (gap + column * (side + gap), top + line))
    return sheet


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """matplotlib's face, which knows the letters of most scripts that classes are named in."""
    import matplotlib as mpl

    return ImageFont.truetype(Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)
