"""Texture fetches from the formulas of the CUDA C++ Programming Guide, texel by texel, and a launcher."""

from collections.abc import Sequence
from itertools import product
from math import floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.textures.images import Image, Sampling, texels_of
from gpuadvisor.model.kernel import Observation
from tests.emulator.harness import compiled, execute, launch_of

Array = NDArray[Any]


def channels_last(array: Array, channels: int) -> Array:
    """Return the array with an axis for channels, of length one if need be."""
    return array if channels > 1 else array[..., None]


def image_of(
    memory: GlobalMemory,
    array: Array,
    sampling: Sampling | None,
    *,
    channels: int = 1,
    layered: bool = False,
    cube: bool = False,
) -> tuple[np.uint64, int]:
    """Upload an array and make an object of it; return its handle and the buffer's address."""
    shape = array.shape[:-1] if channels > 1 else array.shape
    texels = texels_of(shape, str(array.dtype), channels, layered=layered, cube=cube)
    address = memory.allocate(array.nbytes, "image")
    memory.write(address, array.tobytes())
    return np.uint64(memory.add_image(Image(address, texels, sampling))), address


def fetch_all(
    source: str,
    array: Array,
    sampling: Sampling | None,
    coordinates: Sequence[Array],
    components: int,
    dtype: str,
    **kind: Any,
) -> tuple[Array, Observation]:
    """Run the kernel `k(out, object, x, y, ..., n)` over n coordinates; return out as (n, components)."""
    memory = GlobalMemory()
    handle, _ = image_of(memory, array, sampling, **kind)
    n = coordinates[0].size
    out = np.zeros((n, components), dtype)
    launch = launch_of(-(-n // 64), 64)
    outcome = execute(compiled(source), "k", launch, [out, handle, *coordinates, np.int32(n)], memory=memory)
    return outcome.arrays[0], outcome.observation


def remapped(index: int, size: int, mode: str) -> int | None:
    """Return the texel that an index outside the texture stands for; None for the border."""
    if 0 <= index < size:
        return index
    if mode == "border":
        return None
    if mode == "wrap":
        return index % size
    if mode == "mirror":
        while not 0 <= index < size:
            index = -1 - index if index < 0 else 2 * size - 1 - index
        return index
    return 0 if index < 0 else size - 1


def fetched(texture: Array, sampling: Sampling, coordinates: Sequence[float]) -> Array:
    """Return the channels of one fetch of `texture`, (depth, height, width, channels) or fewer extents.

    `coordinates` are x, y, z; values are float64 of what the texels stand for.
    """
    extents = texture.shape[:-1][::-1]
    axes: list[list[tuple[int | None, float]]] = []
    for axis, (coordinate, size) in enumerate(zip(coordinates, extents, strict=True)):
        x = coordinate * size if sampling.normalized else coordinate
        mode = sampling.address[min(axis, len(sampling.address) - 1)]
        mode = "clamp" if mode in ("wrap", "mirror") and not sampling.normalized else mode
        if sampling.filter == "point":
            axes.append([(remapped(floor(x), size, mode), 1.0)])
            continue
        steps = floor((x - 0.5) * 256 + 0.5)
        i, alpha = steps // 256, (steps % 256) / 256
        axes.append([(remapped(i, size, mode), 1 - alpha), (remapped(i + 1, size, mode), alpha)])
    total = np.zeros(texture.shape[-1])
    for taps in product(*axes):
        place = tuple(index for index, _ in reversed(taps))
        weight = float(np.prod([weight for _, weight in taps]))
        if None not in place and weight:
            total = total + weight * texture[place]
    return total
