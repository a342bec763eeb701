"""The whole device on a fake CuPy, with real compilation."""

import sys

import numpy as np
import pynvml
import pytest

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices import cuda_unavailable, sampling, steady_clock
from gpuadvisor.devices.cuda import CudaDevice
from gpuadvisor.devices.cuda_errors import DeviceLostError
from gpuadvisor.devices.device import Buffer, Kernel, Timing
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.model.provenance import Provenance
from tests.devices import fake_nvml
from tests.devices.fake_cupy import UUID, CUDADriverError, CUDARuntimeError, FakeGpu, fake_cupy
from tests.devices.test_cuda_unavailable import with_spec

SOURCE = 'extern "C" __global__ void fill(float* out, float value, int n) { if (n) *out = value; }'
LAUNCH = Launch(grid=(4, 2, 1), block=(32, 2, 1))
BUS_ID = "00000000:3B:00.0"


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    gpu = FakeGpu()
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: 13000)
    monkeypatch.setitem(sys.modules, "cupy", with_spec(fake_cupy(gpu)))
    fake_nvml.install(monkeypatch, fake_nvml.gpu(UUID, BUS_ID))
    return gpu


@pytest.fixture
def device(gpu: FakeGpu) -> CudaDevice:  # noqa: ARG001 - the GPU is found through CuPy
    return CudaDevice()


@pytest.fixture
def fill(device: CudaDevice) -> Kernel:
    module = device.compile(SOURCE, "fill.cu", CompileOptions(compute_capability="9.0"))
    return Kernel(module=module, name="fill")


def test_it_selects_the_gpu_it_was_asked_for(gpu: FakeGpu, device: CudaDevice) -> None:
    assert gpu.called("setDevice") == [(0,)]
    assert device.facts.id == "cuda:0"
    assert device.facts.conditions is not None
    assert device.facts.conditions.memory_free_bytes == 41_000_000_000


def test_it_compiles_for_its_own_compute_capability(fill: Kernel) -> None:
    assert fill.module.compute_capability == "8.0"
    assert fill.module.cubin.startswith(b"\x7fELF")


def test_arrays_survive_the_way_to_the_gpu_and_back(device: CudaDevice) -> None:
    array = np.arange(12, dtype=np.int16).reshape(3, 4)[:, ::2]
    buffer = device.upload(array, "a")
    assert np.array_equal(device.download(buffer, array), array)
    assert (buffer.size_bytes, buffer.address % 256) == (12, 0)


@pytest.mark.parametrize("offset_bytes", [4, 44, 128])
def test_an_offset_moves_the_array_off_its_boundary(
    gpu: FakeGpu, device: CudaDevice, offset_bytes: int
) -> None:
    array = np.arange(10, dtype=np.float32)
    buffer = device.upload(array, offset_bytes=offset_bytes)
    assert buffer.address % 256 == offset_bytes
    assert np.array_equal(device.download(buffer, array), array)
    device.free(buffer)
    assert not gpu.memory


def test_an_empty_array_is_a_buffer_too(gpu: FakeGpu, device: CudaDevice) -> None:
    device.free(device.upload(np.empty(0, np.float32)))
    assert not gpu.memory


def test_more_than_the_memory_holds(gpu: FakeGpu, device: CudaDevice) -> None:
    gpu.failures["malloc"] = CUDARuntimeError(2)
    with pytest.raises(GpuAdvisorError, match=r"'big' of 4,096 bytes does not fit"):
        device.upload(np.zeros(1024, np.float32), "big")


def test_reading_more_than_a_buffer_holds_is_refused(device: CudaDevice) -> None:
    buffer = device.upload(np.zeros(4, np.uint8))
    with pytest.raises(ValueError, match="holds 4 bytes, not 8"):
        device.download(buffer, np.zeros(8, np.uint8))


def test_arguments_go_by_value_in_their_exact_type(gpu: FakeGpu, device: CudaDevice, fill: Kernel) -> None:
    arguments = (Buffer(0x7F00, 4), np.float32(2.5), np.int32(-1), np.uint8(3), np.float16(0.5))
    device.launch(fill, LAUNCH, arguments)
    ((name, grid, block, contents, shared_bytes),) = gpu.called("launch")
    assert (name, grid, block, shared_bytes) == ("fill", (4, 2, 1), (32, 2, 1), 0)
    expected = [(0x7F00).to_bytes(8, "little"), b"\x00\x00\x20\x40", b"\xff" * 4, b"\x03", b"\x00\x38"]
    assert contents == expected


def test_the_machine_code_of_the_kernel_is_loaded(gpu: FakeGpu, device: CudaDevice, fill: Kernel) -> None:
    device.launch(fill, LAUNCH, ())
    assert fill.module.cubin in gpu.images


def test_a_launch_is_measured_and_its_conditions_sampled(
    gpu: FakeGpu, device: CudaDevice, fill: Kernel
) -> None:
    gpu.kernel_seconds = lambda: 300e-6
    result = device.launch(fill, LAUNCH, (), Timing(warmups=2, samples=5))
    assert result.seconds == pytest.approx(300e-6)
    assert len(result.times) == 5
    assert {time.provenance for time in result.times} == {Provenance.MEASURED}
    assert len(gpu.called("launch")) == 2 + 1 + 5
    assert result.observation is None
    assert result.before is not None
    assert result.after is not None
    assert result.before.sm_clock_hz == 1.395e9


def test_a_cold_launch_overwrites_twice_the_l2(gpu: FakeGpu, device: CudaDevice, fill: Kernel) -> None:
    device.launch(fill, LAUNCH, (), Timing(samples=3, cold=True))
    sizes = [call[2] for call in gpu.called("memsetAsync")]
    assert sizes == [2 * 41_943_040] * 3
    assert gpu.called("malloc") == [(2 * 41_943_040,)], "the flush buffer is made once"


def warming_steps(gpu: FakeGpu) -> int:
    return gpu.called("hold").count((pytest.approx(0.02),))


def test_the_clock_is_warmed_up_once(gpu: FakeGpu, device: CudaDevice, fill: Kernel) -> None:
    gpu.kernel_seconds = lambda: 1e-3
    for _ in range(3):
        device.launch(fill, LAUNCH, (), Timing(warmups=1))
    assert warming_steps(gpu) == 5


def test_a_gpu_that_fell_asleep_is_woken_again(
    device: CudaDevice, fill: Kernel, gpu: FakeGpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady_clock, "LEAST_ASLEEP_SECONDS", 0.0)
    device.launch(fill, LAUNCH, (), Timing(warmups=1))
    card = fake_nvml.gpu(UUID, BUS_ID)
    card.answers["nvmlDeviceGetClockInfo"] = {1: 345, 2: 1215}
    monkeypatch.setattr(device._gpu, "_handle", card)
    device.launch(fill, LAUNCH, (), Timing(warmups=1))
    assert warming_steps(gpu) == 10


def test_throttled_launches_are_not_among_the_times(
    gpu: FakeGpu, device: CudaDevice, fill: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second batch takes longer, and the look after it names the reason."""
    gpu.kernel_seconds = lambda: 4e-3 if 5 < len(gpu.called("launch")) - 2 <= 10 else 1e-3
    reasons = iter([0, 0, 0x40])
    monkeypatch.setattr(pynvml, "nvmlDeviceGetCurrentClocksEventReasons", lambda _: next(reasons, 0))
    monkeypatch.setattr(sampling, "PAUSE_SECONDS", 0.0)
    result = device.launch(fill, LAUNCH, (), Timing(warmups=1, samples=10, most_samples=50))
    assert [time.seconds for time in result.times] == [pytest.approx(1e-3)] * 10
    assert result.discarded == 5
    assert len(result.looks) == 4
    assert "hardware thermal slowdown" in str(result.discarded_looks)


def test_a_launch_that_nobody_times_gets_no_look(device: CudaDevice, fill: Kernel) -> None:
    result = device.launch(fill, LAUNCH, ())
    assert (result.before, result.after, result.looks) == (None, None, ())


@pytest.mark.parametrize("status", [700, 716, 719])
def test_a_fault_in_the_kernel_loses_the_device(
    gpu: FakeGpu, device: CudaDevice, fill: Kernel, status: int
) -> None:
    gpu.failures["synchronize"] = CUDARuntimeError(status)
    with pytest.raises(DeviceLostError, match="kernel fill"):
        device.launch(fill, LAUNCH, ())


def test_a_launch_the_gpu_refuses_names_the_kernel(gpu: FakeGpu, device: CudaDevice, fill: Kernel) -> None:
    gpu.failures["launch"] = CUDADriverError(1)
    with pytest.raises(GpuAdvisorError, match="kernel fill was refused") as caught:
        device.launch(fill, LAUNCH, ())
    assert not isinstance(caught.value, DeviceLostError)


def test_an_empty_grid_is_refused_not_enlarged(device: CudaDevice, fill: Kernel) -> None:
    with pytest.raises(GpuAdvisorError, match="at least one block"):
        device.launch(fill, Launch(grid=(0, 1, 1), block=(32, 1, 1)), ())


def test_a_gpu_newer_than_the_compiler_gets_ptx(gpu: FakeGpu) -> None:
    gpu.properties.update(major=99, minor=0)
    device = CudaDevice()
    module: CompiledModule = device.compile(SOURCE, "fill.cu", CompileOptions(compute_capability="99.0"))
    device.launch(Kernel(module=module, name="fill"), LAUNCH, ())
    assert all(image.lstrip().startswith(b"//") or b".version" in image for image in gpu.images)


def test_closing_gives_everything_back(gpu: FakeGpu, device: CudaDevice, fill: Kernel) -> None:
    device.upload(np.zeros(4), "a")
    device.upload(np.zeros(4), "b", offset_bytes=8)
    device.launch(fill, LAUNCH, (), Timing(cold=True))
    device.close()
    assert not gpu.memory


@pytest.mark.usefixtures("gpu")
def test_a_gpu_that_cannot_be_used_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cuda_unavailable, "driver_cuda_version", lambda: None)
    with pytest.raises(GpuAdvisorError, match="no NVIDIA driver"):
        CudaDevice()


def test_a_gpu_taken_in_the_meantime_says_so(gpu: FakeGpu) -> None:
    gpu.failures["setDevice"] = CUDARuntimeError(46)
    with pytest.raises(GpuAdvisorError, match="cuda:0: the GPU is busy"):
        CudaDevice()
