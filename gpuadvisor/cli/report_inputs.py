"""Documents in, one report out: what `report` and `analyze` share."""

from collections.abc import Sequence
from pathlib import Path

from gpuadvisor import __version__
from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import load_rules
from gpuadvisor.model.documents import read
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import KernelProfile
from gpuadvisor.model.machine import MachineProfile, Tool
from gpuadvisor.model.report import Report
from gpuadvisor.probing.store import last_profile


def gather(files: Sequence[Path]) -> tuple[MachineProfile | None, list[KernelProfile]]:
    """Return the machine and the kernels in the documents; without documents the last probe.

    A machine profile of its own counts before one that a report was judged by.
    """
    if not files:
        profile = last_profile(None)
        if profile is None:
            raise GpuAdvisorError(
                "no probe has been run yet",
                remedy="run `gpuadvisor probe`, or name a document: `gpuadvisor report FILE`",
            )
        return profile, []
    profiles: list[tuple[Path, MachineProfile]] = []
    embedded: list[tuple[Path, MachineProfile]] = []
    kernels: list[KernelProfile] = []
    for path in files:
        document = read(path)
        if isinstance(document, MachineProfile):
            profiles.append((path, document))
        else:
            kernels.extend(document.kernels)
            if document.machine is not None:
                embedded.append((path, document.machine))
    return _only(profiles or embedded), kernels


def build_report(
    machine: MachineProfile | None, kernels: Sequence[KernelProfile], rule_packs: Sequence[Path]
) -> Report:
    """Judge the profiles by the rules."""
    advice, not_evaluated = advise(machine, kernels, load_rules(rule_packs))
    return Report(
        tool=Tool(version=__version__),
        machine=machine,
        kernels=list(kernels),
        advice=advice,
        not_evaluated=not_evaluated,
    )


def _only(found: list[tuple[Path, MachineProfile]]) -> MachineProfile | None:
    """Return the newest profile; all must be of one device."""
    if len({machine.device.id for _, machine in found}) > 1:
        names = ", ".join(f"{path} ({machine.device.id})" for path, machine in found)
        raise GpuAdvisorError(
            f"several machines: {names}", remedy="report one machine at a time; leave the others out"
        )
    return max((machine for _, machine in found), key=lambda machine: machine.created, default=None)
