"""PTX types: their registers, their NumPy types and values to try."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.emulator.semantics.reference import FORMATS, Exact

Array = NDArray[Any]
LANES = 32


@dataclass(frozen=True)
class Width:
    """How a type is held: by a register, in memory, in NumPy (pairs have two elements a lane)."""

    register: str
    access: str
    dtype: np.dtype[Any]
    elements: int = 1

    @property
    def size_bytes(self) -> int:
        """Bytes per lane."""
        return self.dtype.itemsize * self.elements


def _integers() -> dict[str, Width]:
    widths = {}
    for bits in (8, 16, 32, 64):
        for letter, dtype in (("u", f"u{bits // 8}"), ("s", f"i{bits // 8}"), ("b", f"u{bits // 8}")):
            widths[f"{letter}{bits}"] = Width(f"b{max(bits, 16)}", f"{letter}{bits}", np.dtype(dtype))
    return widths


WIDTHS = {
    **_integers(),
    "pred": Width("pred", "u8", np.dtype(np.bool_)),
    "f16": Width("b16", "b16", np.dtype(np.float16)),
    "bf16": Width("b16", "b16", np.dtype(np.uint16)),
    "f16x2": Width("b32", "b32", np.dtype(np.float16), 2),
    "bf16x2": Width("b32", "b32", np.dtype(np.uint16), 2),
    "tf32": Width("b32", "b32", np.dtype(np.uint32)),
    "f32": Width("f32", "f32", np.dtype(np.float32)),
    "f64": Width("f64", "f64", np.dtype(np.float64)),
}


def values(kind: str, seed: str) -> Array:
    """Return one value for every lane: edges among integers, floats of a few powers of two."""
    random = np.random.default_rng(zlib.crc32(seed.encode()))
    width = WIDTHS[kind]
    shape = (LANES, 2) if width.elements == 2 else (LANES,)
    if kind == "pred":
        return random.integers(0, 2, shape).astype(np.bool_)
    if kind.startswith(("bf16", "tf32")):
        return to_bf16(_floats(random, shape)) if kind[0] == "b" else _floats(random, shape).view(np.uint32)
    if width.dtype.kind == "f":
        return _floats(random, shape).astype(width.dtype)
    limits = np.iinfo(width.dtype)
    drawn = random.integers(limits.min, limits.max, shape, width.dtype, endpoint=True)
    drawn[:6] = limits.min, limits.max, 0, 1, limits.max // 2, 3
    return np.roll(drawn, random.integers(LANES))


def _floats(random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float32]:
    signs = random.choice([-1.0, 1.0], shape)
    return np.asarray(signs * 2.0 ** random.uniform(-4, 4, shape), np.float32)


def to_bf16(floats: Array) -> NDArray[np.uint16]:
    """Return the nearest bfloat16 as its bits."""
    bits = np.ascontiguousarray(floats, np.float32).view(np.uint32).astype(np.uint64)
    return ((bits + 0x7FFF + (bits >> np.uint64(16) & np.uint64(1))) >> np.uint64(16)).astype(np.uint16)


def from_bf16(bits: Array) -> NDArray[np.float32]:
    """Return the values of bfloat16 given as bits."""
    return (bits.astype(np.uint32) << np.uint32(16)).view(np.float32)


def rounded(kind: str, rounding: str, function: Callable[..., Exact], *sources: Array) -> Array:
    """Return the exact results of finite sources, rounded once to `kind`."""
    layout, dtype = FORMATS[kind], WIDTHS[kind].dtype
    bits = np.dtype(f"u{layout.bits // 8}")
    lanes = zip(*(each.astype(np.float64).ravel() for each in sources), strict=True)
    found = [layout.encode(function(*map(Fraction, lane)), rounding) for lane in lanes]
    return np.array(found, bits).view(dtype).reshape(sources[0].shape)
