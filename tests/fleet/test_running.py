"""Sixteen emulated devices on a local cluster: some odd on purpose, some killed in mid-run."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import psutil
import pytest
from distributed import Client, LocalCluster

from gpuadvisor.fleet.cluster import ANY_PORT, Call, Lost, call_workers, connect
from gpuadvisor.fleet.running import Order, run_fleet
from gpuadvisor.fleet.summary import summarise
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.fleet import FleetReport
from gpuadvisor.model.machine import MachineProfile
from tests.fleet.calls import answering, failing, sleeping
from tests.fleet.planted import SLOWER, open_planted
from tests.probing.folders import write_probe

WORKERS = 3
DEVICES = 16
PLANTED = {3: "slow", 5: "throttled", 6: "narrow", 9: "stale"}
DYING = 8
KILLING = (13, 14)
"""The last of two workers: what else these had to do is done by then."""


@dataclass
class Run:
    """What a run over the planted fleet gave."""

    report: FleetReport
    kept: dict[str, bytes]
    progress: list[tuple[int, int]]
    children: list[int]
    """The processes whose workers were killed."""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with (
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address=None, scheduler_kwargs=ANY_PORT
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def run(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("fleet")
    write_probe(folder, replace=('unit = "bytes/s"', 'unit = "bytes/s"\nbetter = "higher"'))
    plants = {**PLANTED, DYING: "dies"} | {number: f"kills:{folder}/{number}" for number in KILLING}
    specs = [f"emulated:h100?{plants.get(number, 'sound')}" for number in range(DEVICES)]
    order = Order(probes=("scale",), directories=(folder,), limit_seconds=120, open_device=open_planted)
    kept: dict[str, bytes] = {}
    progress: list[tuple[int, int]] = []
    results = run_fleet(
        client,
        order,
        specs,
        keep=lambda row, profile: kept.update({row.device: profile}),
        progress=lambda done, total: progress.append((done, total)),
    )
    children = [int((folder / str(number)).read_text()) for number in KILLING]
    return Run(summarise(results), kept, progress, children)


def test_exactly_the_planted_devices_stand_out(run: Run) -> None:
    kinds = {"slow": "slow", "throttled": "throttled", "narrow": "narrow link", "stale": "stale driver"}
    found = [(outlier.row, outlier.kind) for outlier in run.report.outliers]
    assert found == [(number, kinds[plant]) for number, plant in PLANTED.items()]


def test_the_slow_one_is_as_slow_as_planted(run: Run) -> None:
    rows = run.report.rows
    assert rows[3].levels == pytest.approx({"scale.bandwidth": 1 / SLOWER})
    assert rows[4].levels == {"scale.bandwidth": 1}


def test_what_dies_costs_its_own_row(run: Run) -> None:
    missing = {number: row for number, row in enumerate(run.report.rows) if row.state != "probed"}
    assert missing.keys() == {DYING, *KILLING}
    assert (missing[DYING].state, missing[DYING].reason) == ("failed", "its process was ended by SIGKILL")
    for number in KILLING:
        assert missing[number].state == "lost"
        assert (missing[number].reason or "").startswith("its worker died")


def test_profiles_are_gathered_as_they_come(run: Run) -> None:
    assert len(run.kept) == DEVICES - 1 - len(KILLING)
    for content in run.kept.values():
        profile = msgspec.json.decode(content, type=MachineProfile)
        assert [probe.name for probe in profile.probes] == ["scale"]
    assert run.progress == [(number + 1, DEVICES) for number in range(DEVICES)]


def test_no_process_outlives_its_worker(run: Run) -> None:
    deadline = time.monotonic() + 20
    while any(is_running(child) for child in run.children):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def is_running(process: int) -> bool:
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.usefixtures("run")
def test_a_call_that_raises_or_never_ends_is_lost(client: Client) -> None:
    client.wait_for_workers(2, timeout=60)
    first, second, *_ = client.nthreads()
    calls = [Call(first, failing), Call(second, sleeping), Call(first, answering)]
    found = dict(call_workers(client, calls, silence_seconds=2))
    assert found[0] == Lost("ValueError: of no use")
    assert found[1] == Lost(f"its worker has not answered for 2 s ({second})")
    assert found[2] == 42


def test_a_worker_started_anew_does_not_answer_for_the_dead_one(client: Client) -> None:
    first, *_ = client.nthreads()
    calls = [Call(first, answering, instance="another")]
    assert list(call_workers(client, calls, 10)) == [(0, Lost("its worker died and was started anew"))]


def test_a_scheduler_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpuadvisor.fleet.cluster.CONNECT_SECONDS", 0.2)
    with (
        pytest.raises(GpuAdvisorError, match="no scheduler answers") as raised,
        connect("tcp://127.0.0.1:9", 1),
    ):
        pass
    assert raised.value.where == "tcp://127.0.0.1:9"
