"""Faults in clusters: both executors name the same thread and line."""

import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.native.clusters import BULK, NEXT, RESULT, SYNC, outcome_of

FAULTS = [
    ("ld.shared::cluster.u32 %r13, [%r7+2048];", "load of 4 bytes outside the block's shared memory of 1024"),
    ("ld.shared::cluster.u64 %rd3, [%r7+4];", "is not aligned to 8"),
    ("add.u32 %r7, %r7, 0x6000000; st.shared::cluster.u32 [%r7], %r0;", "store of 4 bytes outside the block"),
    (
        "add.u32 %r13, %r0, 1; mapa.shared::cluster.u32 %r4, data, %r13;",
        r"\(3, 0, 0\): the address in block 4 of",
    ),
    ("atom.shared::cluster.add.u32 %r13, [%r7+1030], 1;", "atomic on 4 bytes outside"),
    ("mbarrier.arrive.shared::cluster.b64 _, [%r7+4096];", "mbarrier outside"),
    (
        f"setp.eq.u32 %p1, %r1, 0; @%p1 bra first; bar.sync 1, 96;\nfirst: {SYNC}",
        r"block \(1, 0, 0\), thread \(0, 0, 0\): barrier 1 can never be reached",
    ),
    (
        f"setp.lt.u32 %p1, %r0, 5; @%p1 bra low; vote.sync.all.pred %p2, %p1, -1;\nlow: {SYNC}",
        "the cluster's barrier can never be reached by all the threads it waits for: no thread of the cl",
    ),
    ("setp.eq.u32 %p1, %r1, 2; @%p1 trap;", r"block \(2, 0, 0\), .*the kernel executed trap"),
    (f"{BULK} [%r7+1008], [%rd0], 32, [bar];", r"\(store\)"),
]


@pytest.mark.parametrize(("body", "what"), FAULTS)
def test_faults(body: str, what: str) -> None:
    with pytest.raises(GpuAdvisorError, match=what):
        outcome_of(f"{NEXT}{body} mov.u64 %rd3, 0; {RESULT}")
