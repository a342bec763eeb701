"""Which threads of a batch execute an instruction."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
"""One flag per thread, shape (warps, 32)."""


class Active:
    """A set of threads of a batch; derived views of it are computed once, when they are needed."""

    __slots__ = ("_lanes", "_rows", "count", "full", "mask")

    def __init__(self, mask: Mask) -> None:
        self.mask = mask
        self.count = int(np.count_nonzero(mask))
        self.full = self.count == mask.size
        self._lanes: NDArray[np.int64] | None = None
        self._rows: NDArray[np.bool_] | None = None

    @property
    def lanes(self) -> NDArray[np.int64]:
        """The positions of the threads in the flattened batch, ascending."""
        if self._lanes is None:
            self._lanes = np.flatnonzero(self.mask)
        return self._lanes

    @property
    def rows(self) -> NDArray[np.bool_]:
        """Which warps have a thread in the set, shape (warps,)."""
        if self._rows is None:
            self._rows = np.asarray(self.mask.any(axis=1))
        return self._rows

    def narrow(self, predicate: Mask) -> "Active":
        """Return the threads of the set for which `predicate` holds."""
        narrowed = Active(self.mask & predicate)
        return self if narrowed.count == self.count else narrowed

    def pick(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the values of the threads in the set, shape (n,); `values` may need broadcasting."""
        if values.shape != self.mask.shape:
            values = np.broadcast_to(values, self.mask.shape)
        flat = values.reshape(-1)
        return flat if self.full else flat.take(self.lanes)

    def merge(self, old: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
        """Return `old` with the values, shape (n,), of the threads in the set."""
        if self.full:
            return values.reshape(self.mask.shape)
        merged = old.copy()
        merged.reshape(-1)[self.lanes] = values
        return merged

    def select(self, old: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
        """Return `values` for the threads in the set and `old` for the others, shape (warps, 32)."""
        if not self.full:
            return np.where(self.mask, values, old)
        if values.shape != self.mask.shape:
            return np.broadcast_to(values, self.mask.shape)
        return values
