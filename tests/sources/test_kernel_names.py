import pytest

from gpuadvisor.sources.kernel_names import matches


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
