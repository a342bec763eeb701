"""Shared memory, as the check sees it: bounds, contents, asynchronous copies and races."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.checking.access import Access, Positions, report
from gpuadvisor.emulator.checking.copies import Copies
from gpuadvisor.emulator.checking.effects import WRITES
from gpuadvisor.emulator.checking.log import Log, place_of
from gpuadvisor.emulator.checking.ordering import Ordering
from gpuadvisor.emulator.checking.origins import Origin
from gpuadvisor.emulator.checking.private import Private
from gpuadvisor.emulator.checking.races import Pieces, Race, Races


class Shared(Private):
    """The shared memory of every block."""

    space, owner = "shared", "block"

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
        by_piece = self.copies.unfinished(pieces.reshape(-1)).reshape(pieces.shape)
        unfinished = np.asarray(by_piece.any(axis=1))
        what = "while cp.async may still be writing there"
        report(self._log, "unfinished-copy", access, unfinished, self.variable, what)
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
        other = place_of(self._batch, race.other_pc, race.other).who
        missing = "__syncwarp()" if race.within_warp else "barrier"
        between = "" if race.simultaneous else f", with no {missing} between"
        self._log.add(
            "missing-syncwarp" if race.within_warp and not race.simultaneous else "shared-race",
            access.place(index),
            f"{race.verb.format(other)}{between}",
            count=race.count,
            variable=self.variable(access, index),
            other_pc=race.other_pc,
        )
