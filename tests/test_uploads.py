"""A file in pieces is the file, whatever is lost or sent twice on the way; what does not fit is refused."""

from __future__ import annotations

import base64
import os
import shutil
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from retrieval.types import BusyError, NotFoundError, RequestError
from retrieval.ui.training import uploads
from retrieval.ui.training.uploads import AT_ONCE, Uploads


def piece(data: bytes) -> str:
    return "data:application/zip;base64," + base64.b64encode(data).decode()


def test_pieces_become_the_file(tmp_path: Path) -> None:
    arriving = Uploads(tmp_path / "up", 1000)
    id = arriving.begin(10)
    assert arriving.add(id, 0, piece(b"01234")) == 5
    assert arriving.add(id, 5, piece(b"56789")) == 10
    assert arriving.path(id).read_bytes() == b"0123456789"
    arriving.drop(id)
    with pytest.raises(NotFoundError):
        arriving.path(id)


def test_a_piece_that_is_sent_again_does_no_harm(tmp_path: Path) -> None:
    arriving = Uploads(tmp_path, 1000)
    id = arriving.begin(8)
    arriving.add(id, 0, piece(b"0123"))
    assert arriving.add(id, 0, piece(b"0123")) == 4
    assert arriving.add(id, 4, piece(b"4567")) == 8
    assert arriving.path(id).read_bytes() == b"01234567"


@pytest.mark.parametrize(
    ("at", "data"),
    [
        (3, piece(b"x")),
        (-1, piece(b"x")),
        (0, piece(b"")),
        (None, piece(b"x")),
        (0, "no data URL"),
        (0, None),
    ],
)
def test_a_piece_that_does_not_fit_is_refused(tmp_path: Path, at: int | None, data: str | None) -> None:
    arriving = Uploads(tmp_path, 1000)
    id = arriving.begin(8)
    with pytest.raises(RequestError):
        arriving.add(id, at, data)
    assert arriving.path(id).read_bytes() == b""


@pytest.mark.parametrize("size", [0, -5, None, "9", True, 1001])
def test_a_file_of_no_size_or_too_large_does_not_begin(tmp_path: Path, size: object) -> None:
    with pytest.raises(RequestError):
        Uploads(tmp_path, 1000).begin(size)
    assert not list(tmp_path.glob("*.part"))


def test_more_than_was_said_at_the_beginning_is_bounded_too(tmp_path: Path) -> None:
    arriving = Uploads(tmp_path, 10)
    id = arriving.begin(1)
    arriving.add(id, 0, piece(b"0123456789"))
    with pytest.raises(RequestError):
        arriving.add(id, 10, piece(b"x"))


@pytest.mark.parametrize("id", ["../../etc/passwd", "", None, 3, "0" * 31, "G" * 32])
def test_an_id_is_never_a_path(tmp_path: Path, id: object) -> None:
    arriving = Uploads(tmp_path, 1000)
    with pytest.raises(NotFoundError):
        arriving.add(id, 0, piece(b"x"))
    with pytest.raises(NotFoundError):
        arriving.path(id)


def test_few_arrive_at_a_time_and_what_is_left_lying_goes(tmp_path: Path) -> None:
    arriving = Uploads(tmp_path, 1000)
    ids = [arriving.begin(1) for _ in range(AT_ONCE)]
    with pytest.raises(BusyError):
        arriving.begin(1)
    long_ago = time.time() - uploads.LEFT_S - 1
    os.utime(arriving.path(ids[0]), (long_ago, long_ago))
    arriving.begin(1)
    with pytest.raises(NotFoundError):
        arriving.path(ids[0])


def test_a_full_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=1000))
    with pytest.raises(RequestError, match="no room"):
        Uploads(tmp_path, 10**9).begin(10**6)
