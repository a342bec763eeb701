"""Random and edge values for the registers of any PTX type."""

import numpy as np

from gpuadvisor.emulator.widths import dtype_of
from tests.emulator.native.lowering.harness import Lanes
from tests.emulator.semantics.lanes import integers
from tests.emulator.semantics.reference import FORMATS, patterns

ROWS = 10


def lanes(kind: str, seed: int) -> Lanes:
    """Return registers of a type, shape (10, 32): edges, small numbers, numbers of like size, any bits."""
    dtype = dtype_of(kind)
    if kind == "pred":
        return np.random.default_rng(seed).random((ROWS, 32)) < 0.5
    element = kind.removesuffix("x2")
    if element not in FORMATS:
        return integers(8 * dtype.itemsize, seed, ROWS * 32).astype(dtype)
    low = patterns(element, seed, ROWS * 32)
    if element == kind:
        return low.astype(dtype)
    high = patterns(element, seed + 1, ROWS * 32)
    return (low | high << np.uint64(4 * dtype.itemsize)).astype(dtype)


def sources(kinds: list[str], seed: int) -> list[Lanes]:
    """Return independent registers for each type."""
    return [lanes(kind, 100 * seed + 7 * place) for place, kind in enumerate(kinds)]


def active_masks(seed: int) -> Lanes:
    """Return full masks in the first rows and random ones below."""
    random = np.random.default_rng(seed).random((ROWS, 32))
    return (random < 0.6) | (np.arange(ROWS)[:, None] < ROWS // 2)
