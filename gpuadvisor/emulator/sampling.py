"""Which blocks stand for a large grid."""

import numpy as np

from gpuadvisor.emulator.clusters import blocks_of_clusters
from gpuadvisor.model.kernel import Launch

DEFAULT_THREAD_BUDGET = 1 << 18
DEFAULT_THREAD_INSTRUCTIONS = 1 << 31
"""A second or so of native code: kernels whose threads run for long get fewer blocks."""


def choose_blocks(launch: Launch, thread_budget: int = DEFAULT_THREAD_BUDGET) -> list[int] | None:
    """Return the first, the last and evenly spread blocks: `thread_budget` threads, but at least two blocks.

    Where blocks form clusters, these are the blocks of such clusters. None stands for all blocks: the grid
    is small enough.
    """
    of_cluster = launch.blocks_per_cluster
    clusters = launch.blocks // of_cluster
    affordable = max(2, thread_budget // (launch.threads_per_block * of_cluster))
    if clusters <= affordable:
        return None
    chosen = evenly(clusters, affordable)
    return chosen if launch.cluster is None else blocks_of_clusters(chosen, launch)


def evenly(total: int, number: int) -> list[int]:
    """Return `number` of the numbers below `total`, the first and the last among them, evenly spread."""
    spread = np.linspace(0, total - 1, number)
    return list(dict.fromkeys(spread.round().astype(np.int64).tolist()))
