"""A launch whose data lie on the device, ready to be timed again and again."""

from dataclasses import dataclass, field

from gpuadvisor.devices.device import Device, Kernel, LaunchResult, Timing
from gpuadvisor.sources.placement import Placement
from gpuadvisor.sources.task import Task


@dataclass(slots=True)
class Stage:
    """A task on a device; `renew` gives it fresh buffers, `close` frees them."""

    device: Device
    task: Task
    _placement: Placement | None = field(default=None, init=False)

    def renew(self) -> None:
        """Free the buffers and place the data again, wherever the device puts them now."""
        self.close()
        self._placement = Placement(self.task.data, self.device.upload, self.device.bind)
        for name, content in self._placement.symbols.items():
            self.device.set_variable(self.task.unit.module, name, content)

    def time(self, timing: Timing) -> LaunchResult:
        """Launch on the buffers as they are; raises GpuAdvisorError where the kernel fails."""
        if self._placement is None:
            self.renew()
        assert self._placement is not None
        kernel = Kernel(module=self.task.unit.module, name=self.task.kernel)
        return self.device.launch(kernel, self.task.launch, self._placement.arguments, timing)

    def close(self) -> None:
        """Free the buffers."""
        for buffer, _ in self._placement.buffers if self._placement else ():
            self.device.free(buffer)
        self._placement = None
