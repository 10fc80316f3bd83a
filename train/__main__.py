"""python -m train fit | evaluate | export: make the engravings encoder, measure it, ship it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import fields, replace
from pathlib import Path

from train.config import FINISH, SPLITS, Phase, TrainConfig

DATA = Path(os.environ.get("BURIN_DATA", "../shared/data"))
CACHE = Path("cache")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        options.run_verb(options)
    except (RuntimeError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m train", description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, help="folder of sketchy/, pacs/, engravings/ ...")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 leaves the choice to torch")
    verbs = parser.add_subparsers(required=True)

    fit = verbs.add_parser("fit", help="train an encoder into a run folder")
    fit.set_defaults(run_verb=_fit)
    fit.add_argument("--run", type=Path, required=True, help="folder of the run: config, events, checkpoints")
    fit.add_argument(
        "--leave-out",
        choices=(*SPLITS, "nothing"),
        default="gate",
        help="classes whose drawings, doodles and photos training never sees (default: gate)",
    )
    fit.add_argument("--phases", help="names, with commas; default: all, or finish with --before")
    for name, default in _flags().items():
        flag = "--" + name.replace("_", "-")
        note = f"default: {default}" if default != "" else "see train/config.py"
        fit.add_argument(flag, type=type(default), default=default, help=note)

    evaluate = verbs.add_parser("evaluate", help="measure an encoder on a fixed protocol")
    evaluate.set_defaults(run_verb=_evaluate)
    evaluate.add_argument("model", help="a run folder, a bundle folder, or 'frozen'")
    evaluate.add_argument("--split", choices=SPLITS, default="gate", help="which classes are asked")
    evaluate.add_argument("--size", type=int, help="pixels a side the encoder is fed (default: as served)")

    export = verbs.add_parser("export", help="embed the records with a run's encoder and write the bundle")
    export.set_defaults(run_verb=_export)
    export.add_argument("--run", type=Path, required=True)
    export.add_argument("--records", type=Path, default=CACHE / "engravings")
    export.add_argument("--out", type=Path, required=True, help="bundle folder to write")
    export.add_argument("--version", default="v1")
    return parser


def _phases(names: str) -> tuple[Phase, ...]:
    """Raises ValueError for a name that is none."""
    known = {phase.name: phase for phase in (*TrainConfig().phases, *FINISH)}
    if unknown := [name for name in names.split(",") if name not in known]:
        raise ValueError(f"no phase {', '.join(unknown)}; wanted: some of {', '.join(known)}")
    return tuple(known[name] for name in names.split(","))


def _flags() -> dict[str, int | float | str]:
    """Every plain number or name of TrainConfig and its default: the flags of `fit`."""
    return {
        field.name: field.default
        for field in fields(TrainConfig)
        if isinstance(field.default, int | float | str)
    }


def _fit(options: argparse.Namespace) -> None:
    import torch

    from train.data import load_pictures, summary
    from train.loop import fit
    from train.protocols import left_out_concepts

    if options.threads:
        torch.set_num_threads(options.threads)
    left_out = () if options.leave_out == "nothing" else left_out_concepts(options.data, options.leave_out)
    chosen = {name: getattr(options, name) for name in _flags()}
    config = replace(TrainConfig(), **chosen, leave_out=left_out)
    if config.before or options.phases:
        config = replace(config, phases=_phases(options.phases or FINISH[0].name))
    pictures = load_pictures(options.data, config.ink_size, CACHE)
    print(summary(pictures))
    fit(pictures, config, options.run)


def _evaluate(options: argparse.Namespace) -> None:
    from train.protocols import drawings_to_engravings, open_encoder

    encoder = open_encoder(options.model, CACHE, options.size, options.threads)
    print(json.dumps(drawings_to_engravings(encoder, options.data, options.split), indent=1))


def _export(options: argparse.Namespace) -> None:
    from train.starters.engravings_bundle import export

    figures = export(options.run, options.records, options.data, options.out, options.version)
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    sys.exit(main())
