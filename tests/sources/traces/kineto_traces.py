"""Kineto traces from the format's description: `python -m tests.sources.traces.kineto_traces FILE MIB`."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]


def kernel(ts: float, dur: float, *, name: str = "sgemm", correlation: int = 0, **more: Any) -> Json:
    args = {
        "External id": 5,
        "queued": 0,
        "device": 0,
        "context": 1,
        "stream": 7,
        "correlation": correlation,
        "registers per thread": 32,
        "shared memory": 1024,
        "blocks per SM": 0.6,
        "warps per SM": 4.8,
        "grid": [80, 1, 1],
        "block": [256, 1, 1],
        "est. achieved occupancy %": 50,
    } | more
    return {"ph": "X", "cat": "kernel", "name": name, "pid": 0, "tid": 7, "ts": ts, "dur": dur, "args": args}


def copy(ts: float, dur: float, name: str = "Memcpy HtoD (Pageable -> Device)", size: int = 4096) -> Json:
    args = {"device": 0, "stream": 7, "correlation": 9, "bytes": size, "memory bandwidth (GB/s)": 10.5}
    return {
        "ph": "X",
        "cat": "gpu_memcpy",
        "name": name,
        "pid": 0,
        "tid": 7,
        "ts": ts,
        "dur": dur,
        "args": args,
    }


def memset(ts: float, dur: float, size: int = 256) -> Json:
    args = {"device": 0, "stream": 7, "correlation": 8, "bytes": size}
    return {
        "ph": "X", "cat": "gpu_memset", "name": "Memset (Device)", "pid": 0, "tid": 7, "ts": ts, "dur": dur,
        "args": args,
    }  # fmt: skip


def call(ts: float, dur: float, name: str = "cudaLaunchKernel", correlation: int = 0) -> Json:
    args = {"External id": 5, "cbid": 211, "correlation": correlation}
    return {
        "ph": "X", "cat": "cuda_runtime", "name": name, "pid": 99, "tid": 99, "ts": ts, "dur": dur,
        "args": args,
    }  # fmt: skip


def step(number: int, ts: float, dur: float, category: str = "user_annotation") -> Json:
    name = f"ProfilerStep#{number}"
    return {"ph": "X", "cat": category, "name": name, "pid": 99, "tid": 99, "ts": ts, "dur": dur, "args": {}}


def operator(ts: float, dur: float, name: str = "aten::mm") -> Json:
    args = {"External id": 5, "Ev Idx": 4, "Input Dims": [[2, 3], [3, 4], []]}
    return {
        "ph": "X",
        "cat": "cpu_op",
        "name": name,
        "pid": 99,
        "tid": 99,
        "ts": ts,
        "dur": dur,
        "args": args,
    }


def marks() -> list[Json]:
    """What stands in a trace besides durations."""
    return [
        {"name": "process_name", "ph": "M", "ts": 0, "pid": 0, "tid": 0, "args": {"name": "python"}},
        {"name": "thread_name", "ph": "M", "ts": 0, "pid": 0, "tid": 7, "args": {"name": "stream 7 "}},
        {"ph": "s", "id": 3, "pid": 99, "tid": 99, "ts": 1, "cat": "ac2g", "name": "ac2g"},
        {"ph": "f", "id": 3, "pid": 0, "tid": 7, "ts": 2, "cat": "ac2g", "name": "ac2g", "bp": "e"},
        {"name": "Record Window End", "ph": "i", "ts": 9, "pid": "", "tid": "", "s": "g"},
    ]


HEAD: Json = {
    "schemaVersion": 1,
    "deviceProperties": [
        {
            "id": 0, "name": "NVIDIA H100 PCIe", "totalGlobalMem": 85_000_000_000, "computeMajor": 9,
            "computeMinor": 0, "numSms": 114,
        }
    ],
}  # fmt: skip


def trace(events: list[Json], **head: Any) -> Json:
    return HEAD | head | {"traceEvents": [*events, *marks()], "traceName": "trace.json"}


def write(path: Path, content: object, indent: int | None = None) -> Path:
    path.write_text(json.dumps(content, indent=indent))
    return path


LAYERS, WAITS = 50, 100
"""Kernels between two waits of the training loop, and waits in each of its steps."""


def flow(phase: str, correlation: int, event: Json) -> Json:
    """The arrow from a launch to its kernel, of which each end is an event."""
    place = {"pid": event["pid"], "tid": event["tid"], "ts": event["ts"]}
    return {"ph": phase, "id": correlation, "cat": "ac2g", "name": "ac2g"} | place


def training(steps: int) -> Iterator[Json]:
    """A training loop: an operator, a launch and a kernel each, a copy and a wait after every 50 of them."""
    now = 1_000_000.0
    for number in range(steps):
        begin = now
        for part in range(WAITS):
            for layer in range(LAYERS):
                correlation = (number * WAITS + part) * LAYERS + layer + 1
                name = f"void at::native::vectorized_elementwise_kernel<{layer % 20}, Fill<float>>"
                launch = call(now + 2, 4.0, correlation=correlation)
                launched = kernel(now + 7, 9.5, name=name, correlation=correlation)
                yield from (operator(now, 8.0, f"aten::op{layer}"), launch, flow("s", correlation, launch))
                yield from (launched, flow("f", correlation, launched))
                now += 12.0
            yield copy(now, 40.0, size=1 << 20)
            yield call(now, 60.0, "cudaStreamSynchronize")
            now += 70.0
        yield step(number, begin, now - begin)


def write_large(path: Path, size_bytes: int) -> None:
    """Write a trace of about that size, laid out as Kineto lays it out."""
    head = json.dumps(HEAD)
    with path.open("wb") as file:
        written = file.write(f'{head[:-1]}, "traceEvents": [\n'.encode())
        separator = b""
        for event in training(size_bytes):
            written += file.write(separator + json.dumps(event, indent=1).encode())
            separator = b",\n"
            if written > size_bytes:
                break
        file.write(b'\n], "traceName": "large.json" }')


if __name__ == "__main__":
    write_large(Path(sys.argv[1]), int(sys.argv[2]) * 2**20)
