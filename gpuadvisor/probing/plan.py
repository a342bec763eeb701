"""One point worked out: the compiled kernel, the shape of the launch, and the names known by then."""

from dataclasses import dataclass

from gpuadvisor.compiler.occupancy import occupancy
from gpuadvisor.devices.device import Kernel
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import Launch
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.scope import Scope
from gpuadvisor.probing.sweeps import Parameters
from gpuadvisor.probing.vocabulary import compiled_values, device_values, work_values
from gpuadvisor.probing.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Plan:
    """What to launch; nothing is on the device yet."""

    sweep: SweepDeclaration
    scope: Scope
    kernel: Kernel
    launch: Launch


def plan_point(bench: Workbench, sweep: SweepDeclaration, parameters: Parameters) -> Plan:
    """Compile the kernel for a point and work out its launch.

    Raises GpuAdvisorError where the kernel does not compile or an expression of the declaration fails.
    """
    scope = scope_at(bench.device.facts, bench.probe, sweep, parameters)
    kernel = bench.kernel(sweep.kernel, *kernel_settings(scope, sweep))
    block = scope.integer("launch.block", sweep.launch.block)
    shared_bytes = scope.integer("launch.dynamic_shared_bytes", sweep.launch.dynamic_shared_bytes)
    scope = scope.extended(_residency(bench, kernel, block, shared_bytes))
    grid = scope.integer("launch.grid", sweep.launch.grid)
    return Plan(
        sweep=sweep,
        scope=scope,
        kernel=kernel,
        launch=Launch(grid=(grid, 1, 1), block=(block, 1, 1), dynamic_shared_bytes=shared_bytes),
    )


def scope_at(facts: DeviceFacts, probe: Probe, sweep: SweepDeclaration, parameters: Parameters) -> Scope:
    """Return the names that are known before the kernel is compiled."""
    declaration = probe.declaration
    return Scope(
        where=f"{probe.declaration_file}: sweep {sweep.name!r}",
        values={**device_values(facts), **parameters},
        definitions={**declaration.define, **sweep.define, **work_values(declaration.work)},
    )


def kernel_settings(scope: Scope, sweep: SweepDeclaration) -> tuple[dict[str, int], int | None]:
    """Return the macros that a point's kernel is compiled with, and the cap on its registers if any."""
    macros = {name: scope.integer(f"macros.{name}", value) for name, value in sweep.macros.items()}
    return macros, scope.integer("maximum_registers", sweep.maximum_registers) or None


def _residency(bench: Workbench, kernel: Kernel, block: int, shared_bytes: int) -> dict[str, int]:
    resources = kernel.module.resources[kernel.name]
    found = occupancy(
        compute_capability=bench.device.facts.compute_capability,
        registers_per_thread=resources.registers_per_thread,
        threads_per_block=block,
        static_shared_bytes=resources.static_shared_bytes,
        dynamic_shared_bytes=shared_bytes,
        barriers=resources.barriers or 0,
    )
    return compiled_values(found, resources)
