"""Find the `__constant__` and `__device__` variables that a launch sets by name."""

from collections.abc import Mapping

from gpuadvisor.compiler.demangle import written_name
from gpuadvisor.compiler.lookup import matching_kernels
from gpuadvisor.emulator.program import Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.values import Symbol

_SPACES = ("global", "const")


def fitted_symbols(program: Program, symbols: Mapping[str, Symbol], where: str) -> dict[str, Symbol]:
    """Return the contents by mangled name; raise GpuAdvisorError for a name or a size that does not fit."""
    return {_found(program, name, content, where): content for name, content in symbols.items()}


def _found(program: Program, name: str, content: Symbol, where: str) -> str:
    written = {
        each.name: written_name(each.name) for each in program.variables.values() if each.space in _SPACES
    }
    found = [name] if name in written else matching_kernels(written, name)
    if len(found) != 1:
        raise GpuAdvisorError(
            f"has {'several variables' if found else 'no __constant__ or __device__ variable'} {name!r}",
            where=where,
            remedy=f"it has {', '.join(written.values()) or 'none that its kernels use'}",
        )
    size_bytes = program.variables[found[0]].size_bytes
    if content.nbytes > size_bytes:
        raise GpuAdvisorError(
            f"{name!r} holds {size_bytes} bytes, its launch gives {content.nbytes}", where=where
        )
    return found[0]
