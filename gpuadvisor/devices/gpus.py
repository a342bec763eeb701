"""The GPUs of this host, by names that hold in other processes too."""

import os

import msgspec

from gpuadvisor.devices.cuda_facts import CudaAttributes
from gpuadvisor.devices.cuda_unavailable import cuda_unavailable_reason
from gpuadvisor.devices.nvml import NvmlGpu, all_gpus, find_gpu

VISIBLE = "CUDA_VISIBLE_DEVICES"


class Gpu(msgspec.Struct, frozen=True):
    """One GPU or MIG instance: its place in CUDA's order here, and its UUID, which is the same everywhere."""

    index: int | None
    """None for a MIG instance: CUDA shows it as number 0 to a process that asks for it by its UUID."""
    name: str
    """That of an instance ends in its share, as `MIG 1g.10gb`."""
    uuid: str | None
    """None where neither CUDA nor NVML tells it."""

    @property
    def device(self) -> str:
        """What `open_device` calls it."""
        return f"cuda:{self.uuid if self.index is None else self.index}"


def cuda_gpus() -> list[Gpu]:
    """Return the GPUs that CUDA shows this process (CUDA_VISIBLE_DEVICES may hide some), in its order.

    Where nothing is hidden, a GPU in MIG mode stands as its instances, of which CUDA itself shows one at
    most (NVIDIA MIG User Guide, CUDA device enumeration). Raises GpuAdvisorError where CUDA cannot be used
    at all; a GPU may still be busy.
    """
    reason = cuda_unavailable_reason(None)
    if reason is not None:
        raise reason
    import cupy

    shown = [CudaAttributes(cupy, index) for index in range(int(cupy.cuda.runtime.getDeviceCount()))]
    instances = [] if VISIBLE in os.environ else [each for gpu in all_gpus() for each in gpu.instances()]
    if not instances:
        return [_gpu(attributes) for attributes in shown]
    whole = [_gpu(attributes) for attributes in shown if attributes.mig_instance is None]
    return [*whole, *map(_instance, instances)]


def _gpu(attributes: CudaAttributes) -> Gpu:
    uuid = attributes.uuid
    if uuid is None:
        found = find_gpu(None, attributes.pci_bus_id)
        uuid = found.uuid if found else None
    return Gpu(attributes.index, attributes.name, uuid)


def _instance(found: NvmlGpu) -> Gpu:
    return Gpu(None, found.name or "MIG instance", found.uuid)
