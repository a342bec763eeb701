"""CUPTI's records become a timeline; sums and spans worked out by hand."""

from typing import Any, cast

import pytest

from gpuadvisor.live import cupti_activities
from gpuadvisor.live.cupti_recorder import NO_STEPS, CuptiRecorder
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile
from tests.live.fake_cupti import FakeCupti, call, copy, kernel, memset

T = 1_790_000_000_000_000_000
"""Nanoseconds since 1970: doubles could not tell neighbours apart."""


def recorded(*records: Any) -> TimelineProfile:
    recorder = CuptiRecorder(cast("Any", FakeCupti(records)), "train.py")
    found = recorder.finish().timeline
    assert found is not None
    return found


def test_kernels_have_launch_and_times() -> None:
    found = recorded(
        kernel(T + 100, T + 300), kernel(T + 400, T + 500), kernel(T + 600, T + 601, name="tiny")
    )
    saxpy, tiny = found.kernels
    assert (saxpy.name, saxpy.count, tiny.count) == ("saxpy", 2, 1)
    assert saxpy.total_seconds == pytest.approx(300e-9)
    assert tiny.total_seconds == pytest.approx(1e-9)
    assert (saxpy.grid, saxpy.block, saxpy.registers_per_thread) == ((128, 1, 1), (256, 1, 1), 32)
    assert (saxpy.shared_bytes, saxpy.static_shared_bytes, saxpy.local_bytes) == (1536, 1024, 0)
    assert found.span_seconds == pytest.approx(501e-9)
    assert found.devices[0].busy_seconds == pytest.approx(301e-9)
    assert (found.streams[0].device, found.streams[0].stream) == (0, 7)


def test_it_says_who_measured_what() -> None:
    found = recorded(kernel(T, T + 1))
    assert (found.provenance, found.source) == (Provenance.MEASURED, "train.py")
    assert found.producer.startswith("cupti-python")
    assert found.notes == [NO_STEPS]


@pytest.mark.parametrize(
    ("copy_kind", "src_kind", "dst_kind", "kind", "memory"),
    [
        (1, 1, 3, "host-to-device", "pageable"),
        (1, 2, 3, "host-to-device", "pinned"),
        (2, 3, 1, "device-to-host", "pageable"),
        (2, 3, 2, "device-to-host", "pinned"),
        (1, 5, 3, "host-to-device", "managed"),
        (8, 3, 3, "device-to-device", None),
        (9, 1, 1, "host-to-host", None),
        (10, 3, 3, "peer", None),
        (0, 0, 0, "other", None),
    ],
)
def test_copies_have_kind_and_memory(
    copy_kind: int, src_kind: int, dst_kind: int, kind: str, memory: str | None
) -> None:
    (found,) = recorded(copy(T, T + 2000, 4096, copy_kind, src_kind, dst_kind)).copies
    assert (found.kind, found.host_memory) == (kind, memory)
    assert (found.count, found.total_bytes) == (1, 4096)
    assert found.total_seconds == pytest.approx(2e-6)


def test_memsets_are_added_up() -> None:
    (found,) = recorded(memset(T, T + 10, 100), memset(T + 20, T + 50, 1)).memsets
    assert (found.count, found.total_bytes) == (2, 101)
    assert found.total_seconds == pytest.approx(40e-9)


def test_calls_have_the_names_of_their_functions_and_tell_why_the_gpu_waited() -> None:
    found = recorded(
        call(T, T + 1000, 211, correlation=1),
        kernel(T + 2000, T + 3000, correlation=1),
        call(T + 43_000, T + 44_000, 307, correlation=2, kind=4),
        kernel(T + 53_000, T + 54_000, correlation=2),
    )
    assert found.api_calls is not None
    assert {each.name: each.count for each in found.api_calls} == {"cudaLaunchKernel": 1, "cuLaunchKernel": 1}
    (gap,) = found.gaps
    assert gap.cause == "host"
    assert gap.total_seconds == pytest.approx(50e-6)


def test_what_has_no_times_is_left_out_and_said_to_be() -> None:
    found = recorded(kernel(T, T + 5), kernel(0, 0), kernel(T, 0))
    assert found.kernel_launches == 1
    assert "2 activities have no times and are left out" in found.notes


def test_a_long_program_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cupti_activities, "MOST_ACTIVITIES", 2)
    found = recorded(*(kernel(T + each, T + each + 1) for each in range(5)))
    assert found.kernel_launches == 2
    assert found.notes[0].startswith("3 activities after the first")


def test_names_are_written_as_people_write_them() -> None:
    pytest.importorskip("demangle")
    assert recorded(kernel(T, T + 5, name="_Z4scanIfLi4EEvPT_")).kernels[0].name == "scan<float, 4>"


def test_nothing_is_enabled_afterwards() -> None:
    cupti = FakeCupti([kernel(T, T + 1)])
    recorder = CuptiRecorder(cast("Any", cupti), "x")
    assert {kind.name for kind in cupti.enabled} == {
        "CONCURRENT_KERNEL", "MEMCPY", "MEMCPY2", "MEMSET", "RUNTIME", "DRIVER",
    }  # fmt: skip
    recorder.finish()
    assert cupti.enabled == set()


def test_a_run_without_activities_says_so() -> None:
    found = recorded()
    assert found.kernels == []
    assert "no GPU activity was recorded" in found.notes
