"""Run one point of a sweep and judge it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gpuadvisor.devices.device import LaunchResult
from gpuadvisor.devices.median import Estimate, estimate
from gpuadvisor.model.device import DeviceFacts
from gpuadvisor.model.errors import GpuAdvisorError
from gpuadvisor.model.machine import ProbePoint
from gpuadvisor.model.provenance import Provenance
from gpuadvisor.probing.budget import MOST_SAMPLING_SECONDS
from gpuadvisor.probing.correctness import wrong_answer
from gpuadvisor.probing.declaration import SweepDeclaration
from gpuadvisor.probing.estimates import intervals, largest_error, shares_of_peak
from gpuadvisor.probing.experiment import Outcome, run
from gpuadvisor.probing.metrics import Findings
from gpuadvisor.probing.plan import Plan, plan_point
from gpuadvisor.probing.state import looks_of, point_conditions
from gpuadvisor.probing.steps_experiment import perform
from gpuadvisor.probing.steps_plan import StepsPlan, plan_steps
from gpuadvisor.probing.suspicion import likely_causes
from gpuadvisor.probing.sweeps import Parameters
from gpuadvisor.probing.validity import (
    implausible,
    relative_spread,
    throttle_reasons,
    uncertain,
    unsteady,
)
from gpuadvisor.probing.vocabulary import COMPILED, counted_values
from gpuadvisor.probing.workbench import Workbench


@dataclass(frozen=True, slots=True)
class JudgedPoint:
    """A point, and where each of its values comes from."""

    point: ProbePoint
    provenances: dict[str, Provenance] = field(default_factory=dict)


def run_point(
    bench: Workbench,
    sweep: SweepDeclaration,
    parameters: Parameters,
    limit_seconds: float = MOST_SAMPLING_SECONDS,
) -> JudgedPoint:
    """Return the point; one that fails or whose answer is wrong has no values, only reasons.

    Samples of one quantity are taken for at most `limit_seconds`. Raises GpuAdvisorError where the kernel
    does not compile or the declaration makes no sense.
    """
    labels: dict[str, int | float | str] = {"sweep": sweep.name, **parameters}
    plan = plan_steps(bench, sweep, parameters) if sweep.steps else plan_point(bench, sweep, parameters)
    try:
        outcome = _carry_out(bench, plan, limit_seconds)
    except GpuAdvisorError as error:
        bench.clear()  # the launch may have taken the device's memory down with it
        return _failed(labels, str(error))
    wrong = wrong_answer(
        sweep.check, outcome.outputs[sweep.check.buffer], plan.scope, _share_run(outcome.result)
    )
    if wrong:
        return _failed(labels, wrong)
    try:
        return _judged(bench, plan, outcome, labels)
    except GpuAdvisorError as error:
        return _failed(labels, str(error))


def _carry_out(bench: Workbench, plan: Plan | StepsPlan, limit_seconds: float) -> Outcome:
    if isinstance(plan, StepsPlan):
        return perform(bench, plan, limit_seconds)
    return run(bench, plan, limit_seconds)


def _failed(labels: dict[str, int | float | str], reason: str) -> JudgedPoint:
    return JudgedPoint(ProbePoint(parameters=labels, values={}, valid=False, reasons=[reason]))


def _judged(
    bench: Workbench, plan: Plan | StepsPlan, outcome: Outcome, labels: dict[str, int | float | str]
) -> JudgedPoint:
    declaration, facts = bench.probe.declaration, bench.device.facts
    result = outcome.result
    samples = _samples(outcome)
    estimates = {name: estimate(values) for name, values in samples.items()}
    findings = _findings(bench, plan, result, estimates)
    metrics = [each for each in declaration.metrics if not each.sweeps or plan.sweep.name in each.sweeps]
    derived = findings.derive(metrics)
    used = {
        name: estimates[name] for name in estimates if any(name in each.names for each in derived.values())
    }
    conditions = point_conditions(looks_of(result))
    of_peak = shares_of_peak(metrics, derived, findings, facts, conditions)
    spread = relative_spread(samples["seconds"])
    reasons = [
        *unsteady(result, spread, declaration.timing.maximum_spread),
        *uncertain(samples, used),
        *_suspect(facts, result, implausible(metrics, derived, findings), cold=declaration.timing.cold),
    ]
    point = ProbePoint(
        parameters=labels,
        values={name: each.value for name, each in derived.items()},
        intervals=intervals(metrics, findings, used),
        of_peak=of_peak.at_highest_clocks,
        of_peak_at_clock=of_peak.at_clocks_seen,
        samples=len(result.times),
        discarded=result.discarded,
        relative_spread=spread,
        relative_standard_error=largest_error(used),
        conditions=conditions,
        sm_clock_before_hz=result.before.sm_clock_hz if result.before else None,
        sm_clock_after_hz=result.after.sm_clock_hz if result.after else None,
        throttle_reasons=throttle_reasons(result),
        valid=not reasons,
        reasons=reasons,
    )
    return JudgedPoint(point, {name: each.provenance for name, each in derived.items()})


def _suspect(
    facts: DeviceFacts, result: LaunchResult, outside: Sequence[tuple[str, bool]], *, cold: bool
) -> list[str]:
    """Add to what is outside its bounds why that may be; of an emulated device nothing else is known."""
    found = []
    for what, above in outside:
        causes = likely_causes(facts, looks_of(result), seconds=result.seconds, cold=cold, above=above)
        because = f"; likely because {' and '.join(causes)}" if causes and facts.kind == "cuda" else ""
        found.append(what + because)
    return found


def _samples(outcome: Outcome) -> dict[str, list[float]]:
    """Return the samples of everything observed, by the names that expressions have for it."""
    times = outcome.result.times
    seconds = [time.seconds for time in times]
    timed = ["seconds", "measured_seconds"] if times[0].provenance == Provenance.MEASURED else ["seconds"]
    return {**dict.fromkeys(timed, seconds), **outcome.readings}


def _findings(
    bench: Workbench, plan: Plan | StepsPlan, result: LaunchResult, estimates: Mapping[str, Estimate]
) -> Findings:
    """Gather what is known of the point, and where each of it comes from."""
    values = {name: each.median for name, each in estimates.items()}
    origins = dict.fromkeys(values, result.times[0].provenance)
    origins |= dict.fromkeys(COMPILED, Provenance.COMPILED)
    if result.observation is not None:
        counted = counted_values(result.observation.lines, bench.probe)
        values |= counted
        origins |= dict.fromkeys(counted, result.observation.counters.provenance)
    return Findings(plan.scope.extended(values), origins)


def _share_run(result: LaunchResult) -> float:
    """Return the part of the blocks that ran: an emulated device may have sampled the grid."""
    if result.observation is None:
        return 1.0
    counters = result.observation.counters
    return counters.blocks_run / counters.blocks_total
