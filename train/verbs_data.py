"""python -m train import | augment | balance: a bundle from a table; data sets made larger and even."""

from __future__ import annotations

import argparse
from pathlib import Path

from train.config import DataConfig

KINDS = {"auto": None, "drawing": True, "photo": False}


def add_verbs(subparsers: argparse._SubParsersAction) -> None:
    """Register the verbs; `options.run_verb(options)` does what was asked for.

    It raises ValueError, OSError or RuntimeError with a sentence for the person."""
    _add_import(subparsers)
    shares = DataConfig()
    augment = subparsers.add_parser("augment", help="write augmented versions of a folder of classes")
    augment.set_defaults(run_verb=_augment)
    augment.add_argument("--raw-dir", type=Path, required=True, help="folder with one sub-folder per class")
    augment.add_argument("--copies", type=int, default=4, help="versions of each picture (default: 4)")

    balance = subparsers.add_parser(
        "balance", help="divide a folder of classes and fill small ones by augmentation"
    )
    balance.set_defaults(run_verb=_balance)
    balance.add_argument("--input-dir", type=Path, required=True, help="folder with one sub-folder per class")
    balance.add_argument(
        "--min-per-class",
        type=int,
        default=80,
        help="training pictures each class is filled to (default: 80)",
    )
    balance.add_argument(
        "--min-threshold", type=int, default=2, help="classes with fewer pictures are left out (default: 2)"
    )
    for name in ("test_share", "validation_share"):
        flag, default = "--" + name.replace("_", "-"), getattr(shares, name)
        balance.add_argument(flag, type=float, default=default, help=f"default: {default}")

    for verb in (augment, balance):
        verb.add_argument("--output-dir", type=Path, required=True, help="a folder that is new or empty")
        verb.add_argument(
            "--kind", choices=tuple(KINDS), default="auto", help="what the pictures are (default: auto)"
        )
        verb.add_argument(
            "--no-flip",
            nargs="*",
            default=(),
            metavar="CLASS",
            help="classes that are never mirrored; letters never are",
        )
        verb.add_argument("--size", type=int, help="pixels a side of what is made (default: 224)")
        verb.add_argument("--seed", type=int, default=shares.seed, help=f"default: {shares.seed}")


def _add_import(subparsers: argparse._SubParsersAction) -> None:
    imported = subparsers.add_parser("import", help="a table of recipes and its pictures as a bundle")
    imported.set_defaults(run_verb=_import)
    imported.add_argument("what", choices=("recipes",), help="the layout of the table")
    imported.add_argument("--csv", type=Path, required=True, help="Kaggle's table of recipes")
    imported.add_argument("--images", type=Path, required=True, help="folder of its pictures")
    imported.add_argument(
        "--encoder",
        default="raw",
        help="raw, the frozen backbone, or a run folder, or a bundle's name or folder (default: raw)",
    )
    imported.add_argument(
        "--cookbook", default="recipes", help='whose dishes give the tags; "" for none (default: recipes)'
    )
    imported.add_argument("--collection", default="recipes", help="its name (default: recipes)")
    imported.add_argument("--out", type=Path, help="the bundle's folder (default: bundles/NAME)")
    imported.add_argument("--version", default="v1", help="default: v1")


def _import(options: argparse.Namespace) -> None:
    from train.importing import import_recipes

    out = options.out or Path("bundles") / options.collection
    told = import_recipes(
        options.csv,
        options.images,
        out,
        options.encoder,
        options.cookbook,
        options.collection,
        options.version,
        progress=True,
    )
    print("\n".join(told))


def _augment(options: argparse.Namespace) -> None:
    from train.photo_augment import SIZE, augment_folder

    found = augment_folder(
        options.raw_dir,
        options.output_dir,
        options.copies,
        KINDS[options.kind],
        options.no_flip,
        options.seed,
        options.size or SIZE,
        progress=True,
    )
    print("\n".join(found.lines()))
    print(f"augmented, with {options.copies} versions of each: {options.output_dir}")
    print(f"what was done: {options.output_dir / 'contact-sheet.png'}")


def _balance(options: argparse.Namespace) -> None:
    from train.balance import balance_folder
    from train.photo_augment import SIZE

    data = DataConfig(
        test_share=options.test_share, validation_share=options.validation_share, seed=options.seed
    )
    done = balance_folder(
        options.input_dir,
        options.output_dir,
        options.min_per_class,
        options.min_threshold,
        data,
        KINDS[options.kind],
        options.no_flip,
        options.size or SIZE,
        progress=True,
    )
    print("\n".join(done.lines()))
    print(f"balanced, with split.csv: {options.output_dir}")
    print(f"classes before and after: {options.output_dir / 'histogram.png'}")
