from collections.abc import Callable, Iterator

import numpy as np
import pytest

from gpuadvisor.compiler.module import CompileOptions
from gpuadvisor.devices import emulated
from gpuadvisor.devices.device import Argument, Buffer, Kernel, LaunchResult
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.emulator.decoder import decode
from gpuadvisor.emulator.program import Program
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from gpuadvisor.model.provenance import Provenance

SOURCE = """
extern "C" __global__ void scale(float *out, const float *in, int n, int stride)
{
    int i = (blockIdx.x * blockDim.x + threadIdx.x) * stride;
    if (i < n) out[i] = 2.0f * in[i];
}

extern "C" __global__ void reverse(int *data)
{
    extern __shared__ int tile[];
    tile[threadIdx.x] = data[threadIdx.x];
    __syncthreads();
    data[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
}

__device__ int total;

extern "C" __global__ void __launch_bounds__(64) count(int *out)
{
    if (threadIdx.x == 0) *out = total += 1;
}

extern "C" __global__ void sum4(float *out, const float *in, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float a = in[i], b = in[i + n], c = in[i + 2 * n], d = in[i + 3 * n];
    out[i] = (a + b) + (c + d);
}
"""


@pytest.fixture
def device() -> Iterator[EmulatedDevice]:
    opened = EmulatedDevice("h100", all_blocks=True)
    yield opened
    opened.close()


def kernel(device: EmulatedDevice, name: str) -> Kernel:
    return Kernel(
        module=device.compile(SOURCE, "kernels.cu", CompileOptions(compute_capability="9.0")), name=name
    )


def scale(
    device: EmulatedDevice, *, blocks: int = 4, stride: int = 1, offset_bytes: int = 0
) -> tuple[LaunchResult, Buffer]:
    elements = blocks * 128 * stride
    array = np.arange(elements, dtype=np.float32)
    out = device.upload(np.zeros_like(array), "out")
    source = device.upload(array, "in", offset_bytes)
    launch = Launch(grid=(blocks, 1, 1), block=(128, 1, 1))
    arguments: list[Argument] = [out, source, np.int32(elements), np.int32(stride)]
    return device.launch(kernel(device, "scale"), launch, arguments), out


def test_the_kernel_really_runs(device: EmulatedDevice) -> None:
    _, out = scale(device)
    expected = 2 * np.arange(512, dtype=np.float32)
    np.testing.assert_array_equal(device.download(out, expected), expected)


@pytest.mark.parametrize(("stride", "sectors"), [(1, 4), (2, 8), (4, 16), (8, 32), (16, 32)])
def test_sectors_are_counted(device: EmulatedDevice, stride: int, sectors: int) -> None:
    result, _ = scale(device, stride=stride)
    assert result.observation is not None
    counters = result.observation.counters
    assert counters.global_load_requests == 4 * 4
    assert counters.global_load_sectors == sectors * counters.global_load_requests


@pytest.mark.parametrize(("offset_bytes", "sectors"), [(0, 4), (4, 5), (32, 4), (44, 5)])
def test_a_buffer_lies_where_it_is_asked_to(device: EmulatedDevice, offset_bytes: int, sectors: int) -> None:
    result, out = scale(device, offset_bytes=offset_bytes)
    assert out.address % 256 == 0
    assert result.observation is not None
    counters = result.observation.counters
    assert counters.global_load_sectors == sectors * counters.global_load_requests


def test_a_launch_has_one_modelled_time(device: EmulatedDevice) -> None:
    result, _ = scale(device)
    (time,) = result.times
    assert time.provenance is Provenance.MODELLED
    assert result.seconds == time.seconds == max(time.components.values())
    assert time.bound_by == "launch"


def test_loads_in_flight_divide_the_waiting(device: EmulatedDevice) -> None:
    threads, blocks = 128, 2
    data = device.upload(np.zeros(4 * threads * blocks, np.float32))
    out = device.upload(np.zeros(threads * blocks, np.float32))
    launch = Launch(grid=(blocks, 1, 1), block=(threads, 1, 1))
    result = device.launch(kernel(device, "sum4"), launch, [out, data, np.int32(threads * blocks)])
    dram_latency_cycles = 700
    one_wait = dram_latency_cycles / device.facts.sm_clock_hz
    assert result.times[0].components["latency"] == pytest.approx(one_wait)


def test_dynamic_shared_memory_is_there(device: EmulatedDevice) -> None:
    data = np.arange(96, dtype=np.int32)
    buffer = device.upload(data)
    launch = Launch(grid=(1, 1, 1), block=(96, 1, 1), dynamic_shared_bytes=96 * 4)
    device.launch(kernel(device, "reverse"), launch, [buffer])
    np.testing.assert_array_equal(device.download(buffer, data), data[::-1])


def test_a_module_is_decoded_once_and_its_variables_live_on(
    device: EmulatedDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    decoded: list[str] = []

    def decode_and_note(ptx: str, is_library: Callable[[str], bool]) -> Program:
        decoded.append(ptx)
        return decode(ptx, is_library)

    monkeypatch.setattr(emulated, "decode", decode_and_note)
    out = device.upload(np.zeros(1, np.int32))
    for _ in range(3):
        device.launch(kernel(device, "count"), Launch(grid=(1, 1, 1), block=(32, 1, 1)), [out])
    assert device.download(out, np.zeros(1, np.int32))[0] == 3
    assert len(decoded) == 1


def test_a_large_grid_is_sampled_and_scaled_unless_all_blocks_are_wanted() -> None:
    sampled, _ = scale(EmulatedDevice("h100"), blocks=4096)
    assert sampled.observation is not None
    counters = sampled.observation.counters
    assert counters.blocks_total == 4096 > counters.blocks_run
    assert counters.global_load_requests == 4096 * 4


def test_an_old_gpu_is_compiled_for_the_lowest_target_and_keeps_its_own_limits() -> None:
    device = EmulatedDevice("v100")
    module = kernel(device, "scale").module
    assert device.facts.compute_capability == "7.0" != module.compute_capability
    assert module.resources["scale"].compute_capability == module.compute_capability
    _, out = scale(device)
    assert device.download(out, np.zeros(3, np.float32)).tolist() == [0.0, 2.0, 4.0]
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1), dynamic_shared_bytes=96 * 1024 + 1)
    with pytest.raises(GpuAdvisorError, match="does not fit"):
        device.launch(kernel(device, "reverse"), launch, [out])


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        ([np.float32(1)], ["(u64)", "(float32)"]),
        ([np.uint64(0), np.uint64(0), np.int64(1), np.int32(1)], ["(int64)", "(u32)"]),
        ([], ["(u64)", "none"]),
    ],
)
def test_arguments_that_do_not_fit_are_shown_with_the_parameters(
    device: EmulatedDevice, arguments: list[Argument], shown: list[str]
) -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        device.launch(kernel(device, "scale"), Launch(grid=(1, 1, 1), block=(32, 1, 1)), arguments)
    assert all(part in str(raised.value) for part in shown)


@pytest.mark.parametrize(
    ("name", "launch", "message"),
    [
        ("reverse", Launch(grid=(0, 1, 1), block=(32, 1, 1)), "grid (0, 1, 1)"),
        ("reverse", Launch(grid=(1, 65536, 1), block=(32, 1, 1)), "65535"),
        ("reverse", Launch(grid=(1, 1, 1), block=(1, 1, 65)), "block (1, 1, 65)"),
        ("reverse", Launch(grid=(1, 1, 1), block=(64, 32, 1)), "2048"),
        ("count", Launch(grid=(1, 1, 1), block=(65, 1, 1)), "1 to 64"),
        ("reverse", Launch(grid=(1, 1, 1), block=(32, 1, 1), dynamic_shared_bytes=232_449), "232,448"),
        ("absent", Launch(grid=(1, 1, 1), block=(32, 1, 1)), "it has scale, reverse, count, sum4"),
    ],
)
def test_impossible_launches_are_refused(
    device: EmulatedDevice, name: str, launch: Launch, message: str
) -> None:
    with pytest.raises(GpuAdvisorError) as raised:
        device.launch(kernel(device, name), launch, [np.uint64(0)])
    assert message in str(raised.value)


def test_an_access_outside_every_buffer_stops_the_launch(device: EmulatedDevice) -> None:
    small = device.upload(np.zeros(8, np.int32), "small")
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1), dynamic_shared_bytes=128)
    with pytest.raises(GpuAdvisorError, match=r"kernels\.cu") as raised:
        device.launch(kernel(device, "reverse"), launch, [small])
    assert "small" in str(raised.value)


def test_freed_memory_is_gone(device: EmulatedDevice) -> None:
    array = np.arange(8, dtype=np.int16)
    buffer = device.upload(array)
    np.testing.assert_array_equal(device.download(buffer, array), array)
    device.free(buffer)
    with pytest.raises(GpuAdvisorError):
        device.download(buffer, array)


def test_what_is_prepared_is_launched_and_computes_the_same(device: EmulatedDevice) -> None:
    wanted = kernel(device, "count")
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1))
    device.prepare(wanted, launch)
    out = device.upload(np.zeros(1, np.int32))
    device.launch(wanted, launch, [out])
    assert device.download(out, np.zeros(1, np.int32))[0] == 1


def test_preparing_what_is_not_there_is_left_to_the_launch(device: EmulatedDevice) -> None:
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1))
    wanted = kernel(device, "absent")
    device.prepare(wanted, launch)
    with pytest.raises(GpuAdvisorError, match="is not in the module"):
        device.launch(wanted, launch, [])


@pytest.mark.parametrize("prepares", [True, False])
def test_a_closed_device_prepares_nothing_more(prepares: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    abandoned: list[bool] = []
    monkeypatch.setattr(emulated, "abandon_prepared", lambda: abandoned.append(True))
    opened = EmulatedDevice("h100")
    if prepares:
        opened.prepare(kernel(opened, "count"), Launch(grid=(1, 1, 1), block=(32, 1, 1)))
    opened.close()
    assert abandoned == [True] * prepares
