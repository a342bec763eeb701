from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.arguments import ArgumentSpec
from gpuadvisor.sources.element_types import SCALAR_TYPES
from gpuadvisor.sources.fills import array, scalar


def filled(fill: str, dtype: str = "float32", shape: tuple[int, ...] = (4, 3)) -> NDArray[np.generic]:
    return array(ArgumentSpec(name="a", type=dtype, shape=shape, fill=fill), Path())


@pytest.mark.parametrize("dtype", [name for name in SCALAR_TYPES if name != "bfloat16"])
def test_plain_fills_of_every_type(dtype: str) -> None:
    assert np.array_equal(filled("zeros", dtype), np.zeros((4, 3), dtype))
    assert np.array_equal(filled("ones", dtype), np.ones((4, 3), dtype))
    assert filled("random", dtype).dtype == np.dtype(dtype)
    assert filled("random", dtype).shape == (4, 3)


def test_arange_counts_in_row_order() -> None:
    assert filled("arange").tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]
    assert filled("arange", "uint8", (300,))[256:259].tolist() == [0, 1, 2]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_random_floats_are_uniform_below_one(dtype: str) -> None:
    values = filled("random", dtype, (100_000,)).astype(np.float64)
    assert values.min() >= 0
    assert values.max() < 1
    assert values.mean() == pytest.approx(0.5, abs=0.005)
    assert values.std() == pytest.approx(12**-0.5, abs=0.005)


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
def test_random_integers_use_the_whole_range(dtype: str) -> None:
    values = filled("random", dtype, (2_000_000,))
    assert (values.min(), values.max()) == (np.iinfo(dtype).min, np.iinfo(dtype).max)


def test_random_is_the_same_in_every_run_and_differs_between_arguments() -> None:
    specs = [ArgumentSpec(name=name, type="float64", shape=8, fill="random") for name in "aab"]
    first, again, other = (array(spec, Path()) for spec in specs)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_randint_includes_low_and_excludes_high() -> None:
    assert set(filled("randint(-2, 3)", "int32", (1000,)).tolist()) == {-2, -1, 0, 1, 2}
    assert set(filled("randint(0,2)", "float32", (1000,)).tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("fill", ["randint(0,257)", "randint(-1,4)", "randint(4,4)"])
def test_randint_outside_the_type_is_refused(fill: str) -> None:
    with pytest.raises(GpuAdvisorError, match="no value that fits into uint8"):
        filled(fill, "uint8")


def test_unknown_fill_names_the_known_ones() -> None:
    with pytest.raises(GpuAdvisorError, match=r"(?s)'noise'.*arange"):
        filled("noise")


def test_saved_arrays_bring_type_and_shape(tmp_path: Path) -> None:
    saved = np.arange(6, dtype=np.int16).reshape(2, 3)
    np.save(tmp_path / "saved.npy", saved)
    loaded = array(ArgumentSpec(name="a", fill="saved.npy"), tmp_path)
    assert loaded.dtype == np.int16
    assert np.array_equal(loaded, saved)
    with pytest.raises(GpuAdvisorError, match=r"holds int16\[2, 3\].*float32\[2, 3\]"):
        array(ArgumentSpec(name="a", type="float32", fill="saved.npy"), tmp_path)


def test_unreadable_saved_array_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.npy").write_text("no array")
    for name in ("broken.npy", "absent.npy"):
        with pytest.raises(GpuAdvisorError, match=name):
            array(ArgumentSpec(name="a", fill=name), tmp_path)


@pytest.mark.parametrize(
    ("dtype", "value"),
    [("int8", -128), ("uint64", 2**64 - 1), ("float16", 0.5), ("float32", 2), ("bool", True)],
)
def test_scalars_have_their_exact_type(dtype: str, value: float) -> None:
    result = scalar(ArgumentSpec(name="n", type=dtype, value=value))
    assert (result.dtype, result) == (np.dtype(dtype), value)


@pytest.mark.parametrize(
    ("dtype", "value"), [("int8", 128), ("uint32", -1), ("int32", 2.5), ("bool", 1), ("int32", True)]
)
def test_scalars_their_type_cannot_hold_are_refused(dtype: str, value: float) -> None:
    with pytest.raises(GpuAdvisorError, match=f"'n'.*{dtype}"):
        scalar(ArgumentSpec(name="n", type=dtype, value=value))


@pytest.mark.parametrize(
    ("shape", "fill", "words"),
    [
        ((99_999_999_999_999,), "zeros", "do not fit into this machine's memory"),
        ((10**22, 10**22), "ones", "do not fit into this machine's memory"),
        ((4,), f"randint(0,{10**26})", "no value that fits into float32"),
    ],
)
def test_what_no_machine_holds_is_refused(shape: tuple[int, ...], fill: str, words: str) -> None:
    with pytest.raises(GpuAdvisorError, match=words):
        array(ArgumentSpec(name="a", type="float32", shape=shape, fill=fill), Path())
