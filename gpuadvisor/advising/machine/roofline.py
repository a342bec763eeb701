"""The roofline of a machine: what its memories deliver and what it computes, from what it reached.

A roof that was not measured is what the data sheet or others' measurements say, and says so.
"""

from collections.abc import Sequence
from typing import NamedTuple

from gpuadvisor.advising.machine.resources import BY_NAME, resource_called
from gpuadvisor.model.comparison import ComputeRoof, MemoryRoof, Resource, Ridge, Roofline
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance

MEMORIES = {"DRAM": "dram.read", "L2": "l2.read", "L1": "l1.read", "shared": "shared.load"}
TYPES = {
    "FP64": "fp64",
    "FP32": "fp32",
    "FP16": "fp16",
    "INT32": "int32",
    "TF32 tensor": "tensor.tf32",
    "FP16 tensor": "tensor.fp16",
    "INT8 tensor": "tensor.int8",
}


class _Height(NamedTuple):
    value: float
    provenance: Provenance


def roofline(machine: MachineProfile) -> Roofline:
    """Return the roofs that are known, and where they meet."""
    memory = [
        MemoryRoof(name=name, bytes_per_second=found.value, provenance=found.provenance)
        for name, resource in MEMORIES.items()
        if (found := _height(machine, resource, _known_bandwidth(machine.device, name))) is not None
    ]
    compute = [
        ComputeRoof(name=name, operations_per_second=found.value, provenance=found.provenance)
        for name, resource in TYPES.items()
        if (found := _height(machine, resource, _known_throughput(machine.device, name))) is not None
    ]
    memory.sort(key=lambda roof: roof.bytes_per_second)
    compute.sort(key=lambda roof: roof.operations_per_second)
    return Roofline(memory=memory, compute=compute, ridges=_ridges(memory, compute))


def _ridges(memory: Sequence[MemoryRoof], compute: Sequence[ComputeRoof]) -> list[Ridge]:
    return [
        Ridge(
            memory=below.name,
            compute=above.name,
            operations_per_byte=above.operations_per_second / below.bytes_per_second,
        )
        for above in compute
        for below in memory
    ]


def _height(machine: MachineProfile, name: str, known: float | None) -> _Height | None:
    """Return what was measured of a resource, else what is known of it."""
    found = resource_called(machine, name)
    if found is None or found.achieved is None or found.provenance is not Provenance.MEASURED:
        return None if known is None else _Height(known, Provenance.DATASHEET)
    return _Height(_rate(machine.device, found), Provenance.MEASURED)


def _rate(device: DeviceFacts, found: Resource) -> float:
    """Return a resource's rate; where nothing told the clock, that at the highest one."""
    achieved = found.achieved or 0.0
    specification = BY_NAME[found.name]
    if not specification.per_clock:
        return achieved
    at_highest = achieved * specification.per_count * device.multiprocessors * device.sm_clock_hz
    return found.rate or at_highest


def _known_bandwidth(device: DeviceFacts, name: str) -> float | None:
    clocks = device.multiprocessors * device.sm_clock_hz
    specification = BY_NAME[MEMORIES[name]]
    expected = specification.expect(device)
    if expected is None:
        return None
    return expected.value * (clocks if specification.per_clock else 1)


def _known_throughput(device: DeviceFacts, name: str) -> float | None:
    specification = BY_NAME[TYPES[name]]
    expected = specification.expect(device)
    if expected is None:
        return None
    return expected.value * specification.per_count * device.multiprocessors * device.sm_clock_hz
