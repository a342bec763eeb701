"""Memory that every block or thread has a part of, as the check sees it."""

from collections.abc import Mapping

import numpy as np

from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.checking.access import Access, Mask, Positions, report
from gpuadvisor.emulator.checking.bounds import outside, where_it_lies
from gpuadvisor.emulator.checking.contents import Contents
from gpuadvisor.emulator.checking.effects import READS, WRITES, moves_unseen
from gpuadvisor.emulator.checking.log import Log
from gpuadvisor.emulator.checking.origins import Origin
from gpuadvisor.emulator.linker import STACK
from gpuadvisor.emulator.store import ByteStore

SINK_BYTES = 64
"""Room behind the memory for faulty accesses."""


class Private:
    """Bounds and contents of shared or local memory."""

    space: str
    owner: str
    """Who has a part: a block or a thread."""

    def __init__(
        self, batch: Batch, log: Log, origins: Mapping[int, Origin], size_bytes: int, limit: int, piece: int
    ) -> None:
        self._batch, self._log, self._origins = batch, log, origins
        self._all = Origin(self.space, 0, limit, "")
        self.store = ByteStore(size_bytes + SINK_BYTES)
        self.sink = size_bytes
        self._contents = Contents(self.store.bytes.size, piece)
        self._blind = moves_unseen(log.instructions)

    def outside(self, access: Access) -> Mask:
        """Return which accesses are outside their array, or outside all memory."""
        return outside(self._range(access), access.addresses, access.size_bytes)

    def fault(self, access: Access, index: int) -> tuple[str, str | None]:
        """Say where an access outside lies, and of what variable."""
        origin = self._range(access)
        where = where_it_lies(origin, int(access.addresses[index]), access.size_bytes)
        of_all = "" if origin.name else f" of {self.space} memory"
        return f"{access.name} {where}{of_all}", _written_by_people(origin.name)

    def _range(self, access: Access) -> Origin:
        origin = self._origins.get(access.pc)
        return origin if origin is not None and origin.space == self.space else self._all

    def variable(self, access: Access, index: int) -> str | None:
        """Return the variable that an access lies in."""
        name = self._batch.layout.variable_at(self.space, int(access.addresses[index]))
        return _written_by_people(name or "")

    def _note_contents(self, access: Access, pieces: Positions) -> None:
        if access.effect in READS and not self._blind:
            unwritten, what = self._contents.unwritten(pieces), f"that the {self.owner} never wrote"
            report(self._log, "uninitialised-read", access, unwritten, self.variable, what)
        if access.effect in WRITES:
            self._contents.write(pieces)


class Local(Private):
    """The local memory of every thread."""

    space, owner = "local", "thread"

    def __init__(self, batch: Batch, log: Log, origins: Mapping[int, Origin]) -> None:
        size_bytes = batch.shape[0] * batch.shape[1] * batch.local_stride
        super().__init__(batch, log, origins, size_bytes, batch.layout.local_bytes, 1)

    def positions(self, access: Access) -> Positions:
        """Return where the bytes lie in the store."""
        return access.addresses.view(np.int64) + access.threads * self._batch.local_stride

    def note(self, access: Access, positions: Positions) -> None:
        """Look at accesses that are inside."""
        self._note_contents(access, self._contents.pieces(positions, access.size_bytes))


def _written_by_people(name: str) -> str | None:
    """Return a name, unless it is a compiler's: it puts all local variables of a function in one."""
    return None if not name or name.startswith(("__local_depot", STACK)) else name
