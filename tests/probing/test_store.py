import os
from pathlib import Path

import msgspec
import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import MachineProfile, Tool
from gpuadvisor.probing.store import last_profile, save_last
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
