"""Whether native code runs a kernel, or the interpreter must."""

from gpuadvisor.emulator.layout import lay_out
from gpuadvisor.emulator.linker import link
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.native.kernels import native_kernel
from gpuadvisor.emulator.program import Program


def is_translated(program: Program, kernel: str = "k", *, in_clusters: bool = False) -> bool:
    """Return whether the kernel is run by native code."""
    memory = GlobalMemory()
    linked = link(program, kernel)
    layout = lay_out(program, linked.function, 0, memory, in_clusters=in_clusters)
    return native_kernel(linked, layout, memory) is not None
