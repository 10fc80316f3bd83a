"""A filled form goes to another machine as flags of `fit`, and is the same run there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.ui.training import form
from train.__main__ import _parser, chosen_config
from train.config import VARIANTS, DataConfig, TrainConfig
from train.runs.flags import flags_of, with_values


def made_again(config: TrainConfig) -> TrainConfig:
    return chosen_config(_parser().parse_args(["fit", "--run", "x", *flags_of(config)]))


@pytest.mark.parametrize("name", form.offered())
def test_a_variant_is_one_flag(name: str) -> None:
    assert flags_of(VARIANTS[name]) == (f"--variant={name}",)
    assert made_again(VARIANTS[name]) == VARIANTS[name]


@pytest.mark.parametrize("name", form.offered())
def test_whatever_the_form_can_change_comes_back_as_it_was(name: str) -> None:
    """Every control, moved off its default."""
    config = VARIANTS[name]

    def moved(kind: type, of: object) -> dict[str, object]:
        other = {}
        for key, control in form.controls(kind).items():
            value = getattr(of, key)
            if control["kind"] == "choice":
                other[key] = next(one for one in control["choices"] if one != value)
            else:
                other[key] = (not value) if control["kind"] == "switch" else value + type(value)(1)
        return other

    data = moved(DataConfig, config.data) | {"test_share": 0.3, "validation_share": 1e-05}
    sizes = {"serve_size": 64, "mirror_size": 96}  # of one graph
    run = moved(TrainConfig, config) | {"smoothing": 0, "margin": -0.5, "proxy_rate": 3e-07} | sizes
    # All of the network learns: what `blended` asks for.
    phases = tuple(
        replace(one, epochs=3, learning_rate=1e-4, miner="pairs", learns="all") for one in config.phases
    )
    changed = replace(config, **run, data=replace(config.data, **data), phases=phases)
    assert made_again(changed) == changed


def test_what_no_flag_says_is_refused() -> None:
    config = VARIANTS["two-phase"]
    for changed in (
        replace(config, phases=config.phases[:1]),
        replace(config, leave_out=("swan",)),
        replace(config, data=DataConfig(photos=("photos",))),
    ):
        with pytest.raises(ValueError, match="cannot be said"):
            flags_of(changed)


def test_a_number_of_one_phase_is_set_by_its_name() -> None:
    phases = VARIANTS["two-phase"].phases
    head, end = with_values(phases, ["end.epochs=3", "head.learns=all", "end.learning_rate=1e-05"])
    assert (head.epochs, head.learns) == (VARIANTS["two-phase"].phases[0].epochs, "all")
    assert (end.epochs, end.learning_rate) == (3, 1e-5)


@pytest.mark.parametrize(
    "said",
    ["end", "end.epochs", "none.epochs=3", "end.name=x", "end.none=3", "end.epochs=3.5", "end.learns=no"],
)
def test_what_sets_nothing_is_said(said: str) -> None:
    with pytest.raises(ValueError, match=r"wanted|no number"):
        with_values(VARIANTS["two-phase"].phases, [said])
