"""Thread-instructions per second in this emulator, counters on."""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.throughput.problems import Benchmark, Problem
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Argument, Buffer, Kernel
from gpuadvisor.devices.emulated import EmulatedDevice

EXAMPLES = Path(__file__).parents[2] / "examples"
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Emulated:
    """What running a problem here gave: seconds of the fastest launch, compiled before."""

    thread_instructions: int
    seconds: float
    solved: bool

    @property
    def rate(self) -> float:
        """Millions of thread-instructions per second."""
        return self.thread_instructions / self.seconds / 1e6


def emulate(benchmark: Benchmark, problem: Problem, rounds: int = ROUNDS) -> Emulated:
    """Run all blocks of a problem: once to check the answer, then `rounds` times for the time."""
    device = EmulatedDevice("h100", all_blocks=True)
    kernel = compiled_kernel(device, benchmark)
    arguments = upload(device, problem)
    counters = _launched(device, kernel, problem, arguments)
    output = arguments[list(problem.arguments).index(problem.output)]
    assert isinstance(output, Buffer)
    given = problem.arguments[problem.output]
    assert isinstance(given, np.ndarray)
    solved = problem.is_solved_by(device.download(output, given))
    seconds = min(_seconds(device, kernel, problem, arguments) for _ in range(rounds))
    device.close()
    return Emulated(counters, seconds, solved)


def compiled_kernel(device: EmulatedDevice, benchmark: Benchmark) -> Kernel:
    """Compile a kernel of the examples."""
    path = EXAMPLES / benchmark.file
    module = device.compile(path.read_text(), str(path), CompileOptions(compute_capability="9.0"))
    name = next(name for name, plain in module.names.items() if plain == benchmark.kernel)
    return Kernel(module=module, name=name)


def upload(device: EmulatedDevice, problem: Problem) -> list[Argument]:
    """Copy the arrays of a problem to the device; return the arguments of its launch."""
    return [
        device.upload(value, name) if isinstance(value, np.ndarray) else value
        for name, value in problem.arguments.items()
    ]


def _launched(device: EmulatedDevice, kernel: Kernel, problem: Problem, arguments: list[Argument]) -> int:
    observation = device.launch(kernel, problem.launch, arguments).observation
    assert observation is not None
    return observation.counters.thread_instructions


def _seconds(device: EmulatedDevice, kernel: Kernel, problem: Problem, arguments: list[Argument]) -> float:
    start = time.perf_counter()
    device.launch(kernel, problem.launch, arguments)
    return time.perf_counter() - start
