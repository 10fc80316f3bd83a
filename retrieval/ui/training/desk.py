"""What a trainer hands in, starts, follows and stops. train/runs/ decides; this says it in JSON."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from retrieval.types import NotFoundError, RequestError
from retrieval.ui.training import form
from retrieval.ui.training.access import Access
from retrieval.ui.training.background import Background
from retrieval.ui.training.french import said
from retrieval.ui.training.uploads import PIECE_BYTES, Uploads
from train.runs.store import Check, Intake, RunInfo, Runs, root

log = logging.getLogger(__name__)

# Names of what was handed in that the page lists.
INTAKES, NAMES = 6, 20
LOG_LINES = 200


def open_runs() -> Runs | None:
    """The runs of this machine; None, and a line in the log, where there is no folder that can be written."""
    try:
        return Runs(root())
    except RequestError as error:
        log.warning("nothing can be trained here: %s", error)
        return None


def object_of(question: Any) -> Mapping[str, Any]:
    """Raises RequestError for what is no object."""
    if not isinstance(question, Mapping):
        raise RequestError("The question is no object; reload the page.")
    return question


def text_of(question: Any, name: str) -> str:
    value = object_of(question).get(name)
    if not isinstance(value, str):
        raise RequestError(f"{name} is {value!r}; wanted: text.")
    return value


class Desk:
    """Each public method is asked by the page, (question, who asks) -> JSON; who may not never gets here."""

    def __init__(self, runs: Runs, serves: Callable[[RunInfo], bool]) -> None:
        """serves: whether what a run made is in service."""
        self._runs, self._serves = runs, serves
        self._uploads = Uploads(runs.root / "uploads", runs.limits.zip_bytes)
        self._background = Background()

    # --- pictures ------------------------------------------------------------------------------------

    def new_run(self, _: Any, visitor: Access) -> dict[str, Any]:
        """The form, what it may take, and what was handed in before."""
        return {
            "form": form.form(),
            "piece": PIECE_BYTES,
            "most": self._runs.limits.zip_bytes,
            "threads": self._runs.limits.threads,
            "intakes": [_intake_json(one) for one in self._runs.intakes()[:INTAKES]],
        }

    def upload_begin(self, question: Any, visitor: Access) -> dict[str, Any]:
        """question: {"bytes"}. Returns {"upload": id}."""
        return {"upload": self._uploads.begin(object_of(question).get("bytes"))}

    def upload_part(self, question: Any, visitor: Access) -> dict[str, Any]:
        """question: {"upload", "at", "piece": data URL}. Returns {"bytes": that are there}."""
        asked = object_of(question)
        return {"bytes": self._uploads.add(asked.get("upload"), asked.get("at"), asked.get("piece"))}

    def hand_in(self, question: Any, visitor: Access) -> dict[str, Any]:
        """Unpack and look at what arrived: {"name", "upload", "table": id of a CSV beside it, or null}, or
        {"name", "hub": "owner/name", "image_column", "label_column"}. Returns {"task": id}."""
        asked = object_of(question)
        name = text_of(asked, "name")
        if asked.get("hub"):
            columns = {key: text_of(asked, key) for key in ("image_column", "label_column") if asked.get(key)}
            hub = text_of(asked, "hub")
            return self._task(visitor, lambda: self._runs.take_hub(hub, name, visitor.name, **columns))
        upload, table = asked.get("upload"), asked.get("table") or None
        path = self._uploads.path(upload)
        beside = self._uploads.path(table) if table else None

        def take() -> Intake:
            try:
                return self._runs.take(path, name, visitor.name, beside)
            finally:
                self._uploads.drop(upload)
                self._uploads.drop(table)

        return self._task(visitor, take)

    def look_again(self, question: Any, visitor: Access) -> dict[str, Any]:
        """What was handed in before: {"intake": id}. Returns {"task": id}."""
        intake = self._runs.intake(text_of(question, "intake"))
        return self._task(visitor, lambda: intake)

    def task(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"task": id} -> {"busy": true}, or what came out: {"intake", "check", "sheet"}."""
        return self._background.result(text_of(question, "task"), visitor.name) or {"busy": True}

    def _task(self, visitor: Access, take: Callable[[], Intake]) -> dict[str, Any]:
        def work() -> dict[str, Any]:
            intake = take()
            told = {"intake": _intake_json(intake), "check": None, "sheet": None}
            if intake.ready:
                check = self._runs.check(intake.id)
                sheet = self._runs.sheet(intake.id)
                told |= {"check": _check_json(check), "sheet": sheet and picture_url(sheet.read_bytes())}
            return told

        return {"task": self._background.start(visitor.name, work)}

    # --- runs ----------------------------------------------------------------------------------------

    def start(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"intake", "collection", "filled": as form.config_of takes it} -> {"run"}."""
        asked = object_of(question)
        config = form.config_of(asked.get("filled"))
        run = self._runs.start(
            text_of(asked, "intake"), text_of(asked, "collection").strip(), config, visitor.name
        )
        return {"run": run_json(run)}

    def runs(self, _: Any, visitor: Access) -> dict[str, Any]:
        return {"runs": [run_json(run) | {"serves": self._serves(run)} for run in self._runs.all()]}

    def run(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"run", "since": place in its events} -> {"run", "events", "next"}."""
        id, since = text_of(question, "run"), object_of(question).get("since")
        run = self._runs.get(id)
        events, after = self._runs.events(id, since if isinstance(since, int) and since > 0 else 0)
        return {"run": run_json(run), "events": events, "next": after}

    def run_log(self, question: Any, visitor: Access) -> dict[str, Any]:
        return {"log": self._runs.log(text_of(question, "run"), LOG_LINES)}

    def stop(self, question: Any, visitor: Access) -> dict[str, Any]:
        return {"run": run_json(self._runs.stop(text_of(question, "run")))}

    def remove(self, question: Any, visitor: Access) -> dict[str, Any]:
        """Raises RequestError for a run that has not ended, or whose bundle is in use."""
        run = self._runs.get(text_of(question, "run"))
        if run.kept:
            raise RequestError("What this run made is in use; take it back first.")
        self._runs.remove(run.id)
        return {"removed": run.id}


def picture_url(data: bytes, kind: str = "png") -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode('ascii')}"


def run_json(run: RunInfo) -> dict[str, Any]:
    return asdict(run) | {"message": said(run.message)}


def _intake_json(intake: Intake) -> dict[str, Any]:
    return {
        "id": intake.id,
        "name": intake.name,
        "owner": intake.owner,
        "made": intake.made,
        "hub": intake.data.hub,
        "classes": dict(intake.classes),
        "pictures": intake.pictures,
        "broken": [list(one) for one in intake.broken[:NAMES]],
        "broken_total": intake.broken_total,
        "notes": [said(note) for note in intake.notes],
        "ready": intake.ready,
        "remote": intake.of_photos,
    }


def _check_json(check: Check) -> dict[str, Any]:
    return {
        "classes": dict(check.classes),
        "domains": dict(check.domains),
        "sides": dict(check.sides),
        "pictures": check.pictures,
        "broken": [list(one) for one in check.broken[:NAMES]],
        "broken_total": check.broken_total,
        "near_duplicates": [asdict(one) for one in check.near_duplicates[:NAMES]],
        "near_duplicates_total": check.near_duplicates_total,
        "advice": [{"code": one.code, "text": one.text, "values": dict(one.values)} for one in check.advice],
    }


def found(run: RunInfo, what: Any) -> Any:
    """`what`, or NotFoundError where the run has none yet."""
    if what is None:
        raise NotFoundError(f"The run of {run.collection!r} has made nothing yet; wait until it has ended.")
    return what
