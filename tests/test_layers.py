"""Holds the plan of the house: who may import whom, how long a file is, what it may not hold.

The rules are data and the checks are functions of a folder, so that the last tests here can show on a
made-up tree that each rule can fail.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import ROOT

OURS = ("retrieval", "hub_assets", "train", "app")
PACKAGES = ("retrieval", "hub_assets", "train")
MAX_LINES = 400
# Files longer than that, and why. Nothing here is a habit.
LONGER: dict[str, str] = {}

BUNDLE = "hub_assets.bundle"
TRAINS_WITH = (
    "train",
    "retrieval.types",
    "retrieval.images",
    "retrieval.encoder",
    "retrieval.readings",
    "retrieval.segmentation",
    BUNDLE,
    "hub_assets.cards",
)
SERVES = (
    *("retrieval.types", "retrieval.images", "retrieval.segmentation"),
    *("retrieval.search", "retrieval.collection", BUNDLE),
)
# Runs are started, followed and stopped in the app's own process, which stays as light as it is.
RUNS = ("retrieval.types", "train.config", "train.beside", "train.runs")
# Module or package -> what of ours it may import; the longest name that fits decides.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "app": ("retrieval", "hub_assets"),
    "retrieval": (),
    "retrieval.types": (),
    "retrieval.images": ("retrieval.types",),
    "retrieval.graph": ("retrieval.types",),
    "retrieval.encoder": ("retrieval.types", "retrieval.images", "retrieval.graph"),
    "retrieval.index": ("retrieval.types",),
    "retrieval.readings": ("retrieval.types", BUNDLE),
    "retrieval.segmentation": ("retrieval.types", "retrieval.images", "retrieval.graph"),
    "retrieval.collection": (
        *("retrieval.types", "retrieval.images", "retrieval.encoder", "retrieval.index"),
        *("retrieval.readings", "retrieval.segmentation", BUNDLE),
    ),
    "retrieval.seeing": (
        *("retrieval.types", "retrieval.images", "retrieval.segmentation", "retrieval.collection"),
    ),
    "retrieval.search": (
        *("retrieval.types", "retrieval.images", "retrieval.encoder", "retrieval.index"),
        *("retrieval.readings", "retrieval.segmentation", "retrieval.collection", "retrieval.seeing"),
    ),
    "retrieval.provenance": (),
    "retrieval.overview": (
        *("retrieval.types", "retrieval.readings", "retrieval.collection", "retrieval.search"),
    ),
    "retrieval.probe": ("retrieval.types", "retrieval.segmentation", "retrieval.collection"),
    "retrieval.placed": ("retrieval.types", "retrieval.collection"),
    "retrieval.live": (
        *("retrieval.types", "retrieval.collection", "retrieval.probe", "retrieval.placed"),
        "retrieval.search",
        *("hub_assets.bundle", "hub_assets.client", "hub_assets.fetch", "hub_assets.pins"),
    ),
    "retrieval.__main__": SERVES,
    "retrieval.ui": (
        *(*SERVES, "retrieval.live", "retrieval.overview", "retrieval.provenance", "retrieval.probe"),
        *("retrieval.ui", "hub_assets", "train.config", "train.runs"),
    ),
    "hub_assets": ("hub_assets", "retrieval.types"),
    "hub_assets.__main__": ("hub_assets", "retrieval.types", "retrieval.collection", "retrieval.probe"),
    "train": TRAINS_WITH,
    "train.config": ("retrieval.types",),
    "train.runs": RUNS,
    "train.runs.unpack": (*RUNS, "retrieval.images", "train.tables"),
    **dict.fromkeys(("train.runs.check", "train.runs.job"), TRAINS_WITH),
}
# Package of others -> the only modules of ours that may import it.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "faiss": ("retrieval.index",),
    "gradio": ("app", "retrieval.ui"),
    # Cards are text: hub_cards takes the Hub's own classes for them and asks it nothing.
    # The job fetches our code, so it cannot use it for that.
    "huggingface_hub": (
        *("hub_assets.client", "hub_assets.jobs"),
        *("hub_assets.hub_cards", "train.publish_job"),
    ),
    "torch": ("train",),
    "torchvision": ("train",),
    "timm": ("train",),
}
# Read by the page, so they must stay as light as it is.
TORCH_FREE = (
    *("train.config", "train.beside"),
    *(f"train.runs.{name}" for name in ("store", "queue", "lock", "state", "processes", "progress")),
    *(f"train.runs.{name}" for name in ("housekeeping", "intake", "unpack", "zips", "check", "flags")),
)
HEAVY = ("torch", "torchvision", "timm")
DYNAMIC = ("importlib.import_module", "import_module", "__import__")


def module_of(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def source_files(root: Path) -> list[Path]:
    folders = [root / name for name in OURS if (root / name).is_dir()]
    found = [path for folder in folders for path in folder.rglob("*.py")]
    return sorted([*found, *root.glob("app.py")])


def imports_of(path: Path, root: Path) -> Iterator[str]:
    """Every module a file imports anywhere in it, absolute: of `from a import b` a.b where that is a module
    of ours, otherwise a."""
    module = module_of(path, root)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parts, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
            yield from (name if is_module(name, root) else base for name in names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in DYNAMIC and node.args:
            yield str(getattr(node.args[0], "value", ""))


def within(module: str, *rooms: str) -> bool:
    return any(module == room or module.startswith(f"{room}.") for room in rooms)


def is_module(name: str, root: Path) -> bool:
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def rule_for(module: str) -> tuple[str, ...]:
    fitting = [room for room in MAY_IMPORT if within(module, room)]
    if not fitting:
        raise AssertionError(f"{module} has no rule; add it to MAY_IMPORT")
    return MAY_IMPORT[max(fitting, key=len)]


def wrong_imports(root: Path) -> list[str]:
    """`importer -> imported` for every import that the plan does not allow."""
    wrong = []
    for path in source_files(root):
        module = module_of(path, root)
        allowed = rule_for(module)
        for name in imports_of(path, root):
            top = name.partition(".")[0]
            if top in OURS:
                # The bare package holds nothing: `from retrieval import images` was counted as images.
                if name not in PACKAGES and not within(name, *allowed):
                    wrong.append(f"{module} -> {name}")
            elif top in ONLY_IN and not within(module, *ONLY_IN[top]):
                wrong.append(f"{module} -> {top}")
            if top in HEAVY and within(module, *TORCH_FREE):
                wrong.append(f"{module} -> {top}")
    return sorted(set(wrong))


def too_long(root: Path) -> list[str]:
    texts = [path for path in root.rglob("*") if path.suffix in (".py", ".js", ".html")]
    return sorted(
        f"{path.relative_to(root)}: {lines} lines"
        for path in texts
        if not set(path.relative_to(root).parts) & {".venv", "runs", "cache", "__pycache__"}
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
        and str(path.relative_to(root)) not in LONGER
    )


def unfinished(root: Path) -> list[str]:
    mark = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
    folders = [root / name for name in (*OURS, "tests", ".ci") if (root / name).is_dir()]
    files = [
        path for folder in folders for path in folder.rglob("*") if path.suffix in (".py", ".js", ".css")
    ]
    return sorted(
        f"{path.relative_to(root)}:{number}"
        for path in [*files, *root.glob("app.py")]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if mark.search(line)
    )


def test_every_file_imports_only_downward():
    assert wrong_imports(ROOT) == []


def test_the_plan_covers_the_files_there_are():
    modules = [module_of(path, ROOT) for path in source_files(ROOT)]
    assert {"app", "retrieval.search", "hub_assets.bundle", "train.loop"} <= set(modules)
    for module in modules:
        rule_for(module)


def test_no_import_runs_in_a_circle():
    edges: dict[str, set[str]] = {}
    for path in source_files(ROOT):
        module = module_of(path, ROOT)
        edges[module] = {name for name in imports_of(path, ROOT) if name not in PACKAGES} - {module}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way, module])
        if module not in done:
            for name in edges.get(module, ()):
                visit(name, (*way, module))
            done.add(module)

    for module in edges:
        visit(module, ())


def test_files_stay_short_enough_to_read_in_one_sitting():
    assert too_long(ROOT) == []


def test_nothing_is_left_unfinished():
    assert unfinished(ROOT) == []


def test_app_is_under_sixty_lines():
    assert len((ROOT / "app.py").read_text(encoding="utf-8").splitlines()) < 60


def test_at_the_top_there_is_only_what_belongs_there():
    rooms = {"app.py", "retrieval", "train", "hub_assets", "tests", "requirements.txt", "README.md"}
    beside = {"pyproject.toml", "LICENSE", "runs", "cache", "__pycache__"}  # the last three are ignored
    assert {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} <= rooms | beside


def test_requirements_name_exact_versions():
    for name in ("requirements.txt", "tests/requirements.txt"):
        for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
            if line.strip() and not line.startswith("#"):
                assert re.fullmatch(r"[A-Za-z0-9_.\[\]-]+==[0-9][0-9a-z.+]*", line.strip()), line


@pytest.mark.parametrize("module", ["retrieval.images", "hub_assets.bundle", "train.loop", "app"])
def test_a_warning_from_our_own_code_is_an_error(module):
    with pytest.raises(UserWarning, match="look here"):
        warnings.warn_explicit("look here", UserWarning, "file.py", 1, module=module)


@pytest.mark.parametrize(
    "module", ["PIL.Image", "gradio.blocks", "trainer", "application", "huggingface_hub.x"]
)
def test_a_warning_from_others_is_none(module):
    warnings.warn_explicit("look elsewhere", DeprecationWarning, "file.py", 1, module=module)


# --- the checks themselves, on a made-up tree -------------------------------------------------------


@pytest.fixture
def house(tmp_path):
    """A small tree that keeps every rule."""
    for name, text in {
        "app.py": "from retrieval.search import SearchService\nfrom retrieval.ui.page import build\n",
        "retrieval/__init__.py": "",
        "retrieval/types.py": "import numpy\n",
        "retrieval/images.py": "from retrieval.types import ImageError\n",
        "retrieval/index.py": "import faiss\nfrom retrieval.types import Embedding\n",
        "retrieval/encoder.py": "from retrieval import images\n",
        "retrieval/collection.py": "from hub_assets import bundle as bundles\n",
        "retrieval/search.py": "from retrieval import images\nfrom . import collection\n",
        "retrieval/ui/__init__.py": "",
        "retrieval/ui/page.py": "import gradio as gr\nfrom retrieval.search import SearchService\n",
        "hub_assets/__init__.py": "",
        "hub_assets/bundle.py": "from retrieval.types import BundleError\n",
        "train/__init__.py": "",
        "train/config.py": "",
        "train/loop.py": "import torch\nfrom train.config import Phase\nfrom retrieval import images\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_house_in_order_passes(house):
    assert wrong_imports(house) == []
    assert too_long(house) == []
    assert unfinished(house) == []


@pytest.mark.parametrize(
    ("file", "line", "seen"),
    [
        ("retrieval/types.py", "from retrieval.images import load", "retrieval.types -> retrieval.images"),
        ("retrieval/images.py", "import retrieval.search", "retrieval.images -> retrieval.search"),
        ("retrieval/images.py", "from .search import search", "retrieval.images -> retrieval.search"),
        ("retrieval/images.py", "from . import search", "retrieval.images -> retrieval.search"),
        (
            "retrieval/encoder.py",
            "from hub_assets.bundle import read",
            "retrieval.encoder -> hub_assets.bundle",
        ),
        ("retrieval/search.py", "from retrieval.ui import page", "retrieval.search -> retrieval.ui.page"),
        ("retrieval/search.py", "import app", "retrieval.search -> app"),
        ("retrieval/search.py", "def f():\n    import torch.nn", "retrieval.search -> torch"),
        ("retrieval/search.py", "from torchvision import io", "retrieval.search -> torchvision"),
        ("retrieval/search.py", "import gradio", "retrieval.search -> gradio"),
        ("retrieval/search.py", "from train import config", "retrieval.search -> train.config"),
        ("retrieval/search.py", "importlib.import_module('torch')", "retrieval.search -> torch"),
        ("retrieval/collection.py", "import faiss", "retrieval.collection -> faiss"),
        ("retrieval/ui/page.py", "from train.loop import fit", "retrieval.ui.page -> train.loop"),
        ("hub_assets/bundle.py", "from retrieval import search", "hub_assets.bundle -> retrieval.search"),
        ("hub_assets/bundle.py", "import huggingface_hub", "hub_assets.bundle -> huggingface_hub"),
        ("hub_assets/bundle.py", "import timm", "hub_assets.bundle -> timm"),
        ("train/loop.py", "from retrieval.search import x", "train.loop -> retrieval.search"),
        ("train/loop.py", "from retrieval.ui.page import build", "train.loop -> retrieval.ui.page"),
        ("train/loop.py", "from retrieval.collection import x", "train.loop -> retrieval.collection"),
        ("train/config.py", "import torch", "train.config -> torch"),
        ("train/config.py", "from train.loop import fit", "train.config -> train.loop"),
        ("app.py", "import train.loop", "app -> train.loop"),
    ],
)
def test_an_import_upward_is_seen(house, file, line, seen):
    path = house / file
    path.write_text(path.read_text() + line + "\n")
    assert wrong_imports(house) == [seen]


def test_what_the_page_may_read_of_training_is_allowed(house):
    path = house / "retrieval/ui/page.py"
    path.write_text(path.read_text() + "from train.config import Phase\n")
    assert wrong_imports(house) == []


def test_a_file_that_is_too_long_is_seen(house):
    (house / "train" / "loop.py").write_text("x = 1\n" * 401)
    assert too_long(house) == ["train/loop.py: 401 lines"]


def test_a_mark_of_unfinished_work_is_seen(house):
    (house / "train" / "loop.py").write_text("x = 1  # TO" + "DO: later\n")
    assert unfinished(house) == ["train/loop.py:1"]
