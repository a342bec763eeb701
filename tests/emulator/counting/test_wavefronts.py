"""Wavefronts against the rows that hardware counted and against a plain simulation of the banks."""

from collections import defaultdict

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.requests import gather
from gpuadvisor.emulator.counting.wavefronts import atomic_wavefronts, ideal_wavefronts, wavefronts
from tests.emulator.counting.launches import EVERY_LANE, TID, warp


def counted(offsets: NDArray[np.int64], size: int = 4) -> int:
    return int(wavefronts(gather(warp(offsets), EVERY_LANE), size)[0])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (TID, 1),
        (3 * TID, 1),
        (TID // 2, 1),
        (0 * TID, 1),
        (2 * TID, 2),
        (4 * TID, 4),
        (8 * TID, 8),
        (32 * TID, 32),
        (33 * TID, 1),
    ],
    ids=["s[t]", "s[3t]", "s[t/2]", "s[0]", "s[2t]", "s[4t]", "s[8t]", "s[32t]", "padded column"],
)
def test_words_of_one_warp_need_the_wavefronts_that_hardware_counted(
    words: NDArray[np.int64], expected: int
) -> None:
    assert counted(4 * words) == expected


def test_a_column_of_a_32_by_32_tile_read_by_32_warps() -> None:
    columns = np.arange(32)[:, None]
    for pitch, expected in ((32, 1024), (33, 32)):
        addresses = (4 * (TID[None, :] * pitch + columns)).astype(np.uint64)
        requests = gather(addresses, np.ones((32, 32), np.bool_))
        assert int(wavefronts(requests, 4).sum()) == expected


def test_a_column_of_a_16_by_32_tile_has_240_conflicts_and_none_with_padding() -> None:
    """Block (32, 16): lane t of warp w reads tile[t % 16][2 w + t / 16]; two words of padding free it."""
    warps = np.arange(16)[:, None]
    lanes = TID[None, :]
    for pitch, conflicts in ((32, 240), (34, 0)):
        addresses = 4 * ((lanes % 16) * pitch + 2 * warps + lanes // 16)
        requests = gather(addresses.astype(np.uint64), np.ones((16, 32), np.bool_))
        excess = wavefronts(requests, 4) - ideal_wavefronts(requests, 4)
        assert int(excess.sum()) == conflicts


@pytest.mark.parametrize("ways", [1, 2, 4, 8, 16, 32])
def test_an_n_way_conflict_takes_n_wavefronts(ways: int) -> None:
    assert counted(4 * ways * TID) == ways


@pytest.mark.parametrize(("size", "expected"), [(1, 1), (2, 1), (4, 1), (8, 2), (16, 4)])
def test_consecutive_elements_need_as_many_wavefronts_as_their_bytes(size: int, expected: int) -> None:
    requests = gather(warp(size * TID), EVERY_LANE)
    assert int(wavefronts(requests, size)[0]) == int(ideal_wavefronts(requests, size)[0]) == expected


@pytest.mark.parametrize(
    ("offsets", "size", "expected"),
    [
        (0 * TID, 8, 1),
        (0 * TID, 16, 2),
        (8 * (TID // 2), 8, 1),
        (16 * (TID // 2), 16, 2),
        (8 * (TID // 4), 8, 1),
        (8 * (TID % 16), 8, 2),
    ],
    ids=["broadcast 8", "broadcast 16", "pairs 8", "pairs 16", "fours 8", "halves alike, not pairs"],
)
def test_groups_go_together_where_pairs_of_lanes_agree(
    offsets: NDArray[np.int64], size: int, expected: int
) -> None:
    assert counted(offsets, size) == expected


def simulated(addresses: NDArray[np.uint64], active: NDArray[np.bool_], size: int) -> int:
    """Return the passes of half or quarter warps, one bank and one group at a time."""
    groups = max(1, size // 4)
    total = 0
    for group in range(groups):
        banks = defaultdict(set)
        for lane in range(group * 32 // groups, (group + 1) * 32 // groups):
            if active[lane]:
                for word in range(int(addresses[lane]) // 4, (int(addresses[lane]) + size - 1) // 4 + 1):
                    banks[word % 32].add(word)
        total += max(map(len, banks.values()), default=0)
    return total


@pytest.mark.parametrize("size", [1, 2, 4, 8, 16])
def test_random_words_need_what_a_simulation_of_the_banks_says(size: int) -> None:
    random = np.random.default_rng(size)
    addresses = random.integers(0, 4096 // size, (300, 32)).astype(np.uint64) * np.uint64(size)
    active = random.random((300, 32)) < 0.9
    requests = gather(addresses, active)
    expected = [simulated(row, mask, size) for row, mask in zip(addresses, active, strict=True)]
    assert wavefronts(requests, size).tolist() == expected


def test_atomics_on_one_address_take_turns() -> None:
    requests = gather(warp(0), EVERY_LANE)
    assert atomic_wavefronts(requests, 4).tolist() == [32]
    assert atomic_wavefronts(gather(warp(4 * TID), EVERY_LANE), 4).tolist() == [1]
    assert atomic_wavefronts(gather(warp(4 * (TID // 4)), EVERY_LANE), 4).tolist() == [4]
