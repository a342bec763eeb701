"""Times between kernels: each cause from the events that show it."""

from pathlib import Path

import pytest

from gpuadvisor.model.timeline import Gaps
from gpuadvisor.sources.traces.kineto import read_kineto
from tests.sources.traces.kineto_traces import Json, call, copy, kernel, memset, write


def gaps(tmp_path: Path, events: list[Json]) -> list[Gaps]:
    return read_kineto(write(tmp_path / "trace.json", events)).gaps


FIRST = [call(0, 2, correlation=1), kernel(10, 10, correlation=1)]
"""A kernel that ends at 20; the next one of each test begins at 60."""
NEXT = kernel(60, 10, correlation=2)
LATE = call(50, 2, correlation=2)
CAUSES = {
    "host": [LATE],
    "queued": [call(3, 2, correlation=2)],
    "synchronization": [call(3, 20, "cudaStreamSynchronize"), LATE],
    "allocator": [call(25, 24, "cudaMalloc"), LATE],
    "copy": [copy(22, 15), memset(40, 10), LATE],
    "unknown": [],
}
VARIANTS = {
    "waits within the gap for most of it": ("synchronization", [call(22, 25, "cudaDeviceSynchronize"), LATE]),
    "waited, but returned before": ("host", [call(3, 15, "cudaStreamSynchronize"), LATE]),
    "waits within the gap, but not for long": ("host", [call(22, 5, "cudaEventSynchronize"), LATE]),
    "waits for nobody": ("host", [call(3, 20, "cudaStreamWaitEvent"), LATE]),
    "a copy that is not asynchronous": ("synchronization", [call(3, 20, "cudaMemcpy_v3020"), LATE]),
    "a copy that is": ("host", [call(3, 20, "cudaMemcpy2DAsync"), LATE]),
    "driver's names": ("synchronization", [call(3, 20, "cuStreamSynchronize_ptsz"), LATE]),
    "allocates for less than half of it": ("host", [call(25, 15, "cudaFree"), LATE]),
    "half of it copies, but not more": ("host", [copy(20, 20), LATE]),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_each_cause(cause: str, tmp_path: Path) -> None:
    (found,) = gaps(tmp_path, [*FIRST, *CAUSES[cause], NEXT])
    assert (found.cause, found.count, found.total_seconds) == (cause, 1, pytest.approx(40e-6))
    assert (found.at_least_seconds, found.below_seconds) == (10e-6, 100e-6)


@pytest.mark.parametrize("variant", VARIANTS)
def test_what_is_hardly_a_cause(variant: str, tmp_path: Path) -> None:
    cause, events = VARIANTS[variant]
    assert [found.cause for found in gaps(tmp_path, [*FIRST, *events, NEXT])] == [cause]


def test_kernels_that_overlap_or_touch_leave_no_gap(tmp_path: Path) -> None:
    events = [kernel(0, 10), kernel(5, 20, stream=9), kernel(8, 4), kernel(25, 5)]
    assert gaps(tmp_path, events) == []


def test_gaps_of_each_device_are_its_own(tmp_path: Path) -> None:
    events = [kernel(0, 10), kernel(0, 100, device=1), kernel(50, 10)]
    assert [(found.count, found.total_seconds) for found in gaps(tmp_path, events)] == [
        (1, pytest.approx(40e-6))
    ]


@pytest.mark.parametrize(
    ("microseconds", "bounds"),
    [
        (1, (0.0, 10e-6)),
        (10.5, (10e-6, 100e-6)),
        (500, (100e-6, 1e-3)),
        (5e3, (1e-3, 10e-3)),
        (1e6, (10e-3, None)),
    ],
)
def test_classes_of_size(microseconds: float, bounds: tuple[float, float | None], tmp_path: Path) -> None:
    (found,) = gaps(tmp_path, [kernel(0, 1), kernel(1 + microseconds, 1)])
    assert (found.at_least_seconds, found.below_seconds) == bounds
    assert found.total_seconds == pytest.approx(microseconds * 1e-6)
