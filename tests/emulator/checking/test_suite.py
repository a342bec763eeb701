"""Every planted defect is found, at its line, and nothing else; nothing in the corrected twins."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.emulator.checking.harness import Row, check, row, suite
from tests.emulator.harness import launch_of

Arguments = list[NDArray[Any] | np.generic]


def floats(count: int) -> NDArray[np.float32]:
    return np.arange(1, count + 1, dtype=np.float32)


def ints(count: int, modulo: int = 1 << 30) -> NDArray[np.int32]:
    return np.arange(count, dtype=np.int32) % modulo


def number(value: int) -> np.generic:
    return np.int32(value)


@dataclass(frozen=True)
class Case:
    """A kernel of the suite, its launch and what is wrong with it: kind, line, other line and variable."""

    file: str
    kernel: str
    grid: int | tuple[int, ...]
    block: int | tuple[int, ...]
    arguments: Arguments
    expected: Row
    shared: int = 0
    empty: tuple[int, ...] = ()


OUT = "out-of-bounds"
CASES = [
    Case("bounds", "guard_off_by_one", 4, 32, [floats(100), number(100)], (OUT, 11, None, "array0")),
    Case("bounds", "unrolled_past_end", 1, 32, [floats(32), floats(101), number(101)],
         (OUT, 19, None, "array1")),
    Case("bounds", "halo_without_edge", 2, 64, [floats(100), floats(100), number(100)],
         (OUT, 29, None, "array1")),
    Case("bounds", "tile_off_by_one", 1, 32, [floats(32), floats(32)], (OUT, 42, None, "tile")),
    Case("bounds", "wrong_pitch", (2, 2), (16, 16),
         [floats(24 * 32), floats(24 * 32), number(24), number(32)], (OUT, 50, None, "array0")),
    Case("bounds", "into_next_buffer", 1, 32, [floats(32), floats(4096), number(8192), floats(1 << 18)],
         (OUT, 55, None, "array1")),
    Case("bounds", "local_array_too_small", 1, 32, [ints(32), ints(32, 16)], (OUT, 62, None, None)),
    Case("bounds", "dynamic_shared_too_small", 1, 64, [floats(64), floats(64)], (OUT, 71, None, "buffer"),
         shared=256),
    Case("bounds", "past_module_table", 1, 32, [floats(32), ints(32, 20)], (OUT, 80, None, "table")),
    Case("bounds", "misaligned_vector", 1, 32, [floats(128), floats(132)],
         ("misaligned", 85, None, "array1")),
    Case("bounds", "misaligned_in_shared", 1, 32, [np.ones(32), np.ones(32)],
         ("misaligned", 91, None, "bytes")),
    Case("contents", "accumulator_not_cleared", 2, 64, [ints(1), ints(64)],
         ("uninitialised-read", 13, None, "total")),
    Case("contents", "tile_partly_loaded", 1, 64, [floats(64), floats(64), number(50)],
         ("uninitialised-read", 27, None, "tile")),
    Case("contents", "adds_to_empty_buffer", 2, 64, [floats(128), floats(128)],
         ("uninitialised-read", 32, None, "array0"), empty=(0,)),
    Case("contents", "forgotten_last_element", 1, 64, [ints(64), ints(64), number(64)],
         ("uninitialised-read", 42, None, "prefix")),
    Case("contents", "reads_fresh_allocation", 1, 4, [ints(4), number(8)],
         ("uninitialised-read", 52, None, "malloc in device code")),
    Case("contents", "local_partly_set", 1, 32, [ints(32), ints(32)], ("uninitialised-read", 61, None, None)),
    Case("races", "reduction", 2, 256, [floats(2), floats(512)], ("shared-race", 16, 16, "sums")),
    Case("races", "transpose_tile", (2, 2), (16, 16), [floats(1024), floats(1024), number(32)],
         ("shared-race", 28, 26, "tile")),
    Case("races", "tile_overwritten_too_soon", 1, 64,
         [floats(64), floats(64 * 128), floats(128), number(128)], ("shared-race", 36, 39, "part")),
    Case("races", "histogram_without_atomics", 1, 128, [ints(16), ints(128).astype(np.uint8)],
         ("shared-race", 51, 51, "bins")),
    Case("races", "double_buffer_without_barrier", 1, 128, [floats(128), floats(128), number(4)],
         ("shared-race", 65, 65, "buffer")),
    Case("races", "scan_in_place", 1, 128, [ints(128), ints(128)], ("shared-race", 81, 79, "sums")),
    Case("races", "broadcast_without_barrier", 1, 128, [ints(128), ints(128)],
         ("shared-race", 93, 91, "chosen")),
    Case("races", "counter_read_too_soon", 1, 64, [ints(64), ints(64)], ("shared-race", 104, 102, "count")),
    Case("races", "threads_share_a_byte", 1, 64, [ints(64).astype(np.uint8), ints(64).astype(np.uint8)],
         ("shared-race", 110, 110, "flags")),
    Case("races", "global_histogram_without_atomics", 2, 64, [ints(24), ints(128).astype(np.uint8)],
         ("global-race", 118, 118, "array0")),
    Case("warps", "warp_synchronous_reduction", 1, 64, [floats(1), floats(64)],
         ("missing-syncwarp", 16, 16, "sums")),
    Case("warps", "neighbour_exchange", 1, 128, [ints(128), ints(128)],
         ("missing-syncwarp", 27, 25, "values")),
    Case("warps", "leader_tells_warp", 1, 128, [ints(128), ints(128)], ("missing-syncwarp", 34, 36, "base")),
    Case("warps", "warp_transpose", 1, 32, [ints(1024), ints(1024)], ("missing-syncwarp", 46, 43, "tile")),
    Case("barriers", "early_return", 2, 64, [floats(100), floats(100), number(100)],
         ("divergent-barrier", 13, None, None)),
    Case("barriers", "barrier_in_if", 1, 128, [ints(128), ints(128)], ("divergent-barrier", 23, None, None)),
    Case("barriers", "barrier_in_both_branches", 1, 64, [ints(64), ints(64)],
         ("divergent-barrier", 34, 38, None)),
    Case("barriers", "loops_of_different_length", 1, 128, [ints(1), ints(200), number(200)],
         ("divergent-barrier", 53, None, None)),
    Case("barriers", "named_barrier_count", 1, 128, [ints(128), ints(128)],
         ("divergent-barrier", 67, None, None)),
    Case("barriers", "shuffle_in_divergent_code", 1, 64, [ints(64), ints(64)],
         ("divergent-warp", 74, None, None)),
    Case("heap", "leak", 1, 8, [ints(8), number(8)], ("memory-leak", 9, None, None)),
    Case("heap", "double_free", 1, 8, [ints(8), number(8)], ("invalid-free", 25, 23, None)),
    Case("heap", "use_after_free", 1, 8, [ints(8), number(8)], ("use-after-free", 35, 34, None)),
    Case("copies", "pipeline_one_group_behind", 1, 64, [floats(64), floats(64 * 6), number(6)],
         ("unfinished-copy", 22, None, "stage")),
    Case("copies", "copy_never_awaited", 1, 64, [floats(64), floats(64)],
         ("unfinished-copy", 35, None, "tile")),
    Case("stops", "assertion", 2, 64, [ints(128), ints(128)], ("stopped", 13, None, None)),
    Case("stops", "trap", 1, 64, [ints(64), ints(64)], ("stopped", 20, None, None)),
    Case("heap", "free_inside_block", 1, 1, [ints(8), number(8)], ("invalid-free", 46, None, None)),
]  # fmt: skip


def _found(case: Case, *, fixed: bool) -> list[Row]:
    launch = launch_of(case.grid, case.block, case.shared)
    arguments = [each.copy() if isinstance(each, np.ndarray) else each for each in case.arguments]
    program = suite(case.file, fixed=fixed)
    return [row(each) for each in check(program, case.kernel, launch, arguments, empty=case.empty)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kernel)
def test_the_defect_is_found_and_nothing_else(case: Case) -> None:
    assert _found(case, fixed=False) == [case.expected]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.kernel)
def test_nothing_is_found_in_the_corrected_twin(case: Case) -> None:
    assert _found(case, fixed=True) == []
