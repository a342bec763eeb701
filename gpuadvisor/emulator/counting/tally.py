"""The counts of one memory instruction over all its requests, with some of its addresses."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gpuadvisor.emulator.counting.atomics import atomic_sectors
from gpuadvisor.emulator.counting.requests import Addresses, Mask, Requests, collapse, sorted_starts
from gpuadvisor.emulator.counting.sectors import distinct_bytes, ideal_sectors, sectors
from gpuadvisor.emulator.counting.wavefronts import atomic_wavefronts, ideal_wavefronts, wavefronts

Space = Literal["global", "shared", "local"]
AccessKind = Literal["load", "store", "atomic"]

_SAMPLES_PER_CALL = 16
_SAMPLES = 128


@dataclass(slots=True)
class AccessTally:
    """What one instruction did in one space; `samples` and `sample_masks` hold rows of its addresses."""

    space: Space
    operation: AccessKind
    bytes_per_thread: int
    requests: int = 0
    active_threads: int = 0
    sectors: int = 0
    ideal_sectors: int = 0
    wavefronts: int = 0
    ideal_wavefronts: int = 0
    distinct_bytes: int = 0
    samples: list[Addresses] = field(default_factory=list)
    sample_masks: list[Mask] = field(default_factory=list)

    def add(self, requests: Requests) -> Requests:
        """Count requests whose rows each stand for one; return them collapsed."""
        self._sample(requests)
        self.requests += len(requests.addresses)
        self.active_threads += int(np.count_nonzero(requests.active))
        patterns = collapse(requests)
        if self.space == "global":
            self._count_global(patterns)
        elif self.space == "shared":
            self._count_shared(patterns)
        return patterns

    def _count_global(self, patterns: Requests) -> None:
        starts = sorted_starts(patterns)
        touched = distinct_bytes(starts, self.bytes_per_thread)
        count = (
            atomic_sectors(patterns) if self.operation == "atomic" else sectors(starts, self.bytes_per_thread)
        )
        self.sectors += patterns.total(count)
        self.ideal_sectors += patterns.total(ideal_sectors(touched))
        self.distinct_bytes += patterns.total(touched)

    def _count_shared(self, patterns: Requests) -> None:
        count = atomic_wavefronts if self.operation == "atomic" else wavefronts
        touched = distinct_bytes(sorted_starts(patterns), self.bytes_per_thread)
        self.wavefronts += patterns.total(count(patterns, self.bytes_per_thread))
        self.ideal_wavefronts += patterns.total(ideal_wavefronts(patterns, self.bytes_per_thread))
        self.distinct_bytes += patterns.total(touched)

    def _sample(self, requests: Requests) -> None:
        """Keep a few rows, evenly spread over the call."""
        room = min(_SAMPLES_PER_CALL, _SAMPLES - sum(map(len, self.samples)))
        if room > 0:
            step = max(1, len(requests.addresses) // room)
            self.samples.append(requests.addresses[::step][:room].copy())
            self.sample_masks.append(requests.active[::step][:room].copy())

    def sampled(self) -> Requests:
        """Return the kept rows."""
        addresses = np.concatenate(self.samples)
        return Requests(addresses, np.concatenate(self.sample_masks), np.ones(len(addresses), np.int64))
