import pytest

from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.devices.median import estimate
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.kernel import KernelTime
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.declaration import MetricDeclaration
from gpuadvisor.probing.expressions import parse
from gpuadvisor.probing.metrics import Derived, Findings
from gpuadvisor.probing.scope import Scope
from gpuadvisor.probing.validity import implausible, relative_spread, uncertain, unsteady


def result(before: DeviceConditions | None = None, after: DeviceConditions | None = None) -> LaunchResult:
    time = KernelTime(provenance=Provenance.MEASURED, seconds=1.0)
    return LaunchResult(times=(time,), before=before, after=after)


def conditions(clock_hz: float | None = 1e9, *reasons: str) -> DeviceConditions:
    return DeviceConditions(sm_clock_hz=clock_hz, throttle_reasons=list(reasons))


def test_spread_is_half_the_interquartile_range_over_the_median() -> None:
    assert relative_spread([1.0, 2.0, 3.0, 4.0, 5.0]) == pytest.approx(1 / 3)
    assert relative_spread([2.0, 2.0, 2.0]) == 0
    assert relative_spread([2.0]) is None


def test_steady_conditions_give_no_reason() -> None:
    assert unsteady(result(), None, 0.1) == []
    assert unsteady(result(conditions(), conditions(1.04e9)), 0.1, 0.1) == []
    assert unsteady(result(conditions(None), conditions()), 0.0, 0.1) == []


def test_a_wide_spread_is_a_reason() -> None:
    assert unsteady(result(), 0.2, 0.1) == ["times spread by 20% of their median (at most 10%)"]


def test_throttling_before_or_after_is_a_reason_but_an_operators_setting_is_not() -> None:
    hot = conditions(1e9, "application clock setting", "hardware slowdown")
    assert unsteady(result(conditions(), hot), None, 0.1) == ["the GPU was throttled: hardware slowdown"]
    assert unsteady(result(hot, conditions()), None, 0.1) == ["the GPU was throttled: hardware slowdown"]
    steady = conditions(1e9, "application clock setting")
    assert unsteady(result(steady, steady), None, 0.1) == []


def test_a_power_cap_counts_only_where_the_clock_gave_way() -> None:
    capped = conditions(1.2e9, "power cap")
    assert unsteady(result(capped, capped), None, 0.1) == []
    assert unsteady(result(conditions(2e9), capped), None, 0.1) == [
        "the GPU was throttled: power cap",
        "the clock moved between 1200 and 2000 MHz",
    ]


def test_a_clock_that_changed_is_a_reason() -> None:
    assert unsteady(result(conditions(2e9), conditions(1.5e9)), None, 0.1) == [
        "the clock moved between 1500 and 2000 MHz"
    ]


def test_every_look_counts_not_only_the_first_and_the_last() -> None:
    looks = (conditions(2e9), conditions(1.5e9), conditions(2e9))
    found = LaunchResult(times=(), before=looks[0], after=looks[-1], looks=looks)
    assert unsteady(found, None, 0.1) == ["the clock moved between 1500 and 2000 MHz"]


def test_a_median_that_is_not_known_well_enough_is_a_reason() -> None:
    samples = {"seconds": [1.0, 2.0] * 10, "block_cycles": [500.0] * 10}
    reasons = uncertain(samples, {name: estimate(values) for name, values in samples.items()})
    assert len(reasons) == 1
    assert reasons[0].startswith("seconds: the standard error of 20 samples is 16")
    assert reasons[0].endswith("(at most 2%): they fall into two groups, around 1 and 2")


@pytest.mark.parametrize(
    ("value", "said"), [(0.5, "below the plausible 1"), (1.0, None), (64.0, None), (64.5, "above")]
)
def test_values_outside_the_bounds_are_implausible(value: float, said: str | None) -> None:
    metric = MetricDeclaration(
        name="m", unit="x", meaning="", derived=[], minimum=parse(1), maximum=parse("2 * lanes")
    )
    findings = Findings(Scope("probe.toml", {"lanes": 32}, {}), {})
    reasons = implausible([metric], {"m": Derived(value, Provenance.MEASURED)}, findings)
    assert bool(reasons) == (said is not None)
    assert said is None or said in reasons[0][0]
    assert said is None or reasons[0][1] == (said == "above")
    assert implausible([metric], {}, findings) == []
