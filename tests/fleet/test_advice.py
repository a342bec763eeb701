"""What stands out in a fleet leads to the page that says what to do."""

import pytest

from gpuadvisor.advising.rules import load_rules
from gpuadvisor.devices.nvml import EVENT_REASONS
from gpuadvisor.devices.sampling import STEADY
from gpuadvisor.fleet.advice import HELD_DOWN, RULES, rule_about
from gpuadvisor.model.fleet import OutlierKind


def test_every_page_is_there() -> None:
    known = {rule.id for rule in load_rules((), ("machine",))}
    assert {*RULES.values(), *HELD_DOWN.values()} <= known


def test_every_reason_that_a_driver_names_has_a_page_or_is_a_setting() -> None:
    assert set(EVENT_REASONS.values()) == set(HELD_DOWN) | STEADY | {"sync boost"}


@pytest.mark.parametrize(
    ("kind", "figure", "held_down_by", "rule"),
    [
        ("narrow link", "pcie_lanes", None, "machine/narrow-link"),
        ("narrow link", "pcie_generation_maximum", None, "machine/older-slot"),
        ("throttled", "throttled", "hardware thermal slowdown", "machine/hot"),
        ("throttled", "throttled", "power brake", "machine/hardware-slowdown"),
        ("throttled", "throttled", None, None),
        ("throttled", "throttled", "sync boost", None),
        ("slow", "dram_bandwidth.bandwidth", None, "machine/low-bandwidth"),
        ("slow", "divergence.cycles_per_round", None, None),
    ],
)
def test_an_outlier_leads_to_its_rule(
    kind: OutlierKind, figure: str, held_down_by: str | None, rule: str | None
) -> None:
    assert rule_about(kind, figure, held_down_by) == rule
