"""One trial: a mutant is decoded and run, and must end in a result or in an error that users can read."""

from dataclasses import dataclass
from random import Random

import numpy as np

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function, Program
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.emulator.fuzz.mutations import mutate
from tests.emulator.fuzz.seeds import seeds

INSTRUCTION_BUDGET = 2_000
"""Per warp: a mutant that loops for ever ends here."""
_BUFFER_BYTES = 4096
_SHARED_BYTES = 4096
_BLOCKS = (32, 64, 20)
_NATIVE_SHARE = 0.03
"""Compiling a mutant takes some twenty times as long as interpreting it."""


@dataclass(frozen=True)
class Trial:
    """The mutant of a seed number."""

    text: str
    block: int
    native: bool


def trial(number: int, native_share: float = _NATIVE_SHARE) -> Trial:
    """Return the mutant with a number: the same on every machine with the same compiler."""
    random = Random(number)
    kernels = seeds()
    text = mutate(random.choice(kernels), random, kernels)
    return Trial(text, random.choice(_BLOCKS), random.random() < native_share)


def attempt(given: Trial) -> str:
    """Run every kernel of a mutant; return `ran` or `refused`. What else it raises is a defect of ours."""
    try:
        run_all(decode(given.text), given)
    except GpuAdvisorError:
        return "refused"
    return "ran"


def run_all(program: Program, given: Trial) -> None:
    """Run every kernel of a module."""
    for function in program.kernels.values():
        _run(program, function, given)


def _run(program: Program, function: Function, given: Trial) -> None:
    memory = GlobalMemory()
    arguments = [_argument(each.size_bytes, memory) for each in function.parameters]
    launch = Launch(grid=(2, 1, 1), block=(given.block, 1, 1), dynamic_shared_bytes=_SHARED_BYTES)
    options = RunOptions(native=given.native, instruction_budget=INSTRUCTION_BUDGET)
    run(program, function.name, launch, arguments, memory, options)


def _argument(size_bytes: int, memory: GlobalMemory) -> np.generic:
    """Return a buffer for what may be a pointer, and a small number for everything else."""
    if size_bytes == np.dtype(np.uint64).itemsize:
        return np.uint64(memory.allocate(_BUFFER_BYTES, "buffer"))
    content = np.zeros(max(size_bytes, 1), np.uint8)
    content[0] = 3
    scalar: np.generic = content.view(f"V{len(content)}")[0]
    return scalar
