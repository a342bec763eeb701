import msgspec
import pytest

from gpuadvisor.model.device import DeviceConditions, DeviceFacts
from gpuadvisor.probing.suspicion import likely_causes
from tests.probing.fake_gpu import FACTS

CARD = msgspec.structs.replace(FACTS, memory_clock_hz=2e9)
WELL = DeviceConditions(sm_clock_hz=1e9, memory_clock_hz=2e9, throttle_reasons=[], other_processes=0)


def causes(
    facts: DeviceFacts = CARD,
    look: DeviceConditions = WELL,
    *,
    seconds: float = 1e-3,
    cold: bool = True,
    above: bool = False,
) -> list[str]:
    return likely_causes(facts, [WELL, look], seconds=seconds, cold=cold, above=above)


def test_where_all_is_well_there_is_no_cause() -> None:
    assert causes() == []
    assert likely_causes(CARD, [], seconds=1.0, cold=True, above=False) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sm_clock_hz": 0.8e9}, "the clock was 800 of 1000 MHz"),
        ({"memory_clock_hz": 1e9}, "the memory clock was 1000 of 2000 MHz"),
        ({"throttle_reasons": ["power cap"]}, "throttled by power cap"),
        ({"other_processes": 1}, "1 other process held the GPU"),
        ({"other_processes": 2}, "2 other processes held the GPU"),
    ],
)
def test_what_a_look_shows_is_a_cause(change: dict[str, object], said: str) -> None:
    assert causes(look=msgspec.structs.replace(WELL, **change)) == [said]


def test_a_share_of_a_gpu_is_a_cause() -> None:
    instance = msgspec.structs.replace(CARD, mig_instance="1g.10gb")
    assert "MIG instance (1g.10gb)" in causes(instance)[0]
    virtual = msgspec.structs.replace(CARD, conditions=DeviceConditions(virtualization="vgpu"))
    assert "virtual GPU" in causes(virtual)[0]


def test_a_cold_launch_may_be_too_short_and_a_warm_one_too_well_cached() -> None:
    assert "events resolve half" in causes(seconds=3e-6)[0]
    assert causes(seconds=3e-6, cold=False) == []
    assert "caches are not flushed" in causes(cold=False, above=True)[0]
