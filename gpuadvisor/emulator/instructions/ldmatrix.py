"""ldmatrix, stmatrix and movmatrix (PTX ISA 9.7.14.5.15 to 9.7.14.5.17): 8x8 matrices of 16-bit elements.

Matrix m of a request has the addresses of its rows in lanes 8m to 8m+7, and hardware moves one matrix at a
time: each counts as a request of eight lanes and 16 bytes.
"""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import WARP_SIZE, Batch
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.instructions.fragments import registers_of
from gpuadvisor.emulator.instructions.shared import bind_shared_address
from gpuadvisor.emulator.instructions.spaces import SHARED, Operation, record
from gpuadvisor.emulator.program import Instruction, Operand
from gpuadvisor.emulator.registers import Fetch, Unsupported
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.emulator.widths import Lanes

ROW_BYTES = 16
ROWS = 8
_COUNTS = frozenset({"x1", "x2", "x4"})
_WORDS = np.arange(0, ROW_BYTES, 4)


def transpose(registers: Lanes) -> Lanes:
    """Return the transposes of 8x8 matrices whose lane 4r + w holds elements 2w and 2w + 1 of row r."""
    matrices = np.ascontiguousarray(registers).view(np.uint16).reshape(-1, ROWS, ROWS)
    turned = np.ascontiguousarray(matrices.transpose(0, 2, 1))
    return turned.view(np.uint32).reshape(-1, WARP_SIZE)


def check_form(instruction: Instruction) -> None:
    """Raise Unsupported for other matrices than those of 16-bit elements."""
    if "m8n8" not in instruction.modifiers or instruction.types != ("b16",):
        raise Unsupported("matrices other than 8x8 of b16")


def check_count(instruction: Instruction, registers: Operand) -> None:
    """Raise Unsupported unless there is a register for each matrix."""
    if f"x{len(registers_of(registers))}" not in _COUNTS.intersection(instruction.modifiers):
        raise Unsupported("other registers than its matrices need")


class _Rows:
    """Where the rows of an instruction's matrices lie."""

    def __init__(self, instruction: Instruction, operand: object, binding: Binding) -> None:
        check_form(instruction)
        self.addresses = bind_shared_address(operand, instruction.modifiers, binding)
        self._pc = instruction.index
        self._what = f"{instruction.opcode} of a row of {ROW_BYTES} bytes"

    def locate(
        self, batch: Batch, active: Active, addresses: Lanes, matrix: int, operation: Operation
    ) -> tuple[ByteStore, NDArray[np.int64]]:
        """Report the request for one matrix; return the positions of its words, (warps that run, 8, 4)."""
        mask = np.zeros(batch.shape, np.bool_)
        mask[active.rows, matrix * ROWS : (matrix + 1) * ROWS] = True
        rows = Active(mask)
        record(batch, self._pc, SHARED, operation, addresses, rows, ROW_BYTES)
        store, positions = SHARED.locate(batch, rows.pick(addresses), rows.lanes, ROW_BYTES, self._what)
        return store, positions.reshape(-1, ROWS, 1) + _WORDS


def bind_load_matrix(instruction: Instruction, binding: Binding) -> Step:
    """Bind ldmatrix: lane 4r + w gets word w of row r of each matrix."""
    target, address = instruction.operands
    check_count(instruction, target)
    rows = _Rows(instruction, address, binding)
    writes = [binding.registers.write(register, "b32") for register in registers_of(target)]
    transposed = "trans" in instruction.modifiers

    def step(batch: Batch, active: Active) -> None:
        addresses = rows.addresses(batch)
        loaded: list[Lanes] = []
        for matrix in range(len(writes)):
            store, positions = rows.locate(batch, active, addresses, matrix, "load")
            words = store.load(positions, 4).reshape(-1, WARP_SIZE)
            loaded.append(transpose(words) if transposed else words)
        for write, words in zip(writes, loaded, strict=True):
            result: Lanes = np.zeros(batch.shape, np.uint32)
            result[active.rows] = words
            write(batch, active, result)

    return step


def bind_store_matrix(instruction: Instruction, binding: Binding) -> Step:
    """Bind stmatrix, the way back."""
    address, source = instruction.operands
    check_count(instruction, source)
    rows = _Rows(instruction, address, binding)
    fetches = [binding.registers.fetch(register, "b32") for register in registers_of(source)]
    transposed = "trans" in instruction.modifiers

    def step(batch: Batch, active: Active) -> None:
        addresses = rows.addresses(batch)
        for matrix, fetch in enumerate(fetches):
            words = np.broadcast_to(fetch(batch), batch.shape)[active.rows]
            store, positions = rows.locate(batch, active, addresses, matrix, "store")
            content = transpose(words) if transposed else words
            store.store(positions, 4, content.reshape(positions.shape))
        batch.scheduler.memory_written()

    return step


def bind_move_matrix(instruction: Instruction, binding: Binding) -> Step:
    """Bind movmatrix: a matrix in registers, transposed."""
    check_form(instruction)
    fetch: Fetch = binding.registers.fetch(instruction.operands[1], "b32")
    write = binding.registers.write(instruction.operands[0], "b32")
    return lambda batch, active: write(batch, active, transpose(np.broadcast_to(fetch(batch), batch.shape)))


BUILDERS: StepBuilders = {
    "ldmatrix": bind_load_matrix,
    "stmatrix": bind_store_matrix,
    "movmatrix": bind_move_matrix,
}
