"""Video instructions against arithmetic on Python integers, part by part."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.emulator.semantics.lanes import Lanes, integers, result

A, B, C = (integers(32, seed, 96) for seed in (1, 2, 3))
Compute = Callable[[int, int], int]
OPERATIONS: dict[str, Compute] = {
    "vadd": lambda a, b: a + b,
    "vsub": lambda a, b: a - b,
    "vabsdiff": lambda a, b: abs(a - b),
    "vmin": min,
    "vmax": max,
    "vavrg": lambda a, b: (a + b + 1) // 2 if a + b >= 0 else (a + b) // 2,
}
COMPARISONS: dict[str, Compute] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "lt": lambda a, b: a < b,
    "le": lambda a, b: a <= b,
    "gt": lambda a, b: a > b,
    "ge": lambda a, b: a >= b,
}


def part(value: int, index: int, width: int, kind: str) -> int:
    bits = value >> index * width & ((1 << width) - 1)
    return bits - (1 << width) if kind == "s32" and bits >> width - 1 else bits


def clamp(value: int, width: int, kind: str) -> int:
    low, high = (-(1 << width - 1), (1 << width - 1) - 1) if kind == "s32" else (0, (1 << width) - 1)
    return min(max(value, low), high)


def expected(compute: Compute, parts: int, kinds: list[str], mode: str) -> list[int]:
    width, results = 32 // parts, []
    for a, b, c in zip(A.ravel().tolist(), B.ravel().tolist(), C.ravel().tolist(), strict=True):
        total = c if mode == "add" else 0
        for index in range(parts):
            value = int(compute(part(a, index, width, kinds[1]), part(b, index, width, kinds[2])))
            if mode == "sat":
                value = clamp(value, width, kinds[0])
            total += value if mode == "add" else (value & ((1 << width) - 1)) << index * width
        results.append(total & 0xFFFFFFFF)
    return results


def listed(lanes: Lanes) -> list[int]:
    return [int(value) for value in lanes.ravel()]


@pytest.mark.parametrize("mode", ["", "sat", "add"])
@pytest.mark.parametrize("kinds", [["u32", "u32", "u32"], ["s32", "s32", "s32"], ["u32", "s32", "u32"]])
@pytest.mark.parametrize("parts", [2, 4])
@pytest.mark.parametrize("name", list(OPERATIONS))
def test_parallel(name: str, parts: int, kinds: list[str], mode: str) -> None:
    text = ".".join([f"{name}{parts}", *kinds, *([mode] if mode else [])])
    assert listed(result(text, A, B, C)) == expected(OPERATIONS[name], parts, kinds, mode)


@pytest.mark.parametrize("kinds", [["u32", "u32"], ["s32", "s32"], ["s32", "u32"]])
@pytest.mark.parametrize("parts", [1, 2, 4])
@pytest.mark.parametrize("comparison", list(COMPARISONS))
def test_comparison(comparison: str, parts: int, kinds: list[str]) -> None:
    text = ".".join([f"vset{parts if parts > 1 else ''}", *kinds, comparison])
    values = [A, B] if parts == 1 else [A, B, C]
    assert listed(result(text, *values)) == expected(COMPARISONS[comparison], parts, ["u32", *kinds], "")


@pytest.mark.parametrize("kinds", [["u32", "u32", "u32"], ["s32", "s32", "u32"]])
@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "vavrg"])
def test_scalar_saturates_and_then_combines(name: str, kinds: list[str]) -> None:
    saturated = expected(OPERATIONS[name], 1, kinds, "sat")
    smallest = [
        min(part(value, 0, 32, kinds[0]), part(int(c), 0, 32, kinds[0])) & 0xFFFFFFFF
        for value, c in zip(saturated, C.ravel(), strict=True)
    ]
    assert listed(result(".".join([name, *kinds, "sat"]), A, B)) == saturated
    assert listed(result(".".join([name, *kinds, "sat", "min"]), A, B, C)) == smallest


@pytest.mark.parametrize("kinds", [("u32", "u32"), ("s32", "u32"), ("u32", "s32"), ("s32", "s32")])
@pytest.mark.parametrize(
    ("more", "shift"), [("", 0), (".sat", 0), (".po", 0), (".po.sat.shr7", 7), (".shr15", 15)]
)
def test_products_are_added_shifted_and_clamped(kinds: tuple[str, str], more: str, shift: int) -> None:
    final = "s32" if "s32" in kinds else "u32"

    def expected(a: int, b: int, c: int) -> int:
        total = part(a, 0, 32, kinds[0]) * part(b, 0, 32, kinds[1]) + part(c, 0, 32, final) + ("po" in more)
        shifted = total >> shift
        return (clamp(shifted, 32, final) if "sat" in more else shifted) & 0xFFFFFFFF

    found = result(f"vmad.{final}.{kinds[0]}.{kinds[1]}{more}", A, B, C)
    rows = zip(A.ravel().tolist(), B.ravel().tolist(), C.ravel().tolist(), strict=True)
    assert found.ravel().tolist() == [expected(*row) for row in rows]


@pytest.mark.parametrize(("mode", "counts"), [("clamp", [0, 1, 31, 32, 40]), ("wrap", [0, 1, 31, 32, 40])])
@pytest.mark.parametrize("kind", ["u32", "s32"])
@pytest.mark.parametrize("name", ["vshl", "vshr"])
def test_shifts(name: str, kind: str, mode: str, counts: list[int]) -> None:
    for count in counts:
        effective = min(count, 32) if mode == "clamp" else count % 32
        shifted = [
            (part(a, 0, 32, kind) << effective if name == "vshl" else part(a, 0, 32, kind) >> effective)
            & 0xFFFFFFFF
            for a in A.ravel().tolist()
        ]
        assert listed(result(f"{name}.{kind}.{kind}.u32.{mode}", A, np.full_like(A, count))) == shifted


def reference_fns(mask: int, base: int, offset: int) -> int:
    if offset == 0:
        return base if mask >> base & 1 else 0xFFFFFFFF
    positions = range(base, 32) if offset > 0 else range(base, -1, -1)
    found = [position for position in positions if mask >> position & 1]
    return found[abs(offset) - 1] if len(found) >= abs(offset) else 0xFFFFFFFF


@pytest.mark.parametrize("offset", [0, 1, 2, 5, 16, 40, -1, -2, -5, -16, -40])
def test_nth_set_bit(offset: int) -> None:
    bases = (np.arange(A.size, dtype=np.uint32) % 32).reshape(A.shape)
    masks = A & B
    found = result("fns.b32", masks, bases, np.full_like(A, offset % 2**32))
    pairs = zip(masks.ravel().tolist(), bases.ravel().tolist(), strict=True)
    assert listed(found) == [reference_fns(mask, base, offset) for mask, base in pairs]
