"""Kernels whose threads run for long get fewer blocks, with the same counts where blocks are alike."""

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native import pilot
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.model.counters import KernelCounters
from tests.emulator.harness import compiled, launch_of

SOURCE = r"""
extern "C" __global__ void spin(int* out, int rounds)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    int value = out[i];
    for (int round = 0; round < rounds; ++round) value = value * 3 + round;
    out[i] = value;
}

extern "C" __global__ void straight(int* out, int rounds)
{
    out[blockIdx.x * blockDim.x + threadIdx.x] += rounds;
}

extern "C" __global__ void beyond(int* out, int rounds)
{
    for (int round = 0; round < rounds; ++round) out[blockIdx.x * (1 << 20)] += round;
}
"""
BLOCKS, THREADS = 100, 64


def _run(kernel: str, thread_instructions: int | None, rounds: int = 50) -> tuple[KernelCounters, np.ndarray]:
    memory = GlobalMemory()
    address = memory.allocate(4 * BLOCKS * THREADS, "out")
    memory.write(address, np.arange(BLOCKS * THREADS, dtype=np.int32).tobytes())
    options = RunOptions(thread_instructions=thread_instructions)
    arguments = [np.uint64(address), np.int32(rounds)]
    found = run(compiled(SOURCE, "pilot.cu"), kernel, launch_of(BLOCKS, THREADS), arguments, memory, options)
    return found.counters, np.frombuffer(memory.read(address, 4 * BLOCKS * THREADS), np.int32)


def test_fewer_blocks_stand_for_all() -> None:
    whole, values = _run("spin", None)
    assert whole.blocks_run == BLOCKS
    some, sampled = _run("spin", whole.thread_instructions // 5)
    assert some.blocks_run == BLOCKS // 5
    assert (some.thread_instructions, some.blocks_total) == (whole.thread_instructions, BLOCKS)
    assert some.global_load_sectors == whole.global_load_sectors
    given = np.arange(BLOCKS * THREADS, dtype=np.int32)
    ran = (sampled != given).reshape(BLOCKS, THREADS).any(axis=1)
    assert ran.sum() == BLOCKS // 5
    np.testing.assert_array_equal(sampled.reshape(BLOCKS, THREADS)[ran], values.reshape(BLOCKS, THREADS)[ran])


def test_what_is_affordable_runs_whole_and_once() -> None:
    whole, values = _run("spin", None)
    again, same = _run("spin", whole.thread_instructions)
    assert again == whole
    np.testing.assert_array_equal(same, values)


@pytest.mark.parametrize("budget", [1, 10**9])
def test_without_loops_there_is_no_pilot(budget: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pilot, "_work", None)
    assert _run("straight", budget)[0].blocks_run == BLOCKS


def test_some_blocks_always_run() -> None:
    assert _run("spin", 1)[0].blocks_run == 8


def test_a_pilot_that_fails_leaves_the_error_to_the_run() -> None:
    with pytest.raises(Exception, match=r"block \(1, 0, 0\)"):
        _run("beyond", 1)
