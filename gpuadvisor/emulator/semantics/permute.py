"""Byte permutation (PTX ISA 9.7.9, prmt)."""

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.widths import Lanes

MODES: dict[str, tuple[int, int, int, int]] = {
    "f4e": (0x3210, 0x4321, 0x5432, 0x6543),
    "b4e": (0x5670, 0x6701, 0x7012, 0x0123),
    "rc8": (0x0000, 0x1111, 0x2222, 0x3333),
    "ecl": (0x3210, 0x3211, 0x3222, 0x3333),
    "ecr": (0x0000, 0x1110, 0x2210, 0x3210),
    "rc16": (0x1010, 0x3232, 0x1010, 0x3232),
}
"""The selector that each mode stands for, by the two lowest bits of the control operand."""


def _permute(a: Lanes, b: Lanes, selector: Lanes) -> Lanes:
    source = (b.astype(np.uint64) << np.uint64(32)) | a
    result = np.zeros(np.broadcast_shapes(source.shape, selector.shape), np.uint32)
    for target in range(4):
        nibble = (selector >> np.uint32(4 * target)) & np.uint32(15)
        shift = ((nibble & np.uint32(7)) << np.uint32(3)).astype(np.uint64)
        byte = (source >> shift).astype(np.uint8)
        sign = (byte.view(np.int8) >> np.int8(7)).view(np.uint8)
        byte = np.where(nibble > np.uint32(7), sign, byte)
        result |= byte.astype(np.uint32) << np.uint32(8 * target)
    return result


def _build(instruction: Instruction) -> Operation:
    mode = next((MODES[name] for name in instruction.modifiers if name in MODES), None)
    if mode is None:
        return lanewise(("b32", "b32", "b32"), "b32", _permute)
    selectors = np.array(mode, np.uint32)
    return lanewise(("b32", "b32", "b32"), "b32", lambda a, b, c: _permute(a, b, selectors[c & np.uint32(3)]))


BUILDERS: dict[str, Builder] = {"prmt": _build}
