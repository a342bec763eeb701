"""Paddings against what is known to free a tile of conflicts."""

import numpy as np
import pytest
from numpy.typing import NDArray

from gpuadvisor.model.kernel import Access
from tests.emulator.counting.launches import TID, observe, recorder

LANES = TID[None, :]


def accesses(*arrays: NDArray[np.int64], size: int = 4, base: int = 0) -> list[Access]:
    """Return the accesses of one shared array: the first array is stored, the others are loaded."""
    recorder_ = recorder(*("ld.shared.f32" for _ in arrays))
    for pc, offsets in enumerate(arrays):
        rows = (offsets + base).astype(np.uint64)
        operation = "load" if pc else "store"
        recorder_.access(pc, "shared", operation, rows, np.ones(rows.shape, np.bool_), size)
    return recorder_.observation(
        lambda _pc, _space, address: "tile" if address >= base else "before"
    ).accesses


@pytest.mark.parametrize("base", [0, 52])
def test_a_square_tile_needs_one_word(base: int) -> None:
    rows = np.arange(32)[:, None]
    store, load = accesses(4 * (rows * 32 + LANES), 4 * (LANES * 32 + rows), base=base)
    assert store.padding is None
    assert load.padding is not None
    assert (load.padding.row_pitch_bytes, load.padding.pad_bytes) == (128, 4)
    assert load.padding.wavefronts_per_request == 1.0


def test_the_rectangular_tile_needs_two_words() -> None:
    rows = np.arange(16)[:, None]
    store, load = accesses(4 * (rows * 32 + LANES), 4 * ((LANES % 16) * 32 + 2 * rows + LANES // 16))
    assert store.padding is None
    assert load.padding is not None
    assert (load.padding.row_pitch_bytes, load.padding.pad_bytes) == (128, 8)
    assert load.padding.wavefronts_per_request == 1.0


def test_padding_keeps_the_alignment_of_wide_accesses() -> None:
    """Quads of floats, one row of 32 floats per lane: a pad of 16 bytes frees each quarter warp."""
    (load,) = accesses(128 * TID.reshape(1, 32), size=16)
    assert load.padding is not None
    assert (load.padding.pad_bytes, load.padding.wavefronts_per_request) == (16, 4.0)


@pytest.mark.parametrize(("pitch", "pad"), [(8, None), (28, None), (32, 4), (64, 4)])
def test_what_is_shorter_than_a_row_is_not_padded(pitch: int, pad: int | None) -> None:
    (found,) = accesses(pitch * TID.reshape(1, 32))
    assert (None if found.padding is None else found.padding.pad_bytes) == pad


def test_conflicts_that_rows_do_not_explain_get_no_padding() -> None:
    random = np.random.default_rng(1).integers(0, 1024, (16, 32)) * 4
    (load,) = accesses(random)
    assert load.wavefronts > load.ideal_wavefronts
    assert load.padding is None


def test_arrays_without_conflicts_get_no_padding() -> None:
    assert accesses(4 * LANES)[0].padding is None


def test_global_accesses_get_no_padding() -> None:
    recorder_ = recorder("ld.global.f32")
    recorder_.access(0, "global", "load", (128 * LANES).astype(np.uint64), np.ones((1, 32), np.bool_), 4)
    assert observe(recorder_).accesses[0].padding is None
