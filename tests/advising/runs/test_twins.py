"""Each rule about copies and launches fires on the slow program and on nothing of its tuned twin."""

import ast
from pathlib import Path

import pytest

from tests.advising.runs import copies, launches
from tests.advising.runs.proof import PROGRAMS, RULES, Twins, advice_on
from tests.advising.runs.simulation import SimulatedRun

ALL = (*copies.TWINS, *launches.TWINS)
AREAS = ("transfers", "launch")
TOLERANCE = 1.1
"""Of the run's length, which the tuned twin does not shorten by the fault alone."""
CASES = [pytest.param(twins, name, id=f"{twins.rule} {name}") for twins in ALL for name in twins.formats]


@pytest.mark.parametrize(("twins", "format_name"), CASES)
def test_a_rule_fires_on_the_slow_program_and_says_what_it_would_gain(
    twins: Twins, format_name: str, tmp_path: Path
) -> None:
    advice = advice_on(twins, tuned=False, format_name=format_name, directory=tmp_path)
    of_area = {each.rule: each for each in advice if each.rule.split("/")[0] in AREAS}
    assert set(of_area) == {twins.rule, *twins.also}
    gain = of_area[twins.rule].gain
    if twins.needs_machine:
        assert gain is None
    else:
        assert gain is not None
        assert 1.0 <= gain.low <= gain.expected <= gain.high
        assert gain.high > 1.02
        actual = span(twins, tuned=False) / span(twins, tuned=True)
        assert gain.expected / TOLERANCE <= actual <= gain.high * TOLERANCE


def span(twins: Twins, *, tuned: bool) -> float:
    """Return how long the simulated program runs."""
    run = SimulatedRun()
    twins.simulate(run, tuned)
    return max(each.end for each in run.activities) - min(each.start for each in run.activities)


@pytest.mark.parametrize(("twins", "format_name"), CASES)
def test_nothing_is_said_of_the_tuned_twin(twins: Twins, format_name: str, tmp_path: Path) -> None:
    advice = advice_on(twins, tuned=True, format_name=format_name, directory=tmp_path)
    assert [each.rule for each in advice if each.rule.split("/")[0] in AREAS] == []


def test_every_rule_about_runs_has_twins() -> None:
    of_area = {rule.id for rule in RULES if rule.subject == "timeline" and rule.id.split("/")[0] in AREAS}
    assert {twins.rule for twins in ALL} == of_area


@pytest.mark.parametrize("twins", ALL, ids=lambda twins: twins.rule)
def test_the_program_is_there_with_both_variants(twins: Twins) -> None:
    text = (PROGRAMS / f"{twins.program}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    described = ast.get_docstring(tree) or ""
    assert f"python examples/runs/{twins.program}.py" in described
    assert twins.rule in described
    assert '"--tuned"' in text
