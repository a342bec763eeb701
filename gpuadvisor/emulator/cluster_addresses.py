"""Addresses in the shared memory of a cluster's blocks; their form is told in `clusters`."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.active import Mask
from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.clusters import RANK_SHIFT
from gpuadvisor.emulator.layout import WINDOW_BYTES
from gpuadvisor.emulator.widths import Lanes

_OFFSET_BITS = (1 << RANK_SHIFT) - 1
_RANK_BITS = 0xFF << RANK_SHIFT

Addresses = NDArray[np.uint64]
Blocks = NDArray[np.int64]


def in_cluster(batch: Batch, addresses: Addresses, own: Blocks) -> tuple[Addresses, Blocks]:
    """Return offsets and the blocks of the batch they lie in, from addresses of threads of the blocks `own`.

    An address that names no block of the cluster stays as it is, far outside of any shared memory.
    """
    of_cluster = batch.grid.launch.blocks_per_cluster
    numbers = (addresses >> np.uint64(RANK_SHIFT)).astype(np.int64)
    inside = (numbers > 0) & (numbers <= of_cluster)
    blocks = np.where(inside, own // of_cluster * of_cluster + numbers - 1, own)
    return np.where(inside, addresses & np.uint64(_OFFSET_BITS), addresses), blocks


def mapped(batch: Batch, addresses: Lanes, ranks: Lanes) -> Lanes:
    """Return the addresses of the same variables in the blocks of other ranks; a block alone is its own."""
    if batch.grid.launch.blocks_per_cluster == 1:
        return addresses
    word: Any = addresses.dtype.type
    numbers = (ranks.astype(addresses.dtype) + word(1)) << word(RANK_SHIFT)
    moved: Lanes = (addresses & ~word(_RANK_BITS)) | numbers
    return moved


def ranks(batch: Batch, addresses: Lanes) -> NDArray[np.int64]:
    """Return the ranks of the blocks that shared addresses of all threads lie in, shape (warps, 32)."""
    numbers = (addresses & addresses.dtype.type(_RANK_BITS)).astype(np.int64) >> RANK_SHIFT
    return np.where(numbers > 0, numbers - 1, _own_ranks(batch))


def is_own(batch: Batch, offsets: Lanes) -> Mask:
    """Return which offsets in the window of shared memory lie in that of the thread's own block."""
    within: Mask = offsets < WINDOW_BYTES
    if batch.grid.launch.blocks_per_cluster == 1:
        return within
    within &= ranks(batch, offsets) == _own_ranks(batch)
    return within


def _own_ranks(batch: Batch) -> NDArray[np.int64]:
    return np.repeat(batch.cluster_ranks(), batch.grid.warps_per_block)[:, None]
