"""CUDA C++ sources: compile, run each requested launch on a device, and profile what it did."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gpuadvisor.compiler.lookup import find_kernel
from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices.device import Device, Kernel, LaunchResult
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.sources.counting import count
from gpuadvisor.sources.declarations import kernel_declarations
from gpuadvisor.sources.inputs import Value
from gpuadvisor.sources.kernel_names import matches
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.missing_launch import all_kernels, missing_launch
from gpuadvisor.sources.parameters import fitted_arguments
from gpuadvisor.sources.profile import KernelFacts, kernel_profile
from gpuadvisor.sources.running import run_launch
from gpuadvisor.sources.unit import Unit, compile_unit, read_source
from gpuadvisor.sources.values import argument_values


@dataclass(frozen=True, kw_only=True)
class AnalysisOptions:
    """What to run of a source, and how."""

    wanted: Sequence[str] = ()
    """Kernels that were asked for by name: each needs a launch."""
    all_blocks: bool = False
    """Count every block, on a GPU too; an emulated device was told when it was opened."""
    progress: Callable[[str], None] = lambda _: None
    """Told each step in words."""


def analyze_source(
    path: Path,
    requests: Sequence[LaunchRequest],
    device: Device,
    compilation: CompileOptions,
    options: AnalysisOptions = AnalysisOptions(),
) -> list[KernelProfile]:
    """Return the profile of each requested launch of the kernels in the file `path`.

    Raises GpuAdvisorError where the source does not compile, a kernel has no launch or a launch does not
    fit its kernel, and where the kernel itself fails.
    """
    names = [*options.wanted, *(request.kernel for request in requests)]
    unit = compile_unit(path, names, device, compilation)
    lacking = [name for name in options.wanted if not any(matches(name, each.kernel) for each in requests)]
    if lacking or not requests:
        raise missing_launch(path, all_kernels(unit.declared, unit.module, unit.program), lacking)
    return [_profile(unit, request, device, options) for request in requests]


def kernels_without_launch(path: Path, requests: Sequence[LaunchRequest]) -> list[str]:
    """Return the kernels that the source defines and no request names."""
    declared = kernel_declarations(read_source(path))
    return [each.name for each in declared if not any(matches(each.name, ask.kernel) for ask in requests)]


def _profile(unit: Unit, request: LaunchRequest, device: Device, options: AnalysisOptions) -> KernelProfile:
    options.progress(f"{unit.path}: {request.kernel}")
    kernel = Kernel(module=unit.module, name=find_kernel(unit.module, request.kernel))
    function, declaration = unit.program.kernels[kernel.name], unit.declaration(kernel.name)
    declared = declaration.parameters if declaration else ()
    values = fitted_arguments(unit.name(kernel.name), function.parameters, declared, argument_values(request))
    with _places_as_given(unit.path):
        result = _result(unit, kernel, request.launch, values, device, options)
    facts = KernelFacts(
        name=unit.name(kernel.name),
        path=unit.path,
        line=declaration.line if declaration else None,
        module=unit.module,
        function=function,
    )
    return kernel_profile(facts, request.launch, device.facts, result)


def _result(
    unit: Unit,
    kernel: Kernel,
    launch: Launch,
    values: Mapping[str, Value],
    device: Device,
    options: AnalysisOptions,
) -> LaunchResult:
    """Run the launch; what a GPU times, the emulator counts."""
    result = run_launch(device, kernel, launch, values)
    if result.observation is not None:
        return result
    observation = count(unit.program, kernel.name, launch, values, all_blocks=options.all_blocks)
    return replace(result, observation=observation)


@contextmanager
def _places_as_given(path: Path) -> Iterator[None]:
    """Name the source in errors as the user named it: the compiler made its path absolute."""
    try:
        yield
    except GpuAdvisorError as error:
        if error.where is not None:
            error.where = error.where.replace(str(path.resolve()), str(path))
        raise
