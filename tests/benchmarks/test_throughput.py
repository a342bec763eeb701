"""What is timed is right: each engine's answer to a small problem is NumPy's."""

import pytest

from benchmarks.throughput.emulated import emulate
from benchmarks.throughput.problems import BENCHMARKS, Benchmark
from benchmarks.throughput.serial import compiled_loops, loop_seconds

each_benchmark = pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda benchmark: benchmark.kernel)


@each_benchmark
def test_the_emulator_solves_it(benchmark: Benchmark) -> None:
    found = emulate(benchmark, benchmark.problem(benchmark.simulator_size), rounds=1)
    assert found.solved
    assert found.thread_instructions > 0


def test_plain_c_solves_them() -> None:
    with compiled_loops() as loops:
        if loops is None:
            pytest.skip("no C compiler")
        for benchmark in BENCHMARKS:
            assert loop_seconds(loops, benchmark, benchmark.problem(benchmark.simulator_size))[1]


@each_benchmark
def test_a_wrong_answer_is_told(benchmark: Benchmark) -> None:
    problem = benchmark.problem(benchmark.simulator_size)
    assert problem.is_solved_by(problem.expected.copy())
    assert not problem.is_solved_by(problem.expected + 1)
