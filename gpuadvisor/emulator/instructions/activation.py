"""Saving and restoring what belongs to an activation of a function that calls itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.activations import Activations
from gpuadvisor.emulator.active import Mask
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.faults import ThreadFault, stack_overflow
from gpuadvisor.emulator.instructions.binding import Binding
from gpuadvisor.emulator.layout import FRAME_BASE
from gpuadvisor.emulator.linker import FRAME, STACK, STACK_BYTES, STACK_POINTER
from gpuadvisor.emulator.widths import Lanes


@dataclass(frozen=True, slots=True)
class Stack:
    """The part of local memory that frames of activations and alloca share; it grows upwards."""

    slot: int
    """The register that holds how many bytes are in use."""
    address: int

    def take(self, batch: Batch, mask: Mask, size_bytes: Lanes, alignment_bytes: int = 16) -> Lanes:
        """Return the local addresses of fresh bytes for the threads in `mask`; the other lanes are void."""
        step = np.uint64(alignment_bytes - 1)
        start = (batch.registers[self.slot] + step) & ~step
        end = start + size_bytes
        over = mask & (np.maximum(start, end) > np.uint64(STACK_BYTES))
        if over.any():
            raise ThreadFault(stack_overflow(STACK_BYTES), int(np.flatnonzero(over)[0]))
        batch.registers[self.slot] = np.where(mask, end, batch.registers[self.slot])
        return start + np.uint64(self.address)


def stack_of(binding: Binding) -> Stack:
    """Return the kernel's stack."""
    registers = binding.registers
    return Stack(registers.slots[STACK_POINTER], registers.address(STACK))


@dataclass(frozen=True, slots=True)
class Activation:
    """What each activation of function `name` has of its own."""

    name: str
    slots: tuple[int, ...]
    parameters: slice
    """In the bytes of the thread's parameter frame."""
    frame_slot: int
    """The register with the address of its local variables."""
    frame_bytes: int
    stack: Stack

    def enter(self, batch: Batch, mask: Mask) -> None:
        """Save the state of the threads in `mask` and give them a frame."""
        self._push(batch, mask)
        address = self.stack.take(batch, mask, np.full((1, 1), self.frame_bytes, np.uint64))
        batch.registers[self.frame_slot] = np.where(mask, address, batch.registers[self.frame_slot])

    def _push(self, batch: Batch, mask: Mask) -> None:
        kept = batch.activations.setdefault(self.name, Activations(np.zeros(batch.shape, np.int32)))
        current = self._state(batch)
        for depth in np.unique(kept.depth[mask]):
            part = mask & (kept.depth == depth)
            if depth == len(kept.levels):
                kept.levels.append(current)
            else:
                pairs = zip(current, kept.levels[depth], strict=True)
                kept.levels[depth] = [_merge(part, new, old) for new, old in pairs]
        kept.depth[mask] += 1

    def leave(self, batch: Batch, mask: Mask) -> None:
        """Bring back the state that the threads in `mask` had before they entered."""
        kept = batch.activations[self.name]
        kept.depth[mask] -= 1
        for depth in np.unique(kept.depth[mask]):
            part = mask & (kept.depth == depth)
            *registers, parameters, returns = kept.levels[depth]
            for slot, register in zip(self.slots, registers, strict=True):
                batch.registers[slot] = np.where(part, register, batch.registers[slot])
            rows = part.reshape(-1)
            self._bytes(batch)[rows] = parameters[rows]
            batch.returns[self.name] = np.where(part, returns, batch.returns[self.name])

    def _state(self, batch: Batch) -> list[Lanes]:
        registers = [batch.registers[slot] for slot in self.slots]
        return [*registers, self._bytes(batch).copy(), batch.returns[self.name].copy()]

    def _bytes(self, batch: Batch) -> NDArray[np.uint8]:
        return batch.frame_rows()[:, self.parameters]


def activation_of(name: str, binding: Binding) -> Activation:
    """Return what activations of the function `name` have of their own."""
    registers, prefix = binding.registers, f"{name}:"
    slots = [slot for register, slot in registers.slots.items() if register.startswith(prefix)]
    places = [
        place
        for symbol, place in registers.layout.places.items()
        if symbol.startswith(prefix) and place.space == "param"
    ]
    start = min((place.address for place in places), default=FRAME_BASE) - FRAME_BASE
    end = max((place.address + place.size_bytes for place in places), default=FRAME_BASE) - FRAME_BASE
    stack = stack_of(binding)
    return Activation(
        name,
        (*slots, stack.slot),
        slice(start, end),
        registers.slots[prefix + FRAME],
        binding.linked.frames[name],
        stack,
    )


def _merge(part: Mask, new: Lanes, old: Lanes) -> Lanes:
    """Return `new` for the threads in `part`; parameters have a row of bytes for each thread."""
    mask = part if new.shape == part.shape else part.reshape(-1, 1)
    return np.where(mask, new, old)
