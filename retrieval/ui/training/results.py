"""What a run made: its report, a trial beside what serves, and its way into service and to the Hub."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hub_assets import bundle as bundles
from hub_assets import publish
from hub_assets.client import Hub
from retrieval import probe
from retrieval.collection import Collection
from retrieval.live import Live
from retrieval.provenance import figure_groups
from retrieval.search import SearchService
from retrieval.types import BundleError, Query, RequestError
from retrieval.ui.answers import picture_path
from retrieval.ui.training.access import Access, on_space
from retrieval.ui.training.background import Background
from retrieval.ui.training.desk import found, object_of, picture_url, run_json, text_of
from train.runs.store import RunInfo, Runs

# The report's pictures, in the order they are shown.
PICTURES = ("confusion_matrix", "triplets", "embedding_map", "curves", "reliability", "network")
ERRORS, ERRORS_BYTES = "errors.html", 20_000_000
# Classes that are told one by one, the worst first.
CLASSES = 30
# What a report's figures were measured on.
COUNTS = ("queries", "gallery", "classes", "training minutes", "intervals")
# Matches of a trial, and runs that are held open to be tried.
TRIED, OPEN = 8, 2


class Results:
    """Each public method is asked by the page: (question, who asks) -> JSON."""

    def __init__(self, runs: Runs, live: Live) -> None:
        self._runs, self._live, self._service = runs, live, live.service
        self._open: OrderedDict[str, SearchService] = OrderedDict()
        self._opening = threading.Lock()
        # A version is placed, taken back and kept by one at a time.
        self._placing = threading.Lock()
        self._background = Background()

    # --- the report ----------------------------------------------------------------------------------

    def result(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"run"} -> what was measured, beside the frozen encoder; the names of the report's pictures; and
        where it stands: {"version", "serving", "back"}."""
        run = self._runs.get(text_of(question, "run"))
        measured, folder, report = (
            self._runs.figures(run.id) or {},
            self._runs.bundle(run.id),
            self._report(run),
        )
        return {
            "run": run_json(run),
            "figures": [
                asdict(group) for group in figure_groups(_headlines(measured), self._frozen(run, folder))
            ],
            "classes": _classes(measured),
            "pictures": [name for name in PICTURES if (report / f"{name}.png").is_file()],
            "errors": (report / ERRORS).is_file(),
            "bundle": folder is not None,
            "version": version_of(run),
            "collections": [
                {"name": name, "titles": dict(one.titles), "version": one.version}
                for name, one in self._service.collections.items()
                if one.encoder is not None
            ],
            **self._standing(run.collection),
        }

    def report_picture(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"run", "name": one of the result's pictures} -> {"picture": data URL}."""
        run, name = self._runs.get(text_of(question, "run")), text_of(question, "name")
        path = self._report(run) / f"{name}.png"
        if name not in PICTURES or not path.is_file():
            raise RequestError(
                f"The report has no picture {name[:40]!r}; wanted: one of {', '.join(PICTURES)}."
            )
        return {"picture": picture_url(path.read_bytes())}

    def report_errors(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"run"} -> {"html": the error analysis, a whole page of its own}."""
        path = self._report(self._runs.get(text_of(question, "run"))) / ERRORS
        if not path.is_file() or path.stat().st_size > ERRORS_BYTES:
            raise RequestError("There is no error analysis of this run that a page could show.")
        return {"html": path.read_text(encoding="utf-8")}

    def _report(self, run: RunInfo) -> Path:
        return self._runs.report(run.id)

    def _frozen(self, run: RunInfo, folder: Path | None) -> Mapping[str, Any]:
        """What the same network found before it was trained."""
        if folder is None or run.variant == "raw":
            return {}
        try:
            opened = bundles.read(folder)
        except BundleError:
            return {}
        # Where training found no more, the frozen encoder is what the bundle serves.
        gave_way = opened.config.get("variant") == "raw"
        return opened.manifest.figures if gave_way else opened.config.get("before") or {}

    # --- a trial -------------------------------------------------------------------------------------

    def try_out(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"run", "picture": data URL, "beside": a live collection or null} -> {"new", "live"}: what each
        answers to the picture, with pictures; live is null where nothing stands beside."""
        asked = object_of(question)
        run, picture = self._runs.get(text_of(asked, "run")), text_of(asked, "picture")
        if not picture.startswith("data:"):  # a path here would be a file of the server
            raise RequestError("There is no picture; choose one.")
        made = self._opened(run)
        found_new = made.search(Query(run.collection, picture=picture, k=self._k(made, run.collection)))
        new = found_new.to_json()
        for match in new["matches"]:
            opened = made.collection(run.collection)
            match["picture"] = (
                picture_url(opened.picture(match["id"]), "webp") if opened.has_picture(match["id"]) else None
            )
        beside, live = asked.get("beside"), None
        if beside:
            name = text_of(asked, "beside")
            live = self._service.search(
                Query(name, picture=picture, k=self._k(self._service, name))
            ).to_json()
            for match in live["matches"]:
                match["picture"] = picture_path(self._service, name, match["id"], live["version"])
        return {"new": new, "live": live}

    @staticmethod
    def _k(service: SearchService, name: str) -> int:
        return min(TRIED, service.collection(name).most_k)

    def _opened(self, run: RunInfo) -> SearchService:
        folder = found(run, self._runs.bundle(run.id))
        with self._opening:
            if run.id not in self._open:
                self._open[run.id] = SearchService({run.collection: Collection(folder, "run")})
            self._open.move_to_end(run.id)
            while len(self._open) > OPEN:
                self._open.popitem(last=False)
            return self._open[run.id]

    # --- into service --------------------------------------------------------------------------------

    def make_live(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"run"}: its bundle serves from now on, under the run's collection."""
        run = self._runs.get(text_of(question, "run"))
        folder = found(run, self._runs.bundle(run.id))
        with self._placing:
            if self.serves(run):
                raise RequestError("This model serves already.")
            self._live.place_local(run.collection, folder, version_of(run))
            self._keep()
        return self._standing(run.collection)

    def take_back(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"collection"}: what served before serves again."""
        name = text_of(question, "collection")
        with self._placing:
            if self._live.take_back(name) is None:
                raise RequestError(f"Nothing that was trained here serves as {name!r}.")
            self._keep()
        return self._standing(name)

    def serves(self, run: RunInfo) -> bool:
        """Whether what this run made is in service."""
        stack = self._live.placed().get(run.collection, ())
        return bool(stack) and stack[-1].folder == self._runs.bundle(run.id)

    def _keep(self) -> None:
        """Runs whose bundle serves, or may serve again, are never cleaned away; all others may be."""
        used = {one.folder for stack in self._live.placed().values() for one in stack}
        for run in self._runs.all():
            folder = self._runs.bundle(run.id)
            if folder is not None and run.kept != (folder in used):
                self._runs.keep(run.id, folder in used)

    def _standing(self, name: str) -> dict[str, Any]:
        """What serves under a name, and how many bundles of this machine lie there: {"serving", "back"}."""
        here = self._service.collections.get(name)
        stack = self._live.placed().get(name, ())
        return {
            "serving": here and {"name": name, "version": here.version, "source": here.source},
            "back": len(stack),
        }

    # --- to the Hub ----------------------------------------------------------------------------------

    def publish(self, question: Any, visitor: Access, token: str | None) -> dict[str, Any]:
        """{"run", "model", "dataset", "version", "private", "token"} -> {"task"}. token: of who signed in;
        one in the question goes before it, as it may reach repositories that this app did not make. Without
        either that of this machine's login, which on a Space is its owner's and nobody else's to use. It is
        given to the Hub's client and kept nowhere."""
        asked = object_of(question)
        run = self._runs.get(text_of(asked, "run"))
        folder = found(run, self._runs.bundle(run.id))
        model, dataset, version = (text_of(asked, name).strip() for name in ("model", "dataset", "version"))
        token = text_of(asked, "token").strip() or token
        if token is None and on_space():
            raise RequestError("There is no token to publish with; sign in again, or give one.")
        hub = Hub(token=token)

        def work() -> dict[str, Any]:
            answer = probe.answer(Collection(folder, "run"))
            done = publish.push(
                hub, folder, model, dataset, version, private=bool(asked.get("private")), probe=answer
            )
            return {"published": asdict(done)}

        return {"task": self._background.start(visitor.name, work)}

    def published(self, question: Any, visitor: Access) -> dict[str, Any]:
        """{"task"} -> {"busy": true} or {"published"}."""
        return self._background.result(text_of(question, "task"), visitor.name) or {"busy": True}


def version_of(run: RunInfo) -> str:
    """What the bundle of a run is called while it serves: the day and the minute it was made, and what tells
    it from others of that minute. Short enough for the head of the page."""
    return f"{run.id[6:8]}-{run.id[9:13]}-{run.id[-4:]}"


def _headlines(measured: Mapping[str, Any]) -> dict[str, Any]:
    """Of a report's figures those of the whole test, and on how much of what."""
    return {
        name: value
        for name, value in measured.items()
        if name in COUNTS or (isinstance(value, Mapping) and "value" in value)
    }


def _classes(measured: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each class's share of queries that were read right, the worst first."""
    each = measured.get("per class")
    told = [
        {"name": name, "queries": values.get("queries"), "right": values.get("kNN accuracy")}
        for name, values in (each.items() if isinstance(each, Mapping) else ())
        if isinstance(values, Mapping) and isinstance(values.get("kNN accuracy"), int | float)
    ]
    return sorted(told, key=lambda one: (one["right"], one["name"]))[:CLASSES]
