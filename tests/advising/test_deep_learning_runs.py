"""Each rule of the area deep-learning fires on a slow run and is silent on its tuned twin, both generated."""

from pathlib import Path

import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.model.timeline import TimelineProfile
from gpuadvisor.sources.traces.kineto import read_kineto
from gpuadvisor.sources.traces.opening import read_trace
from gpuadvisor.sources.traces.ranks import compared
from tests.advising.runs import collectives, networks, training
from tests.advising.runs.collectives import rank
from tests.advising.runs.formats import FORMATS, kineto
from tests.advising.runs.proof import PROGRAMS, RULES, Twins
from tests.advising.runs.simulation import SimulatedRun

TWINS = (*training.TWINS, *networks.TWINS, *collectives.TWINS)
STRAGGLER = "deep-learning/straggler"

cases = pytest.mark.parametrize(
    ("twins", "format_name"),
    [
        pytest.param(twins, name, id=f"{twins.rule.partition('/')[2]}-{name}")
        for twins in TWINS
        for name in twins.formats
    ],
)


def timelines(twins: Twins, format_name: str, path: Path, *, tuned: bool) -> list[TimelineProfile]:
    run = SimulatedRun()
    twins.simulate(run, tuned)
    imported = read_trace(FORMATS[format_name](run, path))
    assert imported is not None
    return imported.timelines


@cases
def test_it_fires_on_the_slow_run(twins: Twins, format_name: str, tmp_path: Path) -> None:
    advice, _ = advise(None, [], RULES, timelines(twins, format_name, tmp_path / "run", tuned=False))
    fired = {each.rule: each for each in advice}
    assert twins.rule in fired
    gain = fired[twins.rule].gain
    assert (gain is None) == (RULES.rule(twins.rule).gain is None)
    if gain is not None:
        assert 1.0 <= gain.low < gain.expected <= gain.high < 100


@cases
def test_it_is_judged_and_silent_on_the_tuned_run(twins: Twins, format_name: str, tmp_path: Path) -> None:
    advice, unjudged = advise(None, [], RULES, timelines(twins, format_name, tmp_path / "run", tuned=True))
    assert twins.rule not in {each.rule for each in advice}
    assert [each.missing for each in unjudged if each.rule == twins.rule] == []


def test_the_slow_rank_is_named_and_no_other(tmp_path: Path) -> None:
    runs = [rank(number, slow=number == 2) for number in range(4)]
    read = [read_kineto(kineto(run, tmp_path / f"rank{number}.json")) for number, run in enumerate(runs)]
    advice, _ = advise(None, [], RULES, compared(read))
    named = [each.subject.file for each in advice if each.rule == STRAGGLER]
    assert named == [str(tmp_path / "rank2.json")]


def test_ranks_that_are_alike_have_no_straggler(tmp_path: Path) -> None:
    runs = [rank(number, slow=False) for number in range(4)]
    read = [read_kineto(kineto(run, tmp_path / f"rank{number}.json")) for number, run in enumerate(runs)]
    advice, _ = advise(None, [], RULES, compared(read))
    assert STRAGGLER not in {each.rule for each in advice}


def test_every_rule_has_its_twins_and_its_program() -> None:
    shown = {twins.rule for twins in TWINS} | {STRAGGLER}
    assert shown == {rule.id for rule in RULES if rule.id.startswith("deep-learning/")}
    programs = {twins.program for twins in TWINS} | {"straggler"}
    assert {program for program in programs if not (PROGRAMS / f"{program}.py").is_file()} == set()
