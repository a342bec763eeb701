import os
from pathlib import Path

import msgspec
import pytest

from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import MachineProfile, ProbeResult, Tool
from gpuadvisor.probing.store import last_profile, last_profile_of, save_last
from tests.probing.fake_gpu import FACTS


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GPUADVISOR_STATE_DIR", str(tmp_path))
    return tmp_path


def profile(device: str, created: str = "2026-01-01T00:00:00+00:00") -> MachineProfile:
    facts = msgspec.structs.replace(FACTS, id=device)
    return MachineProfile(tool=Tool(version="0"), created=created, device=facts)


def test_nothing_is_kept_at_first() -> None:
    assert last_profile(None) is None
    assert last_profile("cuda:0") is None


def test_each_device_keeps_its_last_profile() -> None:
    save_last(profile("cuda:0", "first"))
    save_last(profile("emulated:h100"))
    save_last(profile("cuda:0", "second"))
    assert last_profile("cuda:0") == profile("cuda:0", "second")
    assert last_profile("emulated:h100") == profile("emulated:h100")
    assert last_profile("cuda:1") is None


def test_the_last_of_any_device_is_the_newest_file() -> None:
    for age, device in enumerate(["cuda:0", "emulated:h100", "cuda:1"]):
        os.utime(save_last(profile(device)), (1000 - age, 1000 - age))
    found = last_profile(None)
    assert found is not None
    assert found.device.id == "cuda:0"


def test_the_file_is_named_after_the_device_and_nothing_else(state: Path) -> None:
    path = save_last(profile("cuda:0/../../x"))
    assert path.parent == state / "machines"


def test_a_damaged_file_is_said() -> None:
    save_last(profile("cuda:0")).write_text("{")
    with pytest.raises(GpuAdvisorError, match="not a gpuadvisor document"):
        last_profile("cuda:0")


def with_probes(found: MachineProfile, **seconds: float) -> MachineProfile:
    results = [
        ProbeResult(name=name, title=name, metrics=[], points=[], seconds=value)
        for name, value in seconds.items()
    ]
    return msgspec.structs.replace(found, probes=results)


def test_probes_that_were_not_run_again_are_kept() -> None:
    save_last(with_probes(profile("cuda:0", "first"), coalescing=1, occupancy=1))
    save_last(with_probes(profile("cuda:0", "second"), divergence=2, occupancy=2))
    assert last_profile("cuda:0") == with_probes(
        profile("cuda:0", "second"), coalescing=1, divergence=2, occupancy=2
    )


def test_results_of_another_card_or_tool_are_not_kept() -> None:
    card = with_probes(profile("cuda:0"), coalescing=1)
    save_last(card)
    other = msgspec.structs.replace(
        card, device=msgspec.structs.replace(card.device, uuid="GPU-other"), probes=[]
    )
    assert last_profile_of(other.device) is None
    save_last(other)
    assert last_profile_of(other.device) == other
    newer = msgspec.structs.replace(card, tool=Tool(version="1"), probes=[])
    save_last(newer)
    assert last_profile("cuda:0") == newer


def left_out(found: MachineProfile, points: int) -> MachineProfile:
    probes = [msgspec.structs.replace(result, left_out=points) for result in found.probes]
    return msgspec.structs.replace(found, probes=probes)


def kept(device: str = "cuda:0") -> dict[str, tuple[float, int]]:
    found = last_profile(device)
    assert found is not None
    return {result.name: (result.seconds, result.left_out) for result in found.probes}


def test_a_quick_run_does_not_replace_a_full_one() -> None:
    save_last(with_probes(profile("cuda:0"), occupancy=60, coalescing=60))
    save_last(left_out(with_probes(profile("cuda:0"), occupancy=5, divergence=5), 10))
    assert kept() == {"coalescing": (60, 0), "divergence": (5, 10), "occupancy": (60, 0)}


@pytest.mark.parametrize(("first", "second", "expected"), [(10, 0, 2), (10, 10, 2), (10, 12, 1), (0, 0, 2)])
def test_the_newer_of_two_results_wins_unless_it_leaves_out_more(
    first: int, second: int, expected: int
) -> None:
    save_last(left_out(with_probes(profile("cuda:0"), occupancy=1), first))
    save_last(left_out(with_probes(profile("cuda:0"), occupancy=2), second))
    assert kept()["occupancy"][0] == expected


@pytest.mark.parametrize(
    "change",
    [
        {"driver_version": "580.1"},
        {"application_sm_clock_hz": 1.2e9},
        {"power_limit_watts": 300.0},
        {"ecc_enabled": False},
        {"mig_enabled": True},
    ],
)
def test_a_full_result_of_another_state_gives_way_to_a_quick_one(change: dict[str, object]) -> None:
    was = DeviceConditions(
        driver_version="575.1", application_sm_clock_hz=1.9e9, power_limit_watts=700.0, ecc_enabled=True
    )
    for state, seconds, missing in ((was, 60, 0), (msgspec.structs.replace(was, **change), 5, 10)):
        facts = msgspec.structs.replace(FACTS, conditions=state)
        found = MachineProfile(tool=Tool(version="0"), created="now", device=facts)
        save_last(left_out(with_probes(found, occupancy=seconds), missing))
    assert kept() == {"occupancy": (5, 10)}


def test_what_changes_by_itself_is_no_other_state() -> None:
    for seconds, missing, hot in ((60, 0, 30.0), (5, 10, 70.0)):
        facts = msgspec.structs.replace(
            FACTS, conditions=DeviceConditions(temperature_celsius=hot, sm_clock_hz=hot * 1e7)
        )
        found = MachineProfile(tool=Tool(version="0"), created="now", device=facts)
        save_last(left_out(with_probes(found, occupancy=seconds), missing))
    assert kept() == {"occupancy": (60, 0)}


def test_a_damaged_file_is_replaced() -> None:
    save_last(profile("cuda:0")).write_text("{")
    save_last(profile("cuda:0"))
    assert last_profile("cuda:0") == profile("cuda:0")
