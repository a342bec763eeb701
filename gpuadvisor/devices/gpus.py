"""The GPUs of this host, by names that hold in other processes too."""

import msgspec

from gpuadvisor.devices.cuda_facts import CudaAttributes
from gpuadvisor.devices.cuda_unavailable import cuda_unavailable_reason
from gpuadvisor.devices.nvml import find_gpu


class Gpu(msgspec.Struct, frozen=True):
    """One GPU: its place in CUDA's order here, and its UUID, which is the same everywhere."""

    index: int
    name: str
    uuid: str | None
    """None where neither CUDA nor NVML tells it."""


def cuda_gpus() -> list[Gpu]:
    """Return the GPUs that CUDA shows this process (CUDA_VISIBLE_DEVICES may hide some), in its order.

    Raises GpuAdvisorError where CUDA cannot be used at all; one of them may still be busy.
    """
    reason = cuda_unavailable_reason(None)
    if reason is not None:
        raise reason
    import cupy

    count = int(cupy.cuda.runtime.getDeviceCount())
    return [_gpu(CudaAttributes(cupy, index)) for index in range(count)]


def _gpu(attributes: CudaAttributes) -> Gpu:
    uuid = attributes.uuid
    if uuid is None:
        found = find_gpu(None, attributes.pci_bus_id)
        uuid = found.uuid if found else None
    return Gpu(attributes.index, attributes.name, uuid)
