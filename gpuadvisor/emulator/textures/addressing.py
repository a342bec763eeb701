"""From coordinates to texels (CUDA C++ Programming Guide, Texture Fetching and Texture Memory).

The guide leaves open how coordinates are rounded to the 8 bits of fraction that the weights of linear
filtering have. They are rounded to the nearest here, before they are split into texel and weight, as in
Direct3D 11.3 Functional Specification 7.18.8; N. Reed, Texture Gathers and Coordinate Precision (2022), finds
the same on GPUs.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.textures.images import AddressMode, Sampling, Texels

FRACTION_BITS = 8
_ONE = 1 << FRACTION_BITS
FARTHEST = 2.0**40
"""Beyond every texture, and small enough for fixed point."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Taps:
    """The texels that each of n lanes reads: arrays of shape (taps, n).

    `positions` count texels from the start of the array; those that are not `inside` read as zero.
    """

    positions: Indices
    inside: Mask
    weights: Floats


@dataclass(frozen=True, slots=True)
class _Axis:
    """The taps along one dimension, shape (1 or 2, n)."""

    indices: Indices
    inside: Mask
    weights: Floats


def sampled_taps(texels: Texels, sampling: Sampling, coordinates: list[Floats], layer: Indices) -> Taps:
    """Return the texels that a fetch reads, the first dimension's neighbours first.

    `coordinates` has an array of shape (n,) for each dimension, `layer` the layer of each lane, (n,).
    """
    linear = sampling.filter == "linear"
    return _combined(texels, [*_axes(texels, sampling, coordinates, linear=linear)], layer)


def footprint_taps(texels: Texels, sampling: Sampling, coordinates: list[Floats], layer: Indices) -> Taps:
    """Return the texels that linear filtering would read, whatever the texture's filter."""
    return _combined(texels, [*_axes(texels, sampling, coordinates, linear=True)], layer)


def indexed_taps(texels: Texels, coordinates: list[Indices], layer: Indices) -> Taps:
    """Return the texels at whole coordinates; those outside the texture read as zero."""
    axes = [
        _axis(index[None, :], size, "border") for index, size in zip(coordinates, texels.extents, strict=True)
    ]
    return _combined(texels, axes, layer)


def _axes(texels: Texels, sampling: Sampling, coordinates: list[Floats], *, linear: bool) -> list[_Axis]:
    axes = []
    for axis, (values, size) in enumerate(zip(coordinates, texels.extents, strict=True)):
        scaled = values * size if sampling.normalized else values
        finite = np.clip(np.nan_to_num(scaled, nan=0.0), -FARTHEST, FARTHEST)
        mode = sampling.address_mode(axis)
        axes.append(_neighbours(finite, size, mode) if linear else _nearest(finite, size, mode))
    return axes


def _nearest(coordinates: Floats, size: int, mode: AddressMode) -> _Axis:
    return _axis(np.floor(coordinates).astype(np.int64)[None, :], size, mode)


def _neighbours(coordinates: Floats, size: int, mode: AddressMode) -> _Axis:
    fixed = np.floor((coordinates - 0.5) * _ONE + 0.5).astype(np.int64)
    low = fixed >> FRACTION_BITS
    weight = (fixed & (_ONE - 1)) / _ONE
    axis = _axis(np.stack([low, low + 1]), size, mode)
    return _Axis(axis.indices, axis.inside, np.stack([1.0 - weight, weight]))


def _axis(indices: Indices, size: int, mode: AddressMode) -> _Axis:
    """Bring indices into the texture as the address mode says."""
    inside = (indices >= 0) & (indices < size)
    if mode == "wrap":
        indices = indices % size
    elif mode == "mirror":
        folded = indices % (2 * size)
        indices = np.where(folded < size, folded, 2 * size - 1 - folded)
    else:
        indices = np.clip(indices, 0, size - 1)
    everywhere = inside if mode == "border" else np.ones_like(inside)
    return _Axis(indices, everywhere, np.ones(indices.shape))


def _combined(texels: Texels, axes: list[_Axis], layer: Indices) -> Taps:
    """Return every combination of the taps along the dimensions; a layer past the end is the last one."""
    start = np.minimum(layer, (texels.layers or 1) - 1)
    positions, inside, weights = [], [], []
    for chosen in product(*(range(len(axis.indices)) for axis in reversed(axes))):
        position, within, weight = start, np.True_, np.float64(1.0)
        for tap, axis, size in zip(chosen, reversed(axes), reversed(texels.extents), strict=True):
            position = position * size + axis.indices[tap]
            within = within & axis.inside[tap]
            weight = weight * axis.weights[tap]
        positions.append(position)
        inside.append(within)
        weights.append(weight)
    return Taps(np.stack(positions), np.stack(inside), np.stack(weights))
