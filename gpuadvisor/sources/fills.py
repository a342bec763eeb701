"""Turn argument specifications into NumPy arrays and scalars of their exact type."""

import re
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec

FILLS = "zeros, ones, arange, random, randint(low,high), FILE.npy"
_RANDINT = re.compile(r"randint\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)")
_SEED = 20_240_229
_SIGNIFICANT_BITS = {2: 11, 4: 24, 8: 53}
"""IEEE 754 binary16, binary32 and binary64, by size in bytes."""


def scalar(spec: ArgumentSpec) -> np.generic:
    """Return the value in its exact type; raise GpuAdvisorError where the type cannot hold it."""
    dtype = np.dtype(spec.type)
    value = spec.value
    if dtype.kind != "f" and (isinstance(value, float) or (dtype.kind == "b") != isinstance(value, bool)):
        raise GpuAdvisorError(
            f"{value!r} is not a value of type {spec.type}", where=f"argument {spec.name!r}"
        )
    if dtype.kind in "iu" and not np.iinfo(dtype).min <= int(value or 0) <= np.iinfo(dtype).max:
        raise GpuAdvisorError(f"{value} does not fit into {spec.type}", where=f"argument {spec.name!r}")
    with np.errstate(over="ignore"):
        result: np.generic = dtype.type(value)
    return result


def array(spec: ArgumentSpec, directory: Path) -> NDArray[np.generic]:
    """Return the filled array; `.npy` files are found from `directory`.

    Random fills are seeded by the argument's name, so that every run sees the same data: floats lie
    uniformly in [0, 1), integers over the whole range of their type.
    """
    fill = (spec.fill or "").strip()
    if fill.endswith(".npy"):
        return _saved(spec, directory / fill)
    dtype, shape = np.dtype(spec.type), spec.extents or ()
    match fill:
        case "zeros":
            return np.zeros(shape, dtype)
        case "ones":
            return np.ones(shape, dtype)
        case "arange":
            return np.arange(np.prod(shape)).astype(dtype).reshape(shape)
        case "random":
            return _random(_generator(spec.name), dtype, shape)
    if bounds := _RANDINT.fullmatch(fill):
        return _integers(spec, dtype, shape, int(bounds[1]), int(bounds[2]))
    raise GpuAdvisorError(f"unknown fill {fill!r}", where=f"argument {spec.name!r}", remedy=f"known: {FILLS}")


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng([_SEED, zlib.crc32(name.encode())])


def _random(
    generator: np.random.Generator, dtype: np.dtype[np.generic], shape: tuple[int, ...]
) -> NDArray[np.generic]:
    if dtype.kind == "f":
        # A float64 just below 1 would round up to 1 in a narrower type: draw as many bits as it holds.
        bits = _SIGNIFICANT_BITS[dtype.itemsize]
        return (generator.integers(0, 1 << bits, shape) / (1 << bits)).astype(dtype)
    if dtype.kind == "b":
        return generator.integers(0, 2, shape).astype(dtype)
    size = int(np.prod(shape)) * dtype.itemsize
    return np.frombuffer(generator.bytes(size), dtype).reshape(shape).copy()


def _integers(
    spec: ArgumentSpec, dtype: np.dtype[np.generic], shape: tuple[int, ...], low: int, high: int
) -> NDArray[np.generic]:
    limits = np.iinfo(str(spec.type)) if dtype.kind in "iu" else None
    if low >= high or (limits and not (limits.min <= low and high - 1 <= limits.max)):
        raise GpuAdvisorError(
            f"randint({low},{high}) has no value that fits into {spec.type}", where=f"argument {spec.name!r}",
            remedy="low is included, high is not",
        )  # fmt: skip
    return _generator(spec.name).integers(low, high, shape, dtype=np.int64).astype(dtype)


def _saved(spec: ArgumentSpec, path: Path) -> NDArray[np.generic]:
    try:
        saved: NDArray[np.generic] = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise GpuAdvisorError(f"cannot be read: {error}", where=str(path)) from None
    expected = (spec.dtype or saved.dtype, spec.extents or saved.shape)
    if expected != (saved.dtype, saved.shape):
        raise GpuAdvisorError(
            f"holds {saved.dtype}{list(saved.shape)}, but argument {spec.name!r} is "
            f"{expected[0]}{list(expected[1])}", where=str(path),
        )  # fmt: skip
    return np.ascontiguousarray(saved)
