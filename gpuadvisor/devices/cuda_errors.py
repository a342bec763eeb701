"""CUDA's error codes, and CUDA failures as errors a user can mend."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

from gpuadvisor.model.errors import GpuAdvisorError


class Status(IntEnum):
    """The codes told apart here; the runtime's and the driver's agree (CUDA Runtime API, `cudaError`)."""

    INVALID_VALUE = 1
    OUT_OF_MEMORY = 2
    INITIALIZATION_ERROR = 3
    INSUFFICIENT_DRIVER = 35
    DEVICES_UNAVAILABLE = 46
    NO_DEVICE = 100
    INVALID_DEVICE = 101
    NO_KERNEL_IMAGE = 209
    ECC_UNCORRECTABLE = 214
    INVALID_PTX = 218
    UNSUPPORTED_PTX_VERSION = 222
    ILLEGAL_ADDRESS = 700
    LAUNCH_OUT_OF_RESOURCES = 701
    LAUNCH_TIMEOUT = 702
    PEER_ACCESS_ALREADY_ENABLED = 704
    ASSERT = 710
    HARDWARE_STACK_ERROR = 714
    ILLEGAL_INSTRUCTION = 715
    MISALIGNED_ADDRESS = 716
    INVALID_ADDRESS_SPACE = 717
    INVALID_PROGRAM_COUNTER = 718
    LAUNCH_FAILURE = 719
    SYSTEM_NOT_READY = 802
    SYSTEM_DRIVER_MISMATCH = 803


EMULATE = "run `gpuadvisor analyze` with `--device emulated:h100`: it names the line, block and thread"
NEWER_DRIVER = (
    "update the NVIDIA driver, or install the nvidia-cuda-nvrtc wheel of the CUDA version the driver supports"
)

FAULTS = {
    Status.ILLEGAL_ADDRESS: ("accessed memory outside every buffer (illegal address)", EMULATE),
    Status.MISALIGNED_ADDRESS: ("accessed an address its type is not aligned to", EMULATE),
    Status.INVALID_ADDRESS_SPACE: ("used an address of another memory space", EMULATE),
    Status.INVALID_PROGRAM_COUNTER: ("jumped outside its code", EMULATE),
    Status.ILLEGAL_INSTRUCTION: ("ran into an illegal instruction or trap", EMULATE),
    Status.HARDWARE_STACK_ERROR: ("overflowed or corrupted its call stack", EMULATE),
    Status.ASSERT: ("failed an assertion of its own", "see the assertion's text above"),
    Status.LAUNCH_FAILURE: ("was stopped by a fault of the hardware", EMULATE),
    Status.LAUNCH_TIMEOUT: ("ran longer than the display driver allows", "make the launch smaller"),
    Status.ECC_UNCORRECTABLE: ("met an uncorrectable memory error", "have the GPU's memory checked"),
}
"""Faults that destroy the CUDA context: nothing more can be done on the device from this process."""

REFUSALS = {
    Status.INVALID_VALUE: (
        "was refused: the launch asks for more threads, blocks or shared memory than the GPU allows",
        "look at the grid, the block and the dynamic shared memory",
    ),
    Status.LAUNCH_OUT_OF_RESOURCES: (
        "needs more registers or shared memory per block than the GPU has",
        "use fewer threads per block, or cap the registers with __launch_bounds__",
    ),
    Status.NO_KERNEL_IMAGE: (
        "was compiled for a newer GPU than this one",
        "install an older CUDA compiler (the nvidia-cuda-nvrtc wheel) that still knows this GPU",
    ),
    Status.INVALID_PTX: ("was refused by the driver's PTX compiler", NEWER_DRIVER),
    Status.UNSUPPORTED_PTX_VERSION: ("was compiled to PTX newer than the driver reads", NEWER_DRIVER),
    Status.OUT_OF_MEMORY: (
        "does not fit into the GPU's free memory",
        "make the buffers smaller",
    ),
}
"""Failures after which the device works on."""

BUSY = (
    "the GPU is busy or refuses new processes (exclusive or prohibited compute mode)",
    "end the process that holds it (nvidia-smi lists it), or `nvidia-smi --compute-mode=DEFAULT` as root",
)


class DeviceLostError(GpuAdvisorError):
    """The device can no longer be used from this process; a new process can."""


def as_user_error(status: int, text: str, subject: str) -> GpuAdvisorError:
    """Return the error for a failed CUDA call; `text` is CUDA's own, `subject` what was being done."""
    if status in FAULTS:
        what, remedy = FAULTS[Status(status)]
        return DeviceLostError(f"{subject} {what}", remedy=remedy)
    if status in REFUSALS:
        what, remedy = REFUSALS[Status(status)]
        return GpuAdvisorError(f"{subject} {what}", remedy=remedy)
    if status == Status.DEVICES_UNAVAILABLE:
        return GpuAdvisorError(BUSY[0], where=subject, remedy=BUSY[1])
    return GpuAdvisorError(f"{subject} failed: {text}", remedy="`gpuadvisor doctor` checks driver and CUDA")


@contextmanager
def cuda_errors(cupy: Any, subject: str) -> Iterator[None]:  # noqa: ANN401 - the module CuPy
    """Turn the CUDA errors of the block into GpuAdvisorError (DeviceLostError where the context is gone)."""
    try:
        yield
    except (cupy.cuda.runtime.CUDARuntimeError, cupy.cuda.driver.CUDADriverError) as error:
        raise as_user_error(error.status, str(error), subject) from error
