"""Each example shows what it is there to show, when it is run as its launch file says."""

import pytest

from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.kernel import Access, KernelProfile
from tests.examples.conftest import Profiles
from tests.examples.running import EXAMPLES


def only(profiles: Profiles, name: str) -> KernelProfile:
    (profile,) = profiles[name]
    return profile


def counters(profiles: Profiles, name: str) -> KernelCounters:
    found = only(profiles, name).counters
    assert found is not None
    return found


def line_of(file: str, code: str, occurrence: int = 1) -> int:
    """The line of the nth appearance of `code` in an example."""
    lines = (EXAMPLES / file).read_text().splitlines()
    return [number for number, line in enumerate(lines, 1) if code in line][occurrence - 1]


def accesses(profile: KernelProfile, space: str, operation: str, line: int) -> list[Access]:
    found = [
        each
        for each in profile.accesses
        if (each.space, each.operation, each.line) == (space, operation, line)
    ]
    assert found
    assert all(each.file == profile.source for each in found)
    return found


def test_naive_transpose_loads_4_sectors_and_stores_32(profiles: Profiles) -> None:
    line = line_of("transpose.cu", "out[x * n + y + j]")
    kernel = only(profiles, "transpose_naive")
    assert {each.sectors / each.requests for each in accesses(kernel, "global", "load", line)} == {4}
    assert {each.sectors / each.requests for each in accesses(kernel, "global", "store", line)} == {32}
    requests = 2048 * 2048 // 32
    counted = counters(profiles, "transpose_naive")
    assert (counted.global_load_requests, counted.global_load_sectors) == (requests, 4 * requests)
    assert (counted.global_store_requests, counted.global_store_sectors) == (requests, 32 * requests)
    assert counted.global_store_ideal_sectors == 4 * requests


@pytest.mark.parametrize(
    ("kernel", "occurrence", "wavefronts"), [("transpose_tiled", 1, 32), ("transpose_padded", 2, 1)]
)
def test_columns_of_the_tile(profiles: Profiles, kernel: str, occurrence: int, wavefronts: int) -> None:
    read = line_of("transpose.cu", "= tile[threadIdx.x][threadIdx.y + j]", occurrence)
    written = line_of("transpose.cu", "tile[threadIdx.y + j][threadIdx.x] =", occurrence)
    profile = only(profiles, kernel)
    assert {each.wavefronts / each.requests for each in accesses(profile, "shared", "load", read)} == {
        wavefronts
    }
    assert {each.wavefronts / each.requests for each in accesses(profile, "shared", "store", written)} == {1}
    assert {each.sectors / each.requests for each in accesses(profile, "global", "store", read)} == {4}
    assert {each.sectors / each.requests for each in accesses(profile, "global", "load", written)} == {4}


def test_lines_name_the_source(profiles: Profiles) -> None:
    kernel = only(profiles, "transpose_naive")
    by_line = {each.line: each for each in kernel.lines}
    assert {each.file for each in kernel.lines} == {str(EXAMPLES / "transpose.cu")}
    assert kernel.line == line_of("transpose.cu", "void transpose_naive")
    assert by_line[line_of("transpose.cu", "out[x * n + y + j]")].global_store_sectors == 2048 * 2048


def test_interleaved_reduction_diverges_in_every_warp(profiles: Profiles) -> None:
    # Per block of 8 warps: strides 1 to 16 part all 8, then 4, 2, 1 warps; the last branch parts one.
    assert counters(profiles, "reduce_interleaved").divergent_branches == 4096 * (5 * 8 + 4 + 2 + 1 + 1)
    assert counters(profiles, "reduce_sequential").divergent_branches == 4096 * (5 + 1)


def test_structures_spread_the_sectors(profiles: Profiles) -> None:
    requests = 1_048_576 // 32
    structures = counters(profiles, "move_array_of_structures")
    assert structures.global_load_requests == 2 * requests
    assert structures.global_load_sectors == 24 * 2 * requests
    assert counters(profiles, "move_structure_of_arrays").global_load_sectors == 4 * 2 * requests
    strides = {each.lane_stride_bytes for each in only(profiles, "move_array_of_structures").accesses}
    assert strides == {24}


def test_histogram_in_shared_memory_saves_global_atomics(profiles: Profiles) -> None:
    requests = 2_162_688 // 32
    assert counters(profiles, "histogram_global").global_atomic_requests == requests
    assert counters(profiles, "histogram_shared").shared_atomic_requests == requests
    assert counters(profiles, "histogram_shared").global_atomic_requests == 528 * 256 // 32


def test_gather_takes_a_sector_for_each_element(profiles: Profiles) -> None:
    line = line_of("gather.cu", "table[index[i]]")
    loads = accesses(only(profiles, "gather"), "global", "load", line)
    index, table = sorted(each.sectors / each.requests for each in loads)
    assert index == 4
    assert 31.9 < table <= 32


def test_stencil_reads_its_neighbours_nearly_coalesced(profiles: Profiles) -> None:
    counted = counters(profiles, "jacobi_step")
    assert 4 < counted.global_load_sectors / counted.global_load_requests < 5


def test_matmul_reads_whole_sectors_and_no_bank_twice(profiles: Profiles) -> None:
    counted = counters(profiles, "matmul_tiled")
    assert counted.global_load_requests == 2 * 384 * 384 // 32 * (384 // 16)
    assert counted.global_load_sectors == 4 * counted.global_load_requests
    assert counted.shared_load_wavefronts == counted.shared_load_ideal_wavefronts


def test_divergence_by_thread_costs_half_the_lanes(profiles: Profiles) -> None:
    by_thread, by_warp = (counters(profiles, f"roots_by_{each}") for each in ("thread", "warp"))
    assert by_thread.divergent_branches > 0
    assert by_warp.divergent_branches == 0
    assert by_thread.thread_instructions / by_thread.warp_instructions < 20
    assert by_warp.thread_instructions / by_warp.warp_instructions == 32


def test_recurrences_spill(profiles: Profiles) -> None:
    resources = only(profiles, "recurrences").resources
    assert resources is not None
    assert resources.spill_store_bytes > 0
    assert resources.spill_load_bytes > 0
    assert resources.registers_per_thread == 32


def test_launches_of_saxpy(profiles: Profiles) -> None:
    shapes = [(each.launch.grid[0], each.launch.threads_per_block) for each in profiles["saxpy"]]
    assert shapes == [(10_486, 100), (32_768, 32), (270, 1024), (8, 256)]
    occupancies = [each.occupancy for each in profiles["saxpy"]]
    # 2048 threads, 64 warps and 32 blocks a multiprocessor: 16 blocks of 4 warps, 32 of 1, 2 of 32, 8 of 8.
    assert [each.blocks_per_sm for each in occupancies if each] == [16, 32, 2, 8]
    assert [each.theoretical for each in occupancies if each] == [1.0, 0.5, 1.0, 1.0]


def test_shifted_copy_straddles_a_fifth_sector(profiles: Profiles) -> None:
    counted = counters(profiles, "shifted_copy")
    assert counted.global_load_sectors == 5 * counted.global_load_requests
    assert counted.global_store_sectors == 4 * counted.global_store_requests


def test_program_is_analysed_as_it_is(profiles: Profiles) -> None:
    scale, differences = only(profiles, "scale<float, 4>"), only(profiles, "filters::differences")
    assert scale.source == str(EXAMPLES / "program.cuh")
    assert scale.line == line_of("program.cuh", "void scale")
    assert differences.source == str(EXAMPLES / "program.cu")
    assert differences.line == line_of("program.cu", "void differences")
    assert counters(profiles, "scale<float, 4>").global_load_requests == 1_048_576 // 32
    assert scale.resources is not None
    assert scale.resources.compiler.startswith("nvcc")


def test_sampled_blocks_are_scaled_to_the_grid(profiles: Profiles) -> None:
    counted = counters(profiles, "transpose_naive")
    assert counted.blocks_total == 64 * 64
    assert 0 < counted.blocks_run < counted.blocks_total
