"""Numbers read well in every unit."""

import pytest

from gpuadvisor.reporting.numbers import quantity
from gpuadvisor.reporting.sparkline import sparkline


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (32.0, "sectors", "32 sectors"),
        (131072, "", "131,072"),
        (4.25, "sectors/request", "4.25 sectors/request"),
        (1234.5, "", "1,234.5"),
        (0.25, "fraction", "25 %"),
        (1.5e-5, "s", "15 us"),
        (3.35e12, "B/s", "3.35 TB/s"),
        (1.98e15, "Hz", "1.98 PHz"),
        (49152, "B", "48 KiB"),
        (12, "B", "12 B"),
        (1.98e9, "Hz", "1.98 GHz"),
        (0, "s", "0 ns"),
        (["warps", "registers"], "", "warps, registers"),
        (True, "", "True"),
        ("global", "", "global"),
    ],
)
def test_quantity(value: object, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_sparkline_scales_to_the_largest_and_leaves_gaps() -> None:
    assert sparkline([0.0, None, 7.0, 3.5]) == "▁ █▅"
    assert sparkline([1.0, 2.0], ascii_only=True).isascii()
    assert sparkline([0.0, 0.0]) == "▁▁"
