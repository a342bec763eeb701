"""The fragments of mma as the PTX ISA manual lists them (9.7.14.5), element by element."""

from collections.abc import Callable

import numpy as np

from tests.emulator.harness import Array

Place = Callable[[int, int, int], tuple[int, int]]
"""From groupID, threadID_in_group and the element's number to its row and column."""

A_FRAGMENTS: dict[tuple[str, int], tuple[int, Place]] = {
    ("m8n8k4", 64): (1, lambda g, t, _: (g, t)),
    ("m16n8k4", 64): (2, lambda g, t, i: (g if i == 0 else g + 8, t)),
    ("m16n8k8", 64): (4, lambda g, t, i: (g if i in (0, 2) else g + 8, t if i < 2 else t + 4)),
    ("m16n8k16", 64): (8, lambda g, t, i: (g + 8 * (i % 2), i // 2 * 4 + t)),
    ("m16n8k4", 32): (2, lambda g, t, i: (g if i == 0 else g + 8, t)),
    ("m16n8k8", 32): (4, lambda g, t, i: (g if i in (0, 2) else g + 8, t if i in (0, 1) else t + 4)),
    ("m16n8k8", 16): (4, lambda g, t, i: (g if i in (0, 1) else g + 8, t * 2 + (i & 1))),
    ("m16n8k16", 16): (
        8,
        lambda g, t, i: (
            g if i in (0, 1, 4, 5) else g + 8,
            t * 2 + (i & 1) if i < 4 else t * 2 + (i & 1) + 8,
        ),
    ),
    ("m8n8k16", 8): (4, lambda g, t, i: (g, t * 4 + i)),
    ("m16n8k16", 8): (8, lambda g, t, i: (g if i < 4 else g + 8, t * 4 + (i & 3))),
    ("m16n8k32", 8): (
        16,
        lambda g, t, i: (
            g if i < 4 or 8 <= i < 12 else g + 8,
            t * 4 + (i & 3) if i < 8 else t * 4 + (i & 3) + 16,
        ),
    ),
    ("m8n8k32", 4): (8, lambda g, t, i: (g, t * 8 + i)),
    ("m16n8k32", 4): (16, lambda g, t, i: (g if i < 8 else g + 8, t * 8 + (i & 7))),
    ("m16n8k64", 4): (
        32,
        lambda g, t, i: (
            g if i < 8 or 16 <= i < 24 else g + 8,
            t * 8 + (i & 7) if i < 16 else t * 8 + (i & 7) + 32,
        ),
    ),
    ("m8n8k128", 1): (32, lambda g, t, i: (g, t * 32 + i)),
    ("m16n8k128", 1): (64, lambda g, t, i: (g if i < 32 else g + 8, t * 32 + (i & 31))),
    ("m16n8k256", 1): (
        128,
        lambda g, t, i: (
            g if i < 32 or 64 <= i < 96 else g + 8,
            t * 32 + (i & 31) if i < 64 else t * 32 + (i & 31) + 128,
        ),
    ),
}

B_FRAGMENTS: dict[tuple[str, int], tuple[int, Place]] = {
    ("m8n8k4", 64): (1, lambda g, t, _: (t, g)),
    ("m16n8k4", 64): (1, lambda g, t, _: (t, g)),
    ("m16n8k8", 64): (2, lambda g, t, i: (t + 4 * i, g)),
    ("m16n8k16", 64): (4, lambda g, t, i: (t + 4 * i, g)),
    ("m16n8k4", 32): (1, lambda g, t, _: (t, g)),
    ("m16n8k8", 32): (2, lambda g, t, i: (t if i == 0 else t + 4, g)),
    ("m16n8k8", 16): (2, lambda g, t, i: (t * 2 + i, g)),
    ("m16n8k16", 16): (4, lambda g, t, i: (t * 2 + (i & 1) + (8 if i >= 2 else 0), g)),
    ("m8n8k16", 8): (4, lambda g, t, i: (t * 4 + i, g)),
    ("m16n8k16", 8): (4, lambda g, t, i: (t * 4 + i, g)),
    ("m16n8k32", 8): (8, lambda g, t, i: (t * 4 + (i & 3) + (16 if i >= 4 else 0), g)),
    ("m8n8k32", 4): (8, lambda g, t, i: (t * 8 + i, g)),
    ("m16n8k32", 4): (8, lambda g, t, i: (t * 8 + i, g)),
    ("m16n8k64", 4): (16, lambda g, t, i: (t * 8 + (i & 7) + (32 if i >= 8 else 0), g)),
    ("m8n8k128", 1): (32, lambda g, t, i: (t * 32 + i, g)),
    ("m16n8k128", 1): (32, lambda g, t, i: (t * 32 + i, g)),
    ("m16n8k256", 1): (64, lambda g, t, i: (t * 32 + (i & 31) + (128 if i >= 32 else 0), g)),
}


def accumulator(rows: int) -> tuple[int, Place]:
    """C and D have 8 columns in every shape."""
    if rows == 8:
        return 2, lambda g, t, i: (g, t * 2 + (i & 1))
    return 4, lambda g, t, i: (g if i < 2 else g + 8, t * 2 + (i & 1))


def pack(raw: Array, fragment: tuple[int, Place], bits: int) -> Array:
    """Return the registers of every lane, (32, registers), of a matrix of element bits."""
    count, place = fragment
    per_register = max(1, 32 // bits)
    registers = np.zeros((32, count // per_register), np.uint64 if bits == 64 else np.uint32)
    for lane in range(32):
        for i in range(count):
            element = int(raw[place(lane >> 2, lane % 4, i)])
            registers[lane, i // per_register] |= registers.dtype.type(element << bits * (i % per_register))
    return registers


def unpack(registers: Array, fragment: tuple[int, Place], bits: int, shape: tuple[int, int]) -> Array:
    """Return the matrix of element bits that registers (32, registers) hold."""
    count, place = fragment
    per_register = max(1, 32 // bits)
    raw = np.zeros(shape, registers.dtype)
    for lane in range(32):
        for i in range(count):
            register = int(registers[lane, i // per_register])
            raw[place(lane >> 2, lane % 4, i)] = register >> bits * (i % per_register) & ((1 << bits) - 1)
    return raw
