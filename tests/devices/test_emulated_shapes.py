"""The curves that an emulated GPU shows when real kernels run on it: those of the closed forms."""

from collections.abc import Iterator

import numpy as np
import pytest

from gpuadvisor.compiler.module import CompiledModule, CompileOptions
from gpuadvisor.devices.device import Argument, Kernel
from gpuadvisor.devices.emulated import EmulatedDevice
from gpuadvisor.model.kernel import KernelTime, Launch

SOURCE = """
extern "C" __global__ void strided(float *out, const float *in, int stride)
{
    size_t i = blockIdx.x * blockDim.x + threadIdx.x;
    float value = in[i * stride];
    if (value == 1.5f) out[0] = value;
}

extern "C" __global__ void conflicts(int *out, int ways, int rounds)
{
    __shared__ volatile int words[1024];
    int sum = 0;
    for (int round = 0; round < rounds; round++) sum += words[(threadIdx.x % 32 * ways + round) % 1024];
    out[blockIdx.x * blockDim.x + threadIdx.x] = sum;
}

extern "C" __global__ void paths(float *out, int paths, int rounds)
{
    float value = threadIdx.x;
    for (int path = 0; path < paths; path++)
        if (threadIdx.x % paths == path)
            for (int round = 0; round < rounds; round++) value = value * 1.0001f + 0.5f;
    out[blockIdx.x * blockDim.x + threadIdx.x] = value;
}
"""
THREADS = 1 << 22
MULTIPROCESSORS = 132


@pytest.fixture(scope="module")
def device() -> Iterator[EmulatedDevice]:
    opened = EmulatedDevice("h100")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def module(device: EmulatedDevice) -> CompiledModule:
    return device.compile(SOURCE, "shapes.cu", CompileOptions(compute_capability="9.0"))


def run(
    device: EmulatedDevice, module: CompiledModule, name: str, launch: Launch, arguments: list[Argument]
) -> KernelTime:
    return device.launch(Kernel(module=module, name=name), launch, arguments).times[0]


def read_bandwidth(
    device: EmulatedDevice, module: CompiledModule, *, stride: int = 1, dynamic_shared_bytes: int = 0
) -> float:
    source = device.upload(np.zeros(THREADS * stride, np.float32), "in")
    launch = Launch(grid=(THREADS // 256, 1, 1), block=(256, 1, 1), dynamic_shared_bytes=dynamic_shared_bytes)
    time = run(device, module, "strided", launch, [source, source, np.int32(stride)])
    device.free(source)
    return THREADS * 4 / time.seconds


def test_bandwidth_halves_with_the_stride_until_every_thread_has_its_own_sector(
    device: EmulatedDevice, module: CompiledModule
) -> None:
    bandwidth = {stride: read_bandwidth(device, module, stride=stride) for stride in (1, 2, 4, 8, 16)}
    assert bandwidth[2] / bandwidth[4] == pytest.approx(2, rel=0.01)
    assert bandwidth[4] / bandwidth[8] == pytest.approx(2, rel=0.01)
    assert bandwidth[8] == pytest.approx(device.facts.dram_bytes_per_second / 8, rel=0.01)
    assert bandwidth[16] == pytest.approx(bandwidth[8], rel=0.01)
    assert bandwidth[1] > 0.8 * device.facts.dram_bytes_per_second


def test_bandwidth_rises_with_occupancy_until_it_saturates() -> None:
    a100 = EmulatedDevice("a100-40gb")
    module = a100.compile(SOURCE, "shapes.cu", CompileOptions(compute_capability="8.0"))
    kibibytes_by_blocks = {1: 160, 2: 80, 4: 40, 6: 26, 8: 19}
    bandwidth = {
        blocks: read_bandwidth(a100, module, dynamic_shared_bytes=size * 1024)
        for blocks, size in kibibytes_by_blocks.items()
    }
    assert bandwidth[2] / bandwidth[1] == pytest.approx(2, rel=0.05)
    assert bandwidth[4] / bandwidth[2] == pytest.approx(2, rel=0.05)
    assert bandwidth[6] == bandwidth[8] == pytest.approx(a100.facts.dram_bytes_per_second, rel=0.01)


@pytest.mark.parametrize("ways", [8, 16, 32])
def test_conflicts_cost_their_wavefronts(device: EmulatedDevice, module: CompiledModule, ways: int) -> None:
    rounds, warps = 128, 8
    out = device.upload(np.zeros(MULTIPROCESSORS * 32 * warps, np.int32), "out")
    launch = Launch(grid=(MULTIPROCESSORS, 1, 1), block=(32 * warps, 1, 1))
    time = run(device, module, "conflicts", launch, [out, np.int32(ways), np.int32(rounds)])
    device.free(out)
    assert time.bound_by == "shared"
    assert time.seconds == pytest.approx(ways * rounds * warps / device.facts.sm_clock_hz, rel=0.01)


def test_divergence_costs_its_paths(device: EmulatedDevice, module: CompiledModule) -> None:
    out = device.upload(np.zeros(32, np.float32), "out")
    launch = Launch(grid=(1, 1, 1), block=(32, 1, 1))
    issue = {
        paths: run(device, module, "paths", launch, [out, np.int32(paths), np.int32(300)]).components["issue"]
        for paths in (1, 2, 8, 32)
    }
    device.free(out)
    for paths, seconds in issue.items():
        assert seconds == pytest.approx(paths * issue[1], rel=0.05)
