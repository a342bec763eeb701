"""mma.sp: where the elements of a sparse matrix A belong (PTX ISA 9.7.14.6.1, 9.7.14.6.2).

A row of A holds half of its K elements; numbers of two bits name the column of each within its chunk: one
number for an element, for a pair of elements of 4 bits, two for one of tf32. The lanes of group g hold those
of rows g and g + 8: for elements of 16 bits and more each lane 16 bits of either row, for smaller ones lanes
in turn 32 bits of the one and of the other. The manual shows this in figures only; it is what `reorder_meta`
of NVIDIA's CUTLASS makes of metadata in the order of rows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Immediate, Instruction
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.semantics.elements import ELEMENTS
from gpuadvisor.emulator.widths import Lanes

Indices = NDArray[np.int64]
_ROWS = 16
_LANES_OF_GROUP = 4
_DEPTHS = {"f16": (16, 32), "bf16": (16, 32), "tf32": (8, 16), "e4m3": (64,), "e5m2": (64,)}
_DEPTHS |= {f"{sign}8": (32, 64) for sign in "su"} | {f"{sign}4": (64, 128) for sign in "su"}


@dataclass(frozen=True, slots=True)
class Sparsity:
    """Where the metadata of each element of the packed A lies: arrays have shape (16, K / 2).

    Its column is `base` and `step` times the number in the bits of `mask` of the lane's word, shifted right.
    """

    lanes: Indices
    shifts: Indices
    base: Indices
    step: int
    mask: int

    def columns(self, metadata: Lanes) -> Indices:
        """Return the column of each element of each warp's A, (warps, 16, K / 2); metadata (warps, 32)."""
        numbers = (metadata[:, self.lanes].astype(np.int64) >> self.shifts) & self.mask
        return np.asarray(self.base + self.step * numbers)


def sparsity(instruction: Instruction, kind: str, depth: int) -> Sparsity:
    """Return where the metadata of an mma.sp lies; `kind` is the element type of A, `depth` K."""
    selector = instruction.operands[-1]
    if depth not in _DEPTHS.get(kind, ()) or not isinstance(selector, Immediate):
        raise Unsupported("this form of a product with a sparse matrix")
    first, base, step, mask = _numbers(kind, np.arange(depth // 2))
    piece_bits = 16 if ELEMENTS[kind].bits >= 16 else 32
    piece, group, half = first // piece_bits, np.arange(_ROWS)[:, None] % 8, np.arange(_ROWS)[:, None] // 8
    lane, shift = (piece, first % 16 + 16 * half) if piece_bits == 16 else (2 * piece + half, first % 32)
    used = int(lane.max()) + 1
    if (selector.bits + 1) * used > _LANES_OF_GROUP:
        raise Unsupported(f"sparsity selector {selector.bits}")
    lane = lane + selector.bits * used + _LANES_OF_GROUP * group
    shape = (_ROWS, depth // 2)
    lanes, shifts, bases = (np.broadcast_to(each, shape) for each in (lane, shift, base))
    return Sparsity(lanes, shifts, bases, step, mask)


def _numbers(kind: str, element: Indices) -> tuple[Indices, Indices, int, int]:
    """Return of the number of each element in a row: its first bit, what 0 stands for, its step, its mask."""
    if kind == "tf32":
        return 4 * element + 1, 2 * element, 1, 1
    if ELEMENTS[kind].bits == 4:
        return element // 2 * 2, element // 4 * 8 + element % 2, 2, 3
    return 2 * element, element // 2 * 4, 1, 3
