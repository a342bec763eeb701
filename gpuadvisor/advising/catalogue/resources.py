"""Facts about what the compiler gave a kernel."""

from gpuadvisor.advising.fact import FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.kernel import KernelProfile, Resources
from gpuadvisor.model.provenance import Provenance


def _resources(scene: Scene) -> Resources | None:
    return None if scene.kernel is None else scene.kernel.resources


def _shared_part(scene: Scene) -> KernelProfile | None:
    return None if _resources(scene) is None else scene.kernel


def _shared_bytes(kernel: KernelProfile) -> int | None:
    if kernel.resources is None:
        return None
    return kernel.resources.static_shared_bytes + kernel.launch.dynamic_shared_bytes


def _shared_provenance(kernel: KernelProfile) -> Provenance:
    return Provenance.COMPILED if kernel.resources is None else kernel.resources.provenance


def _compiled(_: KernelProfile) -> Provenance:
    return Provenance.COMPILED


resources = FactGroup[Resources](
    subject="kernel", source="compiler", part=_resources, provenance=lambda part: part.provenance
)
shared = FactGroup[KernelProfile](
    subject="kernel",
    source="compiler and launch",
    part=_shared_part,
    provenance=_shared_provenance,
)
program = FactGroup[KernelProfile](
    subject="kernel",
    source="PTX",
    part=lambda scene: scene.kernel,
    provenance=_compiled,
)

FACTS = (
    resources.fact(
        "registers_per_thread",
        "int",
        "registers",
        "Registers per thread",
        lambda part: part.registers_per_thread,
    ),
    resources.fact(
        "spill_store_bytes",
        "int",
        "bytes",
        "Bytes of the store instructions that spill registers, per thread and in the code once",
        lambda part: part.spill_store_bytes,
    ),
    resources.fact(
        "spill_load_bytes",
        "int",
        "bytes",
        "Bytes of the load instructions that fetch spilled registers back",
        lambda part: part.spill_load_bytes,
    ),
    resources.fact(
        "spill_bytes",
        "int",
        "bytes",
        "Spill stores and loads together",
        lambda part: part.spill_bytes,
    ),
    resources.fact("local_bytes", "int", "bytes", "Stack frame per thread", lambda part: part.local_bytes),
    resources.fact(
        "static_shared_bytes",
        "int",
        "bytes",
        "Shared memory per block that the source declares",
        lambda part: part.static_shared_bytes,
    ),
    shared.fact(
        "shared_bytes",
        "int",
        "bytes",
        "Shared memory per block, declared and asked for by the launch",
        _shared_bytes,
    ),
    program.fact(
        "loads_in_flight",
        "int",
        "loads",
        "Independent global loads that a thread issues before it needs the first",
        lambda kernel: kernel.loads_in_flight,
    ),
)
