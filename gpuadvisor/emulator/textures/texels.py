"""What texels hold and what a fetch makes of them (CUDA C++ Programming Guide, Texture Fetching).

Only the weights along each dimension are documented. Their products and the sum are formed in double
precision here, tap by tap, and rounded once, to float; hardware may round more often, so its last bits may
differ. A sum that is not a number is the canonical NaN, as that of arithmetic instructions is.
"""

from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.store import ByteStore
from gpuadvisor.emulator.textures.addressing import Taps
from gpuadvisor.emulator.textures.images import Sampling, Texels, yields_floats

COMPONENTS = 4
CANONICAL_NAN = 0x7FFFFFFF
Words = NDArray[np.uint32]
"""Components of fetched texels, as the bits that registers get."""


def filtered(texels: Texels, sampling: Sampling, content: NDArray[Any], taps: Taps) -> Words:
    """Return the four components of what each lane fetches, shape (4, n).

    `content` has the channels of every tap, shape (taps, n, channels). Components that texels lack are zero.
    """
    if not yields_floats(texels, sampling):
        found = np.where(taps.inside[0][:, None], _integers(content[0]), np.uint32(0))
        return _completed(found)
    if len(content) == 1:
        return _completed(np.where(taps.inside[0][:, None], _as_floats(content[0]), np.uint32(0)))
    values = np.where(taps.inside[:, :, None], _floats(content), 0.0)
    # A neighbour of weight zero has no part in the sum, even if it is infinite.
    terms = np.where(taps.weights[:, :, None] == 0.0, 0.0, values * taps.weights[:, :, None])
    total = reduce(np.add, terms)
    return _completed(np.where(np.isnan(total), np.uint32(CANONICAL_NAN), _bits(total)))


def gathered(texels: Texels, sampling: Sampling, content: NDArray[Any], taps: Taps, component: int) -> Words:
    """Return one component of four texels for each lane, shape (4, n): that of taps 2, 3, 1, 0.

    Counter-clockwise from the lower left, where rows run down (PTX ISA, tld4).
    """
    each = [Taps(taps.positions[tap : tap + 1], taps.inside[tap : tap + 1], taps.weights[tap : tap + 1])
            for tap in range(COMPONENTS)]  # fmt: skip
    words = [filtered(texels, sampling, content[tap : tap + 1], each[tap])[component] for tap in (2, 3, 1, 0)]
    return np.stack(words)


def loaded(store: ByteStore, texels: Texels, positions: NDArray[np.int64]) -> NDArray[Any]:
    """Return the channels of the texels at byte positions, with one axis more than those."""
    width = texels.dtype.itemsize
    channels = np.arange(texels.channels) * width
    return store.load(positions[..., None] + channels, width).view(texels.dtype)


def _integers(content: NDArray[Any]) -> Words:
    if content.dtype.kind == "f":
        return content.astype(np.float32).view(np.uint32)
    return content.astype(np.int64).astype(np.uint32)


def _as_floats(content: NDArray[Any]) -> Words:
    """Return the floats that single texels stand for; those that are floats keep all their bits."""
    return content.view(np.uint32) if content.dtype == np.float32 else _bits(_floats(content))


def _floats(content: NDArray[Any]) -> NDArray[np.float64]:
    """Return floats as they are and integers as fractions of their type's largest value."""
    if content.dtype.kind == "f":
        return content.astype(np.float64)
    return np.maximum(content / np.float64(np.iinfo(content.dtype).max), -1.0)


def _bits(values: NDArray[np.float64]) -> Words:
    return values.astype(np.float32).view(np.uint32)


def _completed(found: Words) -> Words:
    """Return four components, shape (4, n), of `found`, shape (n, channels)."""
    whole = np.zeros((COMPONENTS, len(found)), np.uint32)
    whole[: found.shape[1]] = found.T
    return whole
