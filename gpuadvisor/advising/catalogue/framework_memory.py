"""Facts about the memory that a framework's allocator held on the GPUs of a run."""

from collections.abc import Callable

from gpuadvisor.advising.catalogue.timeline import timeline
from gpuadvisor.model.sampled import MemoryUse
from gpuadvisor.model.timeline import TimelineProfile


def _fullest(profile: TimelineProfile) -> MemoryUse | None:
    """Return the memory of the GPU that was filled most; None where none is known."""
    known = [use for use in profile.memory if use.device is not None]
    return max(known, key=_held, default=None)


def _held(use: MemoryUse) -> int:
    return use.peak_reserved_bytes or use.peak_allocated_bytes


def _of_fullest(read: Callable[[MemoryUse], float | None]) -> Callable[[TimelineProfile], float | None]:
    def value(profile: TimelineProfile) -> float | None:
        use = _fullest(profile)
        return None if use is None else read(use)

    return value


def _bytes(read: Callable[[MemoryUse], int | None]) -> Callable[[TimelineProfile], int | None]:
    def value(profile: TimelineProfile) -> int | None:
        use = _fullest(profile)
        return None if use is None else read(use)

    return value


def _filled(use: MemoryUse) -> float | None:
    return _held(use) / use.capacity_bytes if use.capacity_bytes else None


def _unused(use: MemoryUse) -> float | None:
    reserved = use.peak_reserved_bytes
    return max(0.0, 1 - use.peak_allocated_bytes / reserved) if reserved else None


FACTS = (
    timeline.fact(
        "memory.allocated_bytes", "int", "bytes",
        "The most memory that tensors used at once, on the GPU that was filled most",
        _bytes(lambda use: use.peak_allocated_bytes),
    ),
    timeline.fact(
        "memory.reserved_bytes", "int", "bytes",
        "The most memory that the framework's allocator took from CUDA there, in use or kept for later",
        _bytes(lambda use: use.peak_reserved_bytes),
    ),
    timeline.fact(
        "memory.filled_fraction", "float", "fraction",
        "That memory, of what the GPU has", _of_fullest(_filled),
    ),
    timeline.fact(
        "memory.unused_fraction", "float", "fraction",
        "What the allocator took beyond the most that tensors ever used, over what it took",
        _of_fullest(_unused),
    ),
    timeline.fact(
        "memory.retries", "int", "retries",
        "How often the allocator had to give back what it kept before it could serve a request; known of "
        "live programs",
        _bytes(lambda use: use.allocation_retries),
    ),
)  # fmt: skip
