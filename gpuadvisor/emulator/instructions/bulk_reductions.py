"""cp.reduce.async.bulk (PTX ISA 9.7.9.25.4.3): a copy in bulk that is combined with what is there.

Sums of single precision in global memory are taken to lose subnormals as those of red do.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.instructions.atomics import update_of
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.emulator.widths import TYPE_BYTES, unsigned

Words = NDArray[np.uint64]
Put = Callable[[ByteStore, NDArray[np.int64], Words], None]
"""Writes words at byte positions of the same shape."""

_OPERATIONS = ("add", "inc", "dec", "min", "max", "and", "or", "xor")
_WORD_BYTES = 8


def bind_put(instruction: Instruction) -> Put:
    """Return how a copy in bulk writes: plainly, or combining element by element."""
    if "reduce" not in instruction.modifiers:
        return lambda store, positions, content: store.store(positions, _WORD_BYTES, content)
    kind = next(name for name in instruction.modifiers if name in _OPERATIONS)
    update = update_of(instruction, kind, flush="global" in instruction.modifiers)
    dtype = unsigned(TYPE_BYTES[instruction.types[0]])

    def put(store: ByteStore, positions: NDArray[np.int64], content: Words) -> None:
        there = store.load(positions, _WORD_BYTES)
        combined = update(there.reshape(-1).view(dtype), content.reshape(-1).view(dtype))
        words = np.ascontiguousarray(combined, dtype).view(np.uint64)
        store.store(positions, _WORD_BYTES, words.reshape(positions.shape))

    return put
