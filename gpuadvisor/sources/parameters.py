"""Check a launch's arguments against the parameters of the compiled kernel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.emulator.program import Parameter
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.declarations import DeclaredParameter
from gpuadvisor.sources.images import Surface, Texture
from gpuadvisor.sources.pointees import holds
from gpuadvisor.sources.values import POINTER_BYTES, Number, Pointer, Structure, Value

_SCALAR_BYTES = (1, 2, 4, 8)
Typed = NDArray[np.generic] | np.generic | Pointer | Structure | Texture | Surface
_OBJECTS = {"cudaTextureObject_t": Texture, "cudaSurfaceObject_t": Surface}


@dataclass(frozen=True, slots=True)
class _Row:
    parameter: str
    argument: str
    fits: bool


def fitted_arguments(
    kernel: str,
    parameters: Sequence[Parameter],
    declared: Sequence[DeclaredParameter],
    arguments: Mapping[str, Value],
) -> dict[str, Typed]:
    """Return the arguments as the kernel takes them: an array for a structure becomes its bytes, by value.

    `parameters` (types and sizes) are the compiled kernel's; `declared` lends their names, if known. Raises
    GpuAdvisorError showing parameters and arguments side by side if they do not fit.
    """
    typed = _typed_arguments(parameters, arguments)
    rows = [
        _row(parameter, declared[position] if position < len(declared) else None, argument)
        for position, (parameter, argument) in enumerate(zip_longest(parameters, typed.items()))
    ]
    if not all(row.fits for row in rows):
        raise GpuAdvisorError(
            f"{kernel} takes {len(parameters)} parameters, its launch gives {len(arguments)} arguments "
            f"that do not fit:\n{_side_by_side(rows)}",
            remedy="correct the args of the launch",
        )
    return {
        name: _as_taken(parameter, value)
        for parameter, (name, value) in zip(parameters, typed.items(), strict=True)
    }


def _typed_arguments(parameters: Sequence[Parameter], arguments: Mapping[str, Value]) -> dict[str, Typed]:
    """Return the arguments; Python numbers get the type of their parameter, where it can hold them."""
    pairs = zip_longest(parameters, arguments.items())
    return {item[0]: _typed(parameter, item[1]) for parameter, item in pairs if item is not None}


def _typed(parameter: Parameter | None, value: Value) -> Typed:
    if isinstance(value, np.generic) or not isinstance(value, bool | int | float):
        return value  # NumPy's float64 is a Python float too
    if parameter is None or parameter.size_bytes not in _SCALAR_BYTES:
        return np.float64(value)
    bits = 8 * parameter.size_bytes
    if parameter.type[0] == "f":
        return _scalar(f"float{bits}", value)
    if isinstance(value, float) or not -(1 << (bits - 1)) <= value < 1 << bits:
        return np.float64(value)
    return _scalar(f"uint{bits}", value & ((1 << bits) - 1))


def _scalar(dtype: str, value: Number) -> np.generic:
    scalar: np.generic = np.dtype(dtype).type(value)
    return scalar


def _as_taken(parameter: Parameter, value: Typed) -> Typed:
    if isinstance(value, np.ndarray | np.generic) and _is_structure(parameter):
        return np.void(value.tobytes())
    return value


def _row(
    parameter: Parameter | None, declared: DeclaredParameter | None, argument: tuple[str, Typed] | None
) -> _Row:
    fits = parameter is not None and argument is not None and _fits(parameter, argument[1])
    if fits and declared is not None and argument is not None:
        fits = _is_declared(declared.type, argument[1])
    return _Row(_parameter_text(parameter, declared), _argument_text(argument), fits)


def _is_declared(declared: str, value: Typed) -> bool:
    """Whether a value of the right size is what the source declares, as far as it tells."""
    kind = _OBJECTS.get(declared.removeprefix("const ").removesuffix(" const"))
    if kind is not None or isinstance(value, Texture | Surface):
        return kind is not None and isinstance(value, kind)
    return not isinstance(value, np.ndarray) or holds(declared, value.dtype)


def _is_structure(parameter: Parameter) -> bool:
    """Whether it is passed by value as an array of bytes: a structure, or a type such as __half."""
    return parameter.type == "b8" and parameter.size_bytes > 1


def _fits(parameter: Parameter, value: Typed) -> bool:
    if _is_structure(parameter) or isinstance(value, Structure):
        return parameter.size_bytes == value.nbytes
    if isinstance(value, np.ndarray | Pointer | Texture | Surface):
        return parameter.size_bytes == POINTER_BYTES and parameter.type[0] in "ub"
    same_kind = parameter.type[0] == "b" or (parameter.type[0] == "f") == (value.dtype.kind == "f")
    return parameter.size_bytes == value.dtype.itemsize and same_kind


def _parameter_text(parameter: Parameter | None, declared: DeclaredParameter | None) -> str:
    if parameter is None:
        return "-"
    return f"{declared or parameter.type} ({parameter.size_bytes} bytes)"


def _argument_text(argument: tuple[str, Typed] | None) -> str:
    if argument is None:
        return "-"
    name, value = argument
    if isinstance(value, np.ndarray):
        shape = f"{value.dtype}{list(value.shape)}"
        return f"{name} = {shape} (pointer of {POINTER_BYTES} bytes to {value.nbytes:,})"
    if isinstance(value, Pointer):
        return f"{name} = pointer into {value.buffer or 'nothing'} ({POINTER_BYTES} bytes)"
    if isinstance(value, Texture | Surface):
        return f"{name} = {value} (object of {value.nbytes} bytes)"
    if isinstance(value, Structure):
        return f"{name} = structure ({value.nbytes} bytes)"
    return f"{name} = {value.dtype}: {value} ({value.dtype.itemsize} bytes)"


def _side_by_side(rows: Sequence[_Row]) -> str:
    width = max(len(row.parameter) for row in rows)
    return "\n".join(
        f"  {row.parameter:{width}}   {row.argument}{'' if row.fits else '   <- does not fit'}"
        for row in rows
    )
