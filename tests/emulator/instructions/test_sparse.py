"""mma.sp of every shape and type against NumPy: A spread out by the metadata."""

import numpy as np
import pytest

from gpuadvisor.emulator.decoder import decode
from gpuadvisor.model.errors import GpuAdvisorError
from tests.emulator.harness import Array, execute, launch_of
from tests.emulator.instructions.fragments import A_FRAGMENTS, Place, accumulator, pack, unpack
from tests.emulator.instructions.test_matrix import BITS, bits_of, numbers_of

RANDOM = np.random.default_rng(8)
CASES = [
    *(("f32", kind, depth) for kind in ("f16", "bf16") for depth in (16, 32)),
    ("f16", "f16", 32),
    ("f32", "tf32", 8),
    ("f32", "tf32", 16),
    *(("s32", kind, depth) for kind in ("s8", "u8") for depth in (32, 64)),
    *(("s32", kind, depth) for kind in ("s4", "u4") for depth in (64, 128)),
    ("f32", "e4m3", 64),
    ("f32", "e5m2", 64),
]


def positions(kind: str, depth: int) -> Array:
    """Return the columns of the elements of each row, (16, depth / 2): a random half of each chunk."""
    width = {"tf32": 2, "s4": 8, "u4": 8}.get(kind, 4)
    pair = 2 if width == 8 else 1
    rows = []
    for _ in range(16):
        chosen = []
        for chunk in range(0, depth, width):
            count = max(1, width // 2 // pair)
            places = np.sort(RANDOM.choice(width // pair, count, replace=False)) * pair
            chosen += [chunk + place + inner for place in places for inner in range(pair)]
        rows.append(chosen)
    return np.array(rows)


def row_bits(kind: str, columns: Array) -> int:
    """Return the metadata of one row, the first chunk lowest."""
    if kind == "tf32":
        nibbles = [0b1110 if column % 2 else 0b0100 for column in columns]
        return sum(nibble << 4 * number for number, nibble in enumerate(nibbles))
    numbers = [column % 8 // 2 for column in columns[::2]] if kind in ("s4", "u4") else columns % 4
    return sum(int(number) << 2 * place for place, number in enumerate(numbers))


def metadata(kind: str, columns: Array, depth: int, selector: int) -> Array:
    """Return the words of the lanes; those of lanes that are not selected are noise."""
    words = RANDOM.integers(0, 2**32, 32).astype(np.uint32)
    for group in range(8):
        low, high = (row_bits(kind, columns[row]) for row in (group, group + 8))
        if BITS[kind] >= 16:
            count = depth // (8 if kind == "tf32" else 16)
            pieces = [low >> 16 * k & 0xFFFF | (high >> 16 * k & 0xFFFF) << 16 for k in range(count)]
        else:
            count = depth // (64 if BITS[kind] == 4 else 32)
            pieces = [row >> 32 * k & 0xFFFFFFFF for k in range(count) for row in (low, high)]
        first = 4 * group + selector * len(pieces)
        words[first : first + len(pieces)] = pieces
    return words


def b_fragment(depth: int, bits: int) -> tuple[int, Place]:
    count = 32 // bits
    return depth // 4, lambda g, t, i: (t * count + i % count + i // count * 4 * count, g)


def module(instruction: str, counts: dict[str, int], selector: int) -> str:
    lines = [f".reg .b32 %{name}<{count}>;" for name, count in counts.items()]
    for name, count in counts.items():
        lines += [f"ld.param.u64 %p, [{name}];", f"mad.wide.u32 %p, %lane, {4 * count}, %p;"]
        lines += [f"ld.global.b32 %{name}{r}, [%p+{4 * r}];" for r in range(count)]
    vectors = ["{" + ", ".join(f"%{name}{r}" for r in range(counts[name])) + "}" for name in "dabc"]
    lines += [f"{instruction} {', '.join(vectors)}, %e0, {selector};", "ld.param.u64 %p, [d];"]
    lines += [f"mad.wide.u32 %p, %lane, {4 * counts['d']}, %p;"]
    lines += [f"st.global.b32 [%p+{4 * r}], %d{r};" for r in range(counts["d"])]
    parameters = ", ".join(f".param .u64 {name}" for name in "abced")
    return f""".version 8.5
.target sm_90
.address_size 64
.visible .entry k({parameters}) {{
.reg .b64 %p; .reg .b32 %lane;
mov.u32 %lane, %tid.x;
{chr(10).join(lines)}
ret; }}
"""


def multiply(target: str, kind: str, depth: int, selector: int) -> tuple[Array, Array]:
    """Return what the instruction computed, and what NumPy does."""
    low = 0 if kind[0] == "u" else -4
    packed, b, c = (RANDOM.integers(low, 5, size) for size in ((16, depth // 2), (depth, 8), (16, 8)))
    columns = positions(kind, depth)
    a = np.zeros((16, depth), np.int64)
    np.put_along_axis(a, columns, packed, axis=1)
    fragments = [
        A_FRAGMENTS[f"m16n8k{depth // 2}", BITS[kind]],
        b_fragment(depth, BITS[kind]),
        accumulator(16),
    ]
    kinds = (kind, kind, target)
    registers = [
        pack(bits_of(matrix, each), fragment, BITS[each])
        for matrix, fragment, each in zip((packed, b, c), fragments, kinds, strict=True)
    ]
    counts = {name: each.shape[1] for name, each in zip("abc", registers, strict=True)}
    counts |= {"e": 1, "d": counts["c"]}
    text = f"mma.sp::ordered_metadata.sync.aligned.m16n8k{depth}.row.col.{target}.{kind}.{kind}.{target}"
    words = metadata(kind, columns, depth, selector)
    program = decode(module(text, counts, selector))
    outcome = execute(program, "k", launch_of(1, 32), [*registers, words, np.zeros_like(registers[2])])
    result = unpack(outcome.arrays[-1], accumulator(16), BITS[target], (16, 8))
    return numbers_of(result, target), a @ b + c


@pytest.mark.parametrize(("target", "kind", "depth"), CASES)
def test_half_of_a_is_multiplied(target: str, kind: str, depth: int) -> None:
    np.testing.assert_array_equal(*multiply(target, kind, depth, 0))


@pytest.mark.parametrize(("kind", "depth", "selector"), [("f16", 16, 3), ("tf32", 16, 1), ("s8", 32, 1)])
def test_the_selector_names_the_lanes_with_the_metadata(kind: str, depth: int, selector: int) -> None:
    np.testing.assert_array_equal(*multiply("s32" if kind == "s8" else "f32", kind, depth, selector))


@pytest.mark.parametrize(
    ("form", "selector"),
    [
        ("m16n8k32.row.col.f32.f16.f16.f32", 2),
        ("m16n8k64.row.col.s32.s8.s8.s32", 1),
        ("m16n8k64.row.col.f32.bf16.bf16.f32", 0),
        ("m8n8k32.row.col.f32.f16.f16.f32", 0),
    ],
)
def test_forms_that_do_not_exist_are_refused(form: str, selector: int) -> None:
    counts = {"a": 4, "b": 4, "c": 4, "e": 1, "d": 4}
    program = decode(module(f"mma.sp.sync.aligned.{form}", counts, selector))
    with pytest.raises(GpuAdvisorError, match="is not supported by the emulator"):
        execute(program, "k", launch_of(1, 32), [np.zeros(128, np.uint32)] * 5)
