"""Augmentation of photos and of whole folders: the same picture as another camera or hand would give it.

Photos pass torchvision.transforms.v2, drawings the simulated hand of train/augment.py.
"""

from __future__ import annotations

import glob
import math
import shutil
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageOps
from torch import Tensor
from tqdm import tqdm

from retrieval import images
from retrieval.types import ImageError
from train import torchvision_ops  # noqa: F401  (must come before torchvision)
from train.augment import simulate_drawing
from train.beside import new_folder
from train.data import AUGMENTED, read_folder
from train.samples import PictureSet, Sample

from torchvision.transforms import v2  # isort: skip

SIZE = 224  # pixels a side of the augmented pictures of a folder
# What a corner that a turn uncovers is filled with: a grey that is no edge in most photos.
_GROUND = 127
_SHEET_CLASSES, _SHEET_COPIES, _SHEET_SIDE = 12, 6, 96


def photo_augmentation(size: int, flips: bool = True, strength: float = 1.0) -> Callable[[Tensor], Tensor]:
    """A function of a (C, H, W) uint8 picture in [0, 255], of any size, to (C, size, size) uint8.

    C: 3, or 1 for grey. flips: whether a mirrored picture still is its label. strength: 0 leaves the
    geometry alone, 1 is the whole of it; light and colour are changed either way. All chance comes from
    torch's global generator, so `torch.manual_seed`, or `seeded`, repeats a picture.
    At 128 px it takes about 2 ms on one thread, which is why the dear warps are rare: an elastic one
    takes 10 ms, the others less than 1.2.
    """
    smallest, ratio = max(0.2, 1.0 - 0.5 * strength), math.exp(0.25 * strength)
    bilinear = v2.InterpolationMode.BILINEAR
    steps: list[Callable] = [
        v2.RandomResizedCrop(size, scale=(smallest, 1.0), ratio=(1 / ratio, ratio), antialias=True)
    ]
    if strength > 0:
        shift, zoom = 0.08 * strength, 1 + 0.12 * strength
        turned = v2.RandomAffine(
            15 * strength, (shift, shift), (1 / zoom, zoom), interpolation=bilinear, fill=_GROUND
        )
        slanted = v2.RandomPerspective(min(0.25 * strength, 1.0), p=0.2, interpolation=bilinear, fill=_GROUND)
        # In pixels of a picture of 128: its waves are some 12 px long and move what they carry by a few.
        reach = strength * size / 128
        waved = v2.ElasticTransform(40.0 * reach, 3.0 * max(1.0, size / 128), bilinear, fill=_GROUND)
        steps += [v2.RandomApply([turned], p=0.6), slanted, v2.RandomApply([waved], p=0.04)]
    if flips:
        steps.append(v2.RandomHorizontalFlip(0.5))
    steps += [
        v2.RandomApply([v2.ColorJitter(brightness=0.35, contrast=0.35, saturation=0.4)], p=0.8),
        v2.RandomGrayscale(p=0.08),
    ]
    return v2.Compose(steps)


def seeded(change: Callable[[Tensor], Tensor], image_CHW: Tensor, seed: int) -> Tensor:
    """`change` of the picture by this seed alone; torch's global generator is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return change(image_CHW)


def flips_allowed(label: str, no_flip: Collection[str] = ()) -> bool:
    """Whether a mirrored picture still is its label: not for a letter, nor for a class of `no_flip`."""
    return not (len(label) == 1 or label.lower().startswith("letter") or label in no_flip)


class Augmenter:
    """Fresh versions of samples, (size, size) each: the same for a seed, a picture and a number."""

    def __init__(self, size: int = SIZE, no_flip: Collection[str] = (), seed: int = 0):
        self.size, self.no_flip, self.seed = size, frozenset(no_flip), seed
        self._photo = {flips: photo_augmentation(size, flips) for flips in (True, False)}

    def versions(self, sample: Sample, first: int, count: int) -> Iterator[Image.Image]:
        """Versions number `first` and on: "L" of a drawing, "RGB" of a photo. Raises ImageError where the
        picture cannot be read, or is a drawing without a line."""
        flips = flips_allowed(sample.label, self.no_flip)
        picture = sample.open()
        if sample.domain == "drawing":
            grey_HW, _ = images.ink_on_paper(picture, "sketch", self.size)
            plain = torch.from_numpy(grey_HW.copy())
        else:
            plain = torch.from_numpy(np.asarray(picture).copy()).permute(2, 0, 1)
        for number in range(first, first + count):
            name = zlib.crc32(f"{sample.label}/{sample.name}".encode(errors="surrogateescape"))
            seed = int(np.random.SeedSequence([self.seed, name, number]).generate_state(1)[0])
            if sample.domain == "drawing":
                yield Image.fromarray(_drawn(plain, self.size, flips, seed))
            else:
                changed = seeded(self._photo[flips], plain, seed)
                yield Image.fromarray(changed.permute(1, 2, 0).contiguous().numpy())


def _drawn(grey_HW: Tensor, size: int, flips: bool, seed: int) -> np.ndarray:
    """(size, size) uint8, 255 is paper. A solid shape stays one here."""
    ink_B1HW = 1.0 - grey_HW[None, None].float() / 255.0
    rng = torch.Generator().manual_seed(seed)
    drawn = simulate_drawing(ink_B1HW, torch.zeros(1), size, rng, flips_B=torch.tensor([flips]))
    return ((1.0 - drawn[0, 0]) * 255.0).round().byte().numpy()


def write_versions(sample: Sample, folder: Path, count: int, augmenter: Augmenter) -> list[Path]:
    """`count` versions in `folder`, as <stem>~aug<k>: PNG of a drawing, JPEG of a photo. Raises ImageError
    as `Augmenter.versions` does, OSError where they cannot be written."""
    stem = Path(sample.name).stem
    ending = ".png" if sample.domain == "drawing" else ".jpg"
    # Two pictures may differ in their ending alone, and a picture may have copies already.
    first = 1
    while any(folder.glob(f"{glob.escape(stem)}{AUGMENTED}{first}.*")):
        first += 1
    written = []
    for number, version in enumerate(augmenter.versions(sample, first, count), start=first):
        path = folder / f"{stem}{AUGMENTED}{number}{ending}"
        version.save(path, quality=90)
        written.append(path)
    return written


def read_pictures(folder: Path, drawing: bool | None, progress: bool = False) -> PictureSet:
    """The class folders of `folder`. drawing: whether they hold drawings; None looks at up to 64 of them and
    goes by the most. Raises ValueError as `read_folder` does."""
    if drawing is None:
        found = read_folder(folder, "photo", verify=False).samples
        chosen = np.random.default_rng(0).permutation(len(found))[:64]
        votes = Counter(_kind(found[row]) for row in chosen)
        drawing = votes["sketch"] > votes["photo"]
    return read_folder(folder, "drawing" if drawing else "photo", progress=progress)


def _kind(sample: Sample) -> str:
    try:
        return images.guess_kind(sample.open())
    except ImageError:
        return "broken"


def augment_folder(
    raw_dir: Path,
    output_dir: Path,
    copies: int = 4,
    drawing: bool | None = None,
    no_flip: Collection[str] = (),
    seed: int = 0,
    size: int = SIZE,
    progress: bool = False,
) -> PictureSet:
    """Write every picture of `raw_dir`/<class>/ to `output_dir`/<class>/ as it is, with `copies` versions of
    it (<stem>~aug<k>), and contact-sheet.png, which shows what was done. Returns what was read.

    no_flip: classes that are never mirrored, beside letters. Broken pictures and blank drawings are
    reported and left out. Raises ValueError for a wrong folder or number, OSError where the output cannot
    be written; then nothing of it is left.
    """
    if copies < 1 or size < 32:
        raise ValueError(f"copies is {copies} and size {size}; wanted: at least 1 and 32")
    check_apart(raw_dir, output_dir)
    found = read_pictures(raw_dir, drawing, progress)
    augmenter = Augmenter(size, no_flip, seed)
    kept, blank = [], []
    rows: dict[str, list[Path]] = defaultdict(list)
    with new_folder(output_dir) as part:
        # All originals first: what is made must find their names taken.
        files = [copied(sample, part / sample.label) for sample in found.samples]
        for sample, file in zip(
            tqdm(found.samples, desc="augmenting", disable=not progress, mininterval=1), files, strict=True
        ):
            try:
                written = write_versions(sample, file.parent, copies, augmenter)
            except ImageError as error:
                blank.append((sample.name, str(error)))
                file.unlink()
                continue
            kept.append(sample)
            rows[sample.label] = rows[sample.label] or [file, *written[:_SHEET_COPIES]]
        if not kept:
            raise ValueError(f"no picture in {raw_dir} can be augmented; {blank[0][1]}")
        contact_sheet(rows).save(part / "contact-sheet.png")
    return PictureSet(tuple(kept), (*found.broken, *blank), found.notes)


def copied(sample: Sample, folder: Path) -> Path:
    """The sample's own file, in `folder` too."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copyfile(sample.path, folder / sample.path.name))


def check_apart(given: Path, output: Path) -> None:
    """Raises ValueError where the output would lie among what is read: it would be read as a class."""
    if output.resolve().is_relative_to(given.resolve()):
        raise ValueError(f"{output} lies within {given}; name a folder outside of it")


def contact_sheet(rows: dict[str, Sequence[Path]]) -> Image.Image:
    """RGB: a row for each of the first classes, the picture itself and what was made of it."""
    some = sorted(label for label, paths in rows.items() if paths)[:_SHEET_CLASSES]
    line, side = 14, _SHEET_SIDE
    columns = max(len(rows[label]) for label in some)
    sheet = Image.new("RGB", (columns * (side + 4) + 4, len(some) * (side + line + 4) + 4), "white")
    pen = ImageDraw.Draw(sheet)
    for row, label in enumerate(some):
        top = row * (side + line + 4) + 4
        pen.text((4, top), f"{label}: as it is, then augmented", fill="black")
        for column, path in enumerate(rows[label]):
            picture = ImageOps.pad(images.load(path), (side, side), color="white")
            sheet.paste(picture, (column * (side + 4) + 4, top + line))
    return sheet
