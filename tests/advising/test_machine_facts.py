"""Facts of a real GPU: its state, how it behaved, what it reached."""

import msgspec
import pytest

from gpuadvisor.advising.fact import Value
from gpuadvisor.advising.facts import CATALOGUE
from gpuadvisor.advising.machine.architectures import cuda_text, cuda_version
from gpuadvisor.advising.machine.held_down import POWER, THERMAL, share_held_down
from gpuadvisor.advising.scene import Scene
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.machine import MachineProfile, PointConditions, ProbePoint
from gpuadvisor.model.provenance import Provenance
from tests.advising.machine.machines import CLOCK_HZ, DEVICE, dram, point, probe, profile, whole
from tests.advising.profiles import machine as emulated

STATE = DeviceConditions(
    driver_version="580.65.06",
    cuda_driver_version="13.2",
    power_limit_watts=300,
    power_limit_default_watts=350,
    ecc_enabled=True,
    mig_enabled=False,
    virtualization="vgpu",
    persistence_mode=False,
    pcie_generation=1,
    pcie_lanes=8,
    pcie_generation_maximum=4,
    pcie_generation_gpu_maximum=5,
    pcie_lanes_maximum=16,
    other_processes=2,
)


def read(name: str, machine: MachineProfile) -> Value | None:
    return CATALOGUE[f"machine.{name}"].read(Scene(machine=machine))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("driver.version", "580.65.06"),
        ("driver.cuda", "13.2"),
        ("driver.cuda_version", 13020),
        ("power.limit_watts", 300),
        ("power.default_limit_watts", 350),
        ("ecc_enabled", True),
        ("mig_enabled", False),
        ("virtualization", "vgpu"),
        ("persistence_mode", False),
        ("pcie.lanes", 8),
        ("pcie.lanes_maximum", 16),
        ("pcie.generation", 1),
        ("pcie.generation_maximum", 4),
        ("pcie.generation_gpu_maximum", 5),
        ("other_processes", 2),
        ("compiler.cuda", None),  # nothing was compiled
    ],
)
def test_the_state_is_told_as_it_was(name: str, value: Value) -> None:
    assert read(name, profile(device=msgspec.structs.replace(DEVICE, conditions=STATE))) == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("compiler.cuda", "13.0"),
        ("compiler.cuda_version", 13000),
        ("achieved.dram.read", 2.79e12),
        ("share.dram.read", 0.93),
        ("share.fp32", 0.79375),  # 127 of 128 at 1.6 of 2 GHz
        ("achieved.latency.dram", 660.0),
        ("ridge.fp32.dram", pytest.approx(127 * 2 * 100 * CLOCK_HZ / 2.79e12)),
        ("reach.l1_bytes", 192 << 10),
        ("reach.near_l2_bytes", 24 << 20),
        ("reach.l2_bytes", 48 << 20),
        ("clock.under_load_hz", CLOCK_HZ),
        ("clock.under_load_share", 0.8),
        ("held_down.by_heat", 0.0),
        ("suspect_points", 0),
        ("suspect_probes", []),
        ("published_dram_read_share", None),
        ("other_processes", None),
    ],
)
def test_probes_tell_what_they_found(name: str, value: Value) -> None:
    assert read(name, whole()) == value


def test_a_models_published_share_is_found_by_its_name() -> None:
    h200 = profile(device=msgspec.structs.replace(DEVICE, name="NVIDIA H200"))
    assert read("published_dram_read_share", h200) == 0.81


def test_the_most_processes_that_were_ever_seen_count() -> None:
    busy = msgspec.structs.replace(
        point({"bandwidth": 1e12}, sweep="read", width=4), conditions=PointConditions(other_processes=3)
    )
    measured = probe("dram_bandwidth", {"bandwidth": ("bytes/s", "higher")}, [busy])
    assert read("other_processes", profile(measured)) == 3


def throttled(*reasons: str, clock_hz: float | None = CLOCK_HZ) -> ProbePoint:
    found = point({"bandwidth": 1e12}, clock_hz=clock_hz, sweep="read", width=4)
    return msgspec.structs.replace(found, throttle_reasons=list(reasons))


def test_what_held_the_clock_down_is_a_share_of_the_points() -> None:
    points = [
        throttled("hardware thermal slowdown"),
        throttled("power cap", "software thermal slowdown"),
        throttled("power cap", clock_hz=1.95e9),  # named, but the clock was held
        throttled("power cap", clock_hz=None),  # nothing tells whether it was
        throttled(),
    ]
    machine = profile(probe("dram_bandwidth", {"bandwidth": ("bytes/s", "higher")}, points))
    assert share_held_down(machine, THERMAL) == pytest.approx(2 / 5)
    assert share_held_down(machine, POWER) == pytest.approx(2 / 5)


def test_suspects_are_counted_and_named() -> None:
    doubted = [point({}, "throttled", sweep="read", width=4), point({}, sweep="read", width=8)]
    machine = profile(dram(read=1e12), probe("other", {}, doubted))
    assert read("suspect_points", machine) == 1
    assert read("points", machine) == 4
    assert read("suspect_probes", machine) == ["other"]


@pytest.mark.parametrize(
    "name", ["held_down.by_heat", "driver.cuda", "clock.under_load_hz", "persistence_mode"]
)
def test_an_emulated_device_has_no_state(name: str) -> None:
    assert read(name, emulated()) is None


def test_ridges_are_as_good_as_the_weaker_roof() -> None:
    ridge = CATALOGUE["machine.ridge.fp32.dram"]
    assert ridge.provenance(Scene(machine=whole())) is Provenance.DATASHEET  # shared memory was not measured


@pytest.mark.parametrize(
    ("text", "version"), [("13.2", 13020), ("12", 12000), ("12.8.1", 12080), ("nvrtc", None), ("", None)]
)
def test_cuda_versions_are_counted_as_cuda_does(text: str, version: int | None) -> None:
    assert cuda_version(text) == version


def test_and_written_again() -> None:
    assert cuda_text(13020) == "13.2"
