"""What an arithmetic instruction becomes: a function over lanes, and the types it reads and writes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.widths import Lanes

Function = Callable[[Sequence[Lanes], NDArray[np.bool_]], tuple[Lanes, ...]]
"""From sources and the active mask, shape (warps, 32), to results."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A compiled instruction.

    `function` gets one array per entry of `source_types`, in operand order, followed by the carry
    (bool) if `reads_carry`; it returns one array per entry of `destination_types`, followed by the
    carry if `writes_carry`. Where a destination register is wider than its type, the executor
    sign-extends `s` types and zero-extends the others. Sources may have any shape that broadcasts to
    (warps, 32), and results have the broadcast shape; those of collectives are (warps, 32). Inactive
    lanes may hold any bits.
    """

    source_types: tuple[str, ...]
    destination_types: tuple[str, ...]
    function: Function
    reads_carry: bool = False
    writes_carry: bool = False


Builder = Callable[[Instruction], Operation | None]
"""Makes the operation of an instruction, or None for a form that is not supported."""


def lanewise(
    source_types: tuple[str, ...], destination_type: str, compute: Callable[..., Lanes]
) -> Operation:
    """Return the operation that computes each lane alone: `compute(*sources)` is the one result."""
    return Operation(source_types, (destination_type,), lambda sources, _active: (compute(*sources),))
