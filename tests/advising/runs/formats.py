"""A simulated run as the files that profilers would have written of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.advising.runs.simulation import Activity, SimulatedRun
from tests.sources.traces.kineto_traces import trace, write
from tests.sources.traces.nsys_exports import PROCESS, export

MULTIPROCESSORS = 72
"""Of the GPU that the generated files name."""
HOST_THREAD = 99
GENERATED = "generated, not recorded"
COPY_KINDS = {"HtoD": 1, "DtoH": 2, "DtoD": 8}
UVM_KINDS = {"HtoD": 11, "DtoH": 12}
MEMORY_KINDS = {None: 7, "Pageable": 0, "Pinned": 1, "Managed": 4}
"""As CUPTI numbers them; 7 is none of them."""
DEVICE_MEMORY = 2


def kineto(run: SimulatedRun, path: Path) -> Path:
    """Write the run as a Kineto trace of one GPU or several."""
    devices = sorted({each.device for each in run.activities}) or [0]
    properties = [
        {"id": index, "name": "NVIDIA A10", "computeMajor": 8, "computeMinor": 6, "numSms": MULTIPROCESSORS}
        for index in devices
    ]
    events = [_event(each) for each in sorted(run.activities, key=lambda each: each.start)]
    head = {"deviceProperties": properties, "comment": GENERATED} | run.head
    return write(path, trace([*events, *run.instants], **head))


def _event(activity: Activity) -> dict[str, Any]:
    of_gpu = activity.sort in ("kernel", "copy", "memset")
    category, name, args = _SORTS[activity.sort](activity)
    place = {"device": activity.device, "stream": activity.stream} if of_gpu else {}
    return {
        "ph": "X",
        "cat": category,
        "name": name,
        "pid": activity.device if of_gpu else HOST_THREAD,
        "tid": activity.stream if of_gpu else HOST_THREAD,
        "ts": round(1e6 * activity.start, 3),
        "dur": round(1e6 * (activity.end - activity.start), 3),
        "args": {"correlation": activity.correlation, **place, **args, **activity.more},
    }


def _kernel_event(activity: Activity) -> tuple[str, str, dict[str, Any]]:
    args = {"grid": [activity.blocks, 1, 1], "block": [activity.threads, 1, 1], "registers per thread": 32}
    return "kernel", activity.name, args


def _copy_event(activity: Activity) -> tuple[str, str, dict[str, Any]]:
    host = activity.memory or "Unknown"
    ends = (host, "Device") if activity.name == "HtoD" else ("Device", host)
    name = (
        f"Memcpy {activity.name} ({' -> '.join(('Device', 'Device') if activity.name == 'DtoD' else ends)})"
    )
    return "gpu_memcpy", name, {"bytes": activity.size_bytes}


_SORTS: dict[str, Callable[[Activity], tuple[str, str, dict[str, Any]]]] = {
    "kernel": _kernel_event,
    "copy": _copy_event,
    "memset": lambda activity: ("gpu_memset", activity.name, {"bytes": activity.size_bytes}),
    "call": lambda activity: ("cuda_runtime", activity.name, {}),
    "range": lambda activity: (activity.category, activity.name, {}),
}


def nsys(run: SimulatedRun, path: Path) -> Path:
    """Write the run as an SQLite export of Nsight Systems."""
    strings: dict[str, int] = {}
    rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _TABLES.values()}
    for each in run.activities:
        number = strings.setdefault(each.name, len(strings) + 1)
        rows[_TABLES[each.sort]].append(_ROWS[each.sort](each, number))
    return export(
        path,
        without=("CUPTI_ACTIVITY_KIND_SYNCHRONIZATION", "ENUM_CUDA_MEMCPY_OPER", "ENUM_CUDA_MEM_KIND"),
        content={
            "StringIds": [(number, text) for text, number in strings.items()],
            "TARGET_INFO_GPU": [
                (index, index, "NVIDIA A10", 24_000_000_000, MULTIPROCESSORS, 8, 6)
                for index in sorted({each.device for each in run.activities})
            ],
            "META_DATA_EXPORT": [("EXPORT_PRODUCT_VERSION", "2024.6.2.225"), ("COMMENT", GENERATED)],
            **rows,
        },
    )


def _times(activity: Activity) -> tuple[int, int]:
    return round(1e9 * activity.start), round(1e9 * activity.end)


def _kernel_row(activity: Activity, name: int) -> tuple[Any, ...]:
    where = (activity.device, 1, activity.stream, activity.correlation, PROCESS)
    return (
        *_times(activity),
        *where,
        name,
        name,
        32,
        activity.blocks,
        1,
        1,
        activity.threads,
        1,
        1,
        0,
        0,
        0,
        0,
    )


def _copy_row(activity: Activity, _: int) -> tuple[Any, ...]:
    kinds = UVM_KINDS if activity.memory == "Managed" else COPY_KINDS
    host = MEMORY_KINDS[activity.memory]
    ends = (host, DEVICE_MEMORY) if activity.name == "HtoD" else (DEVICE_MEMORY, host)
    where = (activity.device, activity.stream, activity.correlation, PROCESS, activity.size_bytes)
    return (*_times(activity), *where, kinds[activity.name], *ends)


_TABLES = {
    "kernel": "CUPTI_ACTIVITY_KIND_KERNEL",
    "copy": "CUPTI_ACTIVITY_KIND_MEMCPY",
    "memset": "CUPTI_ACTIVITY_KIND_MEMSET",
    "call": "CUPTI_ACTIVITY_KIND_RUNTIME",
    "range": "NVTX_EVENTS",
}
_ROWS: dict[str, Callable[[Activity, int], tuple[Any, ...]]] = {
    "kernel": _kernel_row,
    "copy": _copy_row,
    "memset": lambda each, _: (*_times(each), each.device, each.stream, 0, each.size_bytes),
    "call": lambda each, name: (*_times(each), 0, PROCESS + 9, each.correlation, name),
    "range": lambda each, name: (*_times(each), 59, None, name, PROCESS),
}
FORMATS: dict[str, Callable[[SimulatedRun, Path], Path]] = {"kineto": kineto, "nsys": nsys}
