"""The data of one launch, made from its arguments as they are written."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec
from gpuadvisor.sources.fills import EMPTY, array, scalar
from gpuadvisor.sources.images import Surface, SurfaceSpec, Texture, TextureSpec
from gpuadvisor.sources.images import made as image
from gpuadvisor.sources.inputs import load_inputs
from gpuadvisor.sources.launches import LaunchRequest
from gpuadvisor.sources.pointers import pointer
from gpuadvisor.sources.structures import has_pointers, structure, structures
from gpuadvisor.sources.values import LaunchData, Structure, Symbol, Value

Arrays = Mapping[str, NDArray[np.generic]]


def shared_buffers(requests: Sequence[LaunchRequest]) -> dict[str, NDArray[np.generic]]:
    """Return the buffers that the launches of a file share, by name."""
    return {spec.name: _array(spec, {}, request) for request in requests[:1] for spec in request.buffers}


def launch_data(request: LaunchRequest, shared: Arrays) -> LaunchData:
    """Return what the launch reads; without `args` the inputs function gives all arguments."""
    supplied: dict[str, Value] = (
        dict(load_inputs(request.inputs, request.directory)) if request.inputs else {}
    )
    symbols = {spec.name: _symbol(spec, supplied, shared, request) for spec in request.symbols}
    if not request.arguments:
        given = {name: value for name, value in supplied.items() if name not in symbols}
        return LaunchData(arguments=given, symbols=symbols)
    plain = [spec for spec in request.arguments if spec.image is None]
    made = {spec.name: _value(spec, supplied, request) for spec in plain if not _points(spec)}
    sizes = _element_sizes(request, {**shared, **made})
    sizes |= {spec.name: 0 for spec in request.arguments if spec.image is not None}
    pointing = {spec.name: _pointing(spec, sizes, request) for spec in plain if _points(spec)}
    images = {
        spec.name: _image(spec, spec.image, supplied, {**shared, **made}, request)
        for spec in request.arguments
        if spec.image is not None
    }
    return LaunchData(
        arguments={spec.name: (made | pointing | images)[spec.name] for spec in request.arguments},
        shared=shared,
        symbols=symbols,
        unwritten=frozenset(e.name for e in (*request.buffers, *request.arguments) if e.fill == EMPTY),
        keep=bool(shared),
    )


def _points(spec: ArgumentSpec) -> bool:
    """Whether it may hold addresses: a pointer, or a structure by value."""
    return spec.pointer is not None or (bool(spec.fields) and spec.extents is None)


def _pointing(spec: ArgumentSpec, sizes: Mapping[str, int], request: LaunchRequest) -> Value:
    where = f"launch of {request.kernel}, argument {spec.name!r}"
    if spec.pointer is not None:
        return pointer(spec.pointer, sizes, where)
    return structure(spec.name, spec.fields, lambda text: pointer(text, sizes, where))


def _symbol(
    spec: ArgumentSpec, supplied: Mapping[str, Value], shared: Arrays, request: LaunchRequest
) -> Symbol:
    if spec.image is None:
        return _array(spec, supplied, request)
    return _image(spec, spec.image, supplied, shared, request)


def _image(
    spec: ArgumentSpec,
    kind: TextureSpec | SurfaceSpec,
    supplied: Mapping[str, Value],
    arrays: Mapping[str, Value] | Arrays,
    request: LaunchRequest,
) -> Texture | Surface:
    """Return the texture or surface over the array that the argument brings or names."""
    where = f"launch of {request.kernel}, argument {spec.name!r}"
    if spec.pointer is None:
        lanes = spec.element.lanes if spec.element else None
        return image(kind, _array(spec, supplied, request), lanes, where)
    array = arrays.get(spec.pointer)
    if not isinstance(array, np.ndarray):
        raise GpuAdvisorError(f"there is no array {spec.pointer!r} to make it of", where=where)
    sources = (each for each in (*request.buffers, *request.arguments) if each.name == spec.pointer)
    lanes = next((each.element.lanes for each in sources if each.element), None)
    return image(kind, array, lanes, where)


def _element_sizes(request: LaunchRequest, values: Mapping[str, Value]) -> dict[str, int]:
    """Return the element size of every array; a vector of NumPy's scalars is one element."""
    sizes = {name: value.itemsize for name, value in values.items() if isinstance(value, np.ndarray)}
    for spec in (*request.buffers, *request.arguments):
        if spec.name in sizes and spec.element is not None:
            sizes[spec.name] = spec.element.size_bytes
    return sizes


def _value(spec: ArgumentSpec, supplied: Mapping[str, Value], request: LaunchRequest) -> Value:
    if spec.value is not None:
        return scalar(spec)
    if spec.bytes is not None:
        return Structure(bytes.fromhex(spec.bytes))
    if spec.fill is not None or spec.fields:
        return _array(spec, supplied, request)
    return _supplied(spec, supplied, request)


def _array(spec: ArgumentSpec, supplied: Mapping[str, Value], request: LaunchRequest) -> NDArray[np.generic]:
    """Return the contents of a buffer or symbol: a fill, structures, a single value or the inputs'."""
    if spec.fill is not None:
        return array(spec, request.directory)
    if spec.fields:
        if has_pointers(spec.fields):
            raise GpuAdvisorError(
                f"{spec.name!r} has pointers in structures in memory; only arguments by value may have them",
                where=f"launch of {request.kernel}",
            )
        return structures(spec.name, spec.fields, spec.extents or ())
    value = _value(spec, supplied, request)
    if isinstance(value, Structure):
        return np.frombuffer(value.content, np.uint8)
    if not isinstance(value, np.ndarray | np.generic):
        raise GpuAdvisorError(f"{spec.name!r} cannot be a pointer", where=f"launch of {request.kernel}")
    return np.asarray(value)


def _supplied(spec: ArgumentSpec, supplied: Mapping[str, Value], request: LaunchRequest) -> Value:
    where = f"launch of {request.kernel}"
    if spec.name not in supplied:
        raise GpuAdvisorError(
            f"argument {spec.name!r} has neither fill nor value, and no inputs function supplies it",
            where=where,
        )
    value = supplied[spec.name]
    given = value.dtype if isinstance(value, np.ndarray | np.generic) else None
    if spec.dtype not in (None, given):
        raise GpuAdvisorError(
            f"argument {spec.name!r} is {spec.type}, but the inputs function returns {given}", where=where
        )
    return value
