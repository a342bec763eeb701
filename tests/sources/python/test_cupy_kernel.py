"""RawKernels, with a stand-in for CuPy of which only the three attributes matter."""

from pathlib import Path

import numpy as np
import pytest

import gpuadvisor
from gpuadvisor.sources.python import child
from tests.examples.running import EXAMPLES
from tests.sources.python.test_child import FAKE_CUPY

MODULE = '''
import cupy

UNROLL = 2
plain = cupy.RawKernel(r"""
extern "C" __global__
void plain(float* out, const float* in)
{
    out[threadIdx.x] = FACTOR * in[threadIdx.x];
}
""", "plain", options=("-DFACTOR=3.0f", "-std=c++17"))

built = cupy.RawKernel("""
template <int N> __global__ void built(float* out, const float* in)
{ out[threadIdx.x] = N + in[threadIdx.x]; }
""".replace("built", "shift"), "shift<4>")
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path))
    (tmp_path / "cupy.py").write_text(FAKE_CUPY)
    (tmp_path / "kernels.py").write_text(MODULE)
    return tmp_path / "kernels.py"


def test_text_in_the_file_keeps_its_lines(module: Path) -> None:
    values, out = np.arange(32, dtype=np.float32), np.zeros(32, np.float32)
    report = gpuadvisor.analyze(f"{module}:plain", 1, 32, [out, values])
    assert np.array_equal(out, 3 * values)
    (kernel,) = report.kernels
    assert (kernel.source, kernel.line) == (str(module), 7)
    assert {(access.file, access.line) for access in kernel.accesses} == {(str(module), 9)}
    assert kernel.resources is not None
    assert kernel.resources.compiler.startswith("nvrtc")


def test_text_that_was_built_is_named_after_its_kernel(module: Path) -> None:
    values, out = np.arange(32, dtype=np.float32), np.zeros(32, np.float32)
    report = gpuadvisor.analyze(f"{module}:built", 1, 32, [out, values])
    assert np.array_equal(out, values + 4)
    assert {access.line for access in report.kernels[0].accesses} == {3}
    assert {access.file for access in report.kernels[0].accesses} == {f"{module}:built"}


def test_mistakes_are_named(module: Path) -> None:
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="has no kernel 'plane'; it has plain, built"):
        gpuadvisor.analyze(f"{module}:plane", 1, 32, [])
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="2 parameters"):
        gpuadvisor.analyze(f"{module}:plain", 1, 32, [1.0])


def test_the_example_with_cupy_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("cupy", reason="CuPy is not installed")
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path))
    pixels = np.random.default_rng(5).integers(0, 256, (1000, 3)).astype(np.uint8)
    grey = np.zeros(1000, np.uint8)
    report = gpuadvisor.analyze(f"{EXAMPLES / 'cupy_grayscale.py'}:grayscale", 4, 256, [grey, pixels, 1000])
    exact = pixels.astype(np.float64) @ [0.299, 0.587, 0.114]
    assert np.abs(grey - exact).max() <= 1
    assert report.kernels[0].line == 7
    assert child.LIMIT_SECONDS > 60
