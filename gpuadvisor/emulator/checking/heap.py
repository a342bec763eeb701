"""malloc and free in device code, watched."""

from gpuadvisor.emulator.checking.allocations import Allocated, is_heap
from gpuadvisor.emulator.checking.device_memory import DeviceMemory
from gpuadvisor.emulator.checking.log import Log, Place
from gpuadvisor.emulator.heap import Heap
from gpuadvisor.emulator.memory import BASE_ADDRESS


class WatchedHeap:
    """The heap of one batch."""

    def __init__(self, heap: Heap, log: Log, device: DeviceMemory) -> None:
        self._heap, self._log, self._device = heap, log, device

    def allocate(self, place: Place, size_bytes: int) -> int:
        """Return the address of fresh bytes, to which nothing has been written; 0 for none."""
        address = self._heap.allocate(size_bytes)
        if address:
            self._device.allocations.live[address] = Allocated(address, size_bytes, place)
            start = address - BASE_ADDRESS
            self._device.arena.forget(start, start + size_bytes)
        return address

    def free(self, place: Place, address: int) -> None:
        """Take bytes back, but keep them until the launch is over; report what is no block."""
        allocations = self._device.allocations
        block, before = allocations.live.pop(address, None), allocations.freed_at(address)
        if block is not None:
            allocations.freed[address] = Allocated(address, block.size_bytes, place)
            self._heap.used_bytes -= block.size_bytes
        elif before is not None:
            self._log.add("invalid-free", place, "free of memory that was freed", other_pc=before.place.pc)
        elif address and is_heap(self._device.memory, address):
            self._free_earlier(place, address)
        elif address:
            self._log.add("invalid-free", place, f"free of {address:#x}, which malloc did not give")

    def _free_earlier(self, place: Place, address: int) -> None:
        """Free what an earlier launch allocated, or report an address inside a block."""
        allocation = self._device.memory.allocation_at(address)
        if allocation is None or allocation.address != address:
            self._log.add("invalid-free", place, "free of an address inside a block, not of its start")
            return
        self._device.allocations.freed[address] = Allocated(address, allocation.size_bytes, place)
