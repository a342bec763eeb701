"""Warp group products and tensor memory: counted as instructions; the observation says what is missing."""

import numpy as np
import pytest

from tests.emulator.harness import execute, launch_of, ptx_kernel

CASES = {
    "wgmma": """
    wgmma.fence.sync.aligned;
    wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {%f0, %f1, %f2, %f3}, %rd2, %rd3, 1, 1, 1, 0, 0;
    wgmma.commit_group.sync.aligned;
    wgmma.wait_group.sync.aligned 0;
    """,
    "tcgen05": """
    tcgen05.alloc.cta_group::1.sync.aligned.shared::cta.b32 [%r1], 32;
    tcgen05.mma.cta_group::1.kind::f16 [%r2], %rd2, %rd3, %r3, %p1;
    tcgen05.ld.sync.aligned.32x32b.x1.b32 {%r4}, [%r2];
    tcgen05.dealloc.cta_group::1.sync.aligned.b32 %r2, 32;
    """,
}


@pytest.mark.parametrize("name", list(CASES))
def test_they_are_counted_and_noted(name: str) -> None:
    program = ptx_kernel(CASES[name])
    outcome = execute(program, "k", launch_of(2, 128), [np.zeros(128, np.uint64)])
    assert outcome.observation.counters.instruction_mix["matrix"] == 2 * 4 * 4
    assert [note.partition(" ")[0] for note in outcome.observation.notes] == [name]


def test_other_kernels_have_no_notes() -> None:
    program = ptx_kernel("st.global.u64 [%rd1], %rd1;")
    assert not execute(program, "k", launch_of(1, 32), [np.zeros(32, np.uint64)]).observation.notes
