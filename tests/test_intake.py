"""A stranger's zip becomes class folders, or one sentence that says why not, and lands nowhere else."""

import stat
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from retrieval.types import RequestError
from tests.helpers import encoded, marked, shape
from tests.running import bomb
from tests.zips import CLASSES, drawn, locked, sixty, special, zipped
from train.config import DataConfig
from train.data import read_folder
from train.runs.intake import Intake, Limits
from train.runs.unpack import LONGEST_STEM, places, unpack
from train.runs.zips import parts_of, safe_name

LIMITS = Limits()
SMALL = encoded(marked(8, 8))


def files_in(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def refused(archive: Path, folder: Path, said: str, limits: Limits = LIMITS) -> None:
    """The zip is refused with one sentence, and there is nothing anywhere but the zip."""
    before = set(archive.parent.rglob("*"))
    with pytest.raises(RequestError, match=said) as raised:
        unpack(archive, folder, limits)
    assert str(raised.value).endswith((".", "!"))
    assert str(folder) not in str(raised.value)
    assert set(archive.parent.rglob("*")) == before


def test_sixty_pictures_in_three_folders_become_three_classes(tmp_path):
    archive = sixty(tmp_path / "my.zip", **{"shapes/read me.txt": b"mine", "shapes/ring/bad.jpg": b"no"})
    intake = unpack(archive, tmp_path / "in", LIMITS)
    assert intake.classes == dict.fromkeys(CLASSES, 20)
    assert (intake.pictures, intake.domains, intake.ready) == (60, {"photo": 60}, True)
    assert [name for name, _ in intake.broken] == ["shapes/ring/bad.jpg"]
    assert "not a picture" in intake.broken[0][1]
    assert intake.notes == ("Left out, because they are no pictures: 1 files (.txt).",)
    assert Intake.read(tmp_path / "in") == intake
    read = read_folder(tmp_path / "in" / intake.data.photos[0], "photo")
    assert len(read.samples) == 60
    assert not read.broken
    assert (tmp_path / "in" / "photos" / "fork" / "03.png").read_bytes() == drawn("fork", 3)


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (["cat/1.png", "dog/2.png"], ["photo cat 1", "photo dog 2"]),
        (["pets/cat/1.png", "pets/dog/2.png"], ["photo cat 1", "photo dog 2"]),
        (["a/b/cat/1.png", "a/b/dog/2.png"], ["photo cat 1", "photo dog 2"]),
        (["train/cat/1.png", "test/cat/1.png", "test/dog/2.png"], ["photo cat 1"] * 2 + ["photo dog 2"]),
        (["photos/cat/1.png", "Drawings/cat/1-1.png"], ["photo cat 1", "drawing cat 1-1"]),
        (["x/sketches/cat/1.png", "x/sketches/dog/2.png"], ["drawing cat 1", "drawing dog 2"]),
        (
            ["cat/young/1.png", "cat/old/1.png", "dog/1.png"],
            ["photo cat young_1", "photo cat old_1", "photo dog 1"],
        ),
        (
            ["pets/cover.png", "pets/cat/1.png", "pets/dog/2.png"],
            ["photo  cover", "photo cat 1", "photo dog 2"],
        ),
        (["read.txt", "pets/cat/1.png", "pets/dog/2.png"], ["photo  read", "photo cat 1", "photo dog 2"]),
        (["pets\\cat\\1.png", "pets\\dog\\2.png"], ["photo cat 1", "photo dog 2"]),
        (["1.png", "2.png"], ["photo  1", "photo  2"]),
        (["cat/1.png"], ["photo cat 1"]),
    ],
)
def test_the_class_is_the_first_folder_that_is_no_wrapping(names, wanted):
    found = places([parts_of(name) for name in names])
    assert [" ".join(place) for place in found] == wanted


@pytest.mark.parametrize(
    "name",
    [
        "../ring/1.png",
        "ring/../../1.png",
        "ring/..",
        "/etc/1.png",
        "\\\\host\\1.png",
        "C:\\ring\\1.png",
        "c:1.png",
        "..\\ring\\1.png",
        "ring\\..\\..\\1.png",
        "ring/.. /1.png",
        "__MACOSX/../../1.png",
    ],
)
def test_a_name_that_leads_outside_is_refused(tmp_path, name):
    archive = zipped(tmp_path / "my.zip", {"ring/0.png": SMALL, name: SMALL})
    refused(archive, tmp_path / "deep" / "in", "leads outside its folder")


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_a_link_or_a_device_is_refused(tmp_path, kind):
    refused(special(tmp_path / "my.zip", kind), tmp_path / "in", "a link or a device")


def test_a_locked_zip_is_refused(tmp_path):
    refused(locked(tmp_path / "my.zip"), tmp_path / "in", "locked with a password")


def test_an_odd_way_of_packing_is_refused(tmp_path):
    archive = zipped(tmp_path / "my.zip", {"ring/0.png": SMALL}, compression=zipfile.ZIP_LZMA)
    refused(archive, tmp_path / "in", "pack an ordinary zip")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no zip"),
        (b"PK\x05\x06" + bytes(18), "holds no picture; wanted: one folder per class"),
        (b"this is text", "no zip"),
        (b"PK\x03\x04" + bytes(200), "no zip"),
    ],
)
def test_what_is_no_zip_or_empty_is_said(tmp_path, data, said):
    (tmp_path / "my.zip").write_bytes(data)
    refused(tmp_path / "my.zip", tmp_path / "in", said)


def test_a_zip_that_was_cut_short_is_said(tmp_path):
    archive = sixty(tmp_path / "my.zip", each=2)
    archive.write_bytes(archive.read_bytes()[:-500])
    refused(archive, tmp_path / "in", "no zip that can be read")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.txt": b"text", "b/c.md": b"more"}, "holds no picture"),
        ({"ring/1.png": b"text"}, "no picture that can be read .'ring/1.png': This is not a picture"),
        ({"1.png": SMALL, "2.png": SMALL}, "2 pictures outside any class"),
    ],
)
def test_a_zip_with_nothing_to_learn_from_says_what_it_holds(tmp_path, files, said):
    refused(zipped(tmp_path / "my.zip", files), tmp_path / "in", said)


def test_a_picture_that_is_a_bomb_is_left_out_by_its_header(tmp_path):
    archive = zipped(tmp_path / "my.zip", {"ring/1.png": bomb()}, compression=zipfile.ZIP_STORED)
    refused(archive, tmp_path / "in", "no picture that can be read .* too large")


def test_a_bomb_is_refused_by_what_comes_out_of_it(tmp_path):
    """200 MB of zeros in 200 kB; of none of its entries more than a picture's size is ever held."""
    archive = zipped(tmp_path / "my.zip", {f"ring/{n}.png": bytes(20_000_000) for n in range(10)})
    assert archive.stat().st_size < 400_000
    refused(archive, tmp_path / "in", "more than 100 times its size")
    refused(
        archive, tmp_path / "in", "unpacks to more than 15 MB", Limits(zip_bytes=15_000_000, zip_ratio=10**6)
    )


def test_headers_that_lie_are_not_believed(tmp_path):
    """Its list says that each entry is a byte long: what is unpacked is a byte long then, and no picture."""
    archive = zipped(tmp_path / "my.zip", {f"ring/{n}.png": bytes(5_000_000) for n in range(4)})
    data = bytearray(archive.read_bytes())
    place = 0
    while (place := data.find(b"PK\x01\x02", place)) >= 0:
        data[place + 24 : place + 28] = (1).to_bytes(4, "little")
        place += 4
    archive.write_bytes(data)
    refused(archive, tmp_path / "in", "no picture that can be read")


def test_too_many_files_are_refused_before_they_are_listed(tmp_path):
    archive = zipped(tmp_path / "my.zip", {f"ring/{number}.png": SMALL for number in range(30)})
    refused(archive, tmp_path / "in", "holds 30 files; at most 29", Limits(zip_files=29))
    many = zipped(tmp_path / "my.zip", {f"ring/{number:040d}.png": b"" for number in range(1000)})
    refused(many, tmp_path / "in", "lists far more than 1 files", Limits(zip_files=1))


def test_a_zip_too_heavy_is_refused_unopened(tmp_path):
    noise = np.random.default_rng(0).bytes(2_100_000)
    archive = zipped(tmp_path / "my.zip", {"ring/1.png": noise})
    refused(archive, tmp_path / "in", "has 2 MB; at most 1 MB are taken", Limits(zip_bytes=1_000_000))


def test_a_damaged_picture_is_left_out_and_the_rest_kept(tmp_path):
    archive = zipped(tmp_path / "my.zip", {"a/1.png": SMALL, "a/2.png": drawn("fork", 1), "b/3.png": SMALL})
    data = bytearray(archive.read_bytes())
    data[data.index(b"a/2.png") + 200] ^= 0xFF
    archive.write_bytes(data)
    intake = unpack(archive, tmp_path / "in", LIMITS)
    assert intake.classes == {"a": 1, "b": 1}
    assert intake.broken == (("a/2.png", "It is damaged in the zip; pack it again."),)
    assert not intake.ready
    assert "two pictures or more" in intake.notes[-1]


def test_one_class_is_nothing_to_tell_apart(tmp_path):
    intake = unpack(
        zipped(tmp_path / "my.zip", {"a/1.png": SMALL, "a/2.png": SMALL}), tmp_path / "in", LIMITS
    )
    assert not intake.ready
    assert "one class only" in intake.notes[0]


def test_of_two_files_of_one_name_the_first_is_kept_and_it_is_said(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive = zipped(
            tmp_path / "my.zip", [("a/1.png", drawn("ring", 1)), ("a/1.png", SMALL), ("b/1.png", SMALL)]
        )
    intake = unpack(archive, tmp_path / "in", LIMITS)
    assert (tmp_path / "in" / "photos" / "a" / "1.png").read_bytes() == drawn("ring", 1)
    assert intake.classes == {"a": 1, "b": 1}
    assert "very name" in intake.broken[0][1]


def test_names_that_become_one_when_made_safe_stay_two_files(tmp_path):
    files = {"a/x?.png": SMALL, "a/x*.png": SMALL, "a/X_.png": SMALL, "a/x__2.png": SMALL, "b/con.png": SMALL}
    intake = unpack(zipped(tmp_path / "my.zip", files), tmp_path / "in", LIMITS)
    assert intake.classes == {"a": 4, "b": 1}
    assert len(files_in(tmp_path / "in" / "photos" / "a")) == 4
    assert files_in(tmp_path / "in" / "photos" / "b") == ["_con.png"]


def test_a_pictures_ending_is_what_it_is(tmp_path):
    files = {
        "a/1.png": encoded(shape("ring"), "JPEG"),
        "a/2": encoded(shape("ring"), "WEBP"),
        "a/3.jpeg": encoded(shape("ring"), "PNG"),
        "b/4.txt": encoded(shape("ring"), "GIF"),
    }
    intake = unpack(zipped(tmp_path / "my.zip", files), tmp_path / "in", LIMITS)
    assert files_in(tmp_path / "in" / "photos") == ["a/1.jpg", "a/2.webp", "a/3.png", "b/4.gif"]
    assert not intake.broken


def test_accents_are_read_whether_or_not_the_zip_says_it_is_utf8(tmp_path):
    archive = zipped(tmp_path / "my.zip", {"crème brûlée/été.png": SMALL, "東京/1.png": SMALL})
    data = bytearray(archive.read_bytes())
    for header, place in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        at = -1
        while (at := data.find(header, at + 1)) >= 0:
            data[at + place] &= ~0x08
    archive.write_bytes(data)
    assert unpack(archive, tmp_path / "in", LIMITS).classes == {"crème brûlée": 1, "東京": 1}


RECIPES = (
    ",Title,Ingredients,Instructions,Image_Name,Cleaned_Ingredients\n"
    "0,Soup,\"['water']\",Boil.,soup-1,\"['water']\"\n"
    "1,Bread,\"['flour']\",Bake.,bread-1,\"['flour']\"\n"
    "2,Cake,\"['flour']\",Bake.,cake-1,\"['flour']\"\n"
)


@pytest.mark.parametrize("beside", [False, True])
def test_recipes_in_kaggles_layout_keep_their_table(tmp_path, beside):
    files = {f"Food Images/Food Images/{name}.jpg": SMALL for name in ("soup-1", "bread-1")}
    table = tmp_path / "recipes.csv"
    table.write_text(RECIPES)
    archive = zipped(tmp_path / "my.zip", files if beside else files | {"all.csv": RECIPES.encode()})
    intake = unpack(archive, tmp_path / "in", LIMITS, table if beside else None)
    assert intake.data == DataConfig(csv="recipes.csv", images="images")
    assert intake.classes == {"Bread": 1, "Soup": 1}
    assert intake.broken == (("row 4", "there is no picture 'cake-1.jpg'"),)
    assert files_in(tmp_path / "in") == [
        "images/bread-1.jpg",
        "images/soup-1.jpg",
        "intake.json",
        "recipes.csv",
    ]


@pytest.mark.parametrize(
    "table",
    [
        "image,label\n1.png,ring\n2.png,fork\n3.png,ring\n4.png,fork\n",
        "id,breed\n1,ring\n2,fork\n3,ring\n4,fork\n",
        "file_name;x,Class,path\nx,ring,all/1.png\nx,fork,ALL/2.PNG\nx,ring,3.png\nx,fork,4\n",
    ],
)
def test_a_table_may_name_the_class_of_each_picture(tmp_path, table):
    files = {f"my/all/{number}.png": SMALL for number in range(1, 6)}
    archive = zipped(
        tmp_path / "my.zip", files | {"my/train.csv": table.encode(), "my/other.csv": b"a,b\n1,2\n"}
    )
    intake = unpack(archive, tmp_path / "in", LIMITS)
    assert intake.classes == {"fork": 2, "ring": 2}
    assert intake.notes == ("Left out, because they are not named by the table: 1 pictures.",)
    assert intake.ready


def test_folders_are_believed_before_a_table_that_lies_among_them(tmp_path):
    table = b"image,label\n1.png,wrong\n2.png,wrong\n"
    files = {"a/1.png": SMALL, "b/2.png": SMALL, "labels.csv": table}
    assert unpack(zipped(tmp_path / "my.zip", files), tmp_path / "in", LIMITS).classes == {"a": 1, "b": 1}


def test_a_table_that_names_nothing_is_said(tmp_path):
    (tmp_path / "my.csv").write_text("one,two\n1,2\n")
    archive = zipped(tmp_path / "my.zip", {"1.png": SMALL})
    with pytest.raises(RequestError, match=r"no columns that name pictures and their classes"):
        unpack(archive, tmp_path / "in", LIMITS, tmp_path / "my.csv")
    (tmp_path / "my.csv").write_bytes(b"image,label\n\xff\xfe,1\n")
    with pytest.raises(RequestError, match="UTF-8"):
        unpack(archive, tmp_path / "in", LIMITS, tmp_path / "my.csv")


@given(st.text(), st.integers(8, 200))
def test_a_safe_name_is_one_that_any_disk_takes(name, most):
    safe = safe_name(name, most)
    assert 0 < len(safe.encode()) <= most
    assert safe == safe.strip(" .")
    assert not set(safe) & set('<>:"/\\|?*\0')
    assert safe.isprintable()
    assert Path(safe).name == safe
    assert safe_name(safe, most) == safe


NAMES = (
    st.lists(
        st.text(st.characters(codec="utf-8"), max_size=12)
        | st.sampled_from(["a", "..", ".", "con", ".x", "a "]),
        min_size=1,
        max_size=4,
    )
    .map("/".join)
    .filter(lambda name: not name.startswith("\0"))
)  # zipfile reads such a name and writes none


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(NAMES, min_size=1, max_size=5, unique=True))
def test_whatever_names_a_zip_holds_its_pictures_land_in_their_folder(tmp_path_factory, names):
    top = tmp_path_factory.mktemp("names")
    archive = zipped(top / "my.zip", [(f"{name}.png", SMALL) for name in names])
    try:
        intake = unpack(archive, top / "in", LIMITS)
    except RequestError:
        assert files_in(top) == ["my.zip"]
        return
    written = [name for name in files_in(top) if name.startswith(("in/photos/", "in/drawings/"))]
    assert len(files_in(top)) == len(written) + 2
    assert len(written) == intake.pictures
    assert all(len(Path(name).stem.encode()) <= LONGEST_STEM + 8 for name in written)


@pytest.mark.parametrize("name", ["Q.png", "Q/1.png", "a/Q.png"])
def test_a_name_that_a_zero_byte_cuts_short_is_left_out_and_the_rest_read(tmp_path, name):
    archive = zipped(tmp_path / "my.zip", {name: SMALL, "b/2.png": SMALL})
    archive.write_bytes(archive.read_bytes().replace(b"Q", b"\0"))
    assert unpack(archive, tmp_path / "in", LIMITS).pictures == 1
    assert "in/photos/b/2.png" in files_in(tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40))
def test_a_zip_with_any_bytes_altered_is_read_or_refused(tmp_path_factory, seed, count):
    top = tmp_path_factory.mktemp("bytes")
    archive = zipped(top / "my.zip", {"a/1.png": SMALL, "b/2.png": SMALL, "b/t.csv": b"image,label\n1,x\n"})
    data = bytearray(archive.read_bytes())
    rng = np.random.default_rng(seed)
    for place in rng.integers(0, len(data), count):
        data[place] = rng.integers(0, 256)
    archive.write_bytes(data)
    try:
        unpack(archive, top / "in", LIMITS)
    except RequestError:
        assert files_in(top) == ["my.zip"]


def test_every_picture_is_in_memory_alone(tmp_path):
    """A zip of many is unpacked in a process of its own; even so no more than a picture is held."""
    big = encoded(Image.fromarray(np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)))
    archive = zipped(tmp_path / "my.zip", {f"{'ab'[n % 2]}/{n}.png": big for n in range(30)})
    tracemalloc.start()
    unpack(archive, tmp_path / "in", LIMITS)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 6 * len(big)
