"""Comparison: setp and set with all operators, over integers and floating point."""

from collections.abc import Callable
from operator import and_, or_, xor

from gpuadvisor.emulator.native.lowering.floats import flushing, packed
from gpuadvisor.emulator.native.lowering.formats import values
from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Floats, Integers
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.half import element_type
from gpuadvisor.emulator.semantics.types import width
from gpuadvisor.emulator.widths import is_signed

Compare = Callable[[Integers, Integers], Integers]
_ORDERED = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_INTEGER = {**_ORDERED, "lo": "<", "ls": "<=", "hi": ">", "hs": ">="}
_UNORDERED = {f"{name}u": operator for name, operator in _ORDERED.items()}
_TRUE = {"f16": 0x3C00, "bf16": 0x3F80, "f32": 0x3F800000}
"""1.0, which set writes for true; integer destinations get all ones."""
_COMBINE = {"and": and_, "or": or_, "xor": xor}


def _of_floats(name: str) -> Callable[[Floats, Floats], Integers]:
    if name == "nan":
        return lambda a, b: a.unordered("uno", b)
    if name == "num":
        return lambda a, b: ~a.unordered("uno", b)
    if name in _UNORDERED:
        return lambda a, b: a.unordered(_UNORDERED[name], b)
    return lambda a, b: a.compare(_ORDERED[name], b)


def _comparison(instruction: Instruction, kind: str) -> Compare:
    """Return the comparison of registers of the element type `kind`."""
    if kind not in FORMATS:
        operator = next(_INTEGER[name] for name in instruction.modifiers if name in _INTEGER)
        return lambda a, b: a.compare(operator, b, signed=is_signed(kind))
    names = {*_ORDERED, *_UNORDERED, "num", "nan"}
    compare = _of_floats(next(name for name in instruction.modifiers if name in names))
    flush = flushing(instruction, kind, ("f16", "f32"))
    return lambda a, b: compare(values(flush(a), kind), values(flush(b), kind))


def _combination(instruction: Instruction) -> Callable[[Integers, Integers], Integers] | None:
    return next((_COMBINE[name] for name in instruction.modifiers if name in _COMBINE), None)


def _set_predicate(instruction: Instruction) -> Emit:
    kind = instruction.types[0]
    compare, combine = _comparison(instruction, element_type(kind)), _combination(instruction)
    destinations = len(instruction.operands) - (3 if combine else 2)

    def both(a: Integers, b: Integers) -> tuple[Integers, Integers]:
        if kind.endswith("x2"):
            low = compare(a.resized(16), b.resized(16))
            return low, compare((a >> 16).resized(16), (b >> 16).resized(16))
        result = compare(a, b)
        return result, (~result if destinations == 2 else result)

    def compute(a: Integers, b: Integers, *predicate: Integers) -> tuple[Integers, ...]:
        results = both(a, b)[:destinations]
        return tuple(combine(result, predicate[0]) for result in results) if combine else results

    return lanewise(compute)


def _set(instruction: Instruction) -> Emit:
    result, kind = instruction.types[:2]
    element, target = element_type(kind), element_type(result)
    compare, combine = _comparison(instruction, element), _combination(instruction)
    bits = width(target)
    true = _TRUE.get(target, -1)

    def compute(a: Integers, b: Integers, *predicate: Integers) -> Integers:
        outcome = compare(a, b)
        if combine:
            outcome = combine(outcome, predicate[0])
        extended = outcome.resized(bits, signed=True)
        return extended & true if true >= 0 else extended

    return packed(lanewise(compute), 16) if kind.endswith("x2") else lanewise(compute)


LOWERINGS: dict[str, Lowering] = {"setp": _set_predicate, "set": _set}
