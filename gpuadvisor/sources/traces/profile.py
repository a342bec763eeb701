"""From a recording to a timeline profile."""

from dataclasses import dataclass, field

from gpuadvisor import __version__
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import Tool
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.timeline import TimelineDevice, TimelineProfile
from gpuadvisor.sources.traces import occupation, totals
from gpuadvisor.sources.traces.api_names import is_hip, waits
from gpuadvisor.sources.traces.copy_patterns import copy_patterns
from gpuadvisor.sources.traces.device_tables import of_devices
from gpuadvisor.sources.traces.host_calls import HostCalls
from gpuadvisor.sources.traces.launch_patterns import launch_patterns
from gpuadvisor.sources.traces.recording import Recording
from gpuadvisor.sources.traces.text import visible
from gpuadvisor.sources.traces.workload import workload

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
    backend: str | None = None
    """The library that collectives go through."""
    devices: dict[int, TimelineDevice] = field(default_factory=dict)
    """What the file tells of each device, without seconds."""


def timeline(recording: Recording, origin: Origin) -> TimelineProfile:
    """Aggregate a recording; raise GpuAdvisorError where its times cannot be times."""
    extent, ticks_per_second = _extent(recording, origin.source), recording.ticks_per_second
    calls = totals.api_calls(recording)
    devices = of_devices(recording)
    host = HostCalls(recording.calls.table(), recording.call_names.keys())
    return TimelineProfile(
        tool=Tool(version=__version__),
        provenance=origin.provenance,
        source=visible(origin.source),
        producer=visible(origin.producer),
        rank=origin.rank,
        world_size=origin.world_size,
        span_seconds=(extent[1] - extent[0]) / ticks_per_second,
        devices=occupation.devices(devices, origin.devices, recording),
        streams=occupation.streams(recording),
        kernels=totals.kernels(recording),
        copies=totals.copies(recording),
        memsets=totals.memsets(recording),
        api_calls=calls,
        synchronizations=None if calls is None else [each for each in calls if waits(each.name)],
        steps=totals.steps(recording),
        gaps=occupation.gaps(devices, host, ticks_per_second),
        copy_patterns=copy_patterns(devices.values(), recording.copy_groups.keys(), ticks_per_second)
        if devices
        else None,
        launch_patterns=launch_patterns(recording, devices, host, calls or [], extent),
        memory=recording.allocator.memory(origin.devices),
        workload=workload(recording, origin.backend),
        notes=_notes(recording),
    )


def _notes(recording: Recording) -> list[str]:
    activities = len(recording.kernels) + len(recording.copies) + len(recording.memsets)
    amd = any(is_hip(name) for name in recording.call_names.keys())  # noqa: SIM118 (not a dict)
    return [note for note, holds in ((NO_GPU, not activities), (AMD, amd)) if holds]


def _extent(recording: Recording, where: str) -> tuple[float, float]:
    """Return when the first event began and when the last ended; (0, 0) if there is none."""
    columns = (recording.kernels, recording.copies, recording.memsets, recording.calls, recording.steps)
    tables = [each.table() for each in columns if len(each)]
    earliest = min([recording.earliest, *(float(table.start.min()) for table in tables)])
    latest = max([recording.latest, *(float(table.end.max()) for table in tables)])
    if latest <= earliest:
        return 0.0, 0.0
    span = (latest - earliest) / recording.ticks_per_second
    if span > LONGEST_SECONDS:
        raise GpuAdvisorError(f"holds times that lie {span:.3g} seconds apart", where=where)
    return earliest, latest
