"""Facts about copies and launches of a run, worked out by hand from a made-up one of ten seconds."""

from typing import Any

import msgspec
import pytest

from gpuadvisor.advising.catalogue import pinning, run_copies, run_launches
from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.scene import Scene, timeline_scene
from gpuadvisor.advising.types import OF_FACT, type_of
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.run_patterns import CopyPatterns, KernelSeries, LaunchPatterns, RepeatedUpload
from gpuadvisor.model.timeline import (
    ApiCalls,
    CopyActivity,
    MemsetActivity,
    Stream,
    TimelineDevice,
    TimelineProfile,
)
from tests.advising.profiles import machine
from tests.advising.test_host_curves import copy_of, result
from tests.advising.timelines import kernel, run

MIB = 1 << 20
COPIES = CopyPatterns(
    exposed_seconds=1.5, exposed_on_kernel_streams_seconds=1.0, exposed_memset_seconds=0.25,
    small_in_series=300, small_in_series_seconds=0.5, small_in_series_total_seconds=0.75,
    round_trips=20, round_trip_bytes=40 * MIB, round_trip_copy_seconds=0.5, round_trip_seconds=2.0,
    repeated_uploads=[
        RepeatedUpload(size_bytes=5 * MIB, count=40, repeated_seconds=1.0),
        RepeatedUpload(size_bytes=MIB, count=90, repeated_seconds=0.5),
    ],
)  # fmt: skip
LAUNCHES = LaunchPatterns(
    known=2000, waiting=500,
    series=[
        KernelSeries(kind="elementwise", series=10, launches=50, kernel_seconds=0.5, idle_seconds=0.25),
        KernelSeries(kind="reduce", series=5, launches=20, kernel_seconds=0.25, idle_seconds=0.125),
    ],
    allocations=30, allocation_seconds=1.0, longest_allocation_seconds=0.5,
    before_first_kernel_seconds=3.0, after_last_kernel_seconds=1.5,
    heaviest_call="cudaEventRecord", heaviest_call_count=7, heaviest_call_seconds=6.0,
)  # fmt: skip
EXPECTED: dict[str, Value] = {
    "bare_copies_on_kernel_streams": 0.1,
    "bare_copies_on_own_streams": 0.05,
    "device_copies_fraction": 0.02,
    "memsets": 9,
    "bare_memsets": 0.025,
    "copies_in_series": 300,
    "copies_in_series_fraction": 0.05,
    "copies_in_series_total": 0.075,
    "round_trips": 20,
    "round_trip_bytes": 40 * MIB,
    "round_trip_copies_fraction": 0.05,
    "round_trip_fraction": 0.2,
    "repeated_upload_bytes": 5 * MIB,
    "repeated_uploads": 40,
    "repeated_upload_fraction": 0.1,
    "blocking_copies": 10,
    "blocking_copy_share": 0.25,
    "managed_bytes": 7 * MIB,
    "managed_fraction": 0.06,
    "waiting_launch_share": 0.25,
    "series_kind": "elementwise",
    "series_launches": 70,
    "series": 15,
    "series_kernels_fraction": 0.075,
    "series_idle_fraction": 0.0375,
    "allocations": 30,
    "longest_allocation": 0.05,
    "before_first_kernel": 0.25,
    "after_last_kernel": 0.125,
    "heaviest_call": "cudaEventRecord",
    "heaviest_call_count": 7,
    "heaviest_call_fraction": 0.5,
    "kernel_streams": 2,
    "narrow_kernels_fraction": 0.2 + 0.1,
    "narrow_kernels_idle": 0.2 * 0.5 + 0.1 * 0.9,
    "device_count": 1,
    "uneven_fraction": 0.0,
}
OF_MACHINE = {fact.name for fact in pinning.FACTS}


def patterned(**changes: Any) -> TimelineProfile:
    calls = [
        ApiCalls(name="cudaStreamSynchronize", count=50, total_seconds=3.0, max_seconds=1.0),
        ApiCalls(name="cudaMemcpy", count=10, total_seconds=1.0, max_seconds=1.0),
    ]
    managed = CopyActivity(
        kind="host-to-device", host_memory="managed", count=7, total_bytes=7 * MIB, total_seconds=0.6,
        max_seconds=0.1, sizes={"1 MiB": 7},
    )  # fmt: skip
    inside = CopyActivity(
        kind="device-to-device", count=2, total_bytes=7, total_seconds=0.2, max_seconds=0.1, sizes={"1 B": 2}
    )
    grids = {
        "half": (25, 2, 1),
        "tenth": (10, 1, 1),
        "more": (51, 1, 1),
        "short": (1, 1, 1),
        "nccl": (1, 1, 1),
    }
    seconds = {"half": 2.0, "tenth": 1.0, "more": 1.0, "short": 9e-6, "nccl": 1.0}
    kernels = [msgspec.structs.replace(kernel(name, 1, seconds[name]), grid=grids[name]) for name in grids]
    fields: dict[str, Any] = {
        "copy_patterns": COPIES,
        "launch_patterns": LAUNCHES,
        "synchronizations": calls,
        "copies": [*run().copies, managed, inside],
        "memsets": [MemsetActivity(device=0, count=9, total_bytes=9, total_seconds=0.5)],
        "kernels": kernels,
        "devices": [device(0, 6.0)],
        "streams": [stream(0, 7), stream(0, 13), stream(0, 14, kernels=0)],
    }
    return msgspec.structs.replace(run(), **(fields | changes))


def device(index: int, kernel_seconds: float, multiprocessors: int | None = 100) -> TimelineDevice:
    return TimelineDevice(
        index=index, multiprocessors=multiprocessors, span_seconds=10.0, kernel_seconds=kernel_seconds
    )


def stream(of: int, number: int, kernels: int = 5) -> Stream:
    return Stream(device=of, stream=number, kernels=kernels, copies=0, memsets=0, busy_seconds=1.0)


def value(name: str, profile: TimelineProfile, on: MachineProfile | None = None) -> Value | None:
    return CATALOGUE[f"timeline.{name}"].read(timeline_scene(on, profile))


def test_every_fact_has_its_value_here() -> None:
    facts = {fact.name for group in (run_copies, run_launches) for fact in group.FACTS}
    assert facts == {f"timeline.{name}" for name in EXPECTED}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_fact_is_read_right(name: str) -> None:
    found, expected = value(name, patterned()), EXPECTED[name]
    assert found == pytest.approx(expected) if isinstance(expected, float) else found == expected
    assert found is not None
    fact = CATALOGUE[f"timeline.{name}"]
    assert type_of(found) is OF_FACT[fact.type]
    assert fact.provenance(Scene(timeline=patterned())) is Provenance.IMPORTED_KINETO


KNOWN_WITHOUT = {"memsets", "managed_bytes", "device_count"}


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_not_known_is_missing(name: str) -> None:
    empty = TimelineProfile(
        tool=run().tool, provenance=Provenance.IMPORTED_NSYS, source="empty", span_seconds=0.0
    )
    assert (value(name, empty) is None) is (name not in KNOWN_WITHOUT)
    assert CATALOGUE[f"timeline.{name}"].read(Scene()) is None


def test_nothing_found_is_zero_and_has_no_name() -> None:
    nothing = patterned(copy_patterns=CopyPatterns(), launch_patterns=LaunchPatterns(known=1))
    assert value("repeated_uploads", nothing) == 0
    assert value("repeated_upload_fraction", nothing) == 0.0
    assert value("waiting_launch_share", nothing) == 0.0
    assert value("series_kind", nothing) is None
    assert value("heaviest_call", nothing) is None
    assert value("blocking_copy_share", patterned(synchronizations=[])) == 0.0


def test_narrow_kernels_need_to_know_the_device() -> None:
    assert value("narrow_kernels_fraction", patterned(devices=[device(0, 1.0, None)])) is None
    assert value("narrow_kernels_fraction", patterned(kernels=run().kernels)) is None
    mixed = patterned(devices=[device(0, 1.0), device(1, 1.0, 50)])
    assert value("narrow_kernels_fraction", mixed) == 0.0


def test_uneven_devices() -> None:
    """Eight, two and two seconds of kernels: four beyond the mean of four, of ten."""
    found = value("uneven_fraction", patterned(devices=[device(0, 8.0), device(1, 2.0), device(2, 2.0)]))
    assert found == pytest.approx(0.4)
    alike = [msgspec.structs.replace(device(index, 8.0 - index), compute_seconds=2.0) for index in range(2)]
    assert value("uneven_fraction", patterned(devices=alike)) == 0.0


def transfers(*, name: str = "Test GPU") -> MachineProfile:
    """Copies of pinned memory take a microsecond and a second for every 100 MiB; one size is not probed."""
    points = [copy_of("pinned_to_device", size * MIB, 1e-6 + size / 100) for size in (1, 4, 64)]
    probed = machine([result("transfers", points)])
    return msgspec.structs.replace(probed, device=msgspec.structs.replace(probed.device, name=name))


def pageable(kind: str = "host-to-device", **sizes: int) -> TimelineProfile:
    copy = CopyActivity(
        kind=kind, host_memory="pageable", count=sum(sizes.values()), total_bytes=16 * MIB, total_seconds=2.0,
        max_seconds=1.0, sizes={name.replace("_", " "): count for name, count in sizes.items()},
    )  # type: ignore[arg-type]  # fmt: skip
    return patterned(copies=[copy], devices=[msgspec.structs.replace(device(0, 6.0), name="Test GPU")])


SIZES = {"1_MiB": 4, "4_MiB": 1}


def test_what_pinning_saves() -> None:
    """16 MiB in classes whose lower bounds add up to 8: four copies of 2 MiB and one of 8, 0.16 s of 2."""
    assert value("saved_by_pinning", pageable(**SIZES), transfers()) == pytest.approx((2 - 0.160005) / 10)
    scene = timeline_scene(transfers(), pageable(**SIZES))
    assert CATALOGUE["timeline.saved_by_pinning"].provenance(scene) is Provenance.MODELLED


@pytest.mark.parametrize(
    ("profile", "on"),
    [
        (pageable(**SIZES), None),
        (pageable(**SIZES), transfers(name="Another GPU")),
        (pageable(**SIZES), machine([])),
        (pageable("device-to-host", **SIZES), transfers()),  # a direction that was not probed
        (pageable(), transfers()),  # a document that does not tell sizes
        (pageable(**{"3 bananas": 4}), transfers()),
    ],
)
def test_what_pinning_saves_is_not_always_known(profile: TimelineProfile, on: MachineProfile | None) -> None:
    assert value("saved_by_pinning", profile, on) is None


def test_pinned_copies_leave_nothing_to_pin() -> None:
    assert value("saved_by_pinning", patterned(copies=[]), transfers()) == 0.0
