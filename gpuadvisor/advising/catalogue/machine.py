"""Facts about the machine: the device's figures and what the occupancy probe found."""

from gpuadvisor.advising.curves import saturating_occupancy
from gpuadvisor.advising.fact import Fact, FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance


def _device(scene: Scene) -> DeviceFacts | None:
    return None if scene.machine is None else scene.machine.device


def _probe_provenance(machine: MachineProfile) -> Provenance:
    return Provenance.MEASURED if machine.device.kind == "cuda" else Provenance.MODELLED


device = FactGroup[DeviceFacts](
    subject="machine", source="device facts", part=_device, provenance=lambda facts: facts.provenance
)
probe = FactGroup[MachineProfile](
    subject="machine",
    source="occupancy probe",
    part=lambda scene: scene.machine,
    provenance=_probe_provenance,
)


def _saturating(loads_in_flight: int) -> Fact:
    return probe.fact(
        f"saturating_occupancy.loads_{loads_in_flight}",
        "float",
        "fraction",
        f"The lowest theoretical occupancy at which {loads_in_flight} independent load(s) in flight per "
        "thread reach 95 % of the best DRAM bandwidth that the probe found; missing if none does",
        lambda machine: saturating_occupancy(machine, loads_in_flight),
    )


def _fp64_ratio(facts: DeviceFacts) -> float | None:
    if not facts.fp32_lanes or not facts.fp64_lanes:
        return None
    return facts.fp32_lanes / facts.fp64_lanes


FACTS = (
    device.fact("name", "str", "", "The device's name", lambda facts: facts.name),
    device.fact("kind", "str", "", "`cuda` or `emulated`", lambda facts: facts.kind),
    device.fact(
        "compute_capability",
        "str",
        "",
        "The compute capability, as `9.0`",
        lambda facts: facts.compute_capability,
    ),
    device.fact(
        "multiprocessors",
        "int",
        "multiprocessors",
        "Streaming multiprocessors",
        lambda facts: facts.multiprocessors,
    ),
    device.fact(
        "dram_bytes_per_second",
        "float",
        "bytes/s",
        "Theoretical DRAM bandwidth",
        lambda facts: facts.dram_bytes_per_second,
    ),
    device.fact(
        "host_link_bytes_per_second",
        "float",
        "bytes/s",
        "Theoretical rate of the link to the host, each way",
        lambda facts: facts.host_link_bytes_per_second,
    ),
    device.fact("l2_bytes", "int", "bytes", "Size of the L2 cache", lambda facts: facts.l2_bytes),
    device.fact(
        "fp32_lanes_per_fp64_lane",
        "float",
        "ratio",
        "Single-precision lanes of a multiprocessor for each double-precision lane",
        _fp64_ratio,
    ),
    *(_saturating(loads) for loads in (1, 2, 4, 8)),
)
