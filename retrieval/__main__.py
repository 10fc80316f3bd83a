"""The command line: python -m retrieval search | compare | batch | embed | segment | info.

Imports neither gradio nor torch.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from hub_assets import bundle as bundles
from retrieval import images, segmentation
from retrieval.search import SearchService
from retrieval.types import BYS, KINDS, MAX_K, BurinError, Comparison, Query, SearchResult

# What a folder is searched for; anything else in it is no picture and is passed over in silence.
SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"))


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except BurinError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"error: {error.strerror or error}: {error.filename}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m retrieval", description="Find pictures by drawing or by photo."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)

    def verb(name: str, run, text: str, k: bool = False) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        sub.add_argument("--collection", default="engravings", help="a collection's name or a bundle folder")
        if name not in ("info", "segment"):
            sub.add_argument(
                "--kind", choices=KINDS, default="auto", help="what the pictures are (default: auto)"
            )
        if k:
            sub.add_argument(
                "--by",
                choices=BYS,
                default="look",
                help="what the records are alike in; layout where they tell what is where (default: look)",
            )
            sub.add_argument(
                "-k",
                type=_k,
                help=f"results per picture, 1 to {MAX_K} or what the collection sets (default: as it sets)",
            )
        return sub

    search = verb("search", _search, "the records most similar to one picture", k=True)
    search.add_argument("file", type=Path, metavar="FILE")
    search.add_argument("--tags", default="", help="only records with all of these tags, separated by commas")
    search.add_argument("--json", action="store_true", help="print the answer of the API as JSON")

    compare = verb("compare", _compare, "how alike two pictures are")
    compare.add_argument("a", type=Path, metavar="A")
    compare.add_argument("b", type=Path, metavar="B")
    compare.add_argument("--json", action="store_true", help="print the answer of the API as JSON")

    batch = verb("batch", _batch, "search for every picture of a folder, one JSON line each", k=True)
    batch.add_argument("folder", type=Path, metavar="DIR")
    batch.add_argument("--out", type=Path, required=True, help="the .jsonl file to write")

    embed = verb("embed", _embed, "the vectors of every picture of a folder, as .npz")
    embed.add_argument("folder", type=Path, metavar="DIR")
    embed.add_argument(
        "--out", type=Path, required=True, help="the .npz file to write (arrays path, embedding)"
    )

    segment = verb("segment", _segment, "the mask of every street photo of a folder, as PNG")
    segment.add_argument("folder", type=Path, metavar="DIR")
    segment.add_argument(
        "--out", type=Path, required=True, help="folder for <stem>.png (category ids) and shares.json"
    )

    verb("info", _info, "what a collection is and holds").add_argument(
        "--json", action="store_true", help="print it as JSON"
    )
    return parser


def _k(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_K:
        raise argparse.ArgumentTypeError(f"k is {text!r}; wanted: a whole number from 1 to {MAX_K}")
    return int(text)


def _service(name_or_folder: str) -> tuple[SearchService, str]:
    folder = bundles.find(name_or_folder)
    source = "starter" if bundles.STARTERS in folder.resolve().parents else "folder"
    service = SearchService.open({"opened": folder}, source=source)
    name = service.collections["opened"].name
    service.collections = {name: service.collections["opened"]}
    return service, name


def _search(options: argparse.Namespace) -> int:
    service, name = _service(options.collection)
    tags = tuple(tag for tag in options.tags.split(",") if tag.strip())
    result = service.search(
        Query(name, options.file, kind=options.kind, k=options.k, tags=tags, by=options.by)
    )
    if options.json:
        print(json.dumps(result.to_json(), ensure_ascii=False))
    else:
        print(_in_words(result))
    return 0


def _in_words(result: SearchResult) -> str:
    lines = [
        f"{match.rank:>3}  {match.similarity:.3f}  {match.record.label:<18}  {match.record.id}"
        for match in result.matches
    ]
    said = [f"taken for a {result.kind}", f"{result.timings_ms['total']:.1f} ms"]
    if result.label is not None:
        said.insert(0, f"best guess: {result.label} ({result.confidence:.0%})")
    if not result.in_domain:
        said.insert(0, "nothing like this here" + (", these are the nearest" if lines else ""))
    if not lines:
        said.insert(0, "no records to show")
    return "\n".join([*lines, "; ".join(said)])


def _compare(options: argparse.Namespace) -> int:
    service, name = _service(options.collection)
    compared = service.compare(name, options.a, options.b, options.kind, options.kind)
    print(json.dumps(compared.to_json(), ensure_ascii=False) if options.json else _likeness(compared))
    return 0


def _likeness(compared: Comparison) -> str:
    words = f"similarity {compared.similarity:.3f}"
    if compared.score is not None:
        words += f"; the same label: {compared.score:.0%}"
    return f"{words}; {compared.timings_ms['total']:.1f} ms"


def _pictures(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise images.ImageError(f"{str(folder)!r} is no folder; wanted: a folder of pictures.")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def _progress(paths: list[Path], text: str) -> Iterator[Path]:
    from tqdm import tqdm

    return tqdm(paths, desc=text, unit="picture", disable=None)


def _batch(options: argparse.Namespace) -> int:
    service, name = _service(options.collection)
    paths = _pictures(options.folder)
    broken = 0
    beside = options.out.with_name(options.out.name + ".part")
    with beside.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for path in _progress(paths, "search"):
            line = {"path": path.relative_to(options.folder).as_posix()}
            try:
                query = Query(name, path, kind=options.kind, k=options.k, by=options.by)
                line |= service.search(query).to_json()
            except BurinError as error:
                broken += 1
                line["error"] = str(error)
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
    beside.replace(options.out)
    print(
        f"{len(paths) - broken} pictures searched, {broken} could not be read: {options.out}", file=sys.stderr
    )
    return 0


def _embed(options: argparse.Namespace) -> int:
    service, name = _service(options.collection)
    names, vectors = [], []
    paths = _pictures(options.folder)
    for path in _progress(paths, "embed"):
        try:
            vectors.append(service.embedding(name, path, options.kind))
        except BurinError as error:
            print(f"{path.relative_to(options.folder)}: {error}", file=sys.stderr)
        else:
            names.append(path.relative_to(options.folder).as_posix())
    dim = service.collections[name].embeddings_ND.shape[1]
    stacked = np.stack(vectors) if vectors else np.zeros((0, dim))
    beside = options.out.with_name(options.out.name + ".part")
    with beside.open("wb") as out:
        np.savez(out, path=np.array(names, dtype=np.str_), embedding=stacked.astype(np.float32))
    beside.replace(options.out)
    print(
        f"{len(names)} vectors of {dim}, {len(paths) - len(names)} files left out: {options.out}",
        file=sys.stderr,
    )
    return 0


def _segment(options: argparse.Namespace) -> int:
    service, name = _service(options.collection)
    options.out.mkdir(parents=True, exist_ok=True)
    shares: dict[str, dict] = {}
    broken = 0
    for path in _progress(_pictures(options.folder), "segment"):
        key = path.relative_to(options.folder).with_suffix("").as_posix()
        target = options.out / f"{key}.png"
        try:
            if key in shares:
                raise images.ImageError("another picture here has the same stem; its mask stays")
            segmented = service.segment(name, path)
        except images.ImageError as error:
            broken += 1
            print(f"{path.relative_to(options.folder)}: {error}", file=sys.stderr)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, segmentation.ids_png(segmented.mask_HW))
        shares[key] = dict(segmented.shares)
    _replace(options.out / "shares.json", json.dumps(shares, indent=1, ensure_ascii=False).encode() + b"\n")
    print(f"{len(shares)} masks, {broken} pictures left out: {options.out}", file=sys.stderr)
    return 0


def _replace(path: Path, data: bytes) -> None:
    """Write a file beside its place, then put it there."""
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(data)
    beside.replace(path)


def _info(options: argparse.Namespace) -> int:
    service, _ = _service(options.collection)
    info = service.info()["collections"][0]
    if options.json:
        print(json.dumps(info, ensure_ascii=False))
        return 0
    print(f"{info['name']} {info['version']} ({info['source']}): {info['titles']['en']}")
    if info["notice"]:
        print(info["notice"])
    print(f"{info['records']} records, {len(info['labels'])} labels, vectors of {info['dim']}")
    print("readings: " + ", ".join(info["readings"]))
    print("searched by: " + (", ".join(info["by"]) or "nothing, there are no records"))
    if info["labels"]:
        print("labels: " + ", ".join(info["labels"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
