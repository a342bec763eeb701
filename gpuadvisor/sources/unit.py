"""One compiled source: its module, its program, and what its text says of the kernels."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gpuadvisor.compiler.headers import is_library_header
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.device import Device
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.program import Function, Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.declarations import KernelDeclaration, kernel_declarations
from gpuadvisor.sources.kernel_names import is_template_instance, matches


@dataclass(frozen=True, kw_only=True)
class Unit:
    """A source file, as given, and what came of it."""

    path: Path
    declared: list[KernelDeclaration]
    module: CompiledModule
    program: Program
    notes: tuple[str, ...] = ()
    """What could not be told of its kernels, and why."""

    def name(self, mangled: str) -> str:
        """Return the name people write."""
        return self.module.names.get(mangled, mangled)

    def declaration(self, mangled: str) -> KernelDeclaration | None:
        """Return the kernel's definition in the source; among overloads the one nearest to its first line."""
        first = first_line(self.program.kernels[mangled])
        candidates = (known for known in self.declared if matches(known.name, self.name(mangled)))
        return min(candidates, key=lambda known: abs(known.line - first), default=None)


def compile_file(path: Path, kernels: Sequence[str], device: Device, options: CompileOptions) -> Unit:
    """Compile a source file for the device, with the template instances among `kernels`."""
    return compile_text(path, read_source(path), kernels, device, options)


def compile_text(
    path: Path, source: str, kernels: Sequence[str], device: Device, options: CompileOptions
) -> Unit:
    """Compile a source that messages call `path`."""
    instances = {kernel for kernel in kernels if is_template_instance(kernel)}
    asked = replace(options, instantiate=(*options.instantiate, *sorted(instances)))
    module = device.compile(source, str(path), asked)
    return Unit(
        path=path,
        declared=kernel_declarations(source),
        module=module,
        program=decode(module.ptx, is_library_header),
    )


def read_source(path: Path) -> str:
    """Return the text; bytes that are not UTF-8 (comments in older encodings) are replaced."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None


def first_line(function: Function) -> int:
    """Return the line of the first instruction that has one; 0 if none has."""
    return next((each.source.line for each in function.instructions if each.source is not None), 0)
