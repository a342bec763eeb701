"""Turn argument specifications into NumPy arrays and scalars of their exact type."""

import os
import re
import zlib
from functools import lru_cache
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec
from gpuadvisor.sources.element_types import ElementType, element_type
from gpuadvisor.sources.values import Number

EMPTY = "empty"
"""Zeros of no meaning: a check reports who reads them before anything is written."""
FILLS = "zeros, empty, ones, arange, random, randint(low,high), FILE.npy"
_RANDINT = re.compile(r"randint\(\s*(-?\d+)\s*,\s*(-?\d+)\s*\)")
_SEED = 20_240_229
_KEPT_BYTES = 1 << 26
_INT64 = np.iinfo(np.int64)
"""What NumPy draws bounded integers from."""
_SIGNIFICANT_BITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 53}
"""IEEE 754 binary16, binary32 and binary64; bfloat16 has binary32's exponent."""


def number(name: str, type_name: str, value: Number | tuple[Number, ...]) -> NDArray[np.generic]:
    """Return a value of shape () or a vector's of shape (lanes,), as its type is stored.

    Raises GpuAdvisorError where the type cannot hold it.
    """
    element = element_type(type_name)
    numbers = value if isinstance(value, tuple) else (value,)
    if (element.lanes is not None) != isinstance(value, tuple) or len(numbers) != (element.lanes or 1):
        wanted = f"a list of {element.lanes}" if element.lanes else "one number"
        raise GpuAdvisorError(f"type {type_name} takes {wanted}", where=f"argument {name!r}")
    for each in numbers:
        _check_number(name, type_name, element, each)
    with np.errstate(over="ignore"):
        return element.encode(np.array(value, np.float64 if _is_float(element) else element.dtype))


def scalar(spec: ArgumentSpec) -> np.generic:
    """Return the value in its exact type, a vector as its bytes."""
    value = number(spec.name, str(spec.type), spec.value if spec.value is not None else 0)
    if value.shape:
        return np.void(value.tobytes())
    single: np.generic = value.dtype.type(value)
    return single


def _check_number(name: str, type_name: str, element: ElementType, value: Number) -> None:
    dtype = element.dtype
    if _is_float(element) or dtype.kind == "c":
        return
    if isinstance(value, float) or (dtype.kind == "b") != isinstance(value, bool):
        raise GpuAdvisorError(f"{value!r} is not a value of type {type_name}", where=f"argument {name!r}")
    if element.limits and not element.limits[0] <= int(value) <= element.limits[1]:
        raise GpuAdvisorError(f"{value} does not fit into {type_name}", where=f"argument {name!r}")


def array(spec: ArgumentSpec, directory: Path) -> NDArray[np.generic]:
    """Return the filled array; `.npy` files are found from `directory`.

    Random fills are seeded by the argument's name, so that every run sees the same data: floats lie
    uniformly in [0, 1), integers over the whole range of their type.
    """
    fill = (spec.fill or "").strip()
    if fill.endswith(".npy"):
        return _saved(spec, directory / fill)
    return filled(spec.name, str(spec.type), spec.extents or (), fill)


def filled(name: str, type_name: str, shape: tuple[int, ...], fill: str) -> NDArray[np.generic]:
    """Return an array of `shape` elements; a vector type adds an axis for its lanes."""
    element = element_type(type_name)
    whole = (*shape, *element.lanes_shape)
    _check_size(name, prod(whole) * element.dtype.itemsize)
    match fill:
        case "zeros" | "empty":
            return np.zeros(whole, element.dtype)
        case "ones":
            return element.encode(np.ones(whole, np.float32))
        case "arange":
            return element.encode(np.arange(np.prod(whole)).reshape(whole))
        case "random":
            return _random(name, type_name, whole)
    if bounds := _RANDINT.fullmatch(fill):
        return _integers(name, type_name, whole, int(bounds[1]), int(bounds[2]))
    raise GpuAdvisorError(f"unknown fill {fill!r}", where=f"argument {name!r}", remedy=f"known: {FILLS}")


def _check_size(name: str, size_bytes: int) -> None:
    memory_bytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if size_bytes > memory_bytes:
        raise GpuAdvisorError(
            f"its {size_bytes:,} bytes do not fit into this machine's memory of {memory_bytes:,}",
            where=f"argument {name!r}",
        )


def _generator(name: str) -> np.random.Generator:
    return np.random.default_rng([_SEED, zlib.crc32(name.encode())])


def _random(name: str, type_name: str, shape: tuple[int, ...]) -> NDArray[np.generic]:
    large = prod(shape) * element_type(type_name).dtype.itemsize > _KEPT_BYTES
    return _drawn(name, type_name, shape) if large else _kept(name, type_name, shape).copy()


@lru_cache(maxsize=4)
def _kept(name: str, type_name: str, shape: tuple[int, ...]) -> NDArray[np.generic]:
    """Return what was drawn before: launches of one source often share an argument."""
    return _drawn(name, type_name, shape)


def _drawn(name: str, type_name: str, shape: tuple[int, ...]) -> NDArray[np.generic]:
    element, generator = element_type(type_name), _generator(name)
    if _is_float(element):
        # A float64 just below 1 would round up to 1 in a narrower type: draw as many bits as it holds.
        bits = _SIGNIFICANT_BITS[element.scalar]
        return element.encode(generator.integers(0, 1 << bits, shape) / (1 << bits))
    if element.dtype.kind == "c":
        return element.encode(generator.random(shape) + 1j * generator.random(shape))
    if element.dtype.kind == "b":
        return element.encode(generator.integers(0, 2, shape))
    size = int(np.prod(shape)) * element.dtype.itemsize
    return np.frombuffer(generator.bytes(size), element.dtype).reshape(shape).copy()


def _integers(name: str, type_name: str, shape: tuple[int, ...], low: int, high: int) -> NDArray[np.generic]:
    element = element_type(type_name)
    least, most = element.limits or (_INT64.min, _INT64.max)
    if low >= high or low < max(least, _INT64.min) or high - 1 > min(most, _INT64.max - 1):
        raise GpuAdvisorError(
            f"randint({low},{high}) has no value that fits into {type_name}", where=f"argument {name!r}",
            remedy="low is included, high is not",
        )  # fmt: skip
    return element.encode(_generator(name).integers(low, high, shape, dtype=np.int64))


def _saved(spec: ArgumentSpec, path: Path) -> NDArray[np.generic]:
    try:
        saved: NDArray[np.generic] = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise GpuAdvisorError(f"cannot be read: {error}", where=str(path)) from None
    expected = (spec.dtype or saved.dtype, _saved_shape(spec) or saved.shape)
    if expected != (saved.dtype, saved.shape):
        raise GpuAdvisorError(
            f"holds {saved.dtype}{list(saved.shape)}, but argument {spec.name!r} is "
            f"{expected[0]}{list(expected[1])}", where=str(path),
        )  # fmt: skip
    return np.ascontiguousarray(saved)


def _saved_shape(spec: ArgumentSpec) -> tuple[int, ...] | None:
    if spec.extents is None or spec.element is None:
        return spec.extents
    return (*spec.extents, *spec.element.lanes_shape)


def _is_float(element: ElementType) -> bool:
    return element.scalar in _SIGNIFICANT_BITS
