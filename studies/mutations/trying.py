"""Try mutations and neutral edits, and say what became of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from gpuadvisor.devices.device import Device
from gpuadvisor.gating.words import share
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.gate import Check, GateReport
from studies.mutations.answers import Buffers, agrees, answers
from studies.mutations.bench import Bench, bench_of
from studies.mutations.editing import Texts, apply
from studies.mutations.mutation import Mutation, Mutations
from studies.mutations.neutral import NeutralEdit, neutral_edits

_SHOWN = 3
"""Facts that a row names."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """What became of one edit."""

    name: str
    end: Literal["caught", "missed", "passed", "failed"]
    """The gate's verdict on a slow-down, and on a neutral edit."""
    why: str
    promised: bool = True
    """Whether it is what the study promises."""


def try_mutations(tried: Mutations, kernel: str, device: Device) -> Iterator[Row]:
    """Yield a row for each mutation of a kernel; `device` runs every block."""
    agreed: Texts | None = None
    before: Buffers = []
    with bench_of(tried, [kernel]) as bench:
        for mutation in tried.mutation:
            if mutation.kernel != kernel:
                continue
            original = apply(bench.texts, kernel, mutation.given)
            if original != agreed:
                bench.put(original)
                bench.agree()
                agreed, before = original, answers(bench.source, kernel, device)
            bench.put(apply(original, kernel, mutation.edits))
            yield _mutation_row(mutation, bench, before, device)


def try_neutral_edits(tried: Mutations) -> Iterator[Row]:
    """Yield a row for each edit of a source that must not matter."""
    with bench_of(tried, tried.kernels) as bench:
        bench.agree()
        for edit in neutral_edits(tried, bench.texts):
            bench.put(edit.texts)
            bench.gate_only(list(edit.kernels.values()))
            yield _neutral_row(edit, bench)


def _mutation_row(mutation: Mutation, bench: Bench, before: Buffers, device: Device) -> Row:
    try:
        report = bench.judge()
        kept = agrees(before, answers(bench.source, mutation.kernel, device), mutation.answer)
    except GpuAdvisorError as error:
        return Row(name=mutation.kind, end="missed", why=f"does not run: {error}", promised=False)
    caught = report.verdict == "fail"
    why = mutation.missed if mutation.missed and not caught else _worse(report)
    if not kept:
        why = f"computes something else; {why}"
    promised = kept and caught == (mutation.missed is None)
    return Row(name=mutation.kind, end="caught" if caught else "missed", why=why, promised=promised)


def _neutral_row(edit: NeutralEdit, bench: Bench) -> Row:
    try:
        report = bench.judge()
    except GpuAdvisorError as error:
        return Row(name=edit.name, end="failed", why=f"does not run: {error}", promised=False)
    # An item under another name is not compared: the gate has to know it again by its facts.
    strange = [
        check.message for check in report.checks if check.kind == "item" and " was " not in check.message
    ]
    passed = report.verdict == "pass" and not strange
    why = "" if passed else "; ".join([_worse(report), *strange])
    return Row(name=edit.name, end="passed" if passed else "failed", why=why, promised=passed)


def _worse(report: GateReport) -> str:
    failed = [check for check in report.checks if check.outcome == "fail"]
    facts = list(dict.fromkeys(_in_short(check) for check in failed))
    more = f", {len(facts) - _SHOWN} more" if len(facts) > _SHOWN else ""
    return ", ".join(facts[:_SHOWN]) + more if facts else "no fact got worse"


def _in_short(check: Check) -> str:
    before, after = check.before, check.after
    if isinstance(before, int | float) and isinstance(after, int | float) and before:
        return f"{check.fact}{share(before, after)}"
    return f"{check.fact} 0 -> {after}"
