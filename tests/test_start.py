"""The closed-form start, and what ImageNet's names tie a concept to."""

import numpy as np
import pytest
import torch

from train.config import TrainConfig
from train.losses import ProxySoftmax
from train.model import EmbeddingModel
from train.pictures import without_tags
from train.semantics import ImageNetAnchor, imagenet_targets
from train.start import fit_probe, mixed_with_imagenet, place_proxies, whiten_head


def clusters(concepts: int = 6, each: int = 40) -> tuple[torch.Tensor, np.ndarray]:
    """Features of a few concepts that share one large direction, as pooled features do."""
    rng = torch.Generator().manual_seed(0)
    centres = torch.randn(concepts, 1280, generator=rng)
    labels = np.arange(concepts).repeat(each)
    noise = torch.randn(len(labels), 1280, generator=rng)
    return 8.0 + centres[labels] + 0.5 * noise, labels


def test_a_start_pulls_concepts_apart_that_the_raw_features_hold_together():
    features, labels = clusters()
    model, proxies = EmbeddingModel(dim=16, pretrained=False), ProxySoftmax(6, 16, 16.0)
    whiten_head(features, model)
    with torch.no_grad():
        place_proxies(model.embed(features), labels, proxies)
    raw = torch.nn.functional.normalize(features, dim=1)
    with torch.no_grad():
        embedded = model.embed(features)
        nearest = (embedded @ proxies.proxies.T).argmax(dim=1).numpy()
    assert float((raw @ raw.T).mean()) > 0.9
    assert abs(float((embedded @ embedded.T).mean())) < 0.2
    assert (nearest == labels).all()
    assert torch.allclose(proxies.proxies.norm(dim=1), torch.ones(6))


def test_a_concept_that_was_not_met_keeps_its_random_proxy():
    features, labels = clusters()
    proxies = ProxySoftmax(7, 1280, 16.0)
    before = proxies.proxies[6].clone()
    place_proxies(features, labels, proxies)
    assert torch.equal(proxies.proxies[6], before)


def test_fewer_pictures_than_dimensions_are_refused():
    features, _ = clusters(each=2)
    with pytest.raises(ValueError, match="12 pictures cannot start 16 dimensions"):
        whiten_head(features, EmbeddingModel(dim=16, pretrained=False))


def test_imagenet_names_find_their_concepts_and_only_those():
    concepts = ["bear", "garland", "lion", "rabbit", "zebra"]
    targets = imagenet_targets(concepts)
    assert targets.shape == (5, 1000)
    assert targets.sum(dim=1).tolist() == pytest.approx([1.0, 0.0, 1.0, 1.0, 1.0])
    found = {name: targets[row].nonzero().flatten().tolist() for row, name in enumerate(concepts)}
    assert found["zebra"] == [340]
    assert found["lion"] == [291]  # not the sea lion
    assert {294, 295, 296, 297} == set(found["bear"])


def test_the_anchor_keeps_what_was_seen_in_photos_and_holds_its_classifier():
    ink_NCHW = np.random.default_rng(0).integers(0, 255, (6, 1, 64, 64), dtype=np.uint8)
    concepts = np.array(["garland", "zebra", "lamp post", "lamp post", "lamp post", "lamp post"])
    domains = np.array(["art", "art", "photo", "photo", "drawing", "art"])
    pictures = without_tags(ink_NCHW, concepts, np.array(list("abcdef")), domains)
    anchor = ImageNetAnchor("tf_efficientnet_lite0", pictures)
    targets = anchor.targets[anchor.row_of]
    with torch.no_grad():
        seen = EmbeddingModel(dim=0).eval().features(torch.from_numpy(ink_NCHW[2:4]))
        seen = torch.softmax(seen @ anchor.weight.T + anchor.bias, dim=1)
    assert torch.allclose(targets[2:4], seen, atol=1e-5)  # a photo's own
    assert torch.allclose(targets[4:], seen.mean(dim=0).expand(2, -1), atol=1e-5)  # its concept's mean
    assert targets[1].argmax() == 340  # by name
    assert not targets[0].any()  # nothing is known of it

    features = (anchor.weight[340] * 4).repeat(2, 1).requires_grad_()
    unknown = anchor(features, np.array([0, 0]))
    known = anchor(features, np.array([0, 1]))
    assert float(unknown.detach()) == 0.0
    assert 0 < float(known.detach()) < float(anchor(-features, np.array([0, 1])).detach())
    known.backward()
    assert not features.grad[0].any()
    assert features.grad[1].any()
    assert not list(anchor.parameters())


@pytest.mark.parametrize("classes", [2, 5])
def test_a_probe_is_the_logistic_regression_of_the_features(classes):
    features, labels = clusters(classes, 20)
    model = EmbeddingModel(dim=0, pretrained=False, classes=classes)
    fit_probe(features, labels, model)
    with torch.no_grad():
        probabilities = model.head(features)
        vectors = model.embed(features)
    assert probabilities.shape == (classes * 20, classes)
    assert torch.allclose(probabilities.sum(dim=1), torch.ones(classes * 20), atol=1e-5)
    assert (probabilities.argmax(dim=1).numpy() == labels).all()
    assert torch.allclose(vectors.norm(dim=1), torch.ones(classes * 20), atol=1e-5)


def test_mixing_moves_the_backbone_towards_imagenet_and_leaves_the_head():
    config = TrainConfig(dim=8)
    fresh, trained = EmbeddingModel(dim=8), EmbeddingModel(dim=8, pretrained=False)
    mixed = mixed_with_imagenet(trained.state_dict(), config, 0.25)
    stem = "backbone.conv_stem.weight"
    wanted = 0.75 * trained.state_dict()[stem] + 0.25 * fresh.state_dict()[stem]
    assert torch.allclose(mixed[stem], wanted, atol=1e-6)
    assert torch.equal(mixed["head.weight"], trained.state_dict()["head.weight"])
    assert mixed["backbone.bn1.num_batches_tracked"].dtype == torch.int64
    untouched = mixed_with_imagenet(trained.state_dict(), config, 0.0)
    assert all(torch.equal(untouched[name], value) for name, value in trained.state_dict().items())
