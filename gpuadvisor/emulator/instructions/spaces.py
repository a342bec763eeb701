"""State spaces: from the addresses of threads to positions in a store of bytes (PTX ISA 5.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Active
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.cluster_addresses import in_cluster
from gpuadvisor.emulator.faults import ThreadFault
from gpuadvisor.emulator.layout import FRAME_BASE, LOCAL_WINDOW, PARAMETER_WINDOW, SHARED_WINDOW, WINDOW_BYTES
from gpuadvisor.emulator.store import ByteStore, misaligned
from gpuadvisor.emulator.widths import Lanes

CountedSpace = Literal["global", "shared", "local"]
Operation = Literal["load", "store", "atomic"]
Positions = NDArray[np.int64]


class Space(Protocol):
    """One state space."""

    @property
    def counted_as(self) -> CountedSpace | None:
        """The space its accesses are counted under, or None."""

    def locate(
        self, batch: Batch, addresses: NDArray[np.uint64], lanes: Positions, size_bytes: int, what: str
    ) -> tuple[ByteStore, Positions]:
        """Return where `size_bytes` at each address lie; addresses, lanes and positions have shape (n,)."""


@dataclass(frozen=True, slots=True)
class _Global:
    counted_as: CountedSpace | None

    def locate(
        self, batch: Batch, addresses: NDArray[np.uint64], lanes: Positions, size_bytes: int, what: str
    ) -> tuple[ByteStore, Positions]:
        if batch.checks is not None:
            return batch.checks.locate("global", addresses, lanes, size_bytes)
        return batch.memory.locate(addresses, lanes, size_bytes, what)


class _Shared:
    counted_as: CountedSpace | None = "shared"

    def locate(
        self, batch: Batch, addresses: NDArray[np.uint64], lanes: Positions, size_bytes: int, what: str
    ) -> tuple[ByteStore, Positions]:
        limit = batch.layout.shared_bytes
        blocks = batch.block_slot.take(lanes)
        if batch.grid.launch.blocks_per_cluster > 1:
            addresses, blocks = in_cluster(batch, addresses, blocks)
        if batch.checks is not None:
            return batch.checks.locate("shared", addresses, lanes, size_bytes, blocks)
        _check(addresses, lanes, size_bytes, limit, f"{what} outside the block's shared memory")
        misaligned(addresses, lanes, size_bytes, what)
        return batch.shared, addresses.view(np.int64) + blocks * batch.shared_stride


class _Local:
    counted_as: CountedSpace | None = "local"

    def locate(
        self, batch: Batch, addresses: NDArray[np.uint64], lanes: Positions, size_bytes: int, what: str
    ) -> tuple[ByteStore, Positions]:
        if batch.checks is not None:
            return batch.checks.locate("local", addresses, lanes, size_bytes)
        limit = batch.layout.local_bytes
        _check(addresses, lanes, size_bytes, limit, f"{what} outside the thread's local memory")
        misaligned(addresses, lanes, size_bytes, what)
        return batch.local, addresses.view(np.int64) + lanes * batch.local_stride


class _Parameters:
    """A kernel's parameters, the same for all threads, and those of device functions above them."""

    counted_as: CountedSpace | None = None

    def locate(
        self, batch: Batch, addresses: NDArray[np.uint64], lanes: Positions, size_bytes: int, what: str
    ) -> tuple[ByteStore, Positions]:
        misaligned(addresses, lanes, size_bytes, what)
        if int(addresses.min()) < FRAME_BASE:
            limit = batch.layout.parameter_bytes
            _check(addresses, lanes, size_bytes, limit, f"{what} outside the kernel's parameters")
            return batch.parameters, addresses.view(np.int64)
        offsets = addresses - np.uint64(FRAME_BASE)
        limit = batch.layout.frame_bytes
        _check(offsets, lanes, size_bytes, limit, f"{what} outside the function's parameters")
        return batch.frames, offsets.view(np.int64) + lanes * batch.frame_stride


def _check(addresses: NDArray[np.uint64], lanes: Positions, size_bytes: int, limit: int, what: str) -> None:
    """Raise ThreadFault for the first lane whose bytes are not all below `limit`."""
    if int(addresses.max()) + size_bytes <= limit:
        return
    outside = addresses > np.uint64(max(limit - size_bytes, 0))
    first = int(outside.argmax()) if size_bytes <= limit else 0
    past = int(addresses[first]) + size_bytes - limit
    raise ThreadFault(
        f"{what} of {limit} bytes: address {int(addresses[first]):#x} is {past} bytes past its end",
        int(lanes[first]),
    )


GLOBAL: Space = _Global("global")
CONSTANT: Space = _Global(None)
SHARED: Space = _Shared()
LOCAL: Space = _Local()
PARAMETERS: Space = _Parameters()

BY_NAME: dict[str, Space] = {
    "global": GLOBAL,
    "const": CONSTANT,
    "shared": SHARED,
    "local": LOCAL,
    "param": PARAMETERS,
}

_WINDOWS = ((SHARED_WINDOW, SHARED), (LOCAL_WINDOW, LOCAL), (PARAMETER_WINDOW, PARAMETERS))
_WINDOWS_END = PARAMETER_WINDOW + WINDOW_BYTES


def named_space(modifiers: tuple[str, ...]) -> Space | None:
    """Return the state space that an instruction names, or None if its addresses are generic."""
    names = (modifier.partition("::")[0] for modifier in modifiers)
    return next((BY_NAME[name] for name in names if name in BY_NAME), None)


def space_at(address: int) -> tuple[Space, int]:
    """Return the state space that a generic address lies in, and the address in it."""
    for start, windowed in _WINDOWS:
        if start <= address < start + WINDOW_BYTES:
            return windowed, address - start
    return GLOBAL, address


def split(space: Space | None, active: Active, addresses: Lanes) -> Iterator[tuple[Space, Active, Lanes]]:
    """Yield the spaces that addresses of active threads lie in, with the threads and addresses in each."""
    if space is not None:
        yield space, active, addresses
        return
    picked = active.pick(addresses)
    if int(picked.min()) >= _WINDOWS_END:
        yield GLOBAL, active, addresses
        return
    rest = active
    for start, windowed in _WINDOWS:
        offsets = addresses - np.uint64(start)
        inside = rest.narrow(offsets < WINDOW_BYTES)
        if inside.count:
            yield windowed, inside, offsets
            rest = Active(rest.mask & ~inside.mask)
    if rest.count:
        yield GLOBAL, rest, addresses


def record(
    batch: Batch,
    pc: int,
    space: Space,
    operation: Operation,
    addresses: NDArray[Any],
    active: Active,
    size_bytes: int,
) -> None:
    """Report an access to the recorder, if its space is counted."""
    if space.counted_as is not None:
        batch.recorder.access(pc, space.counted_as, operation, addresses, active.mask, size_bytes)
