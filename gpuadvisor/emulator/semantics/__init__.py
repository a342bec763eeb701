"""What PTX instructions compute: from an instruction to a function over the lanes of all warps.

One module per family, each with a table from opcode to builder; here the tables are joined by the type
the instruction works on.
"""

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics import (
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
    signs,
    video,
    wide,
)
from gpuadvisor.emulator.semantics.operation import Builder, Operation

__all__ = ["Operation", "compile_operation", "operation_types"]

_ANY_TYPE: dict[str, Builder] = {
    **bits.BUILDERS,
    **logic.BUILDERS,
    **permute.BUILDERS,
    **selection.BUILDERS,
    **compare.BUILDERS,
    **convert.BUILDERS,
    **collective.BUILDERS,
    **nth_bit.BUILDERS,
    **video.BUILDERS,
}
_INTEGER: dict[str, Builder] = {**integer.BUILDERS, **wide.BUILDERS}
_SINGLE: dict[str, Builder] = {**signs.BUILDERS, **approximate.BUILDERS, **float32.BUILDERS}
_DOUBLE: dict[str, Builder] = {**signs.BUILDERS, **float64.BUILDERS}
_HALF: dict[str, Builder] = {**signs.BUILDERS, **half.BUILDERS}
_BY_TYPE: dict[str, dict[str, Builder]] = {
    "f32": _SINGLE,
    "f32x2": float32.BUILDERS,
    "f64": _DOUBLE,
    **dict.fromkeys(("f16", "f16x2", "bf16", "bf16x2"), _HALF),
    **dict.fromkeys(("u16", "s16", "u32", "s32", "u64", "s64"), _INTEGER),
    **dict.fromkeys(("u16x2", "s16x2"), integer.PAIRS),
}
_CARRYING = frozenset({"addc", "subc", "madc"})


def operation_types() -> dict[str, tuple[str, ...]]:
    """Return the opcodes known, and the types of each; none where the types do not choose the semantics."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys((*_ANY_TYPE, *carry.BUILDERS), ())
    for kind, builders in _BY_TYPE.items():
        for opcode in builders:
            found[opcode] = (*found.get(opcode, ()), kind)
    return found


def compile_operation(instruction: Instruction) -> Operation | None:
    """Return what the instruction computes from registers, or None.

    None stands for memory, control flow and whatever else the executor does itself, and for forms that
    are not supported.
    """
    builder = _builder(instruction)
    return builder(instruction) if builder is not None else None


def _builder(instruction: Instruction) -> Builder | None:
    opcode = instruction.opcode
    if opcode in _CARRYING or "cc" in instruction.modifiers:
        return carry.BUILDERS.get(opcode)
    if mixed.is_mixed(instruction) and opcode in mixed.BUILDERS:
        return mixed.BUILDERS[opcode]
    if opcode in _ANY_TYPE:
        return _ANY_TYPE[opcode]
    kind = instruction.types[0] if instruction.types else ""
    return _BY_TYPE.get(kind, {}).get(opcode)
