"""What follows from a compute capability alone."""

from typing import Literal

FIRST_CUDA = {
    "7.0": 9000,
    "7.2": 9020,
    "7.5": 10000,
    "8.0": 11000,
    "8.6": 11010,
    "8.7": 11040,
    "8.9": 11080,
    "9.0": 11080,
    "10.0": 12080,
    "10.3": 12090,
    "11.0": 13000,
    "12.0": 12080,
    "12.1": 12090,
}
"""The CUDA release whose compiler and driver first knew it, 1000 * major + 10 * minor (CUDA Toolkit Release
Notes, new architectures)."""

Memory = Literal["HBM", "GDDR"]
MEMORY: dict[str, Memory] = {
    "7.0": "HBM",
    "7.5": "GDDR",
    "8.0": "HBM",
    "8.6": "GDDR",
    "8.9": "GDDR",
    "9.0": "HBM",
    "10.0": "HBM",
    "10.3": "HBM",
    "12.0": "GDDR",
}
"""The kind of memory of all GPUs of an architecture (NVIDIA data sheets); integrated ones use the host's."""


def cuda_version(text: str) -> int | None:
    """Return `13.2` as 13020, as CUDA itself counts; None for what is no version."""
    major, _, rest = text.partition(".")
    minor = rest.partition(".")[0] or "0"
    return int(major) * 1000 + int(minor) * 10 if major.isdecimal() and minor.isdecimal() else None


def cuda_text(version: int) -> str:
    """Return 13020 as `13.2`."""
    return f"{version // 1000}.{version % 1000 // 10}"
