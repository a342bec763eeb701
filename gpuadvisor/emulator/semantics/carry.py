"""Extended-precision integers (PTX ISA 9.7.2): add, sub, mad with .cc, and addc, subc, madc.

CC.CF is a carry after additions and a borrow after subtractions.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Builder, Operation
from gpuadvisor.emulator.semantics.types import as_bits, width
from gpuadvisor.emulator.semantics.wide import Product, high_product
from gpuadvisor.emulator.widths import Lanes

Step = Callable[[Lanes, Lanes, Lanes], tuple[Lanes, Lanes]]
"""From two integers and a carry of the same width to the result and the carry (bool)."""


def _add(a: Lanes, b: Lanes, carry: Lanes) -> tuple[Lanes, Lanes]:
    partial = a + b
    total = partial + carry
    return total, (partial < a) | (total < partial)


def _subtract(a: Lanes, b: Lanes, borrow: Lanes) -> tuple[Lanes, Lanes]:
    partial = a - b
    total = partial - borrow
    return total, (a < b) | (partial < borrow)


def _operation(instruction: Instruction, arity: int, step: Step) -> Operation:
    kind = instruction.types[0]
    reads = instruction.opcode.endswith("c")
    writes = "cc" in instruction.modifiers

    def function(sources: Sequence[Lanes], _active: NDArray[np.bool_]) -> tuple[Lanes, ...]:
        *operands, last = sources if reads else (*sources, np.zeros_like(sources[0]))
        carry = last.astype(operands[0].dtype)
        left, right = operands if arity == 2 else (_product(instruction)(*operands[:2]), operands[2])
        result, carry_out = step(left, right, carry)
        return (as_bits(result), carry_out) if writes else (as_bits(result),)

    return Operation((kind,) * arity, (kind,), function, reads_carry=reads, writes_carry=writes)


def _product(instruction: Instruction) -> Product:
    if "hi" in instruction.modifiers:
        return high_product(instruction.types[0])
    return np.multiply


def _additive(step: Step) -> Builder:
    def build(instruction: Instruction) -> Operation | None:
        return _operation(instruction, 2, step) if width(instruction.types[0]) >= 32 else None

    return build


def _multiply_add(instruction: Instruction) -> Operation:
    return _operation(instruction, 3, _add)


BUILDERS: dict[str, Builder] = {
    "add": _additive(_add),
    "addc": _additive(_add),
    "sub": _additive(_subtract),
    "subc": _additive(_subtract),
    "mad": _multiply_add,
    "madc": _multiply_add,
}
