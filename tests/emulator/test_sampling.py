import numpy as np
import pytest

from gpuadvisor.emulator.run import RunOptions
from gpuadvisor.emulator.sampling import choose_blocks
from tests.emulator.harness import execute, launch_of, ptx_kernel


def test_small_grids_run_whole() -> None:
    assert choose_blocks(launch_of(16, 256), thread_budget=4096) is None


@pytest.mark.parametrize(
    ("grid", "block", "budget"), [((1000, 1), 128, 4096), ((64, 64), 256, 10000), (3, 1024, 10)]
)
def test_first_last_and_evenly_spread(grid: int | tuple[int, int], block: int, budget: int) -> None:
    launch = launch_of(grid, block)
    blocks = choose_blocks(launch, budget)
    assert blocks is not None
    assert (blocks[0], blocks[-1]) == (0, launch.blocks - 1)
    assert len(blocks) == max(2, budget // block)
    gaps = np.diff(blocks)
    assert gaps.min() > 0
    assert gaps.max() - gaps.min() <= 1


def test_counts_of_sampled_blocks_are_scaled() -> None:
    program = ptx_kernel("st.global.u64 [%rd1], 3;")
    launch = launch_of(100, 64)
    whole = execute(program, "k", launch, [np.zeros(64, np.uint64)]).observation.counters
    options = RunOptions(blocks=choose_blocks(launch, 640))
    sampled = execute(program, "k", launch, [np.zeros(64, np.uint64)], options).observation.counters
    assert (sampled.blocks_run, sampled.blocks_total) == (10, 100)
    assert sampled.warp_instructions == whole.warp_instructions
    assert sampled.global_store_sectors == whole.global_store_sectors


def test_only_the_chosen_blocks_run() -> None:
    body = "mov.u32 %r1, %ctaid.x; mad.wide.u32 %rd2, %r1, 8, %rd0; st.global.u64 [%rd2], 1;"
    outcome = execute(
        ptx_kernel(body), "k", launch_of(9, 32), [np.zeros(9, np.uint64)], RunOptions(blocks=[0, 4, 8])
    )
    assert outcome.arrays[0].tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 1]
