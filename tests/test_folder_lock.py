"""The lock of a folder: between threads, between processes, and freed by the end of one."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from train.runs.lock import FolderLock

# Another process: it says when it is in, and stays there until its input ends.
HOLDS = """
import sys
from pathlib import Path
from train.runs.lock import FolderLock
with FolderLock(Path(sys.argv[1])):
    print("in", flush=True)
    sys.stdin.read()
"""


def entered(lock: FolderLock) -> tuple[threading.Thread, threading.Event]:
    """A thread that waits for the lock, and whether it has come in."""
    came_in = threading.Event()

    def enter() -> None:
        with lock:
            came_in.set()

    thread = threading.Thread(target=enter, daemon=True)
    thread.start()
    return thread, came_in


@pytest.fixture
def other(tmp_path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "in\n"
        yield process
        process.kill()


@pytest.mark.parametrize("ends", ["leaves", "is killed"])
def test_a_process_waits_until_another_leaves_or_ends(tmp_path: Path, other: subprocess.Popen, ends: str):
    thread, came_in = entered(FolderLock(tmp_path))
    assert not came_in.wait(0.2)
    if ends == "leaves":
        other.stdin.close()
    else:
        other.kill()
    assert came_in.wait(10)
    thread.join(10)


def test_a_thread_enters_again_and_another_waits_for_the_outermost_end(tmp_path: Path):
    lock = FolderLock(tmp_path)
    with lock:
        with lock:
            _, came_in = entered(lock)
        assert not came_in.wait(0.1)
    assert came_in.wait(10)


def test_two_locks_of_one_process_keep_each_other_out(tmp_path: Path):
    with FolderLock(tmp_path):
        _, came_in = entered(FolderLock(tmp_path))
        assert not came_in.wait(0.1)
    assert came_in.wait(10)


def test_an_error_inside_frees_it_and_a_folder_that_is_gone_locks_threads_alone(tmp_path: Path):
    lock = FolderLock(tmp_path / "gone")
    with pytest.raises(KeyError), lock:
        raise KeyError
    _, came_in = entered(lock)
    assert came_in.wait(10)
