"""Gains of runs: seconds saved, as a speedup and a fraction, and what advice on kernels is worth in a run."""

from typing import get_args

import msgspec
import pytest

from gpuadvisor.advising.advise import advise
from gpuadvisor.advising.evaluation import readings_of
from gpuadvisor.advising.fact import SubjectKind
from gpuadvisor.advising.gains import parse_gain
from gpuadvisor.advising.rules import load_rules
from gpuadvisor.advising.share_of_run import KernelsInRuns
from gpuadvisor.advising.syntax import ExpressionError
from gpuadvisor.advising.types import Type
from gpuadvisor.advising.what_if import Case
from gpuadvisor.model.kernel import KernelTime
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Advice, Gain, Subject
from tests.advising.profiles import kernel
from tests.advising.timelines import kernel as activity
from tests.advising.timelines import run

TYPES = {"timeline.waste": Type.NUMBER, "machine.cost": Type.NUMBER}
SPAN = 12.0
"""Of the made-up run."""


def gain(text: str, subject: SubjectKind = "timeline", **facts: float) -> Gain | None:
    model = parse_gain(text, TYPES, str, subject)
    return model.estimate(
        run(), readings_of({name.replace("__", "."): value for name, value in facts.items()})
    )


def test_one_expression_is_what_is_expected_and_the_most() -> None:
    found = gain("seconds_saved(timeline.waste * 2)", timeline__waste=1.5)
    assert found == Gain(low=1.0, expected=12 / 9, high=12 / 9, saved_seconds=3.0, saved_fraction=0.25)


def test_three_are_the_least_what_is_expected_and_the_most() -> None:
    found = gain("seconds_saved(machine.cost, 3, 6)", machine__cost=2.0)
    assert found == Gain(low=12 / 10, expected=12 / 9, high=2.0, saved_seconds=3.0, saved_fraction=0.25)


@pytest.mark.parametrize(
    ("text", "low", "expected", "high"),
    [
        ("seconds_saved(machine.cost, 3, 6)", 1.0, 12 / 9, 2.0),  # the least is not known
        ("seconds_saved(0, 3, machine.cost)", 1.0, 12 / 9, 12 / 9),  # the most is not
        ("seconds_saved(6, 3, 4)", 2.0, 2.0, 2.0),  # never out of order
        ("seconds_saved(0 - 1, 0 - 2, 3)", 1.0, 1.0, 12 / 9),  # never a loss
        ("seconds_saved(13)", 1.0, 100.0, 100.0),  # more than there is
    ],
)
def test_bounds(text: str, low: float, expected: float, high: float) -> None:
    found = gain(text)
    assert found is not None
    assert (found.low, found.expected, found.high) == pytest.approx((low, expected, high))
    assert found.saved_seconds is not None
    assert found.saved_seconds <= SPAN


def test_without_what_is_expected_there_is_no_gain() -> None:
    assert gain("seconds_saved(0, machine.cost, 6)") is None
    still = msgspec.structs.replace(run(), span_seconds=0.0)
    assert parse_gain("seconds_saved(1)", TYPES, str, "timeline").estimate(still, readings_of({})) is None


def test_a_question_about_kernels_has_no_answer_about_a_run_nor_the_other_way_round() -> None:
    about_runs = parse_gain("seconds_saved(1)", TYPES, str, "timeline")
    assert about_runs.estimate(Case(kernel=kernel()), readings_of({})) is None
    about_kernels = parse_gain("speedup_without(tail)", TYPES, str)
    assert about_kernels.estimate(run(), readings_of({})) is None


@pytest.mark.parametrize("text", ["speedup_without(tail)", "seconds_saved()", "seconds_saved(1, 2)", "3"])
def test_other_questions_about_runs_are_refused(text: str) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse_gain(text, TYPES, str, "timeline")
    assert refusal.value.reason.startswith("a gain is seconds_saved(EXPECTED)")


@pytest.mark.parametrize("subject", [each for each in get_args(SubjectKind) if each != "timeline"])
def test_seconds_are_of_runs_alone(subject: SubjectKind) -> None:
    with pytest.raises(ExpressionError) as refusal:
        parse_gain("seconds_saved(1)", TYPES, str, subject)
    assert refusal.value.reason.startswith("a gain is speedup_without(CAUSE)")


def advice(kernel_name: str | None, expected: float, high: float = 4.0) -> Advice:
    return Advice(
        rule="area/rule",
        title="",
        severity="low",
        subject=Subject(kind="kernel" if kernel_name else "timeline", kernel=kernel_name),
        message="",
        evidence={},
        change="",
        gain=Gain(low=1.0, expected=expected, high=high),
    )


def test_a_kernel_is_worth_its_share_of_the_run() -> None:
    """The kernel takes 4.5 of 12 seconds; twice as fast, 2.25 are saved."""
    placed = KernelsInRuns([run()]).placed(advice("gemm [/x](float*)", 2.0))
    assert placed.gain is not None
    assert (placed.gain.saved_seconds, placed.gain.saved_fraction) == pytest.approx((2.25, 2.25 / 12))
    assert KernelsInRuns([run()]).worth(placed) == pytest.approx((12 / 9.75, 12 / (12 - 4.5 * 0.75)))


def test_launches_of_one_kernel_are_added_up() -> None:
    twice = msgspec.structs.replace(
        run(), kernels=[activity("add", 1, 3.0), activity("void add(int)", 1, 3.0)]
    )
    placed = KernelsInRuns([twice]).placed(advice("add", 2.0))
    assert placed.gain is not None
    assert placed.gain.saved_seconds == pytest.approx(3.0)


def test_what_is_in_no_run_is_worth_its_own_gain() -> None:
    unknown = KernelsInRuns([run()]).placed(advice("elsewhere", 2.0))
    assert unknown == advice("elsewhere", 2.0)
    runs = KernelsInRuns([run()])
    assert runs.worth(unknown) == (2.0, 4.0)
    assert runs.worth(msgspec.structs.replace(unknown, gain=None)) == (1.0, 1.0)
    assert runs.worth(runs.placed(advice(None, 3.0))) == (3.0, 4.0)


def test_advice_on_a_run_comes_before_a_large_gain_of_a_kernel_with_a_small_share() -> None:
    """`add` takes a hundredth of a second of a run in which the host waits for two."""
    conflicts = KernelTime(
        provenance=Provenance.MODELLED, seconds=9e-6, components={"shared": 9e-6, "dram": 1e-6}
    )
    slow = kernel(name="add", time=conflicts)
    alone, _ = advise(None, [slow], load_rules())
    assert alone
    assert alone[0].gain is not None
    assert alone[0].gain.expected > 1.3
    together, _ = advise(None, [slow], load_rules(), [run()])
    places = [each.rule for each in together]
    assert places.index("launch/host-waits-for-gpu") < places.index(alone[0].rule)
    expected = [KernelsInRuns([run()]).worth(each)[0] for each in together]
    assert expected == sorted(expected, reverse=True)
