"""A whole small training of every network: it learns, goes on where it was killed, serves what it learnt."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from retrieval import images
from retrieval.segmentation import CATEGORIES, Segmenter, mask_of, prepared
from tests.streets import write_streets
from train import checkpoint
from train.__main__ import _parser, main
from train.segment import config as segment_config
from train.segment.config import NETWORKS, Augmentation, SegmenterConfig
from train.segment.data import held_out, read_streets
from train.segment.evaluate import examine_segmenter, summary
from train.segment.export import as_served, export_run, graph_of
from train.segment.loop import SegmenterTraining, fit_segmenter, load_segmenter, one_cycle
from train.segment.networks import VGG16UNet, build
from train.verbs_segment import chosen_config

CONFIG = SegmenterConfig(
    data="streets", height=48, width=64, crop_height=32, crop_width=48, channels=8, imagenet=False, batch=2,
    epochs=4, checks=2, average_decay=0.5, hold_out=0.3, learning_rate=5e-3,
    augmentation=Augmentation(rotation=3, zoom_out=0.8, zoom_in=1.2, light=0.5),
)  # fmt: skip
MEASURED = ("unet-mini", "lite0-fpn")  # exporting a graph takes seconds
STRIDES = {"unet-mini": 1, "vgg16-unet": 1, "dilatednet": 8, "lite0-fpn": 4}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_streets(folder / "streets")
    return folder


@pytest.fixture(scope="module")
def divided(data):
    return held_out(read_streets(data / "streets", "train").frames, CONFIG.hold_out)


@pytest.fixture(scope="module")
def runs(data, divided, tmp_path_factory):
    """A finished run of each network; those of MEASURED are evaluated."""
    folders = {}
    for network in NETWORKS:
        folders[network] = tmp_path_factory.mktemp("runs") / network
        fit_segmenter(divided[0], replace(CONFIG, network=network), folders[network], divided[1], False)
        if network in MEASURED:
            examine_segmenter(folders[network], data, progress=False)
    return folders


def events(run):
    return [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]


def same_weights(one, other):
    there = other.state_dict()
    return all(torch.allclose(value, there[name], atol=1e-6) for name, value in one.state_dict().items())


def test_what_is_kept_is_mixed_with_the_run_before_it_as_told(runs, divided, tmp_path):
    before = str(runs["unet-mini"])
    config = replace(CONFIG, network="unet-mini", before=before, hold_out=0.0)
    alone = fit_segmenter(divided[0], config, tmp_path / "alone", progress=False).state_dict()
    mixed = fit_segmenter(divided[0], replace(config, before_share=0.6), tmp_path / "mixed", progress=False)
    older = load_segmenter(runs["unet-mini"])[0].state_dict()
    for name, value in mixed.named_parameters():
        assert torch.allclose(value, 0.4 * alone[name] + 0.6 * older[name], atol=1e-6)
    with pytest.raises(ValueError, match="0 without a run before"):
        replace(CONFIG, before_share=0.6)


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_gives_seven_logits_at_its_stride_for_any_multiple_of_16(network):
    model = build(replace(CONFIG, network=network)).eval()
    for height, width in ((48, 64), (80, 112)):
        with torch.no_grad():
            logits = model(torch.zeros(2, 3, height, width, dtype=torch.uint8))
        assert logits.shape == (2, 7, height // STRIDES[network], width // STRIDES[network])


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_learns_and_leaves_a_run_that_opens(runs, network):
    run = runs[network]
    assert {"config.json", "events.jsonl", "best.pt", "last.pt"} <= {path.name for path in run.iterdir()}
    losses = [event["loss"] for event in events(run) if "loss" in event]
    assert np.isfinite(losses).all()
    checks = [event["validation"] for event in events(run) if "validation" in event]
    assert len(checks) == CONFIG.checks
    assert {"loss", "cross-entropy", "dice", "mIoU"} == set(checks[0])
    model, config = load_segmenter(run)
    assert config == replace(CONFIG, network=network)
    assert not same_weights(model, build(config))


def test_enough_steps_tell_sky_from_road(divided, tmp_path):
    config = replace(CONFIG, network="unet-mini", epochs=30, augmentation=Augmentation(light=0.0))
    model = fit_segmenter(divided[0], config, tmp_path, divided[1], progress=False)
    image, truth_HW = divided[1][0].open()
    pixels = torch.from_numpy(np.asarray(image).transpose(2, 0, 1)[None].copy())
    with torch.no_grad():
        answer_HW = mask_of(model(pixels)[0].numpy(), image.size)
    for name in ("sky", "flat"):
        mine = truth_HW == CATEGORIES.index(name)
        assert (answer_HW[mine] == CATEGORIES.index(name)).mean() > 0.9


def test_a_killed_run_goes_on_and_ends_where_an_unbroken_one_does(runs, divided, tmp_path, monkeypatch):
    config = replace(CONFIG, network="unet-mini")
    monkeypatch.setattr("train.segment.loop.SAVE_EVERY", 3)
    learn = SegmenterTraining._learn

    def killed(self, *given):
        if self.step == 5:
            raise KeyboardInterrupt
        return learn(self, *given)

    with monkeypatch.context() as kill:
        kill.setattr(SegmenterTraining, "_learn", killed)
        with pytest.raises(KeyboardInterrupt):
            fit_segmenter(divided[0], config, tmp_path, divided[1], progress=False)
    assert checkpoint.load(tmp_path / "last.pt")["step"] < 6
    with pytest.raises(RuntimeError, match="not finished"):
        load_segmenter(tmp_path)
    model = fit_segmenter(divided[0], config, tmp_path, divided[1], progress=False)
    assert same_weights(model, load_segmenter(runs["unet-mini"])[0])


def test_a_finished_run_is_not_trained_again(runs, divided):
    run = runs["unet-mini"]
    before = (run / "events.jsonl").read_text()
    fit_segmenter(divided[0], replace(CONFIG, network="unet-mini"), run, divided[1], progress=False)
    assert (run / "events.jsonl").read_text() == before


def test_a_run_with_other_numbers_is_not_continued(runs, divided):
    with pytest.raises(ValueError, match="other numbers"):
        fit_segmenter(divided[0], replace(CONFIG, network="unet-mini", seed=3), runs["unet-mini"], (), False)


def test_a_run_that_gets_no_better_ends_early(divided, tmp_path, monkeypatch):
    monkeypatch.setattr("train.segment.loop.judged", lambda *given: {"loss": 1.0, "mIoU": 0.5})
    config = replace(CONFIG, network="unet-mini", epochs=20, checks=10, patience=2)
    fit_segmenter(divided[0], config, tmp_path, divided[1], progress=False)
    last = checkpoint.load(tmp_path / "last.pt")
    assert last["finished"]
    assert 3 <= last["checked"] < 5
    assert checkpoint.load(tmp_path / "best.pt")["step"] < last["step"]


def test_a_run_of_so_many_minutes_ends_in_time_with_its_schedule(divided, tmp_path):
    config = replace(CONFIG, network="unet-mini", epochs=100_000, minutes=0.03)
    fit_segmenter(divided[0], config, tmp_path, divided[1], progress=False)
    last = checkpoint.load(tmp_path / "last.pt")
    assert last["finished"]
    assert 1.8 <= last["seconds"] < 6
    rates = [event["learning rate"] for event in events(tmp_path) if "learning rate" in event]
    assert rates[-1] < 0.2 * CONFIG.learning_rate


def test_a_run_that_holds_out_nothing_keeps_its_last_weights(divided, tmp_path):
    fit_segmenter(divided[0], replace(CONFIG, network="unet-mini", hold_out=0.0), tmp_path, (), False)
    best, last = (checkpoint.load(tmp_path / name) for name in ("best.pt", "last.pt"))
    assert best["step"] == last["step"] == 8
    assert not any("validation" in event for event in events(tmp_path))


def test_a_loss_that_is_no_number_stops_the_run_with_a_sentence(divided, tmp_path, monkeypatch):
    monkeypatch.setattr(
        "train.segment.loop.segmentation_loss", lambda logits, *given: (logits.sum() * float("nan"), {})
    )
    with pytest.raises(RuntimeError, match="the loss is nan at step 0; lower the learning rate"):
        fit_segmenter(divided[0], replace(CONFIG, network="unet-mini"), tmp_path, (), False)


def test_every_epoch_shows_every_frame_once(divided):
    training = SegmenterTraining(divided[0], replace(CONFIG, network="unet-mini"))
    shown = np.concatenate([training.rows(step) for step in range(4)])
    assert sorted(shown[:4]) == sorted(shown[4:]) == [0, 1, 2, 3]


def test_the_schedule_rises_to_the_peak_and_comes_down():
    rates = [one_cycle(progress) for progress in (0.0, 0.05, 0.525, 1.0)]
    assert rates == pytest.approx([0.04, 1.0, 0.502, 0.004])


@pytest.mark.parametrize(
    ("network", "mirror"), [("unet-mini", False), ("unet-mini", True), ("lite0-fpn", False)]
)
def test_the_exported_graph_says_what_torch_says(runs, network, mirror, divided):
    model, config = load_segmenter(runs[network])
    served = as_served(config, mirror=mirror)
    graph = graph_of(runs[network], model, served)
    segmenter = Segmenter(graph, served.height, served.width, threads=1)
    photo = divided[1][0].open()[0]
    pixels = torch.from_numpy(np.asarray(prepared(photo, 48, 64)).transpose(2, 0, 1)[None].copy())
    with torch.no_grad():
        trained = model(pixels)
        if mirror:
            trained = (trained + model(pixels.flip(3)).flip(3)) / 2
    np.testing.assert_allclose(segmenter.logits(photo), trained[0].numpy(), atol=0.05)
    agree = segmenter.segment(photo) == mask_of(trained[0].numpy(), photo.size)
    assert agree.mean() > 0.995


def test_the_model_folder_holds_graph_weights_and_what_serving_reads(runs, tmp_path):
    (tmp_path / "config.json").write_text('{"dim": 0}')
    said = export_run(runs["unet-mini"], tmp_path, mirror=True)
    assert "unet-mini at 64 x 48" in said
    values = json.loads((tmp_path / "config.json").read_text())
    assert values["dim"] == 0
    segmenter = Segmenter.open(tmp_path / "segmenter.onnx", values["segmenter"], threads=1)
    assert (segmenter.height, segmenter.width) == (48, 64)
    assert values["segmenter"]["training"] == segment_config.to_json(replace(CONFIG, network="unet-mini"))
    assert values["segmenter"]["metrics"] == {}  # those of the report are without the mirror
    again = build(replace(CONFIG, network="unet-mini"))
    again.load_state_dict(load_file(tmp_path / "segmenter.safetensors"))
    model = load_segmenter(runs["unet-mini"])[0]
    for name, value in model.state_dict().items():
        assert torch.allclose(again.state_dict()[name].float(), value.float(), atol=2e-3, rtol=2e-3), name


def test_figures_of_the_same_size_go_into_the_model_folder(runs, tmp_path):
    export_run(runs["lite0-fpn"], tmp_path)
    metrics = json.loads((tmp_path / "config.json").read_text())["segmenter"]["metrics"]
    assert 0.0 <= metrics["mean IoU"]["value"] <= 1.0


def test_an_evaluation_is_of_the_masks_that_are_served(runs, data):
    measured = json.loads((runs["lite0-fpn"] / "report" / "figures.json").read_text())
    frames = read_streets(data / "streets", "val").frames
    segmenter = Segmenter(graph_of(runs["lite0-fpn"], *load_segmenter(runs["lite0-fpn"])), 48, 64)
    right = counted = 0
    for frame in frames:
        truth_HW = frame.truth()
        answer_HW = segmenter.segment(images.load(frame.photo))
        right += int((answer_HW == truth_HW).sum())
        counted += int((truth_HW < 7).sum())
    assert measured["pixel accuracy"]["value"] == pytest.approx(right / counted, abs=1e-4)
    assert measured["frames"] == 2
    assert measured["protocol"]["split"] == "val"
    assert set(measured["IoU"]) == set(CATEGORIES[:7])
    assert measured["milliseconds"] > 0
    assert measured["training loss"] > 0
    assert measured["validation loss"] > 0
    assert "mean IoU" in summary(measured)


def test_a_report_shows_masks_curves_and_confusion(runs):
    names = {path.name for path in (runs["lite0-fpn"] / "report").iterdir()}
    assert names == {
        "figures.json", "per_frame.npz", "confusion.csv", "masks.jpg", "curves.png", "curves.csv",
    }  # fmt: skip


def test_held_out_frames_have_a_report_of_their_own(runs, data):
    before = (runs["unet-mini"] / "report" / "figures.json").read_text()
    measured = examine_segmenter(runs["unet-mini"], data, "held-out", progress=False)
    assert measured["frames"] == 2
    assert (runs["unet-mini"] / "report-held-out" / "figures.json").is_file()
    assert (runs["unet-mini"] / "report" / "figures.json").read_text() == before


def test_a_run_that_was_begun_keeps_its_numbers_without_a_flag(runs):
    options = _parser().parse_args(["fit-segmenter", "--run", str(runs["dilatednet"])])
    assert chosen_config(options) == replace(CONFIG, network="dilatednet")


def test_from_the_command_line_a_run_is_trained_evaluated_exported_and_compared(data, tmp_path, runs, capsys):
    run, out, path = tmp_path / "run", tmp_path / "out", tmp_path / "config.json"
    path.write_text(json.dumps(segment_config.to_json(replace(CONFIG, network="unet-mini", seed=1))))
    for verb in (
        ["fit-segmenter", "--config", str(path), "--run", str(run)],
        ["evaluate-segmenter", str(run)],
        ["export-segmenter", str(run), "--out", str(tmp_path / "model")],
        ["compare", str(run), str(runs["unet-mini"]), "--out", str(out)],
    ):
        assert main(["--data", str(data), *verb]) == 0, capsys.readouterr().err
    assert (tmp_path / "model" / "segmenter.onnx").is_file()
    assert {entry.name for entry in out.iterdir()} == {"table.txt", "table.md", "plot.png"}
    assert "4 to train on, 2 to stop by" in capsys.readouterr().out


def test_an_encoder_beside_a_segmenter_is_not_compared(runs, tmp_path, capsys):
    (tmp_path / "config.json").write_text('{"variant": "raw"}')
    assert main(["compare", str(runs["unet-mini"]), str(tmp_path)]) == 1
    assert "some runs are of encoders" in capsys.readouterr().err


def test_a_folder_without_a_run_says_how_to_make_one(tmp_path, capsys):
    assert main(["evaluate-segmenter", str(tmp_path / "none")]) == 1
    assert "make one with: python -m train fit-segmenter" in capsys.readouterr().err


def test_lite0_begins_with_imagenets_weights():
    config = replace(CONFIG, network="lite0-fpn", imagenet=True)
    one, other = (build(config).encoder.conv_stem.weight for _ in range(2))
    assert torch.equal(one, other)
    assert not torch.equal(one, build(replace(config, imagenet=False)).encoder.conv_stem.weight)


def test_vgg16_takes_torchvisions_weights_and_says_where_they_cannot_be_fetched(monkeypatch):
    from torchvision.models import VGG16_BN_Weights, vgg16_bn

    given = vgg16_bn(weights=None).state_dict()
    monkeypatch.setattr(VGG16_BN_Weights, "get_state_dict", lambda self, **options: given)
    assert torch.equal(VGG16UNet(imagenet=True).encoder[0].weight, given["features.0.weight"])

    def unreachable(self, **options):
        raise OSError("no network")

    monkeypatch.setattr(VGG16_BN_Weights, "get_state_dict", unreachable)
    with pytest.raises(RuntimeError, match=r"cannot be fetched here \(OSError\).*--no-imagenet"):
        VGG16UNet(imagenet=True)
