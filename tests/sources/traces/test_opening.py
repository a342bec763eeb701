"""Files are told apart by what is in them."""

import gzip
import json
import re
from pathlib import Path

import pytest

from gpuadvisor.model.documents import encode
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.report import Report
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.opening import read_trace, trace_files
from tests.sources.traces.kineto_traces import kernel, trace, write
from tests.sources.traces.ncu_tables import PROLOGUE, wide
from tests.sources.traces.nsys_exports import export

TRACE = json.dumps(trace([kernel(0, 1)])).encode()
NCU = b"NVR\x00\x01\x02"
CSV = (PROLOGUE + wide()).encode()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("content", "timelines", "kernels"),
    [(TRACE, 1, 0), (b" \n" + TRACE, 1, 0), (b"[]", 1, 0), (CSV, 0, 1), (b"SQLite", 1, 0)],
)
def test_the_content_decides(
    content: bytes, timelines: int, kernels: int, *, packed: bool, tmp_path: Path
) -> None:
    path = tmp_path / "report.txt"
    if content == b"SQLite":
        content = export(tmp_path / "export").read_bytes()
    path.write_bytes(gzip.compress(content) if packed else content)
    found = read_trace(path)
    assert found is not None
    assert (len(found.timelines), len(found.kernels)) == (timelines, kernels)


def test_documents_of_ours_are_left_to_their_reader(tmp_path: Path) -> None:
    (tmp_path / "trace.json").write_bytes(TRACE)
    timeline = read_kineto(tmp_path / "trace.json")
    for document in (timeline, Report(tool=Tool(version="1"), timelines=[timeline])):
        (tmp_path / "ours.json").write_bytes(encode(document))
        assert read_trace(tmp_path / "ours.json") is None


def test_a_trace_that_speaks_of_us_is_a_trace(tmp_path: Path) -> None:
    path = write(tmp_path / "t.json", trace([kernel(0, 1, name='"schema": "gpuadvisor.report"')]))
    assert read_trace(path) is not None


@pytest.mark.parametrize(
    ("name", "content", "what", "remedy"),
    [
        ("r.ncu-rep", NCU, "Nsight Compute in its own", "ncu --import .*r.ncu-rep --csv --page raw"),
        ("renamed", NCU, "Nsight Compute in its own", "ncu --import .*renamed --csv --page raw"),
        ("r.nsys-rep", b"\x00\x01", "Nsight Systems in its own", "--type sqlite -o r.sqlite .*r.nsys-rep"),
        ("r.qdrep", b"\x00\x01", "Nsight Systems in its own", "nsys export --type sqlite"),
        ("r.json", b"", "the file is empty", "give"),
        ("r.json", b"\x7fELF\x00\x00", "binary data that no reader knows", "give"),
        ("r.json", b"hello, world", "text that no reader knows", "give"),
    ],
)  # fmt: skip
def test_what_no_reader_knows(name: str, content: bytes, what: str, remedy: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(GpuAdvisorError, match=what) as raised:
        read_trace(tmp_path / name)
    assert raised.value.remedy is not None
    assert re.search(remedy, raised.value.remedy)


def test_of_a_directory_the_traces_are_read(tmp_path: Path) -> None:
    for rank in (1, 0):
        content = trace([kernel(0, 1)], distributedInfo={"rank": rank, "world_size": 2})
        write(tmp_path / f"rank{rank}.json", content)
    (tmp_path / "notes.txt").write_text("warm-up dropped")
    (tmp_path / "empty").mkdir()
    found = trace_files(tmp_path)
    assert [path.name for path in found] == ["rank0.json", "rank1.json"]
    assert [read_kineto(path).rank for path in found] == [0, 1]
    with pytest.raises(GpuAdvisorError, match="no traces in this directory"):
        trace_files(tmp_path / "empty")


def test_much_may_stand_before_the_events(tmp_path: Path) -> None:
    groups = [{"pg_name": str(number), "ranks": list(range(64))} for number in range(8_000)]
    content = trace([kernel(0, 1)], distributedInfo={"rank": 5, "pg_config": groups})
    path = write(tmp_path / "t.json", content)
    assert path.stat().st_size > 2 * 2**20
    found = read_trace(path)
    assert found is not None
    assert found.timelines[0].rank == 5
