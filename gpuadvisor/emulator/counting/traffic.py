"""What the trace of a launch tells of its accesses, one by one and together."""

from collections.abc import Iterable, Mapping

from gpuadvisor.emulator.counting.contention import contention
from gpuadvisor.emulator.counting.padding import AccessKey
from gpuadvisor.emulator.counting.reuse import reuse, touched
from gpuadvisor.emulator.counting.tally import AccessTally
from gpuadvisor.emulator.counting.trace import RequestTrace
from gpuadvisor.model.traffic import Contention, Reuse


class Traffic:
    """The traced requests of all accesses."""

    def __init__(self, trace: RequestTrace, accesses: Mapping[AccessKey, AccessTally]) -> None:
        self._trace = trace
        self._accesses = accesses
        found = {
            key: touched(trace, key[0], tally.bytes_per_thread)
            for key, tally in accesses.items()
            if tally.space == "global"
        }
        self._touched = {key: part for key, part in found.items() if part is not None}

    def reuse(self, keys: Iterable[AccessKey]) -> Reuse | None:
        """Return how often accesses together touch sectors again; None if none of them was traced."""
        return reuse(self._trace, [self._touched[key] for key in keys if key in self._touched])

    def reuse_by_loads(self, pcs: Iterable[int] | None = None) -> Reuse | None:
        """Return the same for all loads, or those at some program counters."""
        listed = None if pcs is None else set(pcs)
        return self.reuse(
            key for key in self._touched if key[2] == "load" and (listed is None or key[0] in listed)
        )

    def contention(self, key: AccessKey) -> Contention | None:
        """Return how the lanes of an atomic meet; None where it was not traced or the access is none."""
        return contention(self._trace, key[0], self._accesses[key])
