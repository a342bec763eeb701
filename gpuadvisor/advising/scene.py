"""What a rule looks at: one subject, and the larger things it belongs to."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gpuadvisor.model.kernel import Access, Branch, KernelProfile
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Subject
from gpuadvisor.model.timeline import TimelineProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One subject with its surroundings: an access knows its kernel, a kernel its machine."""

    machine: MachineProfile | None = None
    kernel: KernelProfile | None = None
    access: Access | None = None
    branch: Branch | None = None
    timeline: TimelineProfile | None = None

    def accesses(self) -> Iterator["Scene"]:
        """Yield a scene for every access of the kernel."""
        if self.kernel is not None:
            yield from (replace(self, access=access) for access in self.kernel.accesses)

    def branches(self) -> Iterator["Scene"]:
        """Yield a scene for every branch of the kernel."""
        if self.kernel is not None:
            yield from (replace(self, branch=branch) for branch in self.kernel.branches)


def kernel_scene(machine: MachineProfile | None, kernel: KernelProfile) -> Scene:
    """Return the scene of a kernel; a machine that is not the one it ran on says nothing about it."""
    same = machine is not None and machine.device.id == kernel.device
    return Scene(machine=machine if same else None, kernel=kernel)


def timeline_scene(machine: MachineProfile | None, timeline: TimelineProfile) -> Scene:
    """Return the scene of a run; a machine with a GPU of another name says nothing about it."""
    names = {device.name for device in timeline.devices}
    same = machine is not None and names <= {None, machine.device.name}
    return Scene(machine=machine if same else None, timeline=timeline)


def subject_of(scene: Scene) -> Subject:
    """Return what the scene is about, as the report names it."""
    device = None if scene.machine is None else scene.machine.device.id
    if scene.timeline is not None:
        return Subject(kind="timeline", file=scene.timeline.source)
    if scene.kernel is None:
        return Subject(kind="machine", device=device)
    kernel, part = scene.kernel, scene.access or scene.branch
    kind = "access" if scene.access else "branch" if scene.branch else "kernel"
    return Subject(
        kind=kind,
        kernel=kernel.name,
        file=kernel.source if part is None else part.file,
        line=kernel.line if part is None else part.line,
        device=kernel.device,
    )
