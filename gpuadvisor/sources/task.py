"""One launch, ready to run: a compiled kernel with arguments that fit it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gpuadvisor.compiler.lookup import find_kernel
from gpuadvisor.devices.device import Device, Kernel, LaunchResult
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, Launch
from gpuadvisor.sources.counting import count
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.parameters import fitted_arguments
from gpuadvisor.sources.profile import KernelFacts, kernel_profile
from gpuadvisor.sources.running import run_launch, update_arrays
from gpuadvisor.sources.symbols import fitted_symbols
from gpuadvisor.sources.unit import Unit
from gpuadvisor.sources.values import LaunchData


@dataclass(frozen=True, kw_only=True)
class Task:
    """A kernel of a unit (its mangled name), its launch and its data."""

    unit: Unit
    kernel: str
    launch: Launch
    data: LaunchData

    def run(self, device: Device, *, all_blocks: bool) -> KernelProfile:
        """Run it on the device; what a GPU times, the emulator counts."""
        with _places_as_given(self.unit.path):
            result = self._result(device, all_blocks=all_blocks)
        declaration = self.unit.declaration(self.kernel)
        facts = KernelFacts(
            name=self.unit.name(self.kernel),
            path=self.unit.path,
            line=declaration.line if declaration else None,
            module=self.unit.module,
            function=self.unit.program.kernels[self.kernel],
            notes=self.unit.notes,
        )
        return kernel_profile(facts, self.launch, device.facts, result)

    def _result(self, device: Device, *, all_blocks: bool) -> LaunchResult:
        kernel = Kernel(module=self.unit.module, name=self.kernel)
        result = run_launch(device, kernel, self.launch, self.data)
        if result.observation is None:
            program = self.unit.program
            observation = count(program, self.kernel, self.launch, self.data, all_blocks=all_blocks)
            result = replace(result, observation=observation)
        update_arrays(device, kernel, self.launch, self.data)
        return result


def task(unit: Unit, request: LaunchRequest, data: LaunchData) -> Task:
    """Return the launch of a kernel of `unit`; raise GpuAdvisorError where the data do not fit it."""
    kernel = find_kernel(unit.module, request.kernel)
    declaration = unit.declaration(kernel)
    name = unit.name(kernel)
    arguments = fitted_arguments(
        name,
        unit.program.kernels[kernel].parameters,
        declaration.parameters if declaration else (),
        data.arguments,
    )
    symbols = fitted_symbols(unit.program, data.symbols, f"launch of {name}")
    fitted = replace(data, arguments=arguments, symbols=symbols)
    return Task(unit=unit, kernel=kernel, launch=request.launch, data=fitted)


@contextmanager
def _places_as_given(path: Path) -> Iterator[None]:
    """Name the source in errors as the user named it: the compiler made its path absolute."""
    try:
        yield
    except GpuAdvisorError as error:
        if error.where is not None:
            error.where = error.where.replace(str(path.resolve()), str(path))
        raise
