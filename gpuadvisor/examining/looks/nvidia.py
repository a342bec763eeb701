"""The NVIDIA driver and its GPUs, as libcuda and NVML tell of them. Makes no CUDA context."""

from types import ModuleType

import msgspec

from gpuadvisor.devices.driver import driver_cuda_version
from gpuadvisor.devices.nvml import NvmlGpu


class Instance(msgspec.Struct, frozen=True, kw_only=True):
    """One MIG instance."""

    name: str
    memory_bytes: int | None


class Gpu(msgspec.Struct, frozen=True, kw_only=True):
    """One GPU."""

    index: int
    """NVML's, by bus."""
    name: str
    compute_capability: tuple[int, int]
    memory_bytes: int | None
    """None where the driver does not tell: on chips whose GPU shares the machine's memory."""
    mig_enabled: bool | None
    """None where the GPU cannot be split."""
    instances: list[Instance] = []
    compute_mode: str | None = None


class Nvidia(msgspec.Struct, frozen=True, kw_only=True):
    """The driver and its GPUs; what is not there is None or empty."""

    cuda_version: int | None
    """The newest CUDA that the driver's library supports, as 1000 * major + 10 * minor."""
    driver_version: str | None = None
    problem: str | None = None
    """In NVML's words, why it tells nothing."""
    gpus: list[Gpu] = []
    answered: bool = True
    """False where the driver brought its caller down or let it wait."""


def look() -> Nvidia:
    """Ask the driver's two libraries."""
    import pynvml

    cuda_version = driver_cuda_version()
    try:
        pynvml.nvmlInit()
        version = pynvml.nvmlSystemGetDriverVersion()
        gpus = [_gpu(pynvml, index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError as error:
        return Nvidia(cuda_version=cuda_version, problem=str(error))
    return Nvidia(cuda_version=cuda_version, driver_version=version, gpus=gpus)


def _gpu(nvml: ModuleType, index: int) -> Gpu:
    handle = nvml.nvmlDeviceGetHandleByIndex(index)
    gpu = NvmlGpu(nvml, handle)
    return Gpu(
        index=index,
        name=nvml.nvmlDeviceGetName(handle),
        compute_capability=nvml.nvmlDeviceGetCudaComputeCapability(handle),
        memory_bytes=_memory_bytes(nvml, gpu),
        mig_enabled=gpu.mig_enabled,
        instances=[_instance(nvml, each) for each in gpu.instances()],
        compute_mode=gpu.compute_mode,
    )


def _instance(nvml: ModuleType, instance: NvmlGpu) -> Instance:
    return Instance(name=instance.name or "MIG instance", memory_bytes=_memory_bytes(nvml, instance))


def _memory_bytes(nvml: ModuleType, gpu: NvmlGpu) -> int | None:
    memory = gpu.ask(nvml.nvmlDeviceGetMemoryInfo)
    return None if memory is None else int(memory.total)
