"""Put together what is known of one kernel launch."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from gpuadvisor.compiler.demangle import variable_name
from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.compiler.occupancy import kernel_occupancy
from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.emulator.loads_in_flight import loads_in_flight
from gpuadvisor.emulator.program import Function
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.findings import Finding
from gpuadvisor.model.kernel import (
    Access,
    KernelProfile,
    KernelTime,
    Launch,
    Observation,
    Occupancy,
    Resources,
)


@dataclass(frozen=True, kw_only=True)
class KernelFacts:
    """One kernel of a compiled source, before it is run; `line` is where it is defined in `path`."""

    name: str
    path: Path
    line: int | None
    module: CompiledModule
    function: Function
    notes: tuple[str, ...] = ()


def kernel_profile(
    kernel: KernelFacts, launch: Launch, device: DeviceFacts, result: LaunchResult
) -> KernelProfile:
    """Return the profile of one launch on a device, its places named as the user named the source."""
    resources = kernel.module.resources.get(kernel.function.name)
    source, line = _definition(kernel)
    profile = KernelProfile(
        name=kernel.name,
        source=source,
        line=line,
        device=device.id,
        launch=launch,
        resources=resources,
        occupancy=_occupancy(resources, launch, device),
        loads_in_flight=loads_in_flight(kernel.function),
        time=_median(result),
        notes=[*kernel.notes, *_compilation_notes(resources, device)],
    )
    if result.observation is not None:
        _add_observation(profile, result.observation, kernel.path)
    return profile


def _occupancy(resources: Resources | None, launch: Launch, device: DeviceFacts) -> Occupancy | None:
    return kernel_occupancy(device.compute_capability, resources, launch) if resources else None


def shown(file: str, path: Path) -> str:
    """Return a file's name as the user would write it: like the source beside it, or from this folder."""
    resolved = Path(file).resolve()
    for folder, written in ((path.resolve().parent, path.parent), (Path.cwd(), Path())):
        if resolved.is_relative_to(folder):
            return str(written / resolved.relative_to(folder))
    return str(resolved)


def _definition(kernel: KernelFacts) -> tuple[str, int | None]:
    """Return where the kernel is defined: a header's kernel is found by its first instruction."""
    if kernel.line is not None:
        return str(kernel.path), kernel.line
    source = next((each.source for each in kernel.function.instructions if each.source), None)
    return (shown(source.file, kernel.path), source.line) if source else (str(kernel.path), None)


def _median(result: LaunchResult) -> KernelTime | None:
    times = sorted(result.times, key=lambda time: time.seconds)
    return times[len(times) // 2] if times else None


def _compilation_notes(resources: Resources | None, device: DeviceFacts) -> list[str]:
    if resources is None or resources.compute_capability.rstrip("af") == device.compute_capability:
        return []
    return [
        f"compiled for compute capability {resources.compute_capability}, the nearest to the device's "
        f"{device.compute_capability} that {resources.compiler} makes: registers and spills may differ"
    ]


def _add_observation(profile: KernelProfile, observation: Observation, path: Path) -> None:
    profile.counters = observation.counters
    profile.lines = [msgspec.structs.replace(each, file=shown(each.file, path)) for each in observation.lines]
    profile.accesses = [_shown_access(each, path) for each in observation.accesses]
    profile.branches = [
        msgspec.structs.replace(each, file=shown(each.file, path)) for each in observation.branches
    ]
    profile.notes = [*profile.notes, *observation.notes]
    if observation.findings is not None:
        profile.findings = [_shown_finding(each, path) for each in observation.findings]


def _shown_finding(finding: Finding, path: Path) -> Finding:
    other = finding.other_file
    return msgspec.structs.replace(
        finding,
        file=shown(finding.file, path) if finding.file else str(path),
        other_file=shown(other, path) if other else None,
        variable=variable_name(finding.variable) if finding.variable else None,
    )


def _shown_access(access: Access, path: Path) -> Access:
    variable = variable_name(access.variable) if access.variable else None
    return msgspec.structs.replace(access, file=shown(access.file, path), variable=variable)
