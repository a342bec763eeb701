"""`gpuadvisor.analyze` from Python: arrays in, a report and the same arrays out."""

import re
from pathlib import Path

import numpy as np
import pytest

import gpuadvisor
from gpuadvisor.model.report import Report

SCALE = """
__global__ void scale(float* out, const float* in, float factor, int n, const float* mask)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n && !mask)
        out[i] = factor * in[i];
}
"""
RANK = """
__global__ void rank(unsigned* out)
{
    asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(out[blockIdx.x]));
}
"""
DOCUMENT = Path(__file__).parents[1] / "docs" / "from-python.md"


@pytest.fixture(autouse=True)
def _no_machine_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path / "state"))


def test_arrays_are_updated_and_the_report_is_typed() -> None:
    values, out = np.arange(300, dtype=np.float32), np.zeros(300, np.float32)
    report = gpuadvisor.analyze(SCALE, 3, 128, [out, values, 2.5, 300, None])
    assert isinstance(report, Report)
    assert np.array_equal(out, 2.5 * values)
    (kernel,) = report.kernels
    assert kernel.counters is not None
    assert kernel.counters.global_store_requests == 10
    assert {access.variable for access in kernel.accesses} == {"in", "out"}
    assert any(each.rule == "launch/tiny-kernel" for each in report.advice)


def test_blocks_in_clusters() -> None:
    out = np.full(6, 9, np.uint32)
    gpuadvisor.analyze(RANK, 6, 1, [out], cluster=3)
    assert out.tolist() == [0, 1, 2, 0, 1, 2]
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="does not divide into clusters"):
        gpuadvisor.analyze(RANK, 6, 1, [out], cluster=4)
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="has no clusters"):
        gpuadvisor.analyze("__global__ void idle() {}", 2, 1, cluster=2, device="emulated:a10")


def test_slices_point_into_their_array_and_repeated_arrays_are_one() -> None:
    values = np.arange(200, dtype=np.float32)
    gpuadvisor.analyze(SCALE, 1, 64, [values[100:], values[11:], 2.0, 64, None])
    assert np.array_equal(values[:100], np.arange(100))
    assert np.array_equal(values[100:164], 2 * np.arange(11, 75))
    assert np.array_equal(values[164:], np.arange(164, 200))


def test_a_slice_keeps_its_misalignment() -> None:
    values, out = np.zeros(200, np.float32), np.zeros(64, np.float32)
    report = gpuadvisor.analyze(SCALE, 1, 64, {"o": out, "i": values[11:], "f": 2.0, "n": 64, "m": None})
    (load,) = (access for access in report.kernels[0].accesses if access.operation == "load")
    assert (load.variable, load.base_misalignment_bytes, load.sectors) == ("i", 12, 10)


def test_every_block_runs_so_that_all_is_written() -> None:
    out = np.zeros(1 << 20, np.float32)
    ones = np.ones(1 << 20, np.float32)
    report = gpuadvisor.analyze(SCALE, 4096, 256, [out, ones, 3.0, 1 << 20, None])
    assert (out == 3).all()
    assert report.kernels[0].counters is not None
    assert report.kernels[0].counters.blocks_run == 4096


def test_files_symbols_and_structures(tmp_path: Path) -> None:
    source = tmp_path / "kernels.cu"
    source.write_text(
        "struct Pair { int first; double second; };\n__constant__ float bias;\n"
        "__global__ void add(float* out, Pair pair) "
        "{ out[threadIdx.x] = pair.first + pair.second + bias; }\n"
        "__global__ void other(float* out) {}\n"
    )
    pair = np.array((3, 0.5), np.dtype([("first", np.int32), ("second", np.float64)], align=True))
    out = np.zeros(32, np.float32)
    gpuadvisor.analyze(f"{source}:add", 1, 32, [out, pair[()]], symbols={"bias": np.float32(0.25)})
    assert (out == 3.75).all()
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="name one: add, other"):
        gpuadvisor.analyze(str(source), 1, 32, [out])


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([1, 2], "5 parameters"),
        ([np.zeros(8, np.float32)[::2], np.zeros(4), 1.0, 4, None], "not contiguous"),
        ([np.zeros(4, np.float32), None, 1.0, 2.5, None], "does not fit"),
        ([np.zeros(4, np.float32), None, 1.0, 1 << 32, None], "does not fit"),
        ([np.zeros(4, np.float32), None, 1.0, 4, None], "address 0x0"),
    ],
)
def test_mistakes_are_named(args: list[object], words: str) -> None:
    with pytest.raises(gpuadvisor.GpuAdvisorError, match=words):
        gpuadvisor.analyze(SCALE, 1, 32, args)  # type: ignore[arg-type]


def test_the_documented_example_does_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    code, printed = re.findall(r"```(?:python|text)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)[:2]
    exec(compile(code, str(DOCUMENT), "exec"), {})  # noqa: S102
    assert capsys.readouterr().out == printed
