"""Structures from a table of fields, laid out as C does it."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gpuadvisor.sources.arguments import FieldSpec
from gpuadvisor.sources.element_types import element_type
from gpuadvisor.sources.fills import filled, number
from gpuadvisor.sources.values import POINTER_BYTES, Pointer, Structure


def structure(name: str, fields: Sequence[FieldSpec], pointer: Callable[[str], Pointer]) -> Structure:
    """Return one structure by value; `pointer` finds the addresses that its fields name."""
    content = structures(name, fields, ())
    pointers = tuple((position, pointer(text)) for position, text in _pointers(fields, 0))
    return Structure(content.tobytes(), pointers)


def structures(name: str, fields: Sequence[FieldSpec], shape: tuple[int, ...]) -> NDArray[np.void]:
    """Return an array of structures; the fills of the fields run over all of them, pointers stay null."""
    content = np.zeros(shape, c_layout(fields))
    _fill(name, content, fields)
    return content


def c_layout(fields: Sequence[FieldSpec]) -> np.dtype[np.void]:
    """Return the structure's type: each field at the next multiple of its alignment, the end padded."""
    ends = list(_ends(fields))
    alignment = _structure_alignment(fields)
    return np.dtype(
        {
            "names": [field.name for field in fields],
            "formats": [_format(field) for field in fields],
            "offsets": [end - _format(field).itemsize for field, end in zip(fields, ends, strict=True)],
            "itemsize": -(-ends[-1] // alignment) * alignment,
        }
    )


def has_pointers(fields: Sequence[FieldSpec]) -> bool:
    """Whether any field, at any depth, is a pointer."""
    return any(True for _ in _pointers(fields, 0))


def _ends(fields: Sequence[FieldSpec]) -> Iterator[int]:
    end = 0
    for field in fields:
        alignment = _alignment(field)
        end = -(-end // alignment) * alignment + _format(field).itemsize
        yield end


def _format(field: FieldSpec) -> np.dtype[np.generic]:
    if field.fields:
        return np.dtype((c_layout(field.fields), field.extents))
    if field.type is None:
        return np.dtype((np.uint64, field.extents))
    element = element_type(field.type)
    return np.dtype((element.dtype, (*field.extents, *element.lanes_shape)))


def _alignment(field: FieldSpec) -> int:
    if field.fields:
        return _structure_alignment(field.fields)
    return POINTER_BYTES if field.type is None else element_type(field.type).alignment_bytes


def _structure_alignment(fields: Sequence[FieldSpec]) -> int:
    return max(_alignment(field) for field in fields)


def _fill(name: str, content: NDArray[np.void], fields: Sequence[FieldSpec]) -> None:
    for field in fields:
        label, part = f"{name}.{field.name}", content[field.name]
        if field.fields:
            _fill(label, part, field.fields)
        elif field.type is not None and field.value is not None:
            part[...] = number(label, field.type, field.value)
        elif field.type is not None:
            part[...] = filled(label, field.type, (*content.shape, *field.extents), field.fill or "")


def _pointers(fields: Sequence[FieldSpec], base: int) -> Iterator[tuple[int, str]]:
    """Yield the position of every pointer and what it names."""
    for field, end in zip(fields, _ends(fields), strict=True):
        start = base + end - _format(field).itemsize
        if field.pointer is not None:
            yield start, field.pointer
        for index in range(int(np.prod(field.extents)) if field.fields else 0):
            yield from _pointers(field.fields, start + index * c_layout(field.fields).itemsize)
