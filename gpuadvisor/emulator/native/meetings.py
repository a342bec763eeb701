"""Places where warps of a cluster let those go first that stand at smaller places, as in the interpreter.

There all threads that run together stand at the smallest place, so whoever polls memory sees what others have
written up to there, and lanes that a barrier has released go on before others pass them. Elsewhere it does
not matter which warp runs first.
"""

from gpuadvisor.emulator.clusters import is_cluster_barrier
from gpuadvisor.emulator.native.blocks import Block, Blocks
from gpuadvisor.emulator.spinning import is_poll


def meetings_of(blocks: Blocks, *, polls: bool) -> frozenset[int]:
    """Return the basic blocks, of a kernel whose blocks form clusters, that warps meet before and behind."""
    return frozenset(block.number for block in blocks.listed if _meets(block, polls=polls))


def _meets(block: Block, *, polls: bool) -> bool:
    return is_cluster_barrier(block.instructions[-1]) or (polls and any(map(is_poll, block.instructions)))
