"""Byte permutation: prmt."""

from collections.abc import Callable

from gpuadvisor.emulator.native.lowering.operation import Emit, Lowering, lanewise
from gpuadvisor.emulator.native.lowering.vectors import Integers, where
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.permute import MODES


def _any_selector(a: Integers, b: Integers, selector: Integers) -> Integers:
    source = a.resized(64) | (b.resized(64) << 32)
    result = a.number(0)
    for target in range(4):
        nibble = selector >> (4 * target)
        byte = (source >> ((nibble & 7) << 3).resized(64)).resized(8)
        signed = (nibble & 8).compare("!=", 0)
        chosen = where(signed, byte.arithmetic_shift(7), byte)
        result = result | (chosen.resized(32) << (8 * target))
    return result


def _known_selector(selector: int) -> Callable[..., Integers]:
    """Return the permutation by a selector that all lanes share."""

    def compute(a: Integers, b: Integers, _selector: Integers) -> Integers:
        result = a.number(0)
        for target in range(4):
            nibble = selector >> (4 * target) & 15
            aligned = (a, b)[nibble >> 2 & 1] << 8 * (3 - (nibble & 3))
            top = aligned.arithmetic_shift(31) & 0xFF if nibble > 7 else aligned >> 24
            result = result | (top << (8 * target))
        return result

    return compute


def _by_bytes(a: Integers, b: Integers, selector: Integers) -> Integers:
    known = selector.constant
    compute = _any_selector if known is None else _known_selector(known)
    return compute(a, b, selector)


def _by_mode(selectors: tuple[int, int, int, int]) -> Callable[..., Integers]:
    def compute(a: Integers, b: Integers, control: Integers) -> Integers:
        selector = control.number(selectors[3])
        for choice in range(3):
            selector = where((control & 3).compare("==", choice), selectors[choice], selector)
        return _any_selector(a, b, selector)

    return compute


def _lower(instruction: Instruction) -> Emit:
    mode = next((MODES[name] for name in instruction.modifiers if name in MODES), None)
    return lanewise(_by_mode(mode) if mode else _by_bytes)


LOWERINGS: dict[str, Lowering] = {"prmt": _lower}
