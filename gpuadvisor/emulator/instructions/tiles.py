"""wmma.load and wmma.store (PTX ISA 9.7.14.4.3, 9.7.14.4.4): a warp moves one matrix, a fragment per lane.

Counted as the machine code that compilers for sm_80 make of them: one request for each run of elements
that lie side by side in memory and in a lane's fragment, of at most 8 bytes.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.binding import Binding, Step, bind_address
from gpuadvisor.emulator.instructions.fragments import Fragment, Indices, fragment, registers_of, shape_of
from gpuadvisor.emulator.instructions.spaces import Operation, Space, named_space, record, split
from gpuadvisor.emulator.program import Immediate, Instruction, Operand
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.semantics.elements import ELEMENTS
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.emulator.widths import Lanes

_LONGEST_RUN_BYTES = 8
Run = list[tuple[int, int]]
"""Neighbours in memory: the register and the place in it of each element, ascending."""
Move = Callable[[Active, ByteStore, "Lanes", int, int], None]
"""Moves one element of a run: (threads, memory, positions, register, place in it)."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A fragment in memory: row by row, or column by column, with a stride in elements."""

    fragment: Fragment
    by_row: bool
    element_bytes: int

    def runs(self) -> list[Run]:
        """Return the elements of each register in the runs that one request moves."""
        runs: list[Run] = []
        for place in np.ndindex(self.fragment.registers, self.fragment.rows.shape[2]):
            element = place[0], place[1]
            joined = bool(runs) and len(runs[-1]) < _LONGEST_RUN_BYTES // self.element_bytes
            if joined and self._follows(runs[-1][-1], element):
                runs[-1].append(element)
            else:
                runs.append([element])
        return runs

    def _follows(self, before: tuple[int, int], place: tuple[int, int]) -> bool:
        (line, within), (next_line, next_within) = self.place(before), self.place(place)
        return np.array_equal(line, next_line) and np.array_equal(within + 1, next_within)

    def place(self, place: tuple[int, int]) -> tuple[Indices, Indices]:
        """Return the row (or column) in memory that an element of every lane lies in, and where in it."""
        register, position = place
        rows, columns = (each[register, :, position] for each in (self.fragment.rows, self.fragment.columns))
        return (rows, columns) if self.by_row else (columns, rows)

    def offset(self, place: tuple[int, int], stride: Lanes) -> Lanes:
        """Return how many bytes behind the matrix's start an element of every lane lies."""
        line, within = (each.astype(np.uint64) for each in self.place(place))
        return np.asarray((line * stride + within) * np.uint64(self.element_bytes))

    @property
    def stride(self) -> Immediate:
        """The elements from one row (or column) to the next where an instruction names no stride."""
        return Immediate(self.fragment.shape[1 if self.by_row else 0], 64, is_float=False)


def tile_of(instruction: Instruction) -> Tile:
    """Return what a wmma.load or wmma.store moves."""
    matrix, kind = instruction.modifiers[1], instruction.types[-1]
    bits = ELEMENTS[kind].bits
    if bits < 8:
        raise Unsupported("matrices of elements smaller than a byte in memory")
    by_row = "row" in instruction.modifiers
    return Tile(fragment(matrix, shape_of(instruction), kind), by_row, bits // 8)


class _Transfer:
    """What loads and stores of fragments share: the tile, where it lies, and the walk over its runs."""

    def __init__(self, instruction: Instruction, binding: Binding, operands: tuple[Operand, ...]) -> None:
        self.tile = tile_of(instruction)
        self.pc = instruction.index
        self._space = named_space(instruction.modifiers)
        self._address = bind_address(operands[0], binding.registers)
        stride = operands[1] if len(operands) > 1 else self.tile.stride
        self._stride = binding.registers.fetch(stride, "u32")
        self._runs = self.tile.runs()

    def walk(self, batch: Batch, active: Active, operation: Operation, move: Move) -> None:
        """Report the requests and move every element."""
        base, stride = self._address(batch), self._stride(batch).astype(np.uint64)
        for run in self._runs:
            size = self.tile.element_bytes * len(run)
            addresses = base + self.tile.offset(run[0], stride)
            for where, part, offsets in split(self._space, active, addresses):
                record(batch, self.pc, where, operation, offsets, part, size)
                for store, positions, place in self._places(batch, where, part, offsets, run, operation):
                    move(part, store, positions, *place)

    def _places(
        self, batch: Batch, where: Space, part: Active, offsets: Lanes, run: Run, operation: Operation
    ) -> Iterator[tuple[ByteStore, Lanes, tuple[int, int]]]:
        width = self.tile.element_bytes
        what = f"{operation} of {width * len(run)} bytes of a matrix"
        store, positions = where.locate(batch, part.pick(offsets), part.lanes, width * len(run), what)
        for index, place in enumerate(run):
            yield store, positions + index * width, place


def bind_tile_load(instruction: Instruction, binding: Binding) -> Step:
    """Bind wmma.load; where a fragment has more registers than elements, they repeat."""
    target, *rest = instruction.operands
    transfer = _Transfer(instruction, binding, tuple(rest))
    shape, needed = transfer.tile.fragment, transfer.tile.fragment.registers
    registers = registers_of(target)
    if len(registers) % needed:
        raise Unsupported(f"{len(registers)} registers for a fragment of {needed}")
    writes = [binding.registers.write(register, shape.register_type) for register in registers]
    kind, width = np.uint64 if shape.bits == 64 else np.uint32, transfer.tile.element_bytes

    def step(batch: Batch, active: Active) -> None:
        values = np.zeros((needed, *batch.shape, shape.rows.shape[2]), kind)

        def move(part: Active, store: ByteStore, positions: Lanes, register: int, place: int) -> None:
            element = values[register, :, :, place]
            element[part.mask] = store.load(positions, width)

        transfer.walk(batch, active, "load", move)
        joined = [shape.join(each) for each in values]
        for position, write in enumerate(writes):
            write(batch, active, joined[position % needed])

    return step


def bind_tile_store(instruction: Instruction, binding: Binding) -> Step:
    """Bind wmma.store."""
    address, source, *rest = instruction.operands
    transfer = _Transfer(instruction, binding, (address, *rest))
    shape, width = transfer.tile.fragment, transfer.tile.element_bytes
    registers = registers_of(source)
    if len(registers) != shape.registers:
        raise Unsupported(f"{len(registers)} registers for a fragment of {shape.registers}")
    fetches = [binding.registers.fetch(register, shape.register_type) for register in registers]

    def step(batch: Batch, active: Active) -> None:
        values = [shape.split(np.broadcast_to(fetch(batch), batch.shape)) for fetch in fetches]

        def move(part: Active, store: ByteStore, positions: Lanes, register: int, place: int) -> None:
            store.store(positions, width, values[register][:, :, place][part.mask])

        transfer.walk(batch, active, "store", move)
        batch.scheduler.memory_written()

    return step
