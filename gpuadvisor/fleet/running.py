"""Probe every GPU of a cluster: one worker per host, one child process per GPU."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gpuadvisor.devices.open import open_device
from gpuadvisor.fleet.cluster import Call, Lost, call_workers
from gpuadvisor.fleet.evidence import evidence
from gpuadvisor.fleet.hosts import Placement, find_hosts, place_emulated, place_gpus
from gpuadvisor.fleet.process import Ended, run_child
from gpuadvisor.fleet.result import Result, probed
from gpuadvisor.fleet.work import OpenDevice, probe
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.fleet import FleetRow

if TYPE_CHECKING:
    from distributed import Client

DEFAULT_LIMIT_SECONDS = 600.0
_GRACE_SECONDS = 30.0
"""What starting and ending a process may take beyond the limit of its work."""

Keep = Callable[[FleetRow, bytes], None]
Progress = Callable[[int, int], None]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to do on every GPU; `open_device` must be picklable, and importable on the workers."""

    probes: tuple[str, ...] = ()
    """None for all."""
    directories: tuple[Path, ...] = ()
    limit_seconds: float = DEFAULT_LIMIT_SECONDS
    """For one GPU."""
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
    results = {
        number: Result(_row(placement, Ended("failed", 0.0, reason=_obstacle(placement))))
        for number, placement in enumerate(placements)
        if _obstacle(placement)
    }
    numbers = [number for number in range(len(placements)) if number not in results]
    if not numbers:
        raise GpuAdvisorError("there is no GPU to probe", remedy=_obstacle(placements[0]))
    calls = [_call(order, placements[number]) for number in numbers]
    for which, answer in call_workers(client, calls, order.limit_seconds + _GRACE_SECONDS):
        number = numbers[which]
        ended = Ended("lost", 0.0, reason=answer.reason) if isinstance(answer, Lost) else answer
        results[number] = _result(placements[number], ended, keep)
        if progress is not None:
            progress(len(results), len(placements))
    return [results[number] for number in range(len(placements))]


def _obstacle(placement: Placement) -> str | None:
    if placement.host.problem is None and placement.spec == "cuda" and placement.uuid is None:
        return "neither CUDA nor NVML tells the UUID by which a process could be bound to it"
    return placement.host.problem


def _call(order: Order, placement: Placement) -> Call[Ended]:
    work = partial(probe, order.open_device, placement.spec, order.probes, order.directories)
    pinned = {"CUDA_VISIBLE_DEVICES": placement.uuid} if placement.uuid else {}
    function = partial(run_child, work, order.limit_seconds, pinned)
    return Call(placement.host.worker, function, placement.host.instance)


def _result(placement: Placement, ended: Ended, keep: Keep | None) -> Result:
    row = _row(placement, ended)
    if ended.state != "probed":
        return Result(row)
    try:
        result = probed(row, evidence(ended.content))
    except GpuAdvisorError as error:
        return Result(msgspec.structs.replace(row, state="failed", reason=str(error)))
    if keep is not None:
        keep(result.row, ended.content)
    return result


def _row(placement: Placement, ended: Ended) -> FleetRow:
    return FleetRow(
        host=placement.host.name,
        device=placement.device,
        state=ended.state,
        reason=ended.reason,
        seconds=ended.seconds or None,
        uuid=placement.uuid,
    )
