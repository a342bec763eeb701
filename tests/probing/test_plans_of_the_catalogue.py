"""Every GPU of the catalogue can launch what every probe plans for it; nothing is compiled or run."""

import re
from dataclasses import dataclass

import pytest

from gpuadvisor.compiler.limits import MAXIMUM_THREADS_PER_BLOCK, limits_of
from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.catalog import entry, names
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.kernel import Resources
from gpuadvisor.probing.catalogue import load_probes
from gpuadvisor.probing.plan import Plan, plan_point
from gpuadvisor.probing.probe import Probe
from gpuadvisor.probing.selection import points_on
from gpuadvisor.probing.vocabulary import SIZES
from gpuadvisor.probing.workbench import Workbench

REGISTERS = 40
"""As many as the larger kernels have."""
KERNEL = re.compile(r"__global__ void\s+(\w+)\(")
GRIDS_AT_MOST = 2**31 - 1
BITS = {"uint32": 32, "uint64": 64, "float32": 24}
"""Whole numbers that an argument's type can hold."""


@dataclass(frozen=True)
class DeviceOnPaper:
    """Knows its facts and takes every source as compiled."""

    facts: DeviceFacts

    def compile(self, source: str, path: str, options: CompileOptions) -> CompiledModule:  # noqa: ARG002
        resources = Resources(
            compiler="none",
            compute_capability=options.compute_capability,
            registers_per_thread=min(REGISTERS, options.maximum_registers or REGISTERS),
            static_shared_bytes=0,
            local_bytes=0,
            spill_store_bytes=0,
            spill_load_bytes=0,
            barriers=1,
        )
        return CompiledModule(
            ptx="",
            cubin=b"",
            compiler="none",
            compute_capability=options.compute_capability,
            resources=dict.fromkeys(KERNEL.findall(source), resources),
        )


def plans(facts: DeviceFacts, probe: Probe) -> list[Plan]:
    """Return the first and the last point of every sweep that launches a kernel."""
    bench = Workbench(DeviceOnPaper(facts), probe)  # type: ignore[arg-type]
    return [
        plan_point(bench, sweep, points[place])
        for sweep in probe.declaration.sweeps
        if sweep.kernel and (points := points_on(facts, probe, sweep))
        for place in (0, -1)
    ]


def buffer_bytes(probe: Probe, plan: Plan) -> int:
    given = {argument.buffer for argument in plan.sweep.arguments}
    return sum(
        plan.scope.integer(buffer.name, buffer.count) * SIZES[f"{buffer.type}_bytes"]
        for buffer in probe.declaration.buffers
        if buffer.name in given
    )


@pytest.mark.parametrize("gpu", names())
def test_every_launch_fits_the_gpu(gpu: str) -> None:
    facts = entry(gpu)
    limits = limits_of(facts.compute_capability)
    for probe in load_probes(None):
        for plan in plans(facts, probe):
            launch, where = plan.launch, plan.scope.where
            assert 1 <= launch.threads_per_block <= MAXIMUM_THREADS_PER_BLOCK, where
            assert 1 <= launch.blocks <= GRIDS_AT_MOST, where
            assert launch.dynamic_shared_bytes <= limits.opt_in_shared_bytes_per_block, where
            assert plan.scope["blocks_per_sm"] != 0, where
            assert 0 < buffer_bytes(probe, plan) <= facts.memory_bytes // 4, where
            for argument in plan.sweep.arguments:
                if argument.type is not None and argument.value is not None:
                    value = plan.scope.integer("argument", argument.value)
                    assert value < 2 ** BITS[argument.type], where


@pytest.mark.parametrize("gpu", names())
def test_most_probes_have_something_to_run(gpu: str) -> None:
    """What is left out is what the GPU is too old for, or what takes more than one GPU."""
    facts = entry(gpu)
    needed = int(facts.compute_capability.replace(".", ""))
    for probe in load_probes(None):
        for sweep in probe.declaration.sweeps:
            if sweep.kernel and sweep.compute_capability <= needed:
                assert points_on(facts, probe, sweep), sweep.name
            elif sweep.kernel:
                assert points_on(facts, probe, sweep) == []
