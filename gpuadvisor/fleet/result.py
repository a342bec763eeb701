"""What came of one GPU of a fleet."""

import msgspec

from gpuadvisor.fleet.evidence import Evidence
from gpuadvisor.model.fleet import FleetRow


class Result(msgspec.Struct, frozen=True):
    """A row, and the evidence it is judged by; None where the GPU could not be probed."""

    row: FleetRow
    evidence: Evidence | None = None


def result(row: FleetRow, evidence: Evidence | None) -> Result:
    """Return the row with what the evidence tells of the GPU."""
    if evidence is None:
        return Result(row)
    device = evidence.device
    conditions = device.conditions
    completed = msgspec.structs.replace(
        row,
        model=device.name,
        kind=device.kind,
        uuid=device.uuid or row.uuid,
        driver_version=conditions.driver_version if conditions else None,
        pcie_generation_maximum=conditions.pcie_generation_maximum if conditions else None,
        pcie_lanes=conditions.pcie_lanes if conditions else None,
        throttled=evidence.throttled,
        held_down_by=evidence.held_down_by,
        invalid=evidence.invalid,
    )
    return Result(completed, evidence)
