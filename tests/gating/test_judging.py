"""Judgements: what fails, what does not, and what is said about it."""

import datetime as dt
from collections.abc import Sequence

import pytest

from gpuadvisor.gating.baseline import Baseline
from gpuadvisor.gating.budgets import parse_budget
from gpuadvisor.gating.compare import Terms
from gpuadvisor.gating.configuration import Accepted, Forbidden
from gpuadvisor.gating.facts import Known
from gpuadvisor.gating.items import Item
from gpuadvisor.gating.judging import Judgement, judge
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.model.report import Advice, Gain, Severity, Subject

TODAY = dt.date(2026, 6, 1)
COMPILER = "nvrtc 13.5"


def known(value: float, provenance: Provenance = Provenance.COUNTED) -> Known:
    return Known(value, "", provenance)


def item(name: str = "k.cu:f", *, advice: Sequence[Advice] = (), **facts: float) -> Item:
    return Item(
        name=name,
        facts={key.replace("__", "."): known(value) for key, value in facts.items()},
        advice=advice,
        file="k.cu",
        line=7,
    )


def terms(*items: Item, compiler: str = COMPILER, tolerance: dict[str, float] | None = None) -> Terms:
    baseline = Baseline(
        device="emulated:h100", compiler=COMPILER, items={each.name: each.facts for each in items}
    )
    return Terms(baseline=baseline, compiler=compiler, tolerance=tolerance or {})


def judged(now: Item, before: Item, **options: object) -> Judgement:
    return judge([now], terms(before, **options), [], TODAY)  # type: ignore[arg-type]


def advice(rule: str, severity: Severity = "medium", gain: float | None = None) -> Advice:
    return Advice(
        rule=rule,
        title=rule,
        severity=severity,
        subject=Subject(kind="access", kernel="f", file="k.cu", line=9),
        message="a message",
        evidence={},
        change="",
        gain=gain and Gain(low=1.0, expected=gain, high=gain),
    )


@pytest.mark.parametrize(
    ("fact", "before", "after", "verdict"),
    [
        ("global_load__sectors", 100, 101, "fail"),
        ("global_load__sectors", 100, 100, "pass"),
        ("global_load__sectors", 100, 50, "pass"),
        ("occupancy__theoretical", 1.0, 0.5, "fail"),
        ("occupancy__theoretical", 0.5, 1.0, "pass"),
        ("spill_bytes", 0, 4, "fail"),
        ("registers_per_thread", 16, 255, "pass"),
    ],
)
def test_only_what_gets_worse_fails(fact: str, before: float, after: float, verdict: str) -> None:
    assert judged(item(**{fact: after}), item(**{fact: before})).verdict == verdict


def test_a_failure_says_what_changed_and_where() -> None:
    (check,) = judged(item(warp_instructions=110), item(warp_instructions=100)).checks
    assert check.message == "warp_instructions rose from 100 to 110 (+10 %)"
    assert (check.file, check.line, check.before, check.after) == ("k.cu", 7, 100, 110)


def test_a_tolerance_is_a_share_of_what_was() -> None:
    allowed = {"warp_*": 0.1}
    assert (
        judged(item(warp_instructions=110), item(warp_instructions=100), tolerance=allowed).verdict == "pass"
    )
    assert (
        judged(item(warp_instructions=111), item(warp_instructions=100), tolerance=allowed).verdict == "fail"
    )


def test_a_relative_budget_replaces_the_exact_comparison() -> None:
    now = Item(
        name="k.cu:f",
        facts={"warp_instructions": known(102)},
        budgets=[parse_budget("warp_instructions <= +3 %")],
    )
    (check,) = judged(now, item(warp_instructions=100)).checks
    assert (check.kind, check.outcome) == ("budget", "pass")


def test_other_compilers_are_not_compared_on_what_they_decide() -> None:
    found = judged(
        item(spill_bytes=8, global_load__sectors=5),
        item(spill_bytes=0, global_load__sectors=5),
        compiler="nvrtc 14.0",
    )
    assert found.verdict == "inconclusive"
    (check,) = found.checks
    assert "nvrtc 13.5" in check.message
    assert "nvrtc 14.0" in check.message
    assert "spill_bytes" in check.message


def test_other_compilers_are_compared_on_the_rest() -> None:
    found = judged(item(global_load__sectors=6), item(global_load__sectors=5), compiler="nvrtc 14.0")
    assert found.verdict == "fail"


@pytest.mark.parametrize(
    ("forbidden", "verdict"),
    [
        (Forbidden(rule="shared-memory/*"), "fail"),
        (Forbidden(rule="memory-layout/*"), "pass"),
        (Forbidden(severity="high"), "pass"),
        (Forbidden(severity="medium"), "fail"),
        (Forbidden(gain=1.5), "fail"),
        (Forbidden(gain=2.5), "pass"),
    ],
)
def test_forbidden_advice(forbidden: Forbidden, verdict: str) -> None:
    found = Item(
        name="k.cu:f",
        facts={},
        forbidden=[forbidden],
        advice=[advice("shared-memory/bank-conflicts", "medium", 2.0)],
    )
    judgement = judge([found], None, [], TODAY)
    assert judgement.verdict == verdict
    assert all(check.line == 9 for check in judgement.checks)


def accepted(expires: dt.date, fact: str = "warp_*") -> Accepted:
    return Accepted(item="k.cu:*", fact=fact, reason="known", expires=expires)


def test_what_is_accepted_does_not_fail_until_it_expires() -> None:
    now, before = item(warp_instructions=2), terms(item(warp_instructions=1))
    assert judge([now], before, [accepted(TODAY)], TODAY).verdict == "pass"
    late = judge([now], before, [accepted(TODAY - dt.timedelta(days=1))], TODAY)
    assert late.verdict == "fail"
    assert "accepted only until 2026-05-31" in late.checks[0].message


def test_an_acceptance_that_covers_nothing_is_told() -> None:
    (note,) = judge([item()], terms(item()), [accepted(TODAY)], TODAY).notes
    assert "covers nothing any more" in note


def test_new_and_vanished_items_are_told_and_do_not_fail() -> None:
    found = judge([item("k.cu:new", barriers=1)], terms(item("k.cu:old", barriers=2)), [], TODAY)
    assert found.verdict == "pass"
    messages = [check.message for check in found.checks]
    assert "k.cu:new is not in the baseline yet" in messages
    assert "k.cu:old is in the baseline and was not gated now" in messages


def test_a_renamed_kernel_is_recognised_by_its_facts() -> None:
    found = judge([item("k.cu:new", barriers=1)], terms(item("k.cu:old", barriers=1)), [], TODAY)
    assert [check.message for check in found.checks] == ["k.cu:new was k.cu:old in the baseline"]


def test_a_failure_names_the_advice_that_explains_it() -> None:
    now = item(
        shared_load__wavefronts=2,
        advice=[advice("shared-memory/bank-conflicts"), advice("memory-layout/strided")],
    )
    (check,) = judged(now, item(shared_load__wavefronts=1)).checks
    assert check.explained_by == ["shared-memory/bank-conflicts"]
