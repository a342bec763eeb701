"""The recorder's counters, lines, accesses and branches of small made-up executions."""

import numpy as np
import pytest

from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.model.kernel import Launch
from tests.emulator.counting.launches import BASE, EVERY_LANE, TID, function, observe, recorder, warp

ONE_LANE = (TID == 0).reshape(1, 32)


def test_instructions_count_warps_threads_and_predicated_on_threads() -> None:
    recorder_ = recorder("add.s32")
    active = np.ones((3, 32), np.bool_)
    active[1] = False
    active[2, 16:] = False
    predicated = active & (TID < 4)
    recorder_.instruction(0, active, predicated)
    counters = observe(recorder_).counters
    assert counters.warp_instructions == 2
    assert counters.thread_instructions == 48
    assert counters.predicated_on_thread_instructions == 8
    assert counters.instruction_mix == {"int32": 2}


def test_divisions_are_counted_as_often_as_warps_execute_them() -> None:
    recorder_ = recorder("div.rn.f32", "rem.s32", "mul.f32")
    for pc in (0, 1, 1, 2):
        recorder_.instruction(pc, EVERY_LANE, EVERY_LANE)
    assert observe(recorder_).counters.division_instructions == 3


def test_a_warp_whose_lanes_are_all_predicated_off_executed_the_instruction_but_made_no_request() -> None:
    recorder_ = recorder("ld.global.f32")
    nobody = np.zeros((1, 32), np.bool_)
    recorder_.instruction(0, EVERY_LANE, nobody)
    recorder_.access(0, "global", "load", warp(4 * TID, BASE), nobody, 4)
    observation = observe(recorder_)
    assert observation.counters.warp_instructions == 1
    assert observation.counters.global_load_requests == 0
    assert observation.accesses == []


def test_loads_stores_and_atomics_are_kept_apart() -> None:
    recorder_ = recorder("ld.global.f32", "st.global.f32", "red.global.add.f32", "red.global.add.f32")
    recorder_.access(0, "global", "load", warp(4 * TID + 4, BASE), EVERY_LANE, 4)
    recorder_.access(1, "global", "store", warp(8192 * TID, BASE), EVERY_LANE, 4)
    recorder_.access(2, "global", "atomic", warp(0, BASE), EVERY_LANE, 4)
    recorder_.access(3, "global", "atomic", warp(0, BASE), ONE_LANE, 4)
    counters = observe(recorder_).counters
    assert (counters.global_load_requests, counters.global_load_sectors) == (1, 5)
    assert counters.global_load_ideal_sectors == 4
    assert (counters.global_store_requests, counters.global_store_sectors) == (1, 32)
    assert counters.global_store_ideal_sectors == 4
    assert (counters.global_atomic_requests, counters.global_atomic_sectors) == (2, 32 + 1)


def test_shared_and_local_accesses_fill_their_own_counters() -> None:
    recorder_ = recorder(
        "ld.shared.f32", "st.shared.f32", "atom.shared.add.u32", "ld.local.u32", "st.local.u32"
    )
    recorder_.access(0, "shared", "load", warp(128 * TID), EVERY_LANE, 4)
    recorder_.access(1, "shared", "store", warp(8 * TID), EVERY_LANE, 4)
    recorder_.access(2, "shared", "atomic", warp(0), EVERY_LANE, 4)
    recorder_.access(3, "local", "load", warp(8), EVERY_LANE, 4)
    recorder_.access(4, "local", "store", warp(8), EVERY_LANE, 4)
    counters = observe(recorder_).counters
    assert (counters.shared_load_requests, counters.shared_load_wavefronts) == (1, 32)
    assert (counters.shared_store_requests, counters.shared_store_wavefronts) == (1, 2)
    assert counters.shared_load_ideal_wavefronts == counters.shared_store_ideal_wavefronts == 1
    assert (counters.shared_atomic_requests, counters.shared_atomic_wavefronts) == (1, 32)
    assert (counters.local_load_requests, counters.local_store_requests) == (1, 1)
    assert counters.global_load_requests == 0


def test_a_copy_to_shared_memory_is_a_global_load_and_a_shared_store() -> None:
    recorder_ = recorder("cp.async.ca.shared.global")
    recorder_.access(0, "global", "load", warp(16 * TID, BASE), EVERY_LANE, 16)
    recorder_.access(0, "shared", "store", warp(16 * TID), EVERY_LANE, 16)
    observation = observe(recorder_)
    assert observation.counters.global_load_sectors == 16
    assert observation.counters.shared_store_wavefronts == 4
    assert [(access.space, access.operation) for access in observation.accesses] == [
        ("global", "load"),
        ("shared", "store"),
    ]


def test_dram_bytes_count_each_sector_read_once_and_each_sector_written_once() -> None:
    recorder_ = recorder("ld.global.f32", "st.global.f32")
    for _ in range(3):
        recorder_.access(0, "global", "load", warp(4 * TID, BASE), EVERY_LANE, 4)
    recorder_.access(1, "global", "store", warp(32 * TID, BASE), EVERY_LANE, 4)
    assert observe(recorder_).counters.dram_bytes == 4 * 32 + 32 * 32


def test_branches_diverge_where_only_some_lanes_go() -> None:
    recorder_ = recorder("bra")
    active = np.ones((4, 32), np.bool_)
    active[3] = False
    taken = np.zeros((4, 32), np.bool_)
    taken[0] = True
    taken[1, 5] = True
    taken[3] = True
    recorder_.branch(0, active, taken)
    observation = observe(recorder_)
    assert (observation.counters.branches, observation.counters.divergent_branches) == (3, 1)
    (branch,) = observation.branches
    assert (branch.file, branch.line, branch.executions, branch.divergent) == ("a.cu", 1, 3, 1)
    assert branch.active_threads == 32.0


def test_inactive_lanes_that_would_branch_do_not_diverge() -> None:
    recorder_ = recorder("bra")
    recorder_.branch(0, ONE_LANE, EVERY_LANE)
    assert observe(recorder_).counters.divergent_branches == 0


def test_barriers_are_counted_by_warp() -> None:
    recorder_ = recorder("bar.sync")
    recorder_.barrier(0, 8)
    recorder_.barrier(0, 8)
    assert observe(recorder_).counters.barriers == 16


def test_sampled_blocks_are_scaled_to_the_grid() -> None:
    recorder_ = recorder("ld.global.f32", blocks_run=3, blocks_total=10)
    for _ in range(2):
        recorder_.instruction(0, EVERY_LANE, EVERY_LANE)
    recorder_.access(0, "global", "load", warp(4 * TID, BASE), EVERY_LANE, 4)
    observation = observe(recorder_)
    assert observation.counters.warp_instructions == 7
    assert observation.counters.global_load_sectors == 13
    assert observation.counters.dram_bytes == 427
    assert (observation.counters.blocks_run, observation.counters.blocks_total) == (3, 10)
    (access,) = observation.accesses
    assert (access.requests, access.sectors) == (3, 13)
    assert (access.active_threads, access.distinct_bytes_per_request) == (32.0, 128.0)


def test_lines_add_up_the_instructions_of_one_source_line() -> None:
    recorder_ = recorder("ld.global.f32", "add.f32", "st.global.f32")
    for pc in (0, 1, 1):
        recorder_.instruction(pc, EVERY_LANE, EVERY_LANE)
    recorder_.access(0, "global", "load", warp(4 * TID, BASE), EVERY_LANE, 4)
    lines = observe(recorder_).lines
    assert [(line.line, line.warp_instructions, line.global_load_sectors) for line in lines] == [
        (1, 1, 4),
        (2, 2, 0),
    ]


def test_without_line_information_lines_are_those_of_the_ptx() -> None:
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1))
    recorder_ = Recorder(function(["add.s32"], with_lines=False), launch, 1, 1)
    recorder_.instruction(0, EVERY_LANE, EVERY_LANE)
    (line,) = observe(recorder_).lines
    assert (line.file, line.line) == ("ptx", 10)


def test_accesses_name_their_variable() -> None:
    recorder_ = recorder("ld.global.f32")
    recorder_.access(0, "global", "load", warp(4 * TID, BASE), EVERY_LANE, 4)
    seen = []
    observation = recorder_.observation(lambda *place: str(seen.append(place) or "input"))
    assert observation.accesses[0].variable == "input"
    assert seen[0] == (0, "global", BASE)


@pytest.mark.parametrize("warps", [1, 1023, 1024, 1025, 3000])
def test_many_warps_come_in_any_number(warps: int) -> None:
    recorder_ = recorder("ld.global.f32")
    addresses = (BASE + 4 * np.arange(warps * 32, dtype=np.uint64)).reshape(warps, 32)
    recorder_.access(0, "global", "load", addresses, np.ones((warps, 32), np.bool_), 4)
    counters = observe(recorder_).counters
    assert (counters.global_load_requests, counters.global_load_sectors) == (warps, 4 * warps)
    assert counters.dram_bytes == 128 * warps


def test_a_loop_that_moves_through_memory_counts_every_iteration() -> None:
    """Steps of 64 bytes repeat the sectors; a step of 4 bytes does not."""
    recorder_ = recorder("ld.global.f32")
    for offset in (0, 64, 128, 192, 196, 260):
        recorder_.access(0, "global", "load", warp(4 * TID, BASE + offset), EVERY_LANE, 4)
    counters = observe(recorder_).counters
    assert counters.global_load_requests == 6
    assert counters.global_load_sectors == 4 * 4 + 2 * 5
    assert counters.dram_bytes == 32 * -(-(260 + 128) // 32)


def test_an_in_place_reduction_by_neighbouring_pairs_counts_what_hardware_counted() -> None:
    """Block 128 on global memory: warps of `data[tid] += data[tid + stride]` where tid % (2 stride) == 0.

    47 load requests, 127 load sectors, 24 store requests, 64 store sectors and 24 divergent branches per
    block. The last load copies the sum out.
    """
    recorder_ = recorder("bra", "ld.global.f32", "ld.global.f32", "st.global.f32")
    tid = np.arange(128).reshape(4, 32)
    addresses = (BASE + 4 * tid).astype(np.uint64)
    everyone = np.ones((4, 32), np.bool_)
    for stride in (1, 2, 4, 8, 16, 32, 64):
        working = tid % (2 * stride) == 0
        recorder_.branch(0, everyone, ~working)
        recorder_.access(1, "global", "load", addresses + np.uint64(4 * stride), working, 4)
        recorder_.access(2, "global", "load", addresses, working, 4)
        recorder_.access(3, "global", "store", addresses, working, 4)
    first = tid == 0
    recorder_.branch(0, everyone, ~first)
    recorder_.access(2, "global", "load", addresses, first, 4)
    recorder_.access(3, "global", "store", addresses, first, 4)
    counters = observe(recorder_).counters
    assert counters.global_load_requests == 47
    assert counters.global_load_sectors == 127
    assert counters.global_store_requests == 24
    assert counters.global_store_sectors == 64
    assert counters.divergent_branches == 24
