"""What PTX instructions become in native code: LLVM IR over vectors of 32 lanes.

The mirror of `semantics`: one module per family, each with a table from opcode to lowering; the types
that an instruction reads and writes are those of its interpreted operation.
"""

from functools import cache

from gpuadvisor.emulator.native.lowering import (
    approximate,
    bits,
    carry,
    collective,
    compare,
    convert,
    float32,
    float64,
    half,
    integer,
    logic,
    mixed,
    nth_bit,
    permute,
    selection,
    shuffle,
    signs,
    video,
    wide,
)
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, NativeOperation
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics import compile_operation

__all__ = ["Emit", "NativeOperation", "lower_operation"]

_ANY_TYPE: dict[str, Lowering] = {
    **bits.LOWERINGS,
    **logic.LOWERINGS,
    **permute.LOWERINGS,
    **selection.LOWERINGS,
    **compare.LOWERINGS,
    **convert.LOWERINGS,
    **collective.LOWERINGS,
    **shuffle.LOWERINGS,
    **nth_bit.LOWERINGS,
    **video.LOWERINGS,
}
_INTEGER: dict[str, Lowering] = {**integer.LOWERINGS, **wide.LOWERINGS}
_SINGLE: dict[str, Lowering] = {**signs.LOWERINGS, **approximate.LOWERINGS, **float32.LOWERINGS}
_DOUBLE: dict[str, Lowering] = {**signs.LOWERINGS, **float64.LOWERINGS}
_HALF: dict[str, Lowering] = {**signs.LOWERINGS, **half.LOWERINGS}
_BY_TYPE: dict[str, dict[str, Lowering]] = {
    "f32": _SINGLE,
    "f32x2": float32.LOWERINGS,
    "f64": _DOUBLE,
    **dict.fromkeys(("f16", "f16x2", "bf16", "bf16x2"), _HALF),
    **dict.fromkeys(("u16", "s16", "u32", "s32", "u64", "s64"), _INTEGER),
    **dict.fromkeys(("u16x2", "s16x2"), integer.PAIRS),
}


def lower_operation(instruction: Instruction) -> NativeOperation | None:
    """Return how to emit what the instruction computes from registers, or None.

    None stands for whatever `semantics.compile_operation` does not cover either, and for the few forms
    that only the interpreter has.
    """
    return _lower_shape(
        instruction.opcode, instruction.modifiers, instruction.types, len(instruction.operands)
    )


@cache
def _lower_shape(
    opcode: str, modifiers: tuple[str, ...], types: tuple[str, ...], operands: int
) -> NativeOperation | None:
    """Lower what an instruction says apart from the names of its operands; kernels repeat it a lot."""
    instruction = Instruction(0, opcode, modifiers, types, (None,) * operands, None, None, 0)
    operation = compile_operation(instruction)
    if operation is None:
        return None
    carries = operation.reads_carry or operation.writes_carry
    lowering = carry.LOWERINGS.get(opcode) if carries else _lowering(instruction)
    emit = lowering(instruction) if lowering is not None else None
    if emit is None:
        return None
    return NativeOperation(
        operation.source_types,
        operation.destination_types,
        emit,
        operation.reads_carry,
        operation.writes_carry,
    )


def _lowering(instruction: Instruction) -> Lowering | None:
    if mixed.is_mixed(instruction):
        return mixed.LOWERINGS[instruction.opcode]
    if instruction.opcode in _ANY_TYPE:
        return _ANY_TYPE[instruction.opcode]
    kind = instruction.types[0] if instruction.types else ""
    return _BY_TYPE.get(kind, {}).get(instruction.opcode)
