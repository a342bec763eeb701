"""Matrix instructions in native code leave the interpreter's bits, whatever the registers hold."""

import numpy as np
import pytest

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.instructions.matrix import multiplication
from gpuadvisor.emulator.layout import lay_out
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.translate import translate
from gpuadvisor.emulator.program import Program
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import HEADER, Array, execute, launch_of, ptx_kernel

FORMS = [
    "mma.sync.aligned.m16n8k8.row.col.f16.f16.f16.f16",
    "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32",
    "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32",
    "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32",
    "mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64",
    "mma.sync.aligned.m16n8k16.row.col.f64.f64.f64.f64",
    "mma.sync.aligned.m8n8k16.row.col.satfinite.s32.s8.u8.s32",
    "mma.sync.aligned.m16n8k32.row.col.s32.u8.s8.s32",
    "mma.sync.aligned.m16n8k64.row.col.satfinite.s32.u4.s4.s32",
    "mma.sync.aligned.m16n8k32.row.col.f32.e4m3.e5m2.f32",
    "mma.sync.aligned.m16n8k16.row.col.f16.e5m2.e4m3.f16",
    "mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc",
    "mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc",
    "mma.sp.sync.aligned.m16n8k32.row.col.f32.f16.f16.f32",
    "mma.sp.sync.aligned.m16n8k128.row.col.satfinite.s32.s4.u4.s32",
    "wmma.mma.sync.aligned.row.col.m16n16k16.f16.f32",
    "wmma.mma.sync.aligned.row.col.m32n8k16.f32.f16",
    "wmma.mma.sync.aligned.row.col.m8n32k16.s32.s8.s8.s32",
]


def registers(form: str) -> tuple[list[int], int]:
    """Return how many registers D, A, B and C take, and the bytes of one."""
    operands = "%r, %r, %r, %r" + (", %r, 0" if ".sp." in form else "")
    instruction = decode(f"{HEADER}.visible .entry k() {{ .reg .b32 %r; {form} {operands}; }}")
    problem = multiplication(instruction.functions["k"].instructions[0])
    fragments = [problem.fragment(name) for name in "dabc"]
    return [fragment.registers for fragment in fragments], 8 if fragments[0].bits == 64 else 4


def product(form: str, guard: str = "") -> tuple[Program, int]:
    """Return a kernel that multiplies what each thread loads and stores D, and the bytes of a thread."""
    counts, size = registers(form)
    names = [
        [f"%{matrix}{number}" for number in range(count)]
        for matrix, count in zip("dabc", counts, strict=True)
    ]
    listed = [name for matrix in names for name in matrix]
    kind = f"b{8 * size}"
    moves = [(name, size * position) for position, name in enumerate(listed)]
    vectors = ", ".join("{" + ", ".join(matrix) + "}" for matrix in names)
    vectors += ", %r1, 0" if ".sp." in form else ""
    body = [f".reg .{kind} {', '.join(listed)};", f"mad.wide.u32 %rd1, %r0, {size * len(listed)}, %rd0;"]
    body += [f"ld.global.{kind} {name}, [%rd1+{offset}];" for name, offset in moves]
    body += ["ld.global.b32 %r1, [%rd1];", "setp.lt.u32 %p0, %r0, 64;", f"{guard} {form} {vectors};"]
    body += [f"st.global.{kind} [%rd1+{offset}], {name};" for name, offset in moves[: counts[0]]]
    return ptx_kernel("\n".join(body)), size * len(listed)


def is_native(program: Program) -> bool:
    """Return whether a kernel has native code; translating raises where it has not."""
    linked = link(program, "k")
    return bool(translate(linked, lay_out(program, linked.function, 0, GlobalMemory())).text)


def random_bytes(size: int, mask: int | None = None) -> Array:
    words = np.random.default_rng(size).integers(0, 2**64, size // 8, np.uint64)
    return words if mask is None else words & np.uint64(mask | mask << 32 if mask < 2**32 else mask)


@pytest.mark.parametrize("form", FORMS)
def test_products_of_any_bits(form: str) -> None:
    """Random bits are NaN, infinite or subnormal now and then; masked ones stay ordinary numbers."""
    program, size = product(form)
    assert is_native(program)
    for mask in (None, 0x3BFF3BFF):
        execute(program, "k", launch_of(1, 128), [random_bytes(128 * size, mask)])


def test_a_warp_whose_guard_does_not_hold_keeps_its_registers() -> None:
    program, size = product(FORMS[1], "@%p0")
    given = random_bytes(96 * size, 0x3BFF3BFF)
    left = execute(program, "k", launch_of(1, 96), [given]).arrays[0]
    np.testing.assert_array_equal(left[64 * size // 8 :], given[64 * size // 8 :])
    assert (left[: 64 * size // 8] != given[: 64 * size // 8]).any()


ROWS = """
    .shared .align 16 .b8 tile[1024];
    mov.u32 %r1, tile;
    mad.lo.u32 %r2, %r0, 16, %r1;
    ld.global.v2.u64 {%rd2, %rd3}, [%rd1];
    st.shared.v2.u64 [%r2], {%rd2, %rd3};
    bar.warp.sync -1;
"""
"""Each thread's two words as a row in shared memory."""


@pytest.mark.parametrize("space", [".shared", ""])
@pytest.mark.parametrize("turned", ["", ".trans"])
@pytest.mark.parametrize("count", [1, 2, 4])
def test_rows_in_shared_memory(count: int, turned: str, space: str) -> None:
    listed = ", ".join(f"%r{3 + number}" for number in range(count))
    address = "%r2" if space else "%rd4"
    form = f"sync.aligned.m8n8.x{count}{turned}{space}.b16"
    program = ptx_kernel(
        f"""mad.wide.u32 %rd1, %r0, 16, %rd0; {ROWS}
        cvt.u64.u32 %rd4, %r2;
        cvta.shared.u64 %rd4, %rd4;
        setp.lt.u32 %p0, %r0, 32;
        @%p0 ldmatrix.{form} {{{listed}}}, [{address}];
        movmatrix.sync.aligned.m8n8.trans.b16 %r3, %r3;
        stmatrix.{form} [{address}], {{{listed}}};
        bar.warp.sync -1;
        ld.shared.v2.u64 {{%rd2, %rd3}}, [%r2];
        st.global.v2.u64 [%rd1], {{%rd2, %rd3}};"""
    )
    assert is_native(program)
    execute(program, "k", launch_of(1, 64), [random_bytes(64 * 16)])


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        ("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r3, %r4, %r5, %r6}, [%r2+8];", "is not aligned"),
        ("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%r3, %r4, %r5, %r6}, [%r2+768];", "past its end"),
        ("stmatrix.sync.aligned.m8n8.x2.shared.b16 [%r2+1024], {%r3, %r4};", "stmatrix of a row of 16 bytes"),
        (
            "wmma.load.a.sync.aligned.row.m16n16k16.shared.f16 {%r3, %r4, %r5, %r6}, [%r1+1020], 16;",
            "a matrix",
        ),
    ],
)
def test_rows_that_lie_elsewhere_are_told_alike(instruction: str, message: str) -> None:
    program = ptx_kernel(f"mad.wide.u32 %rd1, %r0, 16, %rd0; {ROWS} {instruction}")
    with pytest.raises(GpuAdvisorError, match=message):
        execute(program, "k", launch_of(1, 32), [random_bytes(512)])
