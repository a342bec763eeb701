"""Texture objects through a fake CuPy."""

import numpy as np
import pytest

from gpuadvisor.devices.cuda_memory import CudaMemory
from gpuadvisor.devices.cuda_textures import CudaTextures
from gpuadvisor.emulator.textures.images import AddressMode, Image, Sampling, Texels, texels_of
from gpuadvisor.model.errors import GpuAdvisorError
from tests.devices.fake_cupy import CUDARuntimeError, FakeGpu, fake_cupy


class Bench:
    """A fake GPU with memory and textures."""

    def __init__(self) -> None:
        self.gpu = FakeGpu()
        cupy = fake_cupy(self.gpu)
        self.memory = CudaMemory(cupy)
        self.textures = CudaTextures(cupy, cupy.cuda.Stream())

    def bind(self, array: np.ndarray, texels: Texels, sampling: Sampling | None) -> int:
        address = self.memory.upload(array, "image", 0).address
        return self.textures.bind(Image(address, texels, sampling))


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("shape", "element", "channels", "format_expected"),
    [
        ((5,), "float32", 1, (32, 0, 0, 0, 2)),
        ((3, 5), "uint32", 1, (32, 0, 0, 0, 1)),
        ((3, 5), "int16", 2, (16, 16, 0, 0, 0)),
        ((2, 3, 5), "uint8", 4, (8, 8, 8, 8, 1)),
        ((4, 4), "float16", 1, (16, 0, 0, 0, 2)),
    ],
)
def test_a_texture_holds_a_copy_of_the_texels(
    shape: tuple[int, ...], element: str, channels: int, format_expected: tuple[int, ...], bench: Bench
) -> None:
    array = np.arange(np.prod(shape) * channels).astype(element)
    assert bench.bind(array, texels_of(shape, element, channels), Sampling()) == 1
    [((resource_type, cuda_array), _)] = bench.gpu.called("TextureObject")
    assert resource_type == 0
    assert cuda_array.extents == list(shape)
    assert cuda_array.desc == format_expected
    assert cuda_array.content.dtype == element
    assert cuda_array.content.ravel().tolist() == array.tolist()


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(), ((1, 1), 0, 0, 0)),
        (Sampling(filter="linear", address=("wrap",), normalized=True), ((0, 0), 1, 0, 1)),
        (Sampling(address=("mirror", "border"), normalized=True, read="normalized-float"), ((2, 3), 0, 1, 1)),
    ],
)
def test_it_samples_as_told(
    sampling: Sampling, expected: tuple[tuple[AddressMode, ...], int, int, int], bench: Bench
) -> None:
    bench.bind(np.zeros((4, 4), np.float32), texels_of((4, 4), "float32", 1), sampling)
    [(_, found)] = bench.gpu.called("TextureObject")
    assert found == expected


@pytest.mark.parametrize(
    ("texels", "sampling", "said"),
    [
        (texels_of((4, 4), "float32", 1), None, "a surface runs on emulated devices only"),
        (texels_of((2, 4, 4), "float32", 1, layered=True), Sampling(), "layered 2D of float32"),
        (texels_of((6, 4, 4), "float32", 1, cube=True), Sampling(), "cube of float32"),
    ],
)
def test_what_is_refused(texels: Texels, sampling: Sampling | None, said: str, bench: Bench) -> None:
    with pytest.raises(GpuAdvisorError, match=said):
        bench.bind(np.zeros(96, np.float32), texels, sampling)


def test_an_error_of_cuda_names_the_texture(bench: Bench) -> None:
    bench.gpu.failures["TextureObject"] = CUDARuntimeError(2)
    with pytest.raises(GpuAdvisorError, match="texture, 2D of uint32"):
        bench.bind(np.zeros((4, 4), np.uint32), texels_of((4, 4), "uint32", 1), Sampling())
