"""The heap that malloc in device code draws on."""

from dataclasses import dataclass, field

from gpuadvisor.emulator.memory import GlobalMemory

HEAP_BYTES = 8 << 20
"""The default of cudaLimitMallocHeapSize."""
HEAP_NAME = "malloc in device code"


@dataclass(slots=True)
class Heap:
    """What the blocks of a batch have allocated and not freed."""

    memory: GlobalMemory
    used_bytes: int = 0
    _sizes: dict[int, int] = field(default_factory=dict)

    def allocate(self, size_bytes: int) -> int:
        """Return the address of fresh bytes; 0 for none, and where the heap is exhausted, as on a GPU."""
        if not size_bytes or self.used_bytes + size_bytes > HEAP_BYTES:
            return 0
        address = self.memory.allocate(size_bytes, HEAP_NAME)
        self._sizes[address] = size_bytes
        self.used_bytes += size_bytes
        return address

    def free(self, address: int) -> None:
        """Give bytes back, perhaps those of an earlier launch; GpuAdvisorError if none start at `address`."""
        self.memory.free(address)
        self.used_bytes -= self._sizes.pop(address, 0)
