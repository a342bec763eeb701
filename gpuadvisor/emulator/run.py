"""Runs a kernel launch: in native code where that can, else in the interpreter."""

from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec

import numpy as np

from gpuadvisor.emulator.batch import Grid
from gpuadvisor.emulator.clusters import in_clusters, with_cluster
from gpuadvisor.emulator.cooperative import allocate_workspace, synchronises_grid
from gpuadvisor.emulator.layout import Layout, lay_out, pack_arguments
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.loaded import Loaded, RunOptions
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function, Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch, Observation

__all__ = ["RunOptions", "run"]

MAXIMUM_THREADS_PER_BLOCK = 1024
NATIVE_BUDGET = 200_000_000
_AS_IT_COMES = RunOptions()


def run(
    program: Program,
    kernel: str,
    launch: Launch,
    arguments: Sequence[np.generic],
    memory: GlobalMemory,
    options: RunOptions = _AS_IT_COMES,
) -> Observation:
    """Execute a kernel (its mangled name) and return what was counted; pointers are np.uint64 addresses.

    Raises GpuAdvisorError where the launch does not fit the kernel, or the kernel fails.
    """
    linked = link(program, kernel)
    _check_launch(linked.function, launch)
    launch = with_cluster(linked.function, launch)
    layout = _layout(program, linked.function, launch, memory)
    parameters = pack_arguments(linked.function, layout, arguments)
    grid = Grid(launch, options.multiprocessors, options.blocks_per_multiprocessor)
    loaded = Loaded(linked, layout, parameters, grid, memory)
    if synchronises_grid(linked.function):
        return _run_at_once(loaded, options)
    return _run(loaded, options)


def prepare(program: Program, kernel: str, launch: Launch, memory: GlobalMemory) -> None:
    """Have a thread translate the kernel for a launch to come, while others run.

    Raises GpuAdvisorError where there is no such kernel, or a call in it does not match what it calls.
    """
    if not native_code_is_possible():
        return
    from gpuadvisor.emulator.native.kernels import prepare_kernel

    linked = link(program, kernel)
    prepare_kernel(linked, _layout(program, linked.function, launch, memory), memory)


def _layout(program: Program, function: Function, launch: Launch, memory: GlobalMemory) -> Layout:
    clustered = in_clusters(function, launch)
    return lay_out(program, function, launch.dynamic_shared_bytes, memory, in_clusters=clustered)


def abandon_prepared() -> None:
    """Do not translate what nobody is going to launch."""
    if native_code_is_possible():
        from gpuadvisor.emulator.native.kernels import abandon_kernels

        abandon_kernels()


def native_code_is_possible() -> bool:
    """Return whether there is a compiler of native code; without one the interpreter runs everything."""
    return find_spec("llvmlite") is not None


def _run(loaded: Loaded, options: RunOptions) -> Observation:
    native = options.native and not options.check
    if native and native_code_is_possible():
        observation = _run_native(loaded, options)
        if observation is not None:
            return observation
    return _interpret(loaded, options)


def _run_native(loaded: Loaded, options: RunOptions) -> Observation | None:
    """Run in native code; None where that cannot run this kernel."""
    from gpuadvisor.emulator.native.kernels import native_kernel
    from gpuadvisor.emulator.native.launch import NativeLaunch
    from gpuadvisor.emulator.native.run import run_native

    memory, layout = loaded.memory, loaded.layout
    kernel = native_kernel(loaded.linked, layout, memory)
    if kernel is None or (loaded.grid.workspace and kernel.plan.polls != "grid"):
        return None
    if kernel.plan.reads_images and not _suits_native_code(memory):
        return None
    budget = options.instruction_budget or NATIVE_BUDGET
    launch = NativeLaunch(kernel, loaded.grid, layout, memory, loaded.parameters, budget)
    blocks = loaded.chosen(options)
    if options.thread_instructions is not None:
        from gpuadvisor.emulator.native.pilot import affordable

        blocks = affordable(launch, blocks, options.thread_instructions)
    return run_native(launch, blocks, loaded.variable)


def _suits_native_code(memory: GlobalMemory) -> bool:
    from gpuadvisor.emulator.native.textures.table import suits_native_code

    return suits_native_code(memory)


def _run_at_once(loaded: Loaded, options: RunOptions) -> Observation:
    """Run all blocks together: they can wait for each other."""
    workspace = allocate_workspace(loaded.linked.function, loaded.grid.launch, loaded.memory)
    try:
        grid = replace(loaded.grid, workspace=workspace)
        return _run(replace(loaded, grid=grid), replace(options, blocks=None))
    finally:
        loaded.memory.free(workspace)


def _interpret(loaded: Loaded, options: RunOptions) -> Observation:
    # Imported here: where native code runs, nothing of the interpreter is needed.
    from gpuadvisor.emulator.interpreter import interpret

    return interpret(loaded, options)


def _check_launch(function: Function, launch: Launch) -> None:
    limit = min(function.maximum_threads or MAXIMUM_THREADS_PER_BLOCK, MAXIMUM_THREADS_PER_BLOCK)
    if not 0 < launch.threads_per_block <= limit:
        raise GpuAdvisorError(
            f"{launch.threads_per_block} threads per block; the kernel allows 1 to {limit}",
            where=function.name,
        )
    if launch.blocks <= 0:
        raise GpuAdvisorError(f"a grid of {launch.grid} has no blocks", where=function.name)
