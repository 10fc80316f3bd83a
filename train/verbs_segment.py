"""The verbs of masks: python -m train fit-segmenter | evaluate-segmenter | export-segmenter."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from train.segment import config as configs
from train.segment.config import CHOICES, Augmentation, SegmenterConfig


def add_verbs(subparsers: argparse._SubParsersAction) -> None:
    """Register the verbs; `options.run_verb(options)` does what was asked for.

    It raises ValueError, OSError or RuntimeError with a sentence for the person."""
    _add_fit(subparsers)
    evaluate = subparsers.add_parser("evaluate-segmenter", help="score a run's masks: IoU, Dice, accuracy")
    evaluate.set_defaults(run_verb=_evaluate)
    evaluate.add_argument(
        "--split", default="val", help="folder of the photos, or held-out: frames of train it stopped by"
    )
    export = subparsers.add_parser("export-segmenter", help="a run as the model folder of a bundle")
    export.set_defaults(run_verb=_export)
    export.add_argument("--out", type=Path, required=True, help="folder for segmenter.onnx and config.json")
    for verb in (evaluate, export):
        verb.add_argument("run", type=Path, metavar="RUN", help="folder of a finished run")
        for side in ("height", "width"):
            verb.add_argument(f"--{side}", type=int, help="of what the network is fed, in place of the run's")
        verb.add_argument(
            "--mirror", action=argparse.BooleanOptionalAction, help="in place of the run's: see fit-segmenter"
        )


def _add_fit(subparsers: argparse._SubParsersAction) -> None:
    fit = subparsers.add_parser("fit-segmenter", help="train a network for masks into a run folder")
    fit.set_defaults(run_verb=_fit)
    fit.add_argument("--run", type=Path, required=True, help="folder of the run: config, events, checkpoints")
    fit.add_argument(
        "--config", type=Path, help="a configuration to begin with (train/protocols/streets*.json)"
    )
    given = fit.add_argument_group("numbers of the run, in place of the configuration's")
    _add_flags(given, configs.plain_fields())
    _add_flags(
        fit.add_argument_group("augmentation, in place of the configuration's"),
        configs.plain_fields(Augmentation),
    )


def _add_flags(group: Any, defaults: dict[str, int | float | str | bool]) -> None:
    """Flags that are None unless they are given, of the types of their defaults."""
    for name, default in defaults.items():
        flag, note = f"--{name.replace('_', '-')}", f"default: {default}"
        if isinstance(default, bool):
            group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=note)
        elif name in CHOICES:
            group.add_argument(flag, choices=CHOICES[name], help=note)
        else:
            group.add_argument(flag, type=type(default), help=note, dest=_of_the_run(name))


def _of_the_run(name: str) -> str:
    """--data of the verb is the folder in Cityscapes' layout, --data before it the folder it is below."""
    return "streets" if name == "data" else name


def chosen_config(options: argparse.Namespace) -> SegmenterConfig:
    """The configuration of `fit-segmenter`: its file, changed by every flag that was given; a run that was
    begun keeps its own where neither is given. Raises ValueError for what no run can be."""
    begun = options.run / "config.json"
    if options.config:
        config = configs.load(options.config)
    else:
        config = configs.load(begun) if begun.is_file() else SegmenterConfig()
    own = {name: getattr(options, _of_the_run(name)) for name in configs.plain_fields()}
    light = {name: getattr(options, name) for name in configs.plain_fields(Augmentation)}
    augmentation = replace(config.augmentation, **_given(light))
    return replace(config, **_given(own), augmentation=augmentation)


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _fit(options: argparse.Namespace) -> None:
    config = chosen_config(options)
    import torch

    from train.segment.data import held_out, read_streets
    from train.segment.loop import fit_segmenter

    if options.threads:
        torch.set_num_threads(options.threads)
    found = read_streets(options.data / config.data, "train", progress=True)
    print("\n".join(found.lines()))
    frames, validation = held_out(found.frames, config.hold_out)
    print(f"{len(frames)} to train on, {len(validation)} to stop by")
    fit_segmenter(frames, config, options.run, validation)


def _evaluate(options: argparse.Namespace) -> None:
    from train.segment.evaluate import examine_segmenter, summary

    served = options.height, options.width, options.mirror
    print(summary(examine_segmenter(options.run, options.data, options.split, *served)))


def _export(options: argparse.Namespace) -> None:
    from train.segment.export import export_run

    print(export_run(options.run, options.out, options.height, options.width, options.mirror))
