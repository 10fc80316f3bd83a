"""`python -m retrieval` as people run it: a fresh process, real files, exit codes."""

import json
import os
import sys

import numpy as np
import pytest
from PIL import Image

from retrieval.__main__ import main
from tests.helpers import (
    ANSWER_KEYS,
    COMPARISON,
    DIM,
    SHAPES,
    encoded,
    png_header,
    run_python,
    shape,
    spoil,
    write_bundle,
    write_two_bundles,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_bundle(tmp_path_factory.mktemp("command line") / "shapes")


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder as people have it: sub-folders, capital suffixes, broken files, other things."""
    top = tmp_path_factory.mktemp("pictures") / "my pictures"
    (top / "a" / "deeper").mkdir(parents=True)
    (top / "b").mkdir()
    (top / "ring.png").write_bytes(encoded(shape("ring", 1)))
    (top / "a" / "bar.JPG").write_bytes(encoded(shape("bar"), "JPEG"))
    (top / "a" / "deeper" / "croix é.webp").write_bytes(encoded(shape("cross"), "WEBP"))
    (top / "b" / "fork.gif").write_bytes(encoded(shape("fork"), "GIF"))
    (top / "b" / "text.png").write_text("this is no picture")
    (top / "b" / "empty.png").touch()
    (top / "b" / "cut.jpg").write_bytes(encoded(shape("ring"), "JPEG")[:700])
    (top / "b" / "bomb.png").write_bytes(png_header(30_000, 30_000))
    (top / "b" / "blank.png").write_bytes(encoded(Image.new("RGB", (50, 50), "white")))
    (top / "notes.txt").write_text("left out")
    (top / "a" / "labels.csv").write_text("left,out")
    (top / "folder.png").mkdir()
    return top


FOUND = {"ring.png": "ring", "a/bar.JPG": "bar", "a/deeper/croix é.webp": "cross", "b/fork.gif": "fork"}
BROKEN = {
    "b/text.png": "not a picture",
    "b/empty.png": "0 bytes",
    "b/cut.jpg": "broken",
    "b/bomb.png": "too large",
    "b/blank.png": "blank",
}


def retrieval(*arguments):
    return run_python("-m", "retrieval", *arguments)


def test_search_prints_the_records_in_words(folder, pictures):
    done = retrieval("search", pictures / "ring.png", "--collection", folder, "--kind", "sketch", "-k", "3")
    assert done.returncode == 0, done.stderr
    first, *_, last = lines = done.stdout.splitlines()
    assert len(lines) == 4
    assert first.split() == ["1", "1.000", "ring", "ring-1"]
    assert last.startswith("best guess: ring (")
    assert "taken for a sketch" in last


def test_search_as_json_is_the_answer_of_the_service(folder, pictures):
    done = retrieval("search", pictures / "a" / "bar.JPG", "--collection", folder, "--json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert set(answer) == ANSWER_KEYS
    assert len(answer["matches"]) == 10
    assert (answer["label"], answer["collection"], answer["matches"][0]["id"]) == ("bar", "shapes", "bar-0")


def test_search_with_tags_shows_only_records_that_have_them(folder, pictures, capsys):
    arguments = ["search", str(pictures / "ring.png"), "--collection", str(folder), "--json"]
    assert main([*arguments, "--tags", "flute, straight"]) == 0
    found = json.loads(capsys.readouterr().out)["matches"]
    assert {match["id"] for match in found} == {"bar-2", "cross-2", "fork-2"}


def test_compare_prints_how_alike_two_pictures_are(folder, pictures, capsys):
    ring, bar = str(pictures / "ring.png"), str(pictures / "a" / "bar.JPG")
    assert main(["compare", ring, ring, "--collection", str(folder)]) == 0
    assert capsys.readouterr().out.startswith("similarity 1.000; ")
    assert main(["compare", ring, bar, "--collection", str(folder), "--kind", "sketch", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"similarity", "score", "collection", "version", "timings_ms"}
    assert -1 <= answer["similarity"] < 0.9
    assert (answer["score"], answer["collection"]) == (None, "shapes")


def test_compare_says_the_probability_where_the_bundle_has_a_comparison_head(tmp_path, pictures, capsys):
    folder = write_bundle(tmp_path / "shapes", model={"comparison": COMPARISON})
    ring = str(pictures / "ring.png")
    assert main(["compare", ring, ring, "--collection", str(folder)]) == 0
    assert "the same label: 88%" in capsys.readouterr().out  # sigmoid(2)


def test_a_collection_whose_siamese_bundle_stands_in_answers_and_says_so(tmp_path, pictures):
    folder = spoil(write_two_bundles(tmp_path / "shapes"))
    found = retrieval("search", pictures / "ring.png", "--collection", folder, "--json", "-k", "1")
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout)["matches"][0]["label"] == "ring"
    assert "The siamese model answers, as the main one does not open: " in found.stderr
    told = retrieval("info", "--collection", folder)
    assert "shapes s1 (siamese): Shapes" in told.stdout
    assert "is missing or altered" in told.stdout


def test_batch_writes_a_line_for_every_picture_below_the_folder_and_goes_on_after_a_broken_one(
    folder, pictures, tmp_path
):
    out = tmp_path / "results.jsonl"
    arguments = ("batch", pictures, "--collection", folder, "--kind", "sketch", "-k", "2", "--out", out)
    done = retrieval(*arguments)
    assert done.returncode == 0, done.stderr
    lines = {line["path"]: line for line in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert set(lines) == {*FOUND, *BROKEN}
    for path, label in FOUND.items():
        assert lines[path]["matches"][0]["label"] == lines[path]["label"] == label
        assert len(lines[path]["matches"]) == 2
        assert "error" not in lines[path]
    for path, sentence in BROKEN.items():
        assert set(lines[path]) == {"path", "error"}
        assert sentence in lines[path]["error"]
    assert "4 pictures searched, 5 could not be read" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["results.jsonl"]


def test_embed_writes_path_and_unit_vectors_that_load_without_pickle(folder, pictures, tmp_path):
    out = tmp_path / "vectors.npz"
    done = retrieval("embed", pictures, "--collection", folder, "--kind", "sketch", "--out", out)
    assert done.returncode == 0, done.stderr
    with np.load(out, allow_pickle=False) as saved:
        assert set(saved.files) == {"path", "embedding"}
        paths, embedding_ND = saved["path"], saved["embedding"]
    assert paths.dtype.kind == "U"
    assert sorted(paths.tolist()) == sorted(FOUND)
    assert embedding_ND.shape == (len(FOUND), DIM)
    assert embedding_ND.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embedding_ND, axis=1), 1.0, atol=1e-5)
    for path in BROKEN:
        assert path in done.stderr


def test_embed_of_a_folder_without_pictures_keeps_the_shape(folder, tmp_path):
    (tmp_path / "none").mkdir()
    arguments = ["embed", str(tmp_path / "none"), "--collection", str(folder)]
    assert main([*arguments, "--out", str(tmp_path / "v.npz")]) == 0
    with np.load(tmp_path / "v.npz", allow_pickle=False) as saved:
        assert saved["embedding"].shape == (0, DIM)
        assert saved["path"].shape == (0,)


def test_info_says_what_the_collection_holds(folder):
    words = retrieval("info", "--collection", folder)
    assert words.returncode == 0, words.stderr
    assert "shapes v1 (folder): Shapes" in words.stdout
    assert f"12 records, 4 labels, vectors of {DIM}" in words.stdout
    values = json.loads(retrieval("info", "--collection", folder, "--json").stdout)
    assert (values["name"], values["records"], values["labels"]) == ("shapes", 12, sorted(SHAPES))


@pytest.mark.parametrize("k", ["0", "51", "-1", "many", "2.5", "", "１０", "1e1"])
@pytest.mark.parametrize("verb", ["search", "batch"])
def test_a_wrong_k_ends_with_exit_code_2_and_says_what_is_wanted(verb, k, tmp_path, capsys):
    out = ["--out", str(tmp_path / "o")] if verb == "batch" else []
    with pytest.raises(SystemExit) as ended:
        main([verb, str(tmp_path), *out, "-k", k])
    assert ended.value.code == 2
    assert "-k" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["paint"],
        ["search"],
        ["search", "a.png", "--kind", "painting"],
        ["batch", "."],
        ["embed", ".", "-k", "3", "--out", "v.npz"],
        ["compare", "a.png"],
        ["compare", "a.png", "b.png", "c.png"],
        ["compare", "a.png", "b.png", "--kind", "painting"],
    ],
)
def test_a_wrong_command_ends_with_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: python -m retrieval" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["search", "{pictures}/ring.png", "--collection", "nonsense"], "no collection 'nonsense'"),
        (["search", "{pictures}/missing.png"], "'missing.png' cannot be opened"),
        (["search", "{pictures}/b/text.png"], "not a picture"),
        (["search", "{pictures}/b/blank.png", "--kind", "sketch"], "blank"),
        (["search", "{pictures}/ring.png", "--tags", "hexagonal"], "No record carries the tags hexagonal"),
        (["compare", "{pictures}/ring.png", "{pictures}/b/text.png"], "The second of the two pictures"),
        (["compare", "{pictures}/missing.png", "{pictures}/ring.png"], "The first of the two pictures"),
        (["batch", "{pictures}/missing", "--out", "{tmp}/o"], "is no folder"),
        (["batch", "{pictures}/ring.png", "--out", "{tmp}/o"], "is no folder"),
        (["batch", "{pictures}", "--out", "{tmp}/missing/o"], "No such file or directory"),
        (["embed", "{pictures}/missing", "--out", "{tmp}/o"], "is no folder"),
    ],
)
def test_a_mistake_ends_with_one_sentence_and_exit_code_2(
    arguments, sentence, folder, pictures, tmp_path, capsys
):
    filled = [argument.format(pictures=pictures, tmp=tmp_path) for argument in arguments]
    if "--collection" not in filled:
        filled += ["--collection", str(folder)]
    assert main(filled) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert sentence in told
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux only")
@pytest.mark.parametrize("verb", ["batch", "embed"])
def test_a_file_name_that_is_no_text_does_not_stop_the_rest(verb, folder, tmp_path):
    (tmp_path / "in").mkdir()
    for name in (b"\xff.png", b"ring.png"):
        with open(os.fsencode(tmp_path / "in") + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(encoded(shape("ring", 1)))
    out = tmp_path / "out"
    assert main([verb, str(tmp_path / "in"), "--collection", str(folder), "--out", str(out)]) == 0
    if verb == "batch":
        paths = [json.loads(line)["path"] for line in out.read_text(encoding="utf-8").splitlines()]
    else:
        paths = np.load(out, allow_pickle=False)["path"].tolist()
    assert len(paths) == 2
    assert "ring.png" in paths


@pytest.fixture(scope="module")
def modules_of_a_search(folder, pictures):
    """The packages that are loaded when a search has been answered."""
    program = (
        "import sys; from retrieval.__main__ import main\n"
        f"code = main(['search', {str(pictures / 'ring.png')!r}, '--collection', {str(folder)!r}])\n"
        "print('MODULES', *sorted({name.partition('.')[0] for name in sys.modules})); sys.exit(code)"
    )
    done = run_python("-c", program)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.partition("MODULES ")[2].split())


def test_a_search_imports_neither_gradio_nor_torch_nor_what_trains(modules_of_a_search):
    heavy = {"gradio", "torch", "torchvision", "timm", "datasets", "sklearn", "scipy", "train"}
    assert {"onnxruntime", "faiss", "numpy"} <= modules_of_a_search
    assert not heavy & modules_of_a_search


def test_a_search_does_not_import_pandas_which_would_cost_a_third_of_its_time(modules_of_a_search):
    assert "pandas" not in modules_of_a_search


def test_the_embedded_collection_answers_without_being_named(pictures, capsys):
    assert main(["search", str(pictures / "ring.png"), "--json", "-k", "1"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["collection"], len(answer["matches"])) == ("engravings", 1)
