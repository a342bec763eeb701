"""What one thread sees in memory: strings and values at generic addresses."""

from dataclasses import dataclass

import numpy as np

from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.instructions.spaces import space_at

_LONGEST_STRING = 1 << 16


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread by its position in the batch."""

    batch: Batch
    lane: int

    def load(self, address: int, size_bytes: int) -> int:
        """Return the unsigned integer of 1, 2, 4 or 8 bytes at a generic address."""
        space, offset = space_at(address)
        where = np.array([offset], np.uint64)
        lanes = np.array([self.lane])
        store, positions = space.locate(self.batch, where, lanes, size_bytes, "load by the device runtime")
        return int(store.load(positions, size_bytes)[0])

    def string(self, address: int) -> str:
        """Return the text from a generic address to its zero byte."""
        content = bytearray()
        while len(content) < _LONGEST_STRING:
            byte = self.load(address + len(content), 1)
            if not byte:
                break
            content.append(byte)
        return content.decode(errors="replace")
