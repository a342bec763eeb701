"""Buffers in the memory of a real GPU."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.cuda_errors import cuda_errors
from gpuadvisor.devices.device import Buffer


class CudaMemory:
    """Allocates, copies and frees; knows the allocation each buffer lies in.

    `cudaMalloc` aligns to at least 256 bytes (CUDA C++ Programming Guide, Device Memory Accesses).
    """

    def __init__(self, cupy: Any) -> None:  # noqa: ANN401 - the module CuPy
        self._cupy = cupy
        self._runtime = cupy.cuda.runtime
        self._allocations: dict[int, int] = {}

    def upload(self, array: NDArray[np.generic], name: str, offset_bytes: int) -> Buffer:
        """Copy `array` to a new buffer that starts `offset_bytes` behind an aligned address."""
        content = np.ascontiguousarray(array)
        with cuda_errors(self._cupy, f"the buffer {name!r} of {content.nbytes:,} bytes"):
            allocation = self._runtime.malloc(max(1, content.nbytes + offset_bytes))
            address = allocation + offset_bytes
            self._allocations[address] = allocation
            self._runtime.memcpy(
                address, content.ctypes.data, content.nbytes, self._runtime.memcpyHostToDevice
            )
        return Buffer(address, content.nbytes, name)

    def overwrite(self, address: int, array: NDArray[np.generic], name: str) -> None:
        """Copy `array` over memory that a module owns."""
        content = np.ascontiguousarray(array)
        with cuda_errors(self._cupy, f"the variable {name!r}"):
            self._runtime.memcpy(
                address, content.ctypes.data, content.nbytes, self._runtime.memcpyHostToDevice
            )

    def download(self, buffer: Buffer, like: NDArray[np.generic]) -> NDArray[np.generic]:
        """Copy the start of the buffer back as an array of the dtype and shape of `like`."""
        if like.nbytes > buffer.size_bytes:
            raise ValueError(f"{buffer.name!r} holds {buffer.size_bytes} bytes, not {like.nbytes}")
        array: NDArray[np.generic] = np.empty(like.shape, like.dtype)
        with cuda_errors(self._cupy, f"reading the buffer {buffer.name!r}"):
            self._runtime.memcpy(
                array.ctypes.data, buffer.address, array.nbytes, self._runtime.memcpyDeviceToHost
            )
        return array

    def free(self, buffer: Buffer) -> None:
        """Give the buffer's allocation back; nothing happens if it already was."""
        allocation = self._allocations.pop(buffer.address, None)
        if allocation is not None:
            with cuda_errors(self._cupy, f"freeing the buffer {buffer.name!r}"):
                self._runtime.free(allocation)

    def close(self) -> None:
        """Free every buffer."""
        while self._allocations:
            _, allocation = self._allocations.popitem()
            with cuda_errors(self._cupy, "freeing the buffers"):
                self._runtime.free(allocation)
