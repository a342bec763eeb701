"""The readings of a probe as facts."""

import pytest

from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.probe_facts import probe_directions, probe_facts, readings_meant
from gpuadvisor.model.machine import Metric, ProbePoint, ProbeResult
from gpuadvisor.model.provenance import Provenance

SECTORS = Metric(name="sectors", unit="sectors", provenance=Provenance.COUNTED)
BANDWIDTH = Metric(name="bandwidth", unit="bytes/s", provenance=Provenance.MODELLED, better="higher")
RESULT = ProbeResult(
    name="p",
    title="P",
    metrics=[SECTORS, BANDWIDTH],
    points=[
        ProbePoint(parameters={"sweep": "stride", "stride": 1}, values={"sectors": 4.0, "bandwidth": 2.0}),
        ProbePoint(parameters={"sweep": "stride", "stride": 16}, values={"sectors": 31.9997558}),
        ProbePoint(parameters={"sweep": "stride", "stride": 3}, values={"sectors": 1.0}, valid=False),
    ],
    seconds=0,
)
NAMES = ["sectors[sweep=stride,stride=1]", "sectors[sweep=stride,stride=16]"]


def test_each_reading_at_a_valid_point_is_a_fact() -> None:
    facts = probe_facts(RESULT)
    assert facts == {
        NAMES[0]: Known(4, "sectors", Provenance.COUNTED),
        NAMES[1]: Known(31.9998, "sectors", Provenance.COUNTED),
        "bandwidth[sweep=stride,stride=1]": Known(2.0, "bytes/s", Provenance.MODELLED),
    }
    assert [type(facts[name].value) for name in NAMES] == [int, float]


def test_directions_are_those_of_the_metrics() -> None:
    directions = probe_directions(RESULT)
    assert directions[NAMES[0]] is None
    assert directions["bandwidth[sweep=stride,stride=16]"] == "higher"


@pytest.mark.parametrize(
    ("fact", "meant"),
    [
        ("sectors", NAMES),
        ("sectors[stride=1]", NAMES[:1]),
        ("sectors[ stride=1, sweep=stride ]", NAMES[:1]),
        ("sectors[sweep=stride]", NAMES),
        ("sectors[stride=2]", []),
        ("sector", []),
    ],
)
def test_a_budget_means_the_points_that_have_its_settings(fact: str, meant: list[str]) -> None:
    assert readings_meant(fact, probe_facts(RESULT)) == meant
