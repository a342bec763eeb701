"""What each multiprocessor can issue per clock, by compute capability."""

from typing import TypedDict


class Lanes(TypedDict, total=False):
    """Results per clock and multiprocessor; a figure nobody published is absent."""

    fp32_lanes: int
    fp64_lanes: int
    int32_lanes: int
    special_function_lanes: int


def _lanes(fp32: int, fp64: int, int32: int, special: int) -> Lanes:
    return Lanes(fp32_lanes=fp32, fp64_lanes=fp64, int32_lanes=int32, special_function_lanes=special)


LANES_PER_MULTIPROCESSOR: dict[str, Lanes] = {
    "7.0": _lanes(64, 32, 64, 16),
    "7.5": _lanes(64, 2, 64, 16),
    "8.0": _lanes(64, 32, 64, 16),
    "8.6": _lanes(128, 2, 64, 16),
    "8.7": _lanes(128, 2, 64, 16),
    "8.9": _lanes(128, 2, 64, 16),
    "9.0": _lanes(128, 64, 64, 16),
    "10.0": _lanes(128, 64, 64, 16),
    "10.3": Lanes(fp32_lanes=128, fp64_lanes=2, special_function_lanes=16),
    "12.0": _lanes(128, 2, 128, 16),
    "12.1": _lanes(128, 2, 128, 16),
}
"""CUDA C++ Programming Guide, "Arithmetic Instructions", throughput of native arithmetic instructions."""
