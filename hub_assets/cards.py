"""The cards of a bundle: what its model and its dataset are, in plain words, from the manifest alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hub_assets.bundle import Manifest

_LICENCE = re.compile(r"^license: .*$", flags=re.MULTILINE)
MODEL_CARD = """---
license: {licence}
library_name: onnx
pipeline_tag: image-feature-extraction
tags:
- visual-search
- sketch-based-image-retrieval
---
# {title}: the encoder

{backbone}, {dim} numbers of unit length from a {size} x {size} picture ({preparation}). `encoder.onnx` takes
any number of such pictures as uint8 pixels, channels first, and gives (N, {dim}) float32; the normalisation
is inside.
`encoder.safetensors` holds the same weights in float16, to train on.

## Measured

{figures}

Version {version}. The vectors of the dataset of the same version were made by exactly this file
(SHA-256 in its manifest.json).
"""

DATASET_CARD = """---
license: {licence}
task_categories:
- image-feature-extraction
tags:
- visual-search
size_categories:
- {size_category}
---
# {title}

{rows} records of {labels} labels: {columns}, and the embedding (fixed-size list of {dim} float32,
unit norm). Version {version}.

{credits}
"""


SEGMENTER_CARD = """---
license: {licence}
library_name: onnx
pipeline_tag: image-segmentation
tags:
- street-scenes
---
# {title}: the segmenter

{network}, which says of every pixel of a street photo in which of seven categories it is: {categories}.
`segmenter.onnx` takes uint8 photos of {width} x {height}, channels first, and gives logits; the normalisation
is inside. `segmenter.safetensors` holds the same weights in float16, to train on.

Trained on {trained_on}.

## Measured

{figures}

Version {version}. The shipped file is the one whose SHA-256 is in manifest.json of the dataset.
"""

SEGMENTS_CARD = """---
license: {licence}
task_categories:
- image-segmentation
---
# {title}

No records: this collection answers a photo with its mask. manifest.json says which model does.
Version {version}.
"""


def segmenter_card(manifest: Manifest, segmenter: Mapping[str, Any], licence: str, trained_on: str) -> str:
    """Markdown with front matter for model/README.md of a collection of masks. segmenter: of config.json."""
    return SEGMENTER_CARD.format(
        licence=licence,
        title=manifest.titles["en"],
        network=segmenter["network"],
        categories=", ".join(segmenter["categories"][:-1]),
        width=segmenter["width"],
        height=segmenter["height"],
        trained_on=trained_on,
        figures="\n".join(_lines(manifest.figures)),
        version=manifest.version,
    )


def segments_card(manifest: Manifest, licence: str) -> str:
    """Markdown with front matter for dataset/README.md of a collection without records."""
    return SEGMENTS_CARD.format(licence=licence, title=manifest.titles["en"], version=manifest.version)


def model_card(manifest: Manifest, config: Mapping[str, Any], licence: str) -> str:
    """Markdown with front matter for model/README.md."""
    return MODEL_CARD.format(
        licence=licence,
        title=manifest.titles["en"],
        backbone=config.get("backbone", "A network"),
        dim=manifest.dim,
        size=config["size"],
        preparation=config["preparation"],
        figures="\n".join(_lines(manifest.figures)),
        version=manifest.version,
    )


def dataset_card(manifest: Manifest, labels: int, licence: str, credit: str) -> str:
    """Markdown with front matter for dataset/README.md. credit: where the pictures come from."""
    return DATASET_CARD.format(
        licence=licence,
        title=manifest.titles["en"],
        rows=manifest.rows,
        size_category=_size_category(manifest.rows),
        labels=labels,
        columns=", ".join(
            ["id", "picture (WebP)", "label", "tags", *(column.name for column in manifest.columns)]
        ),
        dim=manifest.dim,
        version=manifest.version,
        credits=credit,
    )


def joined(card: str, other: str, title: str) -> str:
    """A card with the text of another below it, under a title: two models in one folder. The licence is the
    other's, where it names one."""
    front, text = _parts(card)
    other_front, other_text = _parts(other)
    if licence := _LICENCE.search(other_front):
        front = _LICENCE.sub(licence.group(), front)
    lines = [f"#{line}" if line.startswith("#") else line for line in other_text.splitlines()]
    return f"---\n{front}\n---\n{text.strip()}\n\n## {title}\n\n" + "\n".join(lines).strip() + "\n"


def _parts(card: str) -> tuple[str, str]:
    """Front matter and text of a card, without the marks of what was generated."""
    text = re.sub(r"<!--.*?-->\n?", "", card, flags=re.DOTALL)
    found = re.match(r"---\n(.*?)\n---\n(.*)", text, flags=re.DOTALL)
    return (found.group(1), found.group(2)) if found else ("", text)


def _size_category(rows: int) -> str:
    """In the Hub's own terms."""
    bounds = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
    return next((name for bound, name in bounds if rows < bound), "n>1M")


def _lines(figures: Mapping[str, Any], depth: int = 0) -> list[str]:
    """A nested mapping as a Markdown list."""
    lines = []
    for name, value in figures.items():
        if is_figure(value):
            lines.append(f"{'  ' * depth}- {name}: {_figure(value)}")
        elif isinstance(value, Mapping):
            lines += [f"{'  ' * depth}- {name}", *_lines(value, depth + 1)]
        else:
            lines.append(f"{'  ' * depth}- {name}: {value}")
    return lines


def is_figure(value: Any) -> bool:
    """Whether it is a measured value with its interval, and maybe what it was measured on."""
    return isinstance(value, Mapping) and {"value", "interval"} <= set(value)


def _figure(figure: Mapping[str, Any]) -> str:
    if figure["interval"] is None:
        return "nothing to measure it on"
    low, high = figure["interval"]
    rest = [f"{name} {value}" for name, value in figure.items() if name not in ("value", "interval")]
    return ", ".join([f"{figure['value']} (95% interval {low} to {high})", *rest])
