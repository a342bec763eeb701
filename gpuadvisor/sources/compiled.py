"""Kernels that have PTX: CUDA C++ once compiled, PTX files, and binaries that contain PTX."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gpuadvisor.compiler.lookup import find_kernel, matching_kernels
from gpuadvisor.devices.device import Device, Kernel
from gpuadvisor.sources.declarations import KernelDeclaration
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.missing_launch import all_kernels
from gpuadvisor.sources.task import Task, task
from gpuadvisor.sources.unit import Unit
from gpuadvisor.sources.values import LaunchData


@dataclass(frozen=True, kw_only=True)
class CompiledSource:
    """One file's modules: a binary has one for each of its translation units."""

    path: Path
    units: Sequence[Unit]

    def kernels(self) -> list[KernelDeclaration]:
        """Return the kernels of all modules."""
        return [each for unit in self.units for each in all_kernels(unit.declared, unit.module, unit.program)]

    def prepare(self, requests: Sequence[LaunchRequest], device: Device) -> None:
        """Let the device translate the kernels; raise GpuAdvisorError where one is unknown."""
        for request in requests:
            module = self._unit_with(request.kernel).module
            device.prepare(Kernel(module=module, name=find_kernel(module, request.kernel)), request.launch)

    def task(self, request: LaunchRequest, data: LaunchData) -> Task:
        """Return the launch of a kernel of the first module that has it."""
        return task(self._unit_with(request.kernel), request, data)

    def _unit_with(self, kernel: str) -> Unit:
        having = (
            unit
            for unit in self.units
            if kernel in unit.module.names or matching_kernels(unit.module.names, kernel)
        )
        return next(having, self.units[0])
