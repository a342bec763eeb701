"""Facts about how long a kernel takes and what bounds it."""

from gpuadvisor.advising.fact import Fact, FactGroup
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.kernel import KernelTime

COMPONENTS = ("dram", "l2", "l1", "shared", "issue", "fp32", "fp64", "int32", "special", "latency", "launch")


def _time(scene: Scene) -> KernelTime | None:
    return None if scene.kernel is None else scene.kernel.time


def _share(component: str) -> Fact:
    def read(part: KernelTime) -> float | None:
        seconds = part.components.get(component)
        return None if seconds is None or part.seconds <= 0 else seconds / part.seconds

    return time.fact(
        f"time.{component}",
        "float",
        "fraction",
        f"The time that `{component}` would need alone, over the kernel's time",
        read,
    )


time = FactGroup[KernelTime](
    subject="kernel", source="time", part=_time, provenance=lambda part: part.provenance
)

FACTS = (
    time.fact("time.seconds", "float", "s", "Time of the launch", lambda part: part.seconds),
    time.fact(
        "time.bound_by", "str", "", "The resource that needs the most time", lambda part: part.bound_by
    ),
    time.fact(
        "time.next_bound_by", "str", "", "The resource that comes next", lambda part: part.next_bound_by
    ),
    *(_share(component) for component in COMPONENTS),
)
