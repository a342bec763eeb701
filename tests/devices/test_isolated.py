"""A device in a real child process that hangs, crashes and faults."""

import os
import time
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.activities import Activity, Copy, Span
from gpuadvisor.devices.cuda_errors import DeviceLostError
from gpuadvisor.devices.device import Kernel, Timing
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.devices.isolated import IsolatedDevice
from gpuadvisor.devices.shared_arrays import SharedArrays
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.devices.fake_device import FACTS, FakeDevice, dies_at_once, unusable

LAUNCH = Launch(grid=(1, 1, 1), block=(32, 1, 1))
MODULE = CompiledModule(ptx="", cubin=b"", compiler="none", compute_capability="9.0", resources={})


@pytest.fixture(scope="module")
def device() -> Iterator[IsolatedDevice]:
    device = IsolatedDevice(FakeDevice, limit_seconds=2.0)
    yield device
    device.close()


def process_of(device: IsolatedDevice, samples: int = 1) -> int:
    result = device.launch(Kernel(module=MODULE, name="work"), LAUNCH, (), Timing(samples=samples))
    assert len(result.times) == samples
    return int(result.seconds)


def launch(device: IsolatedDevice, name: str) -> None:
    device.launch(Kernel(module=MODULE, name=name), LAUNCH, ())


def test_calls_run_in_one_other_process(device: IsolatedDevice, capfd: pytest.CaptureFixture[str]) -> None:
    assert device.facts == FACTS
    first, second = process_of(device), process_of(device, samples=3)
    assert first == second != os.getpid()
    captured = capfd.readouterr()
    assert captured.out == "", "standard output belongs to the parent's documents"


def test_arrays_travel_both_ways(device: IsolatedDevice) -> None:
    array = np.arange(1_000_000, dtype=np.float64).reshape(1000, 1000)
    buffer = device.upload(array, "a", 4)
    assert (buffer.size_bytes, buffer.name, buffer.address % 256) == (8_000_000, "a", 4)
    assert np.array_equal(device.download(buffer, array), array)
    device.free(buffer)


@pytest.mark.parametrize("shared", [True, False])
def test_arrays_travel_with_and_without_shared_memory(shared: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not shared:
        monkeypatch.setattr(SharedArrays, "path", "/nowhere")
    device = IsolatedDevice(FakeDevice)
    array = np.arange(600_000, dtype=np.uint32)
    buffer = device.upload(array)
    assert np.array_equal(device.download(buffer, np.empty_like(array)), array)
    small = np.arange(10, dtype=np.uint8)
    assert np.array_equal(device.download(device.upload(small), small * 0), small)
    assert (device._worker is not None and device._worker._shared is not None) is shared
    device.close()


def test_steps_find_their_buffers_in_the_other_process(device: IsolatedDevice) -> None:
    array = np.arange(100, dtype=np.uint32)
    source, target = device.upload(array, place="pinned"), device.upload(array * 0)
    assert source.place == "pinned"
    device.perform(Activity(steps=[Copy(source=Span(source), target=Span(target), size_bytes=array.nbytes)]))
    assert np.array_equal(device.download(target, array), array)


def test_an_error_keeps_its_place_and_its_remedy(device: IsolatedDevice) -> None:
    before = process_of(device)
    with pytest.raises(GpuAdvisorError) as caught:
        device.compile("int a", "k.cu", CompileOptions(compute_capability="8.0"))
    assert (caught.value.what, caught.value.where) == ("expected a ';' in 'int a'", "k.cu:1")
    assert caught.value.remedy == "for 8.0"
    with pytest.raises(GpuAdvisorError, match="was refused"):
        launch(device, "refuse")
    assert process_of(device) == before


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        ("hang", "kernel hang did not end within 2 s"),
        ("exit", r"kernel exit brought its process down \(exit code 7\)"),
        ("segfault", r"kernel segfault brought its process down \(signal SIGSEGV\)"),
        ("fault", "kernel fault accessed memory outside"),
        ("defect", r"kernel defect brought its process down \(exit code 1\)"),
    ],
)
def test_a_lost_process_costs_its_launch_and_its_buffers_only(
    device: IsolatedDevice, kernel: str, words: str
) -> None:
    before = process_of(device)
    buffer = device.upload(np.zeros(4), "weights")
    start = time.monotonic()
    with pytest.raises(DeviceLostError, match=words) as caught:
        launch(device, kernel)
    assert time.monotonic() - start < 5
    assert "analyze" in str(caught.value)
    assert process_of(device) != before
    with pytest.raises(GpuAdvisorError, match="'weights' was lost"):
        device.download(buffer, np.zeros(4))
    with pytest.raises(GpuAdvisorError, match="'weights' was lost"):
        device.launch(Kernel(module=MODULE, name="work"), LAUNCH, (buffer,))
    device.free(buffer)


def test_a_device_that_cannot_be_opened_says_why() -> None:
    with pytest.raises(GpuAdvisorError, match="no NVIDIA driver") as caught:
        IsolatedDevice(unusable)
    assert caught.value.remedy == "install it"


def test_a_device_that_dies_while_it_is_opened() -> None:
    with pytest.raises(DeviceLostError, match=r"opening the device .* \(exit code 3\)"):
        IsolatedDevice(dies_at_once)


def test_a_whole_device_works_through_the_pipe() -> None:
    source = 'extern "C" __global__ void twice(int* x) { x[threadIdx.x] *= 2; }'
    device = IsolatedDevice(partial(EmulatedDevice, "a10"))
    module = device.compile(source, "twice.cu", CompileOptions(compute_capability="8.6"))
    array = np.arange(32, dtype=np.int32)
    buffer = device.upload(array, "x")
    result = device.launch(Kernel(module=module, name="twice"), LAUNCH, (buffer,))
    assert np.array_equal(device.download(buffer, array), 2 * array)
    assert result.observation is not None
    assert result.observation.counters.global_load_requests == 1
    device.close()


def test_closing_ends_the_process() -> None:
    device = IsolatedDevice(FakeDevice)
    process = process_of(device)
    device.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
