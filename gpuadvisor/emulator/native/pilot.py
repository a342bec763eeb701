"""A pilot run, of two blocks or clusters, tells how many are affordable; global memory is then as before."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gpuadvisor.emulator.counting.trace import RequestTrace
from gpuadvisor.emulator.linker import named_symbol
from gpuadvisor.emulator.native.abi import Status
from gpuadvisor.emulator.native.launch import NativeLaunch
from gpuadvisor.emulator.native.turns import Part
from gpuadvisor.emulator.program import Function
from gpuadvisor.emulator.sampling import evenly

_FEWEST_BLOCKS = 8
_LARGEST_ARENA_BYTES = 1 << 28
"""Copying more would take longer than it saves."""


def affordable(launch: NativeLaunch, blocks: Sequence[int], thread_instructions: int) -> Sequence[int]:
    """Return so many of the blocks, evenly spread, as execute about so many thread-instructions.

    All of them where that cannot be told beforehand: where blocks wait for each other or talk to the host.
    """
    plan, together = launch.kernel.plan, launch.grid.launch.blocks_per_cluster
    few = len(blocks) <= _FEWEST_BLOCKS or not _loops(launch.kernel.function)
    if few or plan.polls or plan.calls_runtime or launch.memory.arena.size > _LARGEST_ARENA_BYTES:
        return blocks
    clusters = [list(blocks[start : start + together]) for start in range(0, len(blocks), together)]
    flown = clusters[0] + clusters[len(clusters) // 2]
    work = _work(launch, flown)
    if work is None:
        return blocks
    number = max(_FEWEST_BLOCKS, len(flown) * thread_instructions // max(1, work)) // together
    chosen = evenly(len(clusters), max(2, number)) if number < len(clusters) else range(len(clusters))
    return [block for at in chosen for block in clusters[at]]


def _loops(function: Function) -> bool:
    """Return whether a thread may execute more instructions than the kernel has."""
    return any(
        instruction.opcode in ("brx", "call")
        or (instruction.opcode == "bra" and _target(function, named_symbol(instruction)) <= instruction.index)
        for instruction in function.instructions
    )


def _target(function: Function, label: str | None) -> int:
    return function.labels.get(label or "", 0)


def _work(launch: NativeLaunch, blocks: Sequence[int]) -> int | None:
    """Return how many thread-instructions the blocks execute; None if they fail."""
    before = launch.memory.arena.copy()
    try:
        parts, _ = launch.run(blocks, RequestTrace({}, (), launch.grid.warps_per_block, 0))
    finally:
        np.copyto(launch.memory.arena, before)
    if any(part.status is not Status.DONE for part in parts):
        return None
    return sum(_thread_instructions(launch, part) for part in parts)


def _thread_instructions(launch: NativeLaunch, part: Part) -> int:
    plan = launch.kernel.plan
    counts = dict(zip(plan.counters, part.counters.tolist(), strict=True))
    lengths = (end - start for start, end in pairwise(plan.starts))
    return sum(length * counts["threads", number] for number, length in enumerate(lengths))
