from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.machine import PointConditions
from gpuadvisor.probing.state import looks_of, point_conditions

COOL = DeviceConditions(sm_clock_hz=2e9, power_watts=100.0, temperature_celsius=40.0, other_processes=0)
HOT = DeviceConditions(sm_clock_hz=1e9, power_watts=300.0, temperature_celsius=80.0, other_processes=2)


def test_clocks_are_the_median_and_the_rest_the_most() -> None:
    assert point_conditions([COOL, HOT, COOL]) == PointConditions(
        sm_clock_hz=2e9, power_watts=300.0, temperature_celsius=80.0, other_processes=2
    )


def test_what_nothing_tells_is_none() -> None:
    assert point_conditions([]) is None
    assert point_conditions([DeviceConditions()]) == PointConditions()


def test_without_looks_before_and_after_stand_for_them() -> None:
    assert looks_of(LaunchResult(times=(), before=COOL, after=HOT)) == [COOL, HOT]
    assert looks_of(LaunchResult(times=(), before=COOL, after=HOT, looks=(HOT,))) == [HOT]
    assert looks_of(LaunchResult(times=())) == []
