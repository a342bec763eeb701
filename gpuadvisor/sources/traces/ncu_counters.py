"""The counters of a kernel, as far as a file of Nsight Compute tells them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from gpuadvisor.model.counters import KernelCounters
from gpuadvisor.model.provenance import Provenance

SECTOR_BYTES = 32


@dataclass(frozen=True, slots=True)
class NcuCounters:
    """The counts of one launch; `number` gives a metric by our name, or None where it is not there."""

    number: Callable[[str], float | None]

    def counters(self, blocks: int) -> KernelCounters | None:
        """Return what is told, of a grid of so many blocks; None where that is nothing."""
        told = {name: round(value) for name, value in self._told() if value is not None}
        if not told:
            return None
        bare = KernelCounters(
            provenance=Provenance.IMPORTED_NCU, blocks_total=blocks, blocks_run=blocks, known=sorted(told)
        )
        return msgspec.structs.replace(bare, **told)

    def _told(self) -> Iterator[tuple[str, float | None]]:
        for name in ("warp_instructions", "branches", "divergent_branches"):
            yield name, self.number(name)
        yield "thread_instructions", self._threads("")
        yield "predicated_on_thread_instructions", self._threads("predicated_on_")
        for operation in ("load", "store"):
            yield from self._global(f"global_{operation}")
            yield from self._shared(f"shared_{operation}")
            yield f"local_{operation}_requests", self.number(f"local_{operation}_requests")
        for unit in ("requests", "sectors"):
            # A reduction is an atomic whose result nobody wants; the two are counted apart.
            returning, others = self.number(f"global_atomic_{unit}"), self.number(f"global_reduction_{unit}")
            known = returning is not None and others is not None
            yield f"global_atomic_{unit}", (returning or 0) + (others or 0) if known else None

    def _threads(self, which: str) -> float | None:
        total, warps = self.number(f"{which}thread_instructions"), self.number("warp_instructions")
        each = self.number(f"{which}threads_per_instruction")
        return total if total is not None else _product(warps, each)

    def _global(self, prefix: str) -> Iterator[tuple[str, float | None]]:
        sectors, used = self.number(f"{prefix}_sectors"), self.number(f"{prefix}_used_share")
        wanted_bytes = self.number(f"{prefix}_bytes_per_sector")
        if wanted_bytes is not None:
            used = wanted_bytes / SECTOR_BYTES
        yield f"{prefix}_requests", self.number(f"{prefix}_requests")
        yield f"{prefix}_sectors", sectors
        yield f"{prefix}_ideal_sectors", _product(sectors, used)

    def _shared(self, prefix: str) -> Iterator[tuple[str, float | None]]:
        wavefronts, conflicts = self._best(f"{prefix}_wavefronts"), self._best(f"{prefix}_conflicts")
        known = wavefronts is not None and conflicts is not None
        yield f"{prefix}_requests", self.number(f"{prefix}_requests")
        yield f"{prefix}_wavefronts", wavefronts
        yield f"{prefix}_ideal_wavefronts", max(0, (wavefronts or 0) - (conflicts or 0)) if known else None

    def _best(self, name: str) -> float | None:
        exact = self.number(name)
        return self.number(f"{name}_of_l1") if exact is None else exact


def _product(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one * other
