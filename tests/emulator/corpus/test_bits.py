import zlib

import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, integers

FILE = "bits.cu"
WORDS = np.concatenate([integers(1, 29, 0, 2**32, np.uint32), np.array([0, 1, 2**32 - 1], np.uint32)])
SMALL = integers(2, 32, 0, 6)


def reversed_bits(value: int, width: int) -> int:
    return int(f"{value:0{width}b}"[::-1], 2)


@pytest.mark.parametrize(("kernel", "width"), [("count_bits", 32), ("count_bits_64", 64)])
def test_counts_of_bits(run: Runner, kernel: str, width: int) -> None:
    words = WORDS if width == 32 else WORDS.astype(np.uint64) << np.uint64(17)
    expected = [
        [
            word.bit_count(),
            width - word.bit_length(),
            (word & -word).bit_length(),
            reversed_bits(word, width) >> (width - 32),
        ]
        for word in words.tolist()
    ]
    out, _ = run(FILE, kernel, 1, 32, np.zeros((32, 4), np.int32), words, np.int32(32))
    np.testing.assert_array_equal(out.view(np.uint32), expected)


def test_swap_of_bytes(run: Runner) -> None:
    (out,) = run(FILE, "swap_bytes", 1, 32, WORDS)
    np.testing.assert_array_equal(out, WORDS.byteswap())


def test_rotations(run: Runner) -> None:
    wide, by = WORDS.astype(np.uint64), np.arange(32, dtype=np.uint64)
    left, right = wide << by | wide >> (np.uint64(32) - by), wide >> np.uint64(7) | wide << np.uint64(25)
    out, _ = run(FILE, "rotate", 1, 32, np.zeros_like(WORDS), WORDS)
    np.testing.assert_array_equal(out, (left ^ right).astype(np.uint32))


def test_morton_codes(run: Runner) -> None:
    points = integers(3, (32, 2), 0, 65536, np.uint16)
    bits = points[:, None, :] >> np.arange(16, dtype=np.uint16)[None, :, None] & 1
    expected = np.packbits(bits.reshape(32, 32).astype(np.uint8), axis=1, bitorder="little").view(np.uint32)
    out, _ = run(FILE, "morton", 1, 32, np.zeros(32, np.uint32), points)
    np.testing.assert_array_equal(out, expected[:, 0])


def test_bit_fields(run: Runner) -> None:
    field = (WORDS.view(np.int32) << 18) >> 23
    expected = WORDS & ~np.uint32(0x3F << 11) | (field.astype(np.uint32) & 0x3F) << np.uint32(11)
    out, _ = run(FILE, "bit_fields", 1, 32, np.zeros_like(WORDS), WORDS)
    np.testing.assert_array_equal(out, expected)


@pytest.mark.parametrize("table", [0x96, 0xE8])
def test_logic_of_three_inputs(run: Runner, table: int) -> None:
    words = integers(4, (32, 3), 0, 2**32, np.uint32)
    bits = words[..., None] >> np.arange(32, dtype=np.uint32) & 1
    chosen = table >> (4 * bits[:, 0] + 2 * bits[:, 1] + bits[:, 2]) & 1
    out, _ = run(FILE, f"logic<{table}>", 1, 32, np.zeros(32, np.uint32), words)
    np.testing.assert_array_equal(out[:, None] >> np.arange(32, dtype=np.uint32) & 1, chosen)


def test_bytes_in_words(run: Runner) -> None:
    pairs = integers(5, (32, 2), 0, 2**32, np.uint32)
    a, b = (np.ascontiguousarray(pairs[:, side]) for side in (0, 1))
    a8, b8 = a.view(np.uint8).astype(int), b.view(np.uint8).astype(int)
    expected = [
        np.minimum(a8 + b8, 255).astype(np.uint8).view(np.uint32),
        abs(a8 - b8).astype(np.uint8).view(np.uint32),
        ((a8 + b8 + 1) // 2).astype(np.uint8).view(np.uint32),
        np.where(a8 > b8, 255, 0).astype(np.uint8).view(np.uint32),
    ]
    out, _ = run(FILE, "bytes_in_words", 1, 32, np.zeros((32, 4), np.uint32), pairs)
    np.testing.assert_array_equal(out.T, expected)


def test_halves_in_words(run: Runner) -> None:
    pairs = integers(15, (32, 2), 0, 2**32, np.uint32)
    a, b = (np.ascontiguousarray(pairs[:, side]).view(np.uint16) for side in (0, 1))
    expected = [np.maximum(a.view(np.int16), b.view(np.int16)), np.minimum(a, b), a + b]
    out, _ = run(FILE, "halves_in_words", 1, 32, np.zeros((32, 3), np.uint32), pairs)
    np.testing.assert_array_equal(out.T, [half.view(np.uint32) for half in expected])


def test_crc32(run: Runner) -> None:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, np.uint32(0xEDB88320), np.uint32(0)) ^ table >> np.uint32(1)
    messages = integers(6, (32, 50), 0, 256, np.uint8)
    out, _ = run(
        FILE, "crc32", 1, 32, np.zeros(32, np.uint32), messages, np.int32(50), symbols={"crc_table": table}
    )
    assert out.tolist() == [zlib.crc32(bytes(message)) for message in messages]


def test_votes_of_a_warp(run: Runner) -> None:
    def mask(chosen: list[bool]) -> int:
        return sum(1 << lane for lane, yes in enumerate(chosen) if yes)

    values = SMALL.tolist()
    ballot, odd = mask([v > 2 for v in values]), mask([v % 2 == 1 for v in values])
    flags = (min(values) > 2) | (max(values) > 2) << 1 | 1 << 2 | 1 << 3
    expected = [[mask([w == v for w in values]), ballot, flags, odd if v % 2 else 0] for v in values]
    out, _ = run(FILE, "votes", 1, 32, np.zeros((32, 4), np.uint32), SMALL)
    np.testing.assert_array_equal(out, expected)


def test_votes_of_a_block(run: Runner) -> None:
    values = integers(7, 96, 0, 6)
    out, _ = run(FILE, "block_votes", 1, 96, np.zeros(96, np.int32), values)
    np.testing.assert_array_equal(out, 4 * (values > 2).sum() + 1)


def test_products_of_128_bits(run: Runner) -> None:
    a, b = (integers(seed, 32, 0, 2**63, np.uint64) * np.uint64(2) + np.uint64(1) for seed in (8, 9))
    out, *_ = run(FILE, "multiply_128", 1, 32, np.zeros((32, 2), np.uint64), a, b)
    products = [int(low) | int(high) << 64 for low, high in out]
    assert products == [x * y for x, y in zip(a.tolist(), b.tolist(), strict=True)]


def test_carries_through_256_bits(run: Runner) -> None:
    a, b = (integers(seed, (32, 8), 0, 2**32, np.uint32) for seed in (10, 11))
    a[0], b[0], b[0, 0] = 0xFFFFFFFF, 0, 1
    sums = [
        (int.from_bytes(x.tobytes(), "little") + int.from_bytes(y.tobytes(), "little")) % 2**256
        for x, y in zip(a, b, strict=True)
    ]
    out, *_ = run(FILE, "add_256", 1, 32, np.zeros_like(a), a, b)
    assert [int.from_bytes(row.tobytes(), "little") for row in out] == sums


def test_powers_modulo_a_prime(run: Runner) -> None:
    base, exponent, prime = integers(12, 32, 0, 2**32, np.uint32), WORDS, 4294967291
    out, *_ = run(FILE, "power_modulo", 1, 32, np.zeros(32, np.uint64), base, exponent, np.uint32(prime))
    assert out.tolist() == [pow(b, e, prime) for b, e in zip(base.tolist(), exponent.tolist(), strict=True)]


def test_division_truncates(run: Runner) -> None:
    a, b = integers(13, 32, -(2**31), 2**31), integers(14, 32, -500, 500) | 1
    x, y = a.astype(np.int64), b.astype(np.int64)
    quotient = np.trunc(x / y).astype(np.int64)
    expected = np.column_stack([quotient, x - quotient * y, x * y >> 32, abs(x - y) + 3 + (x + y + 1 >> 1)])
    out, *_ = run(FILE, "divide_signed", 1, 32, np.zeros((32, 4), np.int32), a, b)
    np.testing.assert_array_equal(out.view(np.uint32), expected.astype(np.uint32))
