"""Texture objects on a real GPU, over CUDA arrays that hold copies of the texels."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gpuadvisor.devices.cuda_errors import EMULATE, cuda_errors
from gpuadvisor.emulator.textures.images import Image, Sampling, Texels
from gpuadvisor.model.errors import GpuAdvisorError

KINDS: Mapping[str, str] = {"u": "Unsigned", "i": "Signed", "f": "Float"}
READ_MODES: Mapping[str, str] = {"element": "ElementType", "normalized-float": "NormalizedFloat"}
CHANNELS = 4
"""Of a channel format; those that a texel does not have are of 0 bits."""


class CudaTextures:
    """Makes texture objects, and keeps each until the memory of its texels is freed.

    A CUDA array lies in memory in an order of its own (CUDA C++ Programming Guide, CUDA Arrays): a
    texture has the texels that the memory held when it was bound.
    """

    def __init__(self, cupy: Any, stream: Any) -> None:  # noqa: ANN401 - the module CuPy, and its stream
        self._cupy, self._stream = cupy, stream
        self._runtime = cupy.cuda.runtime
        self._objects: dict[int, list[Any]] = {}

    def bind(self, image: Image) -> int:
        """Return the handle of a texture object; GpuAdvisorError for surfaces, layers and cubes."""
        texels, sampling = image.texels, image.sampling
        if sampling is None or texels.layers is not None:
            what = f"{texels}" if sampling is not None else "surface"
            raise GpuAdvisorError(f"a {what} runs on emulated devices only", remedy=EMULATE)
        texture = self._cupy.cuda.texture
        with cuda_errors(self._cupy, f"a texture, {texels}"):
            array = self._array(image)
            resource = texture.ResourceDescriptor(self._runtime.cudaResourceTypeArray, cuArr=array)
            made = texture.TextureObject(resource, self._descriptor(texels, sampling))
        self._objects.setdefault(image.address, []).append(made)
        return int(made.ptr)

    def forget(self, address: int) -> None:
        """Give back the textures whose texels were at an address."""
        self._objects.pop(address, None)

    def close(self) -> None:
        """Give all textures back."""
        self._objects.clear()

    def _array(self, image: Image) -> Any:  # noqa: ANN401 - a CUDAarray of CuPy
        """Return a new CUDA array with the texels of an image; CuPy wants a texel's channels side by side."""
        texels = image.texels
        width, *others = texels.extents
        shape = (*reversed(others), width * texels.channels)
        content: np.ndarray[Any, Any] = np.empty(shape, texels.dtype)
        kind = self._runtime.memcpyDeviceToHost
        self._runtime.memcpy(content.ctypes.data, image.address, content.nbytes, kind)
        array = self._cupy.cuda.texture.CUDAarray(self._format(texels), width, *others)
        array.copy_from(content, self._stream)
        self._stream.synchronize()
        return array

    def _format(self, texels: Texels) -> Any:  # noqa: ANN401 - a ChannelFormatDescriptor of CuPy
        bits = [8 * texels.dtype.itemsize] * texels.channels + [0] * (CHANNELS - texels.channels)
        kind = self._constant(f"ChannelFormatKind{KINDS[texels.dtype.kind]}")
        return self._cupy.cuda.texture.ChannelFormatDescriptor(*bits, kind)

    def _descriptor(self, texels: Texels, sampling: Sampling) -> Any:  # noqa: ANN401 - of CuPy
        modes = [sampling.address_mode(axis) for axis in range(len(texels.extents))]
        return self._cupy.cuda.texture.TextureDescriptor(
            tuple(self._constant(f"AddressMode{mode.title()}") for mode in modes),
            self._constant(f"FilterMode{sampling.filter.title()}"),
            self._constant(f"ReadMode{READ_MODES[sampling.read]}"),
            normalizedCoords=int(sampling.normalized),
        )

    def _constant(self, name: str) -> int:
        """Return a constant of the CUDA runtime."""
        return int(getattr(self._runtime, f"cuda{name}"))
