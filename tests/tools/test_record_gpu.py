"""Where recordings go, and which emulated GPU stands beside them."""

import msgspec
import pytest

from gpuadvisor.devices.catalog import entry, names
from gpuadvisor.model.device import DeviceConditions
from gpuadvisor.model.machine import MachineProfile, Tool
from tests.devices.fake_device import FACTS
from tools.record_gpu import ROOT, recording_path
from tools.recording.nearest import nearest_emulated


@pytest.mark.parametrize("name", names())
def test_every_known_gpu_is_nearest_to_itself(name: str) -> None:
    nearest = nearest_emulated(entry(name)).removeprefix("emulated:")
    assert entry(nearest).multiprocessors == entry(name).multiprocessors
    assert entry(nearest).compute_capability == entry(name).compute_capability


def test_an_unknown_gpu_gets_its_closest_generation() -> None:
    newer = msgspec.structs.replace(FACTS, compute_capability="12.1")
    assert nearest_emulated(newer) == "emulated:rtx-5090"


def test_a_recording_is_filed_by_device_date_and_driver() -> None:
    conditions = DeviceConditions(driver_version="580.159.04", cuda_driver_version="13.0")
    device = msgspec.structs.replace(FACTS, name="NVIDIA H100 80GB HBM3", conditions=conditions)
    machine = MachineProfile(tool=Tool(version="0"), created="2026-11-21T23:00:00+00:00", device=device)
    folder = ROOT / "tests" / "recorded" / "nvidia-h100-80gb-hbm3"
    assert recording_path(machine) == folder / "2026-11-21-driver-580.159.04-cuda-13.0.json"
