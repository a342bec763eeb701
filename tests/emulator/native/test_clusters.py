"""Kernels in CUDA C++ whose blocks form clusters, in native code."""

import numpy as np
import pytest

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.run import RunOptions, run
from tests.emulator import test_clusters
from tests.emulator.harness import compiled, execute, launch_of
from tests.emulator.native.translated import is_translated

SOURCE = r"""
__device__ void meet() { __cluster_barrier_arrive(); __cluster_barrier_wait(); }
__device__ int depth(int n, const int* far) { return n == 0 ? *far : 1 + depth(n - 1, far); }
extern "C" __global__ void __cluster_dims__(2, 1, 1) recursion(int* out) {
    __shared__ int own;
    if (threadIdx.x == 0) own = 100 * __clusterRelativeBlockRank();
    meet();
    int far = depth(threadIdx.x % 5, (const int*)__cluster_map_shared_rank(&own, 1));
    meet();
    out[blockIdx.x * blockDim.x + threadIdx.x] = far;
}
extern "C" __global__ void __cluster_dims__(2, 1, 1) says(int n) {
    __shared__ char word[8];
    if (threadIdx.x == 0) { word[0] = 'a' + __clusterRelativeBlockRank(); word[1] = 0; }
    meet();
    if (threadIdx.x == 0) printf("%s of %d\n", (char*)__cluster_map_shared_rank(word, 1), (int)blockIdx.x);
    meet();
}
extern "C" __global__ void __cluster_dims__(2, 1, 1) work(int* out, int rounds) {
    int sum = 0;
    for (int i = 0; i < rounds; i++) sum += i * sum + 1;
    out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}
"""


@pytest.mark.parametrize("kernel", ["histogram", "places", "relay"])
def test_cooperative_groups_are_translated(kernel: str) -> None:
    assert is_translated(test_clusters.program(), kernel, in_clusters=True)


def test_functions_that_call_themselves() -> None:
    program = compiled(SOURCE, "clusters.cu")
    assert is_translated(program, "recursion", in_clusters=True)
    outcome = execute(program, "recursion", launch_of(4, 40), [np.zeros((4, 40), np.int32)])
    np.testing.assert_array_equal(outcome.arrays[0], np.tile(100 + np.arange(40) % 5, (4, 1)))


@pytest.mark.parametrize("native", [False, True])
def test_a_text_in_another_block_is_printed(native: bool, capsys: pytest.CaptureFixture[str]) -> None:
    program = compiled(SOURCE, "clusters.cu")
    assert is_translated(program, "says", in_clusters=True)
    run(program, "says", launch_of(4, 32), [np.int32(1)], GlobalMemory(), RunOptions(native=native))
    assert sorted(capsys.readouterr().err.splitlines()) == [f"b of {block}" for block in range(4)]


def test_an_affordable_number_of_clusters_is_run() -> None:
    memory, program = GlobalMemory(), compiled(SOURCE, "clusters.cu")
    out = np.uint64(memory.allocate(4 * 400 * 32, "out"))
    options = RunOptions(thread_instructions=200_000)
    observation = run(program, "work", launch_of(400, 32), [out, np.int32(40)], memory, options)
    assert observation.counters.blocks_run % 2 == 0
    assert 8 <= observation.counters.blocks_run < 200
    ran = np.flatnonzero(
        np.frombuffer(memory.read(int(out), 4 * 400 * 32), np.int32).reshape(400, 32).any(axis=1)
    )
    assert ran.size == observation.counters.blocks_run
    np.testing.assert_array_equal(ran[::2] + 1, ran[1::2])
