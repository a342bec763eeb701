"""A function of memory instructions, and address arrays as one warp makes them."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gpuadvisor.emulator.counting.recorder import Recorder
from gpuadvisor.emulator.program import Function, Instruction, SourceLine
from gpuadvisor.model.kernel import Launch, Observation

TID = np.arange(32)
EVERY_LANE = np.ones((1, 32), np.bool_)
BASE = 1 << 40
"""A 256-byte aligned global address."""


def warp(byte_offsets: ArrayLike, base: int = 0) -> NDArray[np.uint64]:
    """Return the addresses of one warp."""
    return (np.broadcast_to(np.asarray(byte_offsets), 32).astype(np.uint64) + np.uint64(base)).reshape(1, 32)


def function(texts: Iterable[str], *, with_lines: bool = True) -> Function:
    """Return a function with these instructions, the first on line 1 of a.cu."""
    instructions = [_instruction(index, text, with_lines=with_lines) for index, text in enumerate(texts)]
    return Function("kernel", True, (), (), {}, (), tuple(instructions), {})


def _instruction(index: int, text: str, *, with_lines: bool) -> Instruction:
    opcode, *suffixes = text.split(".")
    source = SourceLine("a.cu", index + 1) if with_lines else None
    return Instruction(
        index, opcode, tuple(suffixes[:-1]), tuple(suffixes[-1:]), (), None, source, 10 + index
    )


def recorder(*texts: str, blocks_run: int = 1, blocks_total: int = 1) -> Recorder:
    """Return a recorder for a function with these instructions."""
    launch = Launch(grid=(blocks_total, 1, 1), block=(32, 1, 1))
    return Recorder(function(texts), launch, blocks_run, blocks_total)


def observe(recorder_: Recorder, name: str | None = "data") -> Observation:
    """Return the observation with every address in one variable."""
    return recorder_.observation(lambda _pc, _space, _address: name)
