"""Probe every GPU of a cluster: one worker per host, one child process per GPU."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gpuadvisor.devices.open import open_device
from gpuadvisor.fleet.cluster import Call, Lost, call_workers
from gpuadvisor.fleet.hosts import Placement, find_hosts, place_emulated, place_gpus
from gpuadvisor.fleet.measurement import Measurement, measure
from gpuadvisor.fleet.result import Result, result
from gpuadvisor.fleet.work import OpenDevice, probe
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.fleet import FleetRow

if TYPE_CHECKING:
    from distributed import Client

_GRACE_SECONDS = 30.0
"""What starting and ending a process may take beyond the limit of its work."""

Keep = Callable[[FleetRow, bytes], None]
Progress = Callable[[int, int], None]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to do on every GPU; `open_device` must be picklable, and importable on the workers."""

    probes: tuple[str, ...] = ()
    """None for all."""
    directories: tuple[Path, ...] = ()
    quick: bool = False
    """Only the curves that rules read."""
    limit_seconds: float
    """For one GPU, the start of its process included."""
    open_device: OpenDevice = open_device


def run_fleet(
    client: "Client",
    order: Order,
    emulated: Sequence[str] = (),
    *,
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> list[Result]:
    """Probe every GPU that the workers see, or the `emulated` devices; return a result for each.

    `keep` is given each row and its machine profile as they come; `progress` the number of results so far
    and of all. A process, a worker or a host that fails costs its own rows; nothing is tried again.
    """
    hosts = find_hosts(client, with_gpus=not emulated)
    placements = place_emulated(hosts, emulated) if emulated else place_gpus(hosts)
    obstacles = {number: _obstacle(placement) for number, placement in enumerate(placements)}
    numbers = [number for number, obstacle in obstacles.items() if obstacle is None]
    if not numbers:
        raise GpuAdvisorError("there is no GPU to probe", remedy=obstacles[0])
    results = {
        number: Result(_row(placements[number], Measurement(state="failed", reason=obstacle)))
        for number, obstacle in obstacles.items()
        if obstacle is not None
    }
    calls = [_call(order, placements[number], with_profile=keep is not None) for number in numbers]
    for which, answer in call_workers(client, calls, order.limit_seconds + _GRACE_SECONDS):
        measurement = Measurement(state="lost", reason=answer.reason) if isinstance(answer, Lost) else answer
        number = numbers[which]
        results[number] = result(_row(placements[number], measurement), measurement.evidence)
        if keep is not None and measurement.profile is not None:
            keep(results[number].row, measurement.profile)
        if progress is not None:
            progress(len(results), len(placements))
    return [results[number] for number in range(len(placements))]


def _obstacle(placement: Placement) -> str | None:
    if placement.host.problem is None and placement.spec == "cuda" and placement.uuid is None:
        return "neither CUDA nor NVML tells the UUID by which a process could be bound to it"
    return placement.host.problem


def _call(order: Order, placement: Placement, *, with_profile: bool) -> Call[Measurement]:
    work = partial(
        probe, order.open_device, placement.spec, order.probes, order.directories, quick=order.quick
    )
    pinned = {"CUDA_VISIBLE_DEVICES": placement.uuid} if placement.uuid else {}
    function = partial(measure, work, order.limit_seconds, pinned, with_profile=with_profile)
    return Call(placement.host.worker, function, placement.host.instance)


def _row(placement: Placement, measurement: Measurement) -> FleetRow:
    return FleetRow(
        host=placement.host.name,
        device=placement.device,
        state=measurement.state,
        reason=measurement.reason,
        seconds=measurement.seconds,
        uuid=placement.uuid,
    )
