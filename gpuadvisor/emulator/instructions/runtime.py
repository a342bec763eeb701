"""What the device runtime provides by name: printf, assert, malloc and free (CUDA C++ Programming Guide)."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.callgraph import RUNTIME_ROUTINES
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.heap import HEAP_NAME
from gpuadvisor.emulator.instructions.binding import Binding, Control
from gpuadvisor.emulator.instructions.text import Thread
from gpuadvisor.emulator.layout import FRAME_BASE, Layout
from gpuadvisor.emulator.linker import named_symbol
from gpuadvisor.emulator.printing import format_text
from gpuadvisor.emulator.program import Instruction, Names
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.model.errors import GpuAdvisorError

Arguments = Sequence[int]
"""The arguments of one thread as unsigned integers."""
Routine = Callable[[Batch, int, Arguments], int]
"""What one thread (its position in the batch) computes from its arguments."""


def _print(batch: Batch, lane: int, arguments: Arguments) -> int:
    """Format the text; the result is how many values it shows."""
    thread = Thread(batch, lane)
    text, count = format_text(thread.string(arguments[0]), arguments[1], thread)
    batch.printed.append((lane, text))
    return count


def _fail(batch: Batch, lane: int, arguments: Arguments) -> int:
    thread = Thread(batch, lane)
    message, file, line, function = arguments[:4]
    where = f"{thread.string(file)}:{line}"
    raise ThreadFault(
        f"assertion failed: {thread.string(message)} ({where}, in {thread.string(function)})", lane
    )


def _allocate(batch: Batch, lane: int, arguments: Arguments) -> int:
    if batch.checks is not None:
        return batch.checks.allocate(lane, arguments[0])
    return batch.heap.allocate(arguments[0])


def _free(batch: Batch, lane: int, arguments: Arguments) -> int:
    address = arguments[0]
    if batch.checks is not None:
        batch.checks.free(lane, address)
        return 0
    if address and batch.memory.name_of(address) != HEAP_NAME:
        raise ThreadFault(f"free of {address:#x}, which malloc did not give", lane)
    if address:
        try:
            batch.heap.free(address)
        except GpuAdvisorError as error:
            raise ThreadFault(f"free: {error.what}", lane) from None
    return 0


RUNTIME: dict[str, Routine] = {"vprintf": _print, "__assertfail": _fail, "malloc": _allocate, "free": _free}


def runtime_call(instruction: Instruction, layout: Layout) -> Callable[[Batch, NDArray[Any]], None]:
    """Return how to call a routine for threads, by their positions in the batch: one after another."""
    routine = RUNTIME[named_symbol(instruction) or ""]
    lists = [operand.names for operand in instruction.operands if isinstance(operand, Names)]
    results = lists.pop(0) if isinstance(instruction.operands[0], Names) else ()
    places = [_place(name, layout) for name in (lists[0] if lists else ())]
    result = _place(results[0], layout) if results else None
    if len(places) < RUNTIME_ROUTINES[named_symbol(instruction) or ""]:
        raise Unsupported("too few arguments")

    def call(batch: Batch, lanes: NDArray[Any]) -> None:
        rows = batch.frame_rows()
        for lane in lanes:
            arguments = [int.from_bytes(rows[lane, place].tobytes(), "little") for place in places]
            value = routine(batch, int(lane), arguments)
            if result is not None:
                size = result.stop - result.start
                rows[lane, result] = np.frombuffer(value.to_bytes(8, "little")[:size], np.uint8)

    return call


def bind_runtime_call(instruction: Instruction, binding: Binding) -> Control:
    """Bind a call of a routine."""
    call = runtime_call(instruction, binding.registers.layout)
    following = instruction.index + 1

    def control(batch: Batch, _every: Active, on: Active) -> None:
        call(batch, on.lanes)
        batch.scheduler.go(following)

    return control


def _place(name: str, layout: Layout) -> slice:
    place = layout.places.get(name)
    if place is None or place.space != "param" or place.size_bytes > 8:
        raise Unsupported(f"the argument {name}")
    start = place.address - FRAME_BASE
    return slice(start, start + place.size_bytes)
