"""Versions of a collection on the Hub: python -m hub_assets push | pull | versions | verify | rollback."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hub_assets import bundle, fetch, pins, publish
from hub_assets.cards import is_figure
from hub_assets.client import Hub
from hub_assets.pins import Pin
from retrieval.types import BundleError, BurinError


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0, or 1 after one sentence on stderr that says what went wrong."""
    asked = _parser().parse_args(arguments)
    # It warns of what is meant here: a model that did not change makes no commit.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    try:
        asked.run(asked)
    except BurinError as error:
        print(f"{asked.verb}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m hub_assets", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)

    push = verbs.add_parser("push", help="a bundle folder as a new version: model first, then dataset")
    push.add_argument("bundle", help="a bundle folder, or the name of an embedded collection")
    push.add_argument("--model", required=True, metavar="OWNER/NAME")
    push.add_argument("--dataset", required=True, metavar="OWNER/NAME")
    push.add_argument("--version", required=True, metavar="vN")
    kept = push.add_mutually_exclusive_group()
    kept.add_argument("--private", action="store_true", default=None, help="of repositories that are made")
    kept.add_argument("--public", dest="private", action="store_false")
    push.set_defaults(run=_push)

    source = "owner/name, owner/name@vN, or a name in COLLECTIONS"
    pull = verbs.add_parser("pull", help="a version as a bundle folder, verified")
    pull.add_argument("collection", help=source)
    pull.add_argument("--out", type=Path, metavar="DIR", help="copy it there, with the weights to train on")
    pull.set_defaults(run=_pull)

    listed = verbs.add_parser("versions", help="tag, date, records, figures, and which one main is")
    listed.add_argument("collection", help=source)
    listed.set_defaults(run=_versions)

    verify = verbs.add_parser(
        "verify", help="checksums, shapes, rows, encoder, and a search with a known answer"
    )
    verify.add_argument("collection", help=f"a bundle folder, an embedded collection, {source}")
    verify.set_defaults(run=_verify)

    back = verbs.add_parser("rollback", help="main is an earlier version again; running copies follow")
    back.add_argument("collection", help=source)
    back.add_argument("version", metavar="vN")
    back.set_defaults(run=_rollback)
    return parser


def _push(asked: argparse.Namespace) -> None:
    folder = bundle.find(asked.bundle)
    probed = _probed(folder)
    done = publish.push(
        Hub(), folder, asked.model, asked.dataset, asked.version, asked.private, probed, sys.stderr.isatty()
    )
    print(f"{done.version}: model {done.model} at {done.model_commit[:12]}, dataset {done.dataset} at "
          f"{done.dataset_commit[:12]}")  # fmt: skip
    print(f'Serve it: COLLECTIONS="{bundle.read(folder).manifest.name}={done.dataset}" python app.py')


def _pull(asked: argparse.Namespace) -> None:
    pin, hub = _pin(asked.collection), Hub()
    if asked.out is not None and asked.out.exists() and any(asked.out.iterdir()):
        raise BundleError(f"{asked.out} is not empty; give another folder with --out.")
    commit = fetch.resolve(hub, pin)
    folder = fetch.fetch(hub, pin.repository, commit, asked.out is not None, sys.stderr.isatty())
    if asked.out is not None:
        shutil.copytree(folder, asked.out, dirs_exist_ok=True)
        folder = asked.out
    manifest = bundle.read(folder).manifest
    print(f"{manifest.name} {manifest.version}, {manifest.rows:,} records, {pin.repository} at {commit[:12]}")
    print(folder)


def _versions(asked: argparse.Namespace) -> None:
    pin, hub = _pin(asked.collection), Hub()
    head = hub.resolve("dataset", pin.repository, pins.FOLLOWED)
    found = publish.versions(hub, pin.repository)
    if not found:
        print(f"{pin.repository} has no version yet; make one with: python -m hub_assets push BUNDLE")
    now = publish.version_of(hub, pin.repository, head) if found else ""
    for one in found:
        made = one.made.strftime("%Y-%m-%d %H:%M") if one.made else "-"
        mark = "main" if one.name == now else ""
        if one.manifest is None:
            print(f"{one.name:10} {made:17} {mark:5} unreadable: {one.reason}")
            continue
        told = f"{one.manifest.rows:>8,} records  {_figures(one.manifest.figures)}"
        print(f"{one.name:10} {made:17} {mark:5} {told}")


def _verify(asked: argparse.Namespace) -> None:
    from retrieval import probe
    from retrieval.collection import Collection

    try:
        folder = bundle.find(asked.collection)
    except BurinError:
        pin, hub = _pin(asked.collection), Hub()
        folder = fetch.fetch(hub, pin.repository, fetch.resolve(hub, pin))
    opened = Collection(folder)
    probed = probe.check(opened)
    graphs = [one.name for one in (bundle.read(folder).encoder, bundle.read(folder).segmenter) if one]
    print(f"{opened.name} {opened.version}: every checksum, {', '.join(graphs)}, {len(opened):,} records of "
          f"{opened.embeddings_ND.shape[1]} numbers")  # fmt: skip
    print("the known picture is answered as when it was published" if probed else
          "it was never published: there is no known answer to compare with")  # fmt: skip


def _rollback(asked: argparse.Namespace) -> None:
    started = time.monotonic()
    pin = _pin(asked.collection)
    commit = publish.rollback(Hub(), pin.repository, asked.version)
    took = time.monotonic() - started
    print(f"{pin.repository}: main is {asked.version} again, at {commit[:12]}, in {took:.1f} s")


def _pin(name: str) -> Pin:
    """A repository as it is written, or the one that COLLECTIONS gives a name to."""
    chosen = os.environ.get("COLLECTIONS", "").strip()
    known = pins.parse(chosen) if chosen else {}
    if isinstance(known.get(name), Pin):
        return known[name]
    repository, at, revision = name.partition("@")
    if "/" not in repository:
        there = ", ".join(name for name, one in known.items() if isinstance(one, Pin))
        raise BundleError(
            f"{name!r} is no repository, and COLLECTIONS gives {there or 'none'} a place on the Hub; wanted: "
            "owner/name."
        )
    return Pin(repository.partition("/")[2].lower(), repository, revision if at else pins.FOLLOWED)


def _probed(folder: Path) -> dict[str, Any]:
    """What the bundle answers to the known picture. Opening it also shows that it can be."""
    from retrieval import probe
    from retrieval.collection import Collection

    return probe.answer(Collection(folder))


def _figures(figures: Mapping[str, Any]) -> str:
    """The first three, on one line."""
    told = []
    for name, value in figures.items():
        if is_figure(value):
            value = value["value"]
        if isinstance(value, int | float):
            told.append(f"{name} {value}")
    return ", ".join(told[:3])


if __name__ == "__main__":
    sys.exit(main())
