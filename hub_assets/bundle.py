"""A collection on disk: one folder with `model/` and `dataset/`, written whole and verified when opened.

    model/    encoder.onnx, encoder.safetensors, optional segmenter.onnx, config.json, README.md
    dataset/  records-00000-of-0000N.parquet, manifest.json, README.md
    siamese/  optional: a second bundle of the same collection, read only when the first does not verify

The manifest holds the SHA-256 of every file of the dataset and of the graphs that are served, so a file
that was altered, and a model that does not belong to the records, are both refused by name. A collection
without records has no records file; one whose only reading is the mask has no encoder.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from retrieval.types import DEFAULT_K, MAX_K, BundleError, NotFoundError

FORMAT = 1
STARTERS = Path(__file__).parent / "starter"
SIAMESE = "siamese"
ENCODER, SEGMENTER = "encoder.onnx", "segmenter.onnx"
# Columns every record has, where a picture may be null and "image" may be missing altogether, and "layout",
# which all have or none: what the segmenter saw where in its picture (retrieval/segmentation.py). All others
# are the collection's own and are listed in the manifest.
RESERVED = ("id", "image", "label", "tags", "embedding", "layout")


# What a collection says of a picture beside its nearest records: the label (a vote of the neighbours, or a
# classifier where config.json has one), or what is where in it.
Reading = Literal["label", "mask"]
READINGS: tuple[str, ...] = get_args(Reading)
# How the page shows a column: as the record's title, a line, a list of points, numbered steps, a number in
# [0, 1] as per cent, or not at all.
Shown = Literal["title", "text", "list", "steps", "share", "hidden"]
SHOWN: tuple[str, ...] = get_args(Shown)
# Sentences of the page that a collection may word for itself, in both languages.
WORDS = ("invitation", "not_here", "label", "kind_photo", "pad_hint")


@dataclass(frozen=True)
class Column:
    """One of the collection's own columns, its titles for people, and how the page shows it."""

    name: str
    title_en: str
    title_fr: str
    shown: Shown = "text"

    def __post_init__(self) -> None:
        if self.shown not in SHOWN:
            raise ValueError(f"column {self.name!r} is shown as {self.shown!r}, none of {', '.join(SHOWN)}")


@dataclass(frozen=True)
class Calibration:
    """What the reading needs, fitted on data that is not in the gallery.

    k: neighbours that vote. temperature: of the similarity weights exp(similarity / temperature).
    confidence: (slope, similarity, intercept) of the logistic that turns the winning share and the best
    similarity into a probability. in_domain: (similarity, intercept) and in_domain_probe, D numbers, of
    the logistic that says whether the query looks like this collection at all; refused below
    `threshold`. Empty probes mean that only similarity counts. closeness: the least similarity of what the
    page calls very close, close and loosely alike.
    """

    k: int = 10
    temperature: float = 0.05
    confidence: tuple[float, float, float] = (1.0, 0.0, 0.0)
    in_domain: tuple[float, float] = (1.0, 0.0)
    in_domain_probe: tuple[float, ...] = ()
    threshold: float = 0.0
    # Of what people's drawings find among the engravings, 96% of the very close, 76% of the close and 45% of
    # the loose show their motif.
    closeness: tuple[float, float, float] = (0.72, 0.60, 0.48)


@dataclass(frozen=True)
class Manifest:
    """dataset/manifest.json. encoder_sha256, segmenter_sha256: of model/encoder.onnx and segmenter.onnx, ""
    where there is none. files: name -> SHA-256, dataset only. readings: what it answers beside the nearest
    records. query_kinds: what can be asked with. default_k, most_k: matches of an answer. terms_fr: French
    for labels, tags and values of the collection's columns. words: sentences of the page in its own words,
    {"en": {one of WORDS: sentence}, "fr": ...}. figures: measured values that the cards and the page show.
    probe: what it answered to a known picture when it was published (retrieval/probe.py), {} before that.
    model_repository, model_revision: where its model lies on the Hub, "" before that.

    Raises ValueError for a value that no collection has.
    """

    name: str
    titles: Mapping[str, str]
    version: str
    dim: int
    rows: int
    encoder_sha256: str
    columns: tuple[Column, ...] = ()
    calibration: Calibration = field(default_factory=Calibration)
    readings: tuple[Reading, ...] = ("label",)
    query_kinds: tuple[Literal["sketch", "photo"], ...] = ("sketch", "photo")
    default_k: int = DEFAULT_K
    most_k: int = MAX_K
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    segmenter_sha256: str = ""
    terms_fr: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    probe: Mapping[str, Any] = field(default_factory=dict)
    model_repository: str = ""
    model_revision: str = ""
    metric: str = "cosine"
    format: int = FORMAT

    def __post_init__(self) -> None:
        if not set(self.readings) <= set(READINGS) or len(set(self.readings)) < len(self.readings):
            raise ValueError(f"readings {self.readings!r} are not different ones of {', '.join(READINGS)}")
        if not self.query_kinds or not set(self.query_kinds) <= {"sketch", "photo"}:
            raise ValueError(f"query_kinds {self.query_kinds!r} is not one or both of sketch, photo")
        if not 1 <= self.default_k <= self.most_k <= MAX_K:
            raise ValueError(f"default_k {self.default_k!r} and most_k {self.most_k!r} are not 1 to {MAX_K}")
        if taken := {column.name for column in self.columns} & set(RESERVED):
            raise ValueError(f"columns are called {', '.join(sorted(taken))}; every record has that already")
        if not set(self.words) <= {"en", "fr"} or not all(
            set(sentences) <= set(WORDS) for sentences in self.words.values()
        ):
            raise ValueError(f"words hold something else than {', '.join(WORDS)} in en and fr")


@dataclass(frozen=True)
class Bundle:
    """A verified bundle: where its files are and what they say of themselves. encoder, segmenter: the graphs
    that are served, None for one it does not have."""

    folder: Path
    manifest: Manifest
    config: Mapping[str, Any]

    @property
    def encoder(self) -> Path | None:
        return self.folder / "model" / ENCODER if self.manifest.encoder_sha256 else None

    @property
    def segmenter(self) -> Path | None:
        return self.folder / "model" / SEGMENTER if self.manifest.segmenter_sha256 else None

    @property
    def shards(self) -> list[Path]:
        names = sorted(name for name in self.manifest.files if name.endswith(".parquet"))
        return [self.folder / "dataset" / name for name in names]


def starters() -> dict[str, Path]:
    """The embedded bundles by name."""
    return within(STARTERS)


def within(folder: Path) -> dict[str, Path]:
    """The bundle folders in a folder, by name. One that has only its siamese bundle left is among them."""
    return {path.name: path for path in sorted(folder.glob("*")) if is_bundle(path)}


def is_bundle(folder: Path) -> bool:
    """Whether there is a bundle in the folder, or a siamese one; not whether it verifies."""
    return any((one / "dataset" / "manifest.json").is_file() for one in (folder, folder / SIAMESE))


def find(name_or_folder: str) -> Path:
    """A bundle folder from a collection name or a path. Raises NotFoundError, naming what there is."""
    known = starters()
    if name_or_folder in known:
        return known[name_or_folder]
    if is_bundle(Path(name_or_folder)):
        return Path(name_or_folder)
    raise NotFoundError(
        f"There is no collection {name_or_folder!r}; wanted: {', '.join(known) or 'none is embedded'}, "
        "or a bundle folder with model/ and dataset/ in it."
    )


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(folder: Path) -> Bundle:
    """Open and verify a bundle: format, every checksum, and that the model is the one of the records.

    Raises BundleError with what was seen, what is wanted and what to do next.
    """
    manifest = manifest_of(folder / "dataset" / "manifest.json", folder.name)
    bundle = Bundle(folder, manifest, _json(folder / "model" / "config.json"))
    for name, wanted in manifest.files.items():
        path = folder / "dataset" / name
        if Path(name).name != name:
            raise BundleError(f"{folder.name}: the manifest names {name!r}, which is not a plain file name.")
        if _seen(path) != wanted:
            raise BundleError(f"{folder.name}: {name} is missing or altered; fetch the bundle again.")
    if manifest.rows and not bundle.shards:
        raise BundleError(f"{folder.name}: the manifest lists no records; export the bundle again.")
    if not manifest.encoder_sha256 and (manifest.rows or "label" in manifest.readings):
        raise BundleError(f"{folder.name}: there is no encoder; only masks without records need none.")
    if ("mask" in manifest.readings) != bool(manifest.segmenter_sha256):
        raise BundleError(f"{folder.name}: a mask needs a segmenter, and a segmenter is for one.")
    if bundle.encoder and (seen := _seen(bundle.encoder)) != manifest.encoder_sha256:
        raise BundleError(
            f"collection {manifest.name!r} was encoded by {manifest.encoder_sha256[:8]}..., the model is "
            f"{seen[:8]}...; export it again: python -m train export --run RUN --out {folder.name}"
        )
    if bundle.segmenter and _seen(bundle.segmenter) != manifest.segmenter_sha256:
        raise BundleError(f"{folder.name}: {SEGMENTER} is missing or altered; fetch the bundle again.")
    return bundle


def _seen(path: Path) -> str:
    """The SHA-256 of a file, or "missing" where it cannot be read."""
    try:
        return sha256(path)
    except OSError:
        return "missing"


def _json(path: Path) -> dict[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        # The text of an OSError holds the whole path, which is nobody's business but the machine's.
        why = error.strerror if isinstance(error, OSError) else error
        raise BundleError(f"{path.name} cannot be read ({why}); fetch the bundle again.") from None
    if not isinstance(value, dict):
        raise BundleError(f"{path.name} holds no JSON object; fetch the bundle again.")
    return value


def manifest_of(path: Path, name: str) -> Manifest:
    """The manifest in a file. name: of the bundle, for the sentence of a BundleError: the file cannot be
    read, is of another format, or holds what no manifest does."""
    values = _json(path)
    if (seen := values.get("format")) != FORMAT:
        newer = isinstance(seen, int) and seen > FORMAT
        raise BundleError(
            f"{name}: the bundle has format {seen!r}, this Burin reads {FORMAT}; "
            + ("update Burin." if newer else "export the bundle again.")
        )
    try:
        calibration = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in values.pop("calibration").items()
        }
        columns = tuple(Column(**column) for column in values.pop("columns"))
        lists = {name: tuple(values.pop(name)) for name in ("readings", "query_kinds") if name in values}
        manifest = Manifest(**values, **lists, columns=columns, calibration=Calibration(**calibration))
        if not isinstance(manifest.files, dict) or not {"en", "fr"} <= set(manifest.titles):
            raise TypeError("files is no object, or titles lacks en or fr")
        return manifest
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise BundleError(f"{path.name} does not fit the format: {error}; export the bundle again.") from None


def open_tables(bundle: Bundle) -> list[pq.ParquetFile]:
    """The shards, opened and not yet read. Raises BundleError when one is no Parquet file."""
    try:
        return [pq.ParquetFile(path) for path in bundle.shards]
    except (pa.ArrowException, OSError) as error:
        raise BundleError(f"{bundle.manifest.name}: a records file cannot be read ({error}).") from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Complete `manifest` with the checksums of the files in `folder` and write it, in one rename."""
    dataset = folder / "dataset"
    graphs = {}
    for graph, key in ((ENCODER, "encoder_sha256"), (SEGMENTER, "segmenter_sha256")):
        path = folder / "model" / graph
        graphs[key] = sha256(path) if path.exists() else ""
    files = {path.name: sha256(path) for path in sorted(dataset.iterdir()) if path.name != "manifest.json"}
    beside = dataset / "manifest.json.part"
    beside.write_text(manifest_text(replace(manifest, files=files, **graphs)), encoding="utf-8")
    beside.rename(dataset / "manifest.json")


def manifest_text(manifest: Manifest) -> str:
    """The manifest as its file holds it."""
    return json.dumps(asdict(manifest), indent=1, ensure_ascii=False) + "\n"
