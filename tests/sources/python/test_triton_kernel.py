"""Triton: what specialisation tells the compiler, and the example where Triton is installed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import gpuadvisor
from gpuadvisor.sources.python.messages import Argument, Question
from gpuadvisor.sources.python.triton_kernel import one_place_per_assembly, specialised
from tests.examples.running import EXAMPLES

ASSEMBLY = """\
.loc 1 9 9
// begin inline asm
.loc 1 9 9
mov.u32 %r1, 0x0;
.loc 1 10 9
@%p1 ld.global.b32 { %r1 }, [ %rd1 + 0 ];
// end inline asm
.loc 1 11 3
ret;
"""
MODULE = """
import triton
import triton.language as tl

@triton.jit
def add(x, y, out, n, BLOCK: tl.constexpr = 256):
    offsets = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    inside = offsets < n
    total = tl.load(x + offsets, mask=inside) + tl.load(y + offsets, mask=inside)
    tl.store(out + offsets, total, mask=inside)

@triton.autotune(configs=[triton.Config({}, num_warps=2)], key=["n"])
@triton.jit
def scaled(x, factor, n, BLOCK: tl.constexpr):
    offsets = tl.arange(0, BLOCK)
    tl.store(x + offsets, tl.load(x + offsets) * factor, mask=offsets < n)
"""


def parameter(name: str, **given: Any) -> SimpleNamespace:
    defaults = {"is_constexpr": False, "do_not_specialize": False, "do_not_specialize_on_alignment": False}
    return SimpleNamespace(name=name, has_default=False, default=None, **{**defaults, **given})


@pytest.mark.parametrize(
    ("argument", "type_name", "constant", "told"),
    [
        (Argument(name="p", type="float32", is_array=True, shape=(8,)), "*fp32", False, True),
        (Argument(name="p", type="bfloat16", is_array=True, is_aligned=False), "*bf16", False, False),
        (Argument(name="n", type="int32", value=64), "i32", False, True),
        (Argument(name="n", type="int32", value=50), "i32", False, False),
        (Argument(name="n", type="int32", value=1), "constexpr", True, False),
        (Argument(name="n", value=1 << 40), "i64", False, True),
        (Argument(name="f", value=0.5), "fp32", False, False),
        (Argument(name="b", value=True), "u1", False, False),
    ],
)
def test_arguments_are_specialised_as_by_the_launcher(
    argument: Argument, type_name: str, constant: bool, told: bool
) -> None:
    function = SimpleNamespace(params=[parameter(argument.name)])
    signature, constants, attributes = specialised(function, Question(file="", arguments=(argument,)))
    assert signature == {argument.name: type_name}
    assert (argument.name in constants) == constant
    assert bool(attributes) == told


def test_inline_assembly_has_the_line_it_is_called_from() -> None:
    kept = [line for line in one_place_per_assembly(ASSEMBLY).splitlines() if line.startswith(".loc")]
    assert kept == [".loc 1 9 9", ".loc 1 9 9", ".loc 1 11 3"]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pytest.importorskip("triton", reason="Triton is not installed")
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path))
    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path / "triton"))
    (tmp_path / "kernels.py").write_text(MODULE)
    return tmp_path / "kernels.py"


def test_aligned_pointers_are_read_as_vectors_and_others_are_not(module: Path) -> None:
    x, y, out = np.arange(1024, dtype=np.float32), np.ones(1100, np.float32), np.zeros(1024, np.float32)
    (kernel,) = gpuadvisor.analyze(f"{module}:add", 2, 128, [x, y, out, 1024, 512]).kernels
    assert np.array_equal(out, x + 1)
    assert {(each.line, each.bytes_per_thread) for each in kernel.accesses} == {(9, 16), (10, 16)}
    (kernel,) = gpuadvisor.analyze(f"{module}:add", 2, 128, [x, y[1:1025], out, 1001, 512]).kernels
    loads = [each for each in kernel.accesses if each.operation == "load"]
    assert {each.bytes_per_thread for each in loads if each.variable == "y"} == {4}


def test_defaults_tuned_kernels_and_half_precision(module: Path) -> None:
    x, y, out = (np.arange(256, dtype=np.float16) for _ in range(3))
    gpuadvisor.analyze(f"{module}:add", 1, 128, [x, y, out, 256])
    assert np.array_equal(out, 2 * np.arange(256))
    x = np.arange(64, dtype=np.float32)
    gpuadvisor.analyze(f"{module}:scaled", 1, 32, [x, 0.5, 40, 64])
    assert np.array_equal(x[:40], np.arange(40) / 2)
    assert np.array_equal(x[40:], np.arange(40, 64))


def test_mistakes_are_named(module: Path) -> None:
    x = np.zeros(256, np.float32)
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="a block of 96 threads"):
        gpuadvisor.analyze(f"{module}:add", 1, 96, [x, x, x, 256])
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="takes 5 arguments"):
        gpuadvisor.analyze(f"{module}:add", 1, 128, [x])
    with pytest.raises(gpuadvisor.GpuAdvisorError, match="CompilationError"):
        gpuadvisor.analyze(f"{module}:add", 1, 128, [x, x, x, 256, 100])


def test_the_example(module: Path) -> None:  # noqa: ARG001
    matrix = np.random.default_rng(4).random((6, 100), np.float32)
    out = np.zeros_like(matrix)
    report = gpuadvisor.analyze(
        f"{EXAMPLES / 'triton_softmax.py'}:softmax", 6, 64, [out, matrix, 100, np.int32(128)]
    )
    exponentials = np.exp(matrix.astype(np.float64))
    assert np.allclose(out, exponentials / exponentials.sum(axis=1, keepdims=True), rtol=1e-5)
    (kernel,) = report.kernels
    assert {Path(line.file).name for line in kernel.lines} == {"triton_softmax.py"}
    assert kernel.launch.dynamic_shared_bytes > 0
