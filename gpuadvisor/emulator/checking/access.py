"""One executed access of one state space, as the check sees it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.checking.effects import Effect
from gpuadvisor.emulator.checking.log import Log, Place, place_of
from gpuadvisor.model.findings import FindingKind

Mask = NDArray[np.bool_]
Positions = NDArray[np.int64]
VERBS: dict[Effect, str] = {
    "load": "load",
    "wait": "load",
    "copy": "copy",
    "begin": "asynchronous copy",
    "store": "store",
    "atomic": "atomic operation",
}


@dataclass(frozen=True, slots=True)
class Access:
    """`size_bytes` at each address by each thread, arrays of shape (n,)."""

    batch: Batch
    pc: int
    effect: Effect
    addresses: NDArray[np.uint64]
    threads: Positions
    size_bytes: int
    blocks: Positions | None = None
    """Whose shared memory it is, as places in the batch."""
    values: NDArray[Any] | None = None
    """The bytes that a store writes, shape (n, size), where they are known."""

    @property
    def name(self) -> str:
        """The access in words."""
        return f"{VERBS[self.effect]} of {self.size_bytes} {'byte' if self.size_bytes == 1 else 'bytes'}"

    def place(self, index: int) -> Place:
        """Return where and by whom access number `index` is made."""
        return place_of(self.batch, self.pc, int(self.threads[index]))

    def only(self, mask: Mask) -> "Access":
        """Return the accesses in the mask."""
        return replace(
            self,
            addresses=self.addresses[mask],
            threads=self.threads[mask],
            blocks=None if self.blocks is None else self.blocks[mask],
            values=None if self.values is None else self.values[mask],
        )


VariableOf = Callable[[Access, int], str | None]
"""Names the variable that one of the accesses lies in."""


def report(
    log: Log, kind: FindingKind, access: Access, mask: Mask, variable_of: VariableOf, what: str
) -> None:
    """Log the accesses in the mask, if there are any; `what` follows the name of the access."""
    if mask.any():
        first = int(mask.argmax())
        variable, count = variable_of(access, first), int(np.count_nonzero(mask))
        log.add(kind, access.place(first), f"{access.name} {what}", count=count, variable=variable)
