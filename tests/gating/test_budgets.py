"""Budgets as people write them."""

import pytest

from gpuadvisor.gating.budgets import BudgetError, parse_budget


@pytest.mark.parametrize(
    ("text", "value", "before", "holds"),
    [
        ("registers_per_thread <= 64", 64, None, True),
        ("registers_per_thread <= 64", 65, None, False),
        ("spill_bytes==0", 0, None, True),
        ("spill_bytes != 0", 0, None, False),
        ("occupancy.theoretical >= 50 %", 0.5, None, True),
        ("occupancy.theoretical >= 50 %", 0.49, None, False),
        ("occupancy.theoretical > 0.5", 0.5, None, False),
        ("global_load.sectors_per_request < 4.1", 4.0, None, True),
        ("time <= +3 %", 1.03, 1.0, True),
        ("time <= +3 %", 1.031, 1.0, False),
        ("time <= -10 %", 0.95, 1.0, False),
        ("time <= -10 %", 0.9, 1.0, True),
        ("time <= +3 %", 1.0, None, None),
        ("warp_instructions <= 1e6", 999_999, None, True),
        ("time.bound_by <= 3", "dram", None, False),
    ],
)
def test_what_holds(text: str, value: float | str, before: float | None, holds: bool | None) -> None:
    assert parse_budget(text).holds(value, before) is holds


@pytest.mark.parametrize(
    "text",
    [
        "",
        "registers",
        "registers <= ",
        "<= 3",
        "registers =< 3",
        "registers <= 3 bytes",
        "a <= 3 %%",
        "a <= +-3",
    ],
)
def test_what_is_no_budget(text: str) -> None:
    with pytest.raises(BudgetError, match="no budget"):
        parse_budget(text)


def test_a_signed_percentage_is_a_change_and_an_unsigned_one_a_fraction() -> None:
    assert parse_budget("time <= +3 %").relative
    assert not parse_budget("occupancy.theoretical >= 3 %").relative
