"""What is published of a real GPU that its driver does not tell: cache bandwidths and latencies."""

from typing import TypedDict

from gpuadvisor.devices.catalog import entry, read_catalog
from gpuadvisor.model.device import DeviceFacts


class Figures(TypedDict, total=False):
    """The figures of `DeviceFacts` that a driver does not tell; one that nobody published is absent."""

    l2_bytes_per_second: float
    l1_bytes_per_clock: float
    dram_latency_cycles: float
    l2_latency_cycles: float
    l1_latency_cycles: float
    shared_latency_cycles: float


def published(name: str, multiprocessors: int) -> tuple[Figures, dict[str, str]]:
    """Return the catalogue's figures for the GPU that CUDA calls `name`, and the source of each.

    A part of a GPU (a MIG instance, a share of a virtual one) has fewer multiprocessors or another name, and
    nothing published.
    """
    facts = _entry_called(name)
    if facts is None or facts.multiprocessors != multiprocessors:
        return {}, {}
    figures = Figures()
    for field in Figures.__annotations__:
        if getattr(facts, field) is not None:
            figures[field] = getattr(facts, field)  # type: ignore[literal-required]
    return figures, {field: source for field, source in facts.sources.items() if field in figures}


def _entry_called(name: str) -> DeviceFacts | None:
    same = (known for known, gpu in read_catalog().gpu.items() if _bare(gpu.name) == _bare(name))
    found = next(same, None)
    return None if found is None else entry(found)


def _bare(name: str) -> str:
    """Return the name without the maker's, which drivers before 510 left out."""
    return name.removeprefix("NVIDIA ").removeprefix("Tesla ")
