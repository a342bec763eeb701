"""128-bit registers and 32-byte vectors, cache hints, and instructions without effect."""

import numpy as np
import pytest

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import execute, launch_of, run_ptx


def test_128_bits_are_packed_moved_stored_and_loaded() -> None:
    found = run_ptx(
        """
    .reg .b128 %q<3>; .shared .align 16 .b8 s[1024];
    cvt.u64.u32 %rd2, %r0; add.u64 %rd3, %rd2, 1000;
    mov.b128 %q0, {%rd2, %rd3};
    mov.b128 %q1, %q0;
    mov.u32 %r1, s; mad.lo.u32 %r1, %r0, 16, %r1;
    st.shared.b128 [%r1], %q1;
    ld.shared.b128 %q2, [%r1];
    mov.b128 {%rd4, %rd5}, %q2;
    mul.lo.u64 %rd5, %rd5, 1000000; add.u64 %rd4, %rd4, %rd5;
    st.global.u64 [%rd1], %rd4;
    """
    )
    lanes = np.arange(32, dtype=np.uint64)
    np.testing.assert_array_equal(found, lanes + (lanes + 1000) * 1000000)


def test_64_bits_do_not_become_128() -> None:
    with pytest.raises(GpuAdvisorError, match=r"mov\.b128"):
        run_ptx(".reg .b128 %q; mov.b128 %q, %rd1;")


def test_loads_of_32_bytes_touch_one_sector_each() -> None:
    program = decode(
        """.version 8.8
.target sm_100
.address_size 64
.visible .entry k(.param .u64 out, .param .u64 in) {
    .reg .b32 %r; .reg .b64 %a, %b, %v<4>;
    mov.u32 %r, %tid.x;
    ld.param.u64 %a, [out]; ld.param.u64 %b, [in];
    mad.wide.u32 %a, %r, 32, %a; mad.wide.u32 %b, %r, 32, %b;
    ld.global.L1::no_allocate.L2::256B.v4.b64 {%v0, %v1, %v2, %v3}, [%b];
    st.global.v4.b64 [%a], {%v3, %v2, %v1, %v0};
    ret; }"""
    )
    values = np.random.default_rng(1).integers(0, 2**63, (32, 4), np.uint64)
    outcome = execute(program, "k", launch_of(1, 32), [np.zeros_like(values), values])
    np.testing.assert_array_equal(outcome.arrays[0], values[:, ::-1])
    counters = outcome.observation.counters
    assert (counters.global_load_sectors, counters.global_store_ideal_sectors) == (32, 32)


def test_hints_change_nothing() -> None:
    found = run_ptx(
        """
    createpolicy.fractional.L2::evict_last.b64 %rd5, 1.0;
    ld.global.L2::cache_hint.u64 %rd2, [%rd1], %rd5;
    cvt.u64.u32 %rd3, %r0; add.u64 %rd2, %rd2, %rd3;
    st.global.L1::evict_first.L2::cache_hint.u64 [%rd1], %rd2, %rd5;
    prefetch.global.L2 [%rd1]; prefetch.global.L2::evict_last [%rd1]; prefetchu.L1 [%rd1];
    applypriority.global.L2::evict_normal [%rd0], 128; discard.global.L2 [%rd0+128], 128;
    red.global.add.L2::cache_hint.u64 [%rd1], 1, %rd5;
    setmaxnreg.inc.sync.aligned.u32 64; nanosleep.u32 10; pmevent 1;
    """
    )
    np.testing.assert_array_equal(found, np.arange(32) + 1)
