"""Large arrays between two processes: through memory that both can open, not through the pipe between them.

A pipe copies piece by piece, with a change of processes for each; probes move gigabytes.
"""

import os
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_BYTES = 1 << 20
"""Smaller arrays go with the message."""


@dataclass(frozen=True, slots=True)
class Outline:
    """An array's form without its content."""

    dtype: np.dtype[np.generic]
    shape: tuple[int, ...]

    def blank(self) -> NDArray[np.generic]:
        """Return an array of this form; its content is whatever was there."""
        return np.empty(self.shape, self.dtype)


@dataclass(frozen=True, slots=True)
class Placed:
    """Stands in a message for an array whose content lies in the shared memory."""

    outline: Outline


def outline_of(array: NDArray[np.generic]) -> Outline:
    """Return the form of an array."""
    return Outline(array.dtype, array.shape)


class SharedArrays:
    """Memory without a name, for one array at a time; whoever takes it gives the memory back.

    Read and written like a file, not mapped: memory that runs out is an error then, not a signal.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def create(cls) -> "SharedArrays | None":
        """Return new memory; None on systems where processes cannot share it so."""
        return cls(os.memfd_create("gpuadvisor")) if hasattr(os, "memfd_create") else None

    @classmethod
    def open(cls, path: str) -> "SharedArrays":
        """Return the memory that another process calls `path`."""
        return cls(os.open(path, os.O_RDWR | os.O_CLOEXEC))

    @property
    def path(self) -> str:
        """What other processes of the same user open."""
        return f"/proc/{os.getpid()}/fd/{self._descriptor}"

    def put(self, array: NDArray[np.generic]) -> Placed:
        """Write the content of an array."""
        content = _bytes_of(np.ascontiguousarray(array))
        written = 0
        while written < content.nbytes:
            written += os.pwrite(self._descriptor, content[written:], written)
        return Placed(outline_of(array))

    def take(self, placed: Placed) -> NDArray[np.generic]:
        """Return the array that lies there, and free the memory; EOFError where its content is missing."""
        array = placed.outline.blank()
        content = _bytes_of(array)
        taken = 0
        while taken < content.nbytes:
            read = os.preadv(self._descriptor, [content[taken:]], taken)
            if not read:
                raise EOFError(f"{content.nbytes - taken} bytes of an array are missing")
            taken += read
        os.ftruncate(self._descriptor, 0)
        return array

    def close(self) -> None:
        """Close it on this side."""
        os.close(self._descriptor)


def packed(shared: SharedArrays | None, value: object) -> object:
    """Return what to send for a value: a large array is put into the shared memory."""
    if shared is None or not isinstance(value, np.ndarray) or value.nbytes < LEAST_BYTES:
        return value
    return shared.put(value)


def unpacked(shared: SharedArrays | None, value: object) -> object:
    """Return the value that was packed."""
    return shared.take(value) if shared is not None and isinstance(value, Placed) else value


def _bytes_of(array: NDArray[np.generic]) -> memoryview:
    return array.reshape(-1).view(np.uint8).data
