"""Global memory, as the check sees it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.checking.access import Access, Mask, Positions, report
from gpuadvisor.emulator.checking.allocations import Allocations
from gpuadvisor.emulator.checking.bounds import outside, outside_buffers, where_it_lies
from gpuadvisor.emulator.checking.contents import Arena
from gpuadvisor.emulator.checking.effects import READS, WRITES
from gpuadvisor.emulator.checking.log import Log
from gpuadvisor.emulator.checking.origins import Origin
from gpuadvisor.emulator.checking.private import SINK_BYTES
from gpuadvisor.emulator.memory import BASE_ADDRESS, GlobalMemory
from gpuadvisor.emulator.store import ByteStore

_FIRST_PAGE_BYTES = 4096
"""Addresses below are a null pointer's, or an element's near it."""


class DeviceMemory:
    """The buffers of a launch; one for all of its batches."""

    def __init__(self, memory: GlobalMemory, log: Log, origins: Mapping[int, Origin]) -> None:
        self.memory, self._log, self._origins = memory, log, origins
        self._sink = memory.allocate(SINK_BYTES)
        self.sink = self._sink - BASE_ADDRESS
        self.allocations = Allocations(memory)
        self.arena = Arena()
        for buffer in memory.unwritten():
            self.arena.forget(buffer.address - BASE_ADDRESS, buffer.end - BASE_ADDRESS)

    def close(self) -> None:
        """Give back what the check itself took."""
        self.allocations.release()
        self.memory.free(self._sink)

    @property
    def store(self) -> ByteStore:
        """The bytes of all buffers."""
        return self.memory.store

    def outside(self, access: Access) -> Mask:
        """Return which accesses are outside the buffer that their pointer came from, or outside all."""
        found = outside_buffers(self.memory, access.addresses, access.size_bytes)
        found |= access.addresses - np.uint64(self._sink) < SINK_BYTES
        origin = self._origin(access)
        if origin is not None:
            found |= outside(origin, access.addresses, access.size_bytes)
        return found | self.allocations.use_after_free(access.addresses)

    def fault(self, access: Access, index: int) -> tuple[str, str | None]:
        """Say where an access outside lies, and of what buffer."""
        address, origin = int(access.addresses[index]), self._origin(access)
        if address < _FIRST_PAGE_BYTES:
            return f"{access.name} at address {address:#x}, through a null pointer", None
        if origin is not None:
            return f"{access.name} {where_it_lies(origin, address, access.size_bytes)}", origin.name or None
        return f"{access.name} outside every buffer: {self.memory.nearest(address)}", None

    def _origin(self, access: Access) -> Origin | None:
        origin = self._origins.get(access.pc)
        return origin if origin is not None and origin.space == "global" else None

    def variable(self, access: Access, index: int) -> str | None:
        """Return the buffer that an access lies in."""
        return self.memory.name_of(int(access.addresses[index]))

    def positions(self, access: Access) -> Positions:
        """Return where the bytes lie in the store."""
        return (access.addresses - np.uint64(BASE_ADDRESS)).view(np.int64)

    def note(self, access: Access, positions: Positions) -> None:
        """Look at accesses that are inside."""
        if access.effect == "store" and access.values is not None:
            self._note_simultaneous(access, positions, access.values)
        if access.effect in READS:
            unwritten = self.arena.unwritten(positions, access.size_bytes)
            what = "that nothing has written"
            report(self._log, "uninitialised-read", access, unwritten, self.variable, what)
        if access.effect in WRITES:
            self.arena.write(positions, access.size_bytes)

    def _note_simultaneous(self, access: Access, positions: Positions, values: NDArray[Any]) -> None:
        """Report threads that execute a store together and write different values to one place."""
        if (positions[1:] > positions[:-1]).all():
            return
        order = np.argsort(positions, kind="stable")
        before, after = order[:-1], order[1:]
        racing = positions[before] == positions[after]
        racing &= (values[before] != values[after]).any(axis=1)
        if racing.any():
            first = int(after[racing][0])
            other = access.place(int(before[racing][0])).who
            message = f"writes at the same time as {other}, and another value"
            variable, count = self.variable(access, first), int(racing.sum())
            self._log.add(
                "global-race",
                access.place(first),
                message,
                count=count,
                variable=variable,
                other_pc=access.pc,
            )
