"""Jobs of the Hub: somebody's own GPU for an hour, asked for with their own token.

The token is given to huggingface_hub, and to the job as its secret HF_TOKEN, which the Hub shows to nobody.
It is in no argument of a job, no sentence and no file of ours, and taken out of what a job says. A Hub that
says nothing is waited for as long as hub_assets.client allows, which sets that for all of huggingface_hub.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from huggingface_hub import HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, JobNotFoundError

import hub_assets.client  # noqa: F401  (bounds how long a silent Hub is waited for)
from retrieval.types import HubError

# How often an hour holds the unit that the Hub tells a price of.
UNITS_AN_HOUR = {"second": 3600, "minute": 60, "hour": 1}
# Of a log, in lines and in characters of each.
MOST_LINES, MOST_CHARACTERS = 1000, 500


@dataclass(frozen=True)
class Account:
    """Whose token it is. names: under which they may have repositories, their own first. writes: False where
    the token can only read; what a fine-grained one may do the Hub says when it is tried."""

    name: str
    names: tuple[str, ...]
    writes: bool


@dataclass(frozen=True)
class Flavour:
    """A machine that a job can run on. name: as the Hub is asked for it; title: as people call it. gpu: its
    one GPU and `memory` of that, as "16 GB". per_hour: in US dollars."""

    name: str
    title: str
    gpu: str
    memory: str
    per_hour: float


@dataclass(frozen=True)
class JobSeen:
    """A job as the Hub tells of it. owner: the account that pays. stage: SCHEDULING, RUNNING, COMPLETED,
    CANCELED, ERROR or DELETED. message: why, where the Hub says so. url: its page."""

    id: str
    owner: str
    stage: str
    message: str
    url: str


def has_login() -> bool:
    """Whether this machine has a token of its own: HF_TOKEN, or a login."""
    return get_token() is not None


class Jobs:
    """The jobs of one account. Safe to share between threads.

    Every method raises HubError with a sentence for people when the Hub does not answer or says no."""

    def __init__(self, token: str | None = None, endpoint: str | None = None) -> None:
        """token: None for this machine's, which `has_login` says it has. endpoint: None for HF_ENDPOINT."""
        self._token = token or get_token() or ""
        self._api = HfApi(endpoint=endpoint, token=self._token or False, library_name="burin")

    def account(self) -> Account:
        with _said():
            told = self._api.whoami()
        role = (told.get("auth") or {}).get("accessToken") or {}
        orgs = tuple(str(one["name"]) for one in told.get("orgs") or () if one.get("name"))
        return Account(str(told["name"]), (str(told["name"]), *orgs), role.get("role") != "read")

    def flavours(self) -> list[Flavour]:
        """Those with one GPU, for training uses no more, and with a price; the cheapest first."""
        with _said():
            listed = self._api.list_jobs_hardware()
        found = [_flavour(one) for one in listed if _has_one_gpu(one) and one.unit_label in UNITS_AN_HOUR]
        return sorted(found, key=lambda one: (one.per_hour, one.name))

    def start(
        self, name: str, script: str, arguments: Sequence[str], flavour: str, minutes: int, owner: str
    ) -> JobSeen:
        """Run a uv script. name: letters, digits, - and _. script: its address. minutes: after so many the
        Hub ends it. owner: the account that pays."""
        with _said():
            made = self._api.run_uv_job(
                script,
                script_args=list(arguments),
                secrets={"HF_TOKEN": self._token},
                flavor=flavour,
                timeout=60 * minutes,
                name=name,
                namespace=owner,
            )
        return _seen(made)

    def look(self, id: str, owner: str) -> JobSeen:
        with _said():
            return _seen(self._api.inspect_job(job_id=id, namespace=owner))

    def log(self, id: str, owner: str, last: int) -> list[str]:
        """The last lines that the job said. While it runs this takes five seconds: the Hub keeps the line
        open for more, and huggingface_hub waits as long for it."""
        last = min(last, MOST_LINES)
        with _said():
            lines = deque(self._api.fetch_job_logs(job_id=id, namespace=owner, tail=last), maxlen=last)
        return [self._without_token(str(line).rstrip())[:MOST_CHARACTERS] for line in lines]

    def cancel(self, id: str, owner: str) -> None:
        with _said():
            self._api.cancel_job(job_id=id, namespace=owner)

    def _without_token(self, line: str) -> str:
        return line.replace(self._token, "…") if self._token else line


def _has_one_gpu(hardware: Any) -> bool:
    card = hardware.accelerator
    return card is not None and card.type.lower() == "gpu" and str(card.quantity) == "1"


def _flavour(hardware: Any) -> Flavour:
    card = hardware.accelerator
    per_hour = hardware.unit_cost_micro_usd * UNITS_AN_HOUR[hardware.unit_label] / 1e6
    return Flavour(
        hardware.name,
        hardware.pretty_name,
        f"{card.manufacturer} {card.model}",
        str(card.vram),
        round(per_hour, 4),
    )


def _seen(job: Any) -> JobSeen:
    stage = getattr(job.status.stage, "value", job.status.stage)
    return JobSeen(job.id, job.owner.name, str(stage), str(job.status.message or ""), job.url)


@contextmanager
def _said() -> Iterator[None]:
    """Whatever huggingface_hub raises as one sentence."""
    try:
        yield
    except JobNotFoundError:
        raise HubError("The Hub knows this job no more.") from None
    except HfHubHTTPError as error:
        raise _answered(error) from None
    except (httpx2.HTTPError, OSError, ValueError, KeyError) as error:
        raise HubError(
            f"The Hub does not answer about jobs ({type(error).__name__}); try again later."
        ) from None


def _answered(error: HfHubHTTPError) -> HubError:
    status = error.response.status_code if error.response is not None else 0
    said = " ".join((error.server_message or "").split()).rstrip(".")[:200]
    sentences = {
        400: f"The Hub refuses this job: {said or 'it does not say why'}.",
        401: "The Hub does not know this token any more; sign in again, or give another one.",
        402: "This account on Hugging Face has no credit for jobs; add some on "
        "https://huggingface.co/settings/billing, then start again.",
        403: "The Hub does not let this token run jobs; sign in again and allow them, or give a token that "
        "may write and run jobs.",
        429: "The Hub asks to be left alone for a while (429); try again in some minutes.",
    }
    sentences[422] = sentences[400]
    return HubError(sentences.get(status, f"The Hub answers {status} about jobs; try again later."))
