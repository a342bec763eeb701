"""Receives every executed instruction and folds what it saw into counters, lines, accesses and branches."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.footprint import Footprint, covering_addresses
from gpuadvisor.emulator.counting.observe import Record, observe
from gpuadvisor.emulator.counting.requests import Addresses, Mask, Requests, gather
from gpuadvisor.emulator.counting.tally import AccessKind, AccessTally, Space
from gpuadvisor.emulator.counting.texels import ImageOperation, ImageSpace, TexelTally
from gpuadvisor.emulator.counting.trace import trace_for
from gpuadvisor.emulator.program import Function
from gpuadvisor.model.kernel import Launch, Observation

_CHUNK = 1024
"""Warps counted at a time: temporary arrays then stay in the caches."""


class Recorder:
    """Counts one launch of `function`, of whose `blocks_total` blocks `blocks_run` are executed.

    Arrays have one row of 32 lanes per warp; the warps of several blocks may come together.
    """

    def __init__(self, function: Function, launch: Launch, blocks_run: int, blocks_total: int) -> None:
        self._trace = trace_for(function, launch, blocks_run)
        self._record = Record(function, launch, blocks_run, blocks_total, self._trace)
        self._loaded = Footprint()
        self._stored = Footprint()

    def next_blocks(self, number: int) -> None:
        """Note that what is counted so far was of `number` blocks, and others come now."""
        self._trace.next_blocks(number)

    def instruction(self, pc: int, active: Mask, predicated_on: Mask) -> None:
        """Count an executed instruction; a row without an active lane did not execute it."""
        record = self._record
        threads = int(np.count_nonzero(active))
        full = threads == active.size
        record.warps[pc] += len(active) if full else int(np.count_nonzero(active.any(axis=1)))
        record.threads[pc] += threads
        record.predicated_on[pc] += (
            threads if predicated_on is active else int(np.count_nonzero(predicated_on))
        )

    def access(
        self,
        pc: int,
        space: Space,
        operation: AccessKind,
        addresses: Addresses,
        active: Mask,
        bytes_per_thread: int,
    ) -> None:
        """Count a memory instruction in one space; lanes that are not `active` touch nothing.

        Shared addresses are offsets within the block's shared memory. `bytes_per_thread` is the whole
        access of one lane: 16 for a vector of four floats.
        """
        self._trace.add(pc, space, addresses, active)
        for start in range(0, len(addresses), _CHUNK):
            rows = slice(start, start + _CHUNK)
            requests = gather(addresses[rows], active[rows])
            if len(requests.addresses):
                self._add(self._tally(pc, space, operation, bytes_per_thread), requests)

    def _tally(self, pc: int, space: Space, operation: AccessKind, bytes_per_thread: int) -> AccessTally:
        key = (pc, space, operation)
        tallies = self._record.accesses
        if key not in tallies:
            tallies[key] = AccessTally(space, operation, bytes_per_thread)
        return tallies[key]

    def _add(self, tally: AccessTally, requests: Requests) -> None:
        patterns = tally.add(requests)
        if tally.space == "global":
            self._touch(tally.operation, covering_addresses(requests, patterns), tally.bytes_per_thread)

    def _touch(self, operation: AccessKind, addresses: Addresses, bytes_per_thread: int) -> None:
        if operation != "store":
            self._loaded.add(addresses, bytes_per_thread)
        if operation != "load":
            self._stored.add(addresses, bytes_per_thread)

    def texels(
        self,
        pc: int,
        space: ImageSpace,
        operation: ImageOperation,
        lanes: NDArray[np.int64],
        addresses: Addresses,
        inside: Mask,
        bytes_per_thread: int,
    ) -> None:
        """Count an instruction on textures or surfaces; arrays as `TexelTally.add` takes them."""
        tally = self._record.images.setdefault((pc, operation), TexelTally(space, operation))
        tally.add(lanes, addresses, inside, bytes_per_thread)
        touched = addresses[inside]
        if operation != "store":
            self._loaded.add(touched, bytes_per_thread)
        if operation != "load":
            self._stored.add(touched, bytes_per_thread)

    def branch(self, pc: int, active: Mask, taken: Mask) -> None:
        """Count a conditional branch; it diverges in the warps where only some active lanes take it."""
        tally = self._record.branch(pc)
        leaving = active & taken
        some, every = leaving.any(axis=1), (leaving == active).all(axis=1)
        tally.executions += int(np.count_nonzero(active.any(axis=1)))
        split = some & ~every
        tally.divergent += int(np.count_nonzero(split))
        tally.active_threads += int(np.count_nonzero(active))
        tally.nobody_takes += int(np.count_nonzero(active.any(axis=1) & ~some))
        tally.divergent_threads += int(np.count_nonzero(active[split]))
        tally.divergent_taken += int(np.count_nonzero(leaving[split]))

    def barrier(self, pc: int, warps: int) -> None:
        """Count `warps` warps arriving at a barrier."""
        self._record.barriers[pc] += warps

    def observation(self, variable_of: Callable[[int, str, int], str | None]) -> Observation:
        """Return all counts, scaled to the whole grid where blocks were sampled.

        `variable_of(pc, space, address)` names the kernel argument or shared variable at an address.
        """
        dram_bytes = self._loaded.size_bytes + self._stored.size_bytes
        return observe(self._record, dram_bytes, variable_of)
