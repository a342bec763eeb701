"""The emulated device that stands for the GPU at hand."""

from gpuadvisor.devices.catalog import entry, names
from gpuadvisor.model.device import DeviceFacts


def nearest_emulated(facts: DeviceFacts) -> str:
    """Return the name of the emulated device most like the GPU: capability first, then size and clock."""

    def distance(name: str) -> tuple[bool, float, float, float]:
        known = entry(name)
        return (
            known.compute_capability != facts.compute_capability,
            abs(float(known.compute_capability) - float(facts.compute_capability)),
            abs(known.multiprocessors - facts.multiprocessors),
            abs(known.dram_bytes_per_second - facts.dram_bytes_per_second),
        )

    return f"emulated:{min(names(), key=distance)}"
