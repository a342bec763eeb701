"""Products of matrices by the vendor's library on a real GPU: cuBLAS, through CuPy."""

from collections.abc import Callable
from typing import Any

import numpy as np

from gpuadvisor.devices.activities import Multiply
from gpuadvisor.devices.device import Buffer
from gpuadvisor.model.errors import GpuAdvisorError

REMEDY = "see whether GPU memory is free, and whether cuBLAS is of the CUDA version that CuPy is for"


def has_matrix_library(cupy: Any) -> bool:  # noqa: ANN401 - the module CuPy
    """Whether CuPy finds cuBLAS, which it loads when the module is first asked for."""
    try:
        return cupy.cuda.cublas is not None
    except ImportError:
        return False


def prepare_product(cupy: Any, step: Multiply, stream: Any) -> Callable[[], object]:  # noqa: ANN401 - CuPy
    """Return the call that multiplies; `cupy.dot` puts one product on the stream and copies nothing.

    Products of 16-bit floats are added up in 32 bits (CuPy's compute type CUBLAS_COMPUTE_32F). Raises
    GpuAdvisorError where a buffer is too small for its matrix, and the call where the library fails.
    """
    left, right, target = (_matrix(cupy, step, each) for each in (step.left, step.right, step.target))

    def call() -> None:
        try:
            with stream:
                cupy.dot(left, right, out=target)
        except (cupy.cuda.cublas.CUBLASError, MemoryError) as error:
            raise GpuAdvisorError(f"the vendor's library failed: {error}", remedy=REMEDY) from error

    return call


def _matrix(cupy: Any, step: Multiply, buffer: Buffer) -> Any:  # noqa: ANN401 - an array of CuPy
    """Return the start of a buffer as a square matrix, row by row."""
    dtype = np.dtype(step.element)
    size_bytes = step.size * step.size * dtype.itemsize
    if size_bytes > buffer.size_bytes:
        what = f"holds no {step.size:,} x {step.size:,} elements of {step.element}"
        raise GpuAdvisorError(what, where=f"the buffer {buffer.name!r} of {buffer.size_bytes:,} bytes")
    memory = cupy.cuda.UnownedMemory(buffer.address, size_bytes, None)
    return cupy.ndarray((step.size, step.size), dtype, memptr=cupy.cuda.MemoryPointer(memory, 0))
