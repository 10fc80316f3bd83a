"""A whole run in one process: fit, evaluate, errors, export, each told in <run>/job.json and events.jsonl.

SIGTERM in `fit` ends the training with the best it had, and the other steps follow; a second one ends the
process. Whatever happens, job.json says it in the end, unless the process is killed or the disk is full.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from retrieval.types import BurinError
from train import config as configs
from train.runs.state import (
    BUNDLE,
    DISK_FULL,
    EVENTS,
    FAILED,
    FINISHED,
    FULL,
    REPORT,
    STOPPED,
    STOPPED_SAID,
    Job,
    JobStep,
    born,
    is_full,
    now,
    read_job,
    stops,
    write_job,
)
from train.stopping import Ended, Stop, stop_on_sigterm


def run_job(run: Path, root: Path) -> int:
    """Run the job of this folder to its end and return one of the exit codes. root: the data folder.

    Raises ValueError for a folder that holds no job, or one whose process lives."""
    job = read_job(run)
    if job.lives and job.pid != os.getpid():
        raise ValueError(f"{run} is being run by process {job.pid}; wait for it, or stop it")
    with stop_on_sigterm(lambda: len(stops(run)) > 1) as stop:
        progress = _Progress(run, replace(job, state="running", started=now(), ended="", message=""))
        try:
            if stops(run):  # before anybody could be told
                raise Ended
            said = _steps(run, root, progress, stop)
            progress.end("finished", said)
            return FINISHED
        except Ended:
            progress.end("stopped", STOPPED_SAID)
            return STOPPED
        except (BurinError, RuntimeError, ValueError, OSError) as error:
            full = is_full(error)
            # The page shows no places on this machine.
            said = str(error).replace(f"{root}/", "").replace(f"{run}/", "")
            progress.end("failed", FULL if full else _sentence(said))
            print(f"error: {error}", flush=True)
            return DISK_FULL if full else FAILED
        except Exception:  # a defect: its trace is in the log, and the page says that there is one
            traceback.print_exc()
            progress.end("failed", "Something is wrong in Burin itself; the log says where.")
            return FAILED


def _sentence(text: str) -> str:
    """An error's text, as the page shows it."""
    text = " ".join(text.split())[:600]
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


class _Progress:
    """Tells where the job stands, on disk."""

    def __init__(self, run: Path, job: Job) -> None:
        self.run = run
        self.job = replace(job, pid=os.getpid(), born=born(os.getpid()))
        write_job(run, self.job)

    def tell(self, **told: Any) -> None:
        """A line of the run's events, of the job and not of a phase."""
        with (self.run / EVENTS).open("a", encoding="utf-8") as events:
            events.write(json.dumps({"job": self.job.step, "at": now()} | told, ensure_ascii=False) + "\n")

    @contextmanager
    def step(self, name: JobStep) -> Iterator[None]:
        started = time.perf_counter()
        self.job = replace(self.job, step=name)
        write_job(self.run, self.job)
        self.tell()
        print(f"{now()}  {name}", flush=True)
        yield
        took = round(time.perf_counter() - started, 1)
        self.job = replace(self.job, seconds={**self.job.seconds, name: took})

    def end(self, state: Any, message: str) -> None:
        """The last thing the process writes. A full disk is no reason to fail twice."""
        self.job = replace(self.job, state=state, message=message, ended=now())
        with contextlib.suppress(OSError):
            write_job(self.run, self.job)
        with contextlib.suppress(OSError):
            self.tell(state=state, message=message)
        print(f"{now()}  {state}: {message}", flush=True)


def _steps(run: Path, root: Path, progress: _Progress, stop: Stop) -> str:
    """Returns what was made, in a sentence. Raises Ended where it was stopped before anything was learnt."""
    config = configs.load(run / "config.json")
    threads = progress.job.threads
    with progress.step("fit"):
        import torch

        from train.loop import fit
        from train.material import gather, opened
        from train.splits import SIDES

        torch.set_num_threads(threads)
        material = gather(config.data, root, run, progress=False)
        print("\n".join(material.notes), flush=True)
        train, validation = (opened(part, config) for part in (material.learnt(), material.on("validation")))
        if train is None:
            raise ValueError("the split leaves nothing to train on; wanted: more pictures of each class")
        sides = {side: len(material.on(side)) for side in SIDES}
        progress.tell(pictures=len(material.samples), sides=sides)
        fit(train, config, run, validation, progress=False, stop=stop)
    from train.examine import examine, summary
    from train.report.run import read_events, stopped_early, stopped_words

    events = run / EVENTS
    early = stopped_early(read_events(events)) if events.exists() else None
    if early:
        if early["phase"] == config.phases[0].name and not early["step"]:
            raise Ended
        progress.job = replace(progress.job, early=True)
    with progress.step("evaluate"):
        measured = examine(run, root, progress=False, threads=threads)
        print(summary(measured), flush=True)
    with progress.step("errors"):
        from train.verbs_errors import write_errors

        write_errors(run, root, title=progress.job.collection)
    with progress.step("export"):
        from train.answers import Answers
        from train.bundling import export_run

        answers = Answers.load(run / REPORT / "answers.npz")
        name = progress.job.collection
        exported = export_run(
            run, root, run / BUNDLE, name, "v1", threads=threads, progress=False, answers=answers
        )
    # The page has no --force, and a run of it no name but a number.
    said = exported.partition(": ")[2].partition("; --force")[0].replace(run.name, "this run")
    if early:
        said = f"{stopped_words(early)}; {said}"
    return _sentence(said)
