"""How the lanes of an atomic meet at addresses."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.contention import worst_lanes
from gpuadvisor.emulator.counting.requests import gather
from gpuadvisor.model.traffic import Contention
from tests.emulator.counting.launches import BASE, EVERY_LANE, TID, observe, recorder, warp

HALF = (TID < 16).reshape(1, 32)


def contention(offsets: NDArray[np.int64], active: NDArray[np.bool_] = EVERY_LANE) -> Contention:
    recorder_ = recorder("red.global.add.u32")
    for row in np.atleast_2d(offsets):
        recorder_.access(0, "global", "atomic", warp(row, BASE), active, 4)
    found = observe(recorder_).accesses[0].contention
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("offsets", "active", "mean", "worst", "addresses", "hottest"),
    [
        (0 * TID, EVERY_LANE, 32, 32, 1, 1.0),
        (4 * TID, EVERY_LANE, 1, 1, 32, 1 / 32),
        (4 * (TID // 4), EVERY_LANE, 4, 4, 8, 1 / 8),
        (4 * np.maximum(TID - 24, 0), EVERY_LANE, 4, 25, 8, 25 / 32),
        (4 * np.maximum(TID - 24, 0), HALF, 16, 16, 1, 1.0),
        (0 * TID, TID.reshape(1, 32) == 3, 1, 1, 1, 1.0),
    ],
)
def test_one_request(
    offsets: NDArray[np.int64],
    active: NDArray[np.bool_],
    mean: float,
    worst: int,
    addresses: int,
    hottest: float,
) -> None:
    found = contention(offsets, active)
    assert (found.lanes_per_address, found.worst_lanes, found.addresses) == (mean, worst, addresses)
    assert found.mean_worst_lanes == worst
    assert found.hottest_share == pytest.approx(hottest)


def test_requests_are_judged_one_by_one_and_addresses_together() -> None:
    """Two requests with two lanes on the same word each, the others apart: four of 64 updates."""
    first, second = 4 * TID, 4 * (TID + 100)
    first[1], second[1], second[0] = 0, 0, 0
    found = contention(np.stack([first, second]))
    assert (found.worst_lanes, found.mean_worst_lanes) == (2, 2.0)
    assert found.hottest_share == 4 / 64
    assert found.addresses == 31 + 30
    assert found.lanes_per_address == 64 / 62


def test_the_worst_of_random_requests_is_what_bincount_says() -> None:
    random = np.random.default_rng(5)
    words = random.integers(0, 12, (50, 32))
    active = random.random((50, 32)) < 0.7
    found = worst_lanes(gather((4 * words + BASE).astype(np.uint64), active))
    expected = [np.bincount(row[mask]).max() for row, mask in zip(words, active, strict=True)]
    assert found.tolist() == expected


def test_loads_and_stores_do_not_contend() -> None:
    recorder_ = recorder("ld.global.f32")
    recorder_.access(0, "global", "load", warp(0, BASE), EVERY_LANE, 4)
    assert observe(recorder_).accesses[0].contention is None


def test_shared_atomics_contend_at_offsets() -> None:
    recorder_ = recorder("atom.shared.add.u32")
    recorder_.access(0, "shared", "atomic", warp(4 * (TID % 2)), EVERY_LANE, 4)
    access = observe(recorder_).accesses[0]
    assert access.reuse is None
    assert access.contention is not None
    assert (access.contention.worst_lanes, access.contention.addresses) == (16, 2)
