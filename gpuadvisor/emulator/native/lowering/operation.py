"""What an instruction becomes in native code: a function that emits LLVM IR over vectors of 32 lanes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.vectors import Integers
from gpuadvisor.emulator.program import Instruction

Emit = Callable[[ir.IRBuilder, Sequence[ir.Value], ir.Value], tuple[ir.Value, ...]]
"""From the builder, the sources and the active mask (<32 x i1>) to the results."""


@dataclass(frozen=True, slots=True)
class NativeOperation:
    """A lowered instruction, the mirror of `semantics.Operation`.

    `emit` gets one vector <32 x iN> per entry of `source_types` (N the type's width, 1 for pred),
    followed by the carry (<32 x i1>) if `reads_carry`, and the active mask; it returns one vector per
    entry of `destination_types`, followed by the carry if `writes_carry`. It stays in the builder's
    block. Immediates are best made with `vectors.splat`, which it can look into.
    """

    source_types: tuple[str, ...]
    destination_types: tuple[str, ...]
    emit: Emit
    reads_carry: bool = False
    writes_carry: bool = False


Lowering = Callable[[Instruction], Emit | None]
"""Makes the emitter of an instruction, or None for a form that is not lowered."""


def lanewise(compute: Callable[..., Any]) -> Emit:
    """Return the emitter of `compute`: from `Integers`, one per source, to one `Integers` or a tuple."""

    def emit(builder: ir.IRBuilder, sources: Sequence[ir.Value], _active: ir.Value) -> tuple[ir.Value, ...]:
        found = compute(*(Integers(builder, source) for source in sources))
        results = found if isinstance(found, tuple) else (found,)
        return tuple(result.value for result in results)

    return emit
