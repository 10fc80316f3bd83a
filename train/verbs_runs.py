"""python -m train unpack | check | job: what the page asks for, each in a process of its own."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path

from train import config as configs
from train.runs.intake import INTAKE, Intake, Limits
from train.runs.state import JOB, Job, now, write_job


def add_verbs(subparsers: argparse._SubParsersAction) -> None:
    """Register the verbs; `options.run_verb(options)` does what was asked for.

    It raises BurinError, ValueError, OSError or RuntimeError with a sentence for the person."""
    limits = Limits()
    unpack = subparsers.add_parser("unpack", help="a zip of pictures as class folders, safely")
    unpack.set_defaults(run_verb=_unpack)
    unpack.add_argument("zip", type=Path, help="class folders, or pictures and a table")
    unpack.add_argument("--out", type=Path, required=True, help="a folder that is new or empty")
    unpack.add_argument("--csv", type=Path, help="the table, where it is not in the zip")
    for name in ("zip_files", "zip_bytes", "zip_ratio"):
        default = getattr(limits, name)
        unpack.add_argument(
            f"--{name.replace('_', '-')}", type=int, default=default, help=f"default: {default:,}"
        )

    check = subparsers.add_parser("check", help="look at pictures before training: what is wrong with them")
    check.set_defaults(run_verb=_check)
    check.add_argument("folder", type=Path, nargs="?", help="as unpack wrote it; otherwise name the pictures")
    check.add_argument("--photos", nargs="+", default=(), help="folders, below --data")
    check.add_argument("--drawings", nargs="+", default=(), help="folders, below --data")
    for name in ("csv", "images", "hub"):
        check.add_argument(f"--{name}", default="", help="as of fit")
    check.add_argument("--out", type=Path, help="folder of check.json and sheet.png (default: the folder)")

    job = subparsers.add_parser("job", help="fit, evaluate, errors and export in one process")
    job.set_defaults(run_verb=_job)
    job.add_argument("run", type=Path, metavar="RUN", help="folder of the run, with job.json and config.json")
    job.add_argument("--config", type=Path, help="of a new run (train/protocols/*.json)")
    job.add_argument("--collection", help="its name (default: the folder's)")


def _unpack(options: argparse.Namespace) -> None:
    from train.runs.unpack import unpack

    limits = Limits(zip_files=options.zip_files, zip_bytes=options.zip_bytes, zip_ratio=options.zip_ratio)
    intake = unpack(options.zip, options.out, limits, options.csv)
    print(f"{options.out}: {intake.pictures:,} pictures of {len(intake.classes):,} classes")
    for name, count in intake.classes.items():
        print(f"  {name}: {count:,}")
    for file, reason in intake.broken:
        print(f"left out: {file}: {reason}")
    print("\n".join(intake.notes))


def _check(options: argparse.Namespace) -> None:
    from train.runs.check import SHEET, check

    if options.folder and (options.folder / INTAKE).is_file():
        data, root = Intake.read(options.folder).data, options.folder
    else:
        data, root = configs.DataConfig(), options.data
    named = {name: getattr(options, name) for name in ("photos", "drawings", "csv", "images", "hub")}
    named |= {name: tuple(named[name]) for name in ("photos", "drawings")}
    data = replace(data, **{name: value for name, value in named.items() if value})
    if not data.named:
        raise ValueError("no pictures are named; wanted: a folder that unpack wrote, or --photos FOLDER")
    out = options.out or options.folder
    if out is None:
        raise ValueError("there is no place for what is found; name a folder with --out")
    looked = check(data, root, out, progress=options.folder is None)
    print(f"{looked.pictures:,} pictures of {len(looked.classes):,} classes")
    for name, count in looked.classes.items():
        print(f"  {name}: {count:,}")
    print("\n".join(f"- {one.text}" for one in looked.advice))
    print(f"the first pictures of each class: {out / SHEET}")


def _job(options: argparse.Namespace) -> None:
    from train.runs.job import run_job

    run: Path = options.run
    if options.config:
        run.mkdir(parents=True, exist_ok=True)
        config = configs.load(options.config)
        if not (run / "config.json").exists():
            text = json.dumps(configs.to_json(config), indent=1)
            (run / "config.json").write_text(text, encoding="utf-8")
    if not (run / JOB).is_file():
        if not (run / "config.json").is_file():
            raise ValueError(f"{run} holds no run; begin one with: python -m train job {run} --config FILE")
        name = options.collection or run.resolve().name
        variant = configs.load(run / "config.json").variant
        write_job(run, Job(run.resolve().name, name, variant, made=now(), threads=options.threads or 1))
    if code := run_job(run, options.data):
        sys.exit(code)
