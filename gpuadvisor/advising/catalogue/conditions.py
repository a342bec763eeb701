"""Facts about the state a real GPU was in: driver, power, link, modes and who else uses it."""

from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.machine.architectures import (
    FIRST_CUDA,
    MEMORY,
    cuda_text,
    cuda_version,
)
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.provenance import Provenance


def _conditions(scene: Scene) -> DeviceConditions | None:
    return None if scene.machine is None else scene.machine.device.conditions


def _driver_cuda(conditions: DeviceConditions) -> int | None:
    version = conditions.cuda_driver_version
    return None if version is None else cuda_version(version)


def _compiler_cuda(machine: MachineProfile) -> int | None:
    """Return the newest CUDA that compiled a probe's kernels: `nvrtc 13.5`."""
    words = [compiler.split() for probe in machine.probes if (compiler := probe.compiler)]
    versions = [cuda_version(word) for each in words for word in each]
    return max((version for version in versions if version is not None), default=None)


def _other_processes(machine: MachineProfile) -> int | None:
    """Return the most that were seen, before the probes or at any point."""
    seen = [point.conditions for probe in machine.probes for point in probe.points]
    counts = [each.other_processes for each in seen if each is not None]
    if machine.device.conditions is not None:
        counts.append(machine.device.conditions.other_processes)
    return max((count for count in counts if count is not None), default=None)


state = FactGroup[DeviceConditions](
    subject="machine",
    source="device conditions",
    part=_conditions,
    provenance=lambda _: Provenance.MEASURED,
)
whole = FactGroup[MachineProfile](
    subject="machine",
    source="device conditions",
    part=lambda scene: scene.machine,
    provenance=lambda _: Provenance.MEASURED,
)
compiled = FactGroup[MachineProfile](
    subject="machine",
    source="probes' compiler",
    part=lambda scene: scene.machine,
    provenance=lambda _: Provenance.COMPILED,
)
architecture = FactGroup[DeviceFacts](
    subject="machine",
    source="compute capability",
    part=lambda scene: None if scene.machine is None else scene.machine.device,
    provenance=lambda _: Provenance.DATASHEET,
)

FACTS = (
    state.fact("driver.version", "str", "", "The driver's version", lambda each: each.driver_version),
    state.fact(
        "driver.cuda",
        "str",
        "",
        "The newest CUDA that the driver supports, as `13.0`",
        lambda each: each.cuda_driver_version,
    ),
    state.fact(
        "driver.cuda_version",
        "int",
        "",
        "The same as 1000 times the major and 10 times the minor number",
        _driver_cuda,
    ),
    architecture.fact(
        "first_cuda",
        "str",
        "",
        "The CUDA release that first knew this compute capability",
        lambda each: (first := FIRST_CUDA.get(each.compute_capability)) and cuda_text(first),
    ),
    architecture.fact(
        "first_cuda_version",
        "int",
        "",
        "The same as 1000 times the major and 10 times the minor number",
        lambda each: FIRST_CUDA.get(each.compute_capability),
    ),
    compiled.fact(
        "compiler.cuda",
        "str",
        "",
        "The CUDA release that compiled the probes",
        lambda each: (version := _compiler_cuda(each)) and cuda_text(version),
    ),
    compiled.fact(
        "compiler.cuda_version",
        "int",
        "",
        "The same as 1000 times the major and 10 times the minor number",
        _compiler_cuda,
    ),
    architecture.fact(
        "memory_kind", "str", "", "`HBM` or `GDDR`", lambda each: MEMORY.get(each.compute_capability)
    ),
    state.fact(
        "ecc_enabled", "bool", "", "Whether its memory corrects errors", lambda each: each.ecc_enabled
    ),
    state.fact(
        "mig_enabled", "bool", "", "Whether it is split into instances", lambda each: each.mig_enabled
    ),
    state.fact(
        "virtualization",
        "str",
        "",
        "`none`, `passthrough`, `vgpu` (a share of a GPU, in a virtual machine), `host vgpu` or `host vsga`",
        lambda each: each.virtualization,
    ),
    state.fact(
        "persistence_mode",
        "bool",
        "",
        "Whether the driver keeps it ready while nobody uses it",
        lambda each: each.persistence_mode,
    ),
    whole.fact(
        "other_processes",
        "int",
        "processes",
        "Processes besides gpuadvisor that computed on it, at most",
        _other_processes,
    ),
    state.fact(
        "power.limit_watts",
        "float",
        "W",
        "The power limit that holds now",
        lambda each: each.power_limit_watts,
    ),
    state.fact(
        "power.default_limit_watts",
        "float",
        "W",
        "The power limit that the card was made with",
        lambda each: each.power_limit_default_watts,
    ),
    state.fact("pcie.lanes", "int", "lanes", "Lanes of its PCIe link now", lambda each: each.pcie_lanes),
    state.fact(
        "pcie.lanes_maximum",
        "int",
        "lanes",
        "Lanes that both the GPU and its slot have",
        lambda each: each.pcie_lanes_maximum,
    ),
    state.fact(
        "pcie.generation",
        "int",
        "",
        "The generation its PCIe link runs at now; less while it idles",
        lambda each: each.pcie_generation,
    ),
    state.fact(
        "pcie.generation_maximum",
        "int",
        "",
        "The newest generation that both the GPU and its slot support",
        lambda each: each.pcie_generation_maximum,
    ),
    state.fact(
        "pcie.generation_gpu_maximum",
        "int",
        "",
        "The newest generation that the GPU supports",
        lambda each: each.pcie_generation_gpu_maximum,
    ),
)
