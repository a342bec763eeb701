"""Runs a kernel launch in native code."""

from collections.abc import Callable, Sequence

from gpuadvisor.emulator.counting.observe import Record, observe
from gpuadvisor.emulator.counting.trace import trace_for
from gpuadvisor.emulator.native.abi import Status
from gpuadvisor.emulator.native.launch import NativeLaunch
from gpuadvisor.emulator.native.record import fill
from gpuadvisor.model.kernel import Observation


def run_native(
    launch: NativeLaunch, blocks: Sequence[int], variable_of: Callable[[int, str, int], str | None]
) -> Observation:
    """Run blocks of a kernel and return what was counted; raises GpuAdvisorError where it fails."""
    grid = launch.grid.launch
    trace = trace_for(launch.kernel.function, grid, len(blocks))
    parts, flags = launch.run(blocks, trace)
    if parts[-1].status is not Status.DONE:
        from gpuadvisor.emulator.native.faults import native_fault

        raise native_fault(launch, parts[-1], len(blocks))
    record = Record(launch.kernel.function, grid, len(blocks), grid.blocks, trace)
    fill(record, launch.kernel.plan, parts)
    return observe(record, flags.touched_bytes, variable_of)
