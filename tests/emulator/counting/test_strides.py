"""How far threads step and how much of their stride they use, in kernels whose index arithmetic says it."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.counting.requests import gather
from gpuadvisor.emulator.counting.strides import stride_bytes_used, thread_step_bytes
from gpuadvisor.emulator.counting.tally import AccessTally
from gpuadvisor.model.kernel import Access, Launch
from tests.emulator.counting.launches import BASE, TID, function

WARPS = 4
THREAD = np.arange(32 * WARPS).reshape(WARPS, 32)
EVERYONE = np.ones((WARPS, 32), np.bool_)


def addresses(offsets: NDArray[np.int64]) -> NDArray[np.uint64]:
    return (BASE + offsets).astype(np.uint64)


def accesses(executions: list[list[NDArray[np.int64]]], size: int, *, barriers: int = 0) -> list[Access]:
    """Return the accesses of a block of four warps that executes its loads once per entry."""
    texts = [*("ld.global.f32" for _ in executions[0]), "bar.sync"]
    launch = Launch(grid=(1, 1, 1), block=(32 * WARPS, 1, 1))
    recorder = Recorder(function(texts), launch, 1, 1)
    for loads in executions:
        for pc, offsets in enumerate(loads):
            recorder.access(pc, "global", "load", addresses(offsets), EVERYONE, size)
    for _ in range(barriers):
        recorder.barrier(len(executions[0]), WARPS)
    return recorder.observation(lambda _pc, _space, _address: "x").accesses


def seen(access: Access) -> tuple[int | None, int | None, int | None]:
    return access.lane_stride_bytes, access.thread_step_bytes, access.stride_bytes_used


def test_a_chunk_per_thread_in_an_unrolled_loop() -> None:
    """x[16 * i + 4 * k + j] of doubles, j unrolled: a thread goes on by the 32 bytes that it has used."""
    found = accesses([[128 * THREAD + 32 * k + 8 * j for j in range(4)] for k in range(4)], 8)
    assert [seen(access) for access in found] == [(128, 32, 32)] * 4


def test_two_vectors_of_a_structure_use_all_of_it() -> None:
    found = accesses([[32 * THREAD, 32 * THREAD + 16]], 16)
    assert [seen(access) for access in found] == [(32, None, 32)] * 2


def test_two_of_six_fields_in_a_loop_over_the_grid() -> None:
    found = accesses([[24 * (THREAD + 128 * k), 24 * (THREAD + 128 * k) + 12] for k in range(3)], 4)
    assert [seen(access) for access in found] == [(24, 24 * 128, 8)] * 2


def test_a_row_per_thread_is_walked_along_and_a_column_is_not() -> None:
    row = accesses([[4096 * THREAD + 4 * k] for k in range(3)], 4)
    assert [seen(access) for access in row] == [(4096, 4, 4)]
    lanes, warps = np.tile(TID, (WARPS, 1)), np.arange(WARPS)[:, None]
    column = accesses([[4096 * lanes + 4 * warps]], 4)
    assert [seen(access) for access in column] == [(4096, None, 4)]


def test_descending_threads_step_backwards() -> None:
    found = accesses([[128 * (127 - THREAD) - 8 * k + 1024] for k in range(2)], 8)
    assert seen(found[0]) == (-128, -8, 8)


def test_no_step_is_known_where_warps_wait_for_each_other_between_their_requests() -> None:
    loop = [[4096 * THREAD + 4 * k] for k in range(3)]
    assert accesses(loop, 4, barriers=3)[0].thread_step_bytes is None
    assert accesses(loop, 4, barriers=2)[0].thread_step_bytes is None
    assert accesses(loop, 4, barriers=1)[0].thread_step_bytes == 4


def tally(*rows: NDArray[np.int64], active: NDArray[np.bool_] | None = None) -> AccessTally:
    """Return a tally of warps that ran one after the other, its samples in one group."""
    count = AccessTally("global", "load", 4)
    mask = np.ones((len(rows), 32), np.bool_) if active is None else active
    count.add(gather(addresses(np.stack(rows)), mask))
    return count


def test_warps_that_run_one_after_the_other_have_their_requests_in_order() -> None:
    assert thread_step_bytes(tally(64 * TID, 64 * TID + 4, 64 * TID + 8), 1) == 4
    assert thread_step_bytes(tally(64 * TID, 64 * TID + 4), 2) is None


@pytest.mark.parametrize("later", [TID % 2 == 0, TID < 31])
def test_other_threads_in_the_second_request_leave_the_step_unknown(later: NDArray[np.bool_]) -> None:
    active = np.stack([np.ones(32, np.bool_), later])
    assert thread_step_bytes(tally(64 * TID, 64 * TID + 4, active=active), 1) is None


def test_bytes_that_overlap_count_once_and_wrap_at_the_stride() -> None:
    assert stride_bytes_used([tally(8 * TID + 6), tally(8 * TID + 4)], 8) == 6
    assert stride_bytes_used([tally(8 * TID + 6)], -8) == 4
