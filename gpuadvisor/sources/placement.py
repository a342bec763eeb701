"""Put the data of a launch into a device's memory and find its addresses."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.device import Buffer
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.sources.images import Surface, Texture
from gpuadvisor.sources.values import LaunchData, Pointer, Structure, Symbol, Value

Upload = Callable[[NDArray[np.generic], str], Buffer]
Bind = Callable[[Image], int]
"""Makes a texture or surface object and returns its handle."""


class Placement:
    """Uploads each array once, however many arguments point into it.

    An argument that is a slice of a larger array is a pointer into that array, as it would be on a GPU.
    """

    def __init__(self, data: LaunchData, upload: Upload, bind: Bind) -> None:
        self._upload, self._bind = upload, bind
        self._placed: dict[int, tuple[Buffer, NDArray[np.generic]]] = {}
        arrays = {name: value for name, value in data.arguments.items() if isinstance(value, np.ndarray)}
        self._arrays = {**data.shared, **arrays}
        objects = {**data.symbols, **data.arguments}
        self._handles = {
            name: self._handle(name, value)
            for name, value in objects.items()
            if isinstance(value, Texture | Surface)
        }
        self.symbols = {name: self._symbol(name, content) for name, content in data.symbols.items()}
        """New contents of the module's variables; that of a texture reference is a handle."""
        self.arguments = [self._argument(name, value) for name, value in data.arguments.items()]

    @property
    def buffers(self) -> list[tuple[Buffer, NDArray[np.generic]]]:
        """Every buffer and the array it is a copy of."""
        return list(self._placed.values())

    def _handle(self, name: str, value: Texture | Surface) -> int:
        return self._bind(Image(self._address_of(value.array, name), value.texels, value.sampling))

    def _symbol(self, name: str, content: Symbol) -> NDArray[np.generic]:
        return content if isinstance(content, np.ndarray) else np.array(self._handles[name], np.uint64)

    def _argument(self, name: str, value: Value) -> np.generic:
        match value:
            case Texture() | Surface():
                return np.uint64(self._handles[name])
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
        if pointer.buffer in self._handles:
            return self._handles[pointer.buffer]
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
