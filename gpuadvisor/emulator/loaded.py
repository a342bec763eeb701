"""A kernel with everything it needs to run, and how to run it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gpuadvisor.emulator.batch import Grid
from gpuadvisor.emulator.clusters import own_offset, whole_clusters
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.linker import Linked
from gpuadvisor.emulator.memory import GlobalMemory


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How to run: which blocks, how long, on what machine."""

    blocks: Sequence[int] | None = None
    """Linear block numbers; None runs all."""
    thread_instructions: int | None = None
    """Where native code would execute more, it runs evenly spread ones of the blocks; None: it runs all."""
    instruction_budget: int | None = None
    """Instructions that a warp may execute before the run is stopped; None: the budget of the executor."""
    multiprocessors: int = 1
    blocks_per_multiprocessor: int = 1
    """Both as %smid and the clocks show them to the kernel."""
    native: bool = True
    """Whether to run native code where it can run the kernel; the interpreter counts the same."""
    check: bool = False
    """Whether to look for defects (see `checking`), in the interpreter; faults then do not end the run."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A kernel with everything it needs to run."""

    linked: Linked
    layout: Layout
    parameters: bytes
    grid: Grid
    memory: GlobalMemory

    def variable(self, _pc: int, space: str, address: int) -> str | None:
        """Return the name of the variable that an address of a space lies in."""
        if space == "global":
            return self.memory.name_of(address)
        offset = own_offset(address) if space == "shared" else address
        return self.layout.variable_at(space, offset)

    def chosen(self, options: RunOptions) -> Sequence[int]:
        """Return the blocks to run: those asked for, and what else belongs to their clusters."""
        launch = self.grid.launch
        blocks = range(launch.blocks) if options.blocks is None else options.blocks
        return blocks if launch.blocks_per_cluster == 1 else whole_clusters(blocks, launch)
