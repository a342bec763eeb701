"""The counts of one memory instruction over all its requests, with some of its addresses."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gpuadvisor.emulator.counting.atomics import atomic_sectors
from gpuadvisor.emulator.counting.requests import Addresses, Mask, Requests, collapse, sorted_starts
from gpuadvisor.emulator.counting.sectors import count_sectors, distinct_bytes
from gpuadvisor.emulator.counting.wavefronts import count_wavefronts

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

    def add(self, requests: Requests) -> None:
        """Count requests whose rows each stand for one."""
        self._sample(requests)
        self.requests += len(requests.addresses)
        self.active_threads += int(np.count_nonzero(requests.active))
        if self.space != "local":
            patterns = collapse(requests)
            count = self._count_global if self.space == "global" else self._count_shared
            count(patterns)

    def _count_global(self, patterns: Requests) -> None:
        sectors, ideal, touched = count_sectors(patterns, self.bytes_per_thread)
        if self.operation == "atomic":
            sectors = atomic_sectors(patterns)
        self.sectors += patterns.total(sectors)
        self.ideal_sectors += patterns.total(ideal)
        self.distinct_bytes += patterns.total(touched)

    def _count_shared(self, patterns: Requests) -> None:
        atomic = self.operation == "atomic"
        needed, ideal = count_wavefronts(patterns, self.bytes_per_thread, atomic=atomic)
        touched = distinct_bytes(sorted_starts(patterns), self.bytes_per_thread)
        self.wavefronts += patterns.total(needed)
        self.ideal_wavefronts += patterns.total(ideal)
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
