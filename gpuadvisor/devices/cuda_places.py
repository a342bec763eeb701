"""The places on a host with GPUs where memory can lie, and how each is allocated and filled."""

import ctypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.cuda_errors import Status
from gpuadvisor.devices.device import Place
from gpuadvisor.model.errors import GpuAdvisorError

PINNED_FLAGS = 0
"""`cudaHostAllocDefault`: with unified addressing the GPU reaches pinned memory by the host's address (CUDA
Runtime API, Unified Addressing)."""
ALIGNMENT_BYTES = 256
HOST_PLACES = frozenset({"pinned", "pageable", "managed"})
"""Places that the host reads and writes by plain loads and stores."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """An aligned address, and how to give the memory back."""

    address: int
    release: Callable[[], None]
    storage: object = None
    """What keeps the memory, where that is an object of Python's."""


class CudaPlaces:
    """Allocates at every place; `index` is the device's own number among CUDA's."""

    def __init__(self, cupy: Any, index: int) -> None:  # noqa: ANN401 - the module CuPy
        self._runtime = cupy.cuda.runtime
        self._error = cupy.cuda.runtime.CUDARuntimeError
        self._index = index
        self._peer: int | None = None
        self._allocators: Mapping[Place, Callable[[int], Allocation]] = {
            "device": self._device,
            "pinned": self._pinned,
            "pageable": self._pageable,
            "managed": self._managed,
            "peer": self._on_peer,
        }

    def allocate(self, place: Place, size_bytes: int) -> Allocation:
        """Return new memory; raises CuPy's errors, and GpuAdvisorError where there is no such place."""
        return self._allocators[place](size_bytes)

    def write(self, place: Place, address: int, array: NDArray[np.generic]) -> None:
        """Copy a contiguous array to memory at the place."""
        if place in HOST_PLACES:
            ctypes.memmove(address, array.ctypes.data, array.nbytes)
        else:
            kind = self._runtime.memcpyHostToDevice
            self._runtime.memcpy(address, array.ctypes.data, array.nbytes, kind)

    def read(self, place: Place, address: int, array: NDArray[np.generic]) -> None:
        """Copy memory at the place over a contiguous array."""
        if place in HOST_PLACES:
            ctypes.memmove(array.ctypes.data, address, array.nbytes)
        else:
            kind = self._runtime.memcpyDeviceToHost
            self._runtime.memcpy(array.ctypes.data, address, array.nbytes, kind)

    def _device(self, size_bytes: int) -> Allocation:
        address = self._runtime.malloc(size_bytes)
        return Allocation(address, lambda: self._runtime.free(address))

    def _pinned(self, size_bytes: int) -> Allocation:
        address = self._runtime.hostAlloc(size_bytes, PINNED_FLAGS)
        return Allocation(address, lambda: self._runtime.freeHost(address))

    def _pageable(self, size_bytes: int) -> Allocation:
        storage = np.empty(size_bytes + ALIGNMENT_BYTES, np.uint8)
        address = -(-storage.ctypes.data // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
        return Allocation(address, _nothing, storage)

    def _managed(self, size_bytes: int) -> Allocation:
        address = self._runtime.mallocManaged(size_bytes)
        return Allocation(address, lambda: self._runtime.free(address))

    def _on_peer(self, size_bytes: int) -> Allocation:
        self._runtime.setDevice(self._reach_peer())
        try:
            return self._device(size_bytes)
        finally:
            self._runtime.setDevice(self._index)

    def _reach_peer(self) -> int:
        """Return the number of a second device, having let this one reach its memory."""
        if self._peer is None:
            peer = peer_of(self._runtime, self._index)
            if peer is None:
                raise GpuAdvisorError("there is no second GPU that this one reaches directly")
            try:
                self._runtime.deviceEnablePeerAccess(peer)
            except self._error as error:
                if error.status != Status.PEER_ACCESS_ALREADY_ENABLED:
                    raise
            self._peer = peer
        return self._peer


def peer_of(runtime: Any, index: int) -> int | None:  # noqa: ANN401 - cupy.cuda.runtime
    """Return the first other device whose memory the device `index` reaches directly; None without one."""
    others = (number for number in range(runtime.getDeviceCount()) if number != index)
    return next((other for other in others if runtime.deviceCanAccessPeer(index, other)), None)


def _nothing() -> None:
    """Release what goes with its last reference."""
