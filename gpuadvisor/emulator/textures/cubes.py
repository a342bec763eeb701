"""Cubemaps (CUDA C++ Programming Guide, Cubemap Textures): from a direction to a face and a place on it."""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.textures.addressing import Floats


def face_of(x: Floats, y: Floats, z: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return face, 0 to 5 for +x -x +y -y +z -z, and normalized coordinates on it, each of shape (n,).

    Where coordinates are equally long, z comes before y before x. Texels beyond the edge of a face are those
    that the address mode finds on the same face.
    """
    long_z = (np.abs(z) >= np.abs(x)) & (np.abs(z) >= np.abs(y))
    long_y = ~long_z & (np.abs(y) >= np.abs(x))
    major = np.select([long_z, long_y], [z, y], x)
    negative = major < 0
    face = np.select([long_z, long_y], [4, 2], 0) + negative
    s = np.select([long_z, long_y], [np.where(negative, -x, x), x], np.where(negative, z, -z))
    t = np.select([long_z, long_y], [-y, np.where(negative, -z, z)], -y)
    length = np.where(major == 0.0, 1.0, np.abs(major))
    return face.astype(np.int64), (s / length + 1) / 2, (t / length + 1) / 2
