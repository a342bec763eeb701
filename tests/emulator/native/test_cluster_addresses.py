"""Special registers that tell of clusters."""

import msgspec
import numpy as np
import pytest

from tests.emulator.harness import execute, launch_of
from tests.emulator.native.clusters import program_of

REGISTERS = (
    *("clusterid.x", "clusterid.y", "clusterid.z", "nclusterid.x", "nclusterid.y", "nclusterid.z"),
    *("cluster_ctaid.x", "cluster_ctaid.y", "cluster_ctaid.z", "cluster_nctaid.x", "cluster_nctaid.y"),
    *("cluster_nctaid.z", "cluster_ctarank", "cluster_nctarank", "is_explicit_cluster"),
)


@pytest.mark.parametrize("cluster", [None, (1, 1, 1), (2, 1, 1), (3, 2, 1), (1, 2, 2)])
def test_special_registers(cluster: tuple[int, int, int] | None) -> None:
    size = 4 * len(REGISTERS)
    stores = (
        f"mov.u32 %r6, %{name}; st.global.u32 [%rd3 + {4 * n}], %r6;" for n, name in enumerate(REGISTERS)
    )
    body = f"""mov.u32 %r1, %ctaid.x; mov.u32 %r2, %ctaid.y; mov.u32 %r3, %ctaid.z;
    mad.lo.u32 %r4, %r3, 4, %r2; mad.lo.u32 %r4, %r4, 6, %r1; mad.wide.u32 %rd3, %r4, {size}, %rd0;
    {"".join(stores)}"""
    launch = msgspec.structs.replace(launch_of((6, 4, 2), 1), cluster=cluster)
    outcome = execute(program_of(body), "k", launch, [np.zeros((2, 4, 6, len(REGISTERS)), np.uint32)])
    z, y, x = np.indices((2, 4, 6))
    across, down, deep = cluster or (1, 1, 1)
    inside = (x % across, y % down, z % deep)
    rank = inside[0] + across * (inside[1] + down * inside[2])
    of_grid = (6 // across, 4 // down, 2 // deep, *inside, across, down, deep)
    expected = [
        x // across,
        y // down,
        z // deep,
        *of_grid,
        rank,
        across * down * deep,
        int(cluster is not None),
    ]
    found = np.stack([np.broadcast_to(each, x.shape) for each in expected], axis=-1)
    np.testing.assert_array_equal(outcome.arrays[0], found)
