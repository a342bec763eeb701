"""Structures as C lays them out: ctypes is the judge."""

import ctypes

import numpy as np

from gpuadvisor.sources.arguments import FieldSpec
from gpuadvisor.sources.structures import c_layout, structure, structures
from gpuadvisor.sources.values import Pointer


class Inner(ctypes.Structure):
    _fields_ = (("flag", ctypes.c_uint8), ("wide", ctypes.c_double))


class Outer(ctypes.Structure):
    _fields_ = (
        ("tag", ctypes.c_int8),
        ("matrix", ctypes.c_float * 3 * 2),
        ("inner", Inner),
        ("data", ctypes.c_void_p),
        ("last", ctypes.c_int16),
    )


INNER = (
    FieldSpec(name="flag", type="uint8", value=7),
    FieldSpec(name="wide", type="float64", value=0.25),
)
OUTER = (
    FieldSpec(name="tag", type="int8", value=-3),
    FieldSpec(name="matrix", type="float32", shape=(2, 3), fill="arange"),
    FieldSpec(name="inner", fields=INNER),
    FieldSpec(name="data", pointer="in+2"),
    FieldSpec(name="last", type="int16", value=300),
)


def test_fields_lie_where_c_puts_them() -> None:
    layout = c_layout(OUTER)
    assert layout.itemsize == ctypes.sizeof(Outer)
    for name in ("tag", "matrix", "inner", "data", "last"):
        assert layout.fields is not None
        assert layout.fields[name][1] == getattr(Outer, name).offset, name


def test_values_fills_and_pointers_reach_their_place() -> None:
    made = structure("s", OUTER, lambda text: {"in+2": Pointer("in", 8)}[text])
    outer = Outer.from_buffer_copy(made.content)
    assert (outer.tag, outer.last, outer.inner.flag, outer.inner.wide) == (-3, 300, 7, 0.25)
    assert [list(row) for row in outer.matrix] == [[0, 1, 2], [3, 4, 5]]
    assert made.pointers == ((Outer.data.offset, Pointer("in", 8)),)


def test_vectors_are_aligned_as_in_cuda() -> None:
    fields = (
        FieldSpec(name="n", type="int32", value=1),
        FieldSpec(name="v", type="float4", value=(1, 2, 3, 4)),
        FieldSpec(name="h", type="half2", value=(0.5, 2)),
    )
    layout = c_layout(fields)
    assert layout.fields is not None
    assert [layout.fields[name][1] for name in ("n", "v", "h")] == [0, 16, 32]
    assert layout.itemsize == 48


def test_fills_run_over_an_array_of_structures() -> None:
    fields = (
        FieldSpec(name="id", type="int32", fill="arange"),
        FieldSpec(name="weight", type="float32", fill="random"),
        FieldSpec(name="inner", fields=INNER),
    )
    made = structures("particles", fields, (100,))
    assert made["id"].tolist() == list(range(100))
    assert len(np.unique(made["weight"])) > 90
    assert set(made["inner"]["wide"].tolist()) == {0.25}


def test_structures_in_an_array_of_a_structure_keep_their_pointers() -> None:
    pair = (FieldSpec(name="n", type="int32", value=1), FieldSpec(name="p", pointer="in"))
    made = structure("s", (FieldSpec(name="pairs", shape=2, fields=pair),), lambda _: Pointer("in"))
    assert [position for position, _ in made.pointers] == [8, 24]
