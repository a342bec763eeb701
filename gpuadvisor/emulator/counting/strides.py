"""How the threads of a warp go on from the stride between them: how far each steps, and how much it uses."""

from collections.abc import Iterable
from math import ceil

import numpy as np

from gpuadvisor.emulator.counting.patterns import majority
from gpuadvisor.emulator.counting.requests import Requests
from gpuadvisor.emulator.counting.tally import AccessTally
from gpuadvisor.model.kernel import Launch

_WARP_SIZE = 32


def warps_of(launch: Launch, blocks: int) -> int:
    """Return the warps of that many blocks."""
    return blocks * ceil(launch.threads_per_block / _WARP_SIZE)


def thread_step_bytes(tally: AccessTally, stretches: int) -> int | None:
    """Return how far most threads of a warp move from its first request to its second.

    `stretches` counts, for all warps, the stretches between barriers: only within one do a warp's requests
    follow each other. None where it makes no second request, or makes it with other threads.
    """
    second = _second(tally)
    if tally.requests <= stretches or second is None:
        return None
    active = tally.sample_masks[0][0]
    if not np.array_equal(active, second.active[0]):
        return None
    return majority((second.addresses[0] - tally.samples[0][0])[active].view(np.int64))


def _second(tally: AccessTally) -> Requests | None:
    """Return the request that follows the first one of the same warp.

    Where warps execute together, a group of samples is one execution; else all lie in one group, in order.
    """
    together = len(tally.samples) > 1
    group, row = (1, slice(0, 1)) if together else (0, slice(1, 2))
    addresses, active = tally.samples[group][row], tally.sample_masks[group][row]
    comparable = len(addresses) == 1 and len(tally.samples[group]) == len(tally.samples[0])
    return Requests(addresses, active, np.ones(1, np.int64)) if comparable else None


def stride_bytes_used(tallies: Iterable[AccessTally], stride_bytes: int) -> int:
    """Return how many bytes of the stride a thread touches when it executes each of the accesses once."""
    period = abs(stride_bytes)
    return len({byte % period for tally in tallies for byte in _first_bytes(tally)})


def _first_bytes(tally: AccessTally) -> range:
    """Return the bytes that the first active thread touches in the first request."""
    start = int(tally.samples[0][0, tally.sample_masks[0][0].argmax()])
    return range(start, start + tally.bytes_per_thread)
