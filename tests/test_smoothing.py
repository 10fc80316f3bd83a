"""A smoothed gallery holds what its records have in common."""

import numpy as np
import pytest

from train.config import DataConfig, TrainConfig
from train.smoothing import POWER, smoothed


def unit(vectors):
    vectors = np.asarray(vectors, dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_no_neighbours_leave_the_gallery_alone():
    gallery = unit([[1, 0], [0, 1]])
    assert smoothed(gallery, 0) is gallery


def test_a_record_moves_to_its_nearest_by_hand():
    gallery = unit([[1, 0, 0], [0.6, 0.8, 0], [0, 0, 1]])
    # The first two have cosine 0.6: each is itself plus 0.6 cubed of the other. The third stands alone.
    wanted = unit([gallery[0] + 0.6**3 * gallery[1], gallery[1] + 0.6**3 * gallery[0], gallery[2]])
    np.testing.assert_allclose(smoothed(gallery, 1), wanted, atol=1e-6)


@pytest.mark.parametrize("neighbours", [1, 3, 40])
def test_it_is_what_a_slow_loop_gives(neighbours):
    gallery = unit(np.random.default_rng(0).normal(size=(20, 6)))
    slow = []
    for record in gallery:
        similarity = gallery @ record
        nearest = np.argsort(-similarity)[: neighbours + 1]
        slow.append(sum(max(similarity[row], 0.0) ** POWER * gallery[row] for row in nearest))
    np.testing.assert_allclose(smoothed(gallery, neighbours), unit(slow), atol=1e-5)


def test_what_is_opposite_pulls_nothing():
    gallery = unit([[1, 0], [-1, 0.01]])
    np.testing.assert_allclose(smoothed(gallery, 1), gallery, atol=1e-6)


def test_noise_around_a_class_averages_out():
    rng = np.random.default_rng(1)
    centres = unit(rng.normal(size=(4, 32)))
    gallery = unit(np.repeat(centres, 12, axis=0) + 0.15 * rng.normal(size=(48, 32)))
    wanted = np.repeat(np.arange(4), 12)
    plain = (gallery * centres[wanted]).sum(axis=1)
    assert ((smoothed(gallery, 5) * centres[wanted]).sum(axis=1) > plain).mean() > 0.95


def test_a_query_of_the_gallery_would_leak_and_is_refused():
    with pytest.raises(ValueError, match="a query of the gallery would leak"):
        TrainConfig(smoothing=5, data=DataConfig(photos=("pets",)))
