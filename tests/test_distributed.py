"""Two processes are one: the same global batch gives the same loss and the same weights."""

import json
import os
import socket
import subprocess
import sys
from dataclasses import replace

import pytest
import torch

from tests.helpers import ROOT
from tests.test_loop import CONFIG, pictures
from train import checkpoint
from train.config import Phase
from train.distributed import Ranks
from train.loop import fit

# BatchNorm in eval: each process would otherwise take the statistics of its own part of the batch.
HELD = replace(
    CONFIG,
    anchor_weight=0.0,
    average_decay=0.0,
    phases=(Phase("end", "semi-hard", 32, 1e-3, pictures=96, learns="end"),),
)
SCRIPT = """
import sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from tests.test_distributed import HELD
from tests.test_loop import pictures
from train.distributed import leave
from train.loop import fit
fit(pictures(), HELD, Path(sys.argv[1]), pictures(2), progress=False)
leave()
"""


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return opened.getsockname()[1]


def test_two_processes_give_the_loss_and_the_weights_of_one(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    fit(pictures(), HELD, one, pictures(2), progress=False)
    script = tmp_path / "worker.py"
    script.write_text(SCRIPT)
    command = [
        *(sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2"),
        *("--master-addr", "127.0.0.1", "--master-port", str(_free_port()), str(script), str(two)),
    ]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", "USE_LIBUV": "0"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    alone, together = (
        [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()] for run in (one, two)
    )
    losses = [[event["loss"] for event in events if "loss" in event] for events in (alone, together)]
    assert len(losses[0]) >= 2
    assert losses[1] == pytest.approx(losses[0], abs=1e-3)
    weights = [checkpoint.load(run / "checkpoint-end.pt")["model"] for run in (one, two)]
    for name, value in weights[0].items():
        assert torch.allclose(weights[1][name].float(), value.float(), atol=1e-3), name


@pytest.mark.parametrize(("rank", "part"), [(0, range(2)), (3, range(6, 8))])
def test_each_process_embeds_its_own_labels(rank, part):
    assert Ranks(rank, 4, torch.device("cpu")).part_of(8) == part


def test_labels_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="7 labels a batch do not divide among 2 processes"):
        Ranks(0, 2, torch.device("cpu")).part_of(7)
