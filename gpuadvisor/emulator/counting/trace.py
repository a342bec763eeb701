"""A bounded trace: the first requests that each warp of a few blocks makes with each instruction.

What is kept does not depend on the order in which warps and blocks run, so that all executors keep the same.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.requests import Addresses, Mask, Requests
from gpuadvisor.emulator.program import Function, Instruction
from gpuadvisor.model.kernel import Launch

_REQUESTS = 16384
"""How many requests are kept at most."""
_WARP_SIZE = 32
_LANES = np.arange(_WARP_SIZE, dtype=np.uint64)
_ATOMICS = ("atom", "red")
_GLOBAL = frozenset({"ld", "ldu", "st", "cp", *_ATOMICS})
_SPACES = frozenset({"global", "shared", "local", "param", "const"})
_IN_BULK = frozenset({"bulk", "tensor"})

Place = tuple[int, str]
"""A program counter and the space of its requests."""


@dataclass(slots=True)
class RequestTrace:
    """The kept requests: for each block, instruction and warp their number, addresses and masks."""

    slots: dict[Place, int]
    positions: tuple[int, ...]
    """Which of the blocks that are run are traced."""
    warps_per_block: int
    requests_per_warp: int
    kept: NDArray[Any] = field(init=False)
    """Of shape (blocks, slots, warps). `requests` counts also those that were not kept."""
    _ended: int = 0
    """How many blocks have ended."""

    def __post_init__(self) -> None:
        shape = (len(self.positions), len(self.slots), self.warps_per_block)
        self.kept = np.zeros(shape, warp_record(self.requests_per_warp))

    def next_blocks(self, number: int) -> None:
        """Note that what was added so far was of `number` blocks, and others come now."""
        self._ended += number

    def add(self, pc: int, space: str, addresses: Addresses, active: Mask) -> None:
        """Keep requests of warps that execute together; rows as `Recorder.access` takes them."""
        slot = self.slots.get((pc, space))
        if slot is None:
            return
        for block, position in enumerate(self.positions):
            begin = (position - self._ended) * self.warps_per_block
            if 0 <= begin < len(active):
                rows = slice(begin, begin + self.warps_per_block)
                self._keep(self.kept[block, slot], addresses[rows], active[rows])

    def _keep(self, kept: NDArray[Any], addresses: Addresses, active: Mask) -> None:
        """Keep requests of the warps of one block."""
        warps = np.flatnonzero(active.any(axis=1))
        number = kept["requests"][warps]
        kept["requests"][warps] += 1
        room = number < self.requests_per_warp
        warps, number = warps[room], number[room]
        kept["addresses"][warps, number] = addresses[warps]
        kept["masks"][warps, number] = active[warps] @ (np.uint64(1) << _LANES)

    def requests(self, place: Place) -> tuple[Requests, NDArray[np.int64]] | None:
        """Return the kept requests of an instruction and the block of each; None if there are none."""
        slot = self.slots.get(place)
        if slot is None:
            return None
        kept = self.kept[:, slot]
        filled = np.arange(self.requests_per_warp) < kept["requests"][..., None]
        bits = kept["masks"][filled]
        if not bits.size:
            return None
        active = (bits[:, None] >> _LANES & np.uint64(1)).astype(np.bool_)
        requests = Requests(kept["addresses"][filled], active, np.ones(bits.size, np.int64))
        return requests, np.nonzero(filled)[0]

    def complete(self, place: Place) -> bool:
        """Return whether all requests of the blocks were kept."""
        return bool(self.kept["requests"][:, self.slots[place]].max() <= self.requests_per_warp)


def warp_record(requests: int) -> np.dtype[np.void]:
    """Return what is kept of one warp at one instruction."""
    return np.dtype(
        [("requests", "<i8"), ("addresses", "<u8", (requests, _WARP_SIZE)), ("masks", "<u8", (requests,))]
    )


def trace_for(function: Function, launch: Launch, blocks_run: int) -> RequestTrace:
    """Return an empty trace for a launch; where there are too many instructions, the last are left out."""
    positions = tuple(sorted({at for at in (0, 1, blocks_run // 2) if at < blocks_run}))
    warps = -(-launch.threads_per_block // _WARP_SIZE)
    places = _places(function)[: _REQUESTS // (len(positions) * warps)]
    each = _REQUESTS // (len(positions) * warps * max(1, len(places)))
    return RequestTrace({place: slot for slot, place in enumerate(places)}, positions, warps, each)


def _places(function: Function) -> list[Place]:
    """Return what can be traced: global accesses, generic ones included, and shared atomics."""
    found = [(instruction, _space(instruction)) for instruction in function.instructions]
    return [(instruction.index, space) for instruction, space in found if space is not None]


def _space(instruction: Instruction) -> str | None:
    if instruction.opcode not in _GLOBAL or not _IN_BULK.isdisjoint(instruction.modifiers):
        return None
    named = {modifier.partition("::")[0] for modifier in instruction.modifiers} & _SPACES
    if not named or "global" in named:
        return "global"
    return "shared" if named == {"shared"} and instruction.opcode in _ATOMICS else None
