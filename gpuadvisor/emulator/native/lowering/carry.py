"""Extended-precision integers: add, sub, mad with .cc, and addc, subc, madc.

The carry is a borrow after subtractions.
"""

from collections.abc import Callable
from operator import mul

from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers
from gpuadvisor.emulator.native.lowering.wide import high_product
from gpuadvisor.emulator.program import Instruction

Step = Callable[[Integers, Integers, Integers | None], tuple[Integers, Integers]]
"""From two integers and a carry (one bit) to the result and the carry."""


def _add(a: Integers, b: Integers, carry: Integers | None) -> tuple[Integers, Integers]:
    partial = a + b
    overflow = partial.compare("<", a)
    if carry is None:
        return partial, overflow
    total = partial + carry.resized(a.bits)
    return total, overflow | total.compare("<", partial)


def _subtract(a: Integers, b: Integers, borrow: Integers | None) -> tuple[Integers, Integers]:
    partial = a - b
    underflow = a.compare("<", b)
    if borrow is None:
        return partial, underflow
    wide = borrow.resized(a.bits)
    return partial - wide, underflow | partial.compare("<", wide)


def _lowering(step: Step) -> Lowering:
    def lower(instruction: Instruction) -> Emit:
        reads, writes = instruction.opcode.endswith("c"), "cc" in instruction.modifiers
        product = high_product(instruction.types[0]) if "hi" in instruction.modifiers else mul

        def compute(*sources: Integers) -> tuple[Integers, ...]:
            operands, carry = (sources[:-1], sources[-1]) if reads else (sources, None)
            left = operands[0] if len(operands) == 2 else product(*operands[:2])
            results = step(left, operands[-1], carry)
            return results if writes else results[:1]

        return lanewise(compute)

    return lower


LOWERINGS: dict[str, Lowering] = {
    "add": _lowering(_add),
    "addc": _lowering(_add),
    "sub": _lowering(_subtract),
    "subc": _lowering(_subtract),
    "mad": _lowering(_add),
    "madc": _lowering(_add),
}
