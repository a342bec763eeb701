"""Chrome traces of TensorFlow's and JAX's profiler, made from what its sources write."""

from pathlib import Path
from typing import Any

import pytest

from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.xla_traces import copy_group, kernel_shape, size_bytes
from tests.sources.traces.kineto_traces import Json, write

KERNEL = "regs:32 static_shared:1024 dynamic_shared:512 grid:80,2,1 block:256,1,1 occ_pct:75"
COPY = "kind_src:pageable kind_dst:device size:4096 dest:0 async:1"


def named(pid: int, tid: int | None, name: str) -> Json:
    sort = "process_name" if tid is None else "thread_name"
    return {"ph": "M", "pid": pid, "tid": tid or 0, "name": sort, "args": {"name": name}}


def event(pid: int, tid: int, name: str, ts: float, dur: float, **args: Any) -> Json:
    return {"ph": "X", "pid": pid, "tid": tid, "name": name, "ts": ts, "dur": dur, "args": args}


PLACES = [
    named(1, None, "/device:GPU:0"), named(1, 14, "Stream #14(Compute,MemcpyH2D)"), named(1, 90, "Steps"),
    named(1, 91, "XLA Ops"), named(701, None, "/host:CPU"), named(701, 5, "python"),
]  # fmt: skip
EVENTS = [
    event(1, 14, "MemcpyH2D", 0, 5, memcpy_details=COPY),
    event(1, 14, "loop_add_fusion", 10, 30, kernel_details=KERNEL, hlo_op="fusion.3"),
    event(1, 14, "Memset", 50, 2, Memset_details="kind:device size:64"),
    event(1, 91, "fusion.3", 10, 30),
    event(1, 90, "7", 0, 60),
    event(701, 5, "IteratorGetNext:IteratorGetNext", 30, 25),
]


def read(tmp_path: Path, events: list[Json]) -> TimelineProfile:
    content = {"displayTimeUnit": "ns", "metadata": {"highres-ticks": True}, "traceEvents": events}
    return read_kineto(write(tmp_path / "host.trace.json", content))


def test_activities_of_the_gpu_are_told_by_where_they_ran(tmp_path: Path) -> None:
    profile = read(tmp_path, [*PLACES, *EVENTS])
    assert (profile.provenance, profile.producer) == (Provenance.IMPORTED_XLA, "TensorFlow or JAX")
    (kernel,) = profile.kernels
    assert (kernel.name, kernel.count, kernel.grid, kernel.block) == (
        "loop_add_fusion", 1, (80, 2, 1), (256, 1, 1),
    )  # fmt: skip
    assert (kernel.registers_per_thread, kernel.shared_bytes, kernel.estimated_occupancy) == (32, 1536, 0.75)
    (copied,) = profile.copies
    assert (copied.kind, copied.host_memory, copied.total_bytes) == ("host-to-device", "pageable", 4096)
    assert profile.memsets[0].total_bytes == 64
    assert profile.steps is not None
    assert profile.steps.count == 1
    assert [(stream.device, stream.stream) for stream in profile.streams] == [(0, 14)]


def test_waits_for_the_next_element(tmp_path: Path) -> None:
    workload = read(tmp_path, [*PLACES, *EVENTS]).workload
    assert workload is not None
    (wait,) = workload.inputs
    assert (wait.pipeline, wait.idle_seconds) == ("tf.data", pytest.approx(15e-6))


def test_without_a_gpu_the_file_says_so(tmp_path: Path) -> None:
    profile = read(tmp_path, [PLACES[4], EVENTS[-1]])
    assert profile.notes == ["no GPU activity was recorded"]
    assert profile.provenance is Provenance.IMPORTED_XLA


@pytest.mark.parametrize(
    "details", [None, 5, "", "regs:1", "regs:32 static_shared:0 dynamic_shared:0 grid:0,1,1 block:9,1", ["x"]]
)
def test_details_that_tell_no_launch(details: Any) -> None:
    assert kernel_shape(details).grid is None


def test_a_grid_that_cannot_be_is_none() -> None:
    shape = kernel_shape(
        f"regs:1 static_shared:0 dynamic_shared:0 grid:{'9' * 30},1,1 block:32,1,1 occ_pct:9.9.9"
    )
    assert (shape.grid, shape.block, shape.estimated_occupancy) == (None, (32, 1, 1), None)


def test_copies_and_sizes() -> None:
    assert copy_group("MemcpyD2H", "kind:pinned size:8 dest:0 async:1") == ("device-to-host", "pinned")
    assert copy_group("MemcpyP2P", None) == ("peer", None)
    assert copy_group("fusion", COPY) is None
    assert (size_bytes("size:12 dest"), size_bytes("size:x"), size_bytes(None)) == (12, 0, 0)
