"""Compiled modules loaded onto a real GPU, and their kernels made ready for a launch."""

from collections.abc import Sequence
from typing import Any

from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.devices.cuda_errors import cuda_errors
from gpuadvisor.devices.device import Kernel
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch


def best_target(compute_capability: str, requested: str, supported: Sequence[str]) -> str:
    """Return the newest target that runs on the GPU: its own, else one its driver translates PTX from.

    A request for the GPU's own features (`9.0a`) stands. A GPU older than every target gets its own
    back: the compiler then says what it does instead.
    """
    if requested != compute_capability and _plain(requested) == compute_capability:
        return requested
    runnable = [target for target in supported if _order(target) <= _order(compute_capability)]
    return max(runnable, key=_order, default=compute_capability)


def image(module: CompiledModule, compute_capability: str) -> bytes:
    """Return the machine code where it was made for exactly this GPU, else the PTX for its driver."""
    if _plain(module.compute_capability) == compute_capability and module.cubin:
        return module.cubin
    return module.ptx.encode() + b"\0"


class CudaModules:
    """Loads each image once and keeps it loaded."""

    def __init__(self, cupy: Any, compute_capability: str, shared_limit_bytes: int) -> None:  # noqa: ANN401 - CuPy
        self._cupy = cupy
        self._compute_capability = compute_capability
        self._shared_limit_bytes = shared_limit_bytes
        self._loaded: dict[bytes, Any] = {}

    def function(self, kernel: Kernel, launch: Launch) -> Any:  # noqa: ANN401 - cupy.cuda.function.Function
        """Return the kernel as CuPy launches it, allowed the dynamic shared memory of the launch."""
        subject = f"kernel {written_name(kernel)}"
        with cuda_errors(self._cupy, subject):
            function = self._module(kernel.module).get_function(kernel.name)
            self._allow_shared(function, launch.dynamic_shared_bytes, subject)
        return function

    def variable(self, module: CompiledModule, name: str) -> int:
        """Return the address of a variable of the module, by its mangled name."""
        with cuda_errors(self._cupy, f"the variable {name!r}"):
            address: int = self._module(module).get_global_var(name)
        return address

    def _module(self, module: CompiledModule) -> Any:  # noqa: ANN401 - cupy.cuda.function.Module
        content = image(module, self._compute_capability)
        if content not in self._loaded:
            loaded = self._cupy.cuda.function.Module()
            loaded.load(content)
            self._loaded[content] = loaded
        return self._loaded[content]

    def _allow_shared(self, function: Any, dynamic_bytes: int, subject: str) -> None:  # noqa: ANN401 - CuPy
        """Opt in to more than the default (CUDA C++ Programming Guide, Shared Memory per architecture)."""
        driver = self._cupy.cuda.driver
        if dynamic_bytes > self._shared_limit_bytes:
            raise GpuAdvisorError(
                f"{subject} asks for {dynamic_bytes:,} bytes of dynamic shared memory; "
                f"this GPU gives a block at most {self._shared_limit_bytes:,}",
                remedy="make the tile smaller",
            )
        attribute = driver.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
        if dynamic_bytes > driver.funcGetAttribute(attribute, function.ptr):
            driver.funcSetAttribute(function.ptr, attribute, dynamic_bytes)

    def close(self) -> None:
        """Unload every module."""
        self._loaded.clear()


def written_name(kernel: Kernel) -> str:
    """Return the kernel's name as people write it."""
    return kernel.module.names.get(kernel.name, kernel.name)


def _plain(compute_capability: str) -> str:
    """Return `9.0` for `9.0a`, its architecture-specific, and `9.0f`, its family-specific features."""
    return compute_capability.rstrip("af")


def _order(compute_capability: str) -> tuple[int, ...]:
    return tuple(int(part) for part in compute_capability.split("."))
