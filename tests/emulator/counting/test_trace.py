"""Which requests are traced, and how often those touch the same sectors."""

import numpy as np
import pytest

from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.counting.trace import trace_for
from gpuadvisor.model.kernel import Launch
from gpuadvisor.model.traffic import Reuse
from tests.emulator.counting.launches import BASE, EVERY_LANE, TID, function, observe, recorder, warp

LIMIT = 16384
LOAD = "ld.global.f32"


def launch(blocks: int, threads: int) -> Launch:
    return Launch(grid=(blocks, 1, 1), block=(threads, 1, 1))


@pytest.mark.parametrize(
    ("blocks", "positions"), [(1, (0,)), (2, (0, 1)), (3, (0, 1)), (4, (0, 1, 2)), (100, (0, 1, 50))]
)
def test_the_first_two_blocks_and_the_one_in_the_middle_are_traced(
    blocks: int, positions: tuple[int, ...]
) -> None:
    assert trace_for(function([LOAD]), launch(500, 32), blocks).positions == positions


def test_global_accesses_and_shared_atomics_are_traced() -> None:
    texts = [LOAD, "ld.f32", "ld.shared.f32", "ld.const.f32", "ld.param.u64", "st.local.f32", "add.f32"]
    texts += [
        "red.shared.add.u32",
        "atom.global.add.u32",
        "cp.async.ca.shared.global.b8",
        "st.shared::cta.u32",
    ]
    texts += ["cp.async.bulk.shared::cluster.global.b8"]
    slots = trace_for(function(texts), launch(4, 32), 4).slots
    assert list(slots) == [(0, "global"), (1, "global"), (7, "shared"), (8, "global"), (9, "global")]


@pytest.mark.parametrize(("instructions", "threads"), [(1, 32), (7, 1024), (60, 100), (5000, 1024)])
def test_no_more_is_kept_than_the_limit(instructions: int, threads: int) -> None:
    trace = trace_for(function([LOAD] * instructions), launch(10, threads), 10)
    assert trace.requests_per_warp >= 1
    assert 0.9 * LIMIT < trace.kept.size * trace.requests_per_warp <= LIMIT


def test_a_kernel_without_global_accesses_is_traced_too() -> None:
    assert trace_for(function(["add.f32"]), launch(1, 32), 1).kept.size == 0


def _reuse(recorder_: Recorder) -> Reuse:
    found = observe(recorder_).accesses[0].reuse
    assert found is not None
    return found


def test_reuse_in_a_block_and_among_blocks() -> None:
    """Two blocks of one warp load the same line; the first loads it three times."""
    recorder_ = recorder(LOAD, blocks_run=2, blocks_total=2)
    addresses = np.concatenate([warp(4 * TID, BASE)] * 2)
    recorder_.access(0, "global", "load", addresses, np.ones((2, 32), np.bool_), 4)
    for _ in range(2):
        recorder_.access(0, "global", "load", addresses, np.array([[True], [False]]) & EVERY_LANE, 4)
    found = _reuse(recorder_)
    assert (found.sectors, found.ideal_sectors, found.block_sectors, found.distinct_sectors) == (16, 16, 8, 4)
    assert (found.in_block, found.in_sample, found.distinct_bytes_per_block) == (2.0, 4.0, 128.0)
    assert (found.trace.blocks, found.trace.requests, found.trace.complete) == (2, 4, True)


def test_sectors_that_are_only_partly_used_count_once_for_each_request() -> None:
    recorder_ = recorder(LOAD, LOAD)
    for pc in (0, 1):
        recorder_.access(pc, "global", "load", warp(32 * TID + 4 * pc, BASE), EVERY_LANE, 4)
    together = observe(recorder_).counters.load_reuse
    assert together is not None
    assert (together.sectors, together.ideal_sectors, together.block_sectors) == (64, 8, 32)


def test_batches_of_blocks_are_told_apart() -> None:
    """Blocks 0, 1 and 2 of five are traced; each comes in a batch of its own and loads 128 bytes."""
    recorder_ = Recorder(function([LOAD]), launch(5, 32), 5, 5)
    for block in range(5):
        recorder_.access(0, "global", "load", warp(4 * TID, BASE + 128 * block), EVERY_LANE, 4)
        recorder_.next_blocks(1)
    found = _reuse(recorder_)
    assert (found.block_sectors, found.distinct_sectors, found.trace.requests) == (12, 12, 3)


def test_what_lies_beyond_the_limit_is_left_out_and_said_to_be() -> None:
    recorder_ = recorder(*[LOAD] * 256)
    for _ in range(LIMIT // 256):
        recorder_.access(0, "global", "load", warp(0, BASE), EVERY_LANE, 4)
    assert _reuse(recorder_).trace.complete
    recorder_.access(0, "global", "load", warp(4096, BASE), EVERY_LANE, 4)
    found = _reuse(recorder_)
    assert not found.trace.complete
    assert (found.trace.requests, found.distinct_sectors) == (LIMIT // 256, 1)


def test_lines_join_their_loads_and_leave_stores_out() -> None:
    recorder_ = recorder(LOAD, LOAD, "st.global.f32")
    recorder_.instruction(0, EVERY_LANE, EVERY_LANE)
    recorder_.instruction(2, EVERY_LANE, EVERY_LANE)
    recorder_.access(0, "global", "load", warp(4 * TID, BASE), EVERY_LANE, 4)
    recorder_.access(2, "global", "store", warp(4 * TID, BASE), EVERY_LANE, 4)
    observation = observe(recorder_)
    assert [line.load_reuse is not None for line in observation.lines] == [True, False]
    assert observation.accesses[1].reuse is not None
    assert observation.counters.load_reuse == observation.lines[0].load_reuse
