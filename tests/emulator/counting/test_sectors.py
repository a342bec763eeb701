"""Sectors against the rows that hardware counted and against sets of Python integers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.requests import gather, sorted_starts
from gpuadvisor.emulator.counting.sectors import distinct_bytes, ideal_sectors, sectors
from tests.emulator.counting.launches import BASE, EVERY_LANE, TID, warp


def counted(addresses: NDArray[np.uint64], size: int, active: NDArray[np.bool_] = EVERY_LANE) -> int:
    return int(sectors(sorted_starts(gather(addresses, active)), size)[0])


@pytest.mark.parametrize(
    ("offsets", "expected"),
    [
        (4 * TID, 4),
        (4 * (TID + 1), 5),
        (4 * (TID + 11), 5),
        (4 * (TID + 128), 4),
        (4 * (2 * TID), 8),
        (4 * (2 * TID + 1), 8),
        (4 * (4 * TID), 16),
        *((4 * (stride * TID), 32) for stride in (8, 16, 32, 64)),
        (0 * TID, 1),
        (8 * TID, 8),
        (4 * 2048 * TID, 32),
    ],
    ids=[
        "in[i]",
        "in[i+1]",
        "in[i+11]",
        "in[i+128]",
        "in[2i]",
        "in[2i+1]",
        "in[4i]",
        "in[8i]",
        "in[16i]",
        "in[32i]",
        "in[64i]",
        "in[0]",
        "struct of two floats, one field",
        "column of a matrix",
    ],
)
def test_floats_of_one_warp_touch_the_sectors_that_hardware_counted(
    offsets: NDArray[np.int64], expected: int
) -> None:
    assert counted(warp(offsets, BASE), 4) == expected


@pytest.mark.parametrize("stride", range(1, 65))
def test_sectors_per_request_obey_the_closed_form_of_the_stride(stride: int) -> None:
    expected = min(32, 4 * stride) if stride <= 8 and 8 % stride == 0 else None
    touched = {4 * stride * lane // 32 for lane in range(32)}
    assert counted(warp(4 * stride * TID, BASE), 4) == (expected or len(touched)) == len(touched)


@pytest.mark.parametrize("size", [1, 2, 4, 8, 16, 32, 48])
def test_sectors_and_bytes_equal_sets_of_touched_bytes(size: int) -> None:
    random = np.random.default_rng(size)
    addresses = BASE + random.integers(0, 700, (200, 32)).astype(np.uint64)
    active = random.random((200, 32)) < 0.6
    requests = gather(addresses, active)
    starts = sorted_starts(requests)
    touched = [
        {int(start) + byte for start in row[mask] for byte in range(size)}
        for row, mask in zip(addresses, active, strict=True)
        if mask.any()
    ]
    assert sectors(starts, size).tolist() == [len({byte // 32 for byte in row}) for row in touched]
    assert distinct_bytes(starts, size).tolist() == [len(row) for row in touched]


def test_ideal_sectors_round_the_touched_bytes_up() -> None:
    assert ideal_sectors(np.array([1, 32, 33, 128, 4])).tolist() == [1, 1, 2, 4, 1]
