"""What the framework's allocator held: the `[memory]` events of traces recorded with profile_memory."""

from collections.abc import Mapping

from gpuadvisor.model.sampled import MemoryUse
from gpuadvisor.model.timeline import TimelineDevice
from gpuadvisor.sources.traces.kineto_events import Arguments
from gpuadvisor.sources.traces.kineto_head import whole

EVENT = "[memory]"
_CUDA = 1
"""As c10's DeviceType numbers it."""


class AllocatorPeaks:
    """The most bytes of each GPU that tensors used, and that the allocator took from the driver."""

    def __init__(self) -> None:
        self._peaks: dict[int, tuple[int, int]] = {}

    def add(self, args: Arguments) -> None:
        """Take note of an allocation or a release, after which the totals are as told."""
        if args.device_type != _CUDA:
            return
        device, allocated = whole(args.device_id), whole(args.total_allocated)
        if device is not None and allocated is not None:
            most_allocated, most_reserved = self._peaks.get(device, (0, 0))
            reserved = whole(args.total_reserved) or 0
            self._peaks[device] = max(most_allocated, allocated), max(most_reserved, reserved)

    def memory(self, known: Mapping[int, TimelineDevice]) -> list[MemoryUse]:
        """Return the peaks by device; `known` tells how much memory each has."""
        return [
            MemoryUse(
                device=device,
                peak_allocated_bytes=allocated,
                peak_reserved_bytes=reserved or None,
                capacity_bytes=known[device].memory_bytes if device in known else None,
            )
            for device, (allocated, reserved) in sorted(self._peaks.items())
        ]
