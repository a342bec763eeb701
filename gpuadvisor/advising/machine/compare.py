"""Put the parts of a machine profile together."""

from gpuadvisor.advising.machine.knees import knees
from gpuadvisor.advising.machine.resources import common_reasons, resources
from gpuadvisor.advising.machine.roofline import roofline
from gpuadvisor.model.comparison import MachineComparison, Suspect
from gpuadvisor.model.machine import MachineProfile


def compare(machine: MachineProfile) -> MachineComparison:
    """Return what the profile says of its machine; points that are not valid appear as suspects only."""
    return MachineComparison(
        resources=resources(machine),
        roofline=roofline(machine),
        knees=knees(machine),
        suspects=suspects(machine),
    )


def suspects(machine: MachineProfile) -> list[Suspect]:
    """Return the probes with points that are not to be believed."""
    found = []
    for probe in machine.probes:
        invalid = [point for point in probe.points if not point.valid]
        if invalid:
            found.append(
                Suspect(
                    probe=probe.name,
                    suspect=len(invalid),
                    points=len(probe.points),
                    reasons=common_reasons(invalid),
                )
            )
    return found
