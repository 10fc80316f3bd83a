"""python -m train import | augment | balance: a bundle from a data set; data sets made larger and even."""

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
    text = "pictures that are described already, as a bundle"
    layouts = subparsers.add_parser("import", help=text).add_subparsers(required=True, metavar="layout")

    recipes = layouts.add_parser("recipes", help="Kaggle's table of recipes and its pictures")
    recipes.set_defaults(run_verb=_import_recipes)
    recipes.add_argument("--csv", type=Path, required=True, help="Kaggle's table of recipes")
    recipes.add_argument("--images", type=Path, required=True, help="folder of its pictures")
    recipes.add_argument(
        "--cookbook", default="recipes", help='whose dishes give the tags; "" for none (default: recipes)'
    )

    streets = layouts.add_parser("streets", help="photos of streets in Cityscapes' layout")
    streets.set_defaults(run_verb=_import_streets)
    streets.add_argument("--data-dir", type=Path, required=True, help="the folder that holds leftImg8bit/")
    streets.add_argument("--split", default="train", help="which of its photos (default: train)")
    streets.add_argument(
        "--segmenter",
        default="streets",
        help="name or folder of the bundle that says what is where (default: streets)",
    )

    for name, verb in (("recipes", recipes), ("streets", streets)):
        verb.add_argument(
            "--encoder",
            default="raw",
            help="raw, the frozen backbone, or a run folder, or a bundle's name or folder (default: raw)",
        )
        verb.add_argument("--collection", default=name, help=f"its name (default: {name})")
        verb.add_argument("--out", type=Path, help="the bundle's folder (default: bundles/NAME)")
        verb.add_argument("--version", default="v1", help="default: v1")


def _import_recipes(options: argparse.Namespace) -> None:
    from train.import_recipes import import_recipes

    told = import_recipes(
        options.csv,
        options.images,
        options.out or Path("bundles") / options.collection,
        options.encoder,
        options.cookbook,
        options.collection,
        options.version,
        progress=True,
    )
    print("\n".join(told))


def _import_streets(options: argparse.Namespace) -> None:
    from train.import_streets import import_streets

    told = import_streets(
        options.data_dir,
        options.split,
        options.out or Path("bundles") / options.collection,
        options.encoder,
        options.segmenter,
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
