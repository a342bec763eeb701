import pytest

from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.sources.extents import extents, parse_extents


@pytest.mark.parametrize(
    ("text", "expected"), [("64", (64, 1, 1)), ("64,32", (64, 32, 1)), ("2, 3, 4", (2, 3, 4))]
)
def test_missing_extents_are_one(text: str, expected: tuple[int, int, int]) -> None:
    assert parse_extents(text, "grid") == expected


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "grid"),
        ("1,2,3,4", "grid"),
        ("0", "grid"),
        ("1,65536", "grid"),
        ("1025", "block"),
        ("1,1,65", "block"),
    ],
)
def test_impossible_extents_name_the_option(text: str, what: str) -> None:
    with pytest.raises(GpuAdvisorError, match=f"--{what} {text}"):
        parse_extents(text, what)


def test_the_largest_grid_and_block_pass() -> None:
    assert extents((2**31 - 1, 65_535, 65_535), "grid")
    assert extents((32, 32), "block") == (32, 32, 1)
