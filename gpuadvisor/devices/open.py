"""From the name of a device to the device."""

import os
from functools import cache, partial

from gpuadvisor.devices.device import Device
from gpuadvisor.model.errors import GpuAdvisorError

DEFAULT_EMULATED = "emulated:h100"
FORMS = "devices are written `cuda`, `cuda:1`, `cuda:MIG-UUID`, `emulated:h100`"
UUIDS = ("GPU-", "MIG-")


def open_device(spec: str | None = None, *, all_blocks: bool = False, check: bool = False) -> Device:
    """Return the device called `spec`: `cuda`, `cuda:1` or `emulated:a10`; None chooses.

    The choice is the GPU where it can be used, else `emulated:h100`; `why_emulated` says why.
    `all_blocks` makes an emulated device run every block of a grid; it means nothing to a GPU. `check` makes
    it look for defects, which a GPU cannot do; where the device is chosen, it is then an emulated one.

    Raises GpuAdvisorError for a device that does not exist or cannot be used.
    """
    if spec is None:
        spec = DEFAULT_EMULATED if check or why_emulated() else "cuda"
    kind, _, which = spec.partition(":")
    match kind:
        case "cuda" if check:
            raise GpuAdvisorError("only an emulated device can check kernels", remedy=DEFAULT_EMULATED)
        case "cuda" if which.startswith(UUIDS):
            return _open_by_uuid(which)
        case "cuda":
            return _open_cuda(_index(spec, which))
        case "emulated" if which:
            from gpuadvisor.devices.emulated import EmulatedDevice

            return EmulatedDevice(which, all_blocks=all_blocks, check=check)
    raise GpuAdvisorError(f"{spec!r} is not a device", remedy=FORMS)


@cache
def why_emulated() -> GpuAdvisorError | None:
    """Return why `open_device(None)` emulates, with the remedy; None where it opens the GPU."""
    from gpuadvisor.devices.cuda import cuda_unavailable_reason

    return cuda_unavailable_reason()


def _open_cuda(index: int) -> Device:
    """Open the GPU in a process of its own, so that a kernel's fault or hang costs its launch only."""
    from gpuadvisor.devices.cuda import CudaDevice, cuda_unavailable_reason
    from gpuadvisor.devices.isolated import IsolatedDevice

    reason = cuda_unavailable_reason(index)
    if reason is not None:
        raise reason
    return IsolatedDevice(partial(CudaDevice, index))


def _open_by_uuid(uuid: str) -> Device:
    from gpuadvisor.devices.cuda import cuda_unavailable_reason
    from gpuadvisor.devices.isolated import IsolatedDevice

    reason = cuda_unavailable_reason(None)
    if reason is not None:
        raise reason
    return IsolatedDevice(partial(cuda_device_of, uuid))


def cuda_device_of(uuid: str) -> Device:
    """Return the GPU or MIG instance of a UUID, in a process that has not used CUDA: it sees no other."""
    os.environ["CUDA_VISIBLE_DEVICES"] = uuid
    from gpuadvisor.devices.cuda import CudaDevice

    return CudaDevice()


def _index(spec: str, which: str) -> int:
    if not which:
        return 0
    if which.isdecimal():
        return int(which)
    raise GpuAdvisorError(f"{spec!r} is not a device", remedy=FORMS)
