"""Put the data of a launch into a device's memory and find its addresses."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.device import Argument, Buffer
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.sources.images import Surface, Texture
from gpuadvisor.sources.values import LaunchData, Pointer, Structure, Value

Upload = Callable[[NDArray[np.generic], str], Buffer]


class Placement:
    """Uploads each array once, however many arguments point into it.

    An argument that is a slice of a larger array is a pointer into that array, as it would be on a GPU.
    """

    def __init__(self, data: LaunchData, upload: Upload) -> None:
        self._upload = upload
        self._placed: dict[int, tuple[Buffer, NDArray[np.generic]]] = {}
        arrays = {name: value for name, value in data.arguments.items() if isinstance(value, np.ndarray)}
        self._arrays = {**data.shared, **arrays}
        self.arguments = [self._argument(name, value) for name, value in data.arguments.items()]

    @property
    def buffers(self) -> list[tuple[Buffer, NDArray[np.generic]]]:
        """Every buffer and the array it is a copy of."""
        return list(self._placed.values())

    def _argument(self, name: str, value: Value) -> Argument:
        match value:
            case Texture() | Surface():
                return Image(self._address_of(value.array, name), value.texels, value.sampling)
            case Pointer():
                return np.uint64(self._address(value))
            case Structure():
                return self._structure(value)
            case np.ndarray():
                return np.uint64(self._address_of(value, name))
            case np.generic():
                return value
            case _:
                raise TypeError(f"argument {name!r} has no type yet")

    def _structure(self, value: Structure) -> np.void:
        content = bytearray(value.content)
        for position, pointer in value.pointers:
            address = np.uint64(self._address(pointer)).tobytes()
            content[position : position + len(address)] = address
        return np.void(bytes(content))

    def _address(self, pointer: Pointer) -> int:
        if pointer.buffer is None:
            return 0
        return self._address_of(self._arrays[pointer.buffer], pointer.buffer) + pointer.offset_bytes

    def _address_of(self, array: NDArray[np.generic], name: str) -> int:
        whole = owner(array)
        if id(whole) not in self._placed:
            self._placed[id(whole)] = (self._upload(whole, name), whole)
        buffer, _ = self._placed[id(whole)]
        return buffer.address + array.ctypes.data - whole.ctypes.data


def owner(array: NDArray[np.generic]) -> NDArray[np.generic]:
    """Return the contiguous array that this one is a view of, or itself."""
    whole = array
    while isinstance(whole.base, np.ndarray) and whole.base.flags.c_contiguous:
        whole = whole.base
    return whole
