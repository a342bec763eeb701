"""SQLite exports of Nsight Systems, made from the documented schemas of several versions."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

Rows = Iterable[Sequence[Any]]

STRINGS = {
    1: "void axpy<float>(float *, float const *, int)",
    2: "axpy",
    3: "cudaLaunchKernel_v7000",
    4: "cudaStreamSynchronize_v3020",
    5: "cudaMemcpyAsync_v3020",
    6: "ProfilerStep#1",
}
TABLES = {
    "StringIds": ("id INTEGER PRIMARY KEY", "value"),
    "CUPTI_ACTIVITY_KIND_KERNEL": (
        "start", "end", "deviceId", "contextId", "streamId", "correlationId", "globalPid", "demangledName",
        "shortName", "registersPerThread", "gridX", "gridY", "gridZ", "blockX", "blockY", "blockZ",
        "staticSharedMemory", "dynamicSharedMemory", "localMemoryPerThread", "localMemoryTotal",
    ),
    "CUPTI_ACTIVITY_KIND_MEMCPY": (
        "start", "end", "deviceId", "streamId", "correlationId", "globalPid", "bytes", "copyKind", "srcKind",
        "dstKind",
    ),
    "CUPTI_ACTIVITY_KIND_MEMSET": ("start", "end", "deviceId", "streamId", "value", "bytes"),
    "CUPTI_ACTIVITY_KIND_RUNTIME": ("start", "end", "eventClass", "globalTid", "correlationId", "nameId"),
    "CUPTI_ACTIVITY_KIND_SYNCHRONIZATION": ("start", "end", "deviceId", "streamId", "syncType"),
    "CUPTI_ACTIVITY_KIND_GRAPH_TRACE": ("start", "end", "deviceId", "streamId", "correlationId", "graphId"),
    "NVTX_EVENTS": ("start", "end", "eventType", "text", "textId", "globalTid"),
    "META_DATA_EXPORT": ("name", "value"),
    "TARGET_INFO_GPU": ("id", "cuDevice", "name", "totalMemory", "smCount", "computeMajor", "computeMinor"),
    "ENUM_CUDA_MEMCPY_OPER": ("id", "name", "label"),
    "ENUM_CUDA_MEM_KIND": ("id", "name", "label"),
}  # fmt: skip
PROCESS = 1234 << 24
CONTENT: dict[str, Rows] = {
    "StringIds": STRINGS.items(),
    "CUPTI_ACTIVITY_KIND_KERNEL": [
        (10_000, 30_000, 0, 1, 7, 1, PROCESS, 1, 2, 32, 80, 1, 1, 256, 1, 1, 1024, 512, 16, 0),
        (40_000, 50_000, 0, 1, 7, 2, PROCESS, 1, 2, 32, 80, 1, 1, 256, 1, 1, 1024, 512, 16, 0),
    ],
    "CUPTI_ACTIVITY_KIND_MEMCPY": [(55_000, 60_000, 0, 7, 3, PROCESS, 4096, 1, 0, 2)],
    "CUPTI_ACTIVITY_KIND_MEMSET": [(60_000, 62_000, 0, 7, 0, 256)],
    "CUPTI_ACTIVITY_KIND_RUNTIME": [
        (0, 5_000, 0, PROCESS + 9, 1, 3),
        (6_000, 32_000, 0, PROCESS + 9, 0, 4),
        (33_000, 38_000, 0, PROCESS + 9, 2, 3),
        (38_000, 39_000, 0, PROCESS + 9, 3, 5),
    ],
    "CUPTI_ACTIVITY_KIND_SYNCHRONIZATION": [(6_000, 32_000, 0, 7, 3), (0, 1, 0, 7, 2)],
    "NVTX_EVENTS": [(0, 100_000, 59, None, 6, PROCESS), (0, 9_000, 59, "forward", None, PROCESS),
                    (5, None, 34, "step 3", None, PROCESS)],
    "META_DATA_EXPORT": [("EXPORT_PRODUCT_VERSION", "2024.6.2.225"), ("EXPORT_SCHEMA_VERSION", "3.16.1")],
    "TARGET_INFO_GPU": [(0, 0, "NVIDIA A10", 24_000_000_000, 72, 8, 6)],
    "ENUM_CUDA_MEMCPY_OPER": [(0, "CUDA_MEMCPY_KIND_UNKNOWN", "Unknown"),
                              (1, "CUDA_MEMCPY_KIND_HTOD", "Host-to-Device")],
    "ENUM_CUDA_MEM_KIND": [(0, "CUDA_MEMOPR_MEMORY_KIND_PAGEABLE", "Pageable"),
                           (2, "CUDA_MEMOPR_MEMORY_KIND_DEVICE", "Device")],
}  # fmt: skip


def export(
    path: Path,
    *,
    without: Iterable[str] = (),
    lacking: Iterable[str] = (),
    content: dict[str, Rows] | None = None,
) -> Path:
    """Write an export without some tables, and lacking some columns in those it has."""
    found = {name: rows for name, rows in (CONTENT | (content or {})).items() if name not in without}
    with closing(sqlite3.connect(path)) as connection, connection:
        for table, rows in found.items():
            keep = [at for at, column in enumerate(TABLES[table]) if column not in lacking]
            columns = [TABLES[table][at] for at in keep]
            quoted = ", ".join(f'"{name}"' if " " not in name else name for name in columns)
            connection.execute(f"CREATE TABLE {table} ({quoted})")
            marks = ", ".join("?" * len(keep))
            chosen = [[row[at] for at in keep] for row in rows]
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", chosen)
    return path
