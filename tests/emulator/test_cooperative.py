"""Grid-wide synchronisation through cooperative groups."""

import numpy as np
import pytest

from gpuadvisor.emulator.run import RunOptions
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import compiled, execute, launch_of
from tests.emulator.native.translated import is_translated

SOURCE = r"""
#include <cooperative_groups.h>
namespace cg = cooperative_groups;
extern "C" __global__ void waves(int* data, int rounds) {
    cg::grid_group grid = cg::this_grid();
    int i = grid.thread_rank(), n = grid.size();
    for (int r = 0; r < rounds; r++) {
        int next = data[(i + 97) % n];
        grid.sync();
        data[i] = next + 1;
        grid.sync();
    }
}
"""


@pytest.mark.parametrize("grid", [(9, 1), (4, 300), (640, 64)])
def test_all_blocks_wait_for_each_other(grid: tuple[int, int]) -> None:
    blocks, threads = grid
    data = np.random.default_rng(1).integers(0, 1000, blocks * threads, np.int32)
    options = RunOptions(blocks=[0])
    assert is_translated(compiled(SOURCE), "waves")
    outcome = execute(
        compiled(SOURCE), "waves", launch_of(blocks, threads), [data, np.int32(3)], options, races=True
    )
    np.testing.assert_array_equal(outcome.arrays[0], np.roll(data, -3 * 97) + 3)
    assert outcome.observation.counters.blocks_run == blocks


def test_a_grid_that_cannot_reside_at_once_is_refused() -> None:
    with pytest.raises(GpuAdvisorError, match="must reside on the GPU at once"):
        execute(compiled(SOURCE), "waves", launch_of(1 << 12, 256), [np.zeros(4, np.int32), np.int32(1)])
