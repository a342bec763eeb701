"""`gpuadvisor report` on other profilers' files."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gpuadvisor.cli.report import command
from gpuadvisor.model.documents import decode, encode
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.report import Report
from tests.sources.traces.kineto_traces import kernel, trace, write
from tests.sources.traces.ncu_tables import PROLOGUE, wide
from tests.sources.traces.nsys_exports import export

NAME = "transpose<float>(float*, float const*, int)"


def report(*arguments: object) -> Report:
    given = [*map(str, arguments), "--format", "json"]
    result = CliRunner().invoke(command, given, catch_exceptions=False)
    assert result.exit_code == 0
    found = decode(result.stdout.encode(), "standard output")
    assert isinstance(found, Report)
    return found


def test_all_kinds_come_together_and_disagree(tmp_path: Path) -> None:
    traced = trace([kernel(0, 10, name=NAME, **{"registers per thread": 48})])
    files = [
        write(tmp_path / "trace", traced), export(tmp_path / "export"), tmp_path / "table", tmp_path / "own",
    ]  # fmt: skip
    files[2].write_text(PROLOGUE + wide())
    files[3].write_bytes(encode(report(files[1]).timelines[0]))
    found = report(*files)
    assert [each.provenance for each in found.timelines] == [
        "imported:kineto", "imported:nsys", "imported:nsys",
    ]  # fmt: skip
    assert [each.launch.grid for each in found.kernels] == [(64, 64, 1)]
    registers = [each for each in found.disagreements if each.quantity == "registers_per_thread"]
    assert [claim.value for claim in registers[0].claims] == [40, 48]


def test_a_report_is_read_back_with_its_runs(tmp_path: Path) -> None:
    first = write(tmp_path / "trace.json", trace([kernel(0, 10)]))
    CliRunner().invoke(command, [str(first), "-o", str(tmp_path / "r.json")], catch_exceptions=False)
    assert report(tmp_path / "r.json").timelines == report(first).timelines


def test_ranks_of_a_directory(tmp_path: Path) -> None:
    for rank in range(3):
        write(tmp_path / f"{rank}.json", trace([kernel(0, 1)], distributedInfo={"rank": rank}))
    assert [each.rank for each in report(tmp_path).timelines] == [0, 1, 2]


BAD = {
    "empty": b"",
    "binary": b"\x7fELF\x02\x01\x01" + bytes(range(256)),
    "truncated": b'{"traceEvents": [{"ph": "X"',
    "deep": b'{"traceEvents": [' + b'{"a":' * 50_000,
    "types": b'{"traceEvents": [{"ph": []}]}',
    "numbers": b'{"traceEvents": [{"ts": 1e400}]}',
    "not a trace": b'{"name": "Grace"}',
    "sqlite": b"SQLite format 3\x00" + b"\x01" * 50,
    "csv": b'"ID","Kernel Name","Metric Name","Metric Value"\n"0","f","Dura',
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    bad.write_bytes(BAD[name])
    with pytest.raises(GpuAdvisorError) as raised:
        CliRunner().invoke(command, [str(bad), "-o", str(tmp_path / "out.json")], catch_exceptions=False)
    assert raised.value.where == str(bad)
    assert len(str(raised.value).splitlines()) <= 2
    assert [path.name for path in tmp_path.iterdir()] == ["bad"]


def test_the_exit_code_of_a_bad_file_is_two(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(BAD["truncated"])
    result = subprocess.run(
        [sys.executable, "-m", "gpuadvisor", "report", "bad"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr == "gpuadvisor: bad: damaged trace: it ends in the middle of an event\n"
