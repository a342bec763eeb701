import pytest

from gpuadvisor.sources.kernel_names import find, matches


@pytest.mark.parametrize(
    ("wanted", "name", "expected"),
    [
        ("scan", "scan", True),
        ("scan", "tools::scan", True),
        ("scan", "scan<float, 4>", True),
        ("scan", "tools::scan<float, 4>", True),
        ("scan<float,4>", "tools::scan<float, 4>", True),
        ("tools::scan", "tools::scan<float, 4>", True),
        ("scan<float,8>", "scan<float, 4>", False),
        ("can", "scan", False),
        ("scan", "rescan", False),
        ("other::scan", "tools::scan", False),
    ],
)
def test_matches(wanted: str, name: str, expected: bool) -> None:
    assert matches(wanted, name) is expected


NAMES = {"_Z4scanPf": "scan", "_ZN5tools4scanEPf": "tools::scan", "_Z3mapPf": "map", "_Z3mapPi": "map"}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("scan", ["_Z4scanPf"]),
        ("tools::scan", ["_ZN5tools4scanEPf"]),
        ("map", ["_Z3mapPf", "_Z3mapPi"]),
        ("_Z3mapPi", ["_Z3mapPi"]),
        ("none", []),
    ],
)
def test_exact_names_win(wanted: str, expected: list[str]) -> None:
    assert find(wanted, NAMES) == expected
