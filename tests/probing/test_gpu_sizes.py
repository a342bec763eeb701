"""What the shipped probes would launch on a real GPU; only its sizes, nothing is run."""

import msgspec
import pytest

from gpuadvisor.devices.catalog import entry
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.plan import Plan, plan_point
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.selection import points_on
from gpuadvisor.probing.vocabulary import SIZES
from gpuadvisor.probing.workbench import Workbench


class NotEmulated(EmulatedDevice):
    """Compiles like an emulated GPU, and says that it is a real one."""

    @property
    def facts(self) -> DeviceFacts:
        return msgspec.structs.replace(entry("h100"), id="cuda:0", kind="cuda")


def plans(probe: Probe) -> list[Plan]:
    """Return the first point of every sweep that launches a kernel."""
    device = NotEmulated("h100")
    return [
        plan_point(Workbench(device, probe), sweep, points_on(device.facts, probe, sweep)[0])
        for sweep in probe.declaration.sweeps
        if sweep.kernel
    ]


def buffer_bytes(probe: Probe, plan: Plan) -> list[int]:
    given = {argument.buffer for argument in plan.sweep.arguments}
    return [
        plan.scope.integer(buffer.name, buffer.count) * SIZES[f"{buffer.type}_bytes"]
        for buffer in probe.declaration.buffers
        if buffer.name in given
    ]


@pytest.mark.parametrize("probe", load_probes(None), ids=lambda probe: probe.name)
def test_launches_fill_the_gpu_and_fit_its_memory(probe: Probe) -> None:
    facts = NotEmulated("h100").facts
    for plan in plans(probe):
        assert plan.scope["emulated"] == 0
        assert plan.launch.blocks >= facts.multiprocessors or probe.name == "memory_latency"
        assert sum(buffer_bytes(probe, plan)) <= 2**31
        for argument in plan.sweep.arguments:
            if argument.value is not None:
                assert plan.scope.integer("argument", argument.value) < 2**63


@pytest.mark.parametrize("name", ["dram_bandwidth", "coalescing", "block_size"])
def test_arrays_of_dram_are_four_times_l2(name: str) -> None:
    probe = next(each for each in load_probes([name]))
    largest = max(buffer_bytes(probe, plans(probe)[0]))
    assert largest >= 0.99 * 4 * entry("h100").l2_bytes
