"""A fleet on a terminal."""

from io import StringIO

import pytest
from rich.console import Console

from gpuadvisor.fleet.result import Result
from gpuadvisor.fleet.summary import summarise
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.fleet import FleetReport, FleetRow
from gpuadvisor.reporting.terminal.fleet import MOST_ROWS, render_fleet
from tests.fleet.documents import points, result

LOST = Result(FleetRow(host="node9", device="cuda:1", state="lost", reason="its worker died (tcp://[::1])"))


def printed(report: FleetReport, *, verbose: bool = False) -> str:
    console = Console(file=StringIO(), width=100)
    render_fleet(report, console, verbose=verbose)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_what_stands_out_and_what_is_missing() -> None:
    driver = DeviceConditions(driver_version="580.1")
    alike = [result(points(), number, conditions=driver) for number in range(4)]
    lines = printed(summarise([*alike, result(points(rate=0.5), 4, conditions=driver), LOST])).splitlines()
    assert lines[0] == "NVIDIA A  5 GPUs"
    assert lines[1] == "  driver 580.1 on 5"
    assert lines[3].split() == ["copy.rate", "50", "%", "100", "%", "95", "%", "measured"]
    rows = {line.split()[0]: line.rstrip() for line in lines if line.startswith("node")}
    assert rows["node0"].endswith("  -")
    assert rows["node4"].split()[1:] == ["cuda:0", "50", "%", "slow"]
    assert rows["node9"].split()[1:] == ["cuda:1", "lost"]
    assert lines[-3] == "slow: node4 cuda:0 reaches 50.0% of its model's median in rate of the probe copy"
    assert lines[-2] == "lost: node9 cuda:1 its worker died (tcp://[::1])"
    assert lines[-1] == "5 of 6 GPUs probed, 1 lost, 1 stands out"


@pytest.mark.parametrize("verbose", [False, True])
def test_a_large_fleet_is_listed_when_asked_for(verbose: bool) -> None:
    report = summarise([result(points(), number) for number in range(MOST_ROWS + 1)])
    text = printed(report, verbose=verbose)
    assert ("node7 " in text) == verbose
    assert text.splitlines()[-1] == "33 of 33 GPUs probed, none stands out"


def test_too_few_to_judge() -> None:
    text = printed(summarise([result(points()), result(points(rate=0.5), name="NVIDIA B")]))
    assert text.count("too few of them to tell which one stands out") == 2
    assert "none stands out" in text


def test_gpus_with_the_same_trouble_share_a_line() -> None:
    rows = [
        FleetRow(host=f"n{number}", device="cuda:0", state="failed", reason="busy") for number in range(9)
    ]
    lines = printed(summarise([*map(Result, rows), LOST])).splitlines()
    assert lines[-3] == "failed: n0 cuda:0, n1 cuda:0, n2 cuda:0, n3 cuda:0 and 5 more busy"
    assert lines[-1] == "0 of 10 GPUs probed, 9 failed, 1 lost, none stands out"


def test_what_stands_out_leads_to_the_page_that_says_what_to_do() -> None:
    narrow = DeviceConditions(pcie_lanes=8)
    alike = [result(points(), number, conditions=DeviceConditions(pcie_lanes=16)) for number in range(4)]
    odd = [result(points(), number, conditions=narrow) for number in (4, 5)]
    lines = printed(summarise([*alike, *odd])).splitlines()
    assert lines[-2] == "  more: gpuadvisor rules show machine/narrow-link"
    assert sum("rules show" in line for line in lines) == 1
