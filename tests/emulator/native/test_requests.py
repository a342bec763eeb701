"""Requests of every size, space and shape: the harness checks that both executors count the same."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.emulator.layout import lay_out
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.kernels import native_kernel
from tests.emulator.harness import execute, launch_of, ptx_kernel

THREADS = 32 * 7 + 5
BLOCKS = 3
BYTES = 1 << 13
ABSENT = 0xFFFFFFFF
RANDOM = np.random.default_rng(5)
LANE = np.arange(32)

Offsets = NDArray[np.uint32]

LOAD = {1: "u8 %r9", 2: "u16 %r9", 4: "u32 %r9", 8: "u64 %rd9", 16: "v4.u32 {%r9, %r10, %r11, %r12}"}
STORE = {1: "u8", 2: "u16", 4: "u32", 8: "u64", 16: "v4.u32"}
SOURCE = {1: "%r8", 2: "%r8", 4: "%r8", 8: "%rd5", 16: "{%r8, %r0, %r8, %r0}"}


def _shapes(size: int) -> list[Offsets]:
    """Return offsets of one warp each: multiples of the size below the buffer's end."""
    places = BYTES // size
    half = np.where(LANE < 16, 3, 40)
    shapes = [
        LANE,
        LANE[::-1],
        7 * LANE,
        LANE // 2,
        LANE % 4,
        LANE ^ 1,
        np.full(32, 9),
        32 * LANE % places,
        33 * LANE % places,
        half,
        half + LANE // 4,
        RANDOM.integers(0, places, 32),
        RANDOM.integers(0, 50, 32),
        np.sort(RANDOM.integers(0, places, 32)),
    ]
    return [(shape * size).astype(np.uint32) for shape in shapes]


def _with_gaps(offsets: Offsets) -> Offsets:
    """Return the offsets, moved by a few places, with some lanes absent now and then."""
    chosen = offsets.copy()
    kind = RANDOM.integers(0, 5)
    absent = [LANE < 0, LANE >= 20, LANE % 2 == 1, RANDOM.random(32) < 0.5, LANE != 13][kind]
    chosen[absent] = ABSENT
    return chosen


def _offsets(size: int) -> Offsets:
    shapes = _shapes(size)
    rows = [_with_gaps(shapes[index]) for index in RANDOM.integers(0, len(shapes), BLOCKS * 8)]
    return np.stack(rows + rows[::-1])


def _run(operation: str, space: str, size: int) -> None:
    """Run a kernel whose threads access `space` at offsets that an array gives, twice over."""
    rounds = 2
    base = "%rd2" if space == "global" else "%rd8"
    access = {
        "load": f"ld.{space}.{LOAD[size]}, [{base}];",
        "store": f"st.{space}.{STORE[size]} [{base}], {SOURCE[size]};",
        "atomic": f"atom.{space}.add.u{8 * size} {'%r9' if size == 4 else '%rd9'}, [{base}], {SOURCE[size]};",
        "reduction": f"red.{space}.max.u{8 * size} [{base}], {SOURCE[size]};",
    }[operation]
    body = f"""
    ld.param.u64 %rd3, [p1];
    mov.u32 %r1, %ctaid.x;
    mad.lo.u32 %r8, %r1, 256, %r0;
    mad.wide.u32 %rd4, %r8, 4, %rd3;
    cvt.u64.u32 %rd5, %r8;
    mov.u32 %r2, 0;
again:
    ld.global.u32 %r3, [%rd4];
    setp.ne.u32 %p1, %r3, {ABSENT};
    cvt.u64.u32 %rd6, %r3;
    add.u64 %rd2, %rd0, %rd6;
    cvt.u64.u32 %rd8, %r3;
    @%p1 {access}
    add.u64 %rd4, %rd4, {4 * 256 * BLOCKS};
    add.u32 %r2, %r2, 1;
    setp.lt.u32 %p2, %r2, {rounds};
    @%p2 bra again;"""
    program = ptx_kernel(body + "\n    mov.u32 %r9, tile;", 2, f".shared .align 16 .b8 tile[{BYTES}];\n")
    memory = GlobalMemory()
    linked = link(program, "k")
    assert native_kernel(linked, lay_out(program, linked.function, 0, memory), memory) is not None
    data = RANDOM.integers(0, 255, BYTES, np.uint8)
    execute(program, "k", launch_of(BLOCKS, THREADS), [data, _offsets(size)], memory=memory)


@pytest.mark.parametrize("size", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("space", ["global", "shared"])
def test_loads(space: str, size: int) -> None:
    _run("load", space, size)


@pytest.mark.parametrize("size", [1, 2, 4, 8, 16])
def test_stores_to_shared_memory(size: int) -> None:
    _run("store", "shared", size)


@pytest.mark.parametrize("size", [4, 8])
@pytest.mark.parametrize("operation", ["reduction"])
@pytest.mark.parametrize("space", ["global", "shared"])
def test_reductions(space: str, operation: str, size: int) -> None:
    _run(operation, space, size)


@pytest.mark.parametrize("size", [4, 8])
def test_atomics_whose_results_are_not_used(size: int) -> None:
    _run("atomic", "global", size)
