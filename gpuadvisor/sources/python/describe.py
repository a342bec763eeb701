"""Describe the arguments of a launch to the compilers of Python kernels."""

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec
from gpuadvisor.sources.images import Surface, Texture
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.placement import owner
from gpuadvisor.sources.python.messages import Argument
from gpuadvisor.sources.values import LaunchData, Pointer, Structure, Value

_ALIGNMENT_BYTES = 16


def described(request: LaunchRequest, data: LaunchData) -> tuple[Argument, ...]:
    """Return each argument's type, shape and value; a pointer has those of the array it lies in."""
    specs = {spec.name: spec for spec in (*request.buffers, *request.arguments)}
    arrays = {name: value for name, value in data.arguments.items() if isinstance(value, np.ndarray)}
    arrays = {**data.shared, **arrays}
    return tuple(_described(name, value, specs, arrays) for name, value in data.arguments.items())


def _described(
    name: str, value: Value, specs: dict[str, ArgumentSpec], arrays: dict[str, NDArray[np.generic]]
) -> Argument:
    match value:
        case np.ndarray():
            return _array(name, value, specs.get(name))
        case Pointer(str(buffer), offset_bytes):
            return _array(name, _behind(arrays[buffer], offset_bytes), specs.get(buffer))
        case np.generic():
            type_name = _type_name(value.dtype, specs.get(name))
            return Argument(name=name, type=type_name, value=_number(value))
        case Pointer() | Structure() | Texture() | Surface():
            raise GpuAdvisorError(
                f"argument {name!r}: kernels of Python take arrays and numbers, not null, structures or "
                "textures"
            )
        case _:
            return Argument(name=name, value=value)


def _behind(array: NDArray[np.generic], offset_bytes: int) -> NDArray[np.generic]:
    """Return what a pointer into the array sees of it: behind its start a single axis."""
    return array.reshape(-1)[offset_bytes // array.itemsize :] if offset_bytes else array


def _array(name: str, array: NDArray[np.generic], spec: ArgumentSpec | None) -> Argument:
    offset = array.ctypes.data - owner(array).ctypes.data
    return Argument(
        name=name,
        type=_type_name(array.dtype, spec),
        is_array=True,
        shape=array.shape,
        strides_bytes=array.strides,
        item_bytes=array.itemsize,
        is_aligned=offset % _ALIGNMENT_BYTES == 0,
    )


def _type_name(dtype: np.dtype[np.generic], spec: ArgumentSpec | None) -> str:
    """Return the type's name: what NumPy stores as 16 bits may be declared a bfloat16."""
    element = spec.element if spec is not None else None
    return str(dtype) if element is None else element.scalar


def _number(value: np.generic) -> bool | int | float | None:
    number = value.item()
    return number if isinstance(number, bool | int | float) else None
