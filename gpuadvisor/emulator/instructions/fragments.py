"""Fragments: which element of a matrix each register of each lane holds.

Those of mma are fixed (PTX ISA 9.7.14.5.1 to 9.7.14.5.13); one rule covers all shapes: a register holds
elements that are neighbours in k (in n for C and D), four lanes side by side hold a row (a column of B),
eight such groups lie one below the other, and larger matrices repeat this block. Those of wmma are the
implementation's choice; here they follow the same rule, as compilers for sm_80 make them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Instruction, Operand, Register, Vector
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.semantics.elements import ELEMENTS
from gpuadvisor.emulator.widths import Lanes

Indices = NDArray[np.int64]
_SHAPE = re.compile(r"m(\d+)n(\d+)k(\d+)")
_ROWS, _LARGEST_K = (8, 16, 32), 256
_GROUP, _PLACE = np.arange(32) >> 2, np.arange(32) & 3
"""The manual's groupID and threadID_in_group."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """The elements of one matrix; `rows` and `columns` have shape (registers, 32, elements per register)."""

    shape: tuple[int, int]
    bits: int
    """Of one element."""
    rows: Indices
    columns: Indices

    @property
    def registers(self) -> int:
        """How many registers of each lane hold different elements."""
        return len(self.rows)

    @property
    def register_type(self) -> str:
        """The type of the registers."""
        return "b64" if self.bits == 64 else "b32"

    def unpack(self, registers: Sequence[Lanes]) -> Lanes:
        """Return the matrix of every warp as bits, (warps, rows, columns), from registers (warps, 32)."""
        warps = max(len(register) for register in registers)
        dense: Lanes = np.zeros((warps, *self.shape), registers[0].dtype)
        for register, rows, columns in zip(registers, self.rows, self.columns, strict=True):
            dense[:, rows, columns] = self.split(np.broadcast_to(register, (warps, 32)))
        return dense

    def pack(self, dense: Lanes) -> list[Lanes]:
        """Return the registers that hold the elements of `dense`."""
        kind = np.dtype(np.uint64 if self.bits == 64 else np.uint32)
        places = zip(self.rows, self.columns, strict=True)
        return [self.join(dense[:, rows, columns].astype(kind)) for rows, columns in places]

    def split(self, register: Lanes) -> Lanes:
        """Return the elements of a register (warps, 32), lowest first, as (warps, 32, elements)."""
        count = self.rows.shape[2]
        if count == 1:
            return register[:, :, None]
        shifts = np.arange(count, dtype=np.uint32) * np.uint32(self.bits)
        return np.asarray((register[:, :, None] >> shifts) & np.uint32((1 << self.bits) - 1))

    def join(self, elements: Lanes) -> Lanes:
        """Return elements (warps, 32, elements) in one register."""
        register: Lanes = elements[:, :, 0]
        for position in range(1, elements.shape[2]):
            register = register | (elements[:, :, position] << np.uint32(self.bits * position))
        return register


def fragment(matrix: str, shape: tuple[int, int, int], kind: str) -> Fragment:
    """Return the fragment of matrix `a`, `b`, `c` or `d` of element type `kind`; `shape` is (M, N, K)."""
    m, n, k = shape
    if matrix == "b":
        columns, rows = _blocks(n, k, kind, tall=False)
        return Fragment((k, n), ELEMENTS[kind].bits, rows, columns)
    if matrix == "a":
        rows, columns = _blocks(m, k, kind, tall=True)
        return Fragment((m, k), ELEMENTS[kind].bits, rows, columns)
    rows, columns = _accumulators(m, n, kind)
    return Fragment((m, n), ELEMENTS[kind].bits, rows, columns)


def _blocks(across: int, along: int, kind: str, *, tall: bool) -> tuple[Indices, Indices]:
    """Return positions across and along k; two blocks lie below each other before the next in k if `tall`."""
    count = ELEMENTS[kind].per_register
    if along % (4 * count):
        raise Unsupported("this shape of matrix")
    pair = 2 if tall and across > 8 else 1
    starts = [
        (8 * (first + below), start)
        for first in range(0, across // 8, pair)
        for start in range(0, along, 4 * count)
        for below in range(pair)
    ]
    return _positions(starts, count)


def _accumulators(m: int, n: int, kind: str) -> tuple[Indices, Indices]:
    """Return rows and columns of C and D: tiles of 16 (or 8) rows and 8 columns, row of tiles by row."""
    starts = [
        (8 * (first + below), column)
        for first in range(0, m // 8, min(2, m // 8))
        for column in range(0, n, 8)
        for below in range(min(2, m // 8))
    ]
    rows, columns = _positions(starts, 2)
    if ELEMENTS[kind].per_register == 2:
        return rows, columns
    return tuple(each.transpose(0, 2, 1).reshape(-1, 32, 1) for each in (rows, columns))  # type: ignore[return-value]


def _positions(starts: Sequence[tuple[int, int]], count: int) -> tuple[Indices, Indices]:
    """Return where each element of each register lies: (registers, 32, count) across and along."""
    inner = np.arange(count)
    across = [np.broadcast_to((start + _GROUP)[:, None], (32, count)) for start, _ in starts]
    along = [start + _PLACE[:, None] * count + inner for _, start in starts]
    return np.stack(across), np.stack(along)


def shape_of(instruction: Instruction) -> tuple[int, int, int]:
    """Return (M, N, K) of an instruction that names a shape such as `m16n8k16`."""
    words = (*instruction.modifiers, *instruction.types)
    found = next((match for word in words if (match := _SHAPE.fullmatch(word))), None)
    if found is None:
        raise Unsupported("this shape of matrix")
    m, n, k = (int(extent) for extent in found.groups())
    if m not in _ROWS or n not in _ROWS or not 0 < k <= _LARGEST_K:
        raise Unsupported("this shape of matrix")
    return m, n, k


def registers_of(operand: Operand) -> tuple[Operand, ...]:
    """Return the registers of a fragment: those of a vector, or one register alone."""
    if isinstance(operand, Vector):
        return operand.elements
    return (operand,) if isinstance(operand, Register) else ()
