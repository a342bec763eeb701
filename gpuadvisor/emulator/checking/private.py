"""Shared memory of blocks and local memory of threads, as the check sees them."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.checking.access import Access, Mask, Positions
from gpuadvisor.emulator.checking.bounds import outside, where_it_lies
from gpuadvisor.emulator.checking.contents import Contents
from gpuadvisor.emulator.checking.copies import Copies
from gpuadvisor.emulator.checking.effects import READS, WRITES, moves_unseen
from gpuadvisor.emulator.checking.log import Log, Place, named
from gpuadvisor.emulator.checking.ordering import Ordering
from gpuadvisor.emulator.checking.origins import Origin
from gpuadvisor.emulator.checking.races import Pieces, Race, Races
from gpuadvisor.emulator.linker import STACK
from gpuadvisor.emulator.store import ByteStore

SINK_BYTES = 64
"""Room behind the memory for faulty accesses."""


class _Private:
    """A memory that every block or thread has a part of."""

    space: str
    whole: str
    """What the part is called."""

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
        return f"{access.name} {where}{'' if origin.name else self.whole}", _written(origin.name)

    def _range(self, access: Access) -> Origin:
        origin = self._origins.get(access.pc)
        return origin if origin is not None and origin.space == self.space else self._all

    def variable(self, access: Access, index: int) -> str | None:
        """Return the variable that an access lies in."""
        name = self._batch.layout.variable_at(self.space, int(access.addresses[index]))
        return _written(name or "")

    def _note_contents(self, access: Access, pieces: Positions) -> None:
        if access.effect in READS and not self._blind:
            unwritten = self._contents.unwritten(pieces)
            if unwritten.any():
                first = int(unwritten.argmax())
                message = f"{access.name} that the {self.whole_owner} never wrote"
                variable, count = self.variable(access, first), int(unwritten.sum())
                self._log.add(
                    "uninitialised-read", access.place(first), message, count=count, variable=variable
                )
        if access.effect in WRITES:
            self._contents.write(pieces)

    whole_owner: str


class Local(_Private):
    """The local memory of every thread."""

    space, whole, whole_owner = "local", " of local memory", "thread"

    def __init__(self, batch: Batch, log: Log, origins: Mapping[int, Origin]) -> None:
        size_bytes = batch.shape[0] * batch.shape[1] * batch.local_stride
        super().__init__(batch, log, origins, size_bytes, batch.layout.local_bytes, 1)

    def positions(self, access: Access) -> Positions:
        """Return where the bytes lie in the store."""
        return access.addresses.view(np.int64) + access.threads * self._batch.local_stride

    def note(self, access: Access, positions: Positions) -> None:
        """Look at accesses that are inside."""
        self._note_contents(access, self._contents.pieces(positions, access.size_bytes))


class Shared(_Private):
    """The shared memory of every block."""

    space, whole, whole_owner = "shared", " of shared memory", "block"

    def __init__(
        self, batch: Batch, log: Log, origins: Mapping[int, Origin], order: Ordering, piece_bytes: int
    ) -> None:
        size_bytes = batch.blocks.size * batch.shared_stride
        super().__init__(batch, log, origins, size_bytes, batch.layout.shared_bytes, piece_bytes)
        self._piece_bytes = piece_bytes
        self.copies = Copies(self.store.bytes.size // piece_bytes, batch.shape[0] * batch.shape[1])
        self._races = Races(self.store.view(piece_bytes), order)

    def positions(self, access: Access) -> Positions:
        """Return where the bytes lie in the store."""
        blocks = self._batch.block_slot[access.threads] if access.blocks is None else access.blocks
        return access.addresses.view(np.int64) + blocks * self._batch.shared_stride

    def note(self, access: Access, positions: Positions) -> None:
        """Look at accesses that are inside."""
        pieces = self._contents.pieces(positions, access.size_bytes)
        self._note_contents(access, pieces)
        if access.effect == "wait":
            return
        self._note_copies(access, pieces)
        threads = np.repeat(access.threads, pieces.shape[1]) if pieces.shape[1] > 1 else access.threads
        cut = Pieces(pieces.reshape(-1), threads, self._values(access))
        for race in self._races.access(cut, access.effect, access.pc):
            self._report(race, access)

    def _note_copies(self, access: Access, pieces: Positions) -> None:
        unfinished = self.copies.unfinished(pieces.reshape(-1)).reshape(pieces.shape).any(axis=1)
        if unfinished.any():
            first = int(unfinished.argmax())
            message = f"{access.name} while cp.async may still be writing there"
            variable, count = self.variable(access, first), int(unfinished.sum())
            self._log.add("unfinished-copy", access.place(first), message, count=count, variable=variable)
        if access.effect == "begin":
            self.copies.issue(pieces.reshape(-1), np.repeat(access.threads, pieces.shape[1]))
        elif access.effect in WRITES:
            self.copies.overwrite(pieces.reshape(-1))

    def _values(self, access: Access) -> NDArray[np.generic] | None:
        if access.values is None:
            return None
        return np.ascontiguousarray(access.values).view(self.store.view(self._piece_bytes).dtype).reshape(-1)

    def _report(self, race: Race, access: Access) -> None:
        index = int(np.flatnonzero(access.threads == race.thread)[0])
        other = named(Place(race.other_pc, self._batch, race.other))
        missing = "__syncwarp()" if race.within_warp else "barrier"
        same = race.other_pc == access.pc and "same time" in race.verb
        between = "" if same else f", with no {missing} between"
        self._log.add(
            "missing-syncwarp" if race.within_warp and not same else "shared-race",
            access.place(index),
            f"{race.verb.format(other)}{between}",
            count=race.count,
            variable=self.variable(access, index),
            other_pc=race.other_pc,
        )


def _written(name: str) -> str | None:
    """Return a name that people wrote: compilers put all local variables of a function in one."""
    return None if not name or name.startswith(("__local_depot", STACK)) else name
