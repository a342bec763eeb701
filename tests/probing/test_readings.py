import numpy as np
import pytest

from gpuadvisor.probing.declaration import ReadingDeclaration
from gpuadvisor.probing.readings import mean_overlap, peak_overlap, read

#   place 0:  0..10, 0..10, 10..20      one after the other where they touch
#   place 1:  1000..1010, 1005..1015    by a clock of its own
PLACES = np.array([0, 1, 0, 0, 1])
STARTS = np.array([0, 1000, 0, 10, 1005])
ENDS = np.array([10, 1010, 10, 20, 1015])


def test_mean_overlap_weighs_by_time_and_averages_places() -> None:
    assert mean_overlap(PLACES, STARTS, ENDS) == pytest.approx((30 / 20 + 20 / 15) / 2)


def test_peak_overlap_is_the_median_of_the_places() -> None:
    assert peak_overlap(PLACES, STARTS, ENDS) == 2
    assert peak_overlap(PLACES[PLACES == 1][:1], STARTS[:1], ENDS[:1]) == 1


def test_intervals_that_only_touch_do_not_overlap() -> None:
    assert peak_overlap(np.zeros(2, np.int64), np.array([0, 10]), np.array([10, 20])) == 1


def test_readings_are_taken_by_name() -> None:
    declared = [
        ReadingDeclaration(name="cycles", reduce="mean", buffers=["c"]),
        ReadingDeclaration(name="peak", reduce="peak_overlap", buffers=["p", "s", "e"]),
    ]
    outputs = {
        "c": np.array([1, 2, 6], dtype=np.uint32),
        "p": PLACES.astype(np.uint32),
        "s": STARTS.astype(np.uint64),
        "e": ENDS.astype(np.uint64),
    }
    assert read(declared, outputs) == {"cycles": 3.0, "peak": 2.0}
