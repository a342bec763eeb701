"""SQLite exports of Nsight Systems: every table optional, every column too."""

import gzip
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.traces.nsys import read_nsys
from gpuadvisor.sources.traces.profile import NO_GPU
from tests.sources.traces.nsys_exports import CONTENT, PROCESS, STRINGS, TABLES, export

ENUMERATIONS = ("ENUM_CUDA_MEMCPY_OPER", "ENUM_CUDA_MEM_KIND")
VERSIONS: dict[str, dict[str, Any]] = {
    "2024": {},
    "2021, without enumerations": {"without": ENUMERATIONS},
    "2020, not described": {"without": (*ENUMERATIONS, "META_DATA_EXPORT", "TARGET_INFO_GPU")},
    "without processes": {"lacking": ("globalPid", "globalTid")},
    "without CUDA numbers of devices": {"lacking": ("cuDevice",)},
}  # fmt: skip


@pytest.mark.parametrize("version", VERSIONS)
def test_versions_say_the_same(version: str, tmp_path: Path) -> None:
    found = read_nsys(export(tmp_path / "report.sqlite", **VERSIONS[version]))
    (kernel,) = found.kernels
    assert (kernel.name, kernel.count) == (STRINGS[1], 2)
    assert (kernel.total_seconds, kernel.max_seconds) == (pytest.approx(30e-6), pytest.approx(20e-6))
    assert (kernel.grid, kernel.block) == ((80, 1, 1), (256, 1, 1))
    assert (kernel.registers_per_thread, kernel.local_bytes) == (32, 16)
    assert (kernel.static_shared_bytes, kernel.shared_bytes) == (1024, 1536)
    (copied,) = found.copies
    assert (copied.kind, copied.host_memory, copied.total_bytes) == ("host-to-device", "pageable", 4096)
    assert found.memsets[0].total_bytes == 256
    assert {each.name: each.count for each in found.api_calls or []} == {
        "cudaStreamSynchronize": 1, "cudaLaunchKernel": 2, "cudaMemcpyAsync": 1,
    }  # fmt: skip
    assert [each.name for each in found.synchronizations or []] == ["cudaStreamSynchronize"]
    assert found.steps is not None
    assert (found.steps.count, found.steps.total_seconds) == (1, pytest.approx(100e-6))
    (gaps,) = found.gaps
    assert (gaps.cause, gaps.count, gaps.total_seconds) == ("synchronization", 1, pytest.approx(10e-6))
    assert found.devices[0].busy_seconds == pytest.approx(37e-6)


def test_what_describes_the_export_is_told(tmp_path: Path) -> None:
    found = read_nsys(export(tmp_path / "report.sqlite"))
    assert found.producer == "Nsight Systems 2024.6.2.225"
    (device,) = found.devices
    assert (device.name, device.compute_capability, device.multiprocessors) == ("NVIDIA A10", "8.6", 72)


@pytest.mark.parametrize("table", TABLES)
def test_each_table_may_be_absent(table: str, tmp_path: Path) -> None:
    found = read_nsys(export(tmp_path / "report.sqlite", without=(table,)))
    assert bool(found.kernels) is (table != "CUPTI_ACTIVITY_KIND_KERNEL")
    assert bool(found.copies) is (table != "CUPTI_ACTIVITY_KIND_MEMCPY")
    assert bool(found.memsets) is (table != "CUPTI_ACTIVITY_KIND_MEMSET")


def test_without_the_gpus_tables_there_is_no_gpu(tmp_path: Path) -> None:
    gpu = [name for name in CONTENT if name.startswith("CUPTI") and name != "CUPTI_ACTIVITY_KIND_RUNTIME"]
    assert read_nsys(export(tmp_path / "report.sqlite", without=gpu)).notes == [NO_GPU]


def test_without_calls_the_recorded_waits_are_taken(tmp_path: Path) -> None:
    found = read_nsys(export(tmp_path / "report.sqlite", without=("CUPTI_ACTIVITY_KIND_RUNTIME",)))
    assert [(each.name, each.count) for each in found.api_calls or []] == [("cudaStreamSynchronize", 1)]
    assert [gaps.cause for gaps in found.gaps] == ["unknown"]


def test_a_graph_that_was_recorded_as_a_whole_is_a_kernel(tmp_path: Path) -> None:
    graphs = {"CUPTI_ACTIVITY_KIND_GRAPH_TRACE": [(70_000, 90_000, 0, 7, 8, 5)]}
    found = read_nsys(export(tmp_path / "report.sqlite", content=graphs))
    assert {each.name: each.count for each in found.kernels} == {STRINGS[1]: 2, "CUDA graph 5": 1}


def test_correlations_of_two_processes_are_kept_apart(tmp_path: Path) -> None:
    """Both launch with correlation 2; only the other process launched its one before the gap."""
    other = 77 << 24
    calls = [*CONTENT["CUPTI_ACTIVITY_KIND_RUNTIME"], (1_000, 2_000, 0, other, 2, 3)]
    found = read_nsys(export(tmp_path / "report.sqlite", content={"CUPTI_ACTIVITY_KIND_RUNTIME": calls}))
    assert [gaps.cause for gaps in found.gaps] == ["synchronization"]
    assert other != PROCESS


@pytest.mark.parametrize(
    ("kind", "source", "destination", "expected"),
    [
        (1, 1, 2, ("host-to-device", "pinned")),
        (2, 2, 0, ("device-to-host", "pageable")),
        (2, 2, 1, ("device-to-host", "pinned")),
        (8, 2, 2, ("device-to-device", None)),
        (10, 2, 2, ("peer", None)),
        (11, 4, 4, ("host-to-device", "managed")),
        (11, None, None, ("host-to-device", "managed")),
        (12, 7, 7, ("device-to-host", "managed")),
        (99, 0, 0, ("other", None)),
    ],
)
def test_kinds_of_copies(
    kind: int, source: int, destination: int, expected: tuple[str, str | None], tmp_path: Path
) -> None:
    rows = [(0, 1, 0, 7, 3, PROCESS, 4096, kind, source, destination)]
    content = {"CUPTI_ACTIVITY_KIND_MEMCPY": rows}
    (found,) = read_nsys(export(tmp_path / "r.sqlite", without=ENUMERATIONS, content=content)).copies
    assert (found.kind, found.host_memory) == expected


def test_gzip_is_seen_by_content(tmp_path: Path) -> None:
    plain = export(tmp_path / "plain.sqlite")
    packed = tmp_path / "packed"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_nsys(packed).kernels == read_nsys(plain).kernels


def test_another_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.sqlite") as connection:
        connection.execute("CREATE TABLE recipes (name)")
    connection.close()
    with pytest.raises(GpuAdvisorError, match="no export of Nsight Systems"):
        read_nsys(tmp_path / "other.sqlite")


@pytest.mark.parametrize(
    ("start", "end"), [("noon", 1), (None, 5), (5, 3), (0.5, 1.5), (0, 2**62 + 1), (b"\x00", 1)]
)
def test_times_that_are_none_are_refused(start: object, end: object, tmp_path: Path) -> None:
    rows = [(start, end, 0, 7, 0, 256)]
    with pytest.raises(GpuAdvisorError, match="damaged export"):
        read_nsys(export(tmp_path / "r.sqlite", content={"CUPTI_ACTIVITY_KIND_MEMSET": rows}))


@pytest.mark.parametrize("size", [-1, "many", 2**60])
def test_sizes_that_are_none_are_refused(size: object, tmp_path: Path) -> None:
    rows = [(0, 1, 0, 7, 0, size)]
    with pytest.raises(GpuAdvisorError, match="damaged export"):
        read_nsys(export(tmp_path / "r.sqlite", content={"CUPTI_ACTIVITY_KIND_MEMSET": rows}))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.95])
def test_a_truncated_file_is_refused_and_nothing_is_written(share: float, tmp_path: Path) -> None:
    whole = export(tmp_path / "whole.sqlite").read_bytes()
    path = tmp_path / "cut.sqlite"
    path.write_bytes(whole[: int(len(whole) * share)])
    before = path.read_bytes()
    with pytest.raises(GpuAdvisorError, match="damaged"):
        read_nsys(path)
    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"whole.sqlite", "cut.sqlite"}


def test_what_sqlite_quotes_is_made_visible_and_cut(tmp_path: Path) -> None:
    path = tmp_path / "r.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE StringIds (id INTEGER PRIMARY KEY, value)")
        connection.execute("CREATE TABLE NVTX_EVENTS (start, end, eventType, text)")
        text = b"\xff\n\x1b[31m" * 100
        connection.execute("INSERT INTO NVTX_EVENTS VALUES (0, 1, 59, CAST(? AS TEXT))", (text,))
    connection.close()
    with pytest.raises(GpuAdvisorError) as raised:
        read_nsys(path)
    assert raised.value.what.isprintable()
    assert len(raised.value.what) < 200
