"""mma.sync and wmma.mma (PTX ISA 9.7.14.3.3, 9.7.14.5.14): a warp multiplies two matrices."""

from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.instructions.fragments import Fragment, fragment, registers_of, shape_of
from gpuadvisor.emulator.instructions.tiles import bind_tile_load, bind_tile_store
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Fetch, Unsupported
from gpuadvisor.emulator.semantics.elements import ELEMENTS, encode
from gpuadvisor.emulator.semantics.matrix import Product, bit_sum, exact_sum, fused_chain, integer_sum
from gpuadvisor.emulator.widths import Lanes

_ACCUMULATORS = frozenset({"f16", "f32", "f64", "s32"})
_REFUSED = ("sp", "kind", "block_scale")
"""Sparse and block-scaled forms."""


@dataclass(frozen=True, slots=True)
class Multiplication:
    """The shape (M, N, K) of D = A x B + C and the element types."""

    shape: tuple[int, int, int]
    types: dict[str, str]
    """By matrix: d, a, b, c."""

    def fragment(self, matrix: str) -> Fragment:
        """Return the fragment of one of the matrices."""
        return fragment(matrix, self.shape, self.types[matrix])


def multiplication(instruction: Instruction) -> Multiplication:
    """Return what a matrix instruction multiplies; a wmma on f16 names C and D alone."""
    words = (*instruction.modifiers, *instruction.types)
    if any(word.partition("::")[0] in _REFUSED for word in words):
        raise Unsupported("sparse and block-scaled matrices")
    kinds = [word for word in words if word in ELEMENTS]
    if len(kinds) == 2:
        kinds[1:1] = ["f16", "f16"]
    if len(kinds) != 4 or kinds[0] not in _ACCUMULATORS or kinds[3] not in _ACCUMULATORS:
        raise Unsupported("this form of matrix multiplication")
    problem = Multiplication(shape_of(instruction), dict(zip("dabc", kinds, strict=True)))
    if instruction.opcode == "mma" and problem.shape == (8, 8, 4) and problem.types["a"] == "f16":
        raise Unsupported("the four small products of sm_70")
    return problem


def bind_multiplication(instruction: Instruction, binding: Binding) -> Step:
    """Bind mma and wmma.mma."""
    problem = multiplication(instruction)
    target, *sources = instruction.operands
    operands = [
        _Source(problem, name, operand, binding) for name, operand in zip("abc", sources, strict=True)
    ]
    fragment_d = problem.fragment("d")
    writes = [
        binding.registers.write(register, fragment_d.register_type) for register in registers_of(target)
    ]
    if len(writes) != fragment_d.registers:
        raise Unsupported(f"{len(writes)} registers for a fragment of {fragment_d.registers}")
    product, kind = _product(instruction, problem), problem.types["d"]
    clamp = "satfinite" in instruction.modifiers

    def step(batch: Batch, active: Active) -> None:
        a, b, c = (operand.values(batch) for operand in operands)
        dense = encode(product(a, b, c), kind, saturate=clamp)
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


def _product(instruction: Instruction, problem: Multiplication) -> Product:
    if problem.types["a"] == "b1":
        return bit_sum(np.bitwise_and if "and" in instruction.modifiers else np.bitwise_xor)
    if problem.types["a"] == "f64":
        return fused_chain
    return exact_sum if ELEMENTS[problem.types["a"]].is_float else integer_sum


def bind_warp_matrix(instruction: Instruction, binding: Binding) -> Step:
    """Bind wmma: its loads, stores and products."""
    kind = instruction.modifiers[0]
    if kind == "mma":
        return bind_multiplication(instruction, binding)
    return (bind_tile_load if kind == "load" else bind_tile_store)(instruction, binding)


BUILDERS: StepBuilders = {"mma": bind_multiplication, "wmma": bind_warp_matrix}
