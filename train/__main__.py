"""python -m train <verb>: pictures to a bundle, each step a command.

import                a table of recipes, or photos of streets, as a bundle
unpack | check        a zip of pictures as class folders; what pictures are like, before training
augment | balance     prepare a folder of pictures
fit                   train an encoder into a run folder
fit-segmenter         train a network for masks of street photos
evaluate | errors     what it answers on pictures kept out of training, and where it is wrong
evaluate-segmenter    how much of its masks is right, on photos it never saw
compare               several runs beside each other
export                a run as a bundle
export-segmenter      a run as the model folder of one
job                   fit, evaluate, errors and export in one process, as the page runs them
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from retrieval.types import BurinError
from train import config as configs
from train import verbs_data, verbs_errors, verbs_report, verbs_runs, verbs_segment
from train.config import ASKED, FINISH, HELD_OUT, SPLITS, VARIANTS, DataConfig, Phase, TrainConfig
from train.runs.flags import with_values

DATA = Path(os.environ.get("BURIN_DATA", "../shared/data"))
CACHE = Path("cache")
CHOICES = {"held_out": HELD_OUT, "asked": ASKED}


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    if options.nice:
        _step_back(options.nice, options.threads)
    try:
        options.run_verb(options)
    except (BurinError, RuntimeError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; the same command goes on from here", file=sys.stderr)
        return 130
    return 0


def _step_back(nice: int, threads: int) -> None:
    """Leave the machine to whoever waits for an answer: lower priority, and no more cores than threads."""
    with suppress(OSError, AttributeError):
        os.nice(max(0, nice - os.nice(0)))
    if threads:
        with suppress(OSError, AttributeError):
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m train", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA, help="data folder; other folders are below it")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the choice to torch")
    parser.add_argument("--nice", type=int, default=0, help="how far to step back behind other processes")
    verbs = parser.add_subparsers(required=True, metavar="verb")
    verbs_data.add_verbs(verbs)
    _add_fit(verbs)
    _add_evaluate(verbs)
    verbs_errors.add_verbs(verbs)
    verbs_report.add_verbs(verbs)
    verbs_segment.add_verbs(verbs)
    verbs_runs.add_verbs(verbs)
    _add_export(verbs)
    return parser


def _add_fit(verbs: Any) -> None:
    fit = verbs.add_parser("fit", help="train an encoder into a run folder")
    fit.set_defaults(run_verb=_fit)
    fit.add_argument("--run", type=Path, required=True, help="folder of the run: config, events, checkpoints")
    fit.add_argument("--config", type=Path, help="a configuration to begin with (train/protocols/*.json)")
    fit.add_argument("--variant", choices=tuple(VARIANTS), help="in place of the configuration's")
    fit.add_argument(
        "--leave-out",
        choices=(*SPLITS, "nothing"),
        help="engraving: classes whose drawings, doodles and photos are never seen (default: gate)",
    )
    fit.add_argument("--phases", help="names, with commas; engraving: default all, or finish with --before")
    fit.add_argument(
        "--set", action="append", default=[], metavar="PHASE.NAME=VALUE", help="in a phase, as head.epochs=3"
    )
    given = fit.add_argument_group("numbers of the run, in place of the configuration's")
    for name, default in configs.plain_fields().items():
        _add_flag(given, f"--{name.replace('_', '-')}", default, f"engraving: {default}" if default else "")
    data = fit.add_argument_group("pictures of the run, in place of the configuration's")
    for entry in fields(DataConfig):
        name = "data-seed" if entry.name == "seed" else entry.name.replace("_", "-")
        if isinstance(entry.default, tuple):
            data.add_argument(f"--{name}", nargs="+", help="folders")
        elif entry.name in CHOICES:
            data.add_argument(f"--{name}", choices=CHOICES[entry.name])
        else:
            _add_flag(data, f"--{name}", entry.default, f"default: {entry.default!r}")


def _add_flag(group: Any, flag: str, default: Any, note: str) -> None:
    """A flag that is None unless it is given, of the type of its default."""
    if isinstance(default, bool):
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=note)
    else:
        group.add_argument(flag, type=type(default), help=note)


def _add_evaluate(verbs: Any) -> None:
    evaluate = verbs.add_parser("evaluate", help="ask an encoder what was kept out of its training")
    evaluate.set_defaults(run_verb=_evaluate)
    evaluate.add_argument("model", help="a run folder; of the engravings also a bundle folder, or 'frozen'")
    evaluate.add_argument("--smoothing", type=int, help="neighbours, in place of the run's")
    evaluate.add_argument("--split", choices=SPLITS, default="gate", help="engravings: which classes")
    evaluate.add_argument("--size", type=int, help="pixels a side it is fed (default: as served)")


def _add_export(verbs: Any) -> None:
    export = verbs.add_parser("export", help="a run as a bundle: graph, records with embeddings, cards")
    export.set_defaults(run_verb=_export)
    export.add_argument("run", type=Path, nargs="?")
    export.add_argument("--run", type=Path, dest="run_flag", help="the same")
    export.add_argument("--collection", help="name of the collection (default: the folder's)")
    export.add_argument("--out", type=Path, help="bundle folder to write (default: bundles/<collection>)")
    export.add_argument("--version", default="v1")
    export.add_argument("--force", action="store_true", help="the trained encoder, though no better")
    export.add_argument(
        "--records", type=Path, default=CACHE / "engravings", help="of the engravings starter"
    )


def chosen_config(options: argparse.Namespace) -> TrainConfig:
    """The configuration of `fit`: its file or its variant, changed by every flag that was given.

    Raises ValueError for what no run can be."""
    config = configs.load(options.config) if options.config else VARIANTS[options.variant or "engraving"]
    if options.variant and options.config:
        config = replace(VARIANTS[options.variant], **_own(config, options.variant))
    values = {name: getattr(options, name) for name in configs.plain_fields()}
    changed = {name: value for name, value in values.items() if value is not None}
    data = {
        entry.name: getattr(options, "data_seed" if entry.name == "seed" else entry.name)
        for entry in fields(DataConfig)
    }
    data = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in data.items()
        if value is not None
    }
    phases = config.phases
    if options.phases or (changed.get("before", config.before) and config.variant == "engraving"):
        phases = _phases(phases, options.phases or FINISH[0].name)
    # All at once: a number of the run may ask for one of a phase.
    phases = with_values(phases, options.set)
    return replace(config, **changed, data=replace(config.data, **data), phases=phases)


def _own(config: TrainConfig, variant: str) -> dict[str, Any]:
    """What a configuration keeps when another variant takes its place: its data, its batch and its seed."""
    names = ("data", "labels_per_batch", "records_per_label", "seed", "flips", "tag_positives", "views")
    return {name: getattr(config, name) for name in names} | {"variant": variant}


def _phases(own: Sequence[Phase], names: str) -> tuple[Phase, ...]:
    """The run's own phases of these names, or FINISH's. Raises ValueError for a name that is none."""
    known = {phase.name: phase for phase in (*FINISH, *own)}
    if unknown := [name for name in names.split(",") if name not in known]:
        raise ValueError(f"no phase {', '.join(unknown)}; wanted: some of {', '.join(known)}")
    return tuple(known[name] for name in names.split(","))


def _fit(options: argparse.Namespace) -> None:
    config = chosen_config(options)
    import torch

    from train.distributed import leave
    from train.loop import fit
    from train.material import gather, opened
    from train.stopping import never, stop_on_sigterm

    if options.threads:
        torch.set_num_threads(options.threads)
    if config.data.named:
        material = gather(config.data, options.data, options.run)
        print("\n".join(material.notes))
        pictures = opened(material.learnt(), config)
        validation = opened(material.on("validation"), config)
    else:
        from train.starters.engraving_fit import engraving_pictures

        config, pictures, validation = engraving_pictures(config, options.leave_out, options.data, CACHE)
    if pictures is None:
        raise ValueError(
            "the split leaves nothing to train on; wanted: more pictures or a smaller test_share"
        )
    # Several processes as one are ended by who started them, all together.
    with stop_on_sigterm() if "WORLD_SIZE" not in os.environ else nullcontext(never) as stop:
        fit(pictures, config, options.run, validation, stop=stop)
        if stop():
            print(f"stopped early, with the best it had: {options.run}")
    leave()


def _evaluate(options: argparse.Namespace) -> None:
    from train.examine import examine, is_divided, summary

    if is_divided(Path(options.model)):
        asked = options.smoothing, options.size
        print(summary(examine(Path(options.model), options.data, *asked, threads=options.threads)))
        return
    from train.encoders import open_encoder
    from train.engravings_protocol import drawings_to_engravings

    encoder = open_encoder(options.model, options.size, options.threads)
    print(json.dumps(drawings_to_engravings(encoder, options.data, options.split), indent=1))


def _export(options: argparse.Namespace) -> None:
    run = options.run or options.run_flag
    if run is None:
        raise ValueError("no run is named; wanted: python -m train export RUN --collection NAME")
    from train.examine import is_divided

    if is_divided(run):
        from train.bundling import export_run

        name = options.collection or run.name
        out = options.out or Path("bundles") / name
        print(export_run(run, options.data, out, name, options.version, options.force, options.threads))
        return
    from train.loop import load_checkpoint

    load_checkpoint(run)  # says so where it is no run, or not finished
    if options.out is None:
        raise ValueError("this is a run of the engravings starter; name the bundle's folder with --out")
    from train.starters.engravings_bundle import export

    figures = export(run, options.records, options.data, options.out, options.version)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    sys.exit(main())
