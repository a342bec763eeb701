"""Count in the emulator what a GPU only timed."""

from collections.abc import Mapping

import numpy as np

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.emulator.sampling import choose_blocks
from gpuadvisor.model.kernel import Launch, Observation
from gpuadvisor.sources.inputs import Value


def count(
    program: Program, kernel: str, launch: Launch, values: Mapping[str, Value], *, all_blocks: bool
) -> Observation:
    """Run the same launch on the same data in the emulator; counts depend on neither GPU nor time."""
    memory = GlobalMemory()
    arguments = [_argument(memory, name, value) for name, value in values.items()]
    options = RunOptions(blocks=None if all_blocks else choose_blocks(launch))
    return run(program, kernel, launch, arguments, memory, options)


def _argument(memory: GlobalMemory, name: str, value: Value) -> np.generic:
    if not isinstance(value, np.ndarray):
        return value
    address = memory.allocate(value.nbytes, name)
    memory.write(address, value.tobytes())
    return np.uint64(address)
