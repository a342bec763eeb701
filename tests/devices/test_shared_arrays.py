"""Large arrays through shared memory, here within one process; tests of isolated devices use two."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from gpuadvisor.devices.shared_arrays import LEAST_BYTES, Placed, SharedArrays, outline_of, packed, unpacked

pytestmark = pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no memfd_create")


@pytest.fixture
def ends() -> Iterator[tuple[SharedArrays, SharedArrays]]:
    """The memory as its maker and as another process sees it."""
    mine = SharedArrays.create()
    assert mine is not None
    theirs = SharedArrays.open(mine.path)
    yield mine, theirs
    mine.close()
    theirs.close()


@pytest.mark.parametrize(
    "array",
    [
        np.arange(300_000, dtype=np.uint64).reshape(300, 1000),
        np.arange(900_000, dtype=np.float32).reshape(900, 1000)[::2, ::3],
        np.full(2_000_000, True),
        np.zeros(200_000, dtype=[("a", "f4"), ("b", "u4")]),
    ],
    ids=["two axes", "strided", "bool", "structured"],
)
def test_an_array_arrives_as_it_was(array: np.ndarray, ends: tuple[SharedArrays, SharedArrays]) -> None:
    mine, theirs = ends
    received = theirs.take(mine.put(array))
    assert (received.dtype, received.shape) == (array.dtype, array.shape)
    assert np.array_equal(received, array)


def test_the_memory_is_given_back_and_used_again(ends: tuple[SharedArrays, SharedArrays]) -> None:
    mine, theirs = ends
    theirs.take(mine.put(np.ones(1 << 20, np.uint8)))
    assert Path(mine.path).stat().st_size == 0
    assert np.array_equal(mine.take(theirs.put(np.arange(9))), np.arange(9))


def test_what_is_missing_is_an_error_not_garbage(ends: tuple[SharedArrays, SharedArrays]) -> None:
    mine, theirs = ends
    mine.put(np.ones(10, np.uint8))
    with pytest.raises(EOFError, match="90 bytes"):
        theirs.take(Placed(outline_of(np.ones(100, np.uint8))))


def test_only_large_arrays_are_placed(ends: tuple[SharedArrays, SharedArrays]) -> None:
    mine, theirs = ends
    small, large = np.zeros(10), np.arange(LEAST_BYTES, dtype=np.uint8)
    assert packed(mine, small) is small
    assert packed(None, large) is large
    assert packed(mine, "text") == "text"
    placed = packed(mine, large)
    assert isinstance(placed, Placed)
    assert np.array_equal(unpacked(theirs, placed), large)  # type: ignore[arg-type]
    assert unpacked(theirs, small) is small
