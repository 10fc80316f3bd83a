"""Unknown values of a segmenter stop at the door, and its configuration comes back from JSON as it went."""

import json
from dataclasses import replace

import pytest

from tests.helpers import ROOT
from train.__main__ import _parser
from train.segment import config as segment_config
from train.segment.config import NETWORKS, Augmentation, SegmenterConfig
from train.segment.networks import build
from train.verbs_segment import chosen_config

PROTOCOLS = sorted((ROOT / "train" / "protocols").glob("streets*.json"))
SERVED = ("streets", "streets-finish", "streets-objects")  # at full size, one after the other


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"network": "segformer"}, "unet-mini, vgg16-unet, dilatednet, lite0-fpn"),
        ({"loss": "focal"}, "cross-entropy, cross-entropy"),
        ({"height": 50}, "multiples of 16"),
        ({"crop_width": 16}, "from 32"),
        ({"batch": 0}, "batch"),
        ({"hold_out": 1.0}, "hold_out"),
        ({"average_decay": 1.0}, "average_decay"),
        ({"network": "vgg16-unet", "channels": 32, "imagenet": True}, "no-imagenet"),
    ],
)
def test_a_run_with_values_out_of_range_stops_at_the_door(change, message):
    with pytest.raises(ValueError, match=message):
        replace(SegmenterConfig(), **change)


@pytest.mark.parametrize(
    "change",
    [
        {"zoom_out": 0.0},
        {"zoom_in": 0.5},
        {"flip": 1.2},
        {"jpeg": 0},
        {"shade": 1.0},
        {"hue": -0.1},
        {"blur": -1.0},
    ],
)
def test_an_augmentation_out_of_range_stops_at_the_door(change):
    with pytest.raises(ValueError, match=r"wanted|below 0"):
        replace(Augmentation(), **change)


@pytest.mark.parametrize("path", PROTOCOLS, ids=lambda path: path.stem)
def test_every_protocol_that_is_committed_opens_and_builds(path):
    config = segment_config.load(path)
    assert config == segment_config.from_json(json.loads(json.dumps(segment_config.to_json(config))))
    build(config, pretrained=False)


def test_the_protocols_compare_all_four_networks_at_one_size_and_budget():
    compared = [segment_config.load(path) for path in PROTOCOLS if path.stem not in SERVED]
    assert {config.network for config in compared} == set(NETWORKS)
    assert len({(config.height, config.width, config.minutes, config.loss) for config in compared}) == 1


@pytest.mark.parametrize("text", ["", "[]", "{", '{"networks": 3}', '{"augmentation": {"rain": 1}}'])
def test_a_file_that_is_no_configuration_is_said_to_be_none(tmp_path, text):
    path = tmp_path / "run.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="configuration"):
        segment_config.load(path)


def test_flags_change_only_what_they_name(tmp_path):
    given = ["--data", "all", "fit-segmenter", "--run", str(tmp_path), "--network", "dilatednet"]
    given += ["--minutes", "2.5", "--no-imagenet", "--data", "city", "--rotation", "3", "--jpeg", "50"]
    options = _parser().parse_args(given)
    wanted = SegmenterConfig(
        network="dilatednet", minutes=2.5, imagenet=False, data="city",
        augmentation=replace(Augmentation(), rotation=3.0, jpeg=50),
    )  # fmt: skip
    assert chosen_config(options) == wanted
    assert str(options.data) == "all"
