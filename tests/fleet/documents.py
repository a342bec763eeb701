"""Machine profiles made by hand: one probe with a rate and a time."""

from collections.abc import Mapping, Sequence

import msgspec

from gpuadvisor.fleet import result as fleet_result
from gpuadvisor.fleet.evidence import evidence
from gpuadvisor.fleet.result import Result
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.fleet import FleetRow
from gpuadvisor.model.machine import MachineProfile, Metric, ProbePoint, ProbeResult, Tool
from gpuadvisor.model.provenance import Provenance
from tests.probing.fake_gpu import FACTS

METRICS = [
    Metric(name="rate", unit="bytes/s", provenance=Provenance.MEASURED, better="higher"),
    Metric(name="time", unit="s", provenance=Provenance.MEASURED, better="lower"),
    Metric(name="sectors", unit="sectors", provenance=Provenance.COUNTED),
]


def point(size: int, values: Mapping[str, float], *reasons: str, throttled: str = "") -> ProbePoint:
    """A point; with reasons it is not valid."""
    return ProbePoint(
        parameters={"size": size},
        values=dict(values),
        valid=not reasons,
        reasons=list(reasons),
        throttle_reasons=[throttled] if throttled else [],
    )


def points(rate: float = 1.0, time: float = 1.0, *, sizes: Sequence[int] = (1, 2, 3)) -> list[ProbePoint]:
    """The same points on every GPU, its rates and times multiplied."""
    return [point(size, {"rate": rate * 1e9 * size, "time": time / size, "sectors": 4}) for size in sizes]


def profile(
    found: Sequence[ProbePoint], *, name: str = "NVIDIA A", conditions: DeviceConditions | None = None
) -> bytes:
    """A profile with the probe `copy`."""
    return msgspec.json.encode(
        MachineProfile(
            tool=Tool(version="1"),
            created="2026-01-01T00:00:00+00:00",
            device=msgspec.structs.replace(FACTS, name=name, conditions=conditions),
            probes=[ProbeResult(name="copy", title="Copy", metrics=METRICS, points=list(found), seconds=1.0)],
        )
    )


def result(
    found: Sequence[ProbePoint],
    number: int = 0,
    *,
    name: str = "NVIDIA A",
    conditions: DeviceConditions | None = None,
) -> Result:
    """What comes of a GPU with that profile."""
    row = FleetRow(host=f"node{number}", device="cuda:0", state="probed")
    return fleet_result.result(row, evidence(profile(found, name=name, conditions=conditions)))
