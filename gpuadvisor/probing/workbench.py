"""What the points of a probe share: compiled kernels and input buffers, so that neither is made twice."""

import numpy as np

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Buffer, Device, Kernel
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.probing.correctness import Output
from gpuadvisor.probing.declaration import BufferDeclaration
from gpuadvisor.probing.probe import Probe

CUDA_STANDARD = "c++17"


class Workbench:
    """A device with one probe on it."""

    def __init__(self, device: Device, probe: Probe) -> None:
        self.device = device
        self.probe = probe
        self._kernels: dict[tuple[str, tuple[str, ...]], Kernel] = {}
        self._inputs: dict[tuple[str, int], Buffer] = {}

    def kernel(self, name: str, macros: dict[str, int]) -> Kernel:
        """Return a kernel compiled with macros; raise GpuAdvisorError where there is none of that name."""
        defines = tuple(f"{macro}={value}" for macro, value in macros.items())
        if (name, defines) not in self._kernels:
            self._kernels[name, defines] = self._compile(name, defines)
        return self._kernels[name, defines]

    def input(self, declaration: BufferDeclaration, count: int) -> Buffer:
        """Return a buffer of `count` elements, filled as declared; only to `scratch` may kernels write."""
        key = (declaration.name, count)
        if key not in self._inputs:
            self._inputs[key] = self.device.upload(_filled(declaration, count), declaration.name)
        return self._inputs[key]

    @property
    def compilers(self) -> set[str]:
        """What compiled the kernels so far."""
        return {kernel.module.compiler for kernel in self._kernels.values()}

    def clear(self) -> None:
        """Free the input buffers."""
        for buffer in self._inputs.values():
            self.device.free(buffer)
        self._inputs.clear()

    def _compile(self, name: str, defines: tuple[str, ...]) -> Kernel:
        options = CompileOptions(
            compute_capability=self.device.facts.compute_capability, defines=defines, standard=CUDA_STANDARD
        )
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
