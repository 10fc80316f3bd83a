"""The folders of the page's runs, without a process: what is refused, what is cleaned, what is told apart."""

import os
import subprocess
import sys
import time

import pytest

from retrieval.types import NotFoundError, RequestError
from tests.helpers import ROOT
from tests.waiting import until
from tests.zips import drawn, sixty, zipped
from train.__main__ import main
from train.config import VARIANTS
from train.runs import queue as run_queue
from train.runs.state import Job, born, now, write_job
from train.runs.store import Limits, Runs, _new_id

LIMITS = Limits()


def made_job(runs: Runs, state: str = "finished", pictures: str = "", size: int = 0, **more) -> str:
    """A run's folder as one of that state leaves it."""
    id = _new_id()
    folder = runs.root / "runs" / id
    folder.mkdir()
    (folder / "weights").write_bytes(bytes(size))
    ended = now() if state in ("finished", "failed", "stopped") else ""
    values = {"made": now(), "started": now(), "ended": ended, "pictures": pictures} | more
    write_job(folder, Job(id, "shapes", state=state, **values))
    return id


def handed_in(runs: Runs, size: int = 0, hours: float = 0.0) -> str:
    """Pictures' folder as `take` leaves it, so many hours ago."""
    id = _new_id()
    folder = runs.root / "pictures" / id
    folder.mkdir()
    (folder / "intake.json").write_text("{}")
    (folder / "1.png").write_bytes(bytes(size))
    ago = time.time() - hours * 3600
    os.utime(folder, (ago, ago))
    return id


def left(runs: Runs) -> tuple[list[str], list[str]]:
    return tuple(sorted(path.name for path in (runs.root / name).iterdir()) for name in ("runs", "pictures"))


def test_a_full_disk_does_not_keep_the_app_from_saying_how_a_run_ended(tmp_path, monkeypatch):
    runs = Runs(tmp_path, LIMITS)
    id = made_job(runs, "running", pid=2**22 + 1, born="long ago")

    def full(run, job):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_queue, "write_job", full)
    again = Runs(tmp_path, LIMITS)
    assert until(lambda: again.get(id).ended and again.get(id)).state == "failed"
    assert again.all()[0].state == "failed"
    runs.close()
    again.close()


def test_a_run_whose_app_ended_before_it_made_the_process_waits_again_and_begins(tmp_path):
    runs = Runs(tmp_path, LIMITS)
    id = made_job(runs, "starting", started="2026-01-01T00:00:00.000+00:00")
    again = Runs(tmp_path, LIMITS)
    info = until(lambda: again.get(id).ended and again.get(id))
    # It began, and ended with a sentence of its own: there is no configuration.
    assert info.state == "failed"
    assert "config.json" in info.message
    assert str(tmp_path) not in info.message
    assert "error: " in again.log(id)
    again.close()


def test_more_ended_runs_than_are_kept_are_removed_the_oldest_first(tmp_path):
    runs = Runs(tmp_path, Limits(kept=2))
    ids = [made_job(runs, state) for state in ("finished", "failed", "stopped", "finished")]
    runs.keep(ids[0])
    runs.clean()
    assert left(runs)[0] == [ids[0], *ids[2:]]
    runs.keep(ids[0], kept=False)
    runs.clean()
    assert left(runs)[0] == ids[2:]


def test_pictures_that_no_run_needs_go_after_a_day(tmp_path):
    runs = Runs(tmp_path, Limits())
    used, old, new = handed_in(runs, hours=30), handed_in(runs, hours=30), handed_in(runs, hours=1)
    made_job(runs, pictures=used)
    (tmp_path / "pictures" / ".x.1.part").mkdir()
    os.utime(tmp_path / "pictures" / ".x.1.part", (0, 0))
    (tmp_path / "pictures" / f".{new}.2.part").mkdir()  # being unpacked now
    runs.clean()
    assert left(runs)[1] == sorted([f".{new}.2.part", used, new])
    assert old not in left(runs)[1]


def test_too_much_on_the_disk_goes_with_its_pictures_until_it_fits(tmp_path):
    runs = Runs(tmp_path, Limits(disk_bytes=100_000))
    one, two = handed_in(runs, 30_000), handed_in(runs, 30_000)
    ids = [made_job(runs, pictures=one, size=30_000), made_job(runs, pictures=two, size=30_000)]
    waiting = made_job(runs, "queued", pictures=two)
    runs.clean()
    assert left(runs) == ([ids[1], waiting], [two])
    assert one not in left(runs)[1]


def test_where_there_is_no_room_nothing_is_begun_and_it_is_said(tmp_path):
    runs = Runs(tmp_path, Limits(disk_bytes=100_000))
    id = made_job(runs, size=90_000)
    runs.keep(id)
    archive = sixty(tmp_path / "my.zip", each=2)
    with pytest.raises(
        RequestError, match=r"no room left for training: 0.0 of 0.0 GB are used.*Remove old runs"
    ):
        runs.take(archive, "x", "x")


@pytest.mark.parametrize("id", ["", "..", "../pictures", "20261126-121314-0123456789", None, "x" * 5000])
def test_an_id_that_is_none_finds_nothing(tmp_path, id):
    runs = Runs(tmp_path, LIMITS)
    for ask in (runs.get, runs.stop, runs.remove, runs.events, runs.log, runs.report, runs.bundle, runs.keep):
        with pytest.raises(NotFoundError):
            ask(id)
    for ask in (runs.intake, runs.check, runs.sheet):
        with pytest.raises(NotFoundError):
            ask(id)


def test_what_cannot_be_learnt_from_is_one_sentence_and_leaves_nothing(tmp_path):
    runs = Runs(tmp_path / "page", LIMITS)
    for files, said in (
        ({"../x.png": drawn("ring", 1)}, "leads outside its folder"),
        ({"a.txt": b"text"}, "holds no picture"),
    ):
        with pytest.raises(RequestError, match=said) as raised:
            runs.take(zipped(tmp_path / "my.zip", files), "x", "x")
        assert str(tmp_path) not in str(raised.value)
    assert left(runs) == ([], [])
    lone = runs.take(zipped(tmp_path / "my.zip", {"a/1.png": drawn("ring", 1)}), "one", "x")
    assert not lone.ready
    with pytest.raises(RequestError, match="of one class"):
        runs.check(lone.id)
    with pytest.raises(RequestError, match=r"Nothing can learn .*\. There is one class only"):
        runs.start(lone.id, "shapes", VARIANTS["raw"], "x")
    with pytest.raises(RequestError, match="no name of a collection"):
        runs.start(lone.id, "../x", VARIANTS["raw"], "x")
    with pytest.raises(RequestError, match="no data set of the Hub"):
        runs.take_hub("../../etc", "x", "x")
    assert runs.take_hub("owner/name", "x", "x").data.hub == "owner/name"
    runs.close()


def test_a_job_that_is_run_is_not_run_twice(tmp_path, capsys):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        write_job(tmp_path, Job("x", "x", state="running", pid=other.pid, born=born(other.pid)))
        assert main(["job", str(tmp_path)]) == 1
        assert f"is being run by process {other.pid}" in capsys.readouterr().err
    assert main(["job", str(tmp_path / "none")]) == 1
    assert "holds no run; begin one with" in capsys.readouterr().err


def test_the_app_imports_none_of_what_trains():
    heavy = {
        "torch",
        "torchvision",
        "timm",
        "scipy",
        "sklearn",
        "matplotlib",
        "pyarrow",
        "onnxruntime",
        "gradio",
    }
    code = f"import sys, train.runs.store; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_two_processes_of_one_number_are_told_apart():
    own = born(os.getpid())
    assert own
    assert own == born(os.getpid())
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert born(child.pid) not in ("", own)
    child.kill()
    until(lambda: born(child.pid) == "")  # ended, and not yet asked how
    child.wait()
    child.stdin.close()
    assert born(child.pid) == ""
