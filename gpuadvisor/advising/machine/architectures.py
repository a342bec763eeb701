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


TENSOR_MULTIPLY_ADDS: dict[str, dict[str, int]] = {
    "7.0": {"fp16": 512},
    "7.5": {"fp16": 512, "int8": 1024},
    "8.0": {"fp16": 1024, "tf32": 512, "int8": 2048, "fp64": 64},
    "8.6": {"fp16": 512, "tf32": 256, "int8": 1024},
    "8.9": {"fp16": 512, "tf32": 256, "int8": 1024},
    "9.0": {"fp16": 2048, "tf32": 1024, "int8": 4096, "fp64": 128},
    "10.0": {"fp16": 4096, "tf32": 2048, "fp64": 64},
    "12.0": {"fp16": 512, "tf32": 128, "int8": 1024},
}
"""Per clock and multiprocessor, of dense matrices. GeForce cards halve sums in 32-bit floats; on 9.0 and 10.0
`mma` reaches a part of it only, the rest takes instructions of a whole warp group."""
TENSOR_SOURCE = "NVIDIA data sheets: dense rate over multiprocessors and clock"


def cuda_version(text: str) -> int | None:
    """Return `13.2` as 13020, as CUDA itself counts; None for what is no version."""
    major, _, rest = text.partition(".")
    minor = rest.partition(".")[0] or "0"
    return int(major) * 1000 + int(minor) * 10 if major.isdecimal() and minor.isdecimal() else None


def cuda_text(version: int) -> str:
    """Return 13020 as `13.2`."""
    return f"{version // 1000}.{version % 1000 // 10}"
