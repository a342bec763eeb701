"""Count in the emulator what a GPU only timed."""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.device import Buffer
from gpuadvisor.emulator.layout import load_module
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.run import RunOptions, run
from gpuadvisor.emulator.sampling import DEFAULT_THREAD_INSTRUCTIONS, choose_blocks
from gpuadvisor.model.kernel import Launch, Observation
from gpuadvisor.sources.placement import Placement
from gpuadvisor.sources.values import LaunchData

_ALL = RunOptions()


def count(
    program: Program, kernel: str, launch: Launch, data: LaunchData, *, all_blocks: bool
) -> Observation:
    """Run the same launch on the same data in the emulator; counts depend on neither GPU nor time."""
    memory = GlobalMemory()
    addresses = load_module(program, memory).addresses

    def upload(array: NDArray[np.generic], name: str) -> Buffer:
        address = memory.allocate(array.nbytes, name)
        memory.write(address, array.tobytes())
        return Buffer(address, array.nbytes, name)

    options = _ALL if all_blocks else _sample(launch)
    placement = Placement(data, upload, memory.add_image)
    for name, content in placement.symbols.items():
        memory.write(addresses[name], content.tobytes())
    return run(program, kernel, launch, placement.arguments, memory, options)


def _sample(launch: Launch) -> RunOptions:
    return RunOptions(blocks=choose_blocks(launch), thread_instructions=DEFAULT_THREAD_INSTRUCTIONS)
