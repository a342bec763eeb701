"""What every kind of input offers: its kernels, and launches of them ready to run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from gpuadvisor.devices.device import Device
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.sources.declarations import KernelDeclaration
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.values import LaunchData


class Runnable(Protocol):
    """One launch whose arguments fit its kernel."""

    def run(self, device: Device, *, all_blocks: bool) -> KernelProfile:
        """Run it on the device and tell what it did; `all_blocks` counts every block on a GPU too."""


class Source(Protocol):
    """A file of kernels."""

    @property
    def path(self) -> Path:
        """The file, as given."""

    def kernels(self) -> list[KernelDeclaration]:
        """Return its kernels, for messages."""

    def prepare(self, requests: Sequence[LaunchRequest], device: Device) -> None:
        """Let the device get ready for the launches to come, as far as they are known without their data."""

    def task(self, request: LaunchRequest, data: LaunchData) -> Runnable:
        """Return a launch ready to run; raise GpuAdvisorError where kernel and data do not fit."""
