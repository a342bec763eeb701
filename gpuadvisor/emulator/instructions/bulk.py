"""cp.async.bulk and cp.reduce.async.bulk (PTX ISA 9.7.9.25.4): done when issued.

The copy engine moves whole sectors past the load and store units; it is counted as requests of 32 lanes
and 16 bytes, which have the same sectors, and a reduction as the stores of a copy. Copies by tensor map move
no data here: the barriers they signal stop waiting for bytes, and the observation says so.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import WARP_SIZE, Batch
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.instructions import phases
from gpuadvisor.emulator.instructions.binding import Binding, Step, StepBuilders, bind_address
from gpuadvisor.emulator.instructions.bulk_reductions import bind_put
from gpuadvisor.emulator.instructions.copies import bind_copy, no_operation
from gpuadvisor.emulator.instructions.mbarrier import Barrier, bind_copy_arrival, named_barrier
from gpuadvisor.emulator.instructions.multicast import Destination, bind_destinations
from gpuadvisor.emulator.instructions.phases import Change
from gpuadvisor.emulator.instructions.spaces import GLOBAL, SHARED, Operation, Space
from gpuadvisor.emulator.program import Address, Instruction
from gpuadvisor.emulator.registers import Unsupported
from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.emulator.widths import Lanes

BULK_COPY = "copy in bulk"
_UNIT_BYTES = 16
_SPACES = {"global": GLOBAL, "shared": SHARED}
WITHOUT_EFFECT = frozenset({"commit_group", "wait_group", "prefetch"})
_HALVES = np.array([0, 8])


def bind_any_copy(instruction: Instruction, binding: Binding) -> Step:
    """Bind every cp: by thread, in bulk, by tensor map, and what waits for them."""
    modifiers = instruction.modifiers
    if "arrive" in modifiers:
        return bind_copy_arrival(instruction, binding)
    if "bulk" not in modifiers:
        return bind_copy(instruction, binding)
    if not WITHOUT_EFFECT.isdisjoint(modifiers):
        return no_operation
    if "tensor" in modifiers:
        return _bind_tensor_copy(instruction, binding)
    if "cp_mask" in modifiers:
        raise Unsupported("masked copies")
    return _bind_bulk_copy(instruction, binding)


def _barrier(instruction: Instruction, binding: Binding) -> Barrier | None:
    """Return the mbarrier that the copy signals: the last address, if it names one."""
    if "mbarrier::complete_tx::bytes" not in instruction.modifiers:
        return None
    addresses = [operand for operand in instruction.operands if isinstance(operand, Address)]
    return named_barrier(addresses[-1], ("shared",), binding)


def _bind_tensor_copy(instruction: Instruction, binding: Binding) -> Step:
    barrier = _barrier(instruction, binding)
    if barrier is None:
        return no_operation
    target = bind_address(instruction.operands[0], binding.registers)
    destinations = bind_destinations(instruction, target, barrier, binding)

    def step(batch: Batch, active: Active) -> None:
        for place in destinations(batch, active):
            if place.barrier is not None and place.part.count:
                place.barrier.write(
                    batch, place.part, phases.untracked(place.barrier.read(batch, place.part))
                )

    return step


def _bind_bulk_copy(instruction: Instruction, binding: Binding) -> Step:
    named = [word.partition("::")[0] for word in instruction.modifiers]
    target_space, source_space = (_SPACES[name] for name in named if name in _SPACES)
    target, source = (bind_address(operand, binding.registers) for operand in instruction.operands[:2])
    size = binding.registers.fetch(instruction.operands[2], "u32")
    destinations = bind_destinations(instruction, target, _barrier(instruction, binding), binding)
    put, pc = bind_put(instruction), instruction.index

    def step(batch: Batch, active: Active) -> None:
        sizes = np.broadcast_to(size(batch), batch.shape).astype(np.int64)
        places = destinations(batch, active)
        for lane, start in zip(active.lanes.tolist(), active.pick(source(batch)), strict=True):
            count = int(sizes.reshape(-1)[lane])
            check_size(count, lane, batch.layout.shared_bytes)
            store, positions = _units(batch, pc, source_space, "load", start, count, lane)
            content = store.load(positions, 8)
            for place in places:
                if place.part.mask.reshape(-1)[lane]:
                    goal = place.goals.reshape(-1)[lane]
                    store, positions = _units(batch, pc, target_space, "store", goal, count, lane)
                    put(store, positions, content)
        batch.scheduler.memory_written()
        _complete(batch, places, sizes)

    return step


def _complete(batch: Batch, places: Sequence[Destination], sizes: NDArray[np.int64]) -> None:
    """Tell the barriers of every destination that its bytes have come."""
    for place in places:
        if place.barrier is not None and place.part.count:
            none = np.zeros(place.part.count, np.int64)
            place.barrier.change(batch, place.part, Change(none, -place.part.pick(sizes), none))


def check_size(size_bytes: int, lane: int, shared_bytes: int) -> None:
    """Raise ThreadFault unless a thread can copy so many bytes."""
    if size_bytes > shared_bytes:
        raise ThreadFault(f"copy in bulk of {size_bytes} bytes: the block has {shared_bytes}", lane)
    if size_bytes <= 0 or size_bytes % _UNIT_BYTES:
        raise ThreadFault(f"copy in bulk of {size_bytes} bytes: not a multiple of {_UNIT_BYTES}", lane)


def _units(
    batch: Batch, pc: int, space: Space, operation: Operation, start: np.uint64, size_bytes: int, lane: int
) -> tuple[ByteStore, NDArray[np.int64]]:
    """Report the requests for a range; return where its 8-byte halves of units lie, (units, 2)."""
    addresses = start + np.arange(0, size_bytes, _UNIT_BYTES, dtype=np.uint64)
    _record(batch, pc, space, operation, addresses)
    lanes = np.full(addresses.size, lane)
    store, positions = space.locate(batch, addresses, lanes, _UNIT_BYTES, f"{BULK_COPY} ({operation})")
    return store, positions[:, None] + _HALVES


def _record(batch: Batch, pc: int, space: Space, operation: Operation, addresses: Lanes) -> None:
    requests = -(-addresses.size // WARP_SIZE)
    padded = np.zeros(requests * WARP_SIZE, np.uint64)
    padded[: addresses.size] = addresses
    mask = np.arange(padded.size) < addresses.size
    shape = (requests, WARP_SIZE)
    if space.counted_as is not None:
        batch.recorder.access(
            pc, space.counted_as, operation, padded.reshape(shape), mask.reshape(shape), _UNIT_BYTES
        )


BUILDERS: StepBuilders = {"cp": bind_any_copy}
