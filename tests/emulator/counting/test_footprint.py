"""The footprint against a set of sectors."""

import numpy as np
import pytest

from gpuadvisor.emulator.counting.footprint import Footprint, covering_addresses
from gpuadvisor.emulator.counting.requests import collapse, gather
from tests.emulator.counting.launches import BASE, TID


@pytest.mark.parametrize("size", [1, 4, 16, 40])
def test_distinct_sectors_over_many_pages(size: int) -> None:
    addresses = BASE + np.random.default_rng(size).integers(0, 2**30, 5000).astype(np.uint64)
    footprint = Footprint()
    footprint.add(addresses, size)
    footprint.add(addresses[:100], size)
    expected = {s for a in addresses.tolist() for s in range(a // 32, (a + size - 1) // 32 + 1)}
    assert footprint.size_bytes == 32 * len(expected)


@pytest.mark.parametrize("stride", [0, 1, 4, 8, 12, 16, 20, 32, -4])
def test_covering_addresses_lie_in_every_sector_of_the_requests(stride: int) -> None:
    bases = np.random.default_rng(1).integers(0, 10_000, (50, 1)) * 4 + BASE + 4096
    addresses = (bases + stride * TID).astype(np.uint64)
    requests = gather(addresses, np.ones((50, 32), np.bool_))
    cover = covering_addresses(requests, collapse(requests))
    assert set((cover // np.uint64(32)).ravel().tolist()) == set(
        (addresses // np.uint64(32)).ravel().tolist()
    )


def test_a_zigzag_is_covered_lane_by_lane() -> None:
    zigzag = np.where(TID % 2, 16, 0) + BASE + 24
    requests = gather(np.tile(zigzag.astype(np.uint64), (4, 1)), np.ones((4, 32), np.bool_))
    cover = covering_addresses(requests, collapse(requests))
    assert {int(a) // 32 for a in cover.ravel()} == {BASE // 32, BASE // 32 + 1}
