"""Special registers (PTX ISA 10).

Block b runs on multiprocessor b mod S in wave b div (S x R), for S multiprocessors and R resident
blocks: a model of the hardware's scheduler, not a promise. Clocks are a model too: a wave starts
`WAVE_CYCLES` after the one before it, and a warp's clock advances by one with every instruction it
issues. Performance counters count nothing, and no graph launches a kernel. The shared memory that is reserved
lies behind the kernel's own static variables; hardware has it before them.
"""

import re
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.batch import WARP_SIZE, Batch
from gpuadvisor.emulator.layout import RESERVED
from gpuadvisor.emulator.widths import Lanes

WAVE_CYCLES = 1 << 20
NANOSECONDS_PER_CYCLE = 1
_ZERO = re.compile(r"%(envreg\d+|pm[0-7](_64)?|current_graph_exec)")
_AXES = "xyz"
_OF_SYSTEM_BYTES = 512
"""Where the part of cooperative groups starts in the reserved shared memory; they need 288 bytes."""
_LANE = np.arange(WARP_SIZE, dtype=np.int64)
_Integers = NDArray[np.int64]
_Axis = _Integers | int


def is_special(name: str) -> bool:
    """Return whether `name` is a special register that the emulator has."""
    base, _, axis = name.partition(".")
    if axis:
        return base in _VECTORS and axis in _AXES
    return name in _SCALARS or name in _CLOCKS or _ZERO.fullmatch(name) is not None


def is_clock(name: str) -> bool:
    """Return whether `name` is a special register that changes as instructions are issued."""
    return name in _CLOCKS


def special_register(name: str) -> Callable[[Batch], Lanes]:
    """Return how to read the special register `name`; clocks are read anew each time."""
    if name in _CLOCKS:
        clock = _CLOCKS[name]
        return lambda batch: clock(_clock(batch))

    def read(batch: Batch) -> Lanes:
        values = batch.special.get(name)
        if values is None:
            values = np.broadcast_to(np.asarray(_value(batch, name)).astype(np.uint32), batch.shape)
            batch.special[name] = values
        return values

    return read


def _value(batch: Batch, name: str) -> _Integers | int:
    base, _, axis = name.partition(".")
    if axis:
        return _VECTORS[base](batch)[_AXES.index(axis)]
    return _SCALARS[name](batch) if name in _SCALARS else 0


def _split(linear: _Integers, extent: tuple[int, int, int]) -> tuple[_Integers, _Integers, _Integers]:
    """Return (x, y, z) of linear indices in a box of `extent`."""
    x, y, _ = extent
    return linear % x, linear // x % y, linear // (x * y)


def _thread_index(batch: Batch) -> tuple[_Integers, ...]:
    return _split(batch.thread_in_block(), batch.grid.launch.block)


def _block_index(batch: Batch) -> tuple[_Integers, ...]:
    return tuple(_by_warp(batch, axis) for axis in _split(batch.blocks, batch.grid.launch.grid))


def _cluster(batch: Batch) -> tuple[int, int, int]:
    return batch.grid.launch.cluster or (1, 1, 1)


def _by_axis(batch: Batch, of_blocks: Iterable[_Axis]) -> Iterator[tuple[_Axis, int]]:
    """Yield what counts blocks along each axis, with the blocks of a cluster along it."""
    return zip(of_blocks, _cluster(batch), strict=True)


def _by_warp(batch: Batch, by_block: _Integers) -> _Integers:
    """Return one value per block as one per warp, shape (warps, 1)."""
    return np.repeat(by_block, batch.grid.warps_per_block)[:, None]


def _multiprocessor(batch: Batch) -> _Integers:
    return _by_warp(batch, batch.blocks % batch.grid.multiprocessors)


def _warp_index(batch: Batch) -> _Integers:
    return batch.thread_in_block() // WARP_SIZE


def _clock(batch: Batch) -> _Integers:
    """Return the modelled cycle of every warp, shape (warps, 32)."""
    resident = batch.grid.multiprocessors * batch.grid.blocks_per_multiprocessor
    start = _by_warp(batch, batch.blocks // resident * WAVE_CYCLES)
    return np.broadcast_to(start + batch.issued[:, None], batch.shape)


def _reserved(batch: Batch) -> tuple[int, int]:
    """Return where the reserved shared memory starts, and its size."""
    place = batch.layout.places.get(RESERVED)
    return (place.address, place.size_bytes) if place else (0, 0)


def _low(cycles: _Integers) -> Lanes:
    return cycles.astype(np.uint32)


def _high(cycles: _Integers) -> Lanes:
    return (cycles >> 32).astype(np.uint32)


def _whole(cycles: _Integers) -> Lanes:
    return (cycles * NANOSECONDS_PER_CYCLE).astype(np.uint64)


_CLOCKS: dict[str, Callable[[_Integers], Lanes]] = {
    "%clock": _low,
    "%clock_hi": _high,
    "%clock64": _whole,
    "%globaltimer": _whole,
    "%globaltimer_lo": _low,
    "%globaltimer_hi": _high,
}

_VECTORS: dict[str, Callable[[Batch], tuple[_Integers | int, ...]]] = {
    "%tid": _thread_index,
    "%ctaid": _block_index,
    "%ntid": lambda batch: batch.grid.launch.block,
    "%nctaid": lambda batch: batch.grid.launch.grid,
    "%clusterid": lambda batch: tuple(n // of for n, of in _by_axis(batch, _block_index(batch))),
    "%nclusterid": lambda batch: tuple(n // of for n, of in _by_axis(batch, batch.grid.launch.grid)),
    "%cluster_ctaid": lambda batch: tuple(n % of for n, of in _by_axis(batch, _block_index(batch))),
    "%cluster_nctaid": _cluster,
}

_SCALARS: dict[str, Callable[[Batch], _Integers | int]] = {
    "%laneid": lambda _batch: _LANE,
    "%warpid": _warp_index,
    "%nwarpid": lambda batch: batch.grid.warps_per_block,
    "%smid": _multiprocessor,
    "%nsmid": lambda batch: batch.grid.multiprocessors,
    "%gridid": lambda _batch: 0,
    "%is_explicit_cluster": lambda batch: int(batch.grid.launch.cluster is not None),
    "%cluster_ctarank": lambda batch: _by_warp(batch, batch.cluster_ranks()),
    "%cluster_nctarank": lambda batch: batch.grid.launch.blocks_per_cluster,
    "%envreg1": lambda batch: batch.grid.workspace >> 32,
    "%envreg2": lambda batch: batch.grid.workspace & 0xFFFFFFFF,
    "%dynamic_smem_size": lambda batch: batch.grid.launch.dynamic_shared_bytes,
    "%total_smem_size": lambda batch: batch.layout.shared_bytes - _reserved(batch)[1],
    "%aggr_smem_size": lambda batch: batch.layout.shared_bytes,
    "%reserved_smem_offset_begin": lambda batch: _reserved(batch)[0],
    "%reserved_smem_offset_end": lambda batch: sum(_reserved(batch)),
    "%reserved_smem_offset_cap": lambda batch: sum(_reserved(batch)),
    "%reserved_smem_offset_0": lambda batch: _reserved(batch)[0],
    "%reserved_smem_offset_1": lambda batch: _reserved(batch)[0] + _OF_SYSTEM_BYTES,
    "%lanemask_eq": lambda _batch: 1 << _LANE,
    "%lanemask_lt": lambda _batch: (1 << _LANE) - 1,
    "%lanemask_le": lambda _batch: (2 << _LANE) - 1,
    "%lanemask_gt": lambda _batch: 0xFFFFFFFF & ~((2 << _LANE) - 1),
    "%lanemask_ge": lambda _batch: 0xFFFFFFFF & ~((1 << _LANE) - 1),
}
