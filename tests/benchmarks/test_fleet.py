"""What the benchmark sums up is right: the odd ones are found."""

from benchmarks.fleet import PROBES, slow_ones, summarised


def test_the_slow_ones_are_found_and_no_others() -> None:
    report, times = summarised(300)
    assert {outlier.row for outlier in report.outliers} == set(slow_ones(300)) == {250}
    assert {outlier.figure.partition(".")[0] for outlier in report.outliers} == set(PROBES)
    assert times.document_bytes > 10_000
