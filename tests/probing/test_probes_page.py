from pathlib import Path

import pytest

from gpuadvisor.probing.probes_page import kinds, probes_document
from tests.probing.points import shipped

PAGE = Path(__file__).parents[2] / "docs" / "probes.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == probes_document()


@pytest.mark.parametrize(
    ("probe", "metric", "expected"),
    [
        ("bank_conflicts", "cycles_per_access", ("measured", "modelled")),
        ("bank_conflicts", "wavefronts_per_access", ("-", "counted")),
        ("memory_latency", "latency", ("measured", "-")),
        ("cache_bandwidth", "bandwidth", ("measured", "-")),
        ("dram_bandwidth", "bandwidth", ("measured", "modelled")),
        ("occupancy", "theoretical_occupancy", ("compiled", "compiled")),
    ],
)
def test_how_a_metric_is_obtained(probe: str, metric: str, expected: tuple[str, str]) -> None:
    found = shipped(probe)
    declared = next(each for each in found.declaration.metrics if each.name == metric)
    assert kinds(found, declared) == expected
