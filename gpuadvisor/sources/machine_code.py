"""Binaries that hold machine code (SASS) and no PTX: what the compiler left is all that can be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpuadvisor.compiler.demangle import written_names
from gpuadvisor.compiler.lookup import matching_kernels
from gpuadvisor.compiler.occupancy import kernel_occupancy
from gpuadvisor.devices.device import Device
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile, Launch, Resources
from gpuadvisor.sources.declarations import KernelDeclaration
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.values import LaunchData


@dataclass(frozen=True, kw_only=True)
class MachineCodeTask:
    """A launch that cannot be emulated."""

    path: Path
    name: str
    resources: Resources
    launch: Launch

    def run(self, device: Device, *, all_blocks: bool) -> KernelProfile:  # noqa: ARG002
        """Return what the binary tells: resources, and the occupancy of the launch."""
        target = self.resources.compute_capability
        return KernelProfile(
            name=self.name,
            source=str(self.path),
            device=device.facts.id,
            launch=self.launch,
            resources=self.resources,
            occupancy=kernel_occupancy(device.facts.compute_capability, self.resources, self.launch),
            notes=[f"the file holds machine code (SASS) for {target} and no PTX: nothing was run or counted"],
        )


@dataclass(frozen=True, kw_only=True)
class MachineCodeSource:
    """One binary; `resources` is by mangled name."""

    path: Path
    resources: Mapping[str, Resources]

    def kernels(self) -> list[KernelDeclaration]:
        """Return the functions; machine code does not tell their parameters."""
        return [
            KernelDeclaration(name=name, line=0, parameters=())
            for name in written_names(self.resources).values()
        ]

    def prepare(self, requests: Sequence[LaunchRequest], device: Device) -> None:
        """Do nothing: machine code is not run."""

    def task(self, request: LaunchRequest, data: LaunchData) -> MachineCodeTask:  # noqa: ARG002
        """Return the launch; its arguments do not matter."""
        names = written_names(self.resources)
        found = matching_kernels(names, request.kernel)
        if len(found) != 1:
            raise GpuAdvisorError(
                f"has {'several kernels' if found else 'no kernel'} {request.kernel!r}",
                where=str(self.path),
                remedy=f"it has {', '.join(names.values())}",
            )
        resources = self.resources[found[0]]
        return MachineCodeTask(
            path=self.path, name=names[found[0]], resources=resources, launch=request.launch
        )
