"""An augmented picture is the same thing again, repeats with its seed, and keeps what it was made from."""

import numpy as np
import pytest
import torch
from PIL import Image

from tests.helpers import encoded
from tests.test_balance import SIZE, files_of, folder
from tests.test_splits import landscape, sample, scribble
from train.data import read_folder
from train.photo_augment import Augmenter, augment_folder, flips_allowed, photo_augmentation, seeded


def test_augmented_folders_hold_the_originals_their_versions_and_a_contact_sheet(tmp_path):
    folder(tmp_path / "in", {"a": 3, "b": 2}, ending=".jpg")
    found = augment_folder(tmp_path / "in", tmp_path / "out", copies=2, size=SIZE)
    before, after = files_of(tmp_path / "in"), files_of(tmp_path / "out")
    assert len(found.samples) == 5
    assert {name: after[name] for name in before} == before
    made = set(after) - set(before) - {"contact-sheet.png"}
    assert made == {f"{name[:-4]}~aug{k}.jpg" for name in before for k in (1, 2)}
    assert len({after[name] for name in made}) == 10
    for name in made:
        with Image.open(tmp_path / "out" / name) as picture:
            assert (picture.mode, picture.size) == ("RGB", (SIZE, SIZE))
    again = read_folder(tmp_path / "out", "photo")
    assert len(again.samples) == 15
    assert len({one.source for one in again.samples}) == 5


def test_drawings_become_drawings_whatever_their_size_and_mode(tmp_path):
    folder(tmp_path / "in", {"a": 2}, scribble)
    Image.new("L", (60, 60), "white").save(tmp_path / "in" / "a" / "blank.png")
    picture = scribble(7).resize((90, 90)).convert("RGBA")
    picture.save(tmp_path / "in" / "a" / "alpha.png")
    found = augment_folder(tmp_path / "in", tmp_path / "out", copies=1, size=SIZE)  # the kind is found out
    assert {one.domain for one in found.samples} == {"drawing"}
    assert [name for name, _ in found.broken] == ["a/blank.png"]
    for name in ("0", "1", "alpha"):
        with Image.open(tmp_path / "out" / "a" / f"{name}~aug1.png") as drawn:
            assert (drawn.mode, drawn.size) == ("L", (SIZE, SIZE))
            assert 100 < np.asarray(drawn).mean() < 254
    assert not (tmp_path / "out" / "a" / "blank.png").exists()


def test_names_that_are_taken_are_not_overwritten(tmp_path):
    folder(tmp_path / "in", {"a": 1, "b": 1})
    for name in ("0.jpg", "0~aug1.png", "[0].png"):
        (tmp_path / "in" / "a" / name).write_bytes(encoded(landscape(len(name))))
    augment_folder(tmp_path / "in", tmp_path / "out", copies=2, drawing=False, size=SIZE)
    before, after = files_of(tmp_path / "in"), files_of(tmp_path / "out")
    assert {name: after[name] for name in before} == before
    assert len(after) == 5 + 2 * 5 + 1


@pytest.mark.parametrize(
    ("label", "no_flip", "wanted"),
    [
        ("A", (), False),
        ("letter_b", (), False),
        ("Letters", (), False),
        ("lion", (), True),
        ("lion", ("lion",), False),
    ],
)
def test_letters_and_named_classes_are_never_mirrored(label, no_flip, wanted):
    assert flips_allowed(label, no_flip) is wanted


def test_versions_of_a_letter_keep_its_way_round():
    """Dark on the left; mirrored it would be dark on the right."""
    half = Image.new("RGB", (64, 64), "white")
    half.paste("black", (0, 0, 24, 64))
    ways = {}
    for label in ("A", "lion"):
        one = sample("1", label, picture=half)
        versions = [
            np.asarray(made.convert("L"), np.float32) for made in Augmenter(SIZE).versions(one, 1, 24)
        ]
        ways[label] = [made[:, : SIZE // 2].mean() < made[:, SIZE // 2 :].mean() for made in versions]
    assert all(ways["A"])
    assert 4 < sum(ways["lion"]) < 20


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0, 2.0])
def test_a_photo_keeps_its_channels_at_the_size_asked_for(channels, strength):
    image = torch.randint(0, 256, (channels, 50, 70), dtype=torch.uint8)
    change = photo_augmentation(40, strength=strength)
    torch.manual_seed(0)
    for _ in range(30):
        changed = change(image)
        assert changed.shape == (channels, 40, 40)
        assert changed.dtype == torch.uint8


def test_a_seed_repeats_a_picture_and_leaves_other_chance_alone():
    image = torch.from_numpy(np.asarray(landscape(1)).copy()).permute(2, 0, 1)
    change = photo_augmentation(40)
    torch.manual_seed(5)
    wanted = torch.rand(3)
    torch.manual_seed(5)
    one, same, other = (seeded(change, image, seed) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert torch.equal(torch.rand(3), wanted)


def test_without_strength_a_square_photo_stays_in_its_place():
    image = torch.zeros(3, 64, 64, dtype=torch.uint8)
    image[:, 20:30, 8:20] = 255
    change = photo_augmentation(64, flips=False, strength=0.0)
    for seed in range(10):
        changed = seeded(change, image, seed).float().mean(dim=0)
        assert changed[20:30, 8:20].min() > changed[40:, 40:].max()
