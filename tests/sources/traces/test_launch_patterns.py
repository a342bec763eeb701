"""Patterns of launches, worked out by hand from a few events; times in microseconds."""

from pathlib import Path
from typing import Any

import pytest

from gpuadvisor.model.run_patterns import LaunchPatterns
from gpuadvisor.sources.traces.kernel_series import kind
from gpuadvisor.sources.traces.kineto import read_kineto
from tests.sources.traces.kineto_traces import Json, call, copy, kernel, operator, write

MUL, ADD = "void elementwise<4, Mul<float>>(int)", "void elementwise<4, Add<float>>(int)"


def patterns(tmp_path: Path, events: list[Json]) -> LaunchPatterns:
    found = read_kineto(write(tmp_path / "trace.json", events)).launch_patterns
    assert found is not None
    return found


def seconds(microseconds: float) -> Any:
    return pytest.approx(microseconds * 1e-6)


def test_copies_alone_have_no_launches(tmp_path: Path) -> None:
    assert read_kineto(write(tmp_path / "trace.json", [copy(0, 1)])).launch_patterns is None


def test_launches_that_wait(tmp_path: Path) -> None:
    events = [
        call(0, 60, correlation=1), kernel(10, 45, correlation=1),
        call(70, 5, correlation=2), kernel(80, 20, correlation=2),
        call(110, 15, correlation=3), kernel(113, 9, correlation=3),  # shorter than a launch may take
        kernel(200, 50),
    ]  # fmt: skip
    found = patterns(tmp_path, events)
    assert (found.known, found.waiting) == (3, 1)


def small(ts: float, name: str = MUL, **more: Any) -> Json:
    return kernel(ts, 4, name=name, **more)


def test_a_series_of_kernels(tmp_path: Path) -> None:
    events = [small(0), small(6, ADD), small(13), kernel(20, 50), small(80), small(90)]
    (found,) = patterns(tmp_path, events).series
    assert (found.kind, found.series, found.launches) == ("elementwise", 1, 3)
    assert found.kernel_seconds == seconds(12)
    assert found.idle_seconds == seconds(2 + 3)


def test_streams_have_series_of_their_own(tmp_path: Path) -> None:
    """Between the kernels of one stream those of another run: nothing is idle but what both leave."""
    one = [small(10 * k) for k in range(3)]
    other = [small(10 * k + 5, stream=9) | {"tid": 9} for k in range(3)]
    (found,) = patterns(tmp_path, [*one, *other]).series
    assert (found.series, found.launches) == (2, 6)
    assert found.idle_seconds == seconds(4 * 2)


@pytest.mark.parametrize(
    "events",
    [
        [small(0), small(6)],
        [small(0), small(6), small(12, "void gemm<8>(int)"), small(18)],
        [small(0), small(6), small(111)],  # too long after
        [kernel(0, 10, name=MUL), kernel(12, 10, name=MUL), kernel(24, 10, name=MUL)],
        [small(0), small(6), small(12, stream=9) | {"tid": 9}],
    ],
)
def test_kernels_that_are_no_series(events: list[Json], tmp_path: Path) -> None:
    assert patterns(tmp_path, events).series == []


def test_kinds_with_most_seconds_come_first(tmp_path: Path) -> None:
    gemm = [kernel(100 + 9 * k, 7, name="gemm<8>") for k in range(3)]
    found = patterns(tmp_path, [small(0), small(6), small(12), *gemm]).series
    assert [each.kind for each in found] == ["gemm", "elementwise"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (MUL, "elementwise"),
        ("void at::native::(anonymous namespace)::fill<int>(int)", "at::native::{anonymous}::fill"),
        ("triton_poi_fused_add_0", "triton_poi_fused_add_0"),
        ("(weird)", "(weird)"),
    ],
)
def test_kind(name: str, expected: str) -> None:
    assert kind(name) == expected


def test_allocations_between_the_first_kernel_and_the_last(tmp_path: Path) -> None:
    events = [
        call(0, 9, "cudaMalloc"), kernel(10, 20), call(35, 7, "cudaMalloc_v3020"), call(45, 8, "cudaFree"),
        kernel(60, 20), call(90, 5, "cudaFree"),
    ]  # fmt: skip
    found = patterns(tmp_path, events)
    assert (found.allocations, found.allocation_seconds) == (2, seconds(15))
    assert found.longest_allocation_seconds == seconds(8)


def test_the_ends_of_a_run(tmp_path: Path) -> None:
    found = patterns(tmp_path, [operator(-50, 10), kernel(10, 20), kernel(60, 20), operator(100, 30)])
    assert found.before_first_kernel_seconds == seconds(60)
    assert found.after_last_kernel_seconds == seconds(50)


def test_the_heaviest_call_is_none_that_other_facts_speak_of(tmp_path: Path) -> None:
    others = [
        "cudaLaunchKernelExC_v11060", "cuLaunchKernel", "cudaGraphLaunch_v10000", "cudaDeviceSynchronize",
        "cudaMemcpyAsync", "cudaMemsetAsync", "cudaMalloc", "cudaHostAlloc", "cuMemcpyHtoD_v2",
    ]  # fmt: skip
    events = [call(100 * k, 90, name) for k, name in enumerate(others)]
    found = patterns(tmp_path, [kernel(0, 10), *events])
    assert (found.heaviest_call, found.heaviest_call_seconds) == (None, 0.0)


def test_of_the_heaviest_function_the_longest_call_is_left_out(tmp_path: Path) -> None:
    first = [
        call(1000, 900, "cudaDeviceGetStreamPriorityRange"),
        call(1900, 2, "cudaDeviceGetStreamPriorityRange"),
    ]
    asked = [call(2000, 3, "cudaEventRecord"), call(2100, 9, "cudaGetDeviceProperties_v2_v12000")] * 3
    found = patterns(tmp_path, [kernel(0, 10), *first, *asked])
    assert found.heaviest_call == "cudaGetDeviceProperties_v2"
    assert (found.heaviest_call_count, found.heaviest_call_seconds) == (3, seconds(18))


def test_a_device_that_only_copies_has_no_series(tmp_path: Path) -> None:
    elsewhere = copy(0, 5)
    elsewhere["args"]["device"] = 1
    found = patterns(tmp_path, [small(0), small(6), small(12), elsewhere])
    assert [each.series for each in found.series] == [1]


def test_what_waits_in_a_collective_does_not_compute(tmp_path: Path) -> None:
    events = [
        kernel(0, 20),
        kernel(10, 40, name="ncclDevKernel_AllReduce_Sum_f32_RING_LL(ncclDevKernelArgs)"),
    ]
    (device,) = read_kineto(write(tmp_path / "trace.json", events)).devices
    assert (device.kernel_seconds, device.compute_seconds) == (seconds(50), seconds(20))
