"""What NVRTC and nvcc both take and give."""

from dataclasses import dataclass

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.compiler.toolchain import architecture


@dataclass(frozen=True)
class Job:
    """One source to compile."""

    source: str
    path: str
    """What messages and line information call the source; its folder serves quoted includes."""
    options: CompileOptions
    target: str
    """The compute capability to compile for."""

    @property
    def flags(self) -> list[str]:
        """The options that NVRTC and nvcc spell the same; the user's further ones come after them."""
        options = self.options
        flags = [f"-arch={architecture(self.target)}", "-lineinfo", "--ptxas-options=-v"]
        flags += [f"-D{define}" for define in options.defines]
        flags += [f"-I{directory}" for directory in options.include_directories]
        if options.standard:
            flags.append(f"-std={options.standard}")
        if options.maximum_registers:
            flags.append(f"-maxrregcount={options.maximum_registers}")
        return flags


@dataclass(frozen=True, kw_only=True)
class CompilerOutput:
    """What a run of a compiler left; without machine code it failed, and the log says why."""

    compiler: str
    """As `nvrtc 13.5`."""
    log: str
    ptx: str = ""
    cubin: bytes = b""
    instances: dict[str, str]
    """Each wanted instance, as written, and its mangled name, where the compiler told."""

    @property
    def succeeded(self) -> bool:
        """Whether there is machine code."""
        return bool(self.cubin)
