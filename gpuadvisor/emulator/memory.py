"""Global memory: named buffers in one byte arena, every access checked."""

from bisect import bisect_right
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.program import Program
from gpuadvisor.emulator.store import ByteStore, misaligned
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.model.errors import GpuAdvisorError

BASE_ADDRESS = 1 << 44
ALIGNMENT_BYTES = 256
"""What cudaMalloc guarantees (CUDA C++ Programming Guide, device memory accesses)."""
GUARD_BYTES = 256
_FIRST_CAPACITY_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Allocation:
    """One buffer: the reserved range starts at a 256-byte boundary, `address` lies in it."""

    reserved: int
    address: int
    size_bytes: int
    name: str
    guard_bytes: int = GUARD_BYTES

    @property
    def end(self) -> int:
        """The first address behind the buffer."""
        return self.address + self.size_bytes

    @property
    def reserved_end(self) -> int:
        """The first address behind the guard gap."""
        return _aligned(self.end) + self.guard_bytes


@dataclass(frozen=True, slots=True)
class LoadedModule:
    """A program whose module-scope variables live in this memory."""

    program: Program
    addresses: dict[str, int]


@dataclass(slots=True)
class GlobalMemory:
    """The device memory of an emulated GPU; new buffers are zero."""

    largest_guard_bytes: int = GUARD_BYTES
    """Behind a buffer nothing lies for its own size, but no less than `GUARD_BYTES` and no more than this."""
    modules: dict[int, LoadedModule] = field(default_factory=dict)
    """By the identity of the program, which the entry keeps alive."""
    images: list[Image | None] = field(default_factory=list)
    """Texture and surface objects; the handle of one is its place in the list, counted from 1.

    None where the buffer is gone.
    """
    _store: ByteStore = field(default_factory=lambda: ByteStore(_FIRST_CAPACITY_BYTES))
    _allocations: list[Allocation] = field(default_factory=list)
    _has_gaps: bool = False
    """Whether a buffer has been freed, so that there may be room between others."""
    _ranges: tuple[NDArray[np.uint64], NDArray[np.uint64]] | None = None
    _unwritten: set[int] = field(default_factory=set)
    """Addresses of buffers whose first content has no meaning."""

    def allocate(self, size_bytes: int, name: str = "", offset_bytes: int = 0) -> int:
        """Return the address of a new buffer, `offset_bytes` behind a 256-byte boundary."""
        guard_bytes = _aligned(max(GUARD_BYTES, min(size_bytes, self.largest_guard_bytes)))
        position, reserved = self._gap(offset_bytes + size_bytes, guard_bytes)
        allocation = Allocation(reserved, reserved + offset_bytes, size_bytes, name, guard_bytes)
        self._store.grow(allocation.reserved_end - BASE_ADDRESS)
        self._store.bytes[reserved - BASE_ADDRESS : allocation.end - BASE_ADDRESS] = 0
        self._allocations.insert(position, allocation)
        self._ranges = None
        return allocation.address

    def _gap(self, size_bytes: int, guard_bytes: int) -> tuple[int, int]:
        """Return the first gap that holds the bytes: its place in the list and its address."""
        if not self._has_gaps and self._allocations:
            return len(self._allocations), self._allocations[-1].reserved_end
        start = BASE_ADDRESS
        for position, allocation in enumerate(self._allocations):
            if start + size_bytes + guard_bytes <= allocation.reserved:
                return position, start
            start = allocation.reserved_end
        return len(self._allocations), start

    def free(self, address: int) -> None:
        """Give the buffer at `address` back."""
        buffer = self._buffer(address)
        self._allocations.remove(buffer)
        if self.images:
            self.images = [None if each and _lies_in(each, buffer) else each for each in self.images]
        self._unwritten.discard(address)
        self._has_gaps = True
        self._ranges = None

    def add_image(self, image: Image) -> int:
        """Return the handle of a new texture or surface object over a buffer."""
        self.images.append(image)
        return len(self.images)

    def image(self, handle: int) -> Image | None:
        """Return the object that has the handle, or None."""
        return self.images[handle - 1] if 1 <= handle <= len(self.images) else None

    def write(self, address: int, content: bytes | bytearray | memoryview) -> None:
        """Copy bytes into a buffer; GpuAdvisorError if they do not fit in it."""
        flat = np.frombuffer(content, dtype=np.uint8)
        start = self._host_range(address, flat.size)
        self._store.bytes[start : start + flat.size] = flat

    def read(self, address: int, size_bytes: int) -> bytes:
        """Return bytes of a buffer; GpuAdvisorError if they are not all in it."""
        start = self._host_range(address, size_bytes)
        return self._store.bytes[start : start + size_bytes].tobytes()

    def name_of(self, address: int) -> str | None:
        """Return the name of the buffer that `address` lies in, or None."""
        allocation = self._before(address)
        return allocation.name or None if allocation and address < allocation.end else None

    def forget(self, address: int) -> None:
        """Take the content of the buffer at `address` as never written; only a correctness check cares."""
        self._unwritten.add(self._buffer(address).address)

    def unwritten(self) -> list[Allocation]:
        """Return the buffers whose content was never written when the launch began."""
        return [each for each in self._allocations if each.address in self._unwritten]

    def allocation_at(self, address: int) -> Allocation | None:
        """Return the buffer that `address` lies in or, failing that, just behind; None for no buffer."""
        allocation = self._before(address)
        return allocation if allocation and address <= allocation.end else None

    def locate(
        self, addresses: NDArray[np.uint64], lanes: NDArray[np.int64], size_bytes: int, what: str
    ) -> tuple[ByteStore, NDArray[np.int64]]:
        """Return the arena and the position in it of each address, shape (n,).

        Raises ThreadFault for the first lane whose `size_bytes` are misaligned or not all in one buffer.
        """
        self._check_bounds(addresses, lanes, size_bytes, what)
        misaligned(addresses, lanes, size_bytes, what)
        return self._store, (addresses - np.uint64(BASE_ADDRESS)).view(np.int64)

    def _check_bounds(
        self, addresses: NDArray[np.uint64], lanes: NDArray[np.int64], size_bytes: int, what: str
    ) -> None:
        low, high = int(addresses.min()), int(addresses.max())
        allocation = self._before(low)
        if allocation and high + size_bytes <= allocation.end:
            return
        starts, ends = self.ranges()
        index = np.searchsorted(starts, addresses, side="right") - 1
        ends = ends[np.maximum(index, 0)]
        outside = (index < 0) | (addresses >= ends) | (ends - addresses < size_bytes)
        if outside.any():
            first = int(outside.argmax())
            address = int(addresses[first])
            raise ThreadFault(
                f"{what} at address {address:#x} is outside every buffer ({self.nearest(address)})",
                int(lanes[first]),
            )

    @property
    def store(self) -> ByteStore:
        """The arena with its views by width."""
        return self._store

    @property
    def arena(self) -> NDArray[np.uint8]:
        """All bytes of device memory from `BASE_ADDRESS` on, until the next buffer is allocated."""
        return self._store.bytes

    def ranges(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return starts and ends of the buffers; an empty range stands for no buffer at all."""
        if self._ranges is None:
            listed = self._allocations or [Allocation(0, 0, 0, "")]
            self._ranges = (
                np.array([allocation.address for allocation in listed], np.uint64),
                np.array([allocation.end for allocation in listed], np.uint64),
            )
        return self._ranges

    def nearest(self, address: int) -> str:
        """Say where an address lies from the nearest buffer."""
        if not self._allocations:
            return "there is none"
        nearest = min(
            self._allocations,
            key=lambda allocation: max(allocation.address - address, address - allocation.end + 1),
        )
        name = f"'{nearest.name}'" if nearest.name else f"the buffer at {nearest.address:#x}"
        label = f"{name} of {nearest.size_bytes} bytes"
        if address < nearest.address:
            return f"{nearest.address - address} bytes before {label}"
        if address < nearest.end:
            return f"it crosses the end of {label}"
        return f"{address - nearest.end} bytes past the end of {label}"

    def _before(self, address: int) -> Allocation | None:
        """Return the last buffer that starts at or before `address`."""
        position = bisect_right(self._allocations, address, key=_address)
        return self._allocations[position - 1] if position else None

    def _buffer(self, address: int) -> Allocation:
        allocation = self._before(address)
        if allocation is None or allocation.address != address:
            raise GpuAdvisorError(f"no buffer starts at address {address:#x}")
        return allocation

    def _host_range(self, address: int, size_bytes: int) -> int:
        allocation = self._before(address)
        if allocation is None or address + size_bytes > allocation.end:
            raise GpuAdvisorError(f"{size_bytes} bytes at address {address:#x} are not in one buffer")
        return address - BASE_ADDRESS


def _address(allocation: Allocation) -> int:
    return allocation.address


def _lies_in(image: Image, buffer: Allocation) -> bool:
    return buffer.address <= image.address < buffer.end


def _aligned(size_bytes: int) -> int:
    return -(-size_bytes // ALIGNMENT_BYTES) * ALIGNMENT_BYTES
