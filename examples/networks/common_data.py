"""Synthetic data that can be learnt, as NumPy arrays: a byte a value, as it would come from files."""

import numpy as np
from numpy.typing import NDArray

Data = tuple[NDArray[np.uint8], NDArray[np.int64]]
"""Inputs of shape (count, ...) and what is to be learnt of each."""


def classes(count: int, shape: tuple[int, ...], *, names: int = 10, seed: int = 0) -> Data:
    """Return samples that are one of `names` patterns under noise, and the number of each one's pattern."""
    patterns = np.random.default_rng(0).integers(0, 256, (names, *shape))
    random = np.random.default_rng(seed)
    targets = random.integers(0, names, count)
    noise = random.normal(0, 64, (count, *shape))
    return np.clip(patterns[targets] + noise, 0, 255).astype(np.uint8), targets


def neighbours(count: int, steps: int, *, seed: int = 0) -> Data:
    """Return random sequences of shape (count, steps, 1), and for each step whether the one before is above
    the one after: nobody can tell who reads in one direction only.
    """
    values = np.random.default_rng(seed).integers(0, 256, (count, steps + 2), dtype=np.uint8)
    return values[:, 1:-1, None], (values[:, :-2] > values[:, 2:]).astype(np.int64)


def discs(count: int, size: int, *, seed: int = 0) -> Data:
    """Return pictures of shape (count, size, size), each a bright disc near the middle, and its radius."""
    random = np.random.default_rng(seed)
    radius = random.integers(size // 4, size // 2, count)
    centre = random.normal(size / 2, size / 16, (2, count, 1, 1))
    rows, columns = np.mgrid[:size, :size]
    inside = (rows - centre[0]) ** 2 + (columns - centre[1]) ** 2 < radius[:, None, None] ** 2
    return np.where(inside, np.uint8(230), np.uint8(25)), radius
