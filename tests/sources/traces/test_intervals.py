"""Unions of intervals, against counting ticks one by one."""

import numpy as np
import pytest

from gpuadvisor.sources.traces.intervals import union


@pytest.mark.parametrize("seed", range(8))
def test_against_counting(seed: int) -> None:
    generator = np.random.default_rng(seed)
    start = generator.integers(0, 200, 30)
    end = start + generator.integers(0, 15, 30)
    ticks = np.zeros(220, dtype=bool)
    for first, last in zip(start, end, strict=True):
        ticks[first:last] = True
    found = union(start.astype(float), end.astype(float))
    assert found.length == ticks.sum()
    assert (found.end[:-1] < found.start[1:]).all()
    times = np.arange(220.0)
    np.testing.assert_array_equal(found.contain(times), ticks)
    np.testing.assert_allclose(found.covered_until(times), np.concatenate([[0], np.cumsum(ticks)[:-1]]))


def test_nothing() -> None:
    none = union(np.array([]), np.array([]))
    assert none.length == 0
    assert not none.contain(np.array([1.0])).any()
    assert none.covered_until(np.array([1.0])).tolist() == [0.0]


def test_parts_of_them() -> None:
    found = union(np.array([10.0, 30.0, 50.0]), np.array([20.0, 40.0, 60.0]))
    part = found.clipped(15.0, 50.0)
    assert (part.start.tolist(), part.end.tolist()) == ([15.0, 30.0], [20.0, 40.0])
    covered = found.overlap(np.array([0.0, 12.0, 20.0]), np.array([100.0, 33.0, 30.0]))
    assert covered.tolist() == [30.0, 11.0, 0.0]
