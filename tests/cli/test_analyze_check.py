"""`gpuadvisor analyze --check`: findings in the report, the exit code, the document and the API."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gpuadvisor
from gpuadvisor.cli.main import run
from gpuadvisor.model.errors import GpuAdvisorError

SOURCE = """\
__global__ void shift(float* out, const float* in, int n)
{
    __shared__ float tile[128];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    tile[threadIdx.x] = in[i];
    SYNC;
    if (i <= n)
        out[i] = tile[threadIdx.x ^ 64];
}
"""
LAUNCH = """
[[launch]]
kernel = "shift"
grid = 2
block = 128
args = [ { name = "out", type = "float32", shape = 256, fill = "empty" },
         { name = "in",  type = "float32", shape = 256, fill = "FILL" },
         { name = "n",   type = "int32",   value = 255 } ]
"""


@pytest.fixture
def analyze(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("COLUMNS", "120")

    def analyzed(*options: str, sync: str = "", fill: str = "arange") -> int:
        (tmp_path / "shift.cu").write_text(SOURCE.replace("SYNC", sync))
        (tmp_path / "shift.toml").write_text(LAUNCH.replace("FILL", fill))
        monkeypatch.setattr(sys, "argv", ["gpuadvisor", "analyze", "shift.cu", *options])
        with pytest.raises(SystemExit) as ended:
            run()
        return int(str(ended.value.code))

    return analyzed


def test_a_defect_ends_with_exit_code_1_and_is_shown(
    analyze: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    assert analyze("--check") == 1
    text = capsys.readouterr().out
    assert "check: 1 defect" in text
    assert "shift.cu:8  race on shared memory: tile  with shift.cu:5" in text
    assert "reads what thread 64,0,0 of block 0,0,0 wrote, with no barrier between" in text
    assert "8 |         out[i] = tile[threadIdx.x ^ 64];" in text


def test_a_clean_kernel_says_so(analyze: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyze("--check", sync="__syncthreads()") == 0
    assert "check: no defect found" in capsys.readouterr().out


def test_without_the_option_nothing_is_checked(analyze: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyze("--format", "json") == 0
    (kernel,) = json.loads(capsys.readouterr().out)["kernels"]
    assert kernel["findings"] is None


def test_the_document_has_the_findings_twice_over(analyze: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """The second time the report is remembered; the exit code must be as well."""
    for _ in range(2):
        assert analyze("--check", "--format", "json", sync="__syncthreads()", fill="empty") == 1
        (kernel,) = json.loads(capsys.readouterr().out)["kernels"]
        (finding,) = kernel["findings"]
        assert finding == {
            "provenance": "counted",
            "kind": "uninitialised-read",
            "message": "load of 4 bytes that nothing has written",
            "file": "shift.cu",
            "line": 5,
            "other_file": None,
            "other_line": None,
            "variable": "in",
            "count": 256,
            "block": [0, 0, 0],
            "thread": [0, 0, 0],
        }


def test_a_gpu_cannot_check(analyze: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert analyze("--check", "--device", "cuda") == 2
    assert "only an emulated device can check kernels" in capsys.readouterr().err


def test_the_api_goes_on_after_a_fault() -> None:
    source = SOURCE.replace("SYNC", "__syncthreads()")
    values, out = np.arange(256, dtype=np.float32), np.zeros(200, np.float32)
    with pytest.raises(GpuAdvisorError, match="outside every buffer"):
        gpuadvisor.analyze(source, 2, 128, [out, values, 255])
    (kernel,) = gpuadvisor.analyze(source, 2, 128, [out, values, 255], check=True).kernels
    assert kernel.findings is not None
    (finding,) = kernel.findings
    assert (finding.kind, finding.line, finding.variable, finding.count) == ("out-of-bounds", 8, "out", 56)
    assert (finding.block, finding.thread) == ((1, 0, 0), (72, 0, 0))
    assert np.array_equal(out, np.arange(256, dtype=np.float32).reshape(2, 2, 64)[:, ::-1].ravel()[:200])
