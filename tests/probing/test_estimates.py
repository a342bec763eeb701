import msgspec
import pytest

from gpuadvisor.devices.median import Estimate
from gpuadvisor.model.machine import PointConditions
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.estimates import intervals, largest_error, shares_of_peak
from gpuadvisor.probing.expressions import parse
from gpuadvisor.probing.metrics import Findings
from gpuadvisor.probing.scope import Scope
from tests.probing.fake_gpu import FACTS

KNOWN = {"seconds": 2.0, "cycles": 100.0, "bytes": 1e12, "sm_clock_hz": 1e9, "dram_bytes_per_second": 1e12}
FINDINGS = Findings(Scope("probe.toml", KNOWN, {}), {"seconds": Provenance.MEASURED})
NARROW = Estimate(2.0, 1.6, 2.5, 0.01)
CYCLES = Estimate(100.0, 99.0, 110.0, 0.03)


def metric(derived: str, peak: str | None = None) -> MetricDeclaration:
    return MetricDeclaration(
        name="m", unit="x", meaning="", derived=[parse(derived)], peak=parse(peak) if peak else None
    )


@pytest.mark.parametrize(
    ("derived", "expected"),
    [
        ("bytes / seconds", (4e11, 6.25e11)),
        ("seconds * 3", (4.8, 7.5)),
        ("cycles / seconds", (99 / 2.5, 110 / 1.6)),
    ],
)
def test_an_interval_runs_between_the_extremes(derived: str, expected: tuple[float, float]) -> None:
    found = intervals([metric(derived)], FINDINGS, {"seconds": NARROW, "cycles": CYCLES})
    assert found == {"m": pytest.approx(expected)}


def test_what_is_not_measured_has_no_interval() -> None:
    assert intervals([metric("bytes / 2")], FINDINGS, {"seconds": NARROW}) == {}


def test_too_few_samples_of_one_quantity_leave_no_interval() -> None:
    assert (
        intervals([metric("cycles / seconds")], FINDINGS, {"seconds": Estimate(2.0), "cycles": CYCLES}) == {}
    )
    assert intervals([metric("bytes / 2")], FINDINGS, {}) == {}


def test_the_largest_error_counts() -> None:
    assert largest_error({"seconds": NARROW, "cycles": CYCLES}) == 0.03
    assert largest_error({"seconds": Estimate(2.0)}) is None


BANDWIDTH = metric("bytes / seconds", peak="dram_bytes_per_second")
RATE = metric("cycles / seconds", peak="sm_clock_hz / 10000000")
MEMORY = msgspec.structs.replace(FACTS, memory_clock_hz=2e9)


@pytest.mark.parametrize(("declared", "highest", "seen"), [(BANDWIDTH, 0.5, 1.0), (RATE, 0.5, 2.0)])
def test_shares_of_the_peak_at_the_highest_clocks_and_at_those_seen(
    declared: MetricDeclaration, highest: float, seen: float
) -> None:
    """Half the memory clock halves the bandwidth's peak, a quarter of the other clock that of the rate."""
    conditions = PointConditions(sm_clock_hz=0.25e9, memory_clock_hz=1e9)
    found = shares_of_peak([declared], FINDINGS.derive([declared]), FINDINGS, MEMORY, conditions)
    assert found.at_highest_clocks == {"m": pytest.approx(highest)}
    assert found.at_clocks_seen == {"m": pytest.approx(seen)}


@pytest.mark.parametrize("conditions", [None, PointConditions(sm_clock_hz=1e9)])
def test_without_clocks_there_is_only_the_one_share(conditions: PointConditions | None) -> None:
    found = shares_of_peak([BANDWIDTH], FINDINGS.derive([BANDWIDTH]), FINDINGS, MEMORY, conditions)
    assert found.at_highest_clocks == {"m": pytest.approx(0.5)}
    assert found.at_clocks_seen == {}


def test_a_metric_without_a_peak_has_no_share() -> None:
    plain = metric("bytes / seconds")
    found = shares_of_peak([plain], FINDINGS.derive([plain]), FINDINGS, MEMORY, None)
    assert found.at_highest_clocks == {}
