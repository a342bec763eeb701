"""Runs a kernel launch in native code."""

from collections.abc import Callable, Sequence

from gpuadvisor.emulator.counting.observe import Record, observe
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.linker import Linked
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.abi import Status
from gpuadvisor.emulator.native.faults import native_fault
from gpuadvisor.emulator.native.launch import NativeLaunch
from gpuadvisor.emulator.native.record import fill
from gpuadvisor.emulator.native.translate import Translation, translate
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.model.kernel import Observation

_LARGEST_ARENA_BYTES = 1 << 32
"""Positions in global memory have 32 bits."""


def native_translation(linked: Linked, layout: Layout, memory: GlobalMemory) -> Translation | None:
    """Return the kernel translated, or None where only the interpreter can run it."""
    if memory.arena.size > _LARGEST_ARENA_BYTES:
        return None
    try:
        return translate(linked, layout)
    except Unsupported:
        return None


def run_native(
    launch: NativeLaunch, blocks: Sequence[int], variable_of: Callable[[int, str, int], str | None]
) -> Observation:
    """Run blocks of a kernel and return what was counted; raises GpuAdvisorError where it fails."""
    parts, flags = launch.run(blocks)
    if parts[-1].status is not Status.DONE:
        raise native_fault(launch, parts[-1])
    grid = launch.grid.launch
    record = Record(launch.translation.blocks.linked.function, grid, len(blocks), grid.blocks)
    fill(record, launch.translation, parts)
    return observe(record, flags.touched_bytes, variable_of)
