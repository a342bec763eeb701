"""mbarrier (PTX ISA 9.7.13.15): barriers that live in shared memory and count arrivals and transactions.

Threads that arrive together arrive one after another, in lane order. Waiting never blocks: test_wait and
try_wait say whether the phase is complete, and the program asks again.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.cluster_addresses import mapped
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.instructions import phases
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders
from gpuadvisor.emulator.instructions.contention import in_passes
from gpuadvisor.emulator.instructions.phases import Change
from gpuadvisor.emulator.instructions.shared import bind_shared_address
from gpuadvisor.emulator.instructions.spaces import SHARED
from gpuadvisor.emulator.program import Immediate, Instruction, Operand
from gpuadvisor.emulator.registers import Fetch, Unsupported
from gpuadvisor.emulator.widths import Lanes

Words = NDArray[np.uint64]
_BYTES = 8
_ONE = Immediate(1, 64, is_float=False)
_ZERO = Immediate(0, 64, is_float=False)


@dataclass(frozen=True, slots=True)
class Barrier:
    """The mbarrier that an operand addresses, of each active thread."""

    address: Fetch

    def in_block(self, rank: int) -> "Barrier":
        """Return the mbarrier at the same place in another block of the cluster."""
        return Barrier(lambda batch: mapped(batch, self.address(batch), np.full((1, 1), rank)))

    def _locate(self, batch: Batch, active: Active) -> tuple[Words, NDArray[np.int64]]:
        addresses = active.pick(self.address(batch))
        store, positions = SHARED.locate(batch, addresses, active.lanes, _BYTES, "mbarrier")
        return store.view(_BYTES), positions // _BYTES

    def read(self, batch: Batch, active: Active) -> Words:
        """Return the words, shape (n,)."""
        words, at = self._locate(batch, active)
        return words[at]

    def write(self, batch: Batch, active: Active, values: Words) -> None:
        """Set the words; `values` have shape (n,)."""
        words, at = self._locate(batch, active)
        words[at] = values
        batch.scheduler.memory_written()

    def change(self, batch: Batch, active: Active, change: Change) -> Words:
        """Apply the changes of shape (n,), one thread after another; return what each thread found."""
        words, at = self._locate(batch, active)
        order = np.arange(at.size)

        def update(current: Words, threads: NDArray[np.int64]) -> Words:
            arrivals = change.arrivals[threads]
            missing = phases.pending(current).astype(np.int64)
            wrong = arrivals > missing
            if wrong.any():
                first = int(np.where(wrong, threads, order.size).argmin())
                lane = int(active.lanes[threads[first]])
                raise ThreadFault(
                    f"{arrivals[first]} arrivals at an mbarrier whose phase waits for {missing[first]}", lane
                )
            part = Change(arrivals, change.transactions[threads], change.dropped[threads])
            return phases.changed(current, part)

        found = in_passes(words, at, order, update)
        batch.scheduler.memory_written()
        return found


def named_barrier(operand: Operand, modifiers: tuple[str, ...], binding: Binding) -> Barrier:
    """Return the mbarrier of an operand; its address is generic unless `modifiers` name a space."""
    return Barrier(bind_shared_address(operand, modifiers, binding))


def bind_mbarrier(instruction: Instruction, binding: Binding) -> Step:
    """Bind every mbarrier instruction by the word behind its opcode."""
    kind = instruction.modifiers[0]
    builders = {
        "init": _bind_initialisation,
        "inval": _bind_invalidation,
        "arrive": _bind_arrival,
        "arrive_drop": _bind_arrival,
        "expect_tx": _bind_transactions,
        "complete_tx": _bind_transactions,
        "test_wait": _bind_wait,
        "try_wait": _bind_wait,
        "pending_count": _bind_pending_count,
    }
    return builders[kind](instruction, binding)


def _bind_initialisation(instruction: Instruction, binding: Binding) -> Step:
    barrier = named_barrier(instruction.operands[0], instruction.modifiers, binding)
    count = binding.registers.fetch(instruction.operands[1], "u32")

    def step(batch: Batch, active: Active) -> None:
        arrivals = active.pick(count(batch)).astype(np.int64)
        wrong = (arrivals < 1) | (arrivals > phases.MAXIMUM_ARRIVALS)
        if wrong.any():
            first = int(wrong.argmax())
            raise ThreadFault(f"an mbarrier for {arrivals[first]} arrivals", int(active.lanes[first]))
        barrier.write(batch, active, phases.initial(arrivals))

    return step


def _bind_invalidation(instruction: Instruction, binding: Binding) -> Step:
    barrier = named_barrier(instruction.operands[0], instruction.modifiers, binding)
    return lambda batch, active: barrier.write(batch, active, np.zeros(active.count, np.uint64))


def _bind_arrival(instruction: Instruction, binding: Binding) -> Step:
    """Bind arrive: the state it returns is the barrier's word before."""
    state, address, *rest = instruction.operands
    barrier = named_barrier(address, instruction.modifiers, binding)
    expecting = "expect_tx" in instruction.modifiers
    if expecting and not rest:
        raise Unsupported("an arrival that does not say how many bytes it expects")
    amount: Operand = rest[0] if rest else _ONE
    count = binding.registers.fetch(_ONE if expecting else amount, "u32")
    transactions = binding.registers.fetch(amount if expecting else _ZERO, "u32")
    write = binding.registers.scatter(state, "b64")
    drops = instruction.modifiers[0] == "arrive_drop"

    def step(batch: Batch, active: Active) -> None:
        arrivals = _counts(count, batch, active)
        change = Change(arrivals, _counts(transactions, batch, active), arrivals * drops)
        write(batch, active, barrier.change(batch, active, change))

    return step


def _bind_transactions(instruction: Instruction, binding: Binding) -> Step:
    barrier = named_barrier(instruction.operands[0], instruction.modifiers, binding)
    amount = binding.registers.fetch(instruction.operands[1], "u32")
    sign = 1 if instruction.modifiers[0] == "expect_tx" else -1

    def step(batch: Batch, active: Active) -> None:
        none = np.zeros(active.count, np.int64)
        barrier.change(batch, active, Change(none, sign * _counts(amount, batch, active), none))

    return step


def _counts(fetch: Fetch, batch: Batch, active: Active) -> NDArray[np.int64]:
    return active.pick(fetch(batch)).astype(np.int64)


def _bind_wait(instruction: Instruction, binding: Binding) -> Step:
    """Bind test_wait and try_wait: whether the phase of a state or of a parity is over."""
    target, address, phase = instruction.operands[:3]
    barrier = named_barrier(address, instruction.modifiers, binding)
    by_parity = "parity" in instruction.modifiers
    fetch = binding.registers.fetch(phase, "u32" if by_parity else "b64")
    write = binding.registers.scatter(target, "pred")

    def step(batch: Batch, active: Active) -> None:
        given = active.pick(fetch(batch))
        awaited: Lanes = given.astype(np.uint64) & np.uint64(1) if by_parity else phases.parity(given)
        over = phases.parity(barrier.read(batch, active)) != awaited
        if batch.checks is not None:
            batch.checks.waited(active.lanes[over])
        write(batch, active, over)

    return step


def _bind_pending_count(instruction: Instruction, binding: Binding) -> Step:
    fetch = binding.registers.fetch(instruction.operands[1], "b64")
    write = binding.registers.write(instruction.operands[0], "u32")
    return lambda batch, active: write(batch, active, phases.pending(fetch(batch)).astype(np.uint32))


def bind_copy_arrival(instruction: Instruction, binding: Binding) -> Step:
    """Bind cp.async.mbarrier.arrive: copies are over when issued, so it arrives at once.

    Without .noinc the pending count is raised first, and the two cancel out.
    """
    if "noinc" not in instruction.modifiers:
        return lambda _batch, _active: None
    barrier = named_barrier(instruction.operands[0], instruction.modifiers, binding)

    def step(batch: Batch, active: Active) -> None:
        none = np.zeros(active.count, np.int64)
        barrier.change(batch, active, Change(none + 1, none, none))

    return step


BUILDERS: StepBuilders = {"mbarrier": bind_mbarrier}
