"""What is long is not endless: native code has patience for millions of rounds."""

import numpy as np

from gpuadvisor.emulator.interpreter import INTERPRETER_BUDGET
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.run import run
from tests.emulator.harness import compiled, launch_of

SOURCE = r"""
extern "C" __global__ void sum_alone(float* out, const float* in, int n) {
    float sum = 0;
    #pragma unroll 1
    for (int i = 0; i < n; i++) sum += in[i & 7];
    out[0] = sum;
}
"""


def test_a_loop_beyond_the_interpreters_budget_ends_in_native_code() -> None:
    memory, rounds = GlobalMemory(), 1_000_000
    out, values = memory.allocate(4, "out"), memory.allocate(32, "in")
    memory.write(values, np.ones(8, np.float32).tobytes())
    arguments = [np.uint64(out), np.uint64(values), np.int32(rounds)]
    observation = run(compiled(SOURCE), "sum_alone", launch_of(1, 1), arguments, memory)
    assert np.frombuffer(memory.read(out, 4), np.float32)[0] == rounds
    assert observation.counters.warp_instructions > INTERPRETER_BUDGET
