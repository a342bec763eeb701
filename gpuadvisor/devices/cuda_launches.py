"""Launches prepared so that each costs the host one call of the driver and nothing else."""

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.devices.activities import Run
from gpuadvisor.devices.cuda_errors import as_user_error
from gpuadvisor.devices.cuda_modules import CudaModules, written_name
from gpuadvisor.devices.device import Argument, Buffer


class Parameters:
    """A kernel's arguments as the driver takes them: an array of pointers to the values."""

    def __init__(self, arguments: Sequence[Argument]) -> None:
        self._values = [by_value(argument) for argument in arguments]
        addresses = [value.ctypes.data for value in self._values]
        self._pointers = (ctypes.c_void_p * max(1, len(addresses)))(*addresses)

    @property
    def address(self) -> int:
        """Where the array of pointers lies, as long as this object lives."""
        return ctypes.addressof(self._pointers)


@dataclass(frozen=True, slots=True)
class PreparedLaunch:
    """A call that launches, and the parameters that it refers to."""

    launch: Callable[[], object]
    parameters: Parameters

    def __call__(self) -> None:
        """Launch."""
        self.launch()


def prepare_launch(cupy: Any, modules: CudaModules, run: Run, stream: int) -> PreparedLaunch:  # noqa: ANN401
    """Return the call that launches on the stream.

    A call of CuPy's own `Function` makes arrays of the arguments anew, which takes longer than the launch.
    """
    driver = cupy.cuda.driver
    function = modules.function(run.kernel, run.launch)
    parameters = Parameters(run.arguments)
    if run.programmatic:
        return PreparedLaunch(_programmatic(run, function.ptr, stream, parameters.address), parameters)
    shape = (*run.launch.grid, *run.launch.block, run.launch.dynamic_shared_bytes, stream)
    if run.cooperative:
        call = partial(driver.launchCooperativeKernel, function.ptr, *shape, parameters.address)
    else:
        call = partial(driver.launchKernel, function.ptr, *shape, parameters.address, 0)
    return PreparedLaunch(call, parameters)


def by_value(argument: Argument) -> NDArray[np.generic]:
    """Return the argument as bytes that are passed by value: a NumPy array of one element."""
    if isinstance(argument, Buffer):
        return np.array(argument.address, np.uint64)
    return np.array(argument)


def _programmatic(run: Run, function: int, stream: int, parameters: int) -> Callable[[], object]:
    """Return a launch that may begin before the one in front of it has ended.

    CUDA Driver API, `cuLaunchKernelEx` and `CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION`; CuPy
    does not have them.
    """
    from cuda.bindings import driver

    attribute = driver.CUlaunchAttribute()
    attribute.id = driver.CUlaunchAttributeID.CU_LAUNCH_ATTRIBUTE_PROGRAMMATIC_STREAM_SERIALIZATION
    attribute.value.programmaticStreamSerializationAllowed = 1
    config = driver.CUlaunchConfig()
    config.gridDimX, config.gridDimY, config.gridDimZ = run.launch.grid
    config.blockDimX, config.blockDimY, config.blockDimZ = run.launch.block
    config.sharedMemBytes = run.launch.dynamic_shared_bytes
    config.hStream = driver.CUstream(stream)
    config.attrs, config.numAttrs = [attribute], 1
    handle = driver.CUfunction(function)

    def launch() -> None:
        (status,) = driver.cuLaunchKernelEx(config, handle, parameters, 0)
        if status != driver.CUresult.CUDA_SUCCESS:
            raise as_user_error(int(status), status.name, f"kernel {written_name(run.kernel)}")

    return launch
