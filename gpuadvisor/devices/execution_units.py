"""What each multiprocessor can issue per clock, by compute capability."""

from typing import TypedDict


class Lanes(TypedDict, total=False):
    """Results per clock and multiprocessor; a figure nobody published is absent."""

    fp32_lanes: int
    fp64_lanes: int
    fp16_lanes: int
    int32_lanes: int
    special_function_lanes: int


def _lanes(fp32: int, fp64: int, int32: int, special: int, fp16: int | None = None) -> Lanes:
    lanes = Lanes(fp32_lanes=fp32, fp64_lanes=fp64, int32_lanes=int32, special_function_lanes=special)
    return lanes if fp16 is None else {**lanes, "fp16_lanes": fp16}


LANES_PER_MULTIPROCESSOR: dict[str, Lanes] = {
    "7.0": _lanes(64, 32, 64, 16, 128),
    "7.5": _lanes(64, 2, 64, 16, 128),
    "8.0": _lanes(64, 32, 64, 16, 256),
    "8.6": _lanes(128, 2, 64, 16, 128),
    "8.7": _lanes(128, 2, 64, 16),
    "8.9": _lanes(128, 2, 64, 16, 128),
    "9.0": _lanes(128, 64, 64, 16, 256),
    "10.0": _lanes(128, 64, 64, 16, 128),
    "10.3": Lanes(fp32_lanes=128, fp64_lanes=2, special_function_lanes=16),
    "12.0": _lanes(128, 2, 128, 16, 128),
    "12.1": _lanes(128, 2, 128, 16),
}
"""CUDA C++ Programming Guide, "Arithmetic Instructions", throughput of native arithmetic instructions.

Those of 16 bits count the results of packed instructions, two each (measured: 200 of 256 on A100, 128 on RTX
3090, 125 on TITAN V)."""
