"""What hardware counted for these patterns (public Nsight Compute reports) equals the closed forms."""

from pathlib import Path

import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.kernel import Access, KernelProfile, Launch
from gpuadvisor.sources.analysis import analyze_source
from gpuadvisor.sources.argument_text import parse_argument
from gpuadvisor.sources.launches import LaunchRequest

KERNELS = Path(__file__).parent / "kernels"
WARP = Launch(grid=(1, 1, 1), block=(32, 1, 1))


def profile(file: str, kernel: str, arguments: str, launch: Launch = WARP) -> KernelProfile:
    request = LaunchRequest(
        kernel=kernel, launch=launch, arguments=tuple(parse_argument(text) for text in arguments.split())
    )
    device = EmulatedDevice("h100")
    options = CompileOptions(compute_capability=device.facts.compute_capability)
    (result,) = analyze_source(KERNELS / file, [request], device, options)
    return result


def counters(*arguments: str, launch: Launch = WARP) -> KernelCounters:
    found = profile(*arguments, launch=launch).counters
    assert found is not None
    return found


def only_access(kernel: KernelProfile, space: str, operation: str) -> Access:
    (access,) = [each for each in kernel.accesses if each.space == space and each.operation == operation]
    return access


IN_OUT = "out=float32[32]:zeros in=float32[4096]:random"


@pytest.mark.parametrize(
    ("stride", "offset", "sectors"),
    [
        (1, 0, 4), (1, 1, 5), (1, 11, 5), (1, 128, 4), (0, 0, 1), (2, 0, 8), (2, 1, 8), (4, 0, 16),
        (8, 0, 32), (16, 0, 32), (32, 0, 32), (64, 0, 32),
    ],
)  # fmt: skip
def test_sectors_of_strided_and_shifted_loads(stride: int, offset: int, sectors: int) -> None:
    counted = counters("global_rows.cu", f"load<{stride}, {offset}>", IN_OUT)
    assert (counted.global_load_requests, counted.global_load_sectors) == (1, sectors)
    assert counted.global_load_ideal_sectors == (4 if stride else 1)
    assert (counted.global_store_requests, counted.global_store_sectors) == (1, 4)


def test_sectors_of_one_field_of_a_structure() -> None:
    counted = counters("global_rows.cu", "load_field", "out=float32[32]:zeros pairs=float32[32,2]:random")
    assert (counted.global_load_requests, counted.global_load_sectors) == (1, 8)


@pytest.mark.parametrize("pitch", [8, 16, 24, 1024])
def test_sectors_of_a_transposing_store(pitch: int) -> None:
    arguments = f"out=float32[32768]:zeros in=float32[32]:random pitch=int32:{pitch}"
    counted = counters("global_rows.cu", "store_column", arguments)
    assert (counted.global_store_requests, counted.global_store_sectors) == (1, 32)
    assert counted.global_store_ideal_sectors == 4


@pytest.mark.parametrize(("kernel", "sectors"), [("add_all_lanes", 32), ("add_one_lane", 1)])
def test_sectors_of_atomics_on_one_address(kernel: str, sectors: int) -> None:
    counted = counters("global_rows.cu", kernel, "sum=float32[1]:zeros in=float32[32]:random")
    assert (counted.global_atomic_requests, counted.global_atomic_sectors) == (1, sectors)
    assert (counted.global_load_requests, counted.global_store_requests) == (1, 0)


def test_ideal_sectors_of_a_large_copy() -> None:
    launch = Launch(grid=(128, 512, 1), block=(32, 8, 1))
    arguments = "out=float32[4096,4096]:zeros in=float32[4096,4096]:zeros n=int32:4096"
    counted = counters("global_rows.cu", "copy", arguments, launch=launch)
    assert counted.global_load_ideal_sectors + counted.global_store_ideal_sectors == 4_194_304
    assert counted.global_load_sectors + counted.global_store_sectors == 4_194_304


@pytest.mark.parametrize("blocks", [1, 3])
def test_whole_reduction_of_neighbouring_pairs_in_global_memory(blocks: int) -> None:
    launch = Launch(grid=(blocks, 1, 1), block=(128, 1, 1))
    arguments = f"values=int32[{blocks * 128}]:ones sums=int32[{blocks}]:zeros"
    counted = counters("global_rows.cu", "reduce_neighbours", arguments, launch=launch)
    assert (counted.global_load_requests, counted.global_load_sectors) == (47 * blocks, 127 * blocks)
    assert (counted.global_store_requests, counted.global_store_sectors) == (24 * blocks, 64 * blocks)
    assert counted.divergent_branches == 24 * blocks


@pytest.mark.parametrize(
    ("multiplier", "divisor", "wavefronts"),
    [(1, 1, 1), (3, 1, 1), (1, 2, 1), (0, 1, 1), (2, 1, 2), (4, 1, 4), (8, 1, 8), (31, 1, 1), (32, 1, 32)],
)
def test_wavefronts_of_shared_loads(multiplier: int, divisor: int, wavefronts: int) -> None:
    kernel = profile("shared_rows.cu", f"load<{multiplier}, {divisor}>", "out=int32[32]:zeros")
    access = only_access(kernel, "shared", "load")
    assert (access.requests, access.wavefronts, access.ideal_wavefronts) == (1, wavefronts, 1)


@pytest.mark.parametrize(
    ("rows", "pad", "wavefronts"),
    [
        (32, 0, 1024),
        (32, 1, 32),
        (16, 0, 256),  # 240 conflicts for 16 requests
        (16, 2, 16),  # a warp reads two columns of 16: one word of padding would not part them
    ],
)
def test_wavefronts_of_columns_of_a_tile(rows: int, pad: int, wavefronts: int) -> None:
    launch = Launch(grid=(1, 1, 1), block=(32, rows, 1))
    kernel = profile(
        "shared_rows.cu", f"read_columns<{rows}, {pad}>", f"out=int32[{rows * 32}]:zeros", launch
    )
    load, store = (only_access(kernel, "shared", operation) for operation in ("load", "store"))
    assert (load.requests, load.wavefronts) == (rows, wavefronts)
    assert (store.requests, store.wavefronts) == (rows, rows)
