"""Which bytes of memory nothing has written yet."""

import numpy as np
from numpy.typing import NDArray

Positions = NDArray[np.int64]


class Contents:
    """By piece of a memory: whether it holds a value; a fresh memory holds none."""

    def __init__(self, size_bytes: int, piece_bytes: int = 1) -> None:
        self._piece_bytes = piece_bytes
        self._unwritten: NDArray[np.bool_] = np.ones(-(-size_bytes // piece_bytes), np.bool_)

    def pieces(self, positions: Positions, size_bytes: int) -> Positions:
        """Return the pieces of accesses of `size_bytes` at byte positions, shape (n, pieces of each)."""
        if size_bytes <= self._piece_bytes:
            return (positions // self._piece_bytes)[:, None]
        offsets = np.arange(0, size_bytes, self._piece_bytes)
        return (positions[:, None] + offsets) // self._piece_bytes

    def unwritten(self, pieces: Positions) -> NDArray[np.bool_]:
        """Return which accesses, rows of `pieces`, touch a piece that nothing has written."""
        return np.asarray(self._unwritten[pieces].any(axis=1))

    def write(self, pieces: Positions) -> None:
        """Note that pieces have been written."""
        self._unwritten[pieces] = False


class Arena:
    """The bytes of global memory: written but for the buffers that are said not to be."""

    def __init__(self) -> None:
        self._unwritten: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._any = False

    def forget(self, start: int, end: int) -> None:
        """Take the bytes from position `start` to `end` as never written."""
        if end > self._unwritten.size:
            larger = np.zeros(2 * end, np.bool_)  # pages of it that nobody touches take no memory
            larger[: self._unwritten.size] = self._unwritten
            self._unwritten = larger
        self._unwritten[start:end] = True
        self._any = True

    def unwritten(self, positions: Positions, size_bytes: int) -> NDArray[np.bool_]:
        """Return which accesses touch a byte that nothing has written."""
        if not self._any:
            return np.zeros(positions.size, np.bool_)
        return np.asarray(self._unwritten[self._bytes(positions, size_bytes)].any(axis=1))

    def write(self, positions: Positions, size_bytes: int) -> None:
        """Note that bytes have been written."""
        if self._any:
            self._unwritten[self._bytes(positions, size_bytes)] = False

    def _bytes(self, positions: Positions, size_bytes: int) -> Positions:
        last = self._unwritten.size - 1
        return np.asarray(np.minimum(positions[:, None] + np.arange(size_bytes), last))
