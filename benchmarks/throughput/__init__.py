"""How fast kernels execute: here, in Numba's CUDA simulator, and as plain C."""

import ctypes
import os

from benchmarks.throughput.emulated import Emulated, emulate
from benchmarks.throughput.problems import BENCHMARKS, Benchmark
from benchmarks.throughput.serial import compiled_loops, loop_seconds
from benchmarks.throughput.simulator import Simulated, simulator_seconds


def run() -> None:
    """Print the rates of all kernels, the ratios to the peers, and what limits each."""
    simulated = simulator_seconds()
    if simulated is None:
        print("  Numba is absent: pip install numba")
    with compiled_loops() as loops:
        if loops is None:
            print("  a C compiler is absent: install gcc or clang")
        threads = os.cpu_count()
        print(f"  million thread-instructions per second, counters on, {threads} threads; the fastest launch")
        print("  kernel                 here    plain C   C/here      Numba  here/Numba       goal")
        for benchmark in BENCHMARKS:
            print(_row(benchmark, simulated, loops))
    for benchmark in BENCHMARKS:
        print(f"  {benchmark.kernel}: {benchmark.limit}")


def _row(benchmark: Benchmark, simulated: Simulated | None, loops: ctypes.CDLL | None) -> str:
    problem = benchmark.problem(benchmark.size)
    here = emulate(benchmark, problem)
    _check(benchmark, "the emulator", solved=here.solved)
    row = f"  {benchmark.kernel:18} {here.rate:8,.0f}"
    if loops is None:
        row += f"  {'':18}"
    else:
        seconds, solved = loop_seconds(loops, benchmark, problem)
        _check(benchmark, "plain C", solved=solved)
        row += f" {here.thread_instructions / seconds / 1e6:10,.0f} {here.seconds / seconds:8.1f}"
    return row if simulated is None else row + _beside_simulator(benchmark, here, simulated)


def _beside_simulator(benchmark: Benchmark, here: Emulated, simulated: Simulated) -> str:
    seconds, solved = simulated[benchmark.kernel]
    _check(benchmark, "Numba's simulator", solved=solved)
    small = emulate(benchmark, benchmark.problem(benchmark.simulator_size), rounds=1)
    rate = small.thread_instructions / seconds / 1e6
    verdict = "met" if here.rate >= benchmark.goal * rate else "not met"
    return f" {rate:10.3f} {here.rate / rate:11,.0f} {benchmark.goal:10,} {verdict}"


def _check(benchmark: Benchmark, engine: str, *, solved: bool) -> None:
    if not solved:
        raise SystemExit(f"{benchmark.kernel}: {engine} computed a wrong answer")
