"""Which blocks stand for a large grid."""

import numpy as np

from gpuadvisor.model.kernel import Launch

DEFAULT_THREAD_BUDGET = 1 << 18


def choose_blocks(launch: Launch, thread_budget: int = DEFAULT_THREAD_BUDGET) -> list[int] | None:
    """Return the first, the last and evenly spread blocks: `thread_budget` threads, but at least two blocks.

    None stands for all blocks: the grid is small enough.
    """
    affordable = max(2, thread_budget // launch.threads_per_block)
    if launch.blocks <= affordable:
        return None
    spread = np.linspace(0, launch.blocks - 1, affordable)
    return [int(block) for block in np.unique(spread.round().astype(np.int64))]
