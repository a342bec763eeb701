"""Half precision (PTX ISA 9.7.4): f16, bf16 and their pairs: add, sub, mul, fma, ex2, tanh."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.floats import packed, saturate
from gpuadvisor.emulator.semantics.formats import FORMATS
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.semantics.rounding import Doubles, round_to_odd, two_sum
from gpuadvisor.emulator.widths import Lanes

Compute = Callable[..., Doubles]
"""From doubles to a double that rounds to half precision as the exact result would."""
_SMALLEST_NORMAL_HALF = 2.0**-14


def _add(a: Doubles, b: Doubles) -> Doubles:
    total, error = two_sum(a, b)
    return round_to_odd(total, error)


def _subtract(a: Doubles, b: Doubles) -> Doubles:
    return _add(a, -b)


def _fused(a: Doubles, b: Doubles, c: Doubles) -> Doubles:
    """Return a * b + c; the product of two halves is exact in double precision."""
    return _add(a * b, c)


def _flush(values: Doubles) -> Doubles:
    return np.where(np.abs(values) < _SMALLEST_NORMAL_HALF, np.copysign(0.0, values), values)


def element_type(ptx_type: str) -> str:
    """Return f16 for f16x2, bf16 for bf16x2, any other type as it is."""
    return ptx_type.removesuffix("x2")


def pairwise(instruction: Instruction, operation: Operation) -> Operation:
    """Return `operation`, applied to both halves if the instruction's type is a pair."""
    kind = instruction.types[0]
    return packed(operation, kind) if kind.endswith("x2") else operation


def _builder(compute: Compute, arity: int) -> Builder:
    def build(instruction: Instruction) -> Operation:
        kind = element_type(instruction.types[0])
        layout, modifiers = FORMATS[kind], instruction.modifiers
        flush = "ftz" in modifiers and kind == "f16"

        def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
            with np.errstate(all="ignore"):
                values = [layout.doubles(source) for source in sources]
                result = compute(*(_flush(value) for value in values) if flush else values)
                if "sat" in modifiers:
                    result = saturate(result)
                if "relu" in modifiers:
                    result = np.where(result < 0, 0.0, result)
                bits = layout.encode(result)
                return (layout.encode(_flush(layout.doubles(bits))) if flush else bits,)

        return pairwise(instruction, Operation((kind,) * arity, (kind,), function))

    return build


BUILDERS: dict[str, Builder] = {
    "add": _builder(_add, 2),
    "sub": _builder(_subtract, 2),
    "mul": _builder(np.multiply, 2),
    "fma": _builder(_fused, 3),
    "ex2": _builder(np.exp2, 1),
    "tanh": _builder(np.tanh, 1),
}
