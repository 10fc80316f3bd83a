"""Scores of masks and losses, against numbers worked out by hand."""

import numpy as np
import pytest
import torch

from retrieval.segmentation import VOID
from train.segment import metrics
from train.segment.config import SegmenterConfig
from train.segment.losses import OBJECT, dice_loss, segmentation_loss

NAN = float("nan")
# 2 x 4 pixels, one of them void in truth.
TRUTH_HW = np.array([[0, 0, 0, 1], [1, 4, VOID, 4]], np.uint8)
ANSWER_HW = np.array([[0, 0, 1, 1], [1, 1, 4, 4]], np.uint8)


def test_void_in_truth_counts_nowhere():
    counts_CC = metrics.confusion(TRUTH_HW, ANSWER_HW)
    assert counts_CC.sum() == 7
    assert counts_CC[0].tolist() == [2, 1, 0, 0, 0, 0, 0]
    assert counts_CC[1].tolist() == [0, 2, 0, 0, 0, 0, 0]
    assert counts_CC[4].tolist() == [0, 1, 0, 0, 1, 0, 0]


def test_iou_dice_and_accuracy_are_those_worked_out_by_hand():
    counts_CC = metrics.confusion(TRUTH_HW, ANSWER_HW)
    # flat: 2 of 3; construction: 2 right, 2 wrongly said; sky: 1 right, 1 missed.
    np.testing.assert_allclose(metrics.iou(counts_CC), [2 / 3, 2 / 4, NAN, NAN, 1 / 2, NAN, NAN])
    np.testing.assert_allclose(metrics.dice(counts_CC), [4 / 5, 4 / 6, NAN, NAN, 2 / 3, NAN, NAN])
    assert metrics.pixel_accuracy(counts_CC) == pytest.approx(5 / 7)
    assert metrics.mean_over_categories(metrics.iou(counts_CC)) == pytest.approx((2 / 3 + 1 / 2 + 1 / 2) / 3)


def test_a_category_that_is_only_ever_said_has_an_iou_of_zero():
    counts_CC = metrics.confusion(np.zeros((1, 2), np.uint8), np.array([[0, 5]], np.uint8))
    np.testing.assert_allclose(metrics.iou(counts_CC), [1 / 2, NAN, NAN, NAN, NAN, 0.0, NAN])


def test_iou_is_of_all_frames_at_once_not_a_mean_over_frames():
    large = metrics.confusion(np.zeros((10, 10), np.uint8), np.zeros((10, 10), np.uint8))
    small = metrics.confusion(np.zeros((1, 1), np.uint8), np.ones((1, 1), np.uint8))
    assert metrics.iou(large + small)[0] == pytest.approx(100 / 101)


def test_a_mask_of_another_size_or_with_void_is_refused():
    with pytest.raises(ValueError, match="the same photo"):
        metrics.confusion(TRUTH_HW, ANSWER_HW[:1])
    with pytest.raises(ValueError, match="holds void"):
        metrics.confusion(TRUTH_HW, np.full_like(TRUTH_HW, VOID))


def test_scores_of_many_rounds_are_those_of_each():
    stack_NCC = np.stack([metrics.confusion(TRUTH_HW, answer) for answer in (TRUTH_HW.clip(0, 4), ANSWER_HW)])
    np.testing.assert_allclose(metrics.iou(stack_NCC)[1], metrics.iou(stack_NCC[1]))
    assert metrics.pixel_accuracy(stack_NCC).tolist() == [1.0, pytest.approx(5 / 7)]


def test_frames_that_are_all_alike_have_an_interval_of_no_width():
    stack_NCC = np.stack([metrics.confusion(TRUTH_HW, ANSWER_HW)] * 5)
    low, high = metrics.interval(metrics.pixel_accuracy(metrics.resampled(stack_NCC)))
    assert low == high == pytest.approx(5 / 7)


def test_an_interval_holds_the_value_and_widens_with_the_spread():
    rng = np.random.default_rng(0)
    answers = [
        np.where(rng.random((8, 8)) < share, 0, 1).astype(np.uint8) for share in np.linspace(0.2, 1, 40)
    ]
    stack_NCC = np.stack([metrics.confusion(np.zeros((8, 8), np.uint8), answer) for answer in answers])
    low, high = metrics.interval(metrics.pixel_accuracy(metrics.resampled(stack_NCC)))
    assert low < metrics.pixel_accuracy(stack_NCC.sum(axis=0)) < high
    assert 0.05 < high - low < 0.3


def test_an_interval_of_no_value_is_none():
    assert np.isnan(metrics.interval(np.full(3, NAN))).all()
    assert np.isnan(metrics.mean_over_categories(np.full(7, NAN)))


def shares(*pixels):
    """(1, 7, 1, W) probabilities, a row of (flat, construction) for each pixel."""
    made = torch.zeros(1, 7, 1, len(pixels))
    for place, (flat, construction) in enumerate(pixels):
        made[0, 0, 0, place], made[0, 1, 0, place] = flat, construction
    return made


def test_the_dice_loss_is_the_one_worked_out_by_hand():
    shares_BCHW = shares((0.75, 0.25), (0.5, 0.5), (0.0, 1.0), (1.0, 0.0))
    truth_BHW = torch.tensor([[[0, 1, 1, VOID]]])
    # flat: 2 * 0.75 / (0.75 + 0.5 + 1); construction: 2 * 1.5 / (0.25 + 0.5 + 1 + 2). Others are not there.
    wanted = 1 - (1.5 / 2.25 + 3.0 / 3.75) / 2
    assert dice_loss(shares_BCHW, truth_BHW).item() == pytest.approx(wanted)


def test_a_perfect_answer_has_no_dice_loss():
    assert dice_loss(shares((1.0, 0.0), (0.0, 1.0)), torch.tensor([[[0, 1]]])).item() == pytest.approx(0.0)


@pytest.mark.parametrize("loss", ["cross-entropy", "cross-entropy+dice"])
def test_a_batch_of_nothing_but_void_teaches_nothing(loss):
    logits = torch.randn(2, 7, 4, 4, requires_grad=True)
    total, _ = segmentation_loss(logits, torch.full((2, 8, 8), VOID), SegmenterConfig(loss=loss))
    total.backward()
    assert total.item() == 0.0
    assert not logits.grad.any()


def test_the_loss_of_an_even_guess_is_the_logarithm_of_seven_and_void_does_not_change_it():
    truth_BHW = torch.zeros(1, 8, 8, dtype=torch.int64)
    truth_BHW[:, :3] = VOID
    total, parts = segmentation_loss(
        torch.zeros(1, 7, 2, 2), truth_BHW, SegmenterConfig(loss="cross-entropy")
    )
    assert total.item() == pytest.approx(np.log(7))
    assert set(parts) == {"loss", "cross-entropy"}


def test_a_pixel_of_an_object_weighs_what_the_configuration_says():
    truth_BHW = torch.tensor([[[OBJECT, 0, 0, VOID]]])
    logits_BCHW = torch.zeros(1, 7, 1, 4)
    logits_BCHW[0, 0, 0, :] = 2.0
    config = SegmenterConfig(loss="cross-entropy", object_weight=3.0)
    total, _ = segmentation_loss(logits_BCHW, truth_BHW, config)
    flat, other = -torch.log_softmax(logits_BCHW[0, :, 0, 0], dim=0)[[0, OBJECT]]
    assert total.item() == pytest.approx(float((3 * other + 2 * flat) / 5))


def test_the_combined_loss_is_the_sum_of_its_parts():
    torch.manual_seed(0)
    config = SegmenterConfig(dice_weight=0.5)
    total, parts = segmentation_loss(torch.randn(1, 7, 4, 4), torch.randint(0, 8, (1, 8, 8)), config)
    assert total.item() == pytest.approx(parts["cross-entropy"] + 0.5 * parts["dice"], rel=1e-5)
