"""What patterns are called, and the lane distances behind the names."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.patterns import Pattern, describe, fields_used, majority
from gpuadvisor.emulator.counting.requests import gather
from gpuadvisor.emulator.counting.tally import AccessTally
from tests.emulator.counting.launches import BASE, TID


def pattern(offsets: NDArray[np.int64], size: int = 4, active: NDArray[np.bool_] | None = None) -> Pattern:
    rows = np.atleast_2d(offsets)
    addresses = (rows + BASE).astype(np.uint64)
    tally = AccessTally("global", "load", size)
    tally.add(gather(addresses, np.ones(rows.shape, np.bool_) if active is None else active))
    return describe(tally)


@pytest.mark.parametrize(
    ("offsets", "size", "stride", "words"),
    [
        (4 * TID, 4, 4, "consecutive"),
        (0 * TID, 4, 0, "broadcast"),
        (24 * TID, 4, 24, "lanes 24 bytes apart"),
        (4 * (31 - TID), 4, -4, "lanes 4 bytes apart, descending"),
        (16 * TID, 16, 16, "consecutive"),
        (4 * (TID // 2), 4, 0, "neighbouring lanes share addresses"),
        (4 * (TID % 16) + 4096 * (TID // 16), 4, 4, "consecutive in 2 runs"),
    ],
)
def test_regular_patterns(offsets: NDArray[np.int64], size: int, stride: int, words: str) -> None:
    found = pattern(offsets, size)
    assert (found.lane_stride_bytes, found.words) == (stride, words)
    assert found.base_misalignment_bytes == int(offsets[0]) % 32


def test_a_misaligned_base_is_named() -> None:
    found = pattern(4 * TID + 4)
    assert found.base_misalignment_bytes == 4
    assert found.words == "consecutive, base 4 bytes past a sector"


def test_a_gather_counts_its_lines() -> None:
    lines = np.random.default_rng(1).permutation(1000)[:29]
    offsets = 128 * np.concatenate([lines, lines[:3]])
    found = pattern(offsets)
    assert (found.lane_stride_bytes, found.words) == (None, "gather, 29 distinct 128-byte lines of 32")


def test_a_scatter_in_shared_memory_counts_its_words() -> None:
    words = np.random.default_rng(2).permutation(1024)[:20]
    tally = AccessTally("shared", "atomic", 4)
    addresses = 4 * np.concatenate([words, words[:12]]).reshape(1, 32)
    tally.add(gather(addresses.astype(np.uint64), np.ones((1, 32), np.bool_)))
    assert describe(tally).words == "scatter, 20 distinct words of 32"


@pytest.mark.parametrize(
    ("stride", "size", "words"),
    [
        (128, 4, "column of a 32-wide tile"),
        (132, 4, "column of a 33-wide tile"),
        (128, 8, "column of a 16-wide tile"),
        (32, 4, "column of an 8-wide tile"),
        (28, 4, "lanes 28 bytes apart"),
        (36, 8, "lanes 36 bytes apart"),
        (-128, 4, "lanes 128 bytes apart, descending"),
    ],
)
def test_a_column_of_a_shared_array_is_named_by_its_width(stride: int, size: int, words: str) -> None:
    tally = AccessTally("shared", "load", size)
    tally.add(gather((stride * TID + 8192).astype(np.uint64)[None], np.ones((1, 32), np.bool_)))
    assert describe(tally).words == words


@pytest.mark.parametrize(
    ("size", "stride", "used", "words"),
    [
        (4, 24, 12, ", 3 of 6 fields used"),
        (4, -24, 24, ", 6 of 6 fields used"),
        (8, 20, 12, ", 12 of 20 bytes used"),
        (8, 24, 12, ", 12 of 24 bytes used"),
        (4, 128, 4, ", 1 of 32 fields used"),
        (4, 132, 4, ""),
        (4, 4, 4, ""),
        (4, 0, 0, ""),
    ],
)
def test_fields_are_counted_in_elements_and_not_in_rows(
    size: int, stride: int, used: int, words: str
) -> None:
    assert fields_used(size, stride, used) == words


def test_a_stride_that_differs_between_requests_is_told_from_no_stride() -> None:
    doubling = np.stack([4 * 2**step * TID for step in range(1, 5)])
    found = pattern(doubling)
    assert (found.lane_stride_bytes, found.stride_varies, found.words) == (
        None,
        True,
        "a stride that changes",
    )
    random = 4 * np.random.default_rng(3).integers(0, 1024, (4, 32))
    assert not pattern(random).stride_varies
    assert not pattern(8 * TID).stride_varies


def test_a_stride_of_most_lanes_but_few_requests_changes_too() -> None:
    """A reduction over pairs: half of the lane pairs are two words apart, but 4 of 9 requests."""
    rows, active = [], []
    for step, (warps, threads) in enumerate([(4, 32), (2, 32), (1, 32), (1, 16), (1, 8)]):
        rows += [8 * 2**step * TID] * warps
        active += [threads > TID] * warps
    found = pattern(np.stack(rows), active=np.stack(active))
    assert (found.lane_stride_bytes, found.stride_varies) == (None, True)


def test_a_stride_that_nine_of_ten_requests_have_is_theirs() -> None:
    most = pattern(np.stack([*[8 * TID] * 9, 16 * TID]))
    assert (most.lane_stride_bytes, most.stride_varies) == (8, False)
    fewer = pattern(np.stack([*[8 * TID] * 8, 16 * TID]))
    assert (fewer.lane_stride_bytes, fewer.stride_varies) == (None, True)


def test_a_minority_of_regular_requests_is_no_changing_stride() -> None:
    random = 4 * np.random.default_rng(4).integers(0, 1024, (3, 32))
    assert not pattern(np.stack([8 * TID, 16 * TID, *random])).stride_varies
    assert pattern(np.stack([8 * TID, 16 * TID, 32 * TID, *random[:2]])).stride_varies


def test_requests_of_one_lane_and_broadcasts_have_no_stride_of_their_own() -> None:
    rows = np.stack([8 * TID, 16 * TID, 4 * TID, 4 * TID])
    alone = np.stack([TID < 32, TID < 32, TID == 0, TID == 0])
    assert pattern(rows, active=alone).stride_varies
    spread = np.random.default_rng(5).permutation(32) * 64
    assert not pattern(np.stack([0 * TID, 0 * TID, 8 * TID, 16 * TID, spread])).stride_varies


def test_inactive_lanes_do_not_break_the_stride() -> None:
    even = (TID % 2 == 0).reshape(1, 32)
    found = pattern(np.where(TID % 2 == 0, 12 * TID, 9999), active=even)
    assert (found.lane_stride_bytes, found.words) == (12, "lanes 12 bytes apart")


def test_bases_that_differ_have_no_common_misalignment() -> None:
    rows = 4 * TID[None, :] + 4 * np.arange(8)[:, None]
    assert pattern(rows).base_misalignment_bytes is None


def test_one_lane_has_no_stride() -> None:
    found = pattern(4 * TID, active=(TID == 3).reshape(1, 32))
    assert (found.lane_stride_bytes, found.words) == (None, "one lane")


@pytest.mark.parametrize(
    ("values", "expected"), [([1, 1, 2], 1), ([1, 2], None), ([1, 1, 2, 2], None), ([], None), ([7], 7)]
)
def test_a_majority_is_more_than_half(values: list[int], expected: int | None) -> None:
    assert majority(np.array(values, np.int64)) == expected
