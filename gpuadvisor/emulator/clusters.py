"""Clusters: blocks that run together and reach each other's shared memory (PTX ISA 2.2.2, 5.1.7).

An address of the shared::cluster window has the number of the block, plus one, above `RANK_SHIFT`; nothing
there stands for the thread's own block. Hardware keeps the form of these addresses to itself.
"""

from collections.abc import Iterable
from itertools import product
from math import prod

import msgspec

from gpuadvisor.emulator.program import Function, Instruction
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch

Extent = tuple[int, int, int]

RANK_SHIFT = 24
MAXIMUM_SHARED_BYTES = 1 << RANK_SHIFT
"""So that the numbers of blocks have room in addresses; 70 times what hardware has."""
MAXIMUM_BLOCKS = 16
"""What a kernel may ask for; 8 run on every GPU that has clusters (CUDA C++ Programming Guide, clusters)."""


def with_cluster(function: Function, launch: Launch) -> Launch:
    """Return the launch with the cluster that the kernel was compiled for, if it was.

    Raises GpuAdvisorError where the launch and the kernel disagree or the grid has no whole clusters.
    """
    if function.counts_clusters:
        raise GpuAdvisorError(
            "its grid counts clusters (.blocksareclusters), which is not supported",
            where=function.name,
            remedy="name the cluster with __cluster_dims__ instead of __block_size__",
        )
    if launch.cluster is not None and function.cluster not in (None, launch.cluster):
        raise GpuAdvisorError(
            f"a cluster of {launch.cluster}; the kernel was compiled for {function.cluster}",
            where=function.name,
        )
    cluster = launch.cluster or function.cluster
    if cluster is not None:
        _check(cluster, launch.grid, function.name)
    return msgspec.structs.replace(launch, cluster=cluster)


def in_clusters(function: Function, launch: Launch) -> bool:
    """Return whether a kernel's blocks form clusters of more than one, or meet as if they did."""
    several = prod(launch.cluster or function.cluster or (1, 1, 1)) > 1
    return several or any(is_cluster_barrier(instruction) for instruction in function.instructions)


def is_cluster_barrier(instruction: Instruction) -> bool:
    """Return whether threads arrive or wait at the barrier of their cluster."""
    return instruction.opcode == "barrier" and "cluster" in instruction.modifiers


def _check(cluster: Extent, grid: Extent, where: str) -> None:
    if not 1 <= prod(cluster) <= MAXIMUM_BLOCKS:
        raise GpuAdvisorError(f"a cluster of {cluster} has not 1 to {MAXIMUM_BLOCKS} blocks", where=where)
    if any(blocks % of_cluster for blocks, of_cluster in zip(grid, cluster, strict=True)):
        raise GpuAdvisorError(f"a grid of {grid} does not divide into clusters of {cluster}", where=where)


def whole_clusters(blocks: Iterable[int], launch: Launch) -> list[int]:
    """Return all blocks of the clusters that the given ones belong to, each cluster's in order of rank."""
    cluster = launch.cluster or (1, 1, 1)
    indices = (_divided(_index(block, launch.grid), cluster) for block in blocks)
    numbers = dict.fromkeys(_linear(index, _divided(launch.grid, cluster)) for index in indices)
    return blocks_of_clusters(numbers, launch)


def blocks_of_clusters(numbers: Iterable[int], launch: Launch) -> list[int]:
    """Return the linear block numbers of clusters given by their linear numbers, in order of rank."""
    cluster = x, y, z = launch.cluster or (1, 1, 1)
    clusters = _divided(launch.grid, cluster)
    steps = [
        _linear((across, down, deep), launch.grid) for deep, down, across in product(*map(range, (z, y, x)))
    ]
    corners = (_index(number, clusters) for number in numbers)
    starts = (_linear((left * x, top * y, front * z), launch.grid) for left, top, front in corners)
    return [start + step for start in starts for step in steps]


def own_offset(address: int) -> int:
    """Return the offset in its block's shared memory of an address of the shared::cluster window."""
    return address & ((1 << RANK_SHIFT) - 1)


def _divided(extent: Extent, parts: Extent) -> Extent:
    x, y, z = (blocks // of_part for blocks, of_part in zip(extent, parts, strict=True))
    return x, y, z


def _index(linear: int, extent: Extent) -> Extent:
    """Return (x, y, z) of a linear number in a box of `extent`."""
    x, y, _ = extent
    return linear % x, linear // x % y, linear // (x * y)


def _linear(index: Extent, extent: Extent) -> int:
    return index[0] + extent[0] * (index[1] + extent[1] * index[2])
