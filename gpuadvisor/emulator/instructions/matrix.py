"""mma, mma.sp and wmma.mma (PTX ISA 9.7.14.3.3, 9.7.14.5.14, 9.7.14.6.3): a warp multiplies two matrices."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.instructions.fragments import Fragment, fragment, registers_of, shape_of
from gpuadvisor.emulator.instructions.sparsity import Sparsity, sparsity
from gpuadvisor.emulator.instructions.tiles import bind_tile_load, bind_tile_store
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Fetch, Unsupported
from gpuadvisor.emulator.semantics.elements import ELEMENTS, encode
from gpuadvisor.emulator.semantics.matrix import (
    Sum,
    Terms,
    bit_sum,
    exact_sum,
    fused_chain,
    sparse_terms,
    terms,
)
from gpuadvisor.emulator.widths import Lanes

_ACCUMULATORS = frozenset({"f16", "f32", "f64", "s32"})
_REFUSED = ("kind", "block_scale")
"""Block-scaled forms and those of smaller floats."""


@dataclass(frozen=True, slots=True)
class Multiplication:
    """The shape (M, N, K) of D = A x B + C and the element types."""

    shape: tuple[int, int, int]
    types: dict[str, str]
    """By matrix: d, a, b, c."""
    sparsity: Sparsity | None = None
    """Which half of A is given, if it is sparse."""

    def fragment(self, matrix: str) -> Fragment:
        """Return the fragment of one of the matrices; a sparse A is packed."""
        m, n, k = self.shape
        packed = matrix == "a" and self.sparsity is not None
        return fragment(matrix, (m, n, k // 2 if packed else k), self.types[matrix])


def multiplication(instruction: Instruction) -> Multiplication:
    """Return what a matrix instruction multiplies; a wmma on f16 names C and D alone."""
    words = (*instruction.modifiers, *instruction.types)
    if any(word.partition("::")[0] in _REFUSED for word in words):
        raise Unsupported("block-scaled matrices")
    kinds = [word for word in words if word in ELEMENTS]
    if len(kinds) == 2:
        kinds[1:1] = ["f16", "f16"]
    if len(kinds) != 4 or kinds[0] not in _ACCUMULATORS or kinds[3] not in _ACCUMULATORS:
        raise Unsupported("this form of matrix multiplication")
    shape, types = shape_of(instruction), dict(zip("dabc", kinds, strict=True))
    if instruction.opcode == "mma" and shape == (8, 8, 4) and types["a"] == "f16":
        raise Unsupported("the four small products of sm_70")
    if not any(word.partition("::")[0] == "sp" for word in words):
        return Multiplication(shape, types)
    if shape[:2] != (16, 8):
        raise Unsupported("this shape of matrix")
    return Multiplication(shape, types, sparsity(instruction, types["a"], shape[2]))


def bind_multiplication(instruction: Instruction, binding: Binding) -> Step:
    """Bind mma, mma.sp and wmma.mma."""
    problem = multiplication(instruction)
    target, *sources = instruction.operands
    factors = _bind_factors(problem, sources, binding)
    source_c = _Source(problem, "c", sources[2], binding)
    fragment_d = problem.fragment("d")
    writes = [
        binding.registers.write(register, fragment_d.register_type) for register in registers_of(target)
    ]
    if len(writes) != fragment_d.registers:
        raise Unsupported(f"{len(writes)} registers for a fragment of {fragment_d.registers}")
    total, kind = _sum(instruction, problem), problem.types["d"]
    clamp = "satfinite" in instruction.modifiers

    def step(batch: Batch, active: Active) -> None:
        dense = encode(total(factors(batch), source_c.values(batch)), kind, saturate=clamp)
        for write, register in zip(writes, fragment_d.pack(dense), strict=True):
            write(batch, active, register)

    return step


class _Source:
    """One of A, B and C: read from registers, of which wmma on f16 has several with the same elements."""

    def __init__(self, problem: Multiplication, name: str, operand: Operand, binding: Binding) -> None:
        self._fragment = problem.fragment(name)
        self._decode = ELEMENTS[problem.types[name]].decode
        registers = registers_of(operand)
        count, needed = len(registers), self._fragment.registers
        if count < needed or count % needed:
            raise Unsupported(f"{count} registers for a fragment of {needed}")
        kind = self._fragment.register_type
        self._fetches: list[Fetch] = [
            binding.registers.fetch(register, kind) for register in registers[:needed]
        ]

    def values(self, batch: Batch) -> Lanes:
        """Return the matrix of every warp as numbers."""
        registers = [np.broadcast_to(fetch(batch), batch.shape) for fetch in self._fetches]
        return self._decode(self._fragment.unpack(registers))


def _bind_factors(
    problem: Multiplication, sources: Sequence[Operand], binding: Binding
) -> Callable[[Batch], Terms]:
    """Return how to get the factors of A x B, from operands a, b, c and, for a sparse A, its metadata."""
    sparsity = problem.sparsity
    if len(sources) != (3 if sparsity is None else 5):
        raise Unsupported(f"{len(sources)} operands of a product")
    a, b = (_Source(problem, name, operand, binding) for name, operand in zip("ab", sources[:2], strict=True))
    if sparsity is None:
        return lambda batch: terms(a.values(batch), b.values(batch))
    metadata = binding.registers.fetch(sources[3], "b32")

    def factors(batch: Batch) -> Terms:
        columns = sparsity.columns(np.broadcast_to(metadata(batch), batch.shape))
        return sparse_terms(a.values(batch), b.values(batch), columns)

    return factors


def _sum(instruction: Instruction, problem: Multiplication) -> Sum:
    if problem.types["a"] == "b1":
        return bit_sum(np.bitwise_and if "and" in instruction.modifiers else np.bitwise_xor)
    return fused_chain if problem.types["a"] == "f64" else exact_sum


def bind_warp_matrix(instruction: Instruction, binding: Binding) -> Step:
    """Bind wmma: its loads, stores and products."""
    kind = instruction.modifiers[0]
    if kind == "mma":
        return bind_multiplication(instruction, binding)
    return (bind_tile_load if kind == "load" else bind_tile_store)(instruction, binding)


BUILDERS: StepBuilders = {"mma": bind_multiplication, "wmma": bind_warp_matrix}
