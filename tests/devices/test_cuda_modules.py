"""Which code goes onto which GPU, and how much shared memory a kernel may have."""

import pytest

from gpuadvisor.compiler.module import CompiledModule
from gpuadvisor.devices.cuda_modules import CudaModules, best_target, image
from gpuadvisor.devices.device import Kernel
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.kernel import Launch
from tests.devices.fake_cupy import CUDADriverError, FakeGpu, fake_cupy

SUPPORTED = ("7.5", "8.0", "8.6", "9.0", "10.0", "12.0")
BLOCK = (32, 1, 1)


def module(compute_capability: str = "8.0") -> CompiledModule:
    return CompiledModule(
        ptx=".version 9.0",
        cubin=b"\x7fELF cubin",
        compiler="nvrtc 13.5",
        compute_capability=compute_capability,
        resources={},
        names={"_Z4scanv": "scan"},
    )


def modules(gpu: FakeGpu) -> CudaModules:
    return CudaModules(fake_cupy(gpu), "8.0", shared_limit_bytes=166_912)


def launch(dynamic_shared_bytes: int = 0) -> Launch:
    return Launch(grid=(1, 1, 1), block=BLOCK, dynamic_shared_bytes=dynamic_shared_bytes)


@pytest.mark.parametrize(
    ("gpu", "requested", "target"),
    [
        ("9.0", "9.0", "9.0"),
        ("9.0", "8.0", "9.0"),
        ("9.0", "9.0a", "9.0a"),
        ("10.3", "10.3", "10.0"),
        ("13.0", "13.0", "12.0"),
        ("7.0", "7.0", "7.0"),
    ],
)
def test_the_newest_target_that_runs_is_compiled_for(gpu: str, requested: str, target: str) -> None:
    assert best_target(gpu, requested, SUPPORTED) == target


@pytest.mark.parametrize(
    ("compiled", "gpu", "start"),
    [
        ("9.0", "9.0", b"\x7fELF"),
        ("9.0a", "9.0", b"\x7fELF"),
        ("8.0", "8.6", b".version"),
        ("7.5", "7.0", b".version"),
    ],
)
def test_machine_code_runs_only_where_it_was_made_for(compiled: str, gpu: str, start: bytes) -> None:
    content = image(module(compiled), gpu)
    assert content.startswith(start)


def test_ptx_ends_in_a_zero_as_the_driver_wants_it() -> None:
    assert image(module("8.0"), "8.6").endswith(b"\0")


def test_a_module_is_loaded_once() -> None:
    gpu = FakeGpu()
    loaded = modules(gpu)
    kernel = Kernel(module=module(), name="_Z4scanv")
    assert loaded.function(kernel, launch()) is loaded.function(kernel, launch())
    assert len(gpu.called("load")) == 1


@pytest.mark.parametrize(
    ("dynamic_bytes", "calls"), [(0, []), (49_152, []), (49_153, [(8, 49_153)]), (166_912, [(8, 166_912)])]
)
def test_more_than_the_default_shared_memory_is_asked_for(
    dynamic_bytes: int, calls: list[tuple[int, int]]
) -> None:
    gpu = FakeGpu()
    modules(gpu).function(Kernel(module=module(), name="_Z4scanv"), launch(dynamic_bytes))
    assert gpu.called("funcSetAttribute") == calls


def test_static_shared_memory_lowers_the_default() -> None:
    gpu = FakeGpu()
    gpu.default_shared_bytes = 16_384
    modules(gpu).function(Kernel(module=module(), name="_Z4scanv"), launch(20_000))
    assert gpu.called("funcSetAttribute") == [(8, 20_000)]


def test_more_shared_memory_than_there_is() -> None:
    with pytest.raises(GpuAdvisorError, match=r"kernel scan asks for 166,913 .* at most 166,912"):
        modules(FakeGpu()).function(Kernel(module=module(), name="_Z4scanv"), launch(166_913))


@pytest.mark.parametrize(
    ("status", "words"), [(222, "newer than the driver"), (209, "a newer GPU than this")]
)
def test_code_the_driver_does_not_take(status: int, words: str) -> None:
    gpu = FakeGpu()
    gpu.failures["load"] = CUDADriverError(status)
    with pytest.raises(GpuAdvisorError, match=words):
        modules(gpu).function(Kernel(module=module(), name="_Z4scanv"), launch())
