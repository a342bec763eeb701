import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, floats, integers

FILE = "clusters.cu"


@pytest.mark.parametrize("blocks", [2, 10])
def test_a_histogram_spread_over_two_blocks(run: Runner, blocks: int) -> None:
    values = integers(1, 2000, 0, 64)
    counts, _ = run(FILE, "histogram", blocks, 96, np.zeros(64, np.int32), values, np.int32(values.size))
    np.testing.assert_array_equal(counts, np.bincount(values, minlength=64))


def test_smoothing_over_the_edges_of_blocks(run: Runner) -> None:
    values = floats(2, (3, 200))
    padded = np.pad(values, ((0, 0), (1, 1)))
    expected = 0.25 * padded[:, :-2] + 0.5 * values + 0.25 * padded[:, 2:]
    out, _ = run(FILE, "smooth", 6, 100, np.zeros_like(values), values)
    np.testing.assert_allclose(out, expected, rtol=1e-6, atol=1e-6)


def test_sums_of_rows(run: Runner) -> None:
    values = integers(3, (4, 128), 0, 1 << 31, np.uint32)
    out, _ = run(FILE, "row_sums", 8, 64, np.zeros(4, np.uint32), values)
    np.testing.assert_array_equal(out, values.sum(axis=1, dtype=np.uint32))


def test_blocks_exchange_their_words(run: Runner) -> None:
    words = integers(4, (6, 50), 0, 1 << 62, np.uint64)
    (out,) = run(FILE, "exchange", 6, 50, words)
    np.testing.assert_array_equal(out, words[[1, 0, 3, 2, 5, 4]])


def test_a_tile_fetched_for_both_blocks(run: Runner) -> None:
    tiles = floats(5, (2, 64))
    out, _ = run(FILE, "multicast", 4, 32, np.zeros((4, 64), np.float32), tiles)
    np.testing.assert_array_equal(out, tiles.repeat(2, axis=0) * np.arange(1, 5, dtype=np.float32)[:, None])
