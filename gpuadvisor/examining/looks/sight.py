"""What a framework tells of itself."""

import msgspec


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """A framework's version, what it was built for, and the GPUs it sees."""

    version: str
    has_cuda: bool
    """False for a build for the CPU, or for other GPUs."""
    cuda: str | None = None
    """The CUDA version it was built for, as `12.8` or `12`; None where it does not tell."""
    devices: int = 0
    """How many GPUs it sees."""
    architectures: list[str] = []
    """What it has code for, as `sm_90` and `compute_90`; empty where it does not tell."""
    problem: str | None = None
    """In its own words, why it sees no GPU or cannot use one."""
