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


def training(iterations: int) -> Iterator[Json]:
    """A training loop: an operator, a launch and a kernel each, a copy and a wait per step of 50 kernels."""
    now = 1_000_000.0
    for number in range(iterations):
        for each in range(50):
            correlation = number * 64 + each + 1
            name = (
                f"void at::native::vectorized_elementwise_kernel<{each % 20}, at::native::FillFunctor<float>>"
            )
            yield operator(now, 8.0, f"aten::op{each}")
            yield call(now + 2, 4.0, correlation=correlation)
            yield {
                "ph": "s",
                "id": correlation,
                "pid": 99,
                "tid": 99,
                "ts": now + 3,
                "cat": "ac2g",
                "name": "ac2g",
            }
            yield kernel(now + 7, 9.5, name=name, correlation=correlation)
            yield {
                "ph": "f",
                "id": correlation,
                "pid": 0,
                "tid": 7,
                "ts": now + 7,
                "cat": "ac2g",
                "name": "ac2g",
            }
            now += 12.0
        yield copy(now, 40.0, size=1 << 20)
        yield call(now, 60.0, "cudaStreamSynchronize")
        yield step(number, now - 600.0, 660.0)
        now += 70.0


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
