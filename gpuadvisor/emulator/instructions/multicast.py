"""Where copies in bulk go: one place, or with .multicast::cluster the same place in several blocks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.cluster_addresses import mapped
from gpuadvisor.emulator.instructions.binding import Binding
from gpuadvisor.emulator.instructions.mbarrier import Barrier
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.registers import Fetch
from gpuadvisor.emulator.widths import Lanes


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that some threads copy to."""

    part: Active
    goals: Lanes
    """Addresses by thread, shape (warps, 32)."""
    barrier: Barrier | None
    """What hears of the bytes."""


Destinations = Callable[[Batch, Active], Sequence[Destination]]


def bind_destinations(
    instruction: Instruction, target: Fetch, barrier: Barrier | None, binding: Binding
) -> Destinations:
    """Return how to find the places that threads copy to; the blocks' mask stands behind the barrier."""
    if "multicast::cluster" not in instruction.modifiers:
        return lambda batch, active: [Destination(active, target(batch), barrier)]
    last = -2 if "L2::cache_hint" in instruction.modifiers else -1
    masks = binding.registers.fetch(instruction.operands[last], "u16")

    def destinations(batch: Batch, active: Active) -> list[Destination]:
        goals, chosen = target(batch), np.broadcast_to(masks(batch), batch.shape)
        return [
            Destination(
                active.narrow((chosen >> rank & 1).astype(np.bool_)),
                mapped(batch, goals, np.full((1, 1), rank)),
                barrier and barrier.in_block(rank),
            )
            for rank in range(batch.grid.launch.blocks_per_cluster)
        ]

    return destinations
