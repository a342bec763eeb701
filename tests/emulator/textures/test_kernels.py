"""Kernels as people write them with textures: convolution, interpolating tables, slices of a volume."""

from typing import Any

import numpy as np

from gpuadvisor.emulator.memory import GlobalMemory
from gpuadvisor.emulator.textures.images import Sampling
from tests.emulator.harness import Array, compiled, execute, launch_of
from tests.emulator.textures.reference import image_of

RANDOM = np.random.default_rng(23)

CONVOLUTION = """
__constant__ float weights[9] = {1, 2, 1, 2, 4, 2, 1, 2, 1};
extern "C" __global__ void k(float4* out, cudaTextureObject_t image, int width, int height) {
    int x = blockIdx.x * blockDim.x + threadIdx.x, y = blockIdx.y * blockDim.y + threadIdx.y;
    if (x >= width || y >= height) return;
    float4 sum = make_float4(0, 0, 0, 0);
    for (int dy = -1; dy <= 1; dy++)
        for (int dx = -1; dx <= 1; dx++) {
            float4 p = tex2D<float4>(image, x + dx + 0.5f, y + dy + 0.5f);
            float w = weights[(dy + 1) * 3 + dx + 1];
            sum.x += w * p.x; sum.y += w * p.y; sum.z += w * p.z; sum.w += w * p.w;
        }
    out[y * width + x] = sum;
}
"""


def run(
    source: str, image: Array, sampling: Sampling, arguments: list[Any], grid: Any, block: Any, **kind: Any
) -> Array:
    """Run `k(out, texture, ...)`; return out."""
    memory = GlobalMemory()
    handle, _ = image_of(memory, image, sampling, **kind)
    given = [arguments[0], handle, *arguments[1:]]
    return execute(compiled(source), "k", launch_of(grid, block), given, memory=memory).arrays[0]


def test_convolution_with_a_border() -> None:
    image = RANDOM.integers(0, 10, (19, 37, 4)).astype(np.float32)
    arguments = [np.zeros_like(image), np.int32(37), np.int32(19)]
    out = run(CONVOLUTION, image, Sampling(address=("border",)), arguments, (2, 3), (32, 8), channels=4)
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)))
    weights = np.outer([1, 2, 1], [1, 2, 1])
    wanted = sum(weights[dy, dx] * padded[dy : dy + 19, dx : dx + 37] for dy in range(3) for dx in range(3))
    np.testing.assert_array_equal(out, wanted)


TABLE = """
extern "C" __global__ void k(float* out, cudaTextureObject_t table, const float* x, float scale) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    out[i] = tex1D<float>(table, x[i] * scale + 0.5f);
}
"""


def test_interpolating_table() -> None:
    """The guide's table lookup: TL(x) = tex((N - 1) / R x + 0.5), here of a sine over one radian."""
    table = np.sin(np.linspace(0, 1, 65)).astype(np.float32)
    x = RANDOM.random(128).astype(np.float32)
    arguments = [np.zeros(128, np.float32), x, np.float32(64)]
    out = run(TABLE, table, Sampling(filter="linear"), arguments, 4, 32)
    np.testing.assert_allclose(out, np.sin(x), atol=1 / 64 / 256 / 2 + (1 / 64) ** 2 / 8 + 1e-6)


SLICES = """
extern "C" __global__ void k(float* out, cudaTextureObject_t volume, int depth, float cosine, float sine) {
    int x = threadIdx.x, y = threadIdx.y, size = blockDim.x;
    float u = x - size / 2, v = y - size / 2, sum = 0;
    for (int z = 0; z < depth; z++)
        sum += tex3D<float>(volume, cosine * u - sine * v + size / 2 + 0.5f,
                            sine * u + cosine * v + size / 2 + 0.5f, z + 0.5f);
    out[y * size + x] = sum;
}
"""


def test_turned_projection_of_a_volume() -> None:
    """A quarter turn maps texels onto texels, so filtering changes nothing."""
    volume = RANDOM.integers(0, 100, (5, 16, 16)).astype(np.float32)
    arguments = [np.zeros((16, 16), np.float32), np.int32(5), np.float32(0), np.float32(1)]
    out = run(SLICES, volume, Sampling(filter="linear", address=("border",)), arguments, 1, (16, 16))
    projected = np.pad(volume.sum(axis=0), 1)
    y, x = np.mgrid[:16, :16]
    wanted = projected[np.clip(x + 1, 0, 17), np.clip(16 - y + 1, 0, 17)]
    np.testing.assert_array_equal(out, wanted)
