"""Requests leave out idle warps, and collapsing them never changes a count."""

import numpy as np
import pytest

from gpuadvisor.emulator.counting.requests import collapse, gather, moved, sorted_starts
from gpuadvisor.emulator.counting.sectors import distinct_bytes, sectors
from gpuadvisor.emulator.counting.wavefronts import ideal_wavefronts, wavefronts
from tests.emulator.counting.launches import BASE, TID


def test_a_warp_without_active_lanes_makes_no_request() -> None:
    active = np.zeros((3, 32), np.bool_)
    active[1, 5] = True
    requests = gather(np.full((3, 32), BASE, np.uint64), active)
    assert requests.active.tolist() == active[1:2].tolist()


def test_unit_stride_requests_collapse_to_one_pattern() -> None:
    addresses = (BASE + 4 * np.arange(64 * 32, dtype=np.uint64)).reshape(64, 32)
    patterns = collapse(gather(addresses, np.ones((64, 32), np.bool_)))
    assert patterns.weights.tolist() == [64]


def test_requests_with_other_masks_stay_apart() -> None:
    addresses = np.tile(BASE + 4 * TID.astype(np.uint64), (8, 1))
    active = np.ones((8, 32), np.bool_)
    active[4:, 7] = False
    assert sorted(collapse(gather(addresses, active)).weights.tolist()) == [4, 4]


@pytest.mark.parametrize("masked", [False, True])
def test_collapsed_requests_have_the_same_totals(masked: bool) -> None:
    random = np.random.default_rng(3)
    strides = random.choice([0, 4, 8, 12, 128, -4], (500, 1))
    bases = random.choice([0, 4, 8, 64, 128, 4096, 8192], (500, 1))
    addresses = (8192 + bases + strides * TID).astype(np.uint64)
    active = (
        random.random((500, 1)) < random.choice([0.2, 2.0], (500, 32)) if masked else np.ones((500, 32), bool)
    )
    requests = gather(addresses, active)
    patterns = collapse(requests)
    assert len(patterns.addresses) < len(requests.addresses) / 2 or masked
    for count in (
        lambda rows: sectors(sorted_starts(rows), 4),
        lambda rows: distinct_bytes(sorted_starts(rows), 4),
        lambda rows: wavefronts(rows, 4),
        lambda rows: ideal_wavefronts(rows, 4),
    ):
        assert patterns.total(count(patterns)) == requests.total(count(requests))


def test_requests_that_move_as_a_whole_are_recognised() -> None:
    addresses = (BASE + 4 * np.arange(2 * 32, dtype=np.uint64)).reshape(2, 32)
    active = np.ones((2, 32), np.bool_)
    active[1, 5] = False
    before = gather(addresses, active)
    far = addresses + np.uint64(64)
    assert moved(before, gather(far, active), 32)
    assert moved(gather(far, active), before, 32)
    assert not moved(before, gather(far, active), 128)
    elsewhere = far.copy()
    elsewhere[1, 5] = 0
    assert moved(before, gather(elsewhere, active), 32), "inactive lanes do not matter"
    elsewhere[1, 6] = 0
    assert not moved(before, gather(elsewhere, active), 32)
    assert not moved(before, gather(far, np.ones((2, 32), np.bool_)), 32)
    assert not moved(before, gather(far[:1], active[:1]), 32)
