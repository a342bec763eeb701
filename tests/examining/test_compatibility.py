"""Which driver runs what; the cases are those of NVIDIA's documents."""

import pytest

from gpuadvisor.examining.compatibility import (
    Fit,
    fit,
    has_code_for,
    least_capability,
    newer_driver,
    newest,
    oldest_target,
)


@pytest.mark.parametrize(
    ("built", "supported", "expected"),
    [
        ("12.8", 12080, Fit.FULL),
        ("12.8", 13000, Fit.FULL),
        ("11.8", 13000, Fit.FULL),
        ("12.8", 12020, Fit.MINOR),
        ("13.2", 13000, Fit.MINOR),
        ("11.8", 11000, Fit.MINOR),
        ("13.0", 12090, Fit.NONE),
        ("12.0", 11080, Fit.NONE),
        ("10.2", 10010, Fit.NONE),
        ("10.1", 10020, Fit.FULL),
        ("12.5.1", 12050, Fit.FULL),
        ("13", 13000, Fit.FULL),
        ("13", 12080, Fit.NONE),
    ],
)
def test_fit_follows_the_rules_of_minor_version_compatibility(
    built: str, supported: int, expected: Fit
) -> None:
    assert fit(built, supported) is expected


@pytest.mark.parametrize(("built", "driver"), [("13.2", "580"), ("12.8", "525.60.13"), ("11.8", "450.80.02")])
def test_the_remedy_names_the_oldest_driver_that_would_do(built: str, driver: str) -> None:
    assert newer_driver(built) == f"update the NVIDIA driver to {driver} or newer"


def test_versions_are_compared_as_numbers() -> None:
    assert newest(["12.8", "12.10", "9.2"]) == "12.10"


@pytest.mark.parametrize(
    ("architectures", "capability", "expected"),
    [
        (["sm_80"], (8, 0), True),
        (["sm_80"], (8, 6), True),
        (["sm_86"], (8, 0), False),
        (["sm_80"], (9, 0), False),
        (["compute_80"], (9, 0), True),
        (["compute_90"], (8, 9), False),
        (["sm_90a"], (9, 0), True),
        (["compute_90a"], (10, 0), False),
        (["compute_100f"], (10, 3), True),
        (["compute_100f"], (12, 0), False),
        (["sm_50", "sm_90"], (12, 0), False),
        (["sm_120"], (12, 1), True),
        (["gfx90a"], (9, 0), False),
    ],
)
def test_machine_code_and_ptx_run_where_the_programming_guide_says(
    architectures: list[str], capability: tuple[int, int], expected: bool
) -> None:
    assert has_code_for(architectures, capability) is expected


@pytest.mark.parametrize(
    ("built", "least"), [("11.8", (3, 5)), ("12.9", (5, 0)), ("13", (7, 5)), ("9.0", None), (None, None)]
)
def test_each_cuda_serves_gpus_from_one_on(built: str | None, least: tuple[int, int] | None) -> None:
    assert least_capability(built) == least


def test_the_oldest_target_is_found_by_number() -> None:
    assert oldest_target(["compute_120", "sm_75", "sm_100", "gfx90a"]) == (7, 5)
    assert oldest_target([]) is None
