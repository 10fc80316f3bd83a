"""What is written is there whole, or not at all."""

import errno

import pytest

from train import beside
from train.beside import new_folder, write_file


def test_a_new_folder_is_there_whole_or_not_at_all(tmp_path):
    with new_folder(tmp_path / "deep" / "out") as part:
        (part / "a").write_text("a")
        assert not (tmp_path / "deep" / "out").exists()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]

    def stopped() -> None:
        with new_folder(tmp_path / "deep" / "other") as part:
            (part / "a").write_text("a")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    with pytest.raises(ValueError, match="holds files already"), new_folder(tmp_path / "deep" / "out"):
        pass


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    write_file(tmp_path / "split.csv", b"old")

    def full(path, data):
        path.open("wb").close()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(beside.Path, "write_bytes", full)
    with pytest.raises(OSError, match=r"split.csv was not written \(No space left on device\)"):
        write_file(tmp_path / "split.csv", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["split.csv"]
    assert (tmp_path / "split.csv").read_bytes() == b"old"


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="out was not written"), new_folder(tmp_path / "file" / "out"):
        pass
    with pytest.raises(OSError, match=r"split.csv was not written"):
        write_file(tmp_path / "file" / "split.csv", b"")
