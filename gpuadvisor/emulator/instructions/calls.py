"""call and ret (PTX ISA 9.7.12.5, 9.7.12.6): by name, through pointers, recursive."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active, Mask
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.faults import ThreadFault, no_function
from gpuadvisor.emulator.instructions.activation import Activation, activation_of
from gpuadvisor.emulator.instructions.binding import Binding, Control, ControlBuilders
from gpuadvisor.emulator.instructions.control import bind_exit
from gpuadvisor.emulator.instructions.runtime import RUNTIME, bind_runtime_call
from gpuadvisor.emulator.layout import FRAME_BASE
from gpuadvisor.emulator.linker import named_symbol
from gpuadvisor.emulator.program import Instruction, Names, Register
from gpuadvisor.emulator.registers import Unsupported

Copies = list[tuple[slice, slice]]
"""From where to where, in the bytes of a thread's parameter frame."""


@dataclass(frozen=True, slots=True)
class _Callee:
    """A function that a call may enter, and how its parameters get there."""

    name: str
    entry: int
    copies: Copies
    """Empty where the linker made parameters common to caller and callee."""
    activation: Activation | None

    def enter(self, batch: Batch, mask: Mask, following: int) -> None:
        """Pass parameters and note where the threads in `mask` return to."""
        returns = batch.returns.setdefault(self.name, np.zeros(batch.shape, np.int32))
        lanes, rows = np.flatnonzero(mask), batch.frame_rows()
        contents = [rows[lanes, source] for source, _ in self.copies]
        if self.activation is not None:
            self.activation.enter(batch, mask)
            returns = batch.returns[self.name]
        for (_, target), content in zip(self.copies, contents, strict=True):
            rows[lanes, target] = content
        returns[mask] = following


def bind_call(instruction: Instruction, binding: Binding) -> Control:
    """Bind call."""
    name = named_symbol(instruction)
    if name is None:
        return _bind_indirect(instruction, binding)
    if name not in binding.linked.entries:
        if name in RUNTIME:
            return bind_runtime_call(instruction, binding)
        raise Unsupported(f"a call of {name}")
    callee = _callee(name, instruction, binding, shares=name not in binding.linked.frames)
    following = instruction.index + 1

    def control(batch: Batch, every: Active, on: Active) -> None:
        if on.count:
            callee.enter(batch, on.mask, following)
        batch.scheduler.split([(on.mask, callee.entry), (every.mask & ~on.mask, following)])

    return control


def _bind_indirect(instruction: Instruction, binding: Binding) -> Control:
    """Bind a call through a pointer: each thread enters the function that it points to."""
    pointer = next(operand for operand in instruction.operands if isinstance(operand, Register))
    fetch = binding.registers.fetch(pointer, "u64")
    callees = {
        binding.registers.address(name): _callee(name, instruction, binding, shares=False)
        for name in binding.linked.formals
        if _matches(name, instruction, binding)
    }
    following = instruction.index + 1

    def control(batch: Batch, every: Active, on: Active) -> None:
        addresses = np.broadcast_to(fetch(batch), batch.shape)
        parts: list[tuple[Mask, int]] = [(every.mask & ~on.mask, following)]
        for address in np.unique(addresses[on.mask]):
            mask = on.mask & (addresses == address)
            callee = callees.get(int(address))
            if callee is None:
                lane = int(np.flatnonzero(mask)[0])
                raise ThreadFault(no_function(int(address)), lane)
            callee.enter(batch, mask, following)
            parts.append((mask, callee.entry))
        batch.scheduler.split(parts)

    return control


def _callee(name: str, instruction: Instruction, binding: Binding, *, shares: bool) -> _Callee:
    linked = binding.linked
    _, arguments = _lists(instruction)
    copies = [] if shares else _copies(arguments, linked.formals[name].parameters, binding)
    activation = activation_of(name, binding) if name in linked.frames else None
    return _Callee(name, linked.entries[name], copies, activation)


def _lists(instruction: Instruction) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the call's results and arguments."""
    lists = [operand.names for operand in instruction.operands if isinstance(operand, Names)]
    results = lists.pop(0) if isinstance(instruction.operands[0], Names) else ()
    return results, lists[0] if lists else ()


def _range(name: str, binding: Binding) -> slice:
    place = binding.registers.layout.places[name]
    start = place.address - FRAME_BASE
    return slice(start, start + place.size_bytes)


def _copies(sources: Iterable[str], targets: Iterable[str], binding: Binding) -> Copies:
    """Pair parameters in order; ValueError if they differ in number or size, which refuses the call."""
    copies = [
        (_range(source, binding), _range(target, binding))
        for source, target in zip(sources, targets, strict=True)
    ]
    if any(a.stop - a.start != b.stop - b.start for a, b in copies):
        raise ValueError("parameters differ in size")
    return copies


def _matches(name: str, instruction: Instruction, binding: Binding) -> bool:
    """Return whether a call's results and arguments are in number and size those of the function `name`."""
    formals, (results, arguments) = binding.linked.formals[name], _lists(instruction)
    places = binding.registers.layout.places

    def sizes(names: tuple[str, ...]) -> list[int]:
        return [places[each].size_bytes for each in names]

    return sizes(results) == sizes(formals.results) and sizes(arguments) == sizes(formals.parameters)


def bind_return(instruction: Instruction, binding: Binding) -> Control:
    """Bind ret: back to the caller; from a kernel, the end of the thread."""
    name = binding.linked.owners[instruction.index]
    if name == binding.linked.function.name:
        return bind_exit(instruction, binding)
    following = instruction.index + 1
    copies = _result_copies(name, binding)
    activation = activation_of(name, binding) if name in binding.linked.frames else None

    def control(batch: Batch, every: Active, on: Active) -> None:
        returns = batch.returns[name]
        places = [int(place) for place in np.unique(returns[on.mask])]
        parts: list[tuple[Mask, int]] = [(on.mask & (returns == place), place) for place in places]
        results = [(mask, _read(batch, mask, copies.get(place, []))) for mask, place in parts]
        if activation is not None:
            activation.leave(batch, on.mask)
        for mask, contents in results:
            _write(batch, mask, contents)
        batch.scheduler.split([*parts, (every.mask & ~on.mask, following)])

    return control


def _result_copies(name: str, binding: Binding) -> dict[int, Copies]:
    """Return, by the place behind each call that copies parameters, the way of the results."""
    linked = binding.linked
    found: dict[int, Copies] = {}
    for call in linked.function.instructions:
        target = named_symbol(call)
        copying = call.opcode == "call" and (target is None or (target == name and name in linked.frames))
        if copying and _matches(name, call, binding):
            found[call.index + 1] = _copies(linked.formals[name].results, _lists(call)[0], binding)
    return found


def _read(batch: Batch, mask: Mask, copies: Copies) -> list[tuple[slice, NDArray[np.uint8]]]:
    lanes, rows = np.flatnonzero(mask), batch.frame_rows()
    return [(target, rows[lanes, source]) for source, target in copies]


def _write(batch: Batch, mask: Mask, contents: list[tuple[slice, NDArray[np.uint8]]]) -> None:
    lanes, rows = np.flatnonzero(mask), batch.frame_rows()
    for target, content in contents:
        rows[lanes, target] = content


BUILDERS: ControlBuilders = {"call": bind_call, "ret": bind_return}
