"""What stopped a kernel, in the interpreter's words: a request that failed is checked again by its rules."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.barriers import BARRIERS
from gpuadvisor.emulator.batch import WARP_SIZE, Batch
from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.faults import (
    POLLS_IN_VAIN,
    ThreadFault,
    barrier_never_complete,
    cluster_never_complete,
    does_not_end,
    fault_error,
    members_never_come,
    no_function,
    no_rank,
    no_target,
    stack_overflow,
    stopped_by,
)
from gpuadvisor.emulator.instructions.bulk import BULK_COPY, check_size
from gpuadvisor.emulator.instructions.copies import ASYNCHRONOUS_COPY, WORD_BYTES
from gpuadvisor.emulator.instructions.spaces import BY_NAME
from gpuadvisor.emulator.linker import STACK_BYTES
from gpuadvisor.emulator.native.abi import PARKED, SITE, WARP, Status, Wait, Word
from gpuadvisor.emulator.native.blocks import listed_targets
from gpuadvisor.emulator.native.cluster_faults import reasons_to_wait
from gpuadvisor.emulator.native.launch import NativeLaunch
from gpuadvisor.emulator.native.plan import Site
from gpuadvisor.emulator.native.turns import Part
from gpuadvisor.emulator.program import Instruction
from gpuadvisor.emulator.store import misaligned
from gpuadvisor.model.errors import GpuAdvisorError

_LANES = np.arange(WARP_SIZE)


def native_fault(launch: NativeLaunch, part: Part, blocks_run: int) -> GpuAdvisorError:
    """Return the error of the part of a launch that failed."""
    if part.status is Status.RUNTIME_FAULT:
        return launch.runtime_errors[int(part.context[Word.BLOCK])]
    pc, what, lane = _FAULTS[part.status](_Failure(launch, part))
    batch = _block(launch, part)
    instruction = launch.kernel.function.instructions[pc]
    error = fault_error(instruction, what, batch.describe(lane))
    if part.status is Status.ENDLESS and blocks_run < launch.grid.launch.blocks:
        error.remedy = f"it may wait for one of the blocks not run: run all {launch.grid.launch.blocks}"
    return error


def _block(launch: NativeLaunch, part: Part) -> Batch:
    """Return the block that failed as the interpreter sees it."""
    function = launch.kernel.function
    block = int(part.context[Word.BLOCK])
    recorder = Recorder(function, launch.grid.launch, 1, 1)
    return Batch(launch.grid, [block], launch.layout, (), launch.memory, recorder, launch.parameters)


class _Failure:
    """A part of a launch that failed; lanes are numbered within the block."""

    def __init__(self, launch: NativeLaunch, part: Part) -> None:
        self.launch = launch
        self.part = part
        self.first_lane = int(part.context[Word.WARP]) * WARP_SIZE

    def word(self, name: Word) -> int:
        """Return a word of the context."""
        return int(self.part.context[name])

    def instruction(self, pc: int) -> Instruction:
        """Return an instruction of the kernel."""
        return self.launch.kernel.function.instructions[pc]

    def noted(self) -> tuple[int, int]:
        """Return the program counter and the first of the lanes that were noted."""
        mask = self.word(Word.FAULT_MASK)
        return self.word(Word.FAULT_PLACE), self.first_lane + (mask & -mask).bit_length() - 1

    def lanes(self) -> NDArray[np.int64]:
        """Return the lanes of the warp that were noted."""
        return _LANES[((self.word(Word.FAULT_MASK) >> _LANES) & 1).astype(np.bool_)]

    def addresses(self) -> NDArray[np.uint64]:
        """Return the values of all lanes that were noted."""
        return self.part.context[Word.FAULT_ADDRESSES : Word.FAULT_ADDRESSES + WARP_SIZE].view(np.uint64)

    def warps(self) -> NDArray[Any]:
        """Return the states of the block's warps; only that of the warp that ran last if none wait."""
        size = WARP.itemsize + self.launch.kernel.plan.register_bytes
        states = self.part.warps.reshape(-1, size)[:, : WARP.itemsize]
        return np.ascontiguousarray(states).view(WARP)[:, 0]


_Fault = tuple[int, str, int]
"""Program counter, what happened, lane."""


def _bad_address(failure: _Failure) -> _Fault:
    number = (failure.word(Word.FAULT_PLACE) - failure.word(Word.SITES)) // SITE.itemsize
    site = failure.launch.kernel.plan.sites[number]
    addresses, lanes = failure.addresses(), failure.lanes()
    batch = _block(failure.launch, failure.part)
    try:
        what = site.what or _described(failure.instruction(site.pc), site)
        acting = np.full_like(lanes, failure.word(Word.FAULT_LANE)) if what.startswith(BULK_COPY) else lanes
        _check_again(site, what, batch, addresses[lanes], acting + failure.first_lane)
    except ThreadFault as fault:
        return site.pc, fault.what, fault.lane
    raise AssertionError("native code refused an access that the interpreter allows")


def _described(instruction: Instruction, site: Site) -> str:
    """Return what a request does, as the interpreter says it."""
    if instruction.opcode in ("ldmatrix", "stmatrix"):
        return f"{instruction.opcode} of a row of {site.bytes_per_thread} bytes"
    operation = "atomic on" if site.operation == "atomic" else f"{site.operation} of"
    what = f"{operation} {site.bytes_per_thread} bytes"
    return f"{what} of a matrix" if instruction.opcode == "wmma" else what


def _check_again(
    site: Site, what: str, batch: Batch, addresses: NDArray[np.uint64], lanes: NDArray[np.int64]
) -> None:
    """Raise ThreadFault as the interpreter does."""
    space = BY_NAME[site.space]
    if what != ASYNCHRONOUS_COPY:
        space.locate(batch, addresses, lanes, site.bytes_per_thread, what)
        return
    misaligned(addresses, lanes, site.bytes_per_thread, f"{what} of {site.bytes_per_thread} bytes")
    for start in range(0, site.first_bytes or site.bytes_per_thread, WORD_BYTES):
        space.locate(batch, addresses + np.uint64(start), lanes, WORD_BYTES, what)


def _over_budget(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    return pc, does_not_end(failure.launch.budget), lane


def _stuck(failure: _Failure) -> _Fault:
    """Name the first thread that waits at a barrier of the block, else of the cluster, else elsewhere."""
    warps = failure.warps()
    waits, first = warps["waits"].reshape(-1), int(warps["number"][0]) * WARP_SIZE
    lane = int(np.flatnonzero(next(reason for reason in reasons_to_wait(waits) if reason.any()))[0])
    wait = int(waits[lane])
    pc = failure.launch.kernel.plan.starts[int(warps["resume"].reshape(-1)[lane])]
    if wait == Wait.COLLECTIVE:
        return pc, members_never_come(failure.instruction(pc)), first + lane
    if wait == Wait.CLUSTER_BARRIER:
        return pc - 1, cluster_never_complete(), first + lane
    name = f"barrier {wait}" if wait < BARRIERS else "the warp's barrier"
    return pc - 1, barrier_never_complete(name), first + lane


def _endless(failure: _Failure) -> _Fault:
    """Name the first thread that polls memory."""
    warps = failure.warps()
    places, first = warps["places"].reshape(-1), int(warps["number"][0]) * WARP_SIZE
    lane = int(np.flatnonzero(places != PARKED)[0])
    return failure.launch.kernel.plan.starts[int(places[lane])], POLLS_IN_VAIN, first + lane


def _no_barrier(failure: _Failure) -> _Fault:
    """Name the thread with the largest number."""
    lanes = failure.lanes()
    numbers = failure.addresses()[lanes]
    worst = int(numbers.argmax())
    pc = failure.word(Word.FAULT_PLACE)
    return pc, f"barrier {numbers[worst]}: a block has {BARRIERS}", failure.first_lane + int(lanes[worst])


def _bad_size(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    size = int(failure.addresses()[lane - failure.first_lane])
    try:
        check_size(size, lane, failure.launch.layout.shared_bytes)
    except ThreadFault as fault:
        return pc, fault.what, lane
    raise AssertionError("native code refused a size that the interpreter allows")


def _bad_arrivals(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    return pc, f"an mbarrier for {failure.addresses()[lane - failure.first_lane]} arrivals", lane


def _too_many_arrivals(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    arrivals, missing = failure.addresses()[:2]
    return pc, f"{arrivals} arrivals at an mbarrier whose phase waits for {missing}", lane


def _no_rank(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    blocks = failure.launch.grid.launch.blocks_per_cluster
    return pc, no_rank(int(failure.addresses()[lane - failure.first_lane]), blocks), lane


def _bad_image(failure: _Failure) -> _Fault:
    from gpuadvisor.emulator.native.textures.faults import refusal

    pc, lane = failure.noted()
    launch, instruction = failure.launch, failure.instruction(pc)
    words = failure.addresses().tolist()
    function = launch.kernel.function
    what = refusal(function, instruction, launch.layout, launch.memory, launch.grid, words)
    return pc, what, lane


def _stopped(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    return pc, stopped_by(failure.instruction(pc)), lane


def _stack_overflow(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    return pc, stack_overflow(STACK_BYTES), lane


def _no_function(failure: _Failure) -> _Fault:
    """Name the lowest of the wild pointers."""
    pc, _ = failure.noted()
    lanes = failure.lanes()
    addresses = failure.addresses()[lanes]
    first = int(addresses.argmin())
    return pc, no_function(int(addresses[first])), failure.first_lane + int(lanes[first])


def _no_target(failure: _Failure) -> _Fault:
    pc, lane = failure.noted()
    function = failure.launch.kernel.function
    targets = listed_targets(function, failure.instruction(pc))
    return pc, no_target(int(failure.addresses()[lane - failure.first_lane]), len(targets)), lane


_FAULTS = {
    Status.BAD_ADDRESS: _bad_address,
    Status.BUDGET: _over_budget,
    Status.STUCK: _stuck,
    Status.STOPPED: _stopped,
    Status.STACK_OVERFLOW: _stack_overflow,
    Status.NO_FUNCTION: _no_function,
    Status.NO_TARGET: _no_target,
    Status.ENDLESS: _endless,
    Status.NO_BARRIER: _no_barrier,
    Status.BAD_SIZE: _bad_size,
    Status.BAD_ARRIVALS: _bad_arrivals,
    Status.TOO_MANY_ARRIVALS: _too_many_arrivals,
    Status.NO_RANK: _no_rank,
    Status.BAD_IMAGE: _bad_image,
}
