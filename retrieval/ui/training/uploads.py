"""Large files in pieces: a zip comes through the same guarded door as every question of the page.

Each piece is a data URL below the limit of a request, and says where it belongs, so that one that is sent
twice does no harm.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import secrets
import shutil
import threading
import time
from pathlib import Path
from typing import Any

from retrieval.types import BusyError, NotFoundError, RequestError

# A request may have 15 MB (retrieval/ui/server.py); base64 makes a third more of a piece.
PIECE_BYTES = 6_000_000
AT_ONCE = 4
# What nobody went on with is removed after so long.
LEFT_S = 3600.0
SPARE_BYTES = 200_000_000
ID = re.compile(r"[0-9a-f]{32}")


class Uploads:
    """Files that are arriving, below one folder. Safe to share between threads."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        """most_bytes: of one file."""
        self._folder, self._most = folder, most_bytes
        self._lock = threading.Lock()

    def begin(self, size: Any) -> str:
        """size: in bytes. Returns the id of the file. Raises RequestError for one that is too large, or for
        which the disk has no room; BusyError while too many arrive."""
        if isinstance(size, bool) or not isinstance(size, int) or size <= 0:
            raise RequestError("The file is empty; wanted: a zip of pictures.")
        if size > self._most:
            raise RequestError(
                f"The file has {size / 1e6:,.0f} MB; at most {self._most / 1e6:,.0f} MB are taken."
            )
        try:
            with self._lock:
                self._folder.mkdir(parents=True, exist_ok=True)
                self._clean()
                if len(list(self._folder.glob("*.part"))) >= AT_ONCE:
                    raise BusyError("Too many files are arriving. Try again in a moment.")
                if shutil.disk_usage(self._folder).free < size + SPARE_BYTES:
                    raise RequestError("The disk has no room for this file. Remove old runs, then try again.")
                id = secrets.token_hex(16)
                self._path(id).touch()
        except OSError as error:
            raise _full(error) from None
        return id

    def add(self, id: Any, at: Any, piece: Any) -> int:
        """Write a piece, a data URL, at the place it belongs; returns the bytes that are there now. Raises
        RequestError for one that does not fit there, NotFoundError for a file that is not arriving."""
        path = self._path(id)
        try:
            data = base64.b64decode(str(piece).partition(",")[2], validate=True)
        except (binascii.Error, ValueError):
            raise RequestError("A piece of the file did not arrive whole; choose the file again.") from None
        with self._lock:
            if not path.is_file():
                raise NotFoundError("This file is not arriving any more; choose it again.")
            there = path.stat().st_size
            if data and there and at == there - len(data):  # sent again: the answer was lost, not the piece
                return there
            if at != there or not data or len(data) > PIECE_BYTES or there + len(data) > self._most:
                raise RequestError("A piece of the file does not fit to the others; choose the file again.")
            try:
                with path.open("ab") as out:
                    out.write(data)
            except OSError as error:
                path.unlink(missing_ok=True)
                raise _full(error) from None
            return there + len(data)

    def path(self, id: Any) -> Path:
        """Raises NotFoundError for a file that is not here."""
        if not self._path(id).is_file():
            raise NotFoundError("This file is not here any more; choose it again.")
        return self._path(id)

    def drop(self, id: Any) -> None:
        with contextlib.suppress(NotFoundError, OSError):
            self._path(id).unlink(missing_ok=True)

    def _path(self, id: Any) -> Path:
        if not isinstance(id, str) or not ID.fullmatch(id):
            raise NotFoundError("This file is not arriving any more; choose it again.")
        return self._folder / f"{id}.part"

    def _clean(self) -> None:
        for path in self._folder.glob("*.part"):
            with contextlib.suppress(OSError):
                if time.time() - path.stat().st_mtime > LEFT_S:
                    path.unlink()


def _full(error: OSError) -> RequestError:
    return RequestError(f"The file cannot be kept ({error.strerror}). Remove old runs, then try again.")
