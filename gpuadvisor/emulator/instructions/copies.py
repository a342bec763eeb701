"""cp.async (PTX ISA 9.7.9.25): the copy takes place when it is issued, so waiting for groups is free.

Counted as hardware counts them: a global load and a shared store.
"""

import numpy as np

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders, bind_address
from gpuadvisor.emulator.instructions.spaces import GLOBAL, SHARED, record
from gpuadvisor.emulator.program import Immediate, Instruction, Operand, Register
from gpuadvisor.emulator.registers import Fetch, Unsupported
from gpuadvisor.emulator.store import misaligned
from gpuadvisor.emulator.widths import Lanes

WORD_BYTES = 4
COPY_SIZES = (4, 8, 16)
"""Bytes of one copy (PTX ISA, cp.async)."""
ASYNCHRONOUS_COPY = "asynchronous copy"


def bind_copy(instruction: Instruction, binding: Binding) -> Step:
    """Bind cp.async and its group operations."""
    modifiers = instruction.modifiers
    if "commit_group" in modifiers or "wait_group" in modifiers or "wait_all" in modifiers:
        return _bind_group(instruction)
    size = instruction.operands[2] if len(instruction.operands) > 2 else None
    if "async" not in modifiers or not isinstance(size, Immediate) or size.bits not in COPY_SIZES:
        raise Unsupported("this form of cp")
    return _bind_copy(instruction, binding, size.bits)


def _bind_group(instruction: Instruction) -> Step:
    """Bind what only a check cares for: which copies a thread has waited for."""
    commits = "commit_group" in instruction.modifiers
    newest = instruction.operands[0] if instruction.operands else None
    count = newest.bits if isinstance(newest, Immediate) else None

    def step(batch: Batch, active: Active) -> None:
        if batch.checks is None:
            return
        if commits:
            batch.checks.copies_committed(active.lanes)
        else:
            batch.checks.copies_awaited(active.lanes, count)

    return step


def _bind_copy(instruction: Instruction, binding: Binding, size: int) -> Step:
    target = bind_address(instruction.operands[0], binding.registers)
    source = bind_address(instruction.operands[1], binding.registers)
    optional = instruction.operands[3 : -1 if "L2::cache_hint" in instruction.modifiers else None]
    valid = _bind_valid_bytes(optional[0] if optional else Immediate(size, 64, is_float=False), size, binding)
    pc = instruction.index

    def step(batch: Batch, active: Active) -> None:
        targets, sources = target(batch), source(batch)
        valid_bytes = np.broadcast_to(valid(batch), batch.shape)
        reading = active.narrow(valid_bytes > 0)
        if reading.count:
            record(batch, pc, GLOBAL, "load", sources, reading, size)
            _check_alignment(batch, reading, sources, size)
        words = [_read_word(batch, active, sources, valid_bytes, at) for at in range(0, size, WORD_BYTES)]
        record(batch, pc, SHARED, "store", targets, active, size)
        store, positions = SHARED.locate(
            batch, active.pick(targets), active.lanes, size, f"{ASYNCHRONOUS_COPY} of {size} bytes"
        )
        for index, word in enumerate(words):
            store.store(positions + index * WORD_BYTES, WORD_BYTES, word)

    return step


def _check_alignment(batch: Batch, reading: Active, sources: Lanes, size: int) -> None:
    if batch.checks is not None:
        batch.checks.aligned("global", reading.pick(sources), reading.lanes, size)
    else:
        misaligned(reading.pick(sources), reading.lanes, size, f"{ASYNCHRONOUS_COPY} of {size} bytes")


def _bind_valid_bytes(given: Operand, size: int, binding: Binding) -> Fetch:
    """Return how many bytes are read, the rest being zero: a number, or none where a predicate says so."""
    if isinstance(given, Register) and binding.linked.function.registers.get(given.name) == "pred":
        ignored = binding.registers.fetch(given, "pred")
        return lambda batch: np.where(ignored(batch), np.uint32(0), np.uint32(size))
    return binding.registers.fetch(given, "u32")


def _read_word(batch: Batch, active: Active, sources: Lanes, valid_bytes: Lanes, start: int) -> Lanes:
    """Return the word `start` bytes behind each source, zero from its last valid byte on; shape (n,)."""
    word: Lanes = np.zeros(batch.shape, np.uint32)
    part = active.narrow(valid_bytes > start)
    if part.count:
        addresses = part.pick(sources) + np.uint64(start)
        store, positions = GLOBAL.locate(batch, addresses, part.lanes, WORD_BYTES, ASYNCHRONOUS_COPY)
        missing = np.maximum(WORD_BYTES - (part.pick(valid_bytes).astype(np.int64) - start), 0)
        keep = (0xFFFFFFFF >> (8 * missing)).astype(np.uint32)
        word = part.merge(word, store.load(positions, WORD_BYTES) & keep)
    return active.pick(word)


def no_operation(_batch: Batch, _active: Active) -> None:
    """Do nothing: ordering and caching instructions have no effect on one interleaving."""


def do_nothing(_instruction: Instruction, _binding: Binding) -> Step:
    """Bind an instruction without effect."""
    return no_operation


BUILDERS: StepBuilders = {
    **dict.fromkeys(
        ("membar", "fence", "prefetch", "prefetchu", "nanosleep", "discard", "applypriority"), do_nothing
    ),
    **dict.fromkeys(("griddepcontrol", "setmaxnreg", "pmevent", "createpolicy"), do_nothing),
}
