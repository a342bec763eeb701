"""The hosts of a cluster and what there is to probe on each."""

import socket
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import msgspec

from gpuadvisor.devices.gpus import Gpu
from gpuadvisor.fleet.cluster import Call, Lost, call_workers
from gpuadvisor.fleet.process import Ended, run_child
from gpuadvisor.fleet.work import list_gpus, read_gpus
from gpuadvisor.model.errors import GpuAdvisorError

if TYPE_CHECKING:
    from distributed import Client

LIST_SECONDS = 120.0
"""The first start of CUDA on a host with many GPUs takes a while."""


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """A worker: its address and identity, the host it runs on, the GPUs it sees there."""

    worker: str
    instance: str = ""
    name: str = ""
    gpus: list[Gpu] = []
    problem: str | None = None
    """Why nothing can be probed there."""


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """A device and the worker that is to probe it."""

    host: Host
    device: str
    """As rows name it."""
    spec: str
    """As the child process opens it."""
    uuid: str | None = None


def find_hosts(client: "Client", *, with_gpus: bool) -> list[Host]:
    """Return every worker of the cluster, in the order of host names; GpuAdvisorError without any."""
    workers = sorted(client.nthreads())
    if not workers:
        raise GpuAdvisorError("the cluster has no workers", remedy="start one per host: dask worker ADDRESS")
    calls = [Call(worker, _with_gpus if with_gpus else _without_gpus) for worker in workers]
    found = []
    for number, answer in call_workers(client, calls, 2 * LIST_SECONDS):
        if isinstance(answer, Lost):
            found.append(Host(worker=workers[number], name=workers[number], problem=answer.reason))
        else:
            found.append(msgspec.structs.replace(answer, worker=workers[number]))
    return sorted(found, key=lambda host: (host.name, host.worker))


def place_gpus(hosts: Sequence[Host]) -> list[Placement]:
    """Return the GPUs of every host, each once: where several workers share a host, the first has them all.

    What shows no GPU has one placement still, with its problem.
    """
    by_name = {host.name: host for host in reversed(hosts)}
    return [placement for name in sorted(by_name) for placement in _gpus_of(by_name[name])]


def place_emulated(hosts: Sequence[Host], specs: Sequence[str]) -> list[Placement]:
    """Return the devices, spread over all workers that answered: they are bound to no host."""
    usable = [host for host in hosts if host.problem is None]
    if not usable:
        raise GpuAdvisorError("no worker of the cluster can be used", remedy=hosts[0].problem)
    return [
        Placement(host=host, device=f"{spec} #{number}", spec=spec)
        for number, (spec, host) in enumerate(zip(specs, cycle(usable), strict=False))
    ]


def _gpus_of(host: Host) -> Iterator[Placement]:
    if host.problem is not None:
        yield Placement(host=host, device="all GPUs", spec="cuda")
    for gpu in host.gpus:
        yield Placement(host=host, device=gpu.device, spec="cuda", uuid=gpu.uuid)


def _without_gpus() -> Host:
    from distributed import get_worker

    worker = get_worker()
    return Host(worker=worker.address, instance=worker.id, name=socket.gethostname())


def _with_gpus() -> Host:
    listed = run_child(list_gpus, LIST_SECONDS)
    return msgspec.structs.replace(_without_gpus(), **_listing(listed))


def _listing(listed: Ended) -> dict[str, object]:
    if listed.state != "probed":
        return {"problem": listed.reason}
    gpus = read_gpus(listed.content)
    return {"gpus": gpus} if gpus else {"problem": "CUDA shows it no GPU"}
