"""What a worker does for one device and sends back: numbers to compare, the profile if it is wanted."""

from collections.abc import Mapping

import msgspec

from gpuadvisor.fleet.evidence import Evidence, evidence
from gpuadvisor.fleet.process import Work, run_child
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.fleet import RowState


class Measurement(msgspec.Struct, frozen=True, kw_only=True):
    """How the probing of a device ended, and the evidence if it ended well."""

    state: RowState
    seconds: float | None = None
    reason: str | None = None
    evidence: Evidence | None = None
    profile: bytes | None = None
    """As JSON; None unless it was asked for."""


def measure(
    work: Work, limit_seconds: float, environment: Mapping[str, str], *, with_profile: bool
) -> Measurement:
    """Do the work, which gives a machine profile, in a child process; read the profile here.

    Ten thousand profiles would keep the one who gathers them busy; their workers read them side by side.
    """
    ended = run_child(work, limit_seconds, environment)
    if ended.state != "probed":
        return Measurement(state=ended.state, seconds=ended.seconds, reason=ended.reason)
    try:
        found = evidence(ended.content)
    except GpuAdvisorError as error:
        return Measurement(state="failed", seconds=ended.seconds, reason=str(error))
    profile = ended.content if with_profile else None
    return Measurement(state="probed", seconds=ended.seconds, evidence=found, profile=profile)
