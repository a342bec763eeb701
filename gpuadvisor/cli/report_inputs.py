"""What a report is made from: documents, and what other profilers wrote."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gpuadvisor.model.documents import read
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile
from gpuadvisor.model.report import Disagreement, Report
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.probing.store import last_profile
from gpuadvisor.sources.traces.agreement import disagreements, merged
from gpuadvisor.sources.traces.opening import read_trace, trace_files
from gpuadvisor.sources.traces.ranks import compared


@dataclass(frozen=True, kw_only=True)
class Gathered:
    """What a report is made from."""

    machine: MachineProfile | None = None
    kernels: list[KernelProfile] = field(default_factory=list)
    timelines: list[TimelineProfile] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)


def gather(files: Sequence[Path]) -> Gathered:
    """Return what is in the documents and in other profilers' files; without files the last probe.

    A machine profile of its own counts before one that a report was judged by. Of a directory all traces
    are read.
    """
    if not files:
        return Gathered(machine=_last_probe())
    profiles: list[tuple[Path, MachineProfile]] = []
    embedded: list[tuple[Path, MachineProfile]] = []
    kernels: list[list[KernelProfile]] = []
    timelines: list[TimelineProfile] = []
    for path in _expanded(files):
        found = read_trace(path) or read(path)
        match found:
            case MachineProfile():
                profiles.append((path, found))
            case TimelineProfile():
                timelines.append(found)
            case _:
                kernels.append(found.kernels)
                timelines.extend(found.timelines)
        if isinstance(found, Report) and found.machine is not None:
            embedded.append((path, found.machine))
    together = [kernel for each in kernels for kernel in each]
    return Gathered(
        machine=_only(profiles or embedded),
        kernels=merged(kernels),
        timelines=compared(timelines),
        disagreements=disagreements(together, timelines),
    )


def _last_probe() -> MachineProfile:
    profile = last_profile(None)
    if profile is None:
        raise GpuAdvisorError(
            "no probe has been run yet",
            remedy="run `gpuadvisor probe`, or name a document: `gpuadvisor report FILE`",
        )
    return profile


def _expanded(files: Sequence[Path]) -> list[Path]:
    return [path for file in files for path in (trace_files(file) if file.is_dir() else [file])]


def _only(found: list[tuple[Path, MachineProfile]]) -> MachineProfile | None:
    """Return the newest profile; all must be of one device."""
    if len({machine.device.id for _, machine in found}) > 1:
        names = ", ".join(f"{path} ({machine.device.id})" for path, machine in found)
        raise GpuAdvisorError(
            f"several machines: {names}", remedy="report one machine at a time; leave the others out"
        )
    return max((machine for _, machine in found), key=lambda machine: machine.created, default=None)
