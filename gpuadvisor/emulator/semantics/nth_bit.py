"""fns (PTX ISA 9.7.1.16): the n-th set bit of a mask, counted from a position up or down."""

import numpy as np

from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.semantics.operation import Builder, Operation, lanewise
from gpuadvisor.emulator.widths import Lanes

_NOT_FOUND = np.uint32(0xFFFFFFFF)


def _find(mask: Lanes, base: Lanes, offset: Lanes) -> Lanes:
    """Return the position; an offset of 0 asks for the base itself, a negative one searches down."""
    signed = offset.astype(np.int64)
    signed = np.where(signed >= 1 << 31, signed - (1 << 32), signed)
    down = signed < 0
    wanted = np.maximum(np.abs(signed), 1)
    shape = np.broadcast_shapes(mask.shape, base.shape, offset.shape)
    found, seen = np.full(shape, _NOT_FOUND), np.zeros(shape, np.int64)
    for step in range(32):
        position = np.where(down, base.astype(np.int64) - step, base.astype(np.int64) + step)
        inside = (position >= 0) & (position < 32) & ((signed != 0) | (step == 0))
        is_set = inside & ((mask >> np.clip(position, 0, 31).astype(np.uint32) & np.uint32(1)) != 0)
        seen = seen + is_set
        found = np.where(is_set & (seen == wanted), position.astype(np.uint32), found)
    return found


def _build(_instruction: Instruction) -> Operation:
    return lanewise(("b32", "b32", "s32"), "b32", _find)


BUILDERS: dict[str, Builder] = {"fns": _build}
