"""The correctness check of one launch."""

from gpuadvisor.emulator.batch import Batch
from gpuadvisor.emulator.checking.device_memory import DeviceMemory
from gpuadvisor.emulator.checking.effects import waiting_loads
from gpuadvisor.emulator.checking.log import Log
from gpuadvisor.emulator.checking.origins import pointer_origins
from gpuadvisor.emulator.checking.watch import Watch, WatchedLaunch
from gpuadvisor.emulator.layout import Layout
from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.program import Function
from gpuadvisor.model.findings import Finding

SHADOW_BYTES = 48
"""What the shadow of a byte of shared memory takes, at most."""


class Check:
    """Watches the batches of a launch and keeps what it finds."""

    def __init__(self, function: Function, layout: Layout, parameters: bytes, memory: GlobalMemory) -> None:
        log = Log(function.instructions)
        origins = pointer_origins(function, layout, parameters, memory)
        device = DeviceMemory(memory, log, origins)
        self._launch = WatchedLaunch(log, origins, waiting_loads(function), device)

    def watch(self, batch: Batch) -> None:
        """Look at everything that a batch does."""
        checks = Watch(batch, self._launch)
        batch.checks = batch.barriers.checks = batch.cluster_barrier.checks = checks

    def close(self) -> list[Finding]:
        """Return what was found, and give back the memory that the check held."""
        log, device = self._launch.log, self._launch.device
        for block in device.allocations.lost():
            message = f"{block.size_bytes} bytes from malloc are never freed, and no pointer to them is left"
            log.add("memory-leak", block.place, message)
        device.close()
        return log.findings()
