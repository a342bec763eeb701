"""One point of a sweep of steps worked out: the kernels, and the names known by then."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from gpuadvisor.devices.device import Kernel
from gpuadvisor.probing.declaration import BufferDeclaration, SweepDeclaration
from gpuadvisor.probing.plan import kernel_settings, scope_at
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.scope import Scope
from gpuadvisor.probing.step_declaration import LaunchStep, MultiplyStep, StepDeclaration, names_of
from gpuadvisor.probing.sweeps import Parameters
from gpuadvisor.probing.workbench import Workbench


@dataclass(frozen=True, slots=True)
class StepsPlan:
    """What to do; nothing is on the device yet."""

    sweep: SweepDeclaration
    scope: Scope
    kernels: dict[str, Kernel]

    def repetitions(self) -> Iterator[Scope]:
        """Yield the names known at each repetition of the steps, the last count of `repeat` fastest."""
        repeat = self.sweep.repeat
        counts = [range(self.scope.integer(f"repeat.{name}", count)) for name, count in repeat.items()]
        for values in product(*counts):
            yield self.scope.extended(dict(zip(repeat, values, strict=True)))


def plan_steps(bench: Workbench, sweep: SweepDeclaration, parameters: Parameters) -> StepsPlan:
    """Compile the kernels for a point.

    Raises GpuAdvisorError where one does not compile or an expression of the declaration fails.
    """
    scope = scope_at(bench.device.facts, bench.probe, sweep, parameters)
    settings = kernel_settings(scope, sweep)
    names = dict.fromkeys(step.kernel for step in all_steps(sweep) if isinstance(step, LaunchStep))
    return StepsPlan(sweep, scope, {name: bench.kernel(name, *settings) for name in names})


def all_steps(sweep: SweepDeclaration) -> list[StepDeclaration]:
    """Return the steps of a sweep, timed or not."""
    return [*sweep.before, *sweep.steps]


def buffers_of(probe: Probe, sweep: SweepDeclaration) -> list[BufferDeclaration]:
    """Return the declared buffers that the steps of a sweep name."""
    named = {name for step in all_steps(sweep) for name in names_of(step)}
    return [buffer for buffer in probe.declaration.buffers if buffer.name in named]


def needs_of(probe: Probe, sweep: SweepDeclaration) -> list[str]:
    """Return what a device must be able to do for the sweep, as `DeviceFacts.abilities` names it."""
    places = {buffer.place for buffer in buffers_of(probe, sweep)}
    launches = [step for step in all_steps(sweep) if isinstance(step, LaunchStep)]
    needed = {
        "peer": "peer" in places,
        "managed": "managed" in places,
        "cooperative": any(launch.cooperative for launch in launches),
        "programmatic": any(launch.programmatic for launch in launches),
        "matrix_library": any(isinstance(step, MultiplyStep) for step in all_steps(sweep)),
    }
    return [name for name, needs in needed.items() if needs]
