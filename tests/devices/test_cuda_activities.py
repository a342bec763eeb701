"""Steps of host code on a fake CuPy: what is called in which order, and whether the bytes arrive."""

import ctypes
import sys
from contextlib import nullcontext
from typing import Any

import numpy as np
import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices import cuda_unavailable
from gpuadvisor.devices.activities import Activity, Allocate, Copy, Free, Prefetch, Run, Scratch, Span, Touch
from gpuadvisor.devices.cuda import CudaDevice
from gpuadvisor.devices.device import Buffer, Kernel, Place, Timing
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.model.provenance import Provenance
from tests.devices import fake_nvml
from tests.devices.fake_cupy import UUID, CUDARuntimeError, FakeGpu, fake_cupy
from tests.devices.test_cuda_unavailable import with_spec

SOURCE = 'extern "C" __global__ void mark(unsigned long long value) { if (value > 1ull << 60) __trap(); }'
LAUNCH = Launch(grid=(3, 1, 1), block=(64, 1, 1))
CONTENT = np.arange(1000, dtype=np.uint32)
HOST = 0
DEFAULT = 4
"""`cudaMemcpyDefault`."""


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    gpu = FakeGpu()
    gpu.peers = {1}
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 13000)
    monkeypatch.setitem(sys.modules, "cupy", with_spec(fake_cupy(gpu, devices=2)))
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, "00000000:3B:00.0"))
    return gpu


@pytest.fixture
def device(gpu: FakeGpu) -> CudaDevice:  # noqa: ARG001 - the GPU is found through CuPy
    return CudaDevice()


@pytest.fixture
def mark(device: CudaDevice) -> Kernel:
    module = device.compile(SOURCE, "mark.cu", CompileOptions(compute_capability="8.0"))
    return Kernel(module=module, name="mark")


def blank(device: CudaDevice, place: Place = "device") -> Buffer:
    return device.upload(np.zeros_like(CONTENT), "target", place=place)


def copy(source: Buffer, target: Buffer, stream: int = 0) -> Copy:
    return Copy(source=Span(source), target=Span(target), size_bytes=CONTENT.nbytes, stream=stream)


@pytest.mark.parametrize("place", ["pinned", "pageable", "managed", "peer", "device"])
def test_arrays_survive_the_way_to_every_place_and_back(device: CudaDevice, place: Place) -> None:
    buffer = device.upload(CONTENT, "a", 8, place)
    assert (buffer.place, buffer.address % 256) == (place, 8)
    assert np.array_equal(device.download(buffer, CONTENT), CONTENT)
    device.free(buffer)


def test_memory_of_each_place_goes_back_the_way_it_came(gpu: FakeGpu, device: CudaDevice) -> None:
    for place in ("pinned", "managed", "peer"):
        device.upload(CONTENT, place=place)
    device.close()
    assert [len(gpu.called(name)) for name in ("hostAlloc", "freeHost", "mallocManaged", "free")] == [
        1,
        1,
        1,
        2,
    ]
    assert not gpu.memory


def test_memory_on_the_second_gpu_is_allocated_there(gpu: FakeGpu, device: CudaDevice) -> None:
    gpu.log.clear()
    device.upload(CONTENT, place="peer")
    device.upload(CONTENT, place="peer")
    assert gpu.called("setDevice") == [(1,), (0,), (1,), (0,)]
    assert gpu.called("deviceEnablePeerAccess") == [(1,)]


def test_access_that_an_earlier_device_enabled_is_as_good(gpu: FakeGpu, device: CudaDevice) -> None:
    gpu.failures["deviceEnablePeerAccess"] = CUDARuntimeError(704)
    assert device.upload(CONTENT, place="peer").place == "peer"


def test_without_a_second_gpu_there_is_no_memory_on_it(gpu: FakeGpu) -> None:
    gpu.peers = set()
    device = CudaDevice()
    assert "peer" not in device.facts.abilities
    with pytest.raises(GpuAdvisorError, match="no second GPU"):
        device.upload(CONTENT, place="peer")


@pytest.mark.parametrize(
    ("compute_capability", "attributes", "abilities"),
    [
        ((8, 0), {}, ["peer", "managed", "cooperative"]),
        ((9, 0), {}, ["peer", "managed", "cooperative", "programmatic"]),
        ((7, 5), {"ConcurrentManagedAccess": 0, "CooperativeLaunch": 0}, ["peer"]),
    ],
)
def test_what_the_gpu_can_do(
    gpu: FakeGpu, compute_capability: tuple[int, int], attributes: dict[str, int], abilities: list[str]
) -> None:
    gpu.properties["major"], gpu.properties["minor"] = compute_capability
    gpu.attributes |= attributes
    assert CudaDevice().facts.abilities == [*abilities, "matrix_library"]


def test_copies_carry_the_bytes_and_are_timed_between_events(gpu: FakeGpu, device: CudaDevice) -> None:
    source, target = device.upload(CONTENT, place="pinned"), blank(device)
    result = device.perform(Activity(steps=[copy(source, target)]), Timing(warmups=1, samples=3))
    assert np.array_equal(device.download(target, CONTENT), CONTENT)
    assert [time.seconds for time in result.times] == pytest.approx([CONTENT.nbytes / 10e9] * 3)
    assert {time.provenance for time in result.times} == {Provenance.MEASURED}
    assert {call[3] for call in gpu.called("memcpyAsync")} == {DEFAULT}


def test_parts_of_buffers_are_copied(device: CudaDevice) -> None:
    source, target = device.upload(CONTENT), blank(device)
    part = Copy(source=Span(source, 400), target=Span(target, 800), size_bytes=40)
    device.perform(Activity(steps=[part]))
    expected = np.zeros_like(CONTENT)
    expected[200:210] = CONTENT[100:110]
    assert np.array_equal(device.download(target, CONTENT), expected)


def test_a_launch_passes_its_arguments_by_address(gpu: FakeGpu, device: CudaDevice, mark: Kernel) -> None:
    device.perform(Activity(steps=[Run(kernel=mark, launch=LAUNCH, arguments=[np.uint64(77)])]))
    ((name, shape, shared_bytes, stream, value),) = gpu.called("launchKernel")
    assert (name, shape, shared_bytes, stream, value) == ("mark", (3, 1, 1, 64, 1, 1), 0, 1, 77)


def test_a_cooperative_launch_is_one(gpu: FakeGpu, device: CudaDevice, mark: Kernel) -> None:
    run = Run(kernel=mark, launch=LAUNCH, arguments=[np.uint64(5)], cooperative=True)
    device.perform(Activity(steps=[run]))
    assert [call[4] for call in gpu.called("cooperative")] == [5]


@pytest.mark.parametrize(("status", "fails"), [("CUDA_SUCCESS", False), ("CUDA_ERROR_INVALID_VALUE", True)])
def test_a_programmatic_launch_says_so_to_the_driver(
    device: CudaDevice, mark: Kernel, monkeypatch: pytest.MonkeyPatch, status: str, fails: bool
) -> None:
    driver = pytest.importorskip("cuda.bindings.driver", reason="the extra `compile` is not installed")
    launches = []

    def launch(config: Any, _function: object, parameters: int, _extra: int) -> tuple[Any]:
        value = ctypes.c_uint64.from_address(ctypes.c_void_p.from_address(parameters).value or 0).value
        launches.append((config.gridDimX, config.blockDimX, config.numAttrs, config.attrs[0], value))
        return (getattr(driver.CUresult, status),)

    monkeypatch.setattr(driver, "cuLaunchKernelEx", launch)
    run = Run(kernel=mark, launch=LAUNCH, arguments=[np.uint64(9)], programmatic=True)
    with pytest.raises(GpuAdvisorError, match="kernel mark") if fails else nullcontext():
        device.perform(Activity(steps=[run]))
    ((blocks, threads, attributes, attribute, value),) = launches
    assert (blocks, threads, attributes, value) == (3, 64, 1, 9)
    serialization = driver.CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION
    assert attribute.id == serialization
    assert attribute.value.programmaticStreamSerializationAllowed == 1


def test_a_graph_is_captured_once_and_launched_for_every_sample(
    gpu: FakeGpu, device: CudaDevice, mark: Kernel
) -> None:
    run = Run(kernel=mark, launch=LAUNCH, arguments=[np.uint64(5)])
    gpu.kernel_seconds = lambda: 100e-6
    activity = Activity(steps=[run] * 4, as_graph=True)
    result = device.perform(activity, Timing(warmups=1, samples=3))
    assert len(gpu.called("launchKernel")) == 4
    assert gpu.called("graph.launch") == [(1, 4)] * (1 + 1 + 3)
    assert result.seconds == pytest.approx(400e-6)


def test_streams_fork_from_the_first_and_join_it(gpu: FakeGpu, device: CudaDevice) -> None:
    source, target = device.upload(CONTENT, place="pinned"), blank(device)
    steps = [copy(source, target, stream) for stream in (0, 1, 2)]
    gpu.log.clear()
    device.perform(Activity(steps=steps))
    order = [call[0] for call in gpu.log if call[0] in ("event", "wait_event", "memcpyAsync")]
    timed = order[1:-1]  # between the events that take the time
    assert timed == ["event", *["wait_event"] * 2, *["memcpyAsync"] * 3, *["event"] * 2, *["wait_event"] * 2]
    assert [call[4] for call in gpu.called("memcpyAsync")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("ordered", "calls"), [(False, ["malloc", "free"]), (True, ["mallocAsync", "freeAsync"])]
)
def test_scratch_memory_is_allocated_used_and_freed(
    gpu: FakeGpu, device: CudaDevice, ordered: bool, calls: list[str]
) -> None:
    source, target, scratch = device.upload(CONTENT), blank(device), Scratch("scratch")
    gpu.log.clear()
    steps = [
        Allocate(scratch=scratch, size_bytes=CONTENT.nbytes, ordered=ordered),
        Copy(source=Span(source), target=Span(scratch), size_bytes=CONTENT.nbytes),
        Copy(source=Span(scratch), target=Span(target), size_bytes=CONTENT.nbytes),
        Free(scratch=scratch, ordered=ordered),
    ]
    device.perform(Activity(steps=steps, clock="host"), Timing(samples=2))
    assert [len(gpu.called(name)) for name in calls] == [2, 2]
    assert np.array_equal(device.download(target, CONTENT), CONTENT)


def test_scratch_memory_of_a_failed_activity_is_freed(gpu: FakeGpu, device: CudaDevice) -> None:
    source, scratch = device.upload(CONTENT), Scratch("scratch")
    steps = [
        Allocate(scratch=scratch, size_bytes=64),
        Copy(source=Span(source), target=Span(scratch), size_bytes=64),
    ]
    gpu.failures["memcpyAsync"] = CUDARuntimeError(1)
    with pytest.raises(GpuAdvisorError, match="the copies was refused"):
        device.perform(Activity(steps=steps, clock="host", subject="the copies"))
    device.close()
    assert not gpu.memory


def test_pages_are_touched_before_each_sample_and_prefetched_in_it(gpu: FakeGpu, device: CudaDevice) -> None:
    managed = device.upload(CONTENT, place="managed")
    activity = Activity(steps=[Prefetch(buffer=managed)], before=[Touch(buffer=managed)], clock="host")
    device.perform(activity, Timing(samples=3))
    assert gpu.called("memPrefetchAsync") == [(managed.address, CONTENT.nbytes, HOST, 1)] * 3
    assert np.array_equal(device.download(managed, CONTENT), CONTENT), "touching changes nothing"


def test_the_hosts_clock_runs_until_the_stream_is_done(
    gpu: FakeGpu, device: CudaDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = device.upload(CONTENT, place="pageable"), blank(device)
    monkeypatch.setattr("gpuadvisor.devices.cuda_timing.time.perf_counter", lambda: float(len(gpu.log)))
    gpu.log.clear()
    result = device.perform(Activity(steps=[copy(source, target)], clock="host"))
    assert [call[0] for call in gpu.log[-3:]] == ["stream.synchronize", "memcpyAsync", "stream.synchronize"]
    assert result.seconds == 2.0
