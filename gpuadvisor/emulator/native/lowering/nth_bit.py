"""fns: the n-th set bit of a mask, counted from a position up or down."""

from collections.abc import Sequence

from llvmlite import ir

from gpuadvisor.emulator.native.lowering.functions import call_shared, everywhere, loop_over_lanes
from gpuadvisor.emulator.native.lowering.operation import Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers, where


def _body(builder: ir.IRBuilder, arguments: Sequence[ir.Value]) -> ir.Value:
    """Walk from the base, at most 32 bits, until the wanted number of set bits has been seen."""
    mask, base, offset = (Integers(builder, argument) for argument in arguments)
    start, direction = base.resized(64), where(offset.compare("<", 0, signed=True), -1, base.number(1))
    wanted = offset.maximum(-offset, signed=True).maximum(1)
    only_base = offset.compare("==", 0)

    def step(number: ir.Value, carried: Sequence[ir.Value]) -> list[ir.Value]:
        found, seen = (Integers(builder, value) for value in carried)
        distance = everywhere(builder, number)
        position = start + (distance * direction).resized(64, signed=True)
        looked_at = position.compare("<", 32) & (~only_base | distance.compare("==", 0))
        bit = mask >> (position.resized(32) & 31)
        is_set = looked_at & (bit & 1).compare("!=", 0)
        seen = seen + is_set.resized(32)
        found = where(is_set & seen.compare("==", wanted), position.resized(32), found)
        return [found.value, seen.value]

    return loop_over_lanes(builder, [mask.number(-1).value, mask.number(0).value], step)[0]


def _find(mask: Integers, base: Integers, offset: Integers) -> Integers:
    arguments = [mask.value, base.value, offset.value]
    return Integers(mask.builder, call_shared(mask.builder, "fns", mask.value.type, arguments, _body))


LOWERINGS: dict[str, Lowering] = {"fns": lambda _instruction: lanewise(_find)}
