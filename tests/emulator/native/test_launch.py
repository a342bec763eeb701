"""How launches run in native code: the same every time, on any number of threads, through the cache."""

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gpuadvisor.emulator.run as emulator
from gpuadvisor.emulator.layout import lay_out
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native import host, kernels
from gpuadvisor.emulator.native.ahead import Ahead
from gpuadvisor.emulator.native.plan import Plan
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions
from tests.emulator.harness import Outcome, compiled, execute, launch_of

SOURCE = r"""
extern "C" __global__ void scatter(float* out, const int* index, int n)
{
    __shared__ float tile[256];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    tile[threadIdx.x] = index[i] * 0.5f;
    __syncwarp();
    out[index[i]] = tile[threadIdx.x ^ 1] + 1.0f;
}

extern "C" __global__ void tickets(unsigned* next, unsigned* ticket_of)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    ticket_of[i] = atomicAdd(next, 1u + i % 3);
}

extern "C" __global__ void histogram(unsigned* bins, const unsigned* values)
{
    atomicAdd(&bins[values[blockIdx.x * blockDim.x + threadIdx.x]], 1u);
}

extern "C" __global__ void sum(float* total, const float* values)
{
    atomicAdd(total, values[blockIdx.x * blockDim.x + threadIdx.x]);
}

extern "C" __global__ void beyond(float* out, int from)
{
    if (blockIdx.x >= from) out[1000 + blockIdx.x] = 1.0f;
}
"""
RANDOM = np.random.default_rng(3)


def _program() -> Program:
    return compiled(SOURCE, "launches.cu")


def _plan(kernel: str) -> Plan:
    memory = GlobalMemory()
    linked = link(_program(), kernel)
    found = kernels.native_kernel(linked, lay_out(_program(), linked.function, 0, memory), memory)
    assert found is not None
    return found.plan


def _scatter() -> Outcome:
    count = 64 * 200 + 7
    index = np.random.default_rng(8).permutation(count).astype(np.int32)
    out = np.zeros(count, np.float32)
    return execute(_program(), "scatter", launch_of(51, 256), [out, index, np.int32(count)])


@pytest.mark.parametrize("threads", [1, 3, 7])
def test_the_number_of_threads_does_not_show(threads: int, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = _scatter()
    monkeypatch.setattr("os.cpu_count", lambda: threads)
    again = _scatter()
    assert again.observation == usual.observation
    np.testing.assert_array_equal(again.arrays[0], usual.arrays[0])


def test_parallel_blocks_count_in_one_histogram() -> None:
    assert not _plan("histogram").ordered
    values = RANDOM.integers(0, 10, 256 * 300).astype(np.uint32)
    outcome = execute(_program(), "histogram", launch_of(300, 256), [np.zeros(10, np.uint32), values])
    np.testing.assert_array_equal(outcome.arrays[0], np.bincount(values, minlength=10))


@pytest.mark.parametrize("kernel", ["tickets", "sum"])
def test_blocks_run_in_order_where_the_order_shows(kernel: str) -> None:
    assert _plan(kernel).ordered


def test_tickets_are_drawn_in_the_order_of_blocks() -> None:
    arguments = [np.zeros(1, np.uint32), np.zeros(64 * 20, np.uint32)]
    outcome = execute(_program(), "tickets", launch_of(20, 64), arguments)
    steps = 1 + np.arange(64 * 20) % 3
    np.testing.assert_array_equal(outcome.arrays[1], np.cumsum(steps) - steps)


def test_the_first_block_that_fails_is_reported() -> None:
    with pytest.raises(Exception, match=r"20 bytes past the end of 'array0'") as caught:
        execute(_program(), "beyond", launch_of(64, 1), [np.zeros(1000, np.float32), np.int32(5)])
    assert "block (5, 0, 0)" in str(caught.value)


def test_the_interpreter_runs_what_native_code_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "find_spec", lambda _name: None)
    monkeypatch.setattr(kernels, "native_kernel", None)
    assert _scatter().observation.counters.blocks_run == 51


def test_an_interpreter_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emulator, "_run_native", None)
    arguments = [np.zeros(1, np.uint32), np.zeros(64, np.uint32)]
    execute(_program(), "tickets", launch_of(1, 64), arguments, RunOptions(native=False))


@pytest.mark.parametrize(("triple", "lacks", "native"), [
    ("x86_64-unknown-linux-gnu", "", True),
    ("x86_64-unknown-linux-gnu", "fma", False),
    ("x86_64-unknown-linux-gnu", "f16c", False),
    ("aarch64-unknown-linux-gnu", "fma", True),
])  # fmt: skip
def test_older_processors_interpret(
    triple: str, lacks: str, native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    features = {name: name != lacks for name in ("fma", "f16c")}
    monkeypatch.setattr(host.llvm, "get_default_triple", lambda: triple)
    monkeypatch.setattr(host.llvm, "get_host_cpu_features", lambda: features)
    assert host.runs_native_code() is native


def test_what_the_processor_lacks_is_interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "runs_native_code", lambda: False)
    monkeypatch.setattr(kernels, "cache_key", None)
    assert _scatter().observation.counters.blocks_run == 51


def test_a_cached_kernel_is_not_translated_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path))
    _forget(monkeypatch)
    first = _scatter()
    assert list((tmp_path / "native").rglob("*"))
    _forget(monkeypatch)
    monkeypatch.setattr(kernels, "_compile", None)
    assert _scatter().observation == first.observation


def test_a_damaged_cache_is_mended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path))
    _forget(monkeypatch)
    first = _scatter()
    files = [file for file in (tmp_path / "native").rglob("*") if file.is_file()]
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:-3])
    _forget(monkeypatch)
    assert _scatter().observation == first.observation


def _forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing but the disk remember kernels."""
    monkeypatch.setattr(kernels, "_KERNELS", Ahead(kept=1))


def test_a_prepared_kernel_is_translated_once_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPUADVISOR_CACHE_DIR", str(tmp_path))
    _forget(monkeypatch)
    threads: list[str] = []
    compile_kernel = kernels._compile

    def compile_and_note(*given: Any) -> Any:
        threads.append(threading.current_thread().name)
        return compile_kernel(*given)

    monkeypatch.setattr(kernels, "_compile", compile_and_note)
    memory = GlobalMemory()
    emulator.prepare(_program(), "tickets", launch_of(1, 64), memory)
    outcome = execute(
        _program(), "tickets", launch_of(1, 64), [np.zeros(1, np.uint32), np.zeros(64, np.uint32)]
    )
    assert int(outcome.arrays[0][0]) == int((1 + np.arange(64) % 3).sum())
    assert len(threads) == 1
