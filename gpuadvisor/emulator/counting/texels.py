"""Requests that the texture unit serves: texture fetches and surface accesses."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.counting.requests import Addresses, Mask, Requests, sorted_starts
from gpuadvisor.emulator.counting.sectors import distinct_bytes, ideal_sectors, sectors

ImageSpace = Literal["texture", "surface"]
ImageOperation = Literal["load", "store", "atomic"]
LANES = 32


@dataclass(slots=True)
class TexelTally:
    """What one instruction did to textures or surfaces.

    `bytes_per_thread` is a texel's, or an access's: the largest if the instruction is given several textures.
    """

    space: ImageSpace
    operation: ImageOperation
    bytes_per_thread: int = 0
    lowest_address: int | None = None
    """Of the texels: it tells an array's name."""
    requests: int = 0
    active_threads: int = 0
    sectors: int = 0
    ideal_sectors: int = 0
    distinct_bytes: int = 0

    def add(
        self, lanes: NDArray[np.int64], addresses: Addresses, inside: Mask, bytes_per_thread: int
    ) -> None:
        """Count one instruction of some warps.

        `lanes` are the threads' positions in the batch, shape (n,); `addresses` those of the texels that
        each touches, shape (taps, n). Texels that are not `inside` exist nowhere. A request is a warp's: its
        sectors are the distinct ones of all its texels.
        """
        warps, rows = np.unique(lanes // LANES, return_inverse=True)
        self.bytes_per_thread = max(self.bytes_per_thread, bytes_per_thread)
        self.requests += warps.size
        self.active_threads += lanes.size
        table = _by_warp(addresses, warps.size, rows, lanes % LANES)
        mask = _by_warp(inside, warps.size, rows, lanes % LANES)
        touched = mask.any(axis=1)
        if touched.any():
            self._add_requests(table[touched], mask[touched], bytes_per_thread)

    def _add_requests(self, table: Addresses, mask: Mask, bytes_per_thread: int) -> None:
        lowest = int(table[mask].min())
        if self.lowest_address is None or lowest < self.lowest_address:
            self.lowest_address = lowest
        starts = sorted_starts(Requests(table, mask, np.ones(len(table), np.int64)))
        distinct = distinct_bytes(starts, bytes_per_thread)
        self.distinct_bytes += int(distinct.sum())
        self.sectors += int(sectors(starts, bytes_per_thread).sum())
        self.ideal_sectors += int(ideal_sectors(distinct).sum())

    @property
    def counts(self) -> dict[str, int]:
        """The counters it adds to."""
        prefix = self.space if self.space == "texture" else f"{self.space}_{self.operation}"
        counts = {f"{prefix}_requests": self.requests, f"{prefix}_sectors": self.sectors}
        if self.operation != "atomic":
            counts[f"{prefix}_ideal_sectors"] = self.ideal_sectors
        return counts


def _by_warp(
    values: NDArray[Any], warps: int, rows: NDArray[np.int64], columns: NDArray[np.int64]
) -> NDArray[Any]:
    """Return a row for each warp of values of shape (taps, n); zero where it has no thread."""
    table = np.zeros((warps, LANES, len(values)), values.dtype)
    table[rows, columns] = values.T
    return table.reshape(warps, -1)
