"""A bundle is opened whole and verified, or refused with a sentence that says what to do."""

import json
import shutil

import numpy as np
import pytest

from hub_assets import bundle
from hub_assets.bundle import Calibration, Column
from retrieval.collection import Collection
from retrieval.types import BundleError, NotFoundError
from tests.helpers import DIM, SHAPES, edit_manifest, small_records, write_bundle, write_encoder

SHARD = "records-00000-of-00001.parquet"


@pytest.fixture(scope="module")
def pristine(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp("pristine") / "shapes")


@pytest.fixture
def folder(pristine, tmp_path):
    """A copy that a test may spoil."""
    return shutil.copytree(pristine, tmp_path / "shapes")


def unit_rows(count: int, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIM)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_what_was_written_is_what_is_read(pristine):
    opened = bundle.read(pristine)
    manifest = opened.manifest
    assert (manifest.name, manifest.version, manifest.rows, manifest.dim) == ("shapes", "v1", 12, DIM)
    assert manifest.titles == {"en": "Shapes", "fr": "Formes"}
    assert manifest.columns == (Column("form", "Form", "Forme"), Column("title", "Title", "Titre"))
    assert manifest.calibration == Calibration(k=3, in_domain=(20.0, -6.0), threshold=0.5)
    assert list(manifest.files) == [SHARD]
    assert manifest.encoder_sha256 == bundle.sha256(opened.encoder)
    assert opened.shards == [pristine / "dataset" / SHARD]
    assert [table.metadata.num_rows for table in bundle.open_tables(opened)] == [12]


def test_nothing_in_a_bundle_is_a_pickle(pristine):
    names = {path.name for path in pristine.rglob("*") if path.is_file()}
    assert names == {"encoder.onnx", "config.json", "manifest.json", SHARD}
    json.loads((pristine / "dataset" / "manifest.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("where", [0, 1000, -1])
def test_one_altered_byte_of_the_records_is_refused(folder, where):
    path = folder / "dataset" / SHARD
    content = bytearray(path.read_bytes())
    content[where] ^= 1
    path.write_bytes(content)
    with pytest.raises(BundleError, match=f"{SHARD} is missing or altered; fetch the bundle again"):
        bundle.read(folder)


def test_missing_records_are_refused_by_name(folder):
    (folder / "dataset" / SHARD).unlink()
    with pytest.raises(BundleError, match=f"{SHARD} is missing or altered"):
        bundle.read(folder)


def test_another_encoder_than_the_one_of_the_records_is_refused_and_says_what_to_run(folder):
    wanted = bundle.sha256(folder / "model" / "encoder.onnx")[:8]
    write_encoder(folder / "model" / "encoder.onnx", seed=1)
    seen = bundle.sha256(folder / "model" / "encoder.onnx")[:8]
    assert seen != wanted
    with pytest.raises(BundleError, match=r"export it again: python -m train export --run RUN") as caught:
        bundle.read(folder)
    assert wanted in str(caught.value)
    assert seen in str(caught.value)


@pytest.mark.parametrize("name", ["model/encoder.onnx", "model/config.json", "dataset/manifest.json"])
def test_each_missing_part_is_refused(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match=r"missing|cannot be read"):
        bundle.read(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(BundleError, match=r"manifest\.json cannot be read"):
        bundle.read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("version", "advice"),
    [(2, "update Burin"), (0, "export the bundle again"), (None, "export"), ("1", "export")],
)
def test_another_format_is_refused_by_name_with_what_to_do(folder, version, advice):
    edit_manifest(folder, format=version)
    with pytest.raises(BundleError, match=f"has format {version!r}, this Burin reads 1; {advice}"):
        bundle.read(folder)


@pytest.mark.parametrize("name", ["../model/config.json", "/etc/hosts", "deeper/file.parquet", "..", "."])
def test_a_file_name_that_points_outside_is_refused_unread(folder, name):
    edit_manifest(folder, files={name: "0" * 64})
    with pytest.raises(BundleError, match=r"not a plain file name|is missing or altered"):
        bundle.read(folder)


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "12"])
def test_a_manifest_that_is_no_json_object_is_refused(folder, content):
    (folder / "dataset" / "manifest.json").write_text(content)
    with pytest.raises(BundleError, match=r"manifest\.json"):
        bundle.read(folder)


def test_a_manifest_that_is_no_text_is_refused(folder):
    (folder / "dataset" / "manifest.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BundleError, match=r"manifest\.json"):
        bundle.read(folder)


@pytest.mark.parametrize(
    "changes",
    [
        {"colour": "red"},
        {"calibration": None},
        {"calibration": {"k": 3, "magic": 1}},
        {"columns": [{"name": "form"}]},
        {"columns": None},
    ],
)
def test_a_manifest_with_unknown_or_missing_values_is_refused(folder, changes):
    edit_manifest(folder, **changes)
    with pytest.raises(BundleError, match=r"manifest\.json does not fit the format"):
        bundle.read(folder)


def test_a_manifest_without_records_is_refused(folder):
    edit_manifest(folder, files={})
    with pytest.raises(BundleError, match="lists no records"):
        bundle.read(folder)


def test_records_that_are_no_parquet_are_refused_when_opened(folder):
    (folder / "dataset" / SHARD).write_bytes(b"not parquet")
    edit_manifest(folder, files={SHARD: bundle.sha256(folder / "dataset" / SHARD)})
    with pytest.raises(BundleError, match="records file cannot be read"):
        Collection(folder)


def test_vectors_that_are_not_of_unit_norm_are_refused(tmp_path):
    write_bundle(tmp_path / "b", embeddings_ND=unit_rows(12) * 1.5)
    with pytest.raises(BundleError, match="not of unit norm"):
        Collection(tmp_path / "b")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_vectors_that_are_not_finite_are_refused(tmp_path, value):
    vectors = unit_rows(12)
    vectors[5, 3] = value
    write_bundle(tmp_path / "b", embeddings_ND=vectors)
    with pytest.raises(BundleError, match="not finite vectors"):
        Collection(tmp_path / "b")


def test_two_records_of_one_id_are_refused(tmp_path):
    rows = small_records()
    rows[3]["id"] = rows[2]["id"]
    write_bundle(tmp_path / "b", rows)
    with pytest.raises(BundleError, match="11 different ids, manifest says 12"):
        Collection(tmp_path / "b")


def test_another_number_of_rows_than_the_manifest_says_is_refused(folder):
    edit_manifest(folder, rows=13)
    with pytest.raises(BundleError, match="12 different ids, manifest says 13"):
        Collection(folder)


@pytest.mark.parametrize("dim", [DIM // 2, DIM * 2, 7])
def test_vectors_of_another_dim_than_the_encoder_are_refused(tmp_path, dim):
    vectors = np.eye(12, dim, dtype=np.float32)
    vectors[~vectors.any(axis=1), 0] = 1
    write_bundle(tmp_path / "b", embeddings_ND=vectors)
    with pytest.raises(BundleError):
        Collection(tmp_path / "b")


def test_a_name_or_a_folder_finds_a_bundle_and_anything_else_names_what_there_is(pristine):
    assert bundle.find(str(pristine)) == pristine
    for name, folder in bundle.starters().items():
        assert bundle.find(name) == folder
    with pytest.raises(NotFoundError, match="no collection 'nonsense'") as caught:
        bundle.find("nonsense")
    assert all(name in str(caught.value) for name in bundle.starters())


def test_a_folder_with_only_its_siamese_bundle_left_is_still_found(tmp_path, monkeypatch):
    write_bundle(tmp_path / "shapes" / bundle.SIAMESE)
    write_bundle(tmp_path / "whole")
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").touch()
    monkeypatch.setattr(bundle, "STARTERS", tmp_path)
    assert bundle.starters() == {"shapes": tmp_path / "shapes", "whole": tmp_path / "whole"}
    assert bundle.find("shapes") == bundle.find(str(tmp_path / "shapes")) == tmp_path / "shapes"
    assert bundle.within(tmp_path / "nowhere") == {}


@pytest.mark.parametrize("name", ["model/config.json", "dataset/manifest.json"])
def test_a_refusal_does_not_tell_where_the_files_are(folder, name):
    (folder / name).unlink()
    with pytest.raises(BundleError, match="No such file") as caught:
        bundle.read(folder)
    assert str(folder.parent) not in str(caught.value)


@pytest.mark.parametrize("name", ["model/encoder.onnx", f"dataset/{SHARD}"])
def test_a_folder_in_the_place_of_a_file_is_refused(folder, name):
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(BundleError, match="missing"):
        bundle.read(folder)


def test_writing_again_gives_the_same_bytes(pristine, tmp_path):
    again = write_bundle(tmp_path / "shapes")
    for path in (path for path in pristine.rglob("*") if path.is_file()):
        assert path.read_bytes() == (again / path.relative_to(pristine)).read_bytes()


def test_large_records_are_cut_into_shards_below_the_limit(tmp_path, monkeypatch):
    from train import records

    monkeypatch.setattr(records, "SHARD_BYTES", 2_000)
    write_bundle(tmp_path / "b")
    opened = Collection(tmp_path / "b")
    assert len(list((tmp_path / "b" / "dataset").glob("*.parquet"))) > 2
    assert [record.id for record in opened.records] == [row["id"] for row in small_records()]
    for row in small_records():
        assert opened.picture(row["id"]) == row["picture"]
    assert set(opened.labels) == set(SHAPES)
