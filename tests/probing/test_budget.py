import pytest

from gpuadvisor.probing.budget import MOST_SAMPLING_SECONDS, SHARE_FOR_SAMPLING, Budget


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_every_point_gets_its_share() -> None:
    clock = Clock()
    budget = Budget(2.0, 10, clock)
    assert budget.sampling_seconds() == pytest.approx(SHARE_FOR_SAMPLING * 0.2)
    clock.now += 0.2
    assert budget.sampling_seconds() == pytest.approx(SHARE_FOR_SAMPLING * 0.2)


def test_what_one_leaves_over_the_others_share() -> None:
    clock = Clock()
    budget = Budget(2.0, 10, clock)
    budget.sampling_seconds()
    assert budget.sampling_seconds() == pytest.approx(SHARE_FOR_SAMPLING * 2.0 / 9)


def test_what_one_takes_too_much_the_others_do_without() -> None:
    clock = Clock()
    budget = Budget(2.0, 10, clock)
    budget.sampling_seconds()
    clock.now += 1.1
    assert budget.sampling_seconds() == pytest.approx(SHARE_FOR_SAMPLING * 0.1)


def test_a_few_points_do_not_sample_for_ever() -> None:
    assert Budget(170.0, 2, Clock()).sampling_seconds() == MOST_SAMPLING_SECONDS


def test_it_is_spent_when_the_time_is_over() -> None:
    clock = Clock()
    budget = Budget(2.0, 10, clock)
    assert not budget.is_spent
    clock.now += 2.0
    assert budget.is_spent
    assert budget.sampling_seconds() == 0
