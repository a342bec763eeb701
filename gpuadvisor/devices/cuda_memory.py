"""Buffers that a real GPU works on, wherever they lie."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.cuda_errors import cuda_errors
from gpuadvisor.devices.cuda_places import Allocation, CudaPlaces
from gpuadvisor.devices.device import Buffer, Place


class CudaMemory:
    """Allocates, copies and frees; knows the allocation each buffer lies in.

    `cudaMalloc` aligns to at least 256 bytes (CUDA C++ Programming Guide, Device Memory Accesses).
    """

    def __init__(self, cupy: Any, index: int = 0) -> None:  # noqa: ANN401 - the module CuPy
        self._cupy = cupy
        self._places = CudaPlaces(cupy, index)
        self._allocations: dict[int, Allocation] = {}

    def upload(
        self, array: NDArray[np.generic], name: str, offset_bytes: int, place: Place = "device"
    ) -> Buffer:
        """Copy `array` to a new buffer that starts `offset_bytes` behind an aligned address."""
        content = np.ascontiguousarray(array)
        with cuda_errors(self._cupy, f"the buffer {name!r} of {content.nbytes:,} bytes"):
            allocation = self._places.allocate(place, max(1, content.nbytes + offset_bytes))
            address = allocation.address + offset_bytes
            self._allocations[address] = allocation
            self._places.write(place, address, content)
        return Buffer(address, content.nbytes, name, place)

    def overwrite(self, address: int, array: NDArray[np.generic], name: str) -> None:
        """Copy `array` over memory that a module owns."""
        with cuda_errors(self._cupy, f"the variable {name!r}"):
            self._places.write("device", address, np.ascontiguousarray(array))

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        """Copy the start of the buffer back as an array of the dtype and shape of `like`."""
        if like.nbytes > buffer.size_bytes:
            raise ValueError(f"{buffer.name!r} holds {buffer.size_bytes} bytes, not {like.nbytes}")
        array: NDArray[np.generic] = np.empty(like.shape, like.dtype)
        with cuda_errors(self._cupy, f"reading the buffer {buffer.name!r}"):
            self._places.read(buffer.place, buffer.address, array)
        return array

    def free(self, buffer: Buffer) -> None:
        """Give the buffer's allocation back; nothing happens if it already was."""
        allocation = self._allocations.pop(buffer.address, None)
        if allocation is not None:
            with cuda_errors(self._cupy, f"freeing the buffer {buffer.name!r}"):
                allocation.release()

    def close(self) -> None:
        """Free every buffer."""
        while self._allocations:
            _, allocation = self._allocations.popitem()
            with cuda_errors(self._cupy, "freeing the buffers"):
                allocation.release()
