"""Pieces of kernels whose blocks form clusters, and how to run them in both executors."""

import msgspec
import numpy as np

from gpuadvisor.emulator.program import Program
from gpuadvisor.model.kernel import Launch
from tests.emulator.harness import Outcome, execute, launch_of, ptx_kernel
from tests.emulator.native.translated import is_translated

SHARED = ".shared .align 16 .b8 data[1024]; .shared .align 8 .b64 bar;"
SYNC = "barrier.cluster.arrive.release; barrier.cluster.wait.acquire;"
PLACE = "mov.u32 %r1, %cluster_ctarank; mov.u32 %r2, %cluster_nctarank; mov.u32 %r9, data;"
NEXT = f"""{PLACE}
    add.u32 %r3, %r1, 1; rem.u32 %r3, %r3, %r2;
    mapa.shared::cluster.u32 %r4, data, %r3;
    shl.b32 %r5, %r0, 4; add.u32 %r6, %r9, %r5; add.u32 %r7, %r4, %r5;
    mad.lo.u32 %r8, %r1, 1000, %r0; cvt.u64.u32 %rd2, %r8;
"""
"""`%r6` is the thread's own 16 bytes, `%r7` those in the next block, `%rd2` and `%r8` tell it from others."""
AT_OWN = """
    mov.u32 %r10, %ctaid.x; mov.u32 %r11, %ntid.x; mad.lo.u32 %r10, %r10, %r11, %r0;
    mad.wide.u32 %rd9, %r10, 8, %rd0;
"""
BULK = "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes"
RESULT = f"{AT_OWN} st.global.u64 [%rd9], %rd3;"
"""Writes `%rd3` to the thread's place in the grid."""


def launched(blocks: int, threads: int, *cluster: int) -> Launch:
    """Return a launch of blocks that form clusters."""
    x, y, z = (*cluster, 1, 1)[:3]
    return msgspec.structs.replace(launch_of(blocks, threads), cluster=(x, y, z))


def program_of(body: str, parameters: int = 1) -> Program:
    """Return the kernel, which native code runs."""
    program = ptx_kernel(body, parameters, before=SHARED)
    assert is_translated(program, in_clusters=True)
    return program


def outcome_of(
    body: str, blocks: int = 8, threads: int = 48, of_cluster: int = 4, *, races: bool = False
) -> Outcome:
    """Run a body in both executors; it has a word of memory for each thread."""
    words = np.zeros((blocks, threads), np.uint64)
    return execute(program_of(body), "k", launched(blocks, threads, of_cluster), [words], races=races)
