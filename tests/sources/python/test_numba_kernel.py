"""Numba: how arrays are passed, and the example where numba-cuda is installed."""

from pathlib import Path

import numpy as np
import pytest

import gpuadvisor
from gpuadvisor.sources.python.messages import Argument
from gpuadvisor.sources.python.numba_kernel import passing
from tests.examples.running import EXAMPLES

MODULE = """
import numba
from numba import cuda

@cuda.jit(device=True)
def helper(x):
    return 2 * x

@cuda.jit(fastmath=True)
def mixed(out, grid, scale, count, flag):
    i = cuda.grid(1)
    if i < count and flag:
        out[i] = scale * helper(grid[i, 1])

@cuda.jit
def reversed_shared(out):
    tile = cuda.shared.array(0, numba.float32)
    i = cuda.threadIdx.x
    tile[i] = i
    cuda.syncthreads()
    out[i] = tile[cuda.blockDim.x - 1 - i]
"""


def test_an_array_is_passed_field_by_field() -> None:
    array = Argument(
        name="m", type="float32", is_array=True, shape=(3, 5), strides_bytes=(20, 4), item_bytes=4
    )
    passed = [(each.name, each.argument, each.integer) for each in passing(2, array)]
    assert passed == [
        ("m.meminfo", None, None),
        ("m.parent", None, None),
        ("m.nitems", None, 15),
        ("m.itemsize", None, 4),
        ("m", 2, None),
        ("m.shape0", None, 3),
        ("m.shape1", None, 5),
        ("m.strides0", None, 20),
        ("m.strides1", None, 4),
    ]


@pytest.mark.parametrize(("value", "type_name"), [(True, "bool"), (3, "int64"), (0.5, "float64")])
def test_python_numbers_are_passed_as_numba_types_them(value: float, type_name: str) -> None:
    (passed,) = passing(0, Argument(name="n", value=value))
    assert passed.type == type_name


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("numba_cuda", reason="numba-cuda is not installed")
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path))
    (tmp_path / "kernels.py").write_text(MODULE)
    return tmp_path / "kernels.py"


def test_scalars_slices_and_device_functions(module: Path) -> None:
    grid, out = np.arange(128.0).reshape(64, 2), np.zeros(40)
    report = gpuadvisor.analyze(f"{module}:mixed", 2, 32, [out, grid[4:], 0.5, np.int32(40), True])
    assert np.array_equal(out, grid[4:44, 1])
    (kernel,) = report.kernels
    assert (kernel.name, kernel.line) == ("mixed", 10)
    assert {access.line for access in kernel.accesses} == {13}
    assert {access.variable for access in kernel.accesses} == {"out", "grid"}


def test_dynamic_shared_memory(module: Path) -> None:
    out = np.zeros(64, np.float32)
    gpuadvisor.analyze(f"{module}:reversed_shared", 1, 64, [out], shared_bytes=256)
    assert np.array_equal(out, np.arange(64)[::-1])


def test_mistakes_are_named(module: Path) -> None:
    with pytest.raises(gpuadvisor.GpuAdvisorError, match=r"takes 1 arguments \(out\), its launch gives 2"):
        gpuadvisor.analyze(f"{module}:reversed_shared", 1, 64, [np.zeros(4), 1])
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="TypingError"):
        gpuadvisor.analyze(f"{module}:reversed_shared", 1, 64, [1.0])


@pytest.mark.parametrize(("kernel", "store_sectors"), [("transpose", 32), ("transpose_tiled", 4)])
def test_the_example(module: Path, kernel: str, store_sectors: int) -> None:  # noqa: ARG001
    matrix = np.random.default_rng(3).random((64, 96), np.float32)
    out = np.zeros((96, 64), np.float32)
    report = gpuadvisor.analyze(
        f"{EXAMPLES / 'numba_transpose.py'}:{kernel}", (3, 2), (32, 32), [out, matrix]
    )
    assert np.array_equal(out, matrix.T)
    (store,) = (a for a in report.kernels[0].accesses if a.variable == "out")
    assert store.sectors == store_sectors * store.requests
    assert Path(store.file).name == "numba_transpose.py"
