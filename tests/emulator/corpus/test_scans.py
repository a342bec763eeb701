import numpy as np
import pytest

from tests.emulator.corpus.harness import Runner, integers

FILE = "scans.cu"
VALUES = integers(1, 256, -100, 100)
OUT = np.zeros_like(VALUES)


def test_hillis_steele(run: Runner) -> None:
    out, _ = run(FILE, "scan_hillis_steele", 1, 256, OUT, VALUES, np.int32(256), shared_bytes=2048)
    np.testing.assert_array_equal(out, VALUES.cumsum())


@pytest.mark.parametrize("kernel", ["scan_blelloch<0>", "scan_blelloch<1>"])
def test_blelloch_is_exclusive(run: Runner, kernel: str) -> None:
    out, _ = run(FILE, kernel, 1, 128, OUT, VALUES, np.int32(256), shared_bytes=1056)
    np.testing.assert_array_equal(out, VALUES.cumsum() - VALUES)


@pytest.mark.parametrize("device", ["h100", "a100-80gb", "t4"])
def test_scan_of_warps(run: Runner, device: str) -> None:
    out, _ = run(FILE, "scan_warps", 1, 256, OUT, VALUES, device=device)
    np.testing.assert_array_equal(out, VALUES.cumsum())


def test_scan_by_the_predicate_of_shfl(run: Runner) -> None:
    out, _ = run(FILE, "scan_predicate", 1, 256, OUT, VALUES)
    np.testing.assert_array_equal(out, VALUES.reshape(-1, 32).cumsum(axis=1).ravel())


def test_segmented_scan(run: Runner) -> None:
    heads = integers(2, 256, 0, 5, np.uint8) == 0
    out, *_ = run(FILE, "scan_segmented", 1, 256, OUT, VALUES, heads.astype(np.uint8))
    starts = np.flatnonzero(heads | (np.arange(256) % 32 == 0))
    expected = np.concatenate([part.cumsum() for part in np.split(VALUES, starts[1:])])
    np.testing.assert_array_equal(out, expected)


def test_compaction_by_ballot_keeps_the_order(run: Runner) -> None:
    out, count, _ = run(FILE, "compact_ballot", 1, 256, OUT, np.zeros(1, np.int32), VALUES, np.int32(200))
    kept = VALUES[:200][VALUES[:200] > 0]
    np.testing.assert_array_equal(out[: count[0]], kept)


def test_compaction_with_one_atomic_per_warp(run: Runner) -> None:
    out, count, _ = run(FILE, "compact_aggregated", 4, 64, OUT, np.zeros(1, np.int32), VALUES, np.int32(250))
    kept = VALUES[:250][VALUES[:250] > 0]
    np.testing.assert_array_equal(np.sort(out[: count[0]]), np.sort(kept))


def test_blocks_wait_for_those_before_them(run: Runner) -> None:
    out, _ = run(FILE, "scan_chained", 8, 32, OUT, VALUES)
    np.testing.assert_array_equal(out, VALUES.cumsum())
