"""What the points of a probe share, so that it is made once: compiled kernels, inputs, texture objects."""

import numpy as np

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Buffer, Device, Kernel
from gpuadvisor.emulator.textures.images import Image
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.correctness import Output
from gpuadvisor.probing.declaration import BufferDeclaration
from gpuadvisor.probing.kernel_options import kernel_options
from gpuadvisor.probing.probe import Probe
from gpuadvisor.sources.images import TextureSpec, made


class Workbench:
    """A device with one probe on it."""

    def __init__(self, device: Device, probe: Probe) -> None:
        self.device = device
        self.probe = probe
        self._kernels: dict[tuple[str, CompileOptions], Kernel] = {}
        self._inputs: dict[tuple[str, int], Buffer] = {}
        self._textures: dict[tuple[int, TextureSpec, tuple[int, ...]], np.uint64] = {}

    def kernel(self, name: str, macros: dict[str, int], maximum_registers: int | None = None) -> Kernel:
        """Return a kernel compiled with macros and a cap on the registers of a thread, or without one.

        Raises GpuAdvisorError where there is none of that name.
        """
        options = kernel_options(self.device.facts, macros, maximum_registers)
        if (name, options) not in self._kernels:
            self._kernels[name, options] = self._compile(name, options)
        return self._kernels[name, options]

    def input(self, declaration: BufferDeclaration, count: int) -> Buffer:
        """Return a buffer of `count` elements, filled as declared; only to `scratch` may kernels write."""
        key = (declaration.name, count)
        if key not in self._inputs:
            self._inputs[key] = self.upload(declaration, _filled(declaration, count))
        return self._inputs[key]

    def upload(self, declaration: BufferDeclaration, content: Output) -> Buffer:
        """Return a new buffer with the content, at the place that is declared."""
        if declaration.place == "device":
            return self.device.upload(content, declaration.name)
        return self.device.upload(content, declaration.name, place=declaration.place)

    def texture(
        self, declaration: BufferDeclaration, spec: TextureSpec, shape: tuple[int, ...], buffer: Buffer
    ) -> np.uint64:
        """Return the handle of a texture object of `shape` over the start of an input buffer."""
        key = (buffer.address, spec, shape)
        if key not in self._textures:
            where = f"{self.probe.declaration_file}: buffer {declaration.name!r}"
            axes = (*shape, spec.channels) if spec.channels else shape
            texture = made(spec, np.empty(axes, declaration.type), None, where)
            if texture.texels.size_bytes > buffer.size_bytes:
                raise GpuAdvisorError(f"is smaller than a texture of {list(axes)}", where=where)
            image = Image(buffer.address, texture.texels, texture.sampling)
            self._textures[key] = np.uint64(self.device.bind(image))
        return self._textures[key]

    @property
    def compilers(self) -> set[str]:
        """What compiled the kernels so far."""
        return {kernel.module.compiler for kernel in self._kernels.values()}

    def clear(self) -> None:
        """Free the input buffers."""
        self._textures.clear()
        for buffer in self._inputs.values():
            self.device.free(buffer)
        self._inputs.clear()

    def _compile(self, name: str, options: CompileOptions) -> Kernel:
        path = str(self.probe.kernel_file)
        module = self.device.compile(self.probe.source, path, options)
        if name not in module.resources:
            raise GpuAdvisorError(
                f"no kernel is called {name!r}", where=path, remedy='declare it extern "C" __global__'
            )
        return Kernel(module=module, name=name)


def _filled(declaration: BufferDeclaration, count: int) -> Output:
    dtype = np.dtype(declaration.type)
    if declaration.fill == "arange":
        return np.arange(count, dtype=dtype)
    return np.ones(count, dtype=dtype) if declaration.fill == "ones" else np.zeros(count, dtype=dtype)
