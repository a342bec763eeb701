"""The shipped rules about the machine, judged on whole profiles: sick GPUs, healthy ones, emulated ones."""

from collections.abc import Sequence

import msgspec
import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.rules import RuleSet, load_rules
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.machine import MachineProfile, ProbePoint, ProbeResult
from tests.advising.machine.machines import DEVICE, dram, point, probe, profile, whole
from tests.advising.profiles import machine as emulated

HEALTHY = DeviceConditions(
    driver_version="580.65.06",
    cuda_driver_version="13.0",
    power_limit_watts=350,
    power_limit_default_watts=350,
    ecc_enabled=True,
    mig_enabled=False,
    virtualization="none",
    persistence_mode=True,
    pcie_generation=1,
    pcie_lanes=16,
    pcie_generation_maximum=5,
    pcie_generation_gpu_maximum=5,
    pcie_lanes_maximum=16,
    other_processes=0,
)
"""Idle: its link sleeps in the first generation."""


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    return load_rules((), ("machine",))


def gpu(
    *probes: ProbeResult, capability: str = "9.0", name: str = "Test GPU", **state: object
) -> MachineProfile:
    conditions = msgspec.structs.replace(HEALTHY, **state)  # type: ignore[arg-type]
    device = msgspec.structs.replace(DEVICE, conditions=conditions, compute_capability=capability, name=name)
    return profile(*(probes or tuple(whole().probes)), device=device)


def fired(machine: MachineProfile, rules: RuleSet) -> list[str]:
    advice, _ = advise(machine, [], rules)
    return sorted(each.rule.removeprefix("machine/") for each in advice)


def test_a_healthy_gpu_gets_no_advice_however_idle(rules: RuleSet) -> None:
    assert fired(gpu(), rules) == []


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"pcie_lanes": 4}, ["narrow-link"]),
        ({"pcie_generation_maximum": 4}, ["older-slot"]),
        ({"power_limit_watts": 250}, ["lowered-power-limit"]),
        ({"other_processes": 2}, ["not-alone"]),
        ({"mig_enabled": True}, ["split-gpu"]),
        ({"virtualization": "vgpu"}, ["shared-gpu"]),
        ({"persistence_mode": False}, ["persistence-off"]),
        ({"cuda_driver_version": "12.8"}, ["newer-compiler"]),
        ({"cuda_driver_version": "11.4"}, ["newer-compiler", "old-driver"]),
        ({"pcie_lanes": 8, "other_processes": 1}, ["narrow-link", "not-alone"]),
    ],
)
def test_a_sick_one_gets_what_it_needs(
    state: dict[str, object], expected: Sequence[str], rules: RuleSet
) -> None:
    assert fired(gpu(**state), rules) == expected


def test_error_correction_costs_where_the_memory_is_gddr(rules: RuleSet) -> None:
    assert fired(gpu(capability="8.6"), rules) == ["ecc-costs-bandwidth"]
    assert fired(gpu(capability="8.6", ecc_enabled=False), rules) == []


def test_slow_memory_is_judged_by_what_is_published_of_the_model(rules: RuleSet) -> None:
    four_fifths = dram(read=0.8 * DEVICE.dram_bytes_per_second)
    assert fired(gpu(four_fifths, name="NVIDIA H200"), rules) == []
    assert fired(gpu(four_fifths, name="NVIDIA A100-SXM4-40GB"), rules) == ["low-bandwidth"]


def held_down(reason: str, of_ten: int, clock_hz: float) -> ProbeResult:
    def one(number: int) -> ProbePoint:
        found = point({"bandwidth": 2.7e12}, clock_hz=clock_hz, sweep="read", width=number)
        return msgspec.structs.replace(found, throttle_reasons=[reason] if number < of_ten else [])

    return probe("dram_bandwidth", {"bandwidth": ("bytes/s", "higher")}, map(one, range(10)))


@pytest.mark.parametrize(
    ("reason", "of_ten", "clock_hz", "expected"),
    [
        ("hardware thermal slowdown", 5, 1.0e9, ["hot"]),
        ("power cap", 5, 1.6e9, ["power-capped"]),
        ("power cap", 5, 1.99e9, []),
        ("power brake", 2, 1.0e9, ["hardware-slowdown"]),
        ("application clock setting", 10, 1.0e9, ["low-clock"]),
        ("sync boost", 0, 1.0e9, ["low-clock"]),
    ],
)
def test_low_clocks_are_told_apart_by_what_lowers_them(
    reason: str, of_ten: int, clock_hz: float, expected: Sequence[str], rules: RuleSet
) -> None:
    assert fired(gpu(held_down(reason, of_ten, clock_hz)), rules) == expected


def test_a_link_that_stays_slow_under_load(rules: RuleSet) -> None:
    copies = [point({"bandwidth": 12e9}, sweep="pinned_to_device", bytes=1 << 28)]
    transfers = probe("transfers", {"bandwidth": ("bytes/s", "higher")}, copies)
    assert fired(gpu(transfers, *whole().probes), rules) == ["slow-link"]


def test_suspect_points_are_told(rules: RuleSet) -> None:
    doubted = probe(
        "dram_bandwidth",
        {"bandwidth": ("bytes/s", "higher")},
        [
            point({"bandwidth": 2.8e12}, sweep="read", width=4),
            point({}, "wrong answer", sweep="read", width=8),
        ],
    )
    (advice,), _ = advise(gpu(doubted), [], rules)
    assert advice.message == (
        "Test GPU: 1 of 2 points are suspect, in the probes dram_bandwidth; no rule uses them"
    )


def test_an_emulated_device_gets_none_and_lacks_nothing(rules: RuleSet) -> None:
    assert advise(emulated(), [], rules) == ([], [])


def test_a_gpu_of_which_nothing_is_told_is_not_cleared(rules: RuleSet) -> None:
    """Without its driver's answers the rules say what they miss."""
    mute = profile(device=msgspec.structs.replace(DEVICE, conditions=None))
    advice, not_evaluated = advise(mute, [], rules)
    assert advice == []
    assert "machine/narrow-link" in {entry.rule for entry in not_evaluated}
