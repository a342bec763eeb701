"""Numba's `@cuda.jit`: compiled for the argument types of the launch.

An array is passed field by field, as numba.core.datamodel lays it out: meminfo, parent, number of elements,
bytes per element, data, shape and strides in bytes.
"""

from collections.abc import Iterator
from importlib import import_module
from math import prod
from types import SimpleNamespace
from typing import Any

from gpuadvisor.sources.python.kernels import (
    MissingPackageError,
    NotCompiledError,
    check_count,
    is_from,
    listing,
)
from gpuadvisor.sources.python.messages import Answer, Argument, KernelListing, Passing, Question

_OPTIONS = ("fastmath", "opt", "launch_bounds")


def numba_kernel(name: str, value: Any) -> KernelListing | None:  # noqa: ANN401 - the user's object
    """Return what is known of a kernel, if `value` is one."""
    if not _is_dispatcher(value):
        return None
    return None if value.targetoptions.get("device") else listing(name, value.py_func)


def compile_numba(value: Any, question: Question) -> Answer:  # noqa: ANN401
    """Compile the function to PTX without a device."""
    parameters = listing("", value.py_func).parameters
    check_count(question, parameters, len(parameters))
    options = {name: value.targetoptions[name] for name in _OPTIONS if value.targetoptions.get(name)}
    major, minor = question.compute_capability.split(".")
    _prepare_device_functions(value, (int(major), int(minor)))
    types = tuple(_type(argument) for argument in question.arguments)
    ptx, _ = _compile_ptx()(value.py_func, types, cc=(int(major), int(minor)), lineinfo=True, **options)
    passed = [each for index, argument in enumerate(question.arguments) for each in passing(index, argument)]
    return Answer(ptx=ptx, passing=tuple(passed))


def _prepare_device_functions(value: Any, compute_capability: tuple[int, int]) -> None:  # noqa: ANN401
    """Give device functions line information, and the target that they would ask the driver for."""
    for other in value.py_func.__globals__.values():
        if _is_dispatcher(other):
            other.targetoptions["lineinfo"] = True
    device = SimpleNamespace(compute_capability=compute_capability)
    vars(import_module("numba.cuda.dispatcher"))["get_current_device"] = lambda: device


def _is_dispatcher(value: Any) -> bool:  # noqa: ANN401
    return is_from(value, "numba") and type(value).__name__ == "CUDADispatcher"


def _compile_ptx() -> Any:  # noqa: ANN401
    """Return the compiler; Numba's own, without numba-cuda, finds no NVVM in the wheels."""
    if not import_module("numba.cuda").__file__ or "numba_cuda" not in str(
        import_module("numba.cuda").__file__
    ):
        raise MissingPackageError("numba")
    return import_module("numba.cuda").compile_ptx


def _type(argument: Argument) -> Any:  # noqa: ANN401 - a type of Numba's
    types = import_module("numba.core.types")
    if argument.type is None:
        return types.boolean if isinstance(argument.value, bool) else _number_type(types, argument)
    scalar = getattr(types, "boolean" if argument.type == "bool" else argument.type, None)
    if scalar is None:
        raise NotCompiledError(f"Numba has no type {argument.type} for argument {argument.name!r}")
    return types.Array(scalar, len(argument.shape), _layout(argument)) if argument.is_array else scalar


def _number_type(types: Any, argument: Argument) -> Any:  # noqa: ANN401
    return types.int64 if isinstance(argument.value, int) else types.float64


def _layout(argument: Argument) -> str:
    """Return `C` for an array in C order without gaps, else `A`: any."""
    step = argument.item_bytes
    for extent, stride in zip(reversed(argument.shape), reversed(argument.strides_bytes), strict=True):
        if stride != step:
            return "A"
        step *= extent
    return "C"


def passing(index: int, argument: Argument) -> Iterator[Passing]:
    """Yield what the compiled kernel takes for one argument of the launch."""
    name = argument.name
    if not argument.is_array:
        kind = {bool: "bool", int: "int64", float: "float64"}.get(type(argument.value))
        yield Passing(name=name, argument=index, type=None if argument.type else kind)
        return
    yield Passing(name=f"{name}.meminfo")
    yield Passing(name=f"{name}.parent")
    yield Passing(name=f"{name}.nitems", integer=prod(argument.shape))
    yield Passing(name=f"{name}.itemsize", integer=argument.item_bytes)
    yield Passing(name=name, argument=index)
    for axis, extent in enumerate(argument.shape):
        yield Passing(name=f"{name}.shape{axis}", integer=extent)
    for axis, stride in enumerate(argument.strides_bytes):
        yield Passing(name=f"{name}.strides{axis}", integer=stride)
