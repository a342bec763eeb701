"""PyTorch's traces: every form since 2021, from generated files whose figures follow from their events."""

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces import kineto
from gpuadvisor.sources.traces.blocks import blocks
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.profile import AMD, NO_GPU
from tests.sources.traces.kineto_traces import (
    HEAD,
    Json,
    call,
    copy,
    kernel,
    memset,
    operator,
    step,
    trace,
    write,
    write_large,
)

EVENTS = [
    step(1, 0, 100),
    operator(0, 10),
    call(0, 5, correlation=1),
    kernel(10, 20, correlation=1),
    call(6, 5, correlation=2),
    kernel(40, 10, correlation=2),
    call(11, 5, "cudaMemcpyAsync", correlation=3),
    copy(55, 5),
    memset(60, 2),
]


def read(tmp_path: Path, content: object) -> TimelineProfile:
    return read_kineto(write(tmp_path / "trace.json", content))


def as_in_2021(event: Json) -> Json:
    """The categories and arguments as libkineto wrote them in 2021."""
    names = {
        "kernel": "Kernel", "gpu_memcpy": "Memcpy", "gpu_memset": "Memset", "cuda_runtime": "Runtime",
        "cpu_op": "Operator", "user_annotation": "Operator",
    }  # fmt: skip
    args = dict(event["args"])
    if "est. achieved occupancy %" in args:
        args["theoretical occupancy %"] = args.pop("est. achieved occupancy %")
    return event | {"cat": names[event["cat"]], "args": args}


def as_pair(event: Json) -> list[Json]:
    begin = {key: value for key, value in event.items() if key != "dur"} | {"ph": "B"}
    return [begin, {"ph": "E", "pid": event["pid"], "tid": event["tid"], "ts": event["ts"] + event["dur"]}]


PAIRS = [half for event in EVENTS if event["cat"] != "cuda_runtime" for half in as_pair(event)]
RUNTIME = [event for event in EVENTS if event["cat"] == "cuda_runtime"]
"""These overlap in one thread, which pairs cannot say."""
FORMS: dict[str, object] = {
    "an object with traceEvents": trace(EVENTS),
    "a bare array": EVENTS,
    "traceEvents first, the rest behind": {"traceEvents": EVENTS} | HEAD,
    "the categories of 2021": trace([as_in_2021(event) for event in EVENTS]),
    "integer times": trace([event | {"ts": int(event["ts"])} for event in EVENTS]),
    "times since 1970": trace([event | {"ts": event["ts"] + 1_650_000_000_000_000} for event in EVENTS]),
    "in no order": trace(EVENTS[::-1]),
    "begin and end apart": trace(sorted(PAIRS, key=lambda event: float(event["ts"])) + RUNTIME),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(form: str, tmp_path: Path) -> None:
    found = read(tmp_path, FORMS[form])
    (activity,) = found.kernels
    assert (activity.name, activity.count) == ("sgemm", 2)
    assert activity.total_seconds == pytest.approx(30e-6)
    assert activity.median_seconds == pytest.approx(15e-6)
    assert activity.max_seconds == pytest.approx(20e-6)
    assert (activity.grid, activity.block) == ((80, 1, 1), (256, 1, 1))
    assert (activity.registers_per_thread, activity.shared_bytes) == (32, 1024)
    assert activity.estimated_occupancy == 0.5
    (copied,) = found.copies
    assert (copied.kind, copied.host_memory, copied.total_bytes) == ("host-to-device", "pageable", 4096)
    assert copied.sizes == {"4 KiB": 1}
    (cleared,) = found.memsets
    assert (cleared.device, cleared.count, cleared.total_bytes) == (0, 1, 256)
    (device,) = found.devices
    assert device.span_seconds == pytest.approx(52e-6)
    assert device.busy_seconds == pytest.approx(37e-6)
    assert device.kernel_seconds == pytest.approx(30e-6)
    assert found.steps is not None
    assert (found.steps.count, found.steps.total_seconds) == (1, pytest.approx(100e-6))
    assert found.span_seconds == pytest.approx(100e-6)
    assert {each.name: each.count for each in found.api_calls or []} == {
        "cudaLaunchKernel": 2, "cudaMemcpyAsync": 1,
    }  # fmt: skip


def test_the_head_tells_the_device_and_the_rank(tmp_path: Path) -> None:
    found = read(tmp_path, trace(EVENTS, distributedInfo={"backend": "nccl", "rank": 3, "world_size": 8}))
    assert (found.rank, found.world_size) == (3, 8)
    (device,) = found.devices
    assert (device.name, device.compute_capability) == ("NVIDIA H100 PCIe", "9.0")
    assert (device.multiprocessors, device.memory_bytes) == (114, 85_000_000_000)


def test_gzip_is_seen_by_content(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(gzip.compress(json.dumps(trace(EVENTS)).encode()))
    assert read_kineto(path).kernel_launches == 2


def test_kernels_of_one_name_in_other_shapes_stay_apart(tmp_path: Path) -> None:
    events = [kernel(0, 1), kernel(2, 3, grid=[1, 1, 1]), kernel(6, 1, name="nccl:all_reduce")]
    events.append(kernel(8, 1, name="ncclDevKernel_AllReduce_Sum_f32(ncclDevComm*)"))
    found = read(tmp_path, trace(events))
    assert [(each.name, each.grid) for each in found.kernels][:2] == [
        ("sgemm", (1, 1, 1)),
        ("sgemm", (80, 1, 1)),
    ]
    assert [each.name for each in found.kernels if each.communication] == [
        "nccl:all_reduce",
        "ncclDevKernel_AllReduce_Sum_f32(ncclDevComm*)",
    ]


def test_a_negative_duration_is_none(tmp_path: Path) -> None:
    (found,) = read(tmp_path, trace([kernel(0, -5), kernel(10, 2)])).kernels
    assert (found.count, found.total_seconds) == (2, pytest.approx(2e-6))


def test_memsets_are_added_up_by_device(tmp_path: Path) -> None:
    elsewhere = memset(0, 4, 1024)
    elsewhere["args"]["device"] = 1
    other_stream = memset(9, 1)
    other_stream["args"]["stream"] = 8
    found = read(tmp_path, trace([memset(0, 2), elsewhere, other_stream])).memsets
    assert [(each.device, each.count, each.total_bytes) for each in found] == [(0, 2, 512), (1, 1, 1024)]
    assert [each.total_seconds for each in found] == pytest.approx([3e-6, 4e-6])


def test_streams_and_devices_are_told_apart(tmp_path: Path) -> None:
    events = [kernel(0, 10), kernel(5, 10, stream=20), kernel(0, 4, device=1), copy(100, 1)]
    found = read(tmp_path, trace(events))
    assert {(each.device, each.stream): each.kernels for each in found.streams} == {
        (0, 7): 1, (0, 20): 1, (1, 7): 1,
    }  # fmt: skip
    assert [each.busy_seconds for each in found.devices] == pytest.approx([16e-6, 4e-6])


def test_no_gpu_events(tmp_path: Path) -> None:
    found = read(tmp_path, trace([step(1, 0, 50), operator(5, 10), operator(60, 20)]))
    assert found.notes == [NO_GPU]
    assert (found.devices, found.kernels, found.gaps, found.api_calls) == ([], [], [], None)
    assert found.busy_fraction is None
    assert found.span_seconds == pytest.approx(80e-6)


def test_no_events_at_all(tmp_path: Path) -> None:
    assert read(tmp_path, {"traceEvents": []}).span_seconds == 0
    assert read(tmp_path, []).notes == [NO_GPU]


def test_amd_is_timed_and_said_to_be_no_more(tmp_path: Path) -> None:
    events = [call(0, 1, "hipLaunchKernel", 1), kernel(5, 5, correlation=1), copy(20, 5, "CopyHostToDevice")]
    found = read(tmp_path, trace(events))
    assert found.notes == [AMD]
    assert found.kernel_launches == 1
    assert found.copies[0].kind == "host-to-device"


def test_the_profiler_before_kineto(tmp_path: Path) -> None:
    events = [
        {"name": "aten::mm", "ph": "X", "ts": 0, "dur": 10, "tid": 1, "pid": "CPU functions", "args": {}},
        {"name": "aten::mm", "ph": "X", "ts": 5, "dur": 7, "tid": 1, "pid": "CUDA functions", "args": {}},
    ]
    found = read(tmp_path, events)
    assert [(each.name, each.count) for each in found.kernels] == [("aten::mm", 1)]
    assert found.devices[0].index == 1


@pytest.mark.parametrize(
    ("name", "kind", "memory"),
    [
        ("Memcpy HtoD (Pageable -> Device)", "host-to-device", "pageable"),
        ("Memcpy HtoD (Pinned -> Device)", "host-to-device", "pinned"),
        ("Memcpy DtoH (Device -> Pageable)", "device-to-host", "pageable"),
        ("Memcpy DtoH (Device -> Pinned)", "device-to-host", "pinned"),
        ("Memcpy DtoD (Device -> Device)", "device-to-device", None),
        ("Memcpy PtoP (Device -> Device)", "peer", None),
        ("CopyDeviceToHost", "device-to-host", None),
        ("Memcpy", "other", None),
    ],
)
def test_names_of_copies(name: str, kind: str, memory: str | None, tmp_path: Path) -> None:
    (found,) = read(tmp_path, trace([copy(0, 1, name)])).copies
    assert (found.kind, found.host_memory) == (kind, memory)


@pytest.mark.parametrize(
    ("args", "field", "expected"),
    [
        ({"grid": "grid(1,)"}, "grid", None),
        ({"grid": [1, 2]}, "grid", None),
        ({"grid": [1, 2, -3]}, "grid", None),
        ({"grid": [[1], {}, 3]}, "grid", None),
        ({"block": {"x": 1}}, "block", None),
        ({"registers per thread": -1}, "registers_per_thread", None),
        ({"registers per thread": "many"}, "registers_per_thread", None),
        ({"shared memory": 1.5}, "shared_bytes", None),
        ({"est. achieved occupancy %": 0}, "estimated_occupancy", None),
        ({"est. achieved occupancy %": 1e6}, "estimated_occupancy", None),
        ({"correlation": 10**30}, "count", 1),
        ({"stream": "seven", "device": None}, "count", 1),
    ],
)
def test_arguments_that_are_not_what_they_should_be_are_not_known(
    args: Json, field: str, expected: object, tmp_path: Path
) -> None:
    (found,) = read(tmp_path, trace([kernel(0, 1, **args)])).kernels
    assert getattr(found, field) == expected


def test_what_kineto_writes_although_it_is_not_json(tmp_path: Path) -> None:
    text = json.dumps(trace(EVENTS)).replace('"blocks per SM": 0.6', '"blocks per SM": inf')
    (tmp_path / "trace.json").write_bytes(text.encode().replace(b"aten::mm", b"aten::\xff\xfe"))
    assert read_kineto(tmp_path / "trace.json").kernel_launches == 2


def test_control_characters_in_names_do_not_reach_the_profile(tmp_path: Path) -> None:
    (found,) = read(tmp_path, trace([kernel(0, 1, name="a\x1b]0;owned\x07")])).kernels
    assert found.name == "a\N{REPLACEMENT CHARACTER}]0;owned\N{REPLACEMENT CHARACTER}"


def test_a_trace_of_several_blocks_is_read_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kineto, "blocks", partial(blocks, size=50_000))
    path = tmp_path / "large.json"
    write_large(path, 2**20)
    content: list[dict[str, Any]] = json.loads(path.read_text())["traceEvents"]
    expected: dict[str, tuple[int, float]] = {}
    for event in content:
        if event.get("cat") == "kernel":
            count, total = expected.get(event["name"], (0, 0.0))
            expected[event["name"]] = count + 1, total + event["dur"] * 1e-6
    found = {each.name: (each.count, each.total_seconds) for each in read_kineto(path).kernels}
    assert {name: count for name, (count, _) in found.items()} == {
        name: count for name, (count, _) in expected.items()
    }
    for name, (_, total) in expected.items():
        assert found[name][1] == pytest.approx(total)


@pytest.mark.parametrize("level", range(0, 100, 7))
def test_every_truncation_is_refused(level: int, tmp_path: Path) -> None:
    whole = json.dumps(trace(EVENTS)).encode()
    path = tmp_path / "trace.json"
    path.write_bytes(whole[: len(whole) * level // 100])
    with pytest.raises(GpuAdvisorError):
        read_kineto(path)


NESTED = "[" * 100_000
HOSTILE = {
    "truncated gzip": gzip.compress(json.dumps(trace(EVENTS)).encode())[:200],
    "damaged gzip": b"\x1f\x8b\x08\x00" + b"\x55" * 100,
    "deep nesting in an argument": f'{{"traceEvents": [{{"args": {{"a": {NESTED}'.encode(),
    "deep nesting, whole": f'[{{"ph": "X", "x": {NESTED}{"]" * 100_000}}}]'.encode(),
    "deep nesting around": f'{{"a": {NESTED}{"]" * 100_000}, "traceEvents": []}}'.encode(),
    "deep nesting of events": f'{{"traceEvents": {NESTED}'.encode(),
    "an event that is none": b'{"traceEvents": [1]}',
    "events of another type": b'{"traceEvents": [{"ph": 1}]}',
    "a name of another type": b'[{"ph": "X", "name": {"a": 1}}]',
    "a time of another type": b'[{"ph": "X", "ts": "noon"}]',
    "an enormous time": b'[{"ph": "X", "ts": 1e300}]',
    "a number beyond all": b'[{"ph": "X", "ts": 1e999}]',
    "times far apart": b'[{"ph": "X", "ts": 0, "dur": 1}, {"ph": "X", "ts": 1e17, "dur": 1}]',
    "arguments of another type": b'[{"ph": "X", "cat": "kernel", "args": 7}]',
    "the events twice": b'{"traceEvents": [], "traceEvents": [{"ph": "X"}]}',
    "garbage behind": b"[] and more",
    "an unclosed string": b'[{"ph": "X", "name": "}, {}, {',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_content_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(HOSTILE[name])
    with pytest.raises(GpuAdvisorError) as raised:
        read_kineto(path)
    assert raised.value.where == str(path)
    assert "\n" not in raised.value.what
    assert len(raised.value.what) < 200


def test_of_a_key_given_twice_the_last_counts(tmp_path: Path) -> None:
    path = tmp_path / "trace.json"
    path.write_bytes(b'[{"ph": "X", "cat": "kernel", "name": "a", "name": "b", "ts": 0, "dur": 1}]')
    assert [each.name for each in read_kineto(path).kernels] == ["b"]
