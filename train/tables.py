"""Pictures that a table names: recipes in Kaggle's layout, records of a bundle, data sets of the Hub."""

from __future__ import annotations

import ast
import csv
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hub_assets import bundle as bundles
from hub_assets.bundle import Column
from train.samples import Domain, PictureSet, Sample, sound

# How the page shows them.
RECIPE_SHOWN = (
    Column("title", "Title", "Titre", "title"),
    Column("ingredients", "Ingredients", "Ingrédients", "list"),
    Column("instructions", "Instructions", "Préparation", "steps"),
)
# Kaggle, "Food Ingredients and Recipe Dataset with Images"; its index column has no name.
RECIPE_COLUMNS = ("Title", "Ingredients", "Instructions", "Image_Name", "Cleaned_Ingredients")
_CELL = 10_000_000  # characters; Python's own bound, 131,072, is less than some people's instructions


def read_csv(table: Path, pictures: Path, verify: bool = True, progress: bool = False) -> PictureSet:
    """Recipes in Kaggle's layout; the picture of a row is `pictures`/<Image_Name>.jpg.

    The label is the title; fields: title, ingredients (a list, of Cleaned_Ingredients) and instructions (a
    step a line). Rows are numbered as a spreadsheet does: row 2 is the first below the header. A row
    without a title or picture, or whose lists are none, is reported and left out; one whose title is that
    of an earlier row is reported and kept: both have the same label.
    Raises ValueError for a file that is no such table, naming the columns it lacks.
    """
    samples: list[Sample] = []
    broken: list[tuple[str, str]] = []
    first_rows: dict[str, int] = {}
    for number, row in _rows(table):
        try:
            sample = _recipe(row, f"{table.name}:{number}", pictures)
        except ValueError as error:
            broken.append((f"row {number}", str(error)))
            continue
        first = first_rows.setdefault(sample.label, number)
        if first != number:
            broken.append((f"row {number}", f"its title is that of row {first} too; both are kept"))
        samples.append(sample)
    if verify:
        samples, more = sound(samples, progress)
        broken += more
    if not samples:
        seen = f"; {broken[0][0]}: {broken[0][1]}" if broken else ""
        raise ValueError(f"{table} has no recipe with a picture in {pictures}{seen}")
    return PictureSet(tuple(samples), tuple(broken))


def _rows(table: Path) -> list[tuple[int, dict[str | None, Any]]]:
    if not table.is_file():
        raise ValueError(f"{table} is no file; wanted: a CSV with the columns {', '.join(RECIPE_COLUMNS)}")
    before = csv.field_size_limit(_CELL)
    try:
        with table.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.DictReader(opened)
            columns = reader.fieldnames or []
            if missing := [name for name in RECIPE_COLUMNS if name not in columns]:
                raise ValueError(
                    f"{table} has no column {', '.join(missing)} (it has: {', '.join(columns) or 'none'}); "
                    "wanted: the layout of Kaggle's recipes"
                )
            return list(enumerate(reader, start=2))
    except (csv.Error, UnicodeDecodeError) as error:
        raise ValueError(f"{table} is no CSV in UTF-8 ({error}); save it as that") from None
    finally:
        csv.field_size_limit(before)


def _recipe(row: dict[str | None, Any], name: str, pictures: Path) -> Sample:
    """Raises ValueError with the row's fault."""
    if None in row:
        raise ValueError("it has more cells than the header")
    cells = {column: row[column] or "" for column in RECIPE_COLUMNS}
    title = " ".join(cells["Title"].split())
    if not title:
        raise ValueError("it has no title")
    ingredients = string_list(cells["Cleaned_Ingredients"])
    steps = [step.strip() for step in cells["Instructions"].splitlines()]
    stem = cells["Image_Name"].strip()
    # A name that leads elsewhere is no name of a picture in the folder.
    if not stem or "\0" in stem or Path(stem).name != stem or not (pictures / f"{stem}.jpg").is_file():
        raise ValueError(f"there is no picture {stem[:80] + '.jpg'!r} in {pictures}")
    return Sample(
        name=name,
        label=title,
        # Two rows may show one picture.
        source=f"{pictures.name}/{stem}",
        domain="photo",
        path=pictures / f"{stem}.jpg",
        fields={
            "title": title,
            "ingredients": ingredients,
            "instructions": "\n".join(step for step in steps if step),
        },
    )


def string_list(literal: str) -> list[str]:
    """The strings of a Python list literal, blank ones left out. Raises ValueError for anything else."""
    try:
        values = ast.literal_eval(literal.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        values = None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"its ingredients are no list of strings: {literal[:60]!r}")
    return [value.strip() for value in values if value.strip()]


def read_records(name: str) -> PictureSet:
    """The pictures of a bundle's records, only to be learnt from. name: of the bundle, or its folder.

    Raises ValueError where no record has a label and a picture, NotFoundError or BundleError where there is
    no such bundle.
    """
    bundle = bundles.read(bundles.find(name))
    samples: list[Sample] = []
    for table in bundles.open_tables(bundle):
        for row in table.read(columns=["id", "label", "image"]).to_pylist():
            own = f"{bundle.manifest.name}:{row['id']}"
            picture = (row.get("image") or {}).get("bytes")
            if picture and (label := row.get("label")):
                known = {"name": own, "label": label, "source": own, "data": picture}
                samples.append(Sample(domain="photo", only_learnt=True, **known))
    samples, broken = sound(samples)
    if not samples:
        raise ValueError(f"no record of {name} has a label and a picture; wanted: a bundle that shows some")
    return PictureSet(tuple(samples), tuple(broken))


def read_hub(
    dataset: str,
    image_column: str = "image",
    label_column: str = "label",
    split: str = "train",
    domain: Domain = "photo",
    limit: int = 0,
    seed: int = 0,
    cache: Path | None = None,
    verify: bool = True,
    progress: bool = False,
    revision: str | None = None,
) -> PictureSet:
    """One split of a data set of the Hub, or of a parquet file or a folder of them on this disk.

    The bytes of its pictures are kept in memory as they are encoded. limit: at most so many rows of a
    label, chosen by the seed, so that the others are never fetched into memory; 0 is all. cache: where
    `datasets` keeps what it reads (its own place by default). revision: of a data set of the Hub, by default
    its main branch.
    Raises ValueError where the columns are not there or are of another kind, OSError where the data set
    cannot be had.
    """
    loaded = _loaded(dataset, split, cache, revision)
    if missing := [name for name in (image_column, label_column) if name not in loaded.column_names]:
        raise ValueError(
            f"{dataset} has no column {', '.join(missing)}; wanted: some of {', '.join(loaded.column_names)}"
        )
    loaded = _encoded(loaded.select_columns(list({image_column, label_column})), dataset, image_column)
    labels = _label_names(loaded, label_column)
    broken = [(f"{dataset}:{row}", "it has no label") for row, label in enumerate(labels) if not label]
    samples = []
    for row in _some_of_each(labels, limit, seed):
        name, picture = f"{dataset}:{row}", loaded[row][image_column] or {}
        data, file = picture.get("bytes"), picture.get("path")
        if not data and not (file and Path(file).is_file()):
            broken.append((name, "it has no picture"))
            continue
        path = None if data else Path(file)
        samples.append(
            Sample(name=name, label=labels[row], source=name, domain=domain, path=path, data=data or None)
        )
    if verify:
        samples, more = sound(samples, progress)
        broken += more
    if not samples:
        raise ValueError(f"{dataset} ({split}) has no row with a label and a picture that can be read")
    return PictureSet(tuple(samples), tuple(broken))


def _loaded(dataset: str, split: str, cache: Path | None, revision: str | None) -> Any:
    import datasets  # it takes most of a second, and only this needs it

    place = str(cache) if cache else None
    local = Path(dataset)
    files = sorted(map(str, local.rglob("*.parquet"))) if local.is_dir() else [dataset]
    if local.exists() and not files:
        raise ValueError(f"{dataset} holds no parquet file; wanted: one with pictures and labels")
    try:
        if local.exists():
            return datasets.load_dataset("parquet", data_files={split: files}, split=split, cache_dir=place)
        return datasets.load_dataset(dataset, split=split, cache_dir=place, revision=revision)
    except (OSError, ValueError, datasets.exceptions.DatasetsError) as error:
        reason = str(error.__cause__ or error).strip().partition("\n")[0]
        raise OSError(f"the data set {dataset} ({split}) cannot be read: {reason}") from error


def _encoded(loaded: Any, dataset: str, image_column: str) -> Any:
    """The pictures as bytes: nothing is decoded but by the one door for a stranger's picture."""
    import datasets

    try:
        return loaded.cast_column(image_column, datasets.Image(decode=False))
    except (TypeError, ValueError, pa.ArrowException):
        kind = loaded.features[image_column]
        raise ValueError(f"column {image_column} of {dataset} is no picture but {kind}") from None


def _label_names(loaded: Any, label_column: str) -> list[str]:
    """The label of every row; "" where it has none."""
    feature, values = loaded.features[label_column], loaded[label_column]
    names = getattr(feature, "names", None)
    if names is not None:
        return [names[value] if value is not None and value >= 0 else "" for value in values]
    kind = getattr(feature, "dtype", "")
    if not kind.startswith(("int", "uint", "string", "large_string", "bool")):
        raise ValueError(f"column {label_column} holds {kind or feature}; wanted: names or class numbers")
    return ["" if value is None else str(value).strip() for value in values]


def _some_of_each(labels: list[str], limit: int, seed: int) -> list[int]:
    rows: dict[str, list[int]] = defaultdict(list)
    for row, label in enumerate(labels):
        if label:
            rows[label].append(row)
    rng = np.random.default_rng(seed)
    most = limit or math.inf
    chosen = [
        rng.permutation(rows[label])[:limit].tolist() if len(rows[label]) > most else rows[label]
        for label in sorted(rows)
    ]
    return sorted(row for part in chosen for row in part)
