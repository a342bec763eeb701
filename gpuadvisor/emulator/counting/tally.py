"""The counts of one memory instruction over all its requests, with some of its addresses."""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from gpuadvisor.emulator.counting.atomics import atomic_sectors
from gpuadvisor.emulator.counting.requests import (
    Addresses,
    Mask,
    Requests,
    collapse,
    moved,
    sorted_starts,
)
from gpuadvisor.emulator.counting.sectors import SECTOR_BYTES, distinct_bytes, ideal_sectors, sectors
from gpuadvisor.emulator.counting.wavefronts import (
    BANKS,
    WORD_BYTES,
    atomic_wavefronts,
    ideal_wavefronts,
    wavefronts,
)

Space = Literal["global", "shared", "local"]
AccessKind = Literal["load", "store", "atomic"]

_SAMPLES_PER_CALL = 64
_SAMPLES = 512


@dataclass(frozen=True, slots=True)
class _Counted:
    """What a group of requests counts, and the group collapsed."""

    patterns: Requests
    active_threads: int
    touched_bytes: int = 0
    sectors: int = 0
    ideal_sectors: int = 0
    wavefronts: int = 0
    ideal_wavefronts: int = 0


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
    _last: tuple[Requests, _Counted] | None = None

    def add(self, requests: Requests) -> Requests:
        """Count requests whose rows each stand for one; return them collapsed."""
        self._sample(requests)
        counted = self._repeated(requests) or self._count(requests)
        self.requests += len(requests.addresses)
        self.active_threads += counted.active_threads
        self.distinct_bytes += counted.touched_bytes
        self.sectors += counted.sectors
        self.ideal_sectors += counted.ideal_sectors
        self.wavefronts += counted.wavefronts
        self.ideal_wavefronts += counted.ideal_wavefronts
        return counted.patterns

    def _repeated(self, requests: Requests) -> _Counted | None:
        """Return what the last requests counted if these are the same, moved as a whole, as in a loop."""
        if self._last is None:
            return None
        period_bytes = SECTOR_BYTES if self.space == "global" else BANKS * WORD_BYTES
        requests_before, counted = self._last
        return counted if moved(requests_before, requests, period_bytes) else None

    def _count(self, requests: Requests) -> _Counted:
        patterns = collapse(requests)
        threads = int(np.count_nonzero(requests.active))
        count = {"global": self._count_global, "shared": self._count_shared}.get(self.space, _Counted)
        counted = count(patterns, threads)
        self._last = (Requests(requests.addresses.copy(), requests.active.copy(), requests.weights), counted)
        return counted

    def _count_global(self, patterns: Requests, threads: int) -> _Counted:
        starts = sorted_starts(patterns)
        touched = distinct_bytes(starts, self.bytes_per_thread)
        count = (
            atomic_sectors(patterns) if self.operation == "atomic" else sectors(starts, self.bytes_per_thread)
        )
        return _Counted(
            patterns,
            threads,
            touched_bytes=patterns.total(touched),
            sectors=patterns.total(count),
            ideal_sectors=patterns.total(ideal_sectors(touched)),
        )

    def _count_shared(self, patterns: Requests, threads: int) -> _Counted:
        count = atomic_wavefronts if self.operation == "atomic" else wavefronts
        return _Counted(
            patterns,
            threads,
            touched_bytes=patterns.total(distinct_bytes(sorted_starts(patterns), self.bytes_per_thread)),
            wavefronts=patterns.total(count(patterns, self.bytes_per_thread)),
            ideal_wavefronts=patterns.total(ideal_wavefronts(patterns, self.bytes_per_thread)),
        )

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
