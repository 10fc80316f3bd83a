"""Written beside, then renamed: a folder or file is there whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `path` when the block ends and is gone when the block fails.

    path: must not exist, or be an empty folder. Raises ValueError where it holds something, OSError with
    one sentence where it cannot be written (no right to, a full disk).
    """
    path = path.resolve()
    if path.is_dir() and any(path.iterdir()):
        raise ValueError(f"{path} holds files already; name a folder that is new or empty")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.mkdir(parents=True)
        yield part
        part.rename(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def replaced_folder(path: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of `path`, and of what it held, when the block ends; when the
    block fails, what was there stays as it is."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.mkdir(parents=True)
    try:
        yield part
        shutil.rmtree(path, ignore_errors=True)
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def write_file(path: Path, data: bytes) -> None:
    """Replace the file `path`. Raises OSError with one sentence where that cannot be done."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError as error:
        raise _not_written(path, error) from error
    finally:
        with contextlib.suppress(OSError):  # there is none after a rename
            part.unlink()


def _not_written(path: Path, error: OSError) -> OSError:
    reason = error.strerror or str(error)
    return OSError(
        f"{path} was not written ({reason}) and nothing is left of it; make room, or name another place"
    )
