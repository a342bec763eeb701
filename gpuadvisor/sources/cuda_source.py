"""CUDA C++ sources: compile, run each requested launch on a device, and profile what it did."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gpuadvisor.compiler.lookup import find_kernel
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.device import Device, Kernel
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.program import Function, Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources.declarations import KernelDeclaration, kernel_declarations
from gpuadvisor.sources.kernel_names import is_template_instance, matches
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.missing_launch import all_kernels, missing_launch
from gpuadvisor.sources.parameters import check_arguments
from gpuadvisor.sources.profile import KernelFacts, kernel_profile
from gpuadvisor.sources.running import run_launch
from gpuadvisor.sources.values import argument_values


@dataclass(frozen=True, kw_only=True)
class _Unit:
    """One compiled source."""

    path: Path
    declared: list[KernelDeclaration]
    module: CompiledModule
    program: Program


def analyze_source(
    path: Path,
    requests: Sequence[LaunchRequest],
    device: Device,
    options: CompileOptions,
    *,
    wanted: Sequence[str] = (),
    progress: Callable[[str], None] = lambda _: None,
) -> list[KernelProfile]:
    """Return the profile of each requested launch of the kernels in the file `path`.

    `wanted` are the kernels that were asked for by name; `progress` is told each step in words. Raises
    GpuAdvisorError where the source does not compile, a kernel has no launch or a launch does not fit its
    kernel, and where the kernel itself fails.
    """
    names = [*wanted, *(request.kernel for request in requests)]
    unit = _compiled(path, names, device, options)
    if not requests:
        raise missing_launch(path, all_kernels(unit.declared, unit.module, unit.program), wanted)
    profiles = []
    for request in requests:
        progress(f"{path}: {request.kernel}")
        profiles.append(_profile(unit, request, device))
    return profiles


def _compiled(path: Path, kernels: Sequence[str], device: Device, options: CompileOptions) -> _Unit:
    source = _read(path)
    instances = sorted({kernel for kernel in kernels if is_template_instance(kernel)})
    module = device.compile(
        source, str(path), replace(options, instantiate=(*options.instantiate, *instances))
    )
    return _Unit(path=path, declared=kernel_declarations(source), module=module, program=decode(module.ptx))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise GpuAdvisorError(error.strerror or str(error), where=str(path)) from None


def _profile(unit: _Unit, request: LaunchRequest, device: Device) -> KernelProfile:
    mangled = find_kernel(unit.module, request.kernel)
    function, name = unit.program.kernels[mangled], unit.module.names.get(mangled, mangled)
    declaration = _declaration(unit, name, function)
    values = argument_values(request)
    check_arguments(name, function.parameters, declaration.parameters if declaration else (), values)
    with _places_as_given(unit.path):
        result = run_launch(device, Kernel(module=unit.module, name=mangled), request.launch, values)
    line = declaration.line if declaration else None
    facts = KernelFacts(name=name, path=unit.path, line=line, module=unit.module, function=function)
    return kernel_profile(facts, request.launch, device.facts, result)


def _declaration(unit: _Unit, name: str, function: Function) -> KernelDeclaration | None:
    """Return the kernel's definition in the source; among overloads the one nearest to its first line."""
    lines = (each.source.line for each in function.instructions if each.source is not None)
    first = next(lines, 0)
    candidates = (known for known in unit.declared if matches(known.name, name))
    return min(candidates, key=lambda known: abs(known.line - first), default=None)


@contextmanager
def _places_as_given(path: Path) -> Iterator[None]:
    """Name the source in errors as the user named it: the compiler made its path absolute."""
    try:
        yield
    except GpuAdvisorError as error:
        if error.where is not None:
            error.where = error.where.replace(str(path.resolve()), str(path))
        raise
