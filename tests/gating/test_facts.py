"""The facts that are gated are facts of the catalogue."""

import pytest

from gpuadvisor.gating.facts import BY_COMPILER, COMPARED, RECORDED, is_fact, near_fact


@pytest.mark.parametrize("name", sorted({*COMPARED, *RECORDED, *BY_COMPILER, "time"}))
def test_each_is_catalogued(name: str) -> None:
    assert is_fact(name)


def test_a_near_miss_is_named() -> None:
    assert near_fact("registers_per_tread") == "did you mean `registers_per_thread`?"
