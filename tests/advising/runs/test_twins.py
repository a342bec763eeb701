"""Each rule about copies and launches fires on the slow program and on nothing of its tuned twin."""

import ast
from pathlib import Path

import pytest

from gpuadvisor.model.machine import MachineProfile
from tests.advising.runs import copies, launches
from tests.advising.runs.machine import simulated_machine
from tests.advising.runs.proof import PROGRAMS, RULES, Twins, advice_on
from tests.advising.runs.simulation import SimulatedRun

ALL = (*copies.TWINS, *launches.TWINS)
AREAS = ("transfers", "launch")
TOLERANCE = 1.1
"""Of the run's length, which the tuned twin does not shorten by the fault alone."""
CASES = [pytest.param(twins, name, id=f"{twins.rule} {name}") for twins in ALL for name in twins.formats]


@pytest.mark.parametrize(("twins", "format_name"), CASES)
def test_a_rule_fires_on_the_slow_program(twins: Twins, format_name: str, tmp_path: Path) -> None:
    advice = advice_on(twins, tuned=False, format_name=format_name, directory=tmp_path)
    of_area = {each.rule: each.gain for each in advice if each.rule.split("/")[0] in AREAS}
    assert set(of_area) == {twins.rule, *twins.also}
    assert (of_area[twins.rule] is None) is twins.needs_machine


@pytest.mark.parametrize("machine", [None, simulated_machine()], ids=["", "machine"])
@pytest.mark.parametrize("twins", ALL, ids=lambda twins: twins.rule)
def test_the_gain_is_what_the_tuned_twin_gains(
    twins: Twins, machine: MachineProfile | None, tmp_path: Path
) -> None:
    advice = advice_on(twins, tuned=False, format_name=twins.formats[0], directory=tmp_path, machine=machine)
    (gain,) = [each.gain for each in advice if each.rule == twins.rule]
    if gain is None:
        assert machine is None
        return
    actual = span(twins, tuned=False) / span(twins, tuned=True)
    assert 1.0 <= gain.low <= gain.expected <= gain.high
    assert gain.high > 1.02
    assert gain.expected / TOLERANCE <= actual <= gain.high * TOLERANCE


def test_pinning_gains_what_the_curve_of_this_machine_says(tmp_path: Path) -> None:
    """Pinned in the same stream, nothing else changed: a fifth of the time of the copies."""
    (tmp_path / "nsys").mkdir()
    (twins,) = [twins for twins in copies.TWINS if twins.rule == "transfers/pageable-copies"]
    advice = advice_on(
        twins, tuned=False, format_name="nsys", directory=tmp_path / "nsys", machine=simulated_machine()
    )
    (gain,) = [each.gain for each in advice if each.rule == twins.rule]
    assert gain is not None
    assert gain.saved_seconds == pytest.approx(50 * copies.UPLOAD_BYTES * (1 / 5e9 - 1 / 25e9), rel=0.01)
    other = simulated_machine("NVIDIA H100 PCIe")
    advice = advice_on(twins, tuned=False, format_name="kineto", directory=tmp_path, machine=other)
    assert [each.gain for each in advice if each.rule == twins.rule] == [None]


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
