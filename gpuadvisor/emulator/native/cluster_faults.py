"""Which block of a cluster a failure is told of: the one the interpreter would name."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.native.abi import PARKED, WARP, Status, Wait, Word, offset_of

_LANES = 32


def rank_to_blame(
    contexts: NDArray[np.int64], warps: NDArray[np.uint8], warps_per_block: int, status: Status
) -> int:
    """Return the rank of the block; `warps` are the states of the blocks' warps, (blocks, bytes)."""
    states = warps.reshape(len(contexts), warps_per_block, -1)
    if status is Status.STUCK:
        reasons = reasons_to_wait(_words(states, "waits"))
        return next(_first(reason) for reason in reasons if reason.any())
    if status is Status.ENDLESS:
        return _first(_words(states, "places") != PARKED)
    return int(contexts[0, Word.RUNNING])


def reasons_to_wait(waits: NDArray[np.uint32]) -> tuple[NDArray[np.bool_], ...]:
    """Return which lanes wait at a barrier of their block, of their cluster, or at a collective."""
    return waits <= Wait.WARP_BARRIER, waits == Wait.CLUSTER_BARRIER, waits == Wait.COLLECTIVE


def _words(states: NDArray[np.uint8], name: str) -> NDArray[np.uint32]:
    """Return what a field of the states holds, (blocks, lanes)."""
    start = offset_of(WARP, name)
    found = np.ascontiguousarray(states[:, :, start : start + 4 * _LANES]).view(np.uint32)
    return found.reshape(len(states), -1)


def _first(lanes: NDArray[Any]) -> int:
    """Return the first block with such lanes."""
    return int(lanes.any(axis=1).argmax())
