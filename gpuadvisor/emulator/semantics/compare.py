"""Comparison (PTX ISA 9.7.6): setp and set with all operators, over integers and floating point."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import packed
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.half import element_type
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.semantics.signs import flush_bits
from gpuadvisor.emulator.semantics.types import UNSIGNED, as_integers, width
from gpuadvisor.emulator.widths import Lanes

Compare = Callable[[Any, Any], Lanes]
"""From two arrays of numbers to bool."""

_INTEGER: dict[str, Compare] = {
    "eq": np.equal,
    "ne": np.not_equal,
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "lo": np.less,
    "ls": np.less_equal,
    "hi": np.greater,
    "hs": np.greater_equal,
}
_FLOAT: dict[str, Compare] = {
    "eq": np.equal,
    "ne": lambda a, b: (a < b) | (a > b),
    "lt": np.less,
    "le": np.less_equal,
    "gt": np.greater,
    "ge": np.greater_equal,
    "equ": lambda a, b: ~((a < b) | (a > b)),
    "neu": np.not_equal,
    "ltu": lambda a, b: ~(a >= b),
    "leu": lambda a, b: ~(a > b),
    "gtu": lambda a, b: ~(a <= b),
    "geu": lambda a, b: ~(a < b),
    "num": lambda a, b: ~(np.isnan(a) | np.isnan(b)),
    "nan": lambda a, b: np.isnan(a) | np.isnan(b),
}
_COMBINE: dict[str, Compare] = {
    "and": np.logical_and,
    "or": np.logical_or,
    "xor": np.logical_xor,
}
_TRUE: dict[str, int] = {"f16": 0x3C00, "bf16": 0x3F80, "f32": 0x3F800000}
"""1.0, which set writes for true; integer destinations get all ones."""


def _comparison(instruction: Instruction, kind: str) -> Compare | None:
    """Return the comparison of registers of the element type `kind`, or None."""
    table = _FLOAT if kind in FORMATS else _INTEGER
    compare = next((table[name] for name in instruction.modifiers if name in table), None)
    if compare is None:
        return None
    if kind not in FORMATS:
        return lambda a, b: compare(as_integers(a, kind), as_integers(b, kind))
    values = FORMATS[kind].values
    if "ftz" in instruction.modifiers and kind in ("f16", "f32"):
        return lambda a, b: compare(values(flush_bits(a, kind)), values(flush_bits(b, kind)))
    return lambda a, b: compare(values(a), values(b))


def _combination(instruction: Instruction) -> Compare | None:
    return next((_COMBINE[name] for name in instruction.modifiers if name in _COMBINE), None)


def _predicates(pair: bool, compare: Compare) -> Callable[[Lanes, Lanes], tuple[Lanes, Lanes]]:  # noqa: FBT001
    """Return what setp computes before combining: p and q, for pairs the low and the high half."""

    def single(a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
        result = compare(a, b)
        return result, ~result

    def halves(a: Lanes, b: Lanes) -> tuple[Lanes, Lanes]:
        shift = np.uint32(16)
        low = compare(a.astype(np.uint16), b.astype(np.uint16))
        return low, compare((a >> shift).astype(np.uint16), (b >> shift).astype(np.uint16))

    return halves if pair else single


def _set_predicate(instruction: Instruction) -> Operation | None:
    kind = instruction.types[0]
    compare = _comparison(instruction, element_type(kind))
    if compare is None:
        return None
    combine = _combination(instruction)
    sources = (kind, kind, "pred") if combine else (kind, kind)
    destinations = len(instruction.operands) - len(sources)
    if destinations not in (1, 2):
        return None
    predicates = _predicates(kind.endswith("x2"), compare)

    def function(values: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        if destinations == 1 and combine is None:
            return (compare(values[0], values[1]),)
        results = predicates(values[0], values[1])
        if combine is not None:
            results = (combine(results[0], values[2]), combine(results[1], values[2]))
        return results[:destinations]

    return Operation(sources, ("pred",) * destinations, function)


def _set(instruction: Instruction) -> Operation | None:
    result, kind = instruction.types[:2]
    element = element_type(kind)
    compare = _comparison(instruction, element)
    if compare is None or (kind.endswith("x2") and result != kind):
        return None
    bits = width(element_type(result))
    true = UNSIGNED[bits](_TRUE.get(element_type(result), 2**bits - 1))
    false = UNSIGNED[bits](0)
    combine = _combination(instruction)

    def function(values: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        outcome = compare(values[0], values[1])
        if combine is not None:
            outcome = combine(outcome, values[2])
        return (np.where(outcome, true, false),)

    sources = (element, element, "pred") if combine else (element, element)
    operation = Operation(sources, (element_type(result),), function)
    if not kind.endswith("x2"):
        return operation
    return None if combine else packed(operation, kind)


BUILDERS: dict[str, Builder] = {"setp": _set_predicate, "set": _set}
