"""What the addresses of an access look like: lane distance, alignment, and a few words."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.requests import Requests, collapse, first_addresses
from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES
from gpuadvisor.emulator.counting.tally import AccessTally
from gpuadvisor.emulator.counting.wavefronts import WORD_BYTES

_LINE_BYTES = 128
_SHORTEST_ROW_BYTES = 32
"""What is shorter is an element of shared memory rather than a row."""
_LONGEST_ELEMENT_BYTES = 128
"""What is longer is a row of global memory rather than an element."""
_SAME_STRIDE = 0.9
"""Fewer requests than that with the common distance, and it is but one of several."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """How the lanes of an access lie; None where no one value accounts for most of it."""

    lane_stride_bytes: int | None
    base_misalignment_bytes: int | None
    stride_varies: bool
    """Whether most requests have a lane distance of their own, but not the same."""
    words: str


def describe(tally: AccessTally) -> Pattern:
    """Return the pattern of the sampled requests of an access."""
    samples = tally.sampled()
    distances = lane_distances(samples)
    varies = _strides_differ(samples, distances)
    stride = None if varies else majority(distances)
    misalignment = majority((first_addresses(samples) % np.uint64(SECTOR_BYTES)).astype(np.int64))
    words = "a stride that changes" if varies else _words(tally, samples, stride, distances)
    if tally.space == "global" and stride == tally.bytes_per_thread and misalignment:
        words += f", base {misalignment} bytes past a sector"
    return Pattern(stride, misalignment, varies, words)


def lane_distances(samples: Requests) -> NDArray[np.int64]:
    """Return the bytes per lane between each active lane and the next active one, over all requests.

    A distance that the lanes between do not divide counts as it is.
    """
    rows, lanes = np.nonzero(samples.active)
    addresses = samples.addresses[rows, lanes].astype(np.int64)
    same_request = np.diff(rows) == 0
    gaps, steps = np.diff(lanes)[same_request], np.diff(addresses)[same_request]
    return np.asarray(np.where(steps % gaps == 0, steps // gaps, steps))


def _strides_differ(samples: Requests, distances: NDArray[np.int64]) -> bool:
    """Return whether most requests of several lanes have a distance of their own, but too few the same."""
    if not distances.size or (distances == distances[0]).all():
        return False
    patterns = collapse(samples)
    several = np.flatnonzero(patterns.active.sum(axis=1) > 1)
    strides = np.array([_own_stride(patterns, row) for row in several.tolist()])
    strides = np.repeat(strides, patterns.weights[several])
    own = strides[strides != 0]
    if 2 * len(own) <= len(strides) or (own == own[0]).all():
        return False
    common = majority(own)
    return common != majority(distances) or bool(np.mean(own == common) < _SAME_STRIDE)


def _own_stride(requests: Requests, row: int) -> int:
    """Return the distance between most neighbouring lanes of one request; 0 also where there is none."""
    rows = slice(row, row + 1)
    request = Requests(requests.addresses[rows], requests.active[rows], requests.weights[rows])
    return majority(lane_distances(request)) or 0


def majority(values: NDArray[np.int64]) -> int | None:
    """Return the value that more than half of `values` have, or None."""
    if not values.size:
        return None
    distinct, counts = np.unique(values, return_counts=True)
    best = int(counts.argmax())
    return int(distinct[best]) if 2 * counts[best] > values.size else None


def _words(tally: AccessTally, samples: Requests, stride: int | None, distances: NDArray[np.int64]) -> str:
    if not distances.size:
        return "one lane"
    if not distances.any():
        return "broadcast"
    if stride is None:
        verb = "gather" if tally.operation == "load" else "scatter"
        unit_bytes, unit = (
            (WORD_BYTES, "words") if tally.space == "shared" else (_LINE_BYTES, "128-byte lines")
        )
        lanes = tally.active_threads / tally.requests
        return f"{verb}, {_distinct_units(samples, unit_bytes):.0f} distinct {unit} of {lanes:.0f}"
    return _regular(tally, stride) + _runs(samples, stride, distances)


def _regular(tally: AccessTally, stride: int) -> str:
    width, rest = divmod(abs(stride), tally.bytes_per_thread)
    if stride == 0:
        return "neighbouring lanes share addresses"
    if stride == tally.bytes_per_thread:
        return "consecutive"
    if tally.space == "shared" and stride >= _SHORTEST_ROW_BYTES and not rest:
        return f"column of {_article(width)} {width}-wide tile"
    return f"lanes {abs(stride)} bytes apart" + (", descending" if stride < 0 else "")


def _article(number: int) -> str:
    return "an" if str(number).startswith("8") or number in (11, 18) else "a"


def fields_used(bytes_per_thread: int, stride: int, bytes_used: int) -> str:
    """Return in words how much the kernel's accesses use of elements that lie a stride apart.

    Empty where neighbouring lanes leave no gap, or one that is too wide for an element.
    """
    if not bytes_per_thread < abs(stride) <= _LONGEST_ELEMENT_BYTES:
        return ""
    if abs(stride) % bytes_per_thread or bytes_used % bytes_per_thread:
        return f", {bytes_used} of {abs(stride)} bytes used"
    return f", {bytes_used // bytes_per_thread} of {abs(stride) // bytes_per_thread} fields used"


def _runs(samples: Requests, stride: int, distances: NDArray[np.int64]) -> str:
    """Say in how many pieces a request falls where the stride breaks off."""
    breaks = int(np.count_nonzero(distances != stride))
    runs = round(breaks / len(samples.addresses)) + 1
    return f" in {runs} runs" if runs > 1 and stride else ""


def _distinct_units(samples: Requests, unit_bytes: int) -> float:
    """Return how many different aligned units of memory a request touches on average."""
    units = samples.addresses // np.uint64(unit_bytes)
    counts = [np.unique(row[mask]).size for row, mask in zip(units, samples.active, strict=True)]
    return float(np.mean(counts))
