"""A stranger's zip, read so that nothing in it can do harm: names, links, locks, and what it unpacks to.

Headers are believed only where they are against the zip; what counts is counted while it is unpacked.
"""

from __future__ import annotations

import io
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from retrieval.types import RequestError
from train.runs.intake import Limits

CHUNK = 1 << 16
# The list of a zip's entries is read at one go: so many bytes of it for each entry that is allowed.
LISTING_BYTES = 1024
# What zipfile raises for an entry, or a whole zip, that is damaged or packed in a way it does not know.
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, NotImplementedError)
LITTER = frozenset(("thumbs.db", "desktop.ini", "__macosx"))
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Entry(NamedTuple):
    """A file of a zip worth a look, and the parts of its name: its folders and itself."""

    info: zipfile.ZipInfo
    parts: tuple[str, ...]

    @property
    def name(self) -> str:
        return "/".join(self.parts)


@dataclass
class Zip:
    """An opened zip. entries: its files, but for hidden ones and litter. spent: bytes that came out of it."""

    packed: zipfile.ZipFile
    entries: list[Entry]
    weight: int
    limits: Limits
    spent: int = 0

    def read(self, entry: Entry, most: int) -> bytes:
        """At most `most` + 1 bytes of an entry. Raises BadZipFile and its like where it is damaged,
        RequestError once all that came out of the zip is too much."""
        kept = bytearray()
        try:
            with self.packed.open(entry.info) as opened:
                while len(kept) <= most and (chunk := opened.read(CHUNK)):
                    self._spend(len(chunk))
                    kept += chunk
        except OSError as error:  # the list says it lies where the file has nothing
            raise zipfile.BadZipFile(str(error)) from None
        return bytes(kept[: most + 1])

    def _spend(self, count: int) -> None:
        self.spent += count
        if self.spent > self.limits.zip_bytes:
            raise RequestError(
                f"The zip unpacks to more than {megabytes(self.limits.zip_bytes)}; pack smaller pictures, "
                "or fewer."
            )
        if self.spent > self.limits.zip_ratio * self.weight:
            raise RequestError(
                f"The zip unpacks to more than {self.limits.zip_ratio} times its size, as pictures never do; "
                "save them as JPEG or PNG and pack them again."
            )


@contextmanager
def opened_zip(path: Path, limits: Limits) -> Iterator[Zip]:
    """Raises RequestError, with one sentence for the person, for what is no zip, for one that leads outside
    its folder, holds links or devices, is locked, or holds more than `limits` allow."""
    if not path.is_file():
        raise RequestError(f"The file {path.name!r} cannot be opened; choose it again.")
    weight = path.stat().st_size
    if weight > limits.zip_bytes:
        raise RequestError(
            f"The zip has {megabytes(weight)}; at most {megabytes(limits.zip_bytes)} are taken."
        )
    try:
        with _Listed(path, limits) as file, zipfile.ZipFile(file) as packed:
            yield Zip(packed, _entries(packed, limits), weight, limits)
    except DAMAGED as error:
        raise RequestError(f"This is no zip that can be read ({error}); pack the pictures again.") from None


class _Listed(io.FileIO):
    """The zip's file. zipfile reads the list of its entries at one go, however long it says it is."""

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, "rb")
        self._limits = limits

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = max(0, os.fstat(self.fileno()).st_size - self.tell())
        if size > LISTING_BYTES * self._limits.zip_files + CHUNK:
            raise RequestError(f"The zip lists far more than {self._limits.zip_files:,} files; pack fewer.")
        return super().read(size)


def _entries(packed: zipfile.ZipFile, limits: Limits) -> list[Entry]:
    listed = packed.infolist()
    if len(listed) > limits.zip_files:
        raise RequestError(f"The zip holds {len(listed):,} files; at most {limits.zip_files:,} are taken.")
    entries = []
    for info in listed:
        parts = parts_of(_name(info))
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            raise RequestError(
                f"The zip holds a link or a device ({quoted(info.filename)}); pack folders and pictures only."
            )
        if info.flag_bits & 0x41:  # locked, or locked the stronger way
            raise RequestError("The zip is locked with a password; pack it again without one.")
        # Parts first: zipfile cuts a name at its first zero byte, and has no answer for what is empty then.
        if not parts or info.is_dir() or any(_is_litter(part) for part in parts):
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise RequestError(
                f"{quoted(info.filename)} is packed in a way Burin does not unpack; pack an ordinary zip."
            )
        entries.append(Entry(info, parts))
    return entries


def _name(info: zipfile.ZipInfo) -> str:
    """Many archivers write UTF-8 and do not say so; zipfile then takes it for the code page of 1981."""
    if not info.flag_bits & 0x800:
        try:
            return info.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return info.filename


def _is_litter(part: str) -> bool:
    return part.startswith(".") or part.lower() in LITTER


def parts_of(name: str) -> tuple[str, ...]:
    """The folders of an entry and its file. Raises RequestError for a name that leads out of its folder."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/")
    parts = tuple(part for part in plain.split("/") if part not in ("", "."))
    if plain.startswith("/") or re.match(r"[A-Za-z]:", plain) or ".." in map(str.strip, parts):
        raise RequestError(
            f"The zip holds a name that leads outside its folder ({quoted(name)}); pack the folder itself."
        )
    return parts


def safe_name(name: str, most: int) -> str:
    """A name that any disk takes and that nothing mistakes for a path: never empty, hidden, or longer than
    `most` bytes of UTF-8; letters of any script stay."""
    plain = unicodedata.normalize("NFC", name)
    kept = "".join("_" if not one.isprintable() or one in '<>:"/\\|?*' else one for one in plain)
    kept = _cut(kept.strip(" ."), most)
    return _cut(f"_{kept}", most) if not kept or _RESERVED.fullmatch(kept) else kept


def _cut(name: str, most: int) -> str:
    return name.encode("utf-8", "ignore")[:most].decode("utf-8", "ignore").strip(" .")


def quoted(name: str) -> str:
    """A name as a sentence can hold it."""
    return repr(name if len(name) <= 60 else f"{name[:60]}…")


def megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB"
