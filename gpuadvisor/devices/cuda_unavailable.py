"""Why CUDA cannot be used here, and what would mend it: one cause, one remedy."""

import importlib.util
import os
from typing import Any

from gpuadvisor.devices.cuda_errors import BUSY, Status
from gpuadvisor.devices.cuda_facts import CudaAttributes
from gpuadvisor.devices.driver import driver_cuda_version, version_text
from gpuadvisor.devices.nvml import find_gpu, open_nvml
from gpuadvisor.model.errors import GpuAdvisorError

OLDEST_CUDA = 12000


def cuda_unavailable_reason(index: int | None = 0) -> GpuAdvisorError | None:
    """Return what stands between this process and the GPU `index`, with None any GPU; None if nothing does.

    Makes no CUDA context: under the exclusive compute mode that would lock out everybody else.
    """
    version = driver_cuda_version()
    if version is None:
        return GpuAdvisorError(
            "no NVIDIA driver: its library libcuda was not found",
            remedy="install the NVIDIA driver; in a container, start it with `--gpus all`",
        )
    return _missing_cupy(version) or _unusable_device(index, version)


def _missing_cupy(version: int) -> GpuAdvisorError | None:
    if version < OLDEST_CUDA:
        return GpuAdvisorError(
            f"the NVIDIA driver supports CUDA {version_text(version)}, CuPy needs 12.0 or newer",
            remedy="update the NVIDIA driver",
        )
    if importlib.util.find_spec("cupy") is None:
        return GpuAdvisorError("CuPy is not installed", remedy=_install(version))
    return None


def _install(version: int) -> str:
    extra = "cuda13" if version >= 13000 else "cuda12"
    return f"pip install 'gpuadvisor[{extra}]'  (the driver supports CUDA {version_text(version)})"


def _unusable_device(index: int | None, version: int) -> GpuAdvisorError | None:
    try:
        import cupy
    except ImportError as error:
        return GpuAdvisorError(f"CuPy cannot be imported: {error}", remedy=_install(version))
    runtime = cupy.cuda.runtime
    try:
        count = runtime.getDeviceCount()
    except runtime.CUDARuntimeError as error:
        return _no_devices(error.status, str(error), runtime.runtimeGetVersion(), version)
    if index is None:
        return None
    if index >= count:
        return _no_such_device(index, count)
    return _busy(cupy, index)


def _no_devices(status: int, text: str, runtime_version: int, version: int) -> GpuAdvisorError:
    match status:
        case Status.INSUFFICIENT_DRIVER:
            return _old_driver(runtime_version, version)
        case Status.NO_DEVICE:
            return _hidden_devices()
        case Status.DEVICES_UNAVAILABLE:
            return GpuAdvisorError(BUSY[0], remedy=BUSY[1])
        case Status.SYSTEM_DRIVER_MISMATCH:
            return GpuAdvisorError(
                "the driver's library and its kernel module are of different versions",
                remedy="restart the machine after the driver update",
            )
        case Status.SYSTEM_NOT_READY:
            return GpuAdvisorError(
                "the GPUs wait for the fabric manager", remedy="start the service nvidia-fabricmanager"
            )
    return GpuAdvisorError(f"CUDA does not start: {text}", remedy="see whether `nvidia-smi` works")


def _old_driver(runtime_version: int, version: int) -> GpuAdvisorError:
    other_cupy = (
        f", or {_install(version)} in place of this CuPy" if version < runtime_version // 1000 * 1000 else ""
    )
    return GpuAdvisorError(
        f"the NVIDIA driver supports CUDA {version_text(version)}, "
        f"this CuPy is built for {version_text(runtime_version)}",
        remedy=f"update the driver{other_cupy}",
    )


def _hidden_devices() -> GpuAdvisorError:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return GpuAdvisorError(
            f"CUDA_VISIBLE_DEVICES={visible!r} hides every GPU", remedy="unset it, or name a GPU that exists"
        )
    if _is_split_without_instance():
        return GpuAdvisorError(
            "the GPU is in MIG mode and has no instance to run on",
            remedy="as root, create one (`nvidia-smi mig -cgi PROFILE -C`) or end it (`nvidia-smi -mig 0`)",
        )
    return GpuAdvisorError(
        "the NVIDIA driver is here, but no GPU is",
        remedy="in a container, start it with `--gpus all`; else see whether `nvidia-smi` lists a GPU",
    )


def _is_split_without_instance() -> bool:
    nvml = open_nvml()
    if nvml is None:
        return False
    gpus = [nvml.nvmlDeviceGetHandleByIndex(number) for number in range(nvml.nvmlDeviceGetCount())]
    return any(_is_split(nvml, gpu) for gpu in gpus)


def _is_split(nvml: Any, gpu: Any) -> bool:  # noqa: ANN401 - the module pynvml and its handle
    try:
        return bool(nvml.nvmlDeviceGetMigMode(gpu)[0] == nvml.NVML_DEVICE_MIG_ENABLE)
    except nvml.NVMLError_NotSupported:
        return False


def _no_such_device(index: int, count: int) -> GpuAdvisorError:
    known = ", ".join(f"cuda:{number}" for number in range(count))
    return GpuAdvisorError(f"there is no cuda:{index}", remedy=f"known: {known}")


def _busy(cupy: Any, index: int) -> GpuAdvisorError | None:  # noqa: ANN401 - the module CuPy
    attributes = CudaAttributes(cupy, index)
    gpu = find_gpu(attributes.uuid, attributes.pci_bus_id)
    mode = gpu.compute_mode if gpu else None
    if mode == "prohibited" or (gpu and mode == "exclusive process" and gpu.other_processes):
        return GpuAdvisorError(f"cuda:{index}: {BUSY[0]}", remedy=BUSY[1])
    return None
