"""Bit operations against strings of bits and the manual's loops."""

import numpy as np
import pytest

from tests.emulator.semantics.lanes import edges, integers, result, rows


def bits_of(x: int, width: int) -> list[int]:
    """Return the bits of an integer, lowest first."""
    return [x >> position & 1 for position in range(width)]


def number(bits: list[int]) -> int:
    return sum(bit << position for position, bit in enumerate(bits))


@pytest.mark.parametrize("width", [32, 64])
def test_counts_and_reversal(width: int) -> None:
    a = integers(width, 1)
    texts = [format(int(x), f"0{width}b") for x in a.ravel()]
    assert result(f"popc.b{width}", a).ravel().tolist() == [text.count("1") for text in texts]
    assert result(f"clz.b{width}", a).ravel().tolist() == [width - len(text.lstrip("0")) for text in texts]
    assert result(f"brev.b{width}", a).ravel().tolist() == [int(text[::-1], 2) for text in texts]


@pytest.mark.parametrize("kind", ["u32", "s32", "u64", "s64"])
def test_highest_bit(kind: str) -> None:
    width = int(kind[1:])
    a = integers(width, 2)

    def position(x: int) -> int:
        if kind[0] == "s" and x >> (width - 1):
            x = ~x % 2**width
        return x.bit_length() - 1

    found = [position(int(x)) for x in a.ravel()]
    assert result(f"bfind.{kind}", a).ravel().tolist() == [p % 2**32 for p in found]
    shifts = [(width - 1 - p) if p >= 0 else 2**32 - 1 for p in found]
    assert result(f"bfind.shiftamt.{kind}", a).ravel().tolist() == shifts


def extracted(a: int, start: int, length: int, kind: str) -> int:
    """The loop of the manual's section on bfe."""
    width = int(kind[1:])
    source = bits_of(a, width)
    sign = source[min(start + length - 1, width - 1)] if kind[0] == "s" and length else 0
    return number([source[start + i] if i < length and start + i < width else sign for i in range(width)])


@pytest.mark.parametrize("kind", ["u32", "s32", "u64", "s64"])
def test_extracting_fields(kind: str) -> None:
    a, start, length = integers(int(kind[1:]), 3, 1280), integers(32, 4, 1280), integers(32, 5, 1280)
    start = np.where(start % 3 > 0, start % 80, start)
    length = np.where(length % 3 > 0, length % 70, length)
    expected = [
        extracted(int(x), int(s) % 256, int(n) % 256, kind)
        for x, s, n in zip(a.ravel(), start.ravel(), length.ravel(), strict=True)
    ]
    assert result(f"bfe.{kind}", a, start, length).ravel().tolist() == expected


@pytest.mark.parametrize("width", [32, 64])
def test_inserting_fields(width: int) -> None:
    a, b = integers(width, 6, 640), integers(width, 7, 640)
    start, length = integers(32, 8, 640) % 100, integers(32, 9, 640) % 100

    def inserted(x: int, y: int, first: int, count: int) -> int:
        target, source = bits_of(y, width), bits_of(x, width)
        for i in range(count):
            if first + i < width and i < width:
                target[first + i] = source[i]
        return number(target)

    lanes = zip(*(array.ravel().tolist() for array in (a, b, start, length)), strict=True)
    assert result(f"bfi.b{width}", a, b, start, length).ravel().tolist() == [
        inserted(*lane) for lane in lanes
    ]


@pytest.mark.parametrize("mode", ["clamp", "wrap"])
def test_masks_and_extension(mode: str) -> None:
    a = rows([x for x in (0, 1, 5, 31, 32, 33, 40) for _ in range(7)])
    b = rows([0, 1, 2, 31, 32, 33, 64] * 7)

    def made(start: int, count: int) -> int:
        if mode == "wrap":
            start, count = start % 32, count % 32
        return sum(1 << i for i in range(start, min(start + count, 32)))

    expected = [made(int(x), int(y)) for x, y in zip(a.ravel(), b.ravel(), strict=True)]
    assert result(f"bmsk.{mode}.b32", a, b).ravel().tolist() == expected
    values = integers(32, 10, b.size)

    def extended(x: int, count: int, signed: bool) -> int:
        count = min(count, 32) if mode == "clamp" else count % 32
        kept = x % 2**count
        return (kept - 2**count) % 2**32 if signed and count and kept >> (count - 1) else kept

    for kind in ("u32", "s32"):
        expected = [
            extended(int(x), int(y), kind == "s32") for x, y in zip(values.ravel(), b.ravel(), strict=True)
        ]
        assert result(f"szext.{mode}.{kind}", values, b).ravel().tolist() == expected


@pytest.mark.parametrize("kind", ["b16", "b32", "b64", "u16", "u32", "u64", "s16", "s32", "s64"])
def test_shifts_beyond_the_width(kind: str) -> None:
    width = int(kind[1:])
    a = rows([x for x in edges(width) for _ in range(9)])
    count = rows([0, 1, width - 1, width, width + 1, 32, 63, 64, 2**32 - 1] * len(edges(width)))
    lanes = list(zip(a.ravel().tolist(), count.ravel().tolist(), strict=True))
    signed = [x - 2**width if kind[0] == "s" and x >> (width - 1) else x for x, _ in lanes]
    if kind[0] == "b":
        left = [(x << min(n, 200)) % 2**width for x, n in lanes]
        assert result(f"shl.{kind}", a, count).ravel().tolist() == left
    right = [(x >> min(n, 200)) % 2**width for x, (_, n) in zip(signed, lanes, strict=True)]
    assert result(f"shr.{kind}", a, count).ravel().tolist() == right


@pytest.mark.parametrize("mode", ["clamp", "wrap"])
def test_funnel_shifts(mode: str) -> None:
    a, b = integers(32, 11), integers(32, 12)
    count = integers(32, 13) % 70
    for lanes in [list(zip(*(array.ravel().tolist() for array in (a, b, count)), strict=True))]:
        amounts = [min(n, 32) if mode == "clamp" else n % 32 for _, _, n in lanes]
        joined = [(y << 32) + x for x, y, _ in lanes]
        left = [(j << n >> 32) % 2**32 for j, n in zip(joined, amounts, strict=True)]
        right = [(j >> n) % 2**32 for j, n in zip(joined, amounts, strict=True)]
        assert result(f"shf.l.{mode}.b32", a, b, count).ravel().tolist() == left
        assert result(f"shf.r.{mode}.b32", a, b, count).ravel().tolist() == right


@pytest.mark.parametrize("width", [16, 32, 64])
def test_logic(width: int) -> None:
    a, b = integers(width, 14), integers(width, 15)
    x, y = (array.astype(object) for array in (a, b))
    assert result(f"and.b{width}", a, b).tolist() == (x & y).tolist()
    assert result(f"or.b{width}", a, b).tolist() == (x | y).tolist()
    assert result(f"xor.b{width}", a, b).tolist() == (x ^ y).tolist()
    assert result(f"not.b{width}", a).tolist() == ((2**width - 1) - x).tolist()
    assert result(f"cnot.b{width}", a).tolist() == (x == 0).astype(int).tolist()


def test_logic_of_predicates() -> None:
    a, b = np.array([[0, 0, 1, 1]], bool), np.array([[0, 1, 0, 1]], bool)
    assert result("and.pred", a, b).tolist() == [[False, False, False, True]]
    assert result("or.pred", a, b).tolist() == [[False, True, True, True]]
    assert result("xor.pred", a, b).tolist() == [[False, True, True, False]]
    assert result("not.pred", a).tolist() == [[True, True, False, False]]


@pytest.mark.parametrize("table", [0x00, 0x80, 0xC0, 0xE8, 0x96, 0x3C, 0x1B, 0xFF])
def test_logic_of_three(table: int) -> None:
    a, b, c = (integers(32, seed) for seed in (16, 17, 18))

    def looked_up(x: int, y: int, z: int) -> int:
        rows_ = zip(bits_of(x, 32), bits_of(y, 32), bits_of(z, 32), strict=True)
        return number([table >> (4 * p + 2 * q + r) & 1 for p, q, r in rows_])

    lanes = zip(*(array.ravel().tolist() for array in (a, b, c)), strict=True)
    assert result("lop3.b32", a, b, c, table).ravel().tolist() == [looked_up(*lane) for lane in lanes]


def test_permuting_bytes() -> None:
    a, b, selector = (integers(32, seed) for seed in (19, 20, 21))

    def permuted(x: int, y: int, control: int) -> int:
        source = x.to_bytes(4, "little") + y.to_bytes(4, "little")
        chosen = [control >> 4 * i & 15 for i in range(4)]
        return int.from_bytes(
            bytes((0xFF * (source[c & 7] >> 7)) if c & 8 else source[c & 7] for c in chosen), "little"
        )

    lanes = zip(*(array.ravel().tolist() for array in (a, b, selector)), strict=True)
    assert result("prmt.b32", a, b, selector).ravel().tolist() == [permuted(*lane) for lane in lanes]


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("f4e", ["03020100", "04030201", "05040302", "06050403"]),
        ("b4e", ["05060700", "06070001", "07000102", "00010203"]),
        ("rc8", ["00000000", "01010101", "02020202", "03030303"]),
        ("ecl", ["03020100", "03020101", "03020202", "03030303"]),
        ("ecr", ["00000000", "01010100", "02020100", "03020100"]),
        ("rc16", ["01000100", "03020302", "01000100", "03020302"]),
    ],
)
def test_modes_of_permutation(mode: str, expected: list[str]) -> None:
    """The table of the manual's section on prmt: source byte n holds n; columns are d.b3 to d.b0."""
    found = result(f"prmt.b32.{mode}", 0x03020100, 0x07060504, [[0, 1, 2, 3, 4, 7]])
    assert [format(int(x), "08x") for x in found[0]] == [*expected, expected[0], expected[3]]
