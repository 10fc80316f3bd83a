"""How far a job is comes from its events alone, and its own pace soon takes the place of a guess."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from train.config import VARIANTS
from train.runs.progress import BASE, PER_PICTURE, progress

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
TWO = VARIANTS["two-phase"]


def after(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def job(step: str, seconds: float, **more) -> dict:
    return {"job": step, "at": after(seconds).isoformat()} | more


READ = [job("fit", 0), job("fit", 10, pictures=200)]
HELD = [{"phase": "head", "prepared": 288, "pictures": 288, "seconds": 16.0}]


def test_nothing_is_known_before_the_first_event():
    assert progress(TWO, 200, [], BEGAN) == progress(TWO, 200, [{"phase": "x"}], BEGAN)
    assert progress(TWO, 200, [], BEGAN).seconds_left is None


def test_it_grows_event_by_event_to_the_end():
    events = [
        *READ,
        {"phase": "head", "prepared": 32, "pictures": 288, "seconds": 2.0},
        *HELD,
        {"phase": "head", "step": 0, "of": 18, "validation": {"mAP": 0.5}},
        {"phase": "head", "step": 9, "of": 18, "loss": 1.0, "seconds": 17.0},
        {"phase": "head", "step": 17, "of": 18, "loss": 1.0, "seconds": 18.0},
        {"phase": "end", "prepared": 288, "pictures": 288, "seconds": 10.0},
        {"phase": "end", "step": 30, "of": 60, "loss": 1.0, "seconds": 60.0},
        job("evaluate", 120),
        job("errors", 140),
        job("export", 141),
        job("export", 170, state="finished", message="done"),
    ]
    shares = [progress(TWO, 200, events[: n + 1], after(170)).share for n in range(1, len(events))]
    assert all(0.0 <= share < 1.0 for share in shares)
    assert shares[-1] > 0.95
    assert shares[2] < shares[6] < shares[8] < shares[-1]


def test_the_time_left_of_a_phase_is_by_its_own_pace():
    """A phase twice as slow has twice as long to go, whatever the machine was believed to be."""
    config = replace(TWO, phases=TWO.phases[1:])

    def left(seconds: float) -> float:
        half = {"phase": "end", "step": 499, "of": 1000, "loss": 1.0, "seconds": seconds}
        return progress(config, 200, [*READ, half], after(seconds + 10)).seconds_left

    assert left(2000) - left(1000) > 900
    assert left(2000) > 2000


def test_a_slow_machine_is_believed_to_stay_slow():
    """What took twice as long as measured makes what is to come twice as long."""
    expected = BASE["fit"] + PER_PICTURE["fit"] * 200
    events = [job("fit", 0), job("fit", expected, pictures=200), *HELD]
    slow = [job("fit", 0), job("fit", 3 * expected, pictures=200), HELD[0] | {"seconds": 48.0}]
    usual = progress(TWO, 200, events, after(100)).seconds_left
    assert progress(TWO, 200, slow, after(200)).seconds_left > 2 * usual


def test_a_run_that_stopped_early_has_only_what_follows_before_it():
    events = [*READ, *HELD, {"phase": "head", "step": 2, "of": 18, "stopped": True}, job("evaluate", 60)]
    seen = progress(TWO, 200, events, after(61))
    rest = sum(BASE[name] + PER_PICTURE[name] * 200 for name in ("evaluate", "errors", "export"))
    assert 0 < seen.seconds_left < 3 * rest


def test_the_clock_alone_never_ends_a_step():
    seen = progress(TWO, 200, [*READ, job("evaluate", 20)], after(10_000))
    assert seen.seconds_left > 0
    assert seen.share < 1.0


def test_a_run_without_phases_is_read_and_measured_alone():
    seen = progress(VARIANTS["raw"], 50, [job("fit", 0)], after(1))
    assert 0 < seen.share < 0.2
    assert seen.seconds_left > 0
