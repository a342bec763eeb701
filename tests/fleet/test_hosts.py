"""Hosts, their GPUs, and that each process sees its own GPU only."""

import msgspec
import pytest

from gpuadvisor.devices.gpus import Gpu
from gpuadvisor.fleet import hosts
from gpuadvisor.fleet.cluster import connect
from gpuadvisor.fleet.hosts import Host, place_emulated, place_gpus
from gpuadvisor.fleet.process import Ended
from gpuadvisor.fleet.running import Order, run_fleet
from gpuadvisor.model.errors import GpuAdvisorError
from tests.fleet.planted import open_pinned

GPUS = [Gpu(0, "NVIDIA A", "GPU-a"), Gpu(1, "NVIDIA A", "GPU-b"), Gpu(2, "NVIDIA A", None)]


def listing(gpus: list[Gpu]) -> Ended:
    return Ended("probed", 1.0, msgspec.json.encode(gpus))


def test_each_gpu_of_a_host_is_placed_once() -> None:
    first = Host(worker="tcp://1", name="a", gpus=GPUS[:2])
    found = place_gpus(
        [first, Host(worker="tcp://2", name="a", gpus=GPUS[:2]), Host(worker="tcp://3", name="b")]
    )
    assert [(each.host.worker, each.device, each.uuid) for each in found] == [
        ("tcp://1", "cuda:0", "GPU-a"),
        ("tcp://1", "cuda:1", "GPU-b"),
    ]


def test_a_host_that_cannot_be_used_has_a_row() -> None:
    found = place_gpus([Host(worker="tcp://1", name="a", problem="no driver")])
    assert [(each.device, each.host.problem) for each in found] == [("all GPUs", "no driver")]


def test_emulated_devices_are_spread_over_the_workers_that_answer() -> None:
    workers = [Host(worker=str(number), problem="dead" if number == 1 else None) for number in range(3)]
    found = place_emulated(workers, ["emulated:h100"] * 3 + ["emulated:a10"])
    assert [(each.host.worker, each.device) for each in found] == [
        ("0", "emulated:h100 #0"),
        ("2", "emulated:h100 #1"),
        ("0", "emulated:h100 #2"),
        ("2", "emulated:a10 #3"),
    ]


def test_without_a_worker_that_answers_nothing_is_emulated() -> None:
    with pytest.raises(GpuAdvisorError, match="no worker of the cluster can be used\n  dead"):
        place_emulated([Host(worker="tcp://1", problem="dead")], ["emulated:h100"])


def test_each_process_sees_its_own_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "run_child", lambda *_: listing(GPUS))
    with connect(None, at_once=2) as client:
        results = run_fleet(client, Order(limit_seconds=60, open_device=open_pinned))
    rows = [(result.row.device, result.row.uuid, result.row.reason) for result in results]
    assert rows[:2] == [("cuda:0", "GPU-a", "cuda sees GPU-a"), ("cuda:1", "GPU-b", "cuda sees GPU-b")]
    assert rows[2][:2] == ("cuda:2", None)
    assert "UUID" in str(rows[2][2])


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (listing([]), "CUDA shows it no GPU"),
        (Ended("failed", 1.0, reason="no NVIDIA driver"), "no NVIDIA driver"),
    ],
)
def test_no_gpu_at_all(monkeypatch: pytest.MonkeyPatch, listed: Ended, reason: str) -> None:
    monkeypatch.setattr(hosts, "run_child", lambda *_: listed)
    with (
        connect(None, at_once=1) as client,
        pytest.raises(GpuAdvisorError, match=f"no GPU to probe\n  {reason}"),
    ):
        run_fleet(client, Order(limit_seconds=60))
