"""From a filled form to a job on the Hub: looked at until nothing that can be known before speaks against it,
for from its start on it costs money.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hub_assets.client import Hub, Kind, NoRepositoryError
from hub_assets.jobs import Account, Flavour, Jobs
from hub_assets.pictures import push_pictures
from hub_assets.pins import FOLLOWED, REPOSITORY
from hub_assets.publish import VERSION, check_names
from retrieval.types import RequestError
from retrieval.ui.training import form
from retrieval.ui.training.desk import object_of, text_of
from retrieval.ui.training.job_notes import JobNote
from train.config import DataConfig, TrainConfig
from train.runs.flags import flags_of
from train.runs.store import Runs

# What a job may take, in minutes.
LIMITS = (30, 60, 120, 240, 360, 720)
# Of a copy of this app: what the job runs, and the newest flag that is needed of it.
SCRIPT, NEWEST_FLAG = "train/publish_job.py", "--pictures-revision"


@dataclass(frozen=True)
class Order:
    """A job that somebody wants. code: a Space with a copy of this app. pictures: a data set of the Hub, and
    `folder` what is put into it first, None for one that is there already. most_usd: what the person was
    told that it can cost."""

    collection: str
    config: TrainConfig
    code: str
    pictures: str
    folder: Path | None
    columns: tuple[str, str]
    model: str
    dataset: str
    version: str
    private: bool
    flavour: str
    minutes: int
    most_usd: float


def read(question: Any, runs: Runs, space: str) -> Order:
    """What the page asks: {"intake", "collection", "filled", "flavour", "minutes", "most_usd", "model",
    "dataset", "version", "private", "code", "pictures"}. space: this one, "" where this is none; then "code"
    says which. Raises RequestError, BundleError or NotFoundError for what can be told without the Hub."""
    asked = object_of(question)
    names = {name: text_of(asked, name).strip() for name in ("collection", "model", "dataset", "version")}
    check_names(names["model"], names["dataset"], names["version"])
    code = space or text_of(asked, "code").strip()
    if not REPOSITORY.fullmatch(code):
        raise RequestError(
            f"{code[:60]!r} is no Space with a copy of this app; wanted: owner/name of one, for the job runs "
            "its code."
        )
    minutes, most_usd = asked.get("minutes"), asked.get("most_usd")
    if minutes not in LIMITS or isinstance(minutes, bool):
        raise RequestError(f"The time limit is {minutes!r}; wanted: one of {LIMITS} minutes.")
    if isinstance(most_usd, bool) or not isinstance(most_usd, int | float):
        raise RequestError("What it can cost is missing; reload the page.")
    intake = text_of(asked, "intake")
    config = runs.fitted(intake, names["collection"], form.config_of(asked.get("filled")))
    hub = config.data.hub
    return Order(
        **names,
        config=_without_places(config),
        code=code,
        pictures=hub or text_of(asked, "pictures").strip(),
        folder=None if hub else runs.class_folders(intake),
        columns=(config.data.image_column, config.data.label_column),
        private=asked.get("private") is not False,
        flavour=text_of(asked, "flavour"),
        minutes=minutes,
        most_usd=float(most_usd),
    )


def _without_places(config: TrainConfig) -> TrainConfig:
    """The job says itself where its pictures are."""
    given = DataConfig()
    places = ("photos", "hub", "hub_revision", "image_column", "label_column")
    return replace(config, data=replace(config.data, **{name: getattr(given, name) for name in places}))


def place(order: Order, hub: Hub, jobs: Jobs, owner: str) -> JobNote:
    """Start the job, once all that it needs is there. owner: who wants it here. Raises RequestError, HubError
    or BundleError, and then nothing costs anything."""
    account, flags = jobs.account(), flags_of(order.config)
    flavour = _flavour(order, jobs)
    most_usd = cost(flavour, order.minutes)
    _check_places(order, hub, account)
    code_commit = _code(order, hub)
    if order.folder is None:
        pictures_commit = hub.resolve("dataset", order.pictures, FOLLOWED)
    else:
        pictures_commit = push_pictures(hub, order.folder, order.pictures)
    started = jobs.start(
        f"burin-{order.collection}",
        hub.address("space", order.code, code_commit, SCRIPT),
        (*_arguments(order, code_commit, pictures_commit), "--", *flags),
        flavour.name,
        order.minutes,
        account.name,
    )
    return JobNote(
        id=started.id,
        account=started.owner,
        owner=owner,
        collection=order.collection,
        variant=order.config.variant,
        pictures=order.pictures,
        pictures_commit=pictures_commit,
        code=order.code,
        code_commit=code_commit,
        model=order.model,
        dataset=order.dataset,
        version=order.version,
        flavour=flavour.title,
        gpu=flavour.gpu,
        minutes=order.minutes,
        most_usd=most_usd,
        url=started.url,
        made=datetime.now(UTC).isoformat(timespec="milliseconds"),
    )


def cost(flavour: Flavour, minutes: int) -> float:
    """What a job can cost at most, in US dollars."""
    return round(flavour.per_hour * minutes / 60, 2)


def _flavour(order: Order, jobs: Jobs) -> Flavour:
    known = {one.name: one for one in jobs.flavours()}
    flavour = known.get(order.flavour)
    if flavour is None:
        raise RequestError(f"The Hub has no machine {order.flavour[:40]!r} any more; choose another one.")
    if (now := cost(flavour, order.minutes)) > order.most_usd + 0.005:
        raise RequestError(
            f"The price has changed: this job can cost ${now:.2f} now, not ${order.most_usd:.2f}. Choose the "
            "machine again to start it all the same."
        )
    return flavour


def _check_places(order: Order, hub: Hub, account: Account) -> None:
    """That the version can be pushed where it is to be: better now than after an hour."""
    if not account.writes:
        raise RequestError("This token can only read; give one that may write and run jobs.")
    pushed = [order.model, order.dataset, *([order.pictures] if order.folder else [])]
    for name in pushed:
        if name.partition("/")[0].casefold() not in {one.casefold() for one in account.names}:
            raise RequestError(
                f"{name[:80]!r} is not {account.name}'s to write; wanted: a name that begins with "
                f"{' or '.join(f'{one}/' for one in account.names)}."
            )
    if len({name.casefold() for name in (order.dataset, order.pictures)}) == 1:
        raise RequestError("The pictures and the collection need two data sets; name another one.")
    there = {order.model: _versions(hub, "model", order.model)}
    there |= {order.dataset: _versions(hub, "dataset", order.dataset)}
    for name, versions in there.items():
        if order.version in versions:
            following = _next([one for each in there.values() for one in each])
            raise RequestError(f"{name} has a {order.version} already; the next is {following}.")


def _versions(hub: Hub, kind: Kind, repository: str) -> list[str]:
    """Its tags; none where it is not there yet, or this token does not see it."""
    try:
        return [tag.name for tag in hub.tags(kind, repository)]
    except NoRepositoryError:
        return []


def _next(versions: list[str]) -> str:
    numbers = [int(name[1:].partition(".")[0]) for name in versions if VERSION.fullmatch(name)]
    return f"v{max(numbers, default=0) + 1}"


def _code(order: Order, hub: Hub) -> str:
    """The commit of the code that the job runs, once it is seen to be ours and new enough."""
    try:
        commit = hub.resolve("space", order.code, FOLLOWED)
    except NoRepositoryError:
        raise RequestError(
            f"The Hub shows no Space {order.code} to this token; check the name, or give a token that may "
            "read it."
        ) from None
    script = hub.file("space", order.code, commit, SCRIPT)
    if script is None:
        raise RequestError(f"{order.code} is no copy of this app: it has no {SCRIPT}.")
    if NEWEST_FLAG not in script.read_text(encoding="utf-8", errors="replace"):
        raise RequestError(
            f"{order.code} is a copy from before jobs could be started here; bring it up to date, then try "
            "again."
        )
    return commit


def _arguments(order: Order, code_commit: str, pictures_commit: str) -> list[str]:
    """Of train/publish_job.py. Each in one word: huggingface_hub uploads a word that names a file here."""
    values: Mapping[str, str] = {
        "code": order.code,
        "code-revision": code_commit,
        "pictures": order.pictures,
        "pictures-revision": pictures_commit,
        "image-column": order.columns[0],
        "label-column": order.columns[1],
        "collection": order.collection,
        "model": order.model,
        "dataset": order.dataset,
        "version": order.version,
    }
    return [f"--{name}={value}" for name, value in values.items()] + ([] if order.private else ["--public"])
