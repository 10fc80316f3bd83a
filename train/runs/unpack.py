"""A stranger's zip of pictures as a folder of classes.

Nothing of the zip chooses where on this disk a byte goes: a picture's place is made anew from the names of
its class and its file, and its ending from what it is. All is written beside and becomes the folder in the
end; train/runs/zips.py holds what makes a zip safe to read.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from retrieval import images
from retrieval.types import ImageError, RequestError
from train.beside import new_folder, write_file
from train.config import DataConfig
from train.runs.intake import INTAKE, LISTED, Intake, Limits, to_text
from train.runs.zips import CHUNK, DAMAGED, Entry, Zip, megabytes, opened_zip, quoted, safe_name

# Of a class's and a file's name, in bytes of UTF-8; every file system takes 255.
LONGEST_LABEL, LONGEST_STEM = 80, 120
# Of a table; and how many of a zip's are looked into.
TABLE_BYTES, TABLES = 20_000_000, 5
# Top folders that say what pictures are, and those that only divide a data set: we divide it ourselves.
DOMAINS = {"photo": "photo", "photos": "photo", "drawing": "drawing", "drawings": "drawing"}
DOMAINS |= {"sketch": "drawing", "sketches": "drawing"}
DIVISIONS = frozenset(("train", "training", "val", "valid", "validation", "dev", "test", "testing"))
# Columns of a table that names each picture's file and class, as Kaggle's competitions have them.
FILE_COLUMNS = (
    *("image", "filename", "file_name", "file", "path", "image_path", "image_name", "image_id", "id"),
)
LABEL_COLUMNS = ("label", "class", "category", "class_name", "breed", "target")
RECIPE_COLUMNS = frozenset(("title", "image_name"))
_ENDINGS = {"PNG": ".png", "WEBP": ".webp", "GIF": ".gif", "BMP": ".bmp", "TIFF": ".tiff"}
_PICTURE_ENDINGS = frozenset(
    ending for ending, kind in Image.registered_extensions().items() if kind in images.FORMATS
)


class Place(NamedTuple):
    """Where a picture belongs, by its entry's name. label: "" where no folder says."""

    domain: str
    label: str
    stem: str


@dataclass
class _Found:
    """What was met on the way, for the intake. taken: how often a name was given to a file."""

    classes: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)
    others: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def unpack(archive: Path, folder: Path, limits: Limits, table: Path | None = None) -> Intake:
    """Unpack the pictures of a zip into `folder`, which must be new, and say what is in it.

    Class folders, also below one wrapping folder, below photos/ and drawings/, or below train/ and test/; or
    pictures and a table, in the zip or beside it: of recipes in Kaggle's layout, or one that names each
    picture's file and class. What lands there is photos/<class>/, drawings/<class>/, or recipes.csv and
    images/, beside intake.json.
    Raises RequestError as `opened_zip` does, and where there is no picture of a class; OSError where the disk
    is full. Then nothing is left of it.
    """
    with opened_zip(archive, limits) as opened, new_folder(folder) as part:
        found = _Found()
        data = _fill(opened, part, found, table)
        intake = _intake(found, data)
        write_file(part / INTAKE, to_text(intake).encode("utf-8", "replace"))
    return intake


def places(entries: Sequence[tuple[str, ...]]) -> list[Place]:
    """Where each picture belongs: by photos/ or drawings/ above, and by the first folder that is no wrapping.

    entries: the parts of each name, the file's last. Folders below that of the class become part of the
    file's name, so that nothing is lost and nothing is taken for another."""
    rest = list(entries)
    domains = ["photo"] * len(rest)
    while True:
        # What lies loose, and a read-me beside the folders, say nothing of what the folders are.
        deep = [parts for parts in rest if len(parts) > 1 and _looks_like_a_picture(parts[-1])]
        tops = {parts[0].lower() for parts in deep}
        if not any(len(parts) > 2 for parts in deep):
            break  # what is next above a picture is its class
        if tops <= DOMAINS.keys():
            domains = [DOMAINS.get(parts[0].lower(), one) for parts, one in zip(rest, domains, strict=True)]
        elif len(tops) > 1 and not tops <= DIVISIONS:
            break
        rest = [parts[1:] if len(parts) > 1 else parts for parts in rest]
    return [
        Place(
            domain,
            safe_name(parts[0], LONGEST_LABEL) if len(parts) > 1 else "",
            safe_name("_".join([*parts[1:-1], Path(parts[-1]).stem]), LONGEST_STEM),
        )
        for domain, parts in zip(domains, rest, strict=True)
    ]


def _looks_like_a_picture(name: str) -> bool:
    return Path(name).suffix.lower() in _PICTURE_ENDINGS


def _fill(opened: Zip, part: Path, found: _Found, table: Path | None) -> DataConfig:
    """Write the pictures below `part` and return where they are."""
    tables = [entry for entry in opened.entries if entry.name.lower().endswith(".csv")]
    entries = [entry for entry in opened.entries if not entry.name.lower().endswith(".csv")]
    text = _table_text(opened, tables, table)
    if text is not None and set(_columns(text)) >= RECIPE_COLUMNS:
        for data, entry in _pictures(opened, entries, found):
            # The table names its pictures by their stem.
            _write(part / "images", safe_name(Path(entry.name).stem, LONGEST_STEM), data, found, ".jpg")
        write_file(part / "recipes.csv", text.encode())
        return _recipes(part, found)
    names = [entry.parts for entry in entries]
    where = dict(zip(names, places(names), strict=True))
    labels = _labels_of(text) if text is not None else {}
    if table is not None and not labels:
        raise RequestError(
            "The table has no columns that name pictures and their classes (image, label), and none of "
            "Kaggle's recipes (Title, Image_Name); wanted: the one or the other."
        )
    by_folder = len({place.label for place in where.values() if place.label}) > 1
    by_table = bool(labels) and (table is not None or not by_folder)
    loose = 0
    for data, entry in _pictures(opened, entries, found):
        place = where[entry.parts]
        label = _label_in(labels, entry.parts) if by_table else place.label
        if not label:
            loose += 1
            continue
        _write(part / f"{place.domain}s" / label, place.stem, data, found)
        found.classes[label] += 1
        found.domains[place.domain] += 1
    if loose:
        wanted = "named by the table" if by_table else "in a class folder"
        found.notes.append(f"Left out, because they are not {wanted}: {loose:,} pictures.")
    if not found.classes:
        seen = f"{loose:,} pictures outside any class" if loose else _nothing(found)
        raise RequestError(f"The zip holds {seen}; wanted: one folder per class, with its pictures in it.")
    return DataConfig(**{f"{domain}s": (f"{domain}s",) for domain in found.domains})


def _nothing(found: _Found) -> str:
    if found.broken:
        return f"no picture that can be read ({quoted(found.broken[0][0])}: {found.broken[0][1]})"
    return "no picture"


def _table_text(opened: Zip, tables: Sequence[Entry], beside: Path | None) -> str | None:
    """The table that says what the pictures are: handed in beside the zip, or the first such one in it.
    Raises RequestError for one that is too large or no text."""
    if beside is not None:
        with beside.open("rb") as file:
            return _decoded(file.read(TABLE_BYTES + 1))
    for entry in tables[:TABLES]:
        text = _decoded(opened.read(entry, TABLE_BYTES))
        if set(_columns(text)) >= RECIPE_COLUMNS or _labels_of(text):
            return text
    return None


def _decoded(data: bytes) -> str:
    if len(data) > TABLE_BYTES:
        raise RequestError(f"The table has more than {megabytes(TABLE_BYTES)}; wanted: a smaller one.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RequestError("The table is no CSV in UTF-8; save it as that.") from None


def _columns(text: str) -> list[str]:
    header = next(csv.reader(io.StringIO(text.partition("\n")[0][:CHUNK])), [])
    return [name.strip().lower() for name in header]


def _labels_of(text: str) -> dict[str, str]:
    """File, as the table names it -> its class. {} where the table names no such things."""
    names = _columns(text)
    file = next((names.index(name) for name in FILE_COLUMNS if name in names), None)
    label = next((names.index(name) for name in LABEL_COLUMNS if name in names), None)
    if file is None or label is None:
        return {}
    labels: dict[str, str] = {}
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text))):
            if number and len(row) > max(file, label) and row[file].strip() and row[label].strip():
                name = unicodedata.normalize("NFC", row[file].strip()).replace("\\", "/").lower()
                labels.setdefault(name, safe_name(row[label].strip(), LONGEST_LABEL))
    except csv.Error as error:
        raise RequestError(f"The table is no CSV in UTF-8 ({error}); save it as that.") from None
    return labels


def _label_in(labels: Mapping[str, str], parts: Sequence[str]) -> str:
    """The class a table gives an entry, named by the end of its path, with its ending or without; or ""."""
    lower = [part.lower() for part in parts]
    for start in range(len(lower)):
        path = "/".join(lower[start:])
        if label := labels.get(path) or labels.get(path.rpartition(".")[0]):
            return label
    return ""


def _pictures(opened: Zip, entries: Sequence[Entry], found: _Found) -> Iterator[tuple[bytes, Entry]]:
    """The bytes of every entry that is a picture, one at a time."""
    seen: set[tuple[str, ...]] = set()
    for entry in entries:
        if entry.parts in seen:
            found.broken.append((entry.name, "Another file has this very name; the first one is kept."))
            continue
        seen.add(entry.parts)
        try:
            data = opened.read(entry, images.MAX_BYTES)
            images.load(data)
        except DAMAGED:
            found.broken.append((entry.name, "It is damaged in the zip; pack it again."))
        except ImageError as error:
            if _looks_like_a_picture(entry.name):
                found.broken.append((entry.name, str(error)))
            else:
                found.others[Path(entry.name).suffix.lower() or "without ending"] += 1
        else:
            yield data, entry


def _write(folder: Path, stem: str, data: bytes, found: _Found, ending: str = "") -> None:
    """Write a picture under a name that is free, with the ending of what it is unless one is given."""
    folder.mkdir(parents=True, exist_ok=True)
    if not ending:
        with Image.open(io.BytesIO(data), formats=images.FORMATS) as picture:
            ending = _ENDINGS.get(picture.format or "", ".jpg")
    # Two names may have been made one when they were made safe; and some disks do not tell a from A.
    key = f"{folder.parent.name}/{folder.name}/{stem}{ending}".casefold()
    while True:
        found.taken[key] += 1
        number = found.taken[key]
        try:
            with (folder / f"{stem}{f'_{number}' if number > 1 else ''}{ending}").open("xb") as out:
                out.write(data)
            return
        except FileExistsError:
            continue


def _recipes(part: Path, found: _Found) -> DataConfig:
    """Counts the recipes of the table. Raises RequestError for a table that is none."""
    from train.tables import read_csv  # pyarrow with it, which class folders do without

    try:
        read = read_csv(part / "recipes.csv", part / "images", verify=False)
    except ValueError as error:
        raise RequestError(f"{str(error).replace(f'{part}/', '')}.") from None
    found.classes.update(sample.label for sample in read.samples)
    found.domains["photo"] = len(read.samples)
    found.broken += [(name, reason.replace(f" in {part / 'images'}", "")) for name, reason in read.broken]
    return DataConfig(csv="recipes.csv", images="images")


def _intake(found: _Found, data: DataConfig) -> Intake:
    notes = found.notes
    if found.others:
        kinds = ", ".join(sorted(found.others)[:8])
        notes.append(f"Left out, because they are no pictures: {found.others.total():,} files ({kinds}).")
    several = sum(count > 1 for count in found.classes.values())
    if len(found.classes) < 2:
        notes.append("There is one class only; wanted: two or more, for there is nothing to tell it from.")
    elif several < 2:
        notes.append(
            "Fewer than two classes have two pictures or more; wanted: several of each, to compare them."
        )
    return Intake(
        classes=dict(sorted(found.classes.items())),
        domains=dict(found.domains),
        broken=tuple(found.broken[:LISTED]),
        broken_total=len(found.broken),
        notes=tuple(notes),
        data=data,
        ready=len(found.classes) > 1 and several > 1,
    )
