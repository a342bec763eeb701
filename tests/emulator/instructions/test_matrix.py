"""mma.sync of every shape and type against NumPy; registers laid out by the manual's formulas."""

import re

import numpy as np
import pytest

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, execute, launch_of
from tests.emulator.instructions.fragments import A_FRAGMENTS, B_FRAGMENTS, accumulator, pack, unpack

RANDOM = np.random.default_rng(5)
BITS = {"f16": 16, "bf16": 16, "tf32": 32, "f32": 32, "f64": 64, "s32": 32, "e4m3": 8, "e5m2": 8, "b1": 1}
BITS |= {f"{sign}{bits}": bits for sign in "su" for bits in (4, 8)}
FLOATS = ("f16", "bf16", "tf32", "f32", "f64", "e4m3", "e5m2")


def bits_of(values: Array, kind: str) -> Array:
    """Return numbers that the type holds exactly as element bits."""
    if kind == "f16":
        return values.astype(np.float16).view(np.uint16)
    if kind == "bf16":
        return values.astype(np.float32).view(np.uint32) >> 16
    if kind in ("tf32", "f32"):
        return values.astype(np.float32).view(np.uint32)
    if kind == "f64":
        return values.astype(np.float64).view(np.uint64)
    if kind in ("e4m3", "e5m2"):
        table = {0: 0x00, 1: 0x38, 2: 0x40, 3: 0x44, 4: 0x48} if kind == "e4m3" else {}
        table = table or {0: 0x00, 1: 0x3C, 2: 0x40, 3: 0x42, 4: 0x44}
        return np.vectorize(lambda v: table[abs(int(v))] | (0x80 if v < 0 else 0))(values)
    return values.astype(np.int64) & ((1 << BITS[kind]) - 1)


def numbers_of(raw: Array, kind: str) -> Array:
    dtypes = {"f16": np.float16, "f32": np.float32, "f64": np.float64, "s32": np.int32}
    width = max(BITS[kind], 16)
    return raw.astype(f"u{width // 8}").view(dtypes[kind])


def module(instruction: str, shape: str, kinds: tuple[str, str, str, str]) -> str:
    """Return a kernel that loads the registers of A, B, C, multiplies and stores those of D."""
    rows = int(shape[1:].partition("n")[0])
    counts = {
        "a": A_FRAGMENTS[shape, BITS[kinds[1]]][0] // max(1, 32 // BITS[kinds[1]]),
        "b": B_FRAGMENTS[shape, BITS[kinds[2]]][0] // max(1, 32 // BITS[kinds[2]]),
        "c": accumulator(rows)[0] // max(1, 32 // BITS[kinds[3]]),
    }
    counts["d"] = counts["c"]
    wide = kinds[0] == "f64"
    kind, size = ("b64", 8) if wide else ("b32", 4)
    lines = [f".reg .{kind} %{name}<{count}>;" for name, count in counts.items()]
    for position, name in enumerate("abc"):
        lines += [f"ld.param.u64 %p, [{name}];", f"mad.wide.u32 %p, %lane, {size * counts[name]}, %p;"]
        lines += [f"ld.global.{kind} %{name}{r}, [%p+{size * r}];" for r in range(counts[name])]
        assert position < 3
    vectors = ", ".join("{" + ", ".join(f"%{n}{r}" for r in range(counts[n])) + "}" for n in "dabc")
    lines += [f"{instruction} {vectors};"]
    lines += ["ld.param.u64 %p, [d];", f"mad.wide.u32 %p, %lane, {size * counts['d']}, %p;"]
    lines += [f"st.global.{kind} [%p+{size * r}], %d{r};" for r in range(counts["d"])]
    body = "\n".join(lines)
    return f""".version 8.4
.target sm_90
.address_size 64
.visible .entry k(.param .u64 a, .param .u64 b, .param .u64 c, .param .u64 d) {{
.reg .b64 %p; .reg .b32 %lane;
mov.u32 %lane, %tid.x;
{body}
ret; }}
"""


def multiply(instruction: str, shape: str, kinds: tuple[str, str, str, str], matrices: list[Array]) -> Array:
    """Run the instruction on matrices of element bits and return those of D."""
    rows = int(shape[1:].partition("n")[0])
    fragments = [A_FRAGMENTS[shape, BITS[kinds[1]]], B_FRAGMENTS[shape, BITS[kinds[2]]], accumulator(rows)]
    registers = [
        pack(matrix, fragment, BITS[kind])
        for matrix, fragment, kind in zip(matrices, fragments, kinds[1:], strict=True)
    ]
    target = np.zeros_like(registers[2])
    program = decode(module(instruction, shape, kinds))
    outcome = execute(program, "k", launch_of(1, 32), [*registers, target])
    assert outcome.observation.counters.instruction_mix["matrix"] == 1
    return unpack(outcome.arrays[3], accumulator(rows), BITS[kinds[0]], (rows, 8))


def extents(shape: str) -> tuple[int, int, int]:
    m, n, k = (int(number) for number in re.findall(r"\d+", shape))
    return m, n, k


def small_matrices(shape: str, kinds: tuple[str, ...]) -> list[Array]:
    m, n, k = extents(shape)
    matrices = []
    for kind, size in zip(kinds, ((m, k), (k, n), (m, n)), strict=True):
        low = 0 if kind[0] in "ub" and kind != "bf16" else -4
        high = 2 if kind == "b1" else 5
        matrices.append(RANDOM.integers(low, high, size))
    return matrices


CASES = [
    *((shape, ("f32", "f16", "f16", "f32")) for shape in ("m16n8k8", "m16n8k16")),
    *((shape, ("f16", "f16", "f16", "f16")) for shape in ("m16n8k8", "m16n8k16")),
    *((shape, ("f32", "bf16", "bf16", "f32")) for shape in ("m16n8k8", "m16n8k16")),
    *((shape, ("f32", "tf32", "tf32", "f32")) for shape in ("m16n8k4", "m16n8k8")),
    *((shape, ("f64",) * 4) for shape in ("m8n8k4", "m16n8k4", "m16n8k8", "m16n8k16")),
    *(
        (shape, ("s32", a, b, "s32"))
        for shape in ("m8n8k16", "m16n8k16", "m16n8k32")
        for a, b in (("s8", "s8"), ("u8", "s8"), ("u8", "u8"))
    ),
    *(
        (shape, ("s32", a, b, "s32"))
        for shape in ("m8n8k32", "m16n8k32", "m16n8k64")
        for a, b in (("s4", "s4"), ("s4", "u4"))
    ),
    *(
        (shape, ("f32", a, b, "f32"))
        for shape in ("m16n8k16", "m16n8k32")
        for a, b in (("e4m3", "e4m3"), ("e4m3", "e5m2"))
    ),
    ("m16n8k32", ("f16", "e5m2", "e5m2", "f16")),
]


@pytest.mark.parametrize(("shape", "kinds"), CASES)
def test_small_integers_multiply_exactly(shape: str, kinds: tuple[str, str, str, str]) -> None:
    a, b, c = small_matrices(shape, kinds[1:])
    raw = [bits_of(matrix, kind) for matrix, kind in zip((a, b, c), kinds[1:], strict=True)]
    result = multiply(f"mma.sync.aligned.{shape}.row.col.{'.'.join(kinds)}", shape, kinds, raw)
    np.testing.assert_array_equal(numbers_of(result, kinds[0]), a @ b + c)


@pytest.mark.parametrize("shape", ["m8n8k128", "m16n8k128", "m16n8k256"])
@pytest.mark.parametrize("operation", ["xor", "and"])
def test_single_bits_are_combined_and_counted(shape: str, operation: str) -> None:
    kinds = ("s32", "b1", "b1", "s32")
    a, b, c = small_matrices(shape, kinds[1:])
    combined = a[:, :, None] ^ b[None] if operation == "xor" else a[:, :, None] & b[None]
    raw = [bits_of(matrix, kind) for matrix, kind in zip((a, b, c), kinds[1:], strict=True)]
    text = f"mma.sync.aligned.{shape}.row.col.s32.b1.b1.s32.{operation}.popc"
    np.testing.assert_array_equal(numbers_of(multiply(text, shape, kinds, raw), "s32"), combined.sum(1) + c)


def test_random_halves_stay_within_the_error_of_one_rounding() -> None:
    shape, kinds = "m16n8k16", ("f32", "f16", "f16", "f32")
    a, b, c = (RANDOM.normal(size=size) for size in ((16, 16), (16, 8), (16, 8)))
    halves = [a.astype(np.float16), b.astype(np.float16), c.astype(np.float32)]
    raw = [bits_of(matrix, kind) for matrix, kind in zip(halves, kinds[1:], strict=True)]
    result = numbers_of(
        multiply(f"mma.sync.aligned.{shape}.row.col.f32.f16.f16.f32", shape, kinds, raw), "f32"
    )
    exact = halves[0].astype(np.float64) @ halves[1].astype(np.float64) + halves[2]
    assert (np.abs(result - exact) <= np.spacing(np.abs(result)) * 0.5001).all()


def test_tf32_reads_ten_bits_of_mantissa() -> None:
    a = np.full((16, 8), 1 + 2.0**-10 + 2.0**-11, np.float32)
    b, c = np.eye(8, dtype=np.float32), np.zeros((16, 8), np.float32)
    kinds = ("f32", "tf32", "tf32", "f32")
    raw = [matrix.view(np.uint32) for matrix in (a, b, c)]
    result = multiply("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", "m16n8k8", kinds, raw)
    assert (numbers_of(result, "f32") == 1 + 2.0**-10).all()


@pytest.mark.parametrize(("modifier", "expected"), [("", -(2**31)), (".satfinite", 2**31 - 1)])
def test_integer_sums_wrap_or_saturate(modifier: str, expected: int) -> None:
    a, b = np.zeros((8, 16), np.int64), np.zeros((16, 8), np.int64)
    a[:, 0] = b[0] = 1
    c = np.full((8, 8), 2**31 - 1)
    text = f"mma.sync.aligned.m8n8k16.row.col{modifier}.s32.s8.s8.s32"
    raw = [bits_of(matrix, kind) for matrix, kind in zip((a, b, c), ("s8", "s8", "s32"), strict=True)]
    result = multiply(text, "m8n8k16", ("s32", "s8", "s8", "s32"), raw)
    assert (numbers_of(result, "s32") == expected).all()


def test_infinity_times_zero_is_the_canonical_nan() -> None:
    a, b, c = np.full((16, 8), np.inf), np.zeros((8, 8)), np.zeros((16, 8))
    kinds = ("f32", "f16", "f16", "f32")
    raw = [bits_of(matrix, kind) for matrix, kind in zip((a, b, c), kinds[1:], strict=True)]
    result = multiply("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32", "m16n8k8", kinds, raw)
    assert (result == 0x7FFFFFFF).all()


@pytest.mark.parametrize(
    "text",
    [
        "mma.sync.aligned.m12n8k16.row.col.f32.f16.f16.f32",
        "mma.sync.aligned.m16n8k999999999.row.col.f32.f16.f16.f32",
        "mma.sync.aligned.m0n0k0.row.col.f32.f16.f16.f32",
        "mma.sync.aligned.m8n8k4.row.col.f32.f16.f16.f32",
        "mma.sync.aligned.row.col.f32.f16.f16.f32",
        "ldmatrix.sync.aligned.m8n8.x8.shared.b16",
    ],
)
def test_shapes_that_do_not_exist_are_refused(text: str) -> None:
    kinds = ("f32", "f16", "f16", "f32")
    raw = [np.zeros(size, np.int64) for size in ((16, 16), (16, 8), (16, 8))]
    with pytest.raises(GpuAdvisorError, match="is not supported by the emulator"):
        multiply(text, "m16n8k16", kinds, raw)


def test_block_scaled_products_are_refused_by_name() -> None:
    kinds = ("f32", "f16", "f16", "f32")
    raw = [np.zeros(size, np.int64) for size in ((16, 16), (16, 8), (16, 8))]
    with pytest.raises(GpuAdvisorError, match=r"mma\..*block-scaled"):
        multiply("mma.sync.aligned.m16n8k16.row.col.kind::mxf4.f32.f16.f16.f32", "m16n8k16", kinds, raw)
