"""What a GPU should have: the one table, with where each figure comes from."""

from dataclasses import dataclass

Capability = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Threshold:
    """A compute capability and an amount of memory."""

    compute_capability: Capability
    memory_bytes: int
    source: str

    def __str__(self) -> str:
        """As `3.5, 2 GB (source)`."""
        capability = capability_text(self.compute_capability)
        return f"{capability}, {self.memory_bytes // GIGABYTE} GB ({self.source})"


GIGABYTE = 10**9
"""Cards are sold by it, and a little of the memory is the driver's: an 8 GB card shows 8.0 to 8.6e9 bytes."""

MINIMUM = Threshold(
    compute_capability=(3, 5),
    memory_bytes=2 * GIGABYTE,
    source="TensorFlow's GPU guides, CUDA architectures 3.5 and up",
)
RECOMMENDED = Threshold(
    compute_capability=(6, 0),
    memory_bytes=8 * GIGABYTE,
    source="gpuadvisor's choice: from 6.0 on, unified memory moves by page faults",
)

LEAST_OF_CUDA: dict[int, Capability] = {11: (3, 5), 12: (5, 0), 13: (7, 5)}
"""The oldest GPUs that the libraries and compilers of a CUDA release still serve: CUDA 11.0, 12.0 and 13.0
release notes (Kepler 3.0 was dropped in 11, the rest of Kepler in 12, Maxwell to Volta in 13)."""

LEAST_SHARED_BYTES = GIGABYTE
"""Of /dev/shm. Docker gives 64 MiB, and PyTorch's data loaders pass their batches through it (PyTorch's
README, "Docker Image": `--ipc=host` or `--shm-size`); a gigabyte holds a few batches of images."""


def memory_text(size_bytes: int | None) -> str:
    """Return a size as cards are sold by it; None is memory that the driver does not tell of."""
    return "memory of unknown size" if size_bytes is None else f"{size_bytes / GIGABYTE:.3g} GB"


def capability_text(capability: Capability) -> str:
    """Return (9, 0) as `9.0`."""
    return f"{capability[0]}.{capability[1]}"
