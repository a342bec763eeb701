"""How the kernels of probes are compiled: one place, so that what is compiled ahead is what is asked for."""

from collections.abc import Mapping

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.model.device import DeviceFacts

CUDA_STANDARD = "c++17"


def kernel_options(
    facts: DeviceFacts, macros: Mapping[str, int], maximum_registers: int | None
) -> CompileOptions:
    """Return the options for a device, with macros and a cap on the registers of a thread, or without."""
    return CompileOptions(
        compute_capability=facts.compute_capability,
        defines=tuple(f"{macro}={value}" for macro, value in macros.items()),
        standard=CUDA_STANDARD,
        maximum_registers=maximum_registers,
    )
