"""A split is by source and by look, the same for a seed, and comes back from disk as it was."""

import os
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, ImageEnhance

from tests.helpers import SHAPES, encoded, shape
from train.config import DataConfig
from train.samples import Sample
from train.splits import (
    LEARNT,
    LEFT_OUT,
    SIDES,
    duplicate_lines,
    hashes,
    near_duplicates,
    read_split,
    sides_of,
    split,
    split_lines,
    write_split,
)

PLAIN = DataConfig(near_duplicates=False)


def sample(name: str, label: str = "owl", source: str = "", domain: str = "photo", picture=None) -> Sample:
    data = b"" if picture is None else encoded(picture)
    return Sample(name=name, label=label, source=source or name, domain=domain, data=data)


def landscape(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A smooth coloured picture unlike that of any other seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def scribble(seed: int, side: int = 128) -> Image.Image:
    """A few thin lines on much white: what a quick drawing is."""
    picture = Image.new("L", (side, side), "white")
    points = np.random.default_rng(seed).uniform(0.1, 0.9, (7, 2)) * side
    ImageDraw.Draw(picture).line([tuple(point) for point in points], fill=0, width=2)
    return picture


def many(labels: int = 6, photos: int = 20, drawings: int = 3) -> list[Sample]:
    """`photos` photos a label, and of every other photo `drawings` drawings."""
    samples = []
    for label in range(labels):
        for photo in range(photos):
            source = f"class {label}/{photo}"
            samples.append(sample(f"photos/{source}.jpg", f"class {label}", source))
            samples += [
                sample(f"drawings/{source}-{copy}.png", f"class {label}", source, "drawing")
                for copy in range(drawings * (photo % 2))
            ]
    return samples


# Near-duplicates


def test_the_same_photo_in_another_size_quality_or_light_is_a_near_duplicate():
    samples = [sample(f"{seed}", picture=landscape(seed)) for seed in range(30)]
    kept = landscape(7)
    changed = [
        kept.resize((80, 60), Image.Resampling.BICUBIC),
        ImageEnhance.Brightness(kept).enhance(0.85),
        kept.convert("L"),
        kept.crop((1, 1, 159, 119)),
    ]
    samples += [sample(f"copy {place}", picture=picture) for place, picture in enumerate(changed)]
    jpeg = Sample(
        name="jpeg", label="owl", source="jpeg", domain="photo", data=encoded(kept, "JPEG", quality=30)
    )
    groups = near_duplicates([*samples, jpeg])
    assert [group.tolist() for group in groups] == [[7, 30, 31, 32, 33, 34]]


def test_sparse_drawings_that_differ_are_no_near_duplicates():
    """They are all white with a little ink, and a hash alone takes many for one."""
    samples = [sample(f"{seed}", domain="drawing", picture=scribble(seed)) for seed in range(400)]
    samples.append(
        sample("again", domain="drawing", picture=scribble(5).resize((96, 96), Image.Resampling.BOX))
    )
    small = np.stack(
        [np.asarray(one.open().convert("L").resize((32, 32), Image.Resampling.BOX)) for one in samples]
    )
    bits = hashes(small.astype(np.float32))
    near = np.bitwise_count(bits[:, None] ^ bits[None, :]) <= 6
    assert np.triu(near, 1).sum() > 1
    assert [group.tolist() for group in near_duplicates(samples)] == [[5, 400]]


def test_blank_pages_and_unreadable_pictures_are_like_nothing():
    blank = Image.new("L", (64, 64), "white")
    samples = [sample(f"{n}", domain="drawing", picture=blank) for n in range(5)]
    assert near_duplicates([*samples, sample("broken")]) == []
    assert near_duplicates([]) == []


def test_a_drawing_and_a_photo_are_never_near_duplicates():
    same = landscape(1)
    assert near_duplicates([sample("1", picture=same), sample("2", domain="drawing", picture=same)]) == []


def test_what_is_joined_by_a_third_is_one_group_as_a_slow_search_finds():
    rng = np.random.default_rng(0)
    pictures = [landscape(seed) for seed in range(6)]
    mixed = [Image.blend(pictures[n % 6], pictures[(n + 1) % 6], rng.uniform(0, 0.5)) for n in range(60)]
    samples = [sample(f"{n}", picture=picture) for n, picture in enumerate(mixed)]
    small = np.stack(
        [
            np.asarray(one.resize((160, 120)).convert("L").resize((32, 32), Image.Resampling.BOX))
            for one in mixed
        ]
    )
    flat = small.reshape(60, -1).astype(np.float64)
    bits = [f"{int(value):064b}" for value in hashes(small.astype(np.float32))]
    group = list(range(60))
    for one in range(60):
        for other in range(one):
            apart = sum(a != b for a, b in zip(bits[one], bits[other], strict=True))
            if apart <= 6 and np.corrcoef(flat[one], flat[other])[0, 1] >= 0.92:
                group = [group[one] if name == group[other] else name for name in group]
    wanted = {tuple(n for n in range(60) if group[n] == name) for name in set(group)}
    found = {tuple(rows.tolist()) for rows in near_duplicates(samples)}
    assert found == {rows for rows in wanted if len(rows) > 1}
    assert found


def test_the_report_names_pictures_and_puts_differing_labels_first():
    samples = [sample("a", "owl"), sample("b", "owl"), sample("c", "lion"), sample("d", "owl")]
    told = duplicate_lines(samples, [np.array([0, 1]), np.array([2, 3])])
    assert told[0] == "near-duplicates, kept on one side: 4 pictures in 2 groups"
    assert told[1:] == ["  c = d (labels differ: lion, owl)", "  a = b"]


# Sides


@pytest.mark.parametrize("held_out", ["pictures", "classes"])
@pytest.mark.parametrize("seed", range(5))
def test_a_split_never_separates_a_source(held_out, seed):
    samples = many()
    sides = split(samples, replace(PLAIN, held_out=held_out, seed=seed))
    of_source = {}
    for one, side in zip(samples, sides, strict=True):
        assert of_source.setdefault(one.source, side) == side
    assert set(sides) == set(SIDES)


def test_every_class_and_kind_of_source_gives_its_share():
    samples = many(labels=4, photos=20, drawings=3)
    sides = split(samples, replace(PLAIN, test_share=0.2, validation_share=0.25))
    count = Counter((one.label, one.domain, side) for one, side in zip(samples, sides, strict=True))
    for label in {one.label for one in samples}:
        # 10 photos are drawn three times each and 10 not at all: a fifth, then a quarter of the rest.
        assert count[label, "photo", "test"] == 4
        assert count[label, "drawing", "test"] == 6
        assert count[label, "photo", "validation"] == 4
        assert count[label, "drawing", "validation"] == 6


@pytest.mark.parametrize(
    ("pictures", "wanted"),
    [(1, (1, 0, 0)), (2, (1, 0, 1)), (3, (2, 0, 1)), (4, (2, 1, 1)), (10, (7, 1, 2)), (100, (72, 8, 20))],
)
def test_small_classes_keep_enough_to_train_on(pictures, wanted):
    samples = [sample(f"{label}{n}", label) for label in ("a", "b") for n in range(pictures)]
    count = Counter(split(samples, PLAIN)[:pictures].tolist())
    assert tuple(count[side] for side in SIDES) == wanted


def test_without_a_validation_share_there_is_none():
    assert set(split(many(), replace(PLAIN, validation_share=0.0))) == {"train", "test"}


def test_near_duplicates_stay_on_one_side_even_under_two_labels():
    samples = many(labels=4, photos=10, drawings=0)
    groups = [np.array([0, 12]), np.array([12, 25]), np.array([3, 4])]
    for seed in range(10):
        sides = split(samples, DataConfig(seed=seed), groups)
        assert len(set(sides[[0, 12, 25]])) == 1
        assert len(set(sides[[3, 4]])) == 1


def test_near_duplicates_are_found_where_they_are_wanted():
    samples = [
        sample(f"{label}{n}", label, picture=landscape(n if n < 3 else 100 * place + n))
        for place, label in enumerate("ab")
        for n in range(12)
    ]
    sides = [split(samples, DataConfig(seed=seed)) for seed in range(8)]
    assert all((one[[0, 1, 2]] == one[[12, 13, 14]]).all() for one in sides)
    apart = [split(samples, DataConfig(seed=seed, near_duplicates=False)) for seed in range(8)]
    assert any((one[[0, 1, 2]] != one[[12, 13, 14]]).any() for one in apart)


def test_the_only_picture_of_a_class_is_trained_on_whatever_it_looks_like():
    samples = [sample(f"{n}", "many") for n in range(9)] + [sample("lone", "lone")]
    for seed in range(20):
        sides = split(samples, DataConfig(seed=seed), [np.array([2, 9])])
        assert sides[9] == sides[2] == "train"


def test_held_out_classes_are_those_of_the_seed_and_no_picture_of_theirs_is_trained_on():
    samples = many(labels=10)
    sides = split(samples, replace(PLAIN, held_out="classes", test_share=0.3, seed=4))
    labels = sorted({one.label for one in samples})
    wanted = set(np.random.default_rng(4).permutation(labels)[:3].tolist())
    assert {one.label for one, side in zip(samples, sides, strict=True) if side == "test"} == wanted
    assert all((side == "test") == (one.label in wanted) for one, side in zip(samples, sides, strict=True))


def test_what_looks_like_a_held_out_class_but_is_named_otherwise_is_left_out():
    samples = [sample(f"{label}{n}", label) for label in ("a", "b", "c", "d") for n in range(5)]
    data = replace(PLAIN, held_out="classes", test_share=0.25)
    plain = split(samples, data)
    inside, outside = np.flatnonzero(plain == "test")[0], np.flatnonzero(plain != "test")[0]
    sides = split(samples, data, [np.array(sorted((inside, outside)))])
    assert sides[inside] == "test"
    assert sides[outside] == LEFT_OUT
    assert (sides == LEFT_OUT).sum() == 1
    assert split_lines(samples, sides)[-1] == "left out: 1 pictures, 1 sources, 1 classes"


@pytest.mark.parametrize("held_out", ["pictures", "classes"])
def test_what_is_only_learnt_changes_nothing_of_the_division(held_out):
    """Not even where it joins two photos, or is all that a class has."""
    samples = many(labels=8)
    more = [replace(sample(f"shown {n}", f"class {n}"), only_learnt=True) for n in range(9)]
    data = replace(PLAIN, held_out=held_out)
    plain = split(samples, data)
    sides = split([*samples, *more], data)
    assert (sides[: len(samples)] == plain).all()
    tested = {one.label for one, side in zip(samples, plain, strict=True) if side == "test"}
    for one, side in zip(more, sides[len(samples) :], strict=True):
        assert side == (LEFT_OUT if held_out == "classes" and one.label in tested else LEARNT)


def test_what_is_only_learnt_is_left_out_where_it_looks_like_what_is_asked():
    samples = [sample(f"{label}{n}", label) for label in "ab" for n in range(20)]
    plain = split(samples, PLAIN)
    for side, wanted in (("train", LEARNT), ("validation", LEFT_OUT), ("test", LEFT_OUT)):
        row = int(np.flatnonzero(plain == side)[0])
        one = replace(sample("shown", samples[row].label), only_learnt=True)
        sides = split([*samples, one], PLAIN, [np.array([row, len(samples)])])
        assert sides.tolist() == [*plain, wanted]


def test_one_class_to_divide_is_too_few_whatever_is_learnt_beside_it():
    with pytest.raises(ValueError, match="1 class cannot be divided"):
        split([sample("1"), sample("2"), replace(sample("3", "hare"), only_learnt=True)], PLAIN)


def test_the_seed_decides_and_the_order_of_the_samples_does_not():
    samples = many()
    one, same, other = (split(samples, replace(PLAIN, seed=seed)) for seed in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()
    order = np.random.default_rng(0).permutation(len(samples))
    assert (split([samples[row] for row in order], replace(PLAIN, seed=1)) == one[order]).all()


def test_a_class_more_leaves_the_others_as_they_were():
    samples = many(labels=4)
    more = [sample(f"new {n}", "new") for n in range(9)]
    assert (split([*more, *samples], PLAIN)[9:] == split(samples, PLAIN)).all()


def test_one_class_alone_is_refused():
    with pytest.raises(ValueError, match="1 class cannot be divided; wanted: two or more"):
        split([sample("1"), sample("2")], PLAIN)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6), st.booleans()), min_size=1, max_size=40),
    st.integers(0, 3),
    st.sampled_from(["pictures", "classes"]),
)
@settings(max_examples=100, deadline=None)
def test_any_data_of_two_classes_is_divided_whole(rows, seed, held_out):
    samples = [sample("z", "z")] + [
        sample(f"{place}", label, f"{label}/{source}", "drawing" if drawn else "photo")
        for place, (label, source, drawn) in enumerate(rows)
    ]
    sides = split(samples, replace(PLAIN, seed=seed, held_out=held_out))
    assert set(sides) <= set(SIDES)
    assert len({(one.source, side) for one, side in zip(samples, sides, strict=True)}) == len(
        {one.source for one in samples}
    )
    if held_out == "pictures":
        trained = {one.label for one, side in zip(samples, sides, strict=True) if side == "train"}
        assert trained == {one.label for one in samples}


# On disk


def test_a_split_comes_back_from_disk_whatever_the_names(tmp_path):
    names = ['a,b".png', "line\nbreak", "ünï", os.fsdecode(b"latin-\xe9.png"), "=1+1"]
    samples = [sample(name, f"label {name}") for name in names]
    sides = np.array(["train", "test", "validation", "train", "left out"])
    write_split(tmp_path / "runs" / "split.csv", samples, sides)
    written = read_split(tmp_path / "runs" / "split.csv")
    assert written == dict(zip(names, sides.tolist(), strict=True))
    assert (sides_of(samples[::-1], written) == sides[::-1]).all()
    assert [path.name for path in (tmp_path / "runs").iterdir()] == ["split.csv"]
    with pytest.raises(ValueError, match=r"knows nothing of 1 pictures \(new, ...\)"):
        sides_of([*samples, sample("new")], written)


@given(
    wanted=st.dictionaries(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.sampled_from(SIDES))
)
@settings(max_examples=50, deadline=None)
def test_any_names_come_back(wanted, tmp_path_factory):
    path = tmp_path_factory.mktemp("splits") / "split.csv"
    write_split(path, [sample(name) for name in wanted], np.array(list(wanted.values())))
    assert read_split(path) == wanted


def test_the_same_split_is_the_same_file(tmp_path):
    samples = many()
    for name in ("one", "two"):
        write_split(tmp_path / name, samples, split(samples, PLAIN))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no split; wanted: a CSV with the columns name, label"),
        ("name,side\r\na,train\r\n", "is no split"),
        ("name,label,source,domain,side\r\na,b,c,photo,tset\r\n", "names the side 'tset'; wanted: train"),
    ],
)
def test_what_is_no_split_is_refused(tmp_path, text, message):
    (tmp_path / "split.csv").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_split(tmp_path / "split.csv")


def test_the_shapes_of_the_other_tests_are_told_apart():
    samples = [sample(name, domain="drawing", picture=shape(name)) for name in SHAPES]
    assert near_duplicates(samples) == []
