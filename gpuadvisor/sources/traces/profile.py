"""From a recording to a timeline profile."""

from dataclasses import dataclass, field

from gpuadvisor import __version__
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineDevice, TimelineProfile
from gpuadvisor.sources.traces import occupation, totals
from gpuadvisor.sources.traces.api_names import is_hip, waits
from gpuadvisor.sources.traces.recording import Recording
from gpuadvisor.sources.traces.text import visible

LONGEST_SECONDS = 1e8
"""Three years: longer, and the times are not times."""
AMD = "recorded on an AMD GPU: its times are reported, nothing else of it is judged"
NO_GPU = "no GPU activity was recorded"


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What a file says of itself."""

    provenance: Provenance
    source: str
    producer: str = ""
    rank: int | None = None
    world_size: int | None = None
    devices: dict[int, TimelineDevice] = field(default_factory=dict)
    """What the file tells of each device, without seconds."""


def timeline(recording: Recording, origin: Origin) -> TimelineProfile:
    """Aggregate a recording; raise GpuAdvisorError where its times cannot be times."""
    span_seconds = _span(recording, origin.source)
    calls = totals.api_calls(recording)
    return TimelineProfile(
        tool=Tool(version=__version__),
        provenance=origin.provenance,
        source=visible(origin.source),
        producer=visible(origin.producer),
        rank=origin.rank,
        world_size=origin.world_size,
        span_seconds=span_seconds,
        devices=occupation.devices(recording, origin.devices),
        streams=occupation.streams(recording),
        kernels=totals.kernels(recording),
        copies=totals.copies(recording),
        memsets=totals.memsets(recording),
        api_calls=calls,
        synchronizations=None if calls is None else [each for each in calls if waits(each.name)],
        steps=totals.steps(recording),
        gaps=occupation.gaps(recording),
        notes=_notes(recording),
    )


def _notes(recording: Recording) -> list[str]:
    activities = len(recording.kernels) + len(recording.copies) + len(recording.memsets)
    amd = any(is_hip(name) for name in recording.call_names.keys())  # noqa: SIM118 (not a dict)
    return [note for note, holds in ((NO_GPU, not activities), (AMD, amd)) if holds]


def _span(recording: Recording, where: str) -> float:
    """Return the seconds from the first event to the end of the last; 0 if there is none."""
    columns = (recording.kernels, recording.copies, recording.memsets, recording.calls, recording.steps)
    tables = [each.table() for each in columns if len(each)]
    earliest = min([recording.earliest, *(float(table.start.min()) for table in tables)])
    latest = max([recording.latest, *(float(table.end.max()) for table in tables)])
    span = (latest - earliest) / recording.ticks_per_second if latest > earliest else 0.0
    if span > LONGEST_SECONDS:
        raise GpuAdvisorError(f"holds times that lie {span:.3g} seconds apart", where=where)
    return span
