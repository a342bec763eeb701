import numpy as np
import pytest

from gpuadvisor.emulator.run import RunOptions
from gpuadvisor.emulator.specials import WAVE_CYCLES
from tests.emulator.harness import Array, execute, launch_of, ptx_kernel, run_ptx

LANES = np.arange(32)
_OPTIONS = RunOptions()
MASKS = {
    "eq": 1 << LANES,
    "lt": (1 << LANES) - 1,
    "le": (1 << (LANES + 1)) - 1,
    "gt": (2**32 - 1) ^ ((1 << (LANES + 1)) - 1),
    "ge": (2**32 - 1) ^ ((1 << LANES) - 1),
}


def read(
    register: str,
    grid: tuple[int, ...] = (1,),
    block: tuple[int, ...] = (32,),
    options: RunOptions = _OPTIONS,
) -> Array:
    """Return what every thread reads: shape (blocks, threads)."""
    blocks, threads = int(np.prod(grid)), int(np.prod(block))
    wide = register in ("%clock64", "%globaltimer", "%pm0_64", "%current_graph_exec")
    fetch = f"mov.u64 %rd5, {register};" if wide else f"mov.u32 %r9, {register}; cvt.u64.u32 %rd5, %r9;"
    body = f"""mov.u32 %r1, %ntid.x; mov.u32 %r2, %ntid.y; mov.u32 %r3, %tid.y; mov.u32 %r4, %tid.z;
    mad.lo.u32 %r5, %r4, %r2, %r3; mad.lo.u32 %r5, %r5, %r1, %r0;
    mov.u32 %r6, %ctaid.z; mov.u32 %r7, %nctaid.y; mov.u32 %r8, %ctaid.y; mad.lo.u32 %r6, %r6, %r7, %r8;
    mov.u32 %r7, %nctaid.x; mov.u32 %r8, %ctaid.x; mad.lo.u32 %r6, %r6, %r7, %r8;
    mad.lo.u32 %r5, %r6, {threads}, %r5; mad.wide.u32 %rd3, %r5, 8, %rd0;
    {fetch}
    st.global.u64 [%rd3], %rd5;"""
    outcome = execute(
        ptx_kernel(body),
        "k",
        launch_of(grid, block),
        [np.zeros((blocks, threads), np.uint64)],
        options,
    )
    return outcome.arrays[0].astype(np.int64)


def test_indices_in_three_dimensions() -> None:
    grid, block = (3, 2, 2), (5, 4, 3)
    z, y, x = np.unravel_index(np.arange(60), (3, 4, 5))
    for axis, values in zip("xyz", (x, y, z), strict=True):
        assert (read(f"%tid.{axis}", grid, block) == values).all()
    z, y, x = np.unravel_index(np.arange(12), (2, 2, 3))
    for axis, values in zip("xyz", (x, y, z), strict=True):
        assert (read(f"%ctaid.{axis}", grid, block) == values[:, None]).all()


@pytest.mark.parametrize(
    ("register", "value"),
    [
        ("%ntid.y", 4),
        ("%nctaid.x", 3),
        ("%nwarpid", 2),
        ("%nsmid", 7),
        ("%gridid", 0),
        ("%envreg3", 0),
        ("%pm7", 0),
        ("%pm0_64", 0),
        ("%reserved_smem_offset_begin", 0),
        ("%reserved_smem_offset_end", 1024),
        ("%reserved_smem_offset_cap", 1024),
        ("%current_graph_exec", 0),
        ("%cluster_nctaid.x", 1),
    ],
)
def test_sizes(register: str, value: int) -> None:
    assert (read(register, (3, 2), (10, 4), RunOptions(multiprocessors=7)) == value).all()


def test_lanes_and_warps() -> None:
    assert (read("%laneid", block=(70,)) == np.arange(70) % 32).all()
    assert (read("%warpid", block=(70,)) == np.arange(70) // 32).all()


@pytest.mark.parametrize("kind", list(MASKS))
def test_lane_masks(kind: str) -> None:
    assert read(f"%lanemask_{kind}")[0].tolist() == MASKS[kind].tolist()


def test_blocks_go_round_the_multiprocessors() -> None:
    assert read("%smid", (10,), options=RunOptions(multiprocessors=4))[:, 0].tolist() == [
        0,
        1,
        2,
        3,
        0,
        1,
        2,
        3,
        0,
        1,
    ]


def test_clocks_advance_with_instructions_and_waves() -> None:
    clocks = read("%clock64", (6,), options=RunOptions(multiprocessors=2))[:, 0]
    assert (np.diff(clocks) == [0, WAVE_CYCLES, 0, WAVE_CYCLES, 0]).all()
    body = """mov.u64 %rd5, %clock64; add.u32 %r1, %r0, 1; add.u32 %r1, %r1, 1;
        mov.u64 %rd6, %clock64; sub.u64 %rd5, %rd6, %rd5; st.global.u64 [%rd1], %rd5;"""
    outcome = execute(ptx_kernel(body), "k", launch_of(1, 32), [np.zeros(32, np.uint64)])
    assert (outcome.arrays[0] == 3).all()


def test_reserved_shared_memory_is_apart_from_the_kernel_s_own() -> None:
    body = """
    mov.u32 %r1, %reserved_smem_offset_1; mad.lo.u32 %r1, %r0, 8, %r1; mov.u32 %r2, own; mov.u32 %r3, dynamic;
    mad.lo.u32 %r2, %r0, 4, %r2; mad.lo.u32 %r3, %r0, 4, %r3;
    st.shared.u64 [%r1], 7; st.shared.u32 [%r2], 8; st.shared.u32 [%r3], 9;
    ld.shared.u64 %rd3, [%r1]; ld.shared.u32 %r2, [%r2]; ld.shared.u32 %r3, [%r3];
    add.u32 %r2, %r2, %r3; cvt.u64.u32 %rd4, %r2; add.u64 %rd3, %rd3, %rd4; st.global.u64 [%rd1], %rd3;
    """
    before = ".shared .align 4 .b8 own[128]; .extern .shared .align 4 .b8 dynamic[];"
    assert (run_ptx(body, before=before, shared=128) == 7 + 8 + 9).all()
