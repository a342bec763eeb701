import os
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from gpuadvisor.devices import cuda, isolated
from gpuadvisor.devices.device import Device
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.devices.open import cuda_device_of, open_device, why_emulated
from gpuadvisor.model.errors import GpuAdvisorError

NO_DRIVER = GpuAdvisorError("no NVIDIA driver", remedy="install it")


class OpenedInChild:
    """Stands for the process that would hold the GPU."""

    def __init__(self, open_in_child: Callable[[], Device]) -> None:
        assert isinstance(open_in_child, partial)
        self.opened = (open_in_child.func, open_in_child.args)


@pytest.fixture(autouse=True)
def forget_the_reason() -> Iterator[None]:
    why_emulated.cache_clear()
    yield
    why_emulated.cache_clear()


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "cuda_unavailable_reason", lambda _index=0: NO_DRIVER)


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda, "cuda_unavailable_reason", lambda _index=0: None)
    monkeypatch.setattr(isolated, "IsolatedDevice", OpenedInChild)


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu_the_default_is_emulated_and_the_reason_is_known() -> None:
    assert open_device(None).facts.id == "emulated:h100"
    assert why_emulated() is NO_DRIVER


@pytest.mark.usefixtures("gpus")
def test_a_mig_instance_is_opened_by_its_uuid_in_a_process_that_sees_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = open_device("cuda:MIG-0102")
    assert isinstance(device, OpenedInChild)
    assert device.opened == (cuda_device_of, ("MIG-0102",))
    seen: list[str | None] = []
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0")
    monkeypatch.setattr(cuda, "CudaDevice", lambda: seen.append(os.environ["CUDA_VISIBLE_DEVICES"]))
    cuda_device_of("MIG-0102")
    assert seen == ["MIG-0102"]


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_asked_for_by_name_is_refused_with_the_reason() -> None:
    with pytest.raises(GpuAdvisorError, match="no NVIDIA driver"):
        open_device("cuda")


@pytest.mark.usefixtures("gpus")
@pytest.mark.parametrize(("spec", "index"), [(None, 0), ("cuda", 0), ("cuda:1", 1)])
def test_a_usable_gpu_is_opened_in_a_process_of_its_own(spec: str | None, index: int) -> None:
    device = open_device(spec)
    assert isinstance(device, OpenedInChild)
    assert device.opened == (cuda.CudaDevice, (index,))
    assert why_emulated() is None


def test_an_emulated_gpu_is_opened_by_its_name() -> None:
    device = open_device("emulated:a10", all_blocks=True)
    assert isinstance(device, EmulatedDevice)
    assert device.facts.id == "emulated:a10"


@pytest.mark.parametrize("spec", ["", "emulated", "emulated:", "h100", "cuda:x", "cuda:-1", "hip:0"])
def test_anything_else_is_refused_with_the_forms(spec: str) -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        open_device(spec)
    assert repr(spec) in raised.value.what
    assert "emulated:h100" in (raised.value.remedy or "")


def test_an_unknown_gpu_is_answered_with_the_closest() -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        open_device("emulated:rtx4090")
    assert "rtx-4090" in (raised.value.remedy or "")
