"""What frameworks tell of themselves, by modules in their place."""

import sys
import warnings
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from gpuadvisor.examining.looks import cupy, jax, numba, tensorflow, torch, triton
from gpuadvisor.examining.looks.sight import Sight


def put(monkeypatch: pytest.MonkeyPatch, name: str, **content: Any) -> None:
    module = ModuleType(name)
    vars(module).update(content)
    monkeypatch.setitem(sys.modules, name, module)


def put_torch(monkeypatch: pytest.MonkeyPatch, cuda: str | None, devices: int, warning: str = "") -> None:
    def is_available() -> bool:
        if warning:
            warnings.warn(warning, stacklevel=1)
        return devices > 0

    put(
        monkeypatch,
        "torch",
        __version__="2.9.0",
        version=SimpleNamespace(cuda=cuda, hip=None if cuda else "6.4"),
        cuda=SimpleNamespace(
            is_available=is_available,
            device_count=lambda: devices,
            get_arch_list=lambda: ["sm_90"] if devices else [],
        ),
    )


def test_torch_that_sees_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    put_torch(monkeypatch, "12.8", devices=2)
    assert torch.look() == Sight(
        version="2.9.0", has_cuda=True, cuda="12.8", devices=2, architectures=["sm_90"]
    )


def test_torch_tells_why_it_sees_none_in_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    put_torch(monkeypatch, "12.8", devices=0, warning="CUDA initialization: the driver is too old")
    assert torch.look().problem == "CUDA initialization: the driver is too old"


def test_torch_for_rocm(monkeypatch: pytest.MonkeyPatch) -> None:
    put_torch(monkeypatch, None, devices=1)
    found = torch.look()
    assert (found.has_cuda, found.problem) == (False, "built for AMD's ROCm 6.4")


@pytest.mark.parametrize(
    ("build", "devices", "expected"),
    [
        ({"is_cuda_build": False}, [], Sight(version="2.21.0", has_cuda=False)),
        (
            {
                "is_cuda_build": True,
                "cuda_version": "12.5.1",
                "cuda_compute_capabilities": ["sm_60", "compute_90"],
            },
            ["GPU:0"],
            Sight(
                version="2.21.0",
                has_cuda=True,
                cuda="12.5.1",
                devices=1,
                architectures=["sm_60", "compute_90"],
            ),
        ),
        (
            {"is_cuda_build": True, "cuda_version": "64_112"},
            ["GPU:0"],
            Sight(version="2.21.0", has_cuda=True, devices=1),
        ),
    ],
)
def test_tensorflow(
    monkeypatch: pytest.MonkeyPatch, build: dict[str, Any], devices: list[str], expected: Sight
) -> None:
    put(
        monkeypatch,
        "tensorflow",
        __version__="2.21.0",
        sysconfig=SimpleNamespace(get_build_info=lambda: build),
        config=SimpleNamespace(list_physical_devices=lambda kind: devices if kind == "GPU" else ["CPU:0"]),
    )
    assert tensorflow.look() == expected


def put_jax(monkeypatch: pytest.MonkeyPatch, plugin: str | None, devices: list[str]) -> None:
    def named(platform: str) -> list[str]:
        if not devices:
            raise RuntimeError(f"Unknown backend {platform}")
        return devices

    put(monkeypatch, "jax", __version__="0.10.2", devices=named)
    monkeypatch.setattr(jax, "_is_installed", lambda distribution: distribution == plugin)


def test_jax_with_a_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    put_jax(monkeypatch, "jax-cuda13-plugin", ["cuda:0"])
    assert jax.look() == Sight(version="0.10.2", has_cuda=True, cuda="13", devices=1)


def test_jax_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    put_jax(monkeypatch, None, [])
    assert jax.look() == Sight(version="0.10.2", has_cuda=False, problem="Unknown backend cuda")


class CudaError(RuntimeError):
    """CuPy's."""


def put_cupy(monkeypatch: pytest.MonkeyPatch, *, count: int, nvrtc: bool = True) -> None:
    def get_count() -> int:
        if not count:
            raise CudaError("cudaErrorInsufficientDriver: CUDA driver version is insufficient")
        return count

    def get_version() -> tuple[int, int]:
        if not nvrtc:
            raise RuntimeError('Failure finding "libnvrtc.so.12": No such file')
        return 12, 9

    runtime = SimpleNamespace(
        CUDARuntimeError=CudaError,
        getDeviceCount=get_count,
        runtimeGetVersion=lambda: 12090,
        is_hip=False,
    )
    put(monkeypatch, "cupy", __version__="14.2.0", cuda=SimpleNamespace(runtime=runtime))
    put(monkeypatch, "cupy_backends.cuda.libs.nvrtc", getVersion=get_version)


def test_cupy_that_sees_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    put_cupy(monkeypatch, count=1)
    assert cupy.look() == Sight(version="14.2.0", has_cuda=True, cuda="12.9", devices=1)


def test_cupy_without_its_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    put_cupy(monkeypatch, count=1, nvrtc=False)
    found = cupy.look()
    assert (found.devices, found.problem) == (1, 'Failure finding "libnvrtc.so.12": No such file')


def test_cupy_that_sees_none(monkeypatch: pytest.MonkeyPatch) -> None:
    put_cupy(monkeypatch, count=0)
    found = cupy.look()
    assert (found.devices, found.cuda) == (0, "12.9")
    assert "cudaErrorInsufficientDriver" in (found.problem or "")


def put_numba(monkeypatch: pytest.MonkeyPatch, *, usable: bool, toolkit: Any) -> None:
    def version() -> tuple[int, int]:
        if isinstance(toolkit, Exception):
            raise toolkit
        return tuple(toolkit)

    cuda = {
        "is_available": lambda: usable,
        "cuda_error": lambda: "\nCUDA driver library\ncannot be found.\n",
        "gpus": ["GPU 0"],
        "runtime": SimpleNamespace(get_version=version),
    }
    put(monkeypatch, "numba", __version__="0.68.1")
    put(monkeypatch, "numba.cuda", **cuda)
    monkeypatch.setattr(numba, "find_spec", lambda _: object())


def test_numba_that_sees_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    put_numba(monkeypatch, usable=True, toolkit=(12, 9))
    assert numba.look() == Sight(version="0.68.1", has_cuda=True, cuda="12.9", devices=1)


def test_numba_without_its_toolkit(monkeypatch: pytest.MonkeyPatch) -> None:
    put_numba(monkeypatch, usable=True, toolkit=RuntimeError('Failure finding "libnvvm.so.4"'))
    found = numba.look()
    assert (found.devices, found.cuda, found.problem) == (1, None, 'Failure finding "libnvvm.so.4"')


def test_numba_without_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    put_numba(monkeypatch, usable=False, toolkit=(12, 9))
    found = numba.look()
    assert (found.devices, found.problem) == (0, "CUDA driver library cannot be found.")


def test_numba_without_its_cuda_target(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "numba", __version__="0.70.0")
    monkeypatch.setattr(numba, "find_spec", lambda _: None)
    assert numba.look() == Sight(version="0.70.0", has_cuda=False)


@pytest.mark.parametrize(("active", "devices"), [(True, 1), (False, 0)])
def test_triton(monkeypatch: pytest.MonkeyPatch, active: bool, devices: int) -> None:
    nvidia = SimpleNamespace(driver=SimpleNamespace(is_active=lambda: active))
    put(monkeypatch, "triton", __version__="3.9.0")
    put(monkeypatch, "triton.backends", backends={"nvidia": nvidia})
    assert triton.look() == Sight(version="3.9.0", has_cuda=True, devices=devices)


def test_triton_for_amd_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "triton", __version__="3.9.0")
    put(monkeypatch, "triton.backends", backends={"amd": object()})
    assert triton.look() == Sight(version="3.9.0", has_cuda=False)
